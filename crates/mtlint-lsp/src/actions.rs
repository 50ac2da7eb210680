//! What can be done about findings.
//!
//! In: an open document whose text was read, and a part of it. Out: for each finding there its
//! corrections, and ways to be shown it no more; and the one edit that makes all safe
//! corrections. An edit says for which version of the document it is.

use std::collections::HashMap;
use std::ops::Range;

use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, Command, DocumentChange, Edit,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextDocumentIdentifier, TextEdit,
    WorkspaceEdit,
};
use mtlint::correct::{Permission, correct};
use mtlint::finding::{Applicability, Finding};
use mtlint::policy::{Acceptance, Policy};
use mtlint::report::text::safe_phrase;
use serde::{Deserialize, Serialize};

use crate::capabilities::{ACCEPT, Capabilities, DISMISS, FIX_ALL};
use crate::client::json;
use crate::diagnostics;
use crate::documents::Open;
use crate::engine::Judged;
use crate::evidence;

/// A phrase in the title of an action takes at most about this many columns.
const TITLE_COLUMNS: usize = 40;

/// The argument of the command that accepts a word.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AcceptArgument {
    /// The document.
    pub(crate) uri: String,
    /// The word or name.
    pub(crate) text: String,
}

/// The argument of the command that dismisses a finding.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DismissArgument {
    /// The document.
    pub(crate) uri: String,
    /// The finding, by its fingerprint.
    pub(crate) fingerprint: String,
}

/// What can be done about the findings in `part` of a document.
pub(crate) fn all(
    open: &Open,
    part: &Range<usize>,
    context: &CodeActionContext,
    capabilities: &Capabilities,
) -> Vec<CodeAction> {
    let Some(judged) = open.judged() else {
        return Vec::new();
    };
    let wanted = |kind: &str| {
        let Some(only) = &context.only else {
            return true;
        };
        // A kind stands for all below it, and the empty one for all.
        only.iter().any(|one| {
            let rest = kind.strip_prefix(one.as_str());
            rest.is_some_and(|rest| {
                one.as_str().is_empty() || rest.is_empty() || rest.starts_with('.')
            })
        })
    };
    let findings = diagnostics::shown(open);
    let mut actions = Vec::new();
    if wanted(CodeActionKind::QuickFix.as_str()) {
        for (finding, fingerprint) in &findings {
            // One that begins where the part ends is meant too: the part may be a cursor.
            let span = finding.span;
            if part.start <= span.end() && span.start() <= part.end {
                actions.extend(of_finding(open, judged, finding, fingerprint, capabilities));
            }
        }
    }
    if wanted(FIX_ALL) {
        let findings = findings.iter().map(|(finding, _)| (*finding).clone());
        actions.extend(fix_all(
            open,
            judged,
            &findings.collect::<Vec<_>>(),
            capabilities,
        ));
    }
    actions
}

/// What can be done about one finding.
fn of_finding(
    open: &Open,
    judged: &Judged,
    finding: &Finding,
    fingerprint: &str,
    capabilities: &Capabilities,
) -> Vec<CodeAction> {
    let encoding = capabilities.encoding;
    let diagnostic = diagnostics::of_finding(open, judged, finding, fingerprint, encoding);
    let action = |title: String| CodeAction {
        title,
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic.clone()]),
        ..CodeAction::default()
    };
    let safe = Permission::Safe.choose(finding);
    let mut actions = Vec::new();
    for suggestion in &finding.suggestions {
        let preferred = safe.is_some_and(|safe| std::ptr::eq(safe, suggestion));
        let new = (suggestion.span.range(), suggestion.replacement.as_str());
        let caution = match suggestion.applicability {
            Applicability::Safe => "Apply",
            Applicability::Unsafe => "Apply after a look",
            Applicability::DisplayOnly => "Try",
        };
        actions.push(CodeAction {
            is_preferred: preferred.then_some(true),
            edit: Some(edit(open, [new], capabilities)),
            ..action(format!(
                "{caution}: {}",
                evidence::correction(judged, suggestion)
            ))
        });
    }
    let text = evidence::phrase(judged, finding);
    let shown = safe_phrase(&text, TITLE_COLUMNS);
    let uri = open.uri.0.clone();
    let accepted = Acceptance {
        text: text.clone(),
        category: None,
        any_case: false,
    };
    // A document without a file has no configuration, and a long passage is no word.
    if open.place.path.is_some() && Policy::default().accept(&accepted).is_ok() {
        let title = format!("Accept \"{shown}\" in mtlint.toml");
        let argument = AcceptArgument {
            uri: uri.clone(),
            text,
        };
        actions.push(CodeAction {
            command: Some(command(&title, ACCEPT, &argument)),
            ..action(title)
        });
    }
    let title = format!("Dismiss \"{shown}\" until the editor is closed");
    let fingerprint = fingerprint.to_owned();
    let argument = DismissArgument { uri, fingerprint };
    actions.push(CodeAction {
        command: Some(command(&title, DISMISS, &argument)),
        ..action(title)
    });
    actions
}

/// The edit that makes all safe corrections, if there is any.
fn fix_all(
    open: &Open,
    judged: &Judged,
    findings: &[Finding],
    capabilities: &Capabilities,
) -> Option<CodeAction> {
    let text = judged.analysis.document.text();
    let correction = correct(text, findings, Permission::Safe);
    if correction.edits.is_empty() {
        return None;
    }
    let edits = correction.edits.iter();
    let edits = edits.map(|edit| (edit.span.range(), edit.suggestion.replacement.as_str()));
    Some(CodeAction {
        title: "Fix all safe corrections of mtlint".to_owned(),
        kind: Some(CodeActionKind::from(FIX_ALL.to_owned())),
        edit: Some(edit(open, edits, capabilities)),
        ..CodeAction::default()
    })
}

/// The edit that puts texts in the place of bytes of a document.
fn edit<'a>(
    open: &Open,
    new: impl IntoIterator<Item = (Range<usize>, &'a str)>,
    capabilities: &Capabilities,
) -> WorkspaceEdit {
    let edits = new.into_iter().map(|(bytes, text)| TextEdit {
        range: open.text.places(bytes, capabilities.encoding),
        new_text: text.to_owned(),
    });
    if !capabilities.versioned_edits {
        return WorkspaceEdit {
            changes: Some(HashMap::from([(open.uri.clone(), edits.collect())])),
            ..WorkspaceEdit::default()
        };
    }
    let document = OptionalVersionedTextDocumentIdentifier {
        version: Some(open.version),
        text_document_identifier: TextDocumentIdentifier {
            uri: open.uri.clone(),
        },
    };
    let edit = TextDocumentEdit {
        text_document: document,
        edits: edits.map(Edit::TextEdit).collect(),
    };
    WorkspaceEdit {
        document_changes: Some(vec![DocumentChange::TextDocumentEdit(edit)]),
        ..WorkspaceEdit::default()
    }
}

fn command(title: &str, name: &str, argument: &impl Serialize) -> Command {
    Command {
        title: title.to_owned(),
        tooltip: None,
        command: name.to_owned(),
        arguments: Some(vec![json(argument)]),
    }
}
