//! What the client tells the server.
//!
//! In: notifications. Out: the session, changed. One that is wrong is written into the client's
//! log, since it has no answer.

use lsp_types::{
    CancelParams, DidChangeConfigurationParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, MessageType, VersionedTextDocumentIdentifier,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::documents::{Change, Open};
use crate::error::RequestError;
use crate::host::Place;
use crate::session::{Session, When};
use crate::settings::ClientSettings;
use crate::text::Text;
use crate::uri;

/// A change of a document. Its parts are told apart strictly: a part whose place cannot be read
/// is not the whole text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DidChangeParams {
    text_document: VersionedTextDocumentIdentifier,
    content_changes: Vec<Change>,
}

/// Does what a notification says. What nobody has to know is passed over.
///
/// # Errors
/// When its parameters are wrong, or it is about a document that is not open.
pub(crate) fn handle(
    session: &mut Session,
    method: &str,
    params: Value,
) -> Result<(), RequestError> {
    match method {
        "textDocument/didOpen" => {
            open(session, parsed(params)?);
            Ok(())
        }
        "textDocument/didChange" => change(session, params),
        "textDocument/didClose" => {
            let params: DidCloseTextDocumentParams = parsed(params)?;
            session.close(&params.text_document.uri);
            Ok(())
        }
        "textDocument/didSave" => save(session, &parsed(params)?),
        "workspace/didChangeConfiguration" => {
            let params: DidChangeConfigurationParams = parsed(params)?;
            // Clients that want to be asked send nothing.
            if !params.settings.is_null() {
                set(session, &params.settings);
                session.attempt += 1;
                session.read_all();
            }
            Ok(())
        }
        "workspace/didChangeWatchedFiles" => {
            let params: DidChangeWatchedFilesParams = parsed(params)?;
            watched(session, &params);
            Ok(())
        }
        "workspace/didChangeWorkspaceFolders" => {
            let params: DidChangeWorkspaceFoldersParams = parsed(params)?;
            let paths = |folders: Vec<lsp_types::WorkspaceFolder>| {
                let paths = folders.into_iter();
                paths
                    .filter_map(|folder| uri::path(&folder.uri))
                    .collect::<Vec<_>>()
            };
            let removed = paths(params.event.removed);
            session.folders.retain(|folder| !removed.contains(folder));
            session.folders.extend(paths(params.event.added));
            session.read_all();
            Ok(())
        }
        "$/cancelRequest" => {
            cancel(session, parsed(params)?);
            Ok(())
        }
        // `initialized`, traces, and whatever else needs no answer.
        _ => Ok(()),
    }
}

/// Parameters of the type that a method has.
///
/// # Errors
/// When they are of another type.
pub(crate) fn parsed<T: DeserializeOwned>(params: Value) -> Result<T, RequestError> {
    serde_json::from_value(params).map_err(|error| RequestError::Params(error.to_string()))
}

/// Takes the settings that a client sent. Wrong ones are told to the person, and those from
/// before count.
pub(crate) fn set(session: &mut Session, sent: &Value) {
    match ClientSettings::read(sent) {
        Ok(settings) => session.settings = settings,
        Err(error) => session.client.show(MessageType::Warning, error.to_string()),
    }
}

fn open(session: &mut Session, params: DidOpenTextDocumentParams) {
    let item = params.text_document;
    let uri = item.uri;
    // Opened twice, it is another document.
    session.close(&uri);
    session.documents.open(Open {
        uri: uri.clone(),
        place: Place::default(),
        language: item.language_id.as_str().to_owned(),
        version: item.version,
        text: Text::new(&item.text),
        revision: 0,
        lost: None,
        found: None,
        dismissed: std::collections::BTreeSet::new(),
        waiting: Vec::new(),
    });
    session.read(&uri, When::Now);
}

fn change(session: &mut Session, params: Value) -> Result<(), RequestError> {
    let address = params.pointer("/textDocument/uri").and_then(Value::as_str);
    let uri = lsp_types::Uri(address.unwrap_or_default().to_owned());
    let encoding = session.client.capabilities().encoding;
    let open = session.documents.get_mut(&uri)?;
    let followed = parsed::<DidChangeParams>(params).and_then(|params| {
        open.version = params.text_document.version;
        Ok(open.change(&params.content_changes, encoding)?)
    });
    if let Err(error) = &followed {
        let lost = format!("an edit could not be followed ({error}); close the file and open it");
        open.lost = Some(lost);
    }
    session.read(&uri, When::AfterPause);
    followed
}

/// Reads again what depends on a file that was saved, and tries again what failed.
fn save(session: &mut Session, params: &DidSaveTextDocumentParams) -> Result<(), RequestError> {
    let uri = &params.text_document.uri;
    session.attempt += 1;
    // What is being read needs not be read again.
    let failed = {
        let open = session.documents.get(uri)?;
        open.current().is_some_and(|found| found.is_unjudged())
    };
    if failed {
        session.read(uri, When::Now);
    }
    if let Some(path) = uri::path(uri) {
        session.read_siblings_of(&path);
    }
    Ok(())
}

fn watched(session: &mut Session, params: &DidChangeWatchedFilesParams) {
    let changed = params.changes.iter();
    let paths: Vec<_> = changed
        .filter_map(|change| uri::path(&change.uri))
        .collect();
    let configuration =
        |path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending == "toml");
    if paths.iter().any(configuration) {
        session.attempt += 1;
        session.read_all();
        return;
    }
    for path in paths {
        session.read_siblings_of(&path);
    }
}

/// Answers a request that nobody wants to be answered any more.
fn cancel(session: &mut Session, params: CancelParams) {
    let id = match params.id {
        lsp_types::Id::Int(number) => number.into(),
        lsp_types::Id::String(name) => name.into(),
    };
    for open in session.documents.iter_mut() {
        let waiting = open.waiting.iter().position(|(other, _)| *other == id);
        if let Some(index) = waiting {
            let (id, _) = open.waiting.remove(index);
            session.client.answer(id, Err(RequestError::Cancelled));
            return;
        }
    }
}
