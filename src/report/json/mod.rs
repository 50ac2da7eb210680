//! Reports as JSON: the contract [`mtlint.report/1`](super::v1).
//!
//! In: reports. Out: one object for a document, an array for several, or one line each.
//! What stands in the JSON is decided in [`v1`]; here it is only written.

use crate::correct::Correction;

use super::{Report, v1, visible};

/// What is put into the JSON besides what is always there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Whether every word and punctuation mark is listed, in `words`.
    pub words: bool,
    /// The corrections that were applied before the text was judged, for `fix`. All other
    /// positions are those in the corrected text.
    pub fix: Option<&'a Correction>,
}

/// One report on one line, without the line break.
///
/// # Errors
/// Never in practice: every value can be written.
pub fn line(report: &Report, options: Options<'_>) -> Result<String, serde_json::Error> {
    serde_json::to_string(&v1::Report::new(report, options)).map(visible::json)
}

/// One report as an object over several lines, without the last line break.
///
/// # Errors
/// Never in practice: every value can be written.
pub fn object(report: &Report, options: Options<'_>) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&v1::Report::new(report, options)).map(visible::json)
}

/// JSON that says the same, with control, bidirectional and other hidden characters as
/// escapes such as `\u202e`: it can be shown on a terminal.
pub fn escaped(json: String) -> String {
    visible::json(json)
}

/// Objects made by [`object`] as one array.
pub fn array(objects: &[String]) -> String {
    if objects.is_empty() {
        return "[]".to_owned();
    }
    format!("[\n{}\n]", objects.join(",\n"))
}

#[cfg(test)]
mod tests;
