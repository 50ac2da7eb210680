//! Why a file gives no text.

/// Why a file gives no text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocxError {
    /// The file is something else.
    #[error("the file is no .docx document")]
    NoDocx,
    /// The file is one of Word's that is no package of XML.
    #[error(
        "the file is an old .doc document, or a document with a password: save it as .docx without one"
    )]
    OldOrLocked,
    /// A part of the file is not as it should be.
    #[error("the .docx document is damaged: {0}")]
    Damaged(String),
    /// A part of the file is larger than may be.
    #[error("{what} has more than {limit} bytes")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The most bytes allowed for it.
        limit: u64,
    },
}

impl DocxError {
    /// A part that is not as it should be; `problem` says why.
    pub(super) fn damaged(problem: impl ToString) -> Self {
        Self::Damaged(problem.to_string())
    }
}
