//! Evidence and corrections from a cleaner article on the same story.
//!
//! In: a document with what is suspected of its words, and one or more sibling
//! articles. Out: how suspect each word is in their light ([`rescore()`]), for suspect
//! phrases the replacements that a sibling supports, best first, each with the
//! sibling's words it comes from ([`corrections()`]), and facts that a sibling
//! contradicts ([`contradictions()`]). It decides neither what is suspect nor how a
//! finding is worded, and it never proposes to delete.
//!
//! Each file imports only from files further down in this list:
//!
//! | | |
//! |---|---|
//! | decisions | `contradictions`, `corrections`, `candidates`, `rescore` |
//! | model | `model` |
//! | features | `features/` |
//! | data | `facts/`, `surface`, [`comparison`](Comparison), `conditional`, `align/`, `phrases`, [`memo`](Memo), `text`, `trust`, [`article`](SiblingArticle), [`similarity`] |
//!
//! No value changes behind its caller's back: a [`Comparison`] is made once and only read
//! afterwards, and answers that are needed more than once are kept by the [`Memo`] that is
//! passed to every call.
//!
//! This is a stage of the pipeline, public for the programs that measure it and train its
//! networks. To lint a document with siblings call
//! [`Linter::lint_with_siblings`](crate::Linter::lint_with_siblings).

mod align;
mod article;
mod candidates;
mod comparison;
mod conditional;
mod contradictions;
mod corrections;
mod facts;
mod features;
mod memo;
mod model;
mod phrases;
mod rescore;
pub mod similarity;
mod surface;
mod text;
mod trust;

pub use article::{Original, Phrases, SiblingArticle, Spellings};
pub use candidates::{Candidate, Candidates, bits_saved};
pub use comparison::{Articles, Comparison, Quote};
pub use contradictions::{Contradiction, Opposition, contradictions, oppositions};
pub use corrections::{Alternatives, Correction, Suspect, corrections};
pub use features::contradiction::CONTRADICTION_COLUMNS;
pub use features::document::DocumentEvidence;
pub use features::edit::{CORRECTION_COLUMNS, PRIOR_COLUMNS};
pub use features::word::{WORD_COLUMNS, word_features};
pub use memo::Memo;
pub use model::SiblingModel;
pub use rescore::{Rescore, WordScore, rescore};
pub use trust::{Doubt, Trust};

#[cfg(test)]
mod tests;
