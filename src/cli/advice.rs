//! What is said about an error: what is wrong, why, and what to do about it.
//!
//! In: an error of the library or of this program. Out: its message with its causes.

use mtlint::document::DocumentError;
use mtlint::language::{AbstainReason, Language};
use mtlint::report::message;

/// An error with its causes.
pub fn message(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if words.is_empty() {
            words = cause;
        } else if !words.contains(&cause) {
            words += ": ";
            words += &cause;
        }
    }
    words
}

pub fn document_error(error: &DocumentError) -> String {
    error.to_string()
}

pub fn abstained(reason: AbstainReason, language: Option<&Language>) -> String {
    message::abstained(reason, language)
}
