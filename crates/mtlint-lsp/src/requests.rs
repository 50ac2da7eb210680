//! What the client asks the server.
//!
//! In: requests. Out: their answers, at once or when the text was read. An answer is about the
//! text as it is, never about an older one.

use lsp_server::RequestId;
use lsp_types::{
    CodeActionParams, Contents, DocumentDiagnosticParams, ExecuteCommandParams, Hover, HoverParams,
    MarkupContent, MarkupKind, MessageType, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::actions::{AcceptArgument, DismissArgument};
use crate::capabilities::{ACCEPT, DISMISS};
use crate::client::json;
use crate::diagnostics;
use crate::documents::Awaited;
use crate::error::RequestError;
use crate::evidence;
use crate::notifications::parsed;
use crate::session::Session;

/// Answers a request; `None` if it is answered later.
///
/// # Errors
/// When it cannot be answered.
pub(crate) fn handle(
    session: &mut Session,
    id: &RequestId,
    method: &str,
    params: Value,
) -> Result<Option<Value>, RequestError> {
    match method {
        "textDocument/hover" => hover(session, &parsed(params)?).map(Some),
        "textDocument/codeAction" => {
            let params: CodeActionParams = parsed(params)?;
            let uri = params.text_document.uri.clone();
            // What is wrong with a place is said at once.
            let encoding = session.client.capabilities().encoding;
            let open = session.documents.get(&uri)?;
            open.text.bytes(params.range, encoding)?;
            wait(session, id, &uri, Awaited::Actions(Box::new(params)))
        }
        "textDocument/diagnostic" => {
            let params: DocumentDiagnosticParams = parsed(params)?;
            let uri = params.text_document.uri;
            let awaited = Awaited::Diagnostics(params.previous_result_id);
            wait(session, id, &uri, awaited)
        }
        "workspace/executeCommand" => execute(session, parsed(params)?).map(Some),
        method => Err(RequestError::UnknownMethod(method.to_owned())),
    }
}

/// Answers a request if the text was read, and else keeps it until then.
fn wait(
    session: &mut Session,
    id: &RequestId,
    uri: &Uri,
    awaited: Awaited,
) -> Result<Option<Value>, RequestError> {
    let open = session.documents.get(uri)?;
    if open.current().is_some() || open.lost.is_some() {
        return session.answer(open, &awaited).map(Some);
    }
    let open = session.documents.get_mut(uri)?;
    open.waiting.push((id.clone(), awaited));
    Ok(None)
}

fn hover(session: &Session, params: &HoverParams) -> Result<Value, RequestError> {
    let at = &params.text_document_position_params;
    let capabilities = session.client.capabilities();
    let open = session.documents.get(&at.text_document.uri)?;
    let byte = open.text.byte(at.position, capabilities.encoding)?;
    let mut findings = diagnostics::shown(open).into_iter();
    let at_byte = findings.find(|(finding, _)| {
        let span = finding.span;
        span.start() <= byte && byte < span.end().max(span.start() + 1)
    });
    let (Some((finding, _)), Some(judged)) = (at_byte, open.judged()) else {
        return Ok(Value::Null);
    };
    let kind = match capabilities.markdown {
        true => MarkupKind::Markdown,
        false => MarkupKind::PlainText,
    };
    let value = evidence::hover(judged, finding, capabilities.markdown);
    Ok(json(&Hover {
        contents: Contents::MarkupContent(MarkupContent { kind, value }),
        range: Some(
            open.text
                .places(finding.span.range(), capabilities.encoding),
        ),
    }))
}

fn execute(session: &mut Session, params: ExecuteCommandParams) -> Result<Value, RequestError> {
    let argument = params.arguments.into_iter().flatten().next();
    let argument = argument.unwrap_or_default();
    match params.command.as_str() {
        ACCEPT => accept(session, argument),
        DISMISS => dismiss(session, argument),
        other => Err(RequestError::Params(format!("there is no command {other}"))),
    }
}

/// Writes into the configuration that a word is no error, and reads all documents again.
fn accept(session: &mut Session, argument: Value) -> Result<Value, RequestError> {
    let AcceptArgument { uri, text } = argument_of(argument)?;
    let place = session.place(&Uri(uri));
    match session.host.accept(&place, &text) {
        Ok(_) => {
            session.read_all();
            Ok(Value::Null)
        }
        Err(message) => {
            // Many clients keep quiet about an error of a command.
            session.client.show(MessageType::Error, message.clone());
            Err(RequestError::Failed(message))
        }
    }
}

/// Shows a finding no more.
fn dismiss(session: &mut Session, argument: Value) -> Result<Value, RequestError> {
    let DismissArgument { uri, fingerprint } = argument_of(argument)?;
    let uri = Uri(uri);
    let open = session.documents.get_mut(&uri)?;
    open.dismissed.insert(fingerprint);
    if open.current().is_some() {
        session.tell(&uri);
    }
    Ok(Value::Null)
}

fn argument_of<T: DeserializeOwned>(argument: Value) -> Result<T, RequestError> {
    let argument = serde_json::from_value(argument);
    argument.map_err(|error| RequestError::Params(format!("of the command: {error}")))
}
