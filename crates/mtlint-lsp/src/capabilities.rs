//! What client and server agree on at the start.
//!
//! In: what the client says of itself. Out: what the server says of itself, and the few things
//! that the rest has to know of the client. Only these are looked at, so that a client that says
//! something unheard-of elsewhere is served all the same.

use std::path::PathBuf;

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProvider, DiagnosticOptions, DiagnosticProvider,
    ExecuteCommandOptions, HoverProvider, InitializeResult, PositionEncodingKind, Save,
    ServerCapabilities, ServerInfo, TextDocumentSync, TextDocumentSyncKind,
    TextDocumentSyncOptions, Uri, WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceOptions,
};
use serde_json::Value;

use crate::text::Encoding;
use crate::uri;

/// Applies all corrections that may be applied unasked.
pub(crate) const FIX_ALL: &str = "source.fixAll.mtlint";

/// Writes a word into the configuration as no error.
pub(crate) const ACCEPT: &str = "mtlint.accept";

/// Shows a finding no more until the server ends.
pub(crate) const DISMISS: &str = "mtlint.dismiss";

/// What the rest has to know of the client.
#[derive(Debug, Clone)]
pub(crate) struct Capabilities {
    /// How places are counted.
    pub(crate) encoding: Encoding,
    /// Whether the client asks for diagnostics, instead of being sent them. It has to be one that
    /// can be told to ask again.
    pub(crate) pulls: bool,
    /// Whether a diagnostic may have places in other files.
    pub(crate) related: bool,
    /// Whether hovers are shown as Markdown.
    pub(crate) markdown: bool,
    /// Whether an edit may say which version of a document it is for.
    pub(crate) versioned_edits: bool,
    /// Whether progress is shown.
    pub(crate) progress: bool,
    /// Whether the client can be asked to watch files.
    pub(crate) watches: bool,
}

impl Capabilities {
    /// What the parameters of `initialize` say.
    pub(crate) fn of(params: &Value) -> Self {
        let capability = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let can = |path: &str| capability(path).and_then(Value::as_bool) == Some(true);
        let names = |path: &str| -> Vec<&str> {
            let list = capability(path).and_then(Value::as_array);
            list.into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect()
        };
        let bytes = names("general/positionEncodings").contains(&"utf-8");
        let formats = names("textDocument/hover/contentFormat");
        Self {
            // Of those that a client knows, its own choice comes first; bytes cost nothing here.
            encoding: if bytes {
                Encoding::Utf8
            } else {
                Encoding::Utf16
            },
            pulls: capability("textDocument/diagnostic").is_some_and(Value::is_object)
                && can("workspace/diagnostics/refreshSupport"),
            related: can("textDocument/publishDiagnostics/relatedInformation")
                || can("textDocument/diagnostic/relatedInformation"),
            markdown: formats.contains(&"markdown"),
            versioned_edits: can("workspace/workspaceEdit/documentChanges"),
            progress: can("window/workDoneProgress"),
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
        }
    }

    /// What the server answers to `initialize`.
    pub(crate) fn answer(&self, version: &str) -> InitializeResult {
        let encoding = match self.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        };
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(Save::Bool(true)),
            ..TextDocumentSyncOptions::default()
        };
        let diagnostics = DiagnosticOptions {
            identifier: Some("mtlint".to_owned()),
            inter_file_dependencies: false,
            workspace_diagnostics: false,
            work_done_progress_options: WorkDoneProgressOptions::default(),
        };
        let kinds = vec![
            CodeActionKind::QuickFix,
            CodeActionKind::from(FIX_ALL.to_owned()),
        ];
        let folders = WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(true.into()),
        };
        let capabilities = ServerCapabilities {
            position_encoding: Some(encoding),
            text_document_sync: Some(TextDocumentSync::Options(sync)),
            hover_provider: Some(HoverProvider::Bool(true)),
            code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
                code_action_kinds: Some(kinds),
                ..CodeActionOptions::default()
            })),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: vec![ACCEPT.to_owned(), DISMISS.to_owned()],
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            diagnostic_provider: self
                .pulls
                .then_some(DiagnosticProvider::DiagnosticOptions(diagnostics)),
            workspace: Some(WorkspaceOptions {
                workspace_folders: Some(folders),
                ..WorkspaceOptions::default()
            }),
            ..ServerCapabilities::default()
        };
        let server_info = Some(ServerInfo {
            name: "mtlint".to_owned(),
            version: Some(version.to_owned()),
        });
        InitializeResult {
            capabilities,
            server_info,
        }
    }
}

/// The folders of the workspace that the parameters of `initialize` name, in any of the three
/// ways there are.
pub(crate) fn folders(params: &Value) -> Vec<PathBuf> {
    let listed = params.get("workspaceFolders").and_then(Value::as_array);
    let listed = listed
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("uri"));
    let root = params.get("rootUri");
    let mut found: Vec<PathBuf> = listed.filter_map(address).collect();
    if found.is_empty() {
        found.extend(root.and_then(address));
    }
    if found.is_empty() {
        let path = params.get("rootPath").and_then(Value::as_str);
        found.extend(path.map(PathBuf::from));
    }
    found
}

fn address(value: &Value) -> Option<PathBuf> {
    uri::path(&Uri(value.as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_client_that_says_nothing_gets_what_every_client_knows() {
        for params in [json!({}), json!({ "capabilities": null }), json!([])] {
            let plain = Capabilities::of(&params);
            assert_eq!(plain.encoding, Encoding::Utf16);
            assert!(!plain.pulls && !plain.related && !plain.markdown && !plain.progress);
            let answer = serde_json::to_value(plain.answer("1")).unwrap();
            assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
            assert_eq!(answer["capabilities"].get("diagnosticProvider"), None);
        }
    }

    #[test]
    fn who_pulls_has_to_take_a_hint_to_pull_again() {
        let params = json!({ "capabilities": {
            "textDocument": { "diagnostic": {} },
            "general": { "positionEncodings": ["utf-32", "utf-8", "utf-16"] },
        } });
        let pushed = Capabilities::of(&params);
        assert!(!pushed.pulls);
        assert_eq!(pushed.encoding, Encoding::Utf8);
        let params = json!({ "capabilities": {
            "textDocument": { "diagnostic": {} },
            "workspace": { "diagnostics": { "refreshSupport": true } },
        } });
        assert!(Capabilities::of(&params).pulls);
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_named_in_three_ways() {
        let new = json!({ "workspaceFolders": [{ "uri": "file:///a", "name": "a" }, 7],
            "rootUri": "file:///b" });
        assert_eq!(folders(&new), [PathBuf::from("/a")]);
        let old = json!({ "workspaceFolders": null, "rootUri": "file:///b", "rootPath": "/c" });
        assert_eq!(folders(&old), [PathBuf::from("/b")]);
        assert_eq!(folders(&json!({ "rootPath": "/c" })), [PathBuf::from("/c")]);
        assert!(folders(&json!({})).is_empty());
    }
}
