//! A report as what Python makes its own of.
//!
//! In: a report of the library's. Out: its JSON, the same with positions in characters, and
//! its HTML. Nothing of the report stays behind: what Python keeps is as large as these.

use mtlint::correct::Correction;
use mtlint::document::LineIndex;
use mtlint::report::{Analysis, Failure, FailureKind, Outcome, Report, html, json, v1};

use crate::characters::{Corrected, Texts, in_characters};
use crate::error::NativeError;

/// A report: its JSON as the command prints it, the same with positions in characters, and its
/// HTML.
pub type Parts = (String, String, String);

/// A correction, with the text that it was made in.
pub struct Fixed<'a> {
    pub correction: &'a Correction,
    pub original: &'a Analysis,
}

/// The parts of a report; with `words` every word is listed, and with `fixed` it says what was
/// corrected before.
///
/// # Errors
/// Never in practice: every report can be written.
pub fn parts(
    report: &Report,
    words: bool,
    fixed: Option<&Fixed<'_>>,
) -> Result<Parts, NativeError> {
    let fix = fixed.map(|fixed| fixed.correction);
    let contract = v1::Report::new(report, json::Options { words, fix });
    let exact = json::escaped(serde_json::to_string(&contract).map_err(unwritten)?);
    let texts = match &report.outcome {
        Outcome::Scored(analysis) => Some(Texts::of(analysis)),
        _ => None,
    };
    let corrected_text = fix.map(|fix| LineIndex::new(&fix.text));
    let corrected = fixed.zip(corrected_text.as_ref());
    let corrected = corrected.map(|(fixed, text)| Corrected {
        original: Texts::of(fixed.original),
        text,
    });
    let shown = in_characters(contract, texts.as_ref(), corrected.as_ref());
    let shown = serde_json::to_string(&shown).map_err(unwritten)?;
    Ok((exact, shown, html::fragment(report).map_err(unwritten)?))
}

/// The parts of the report on something that is no document.
///
/// # Errors
/// Never in practice: every report can be written.
pub fn rejected(id: String, message: String) -> Result<Parts, NativeError> {
    let failure = Failure {
        kind: FailureKind::BadRecord,
        message,
    };
    parts(&Report::failed(id, failure), false, None)
}

fn unwritten(error: impl ToString) -> NativeError {
    NativeError::Unwritten {
        problem: error.to_string(),
    }
}
