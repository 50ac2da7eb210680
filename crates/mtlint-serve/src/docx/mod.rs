//! The text of a .docx document.
//!
//! In: the bytes of the file, from whoever. Out: its text, a blank line between paragraphs. The
//! paragraphs of tables and text boxes are paragraphs like others. Of tracked changes what was put
//! in is there, and what was deleted or moved away is not. Footnotes, headers and comments are left
//! out, and so is all form. Everything that a file could have too much of has a cap.

mod error;
mod package;
mod prose;

pub(crate) use error::DocxError;

use package::MainPart;

/// The text of the .docx document that `bytes` are, which has at most `max_bytes` bytes.
///
/// # Errors
/// When the bytes are no such document, or it is damaged or too large.
pub(crate) fn text(bytes: &[u8], max_bytes: u64) -> Result<String, DocxError> {
    let mut part = MainPart::of(bytes)?;
    prose::text(part.open()?, max_bytes)
}

#[cfg(test)]
mod tests;
