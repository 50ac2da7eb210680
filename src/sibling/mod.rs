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
//! | model | `model`, `network` |
//! | features | `features/` |
//! | data | `facts/`, `surface`, [`comparison`](Comparison), `conditional`, `patches`, `align/`, `phrases`, [`memo`](Memo), `text`, `trust`, [`article`](SiblingArticle), [`similarity`] |
//!
//! Nothing here changes behind the back of who calls it: a [`Comparison`] is made once
//! and only read afterwards, and what is computed more than once is remembered by the
//! [`Memo`] that every call is handed.

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
mod network;
mod patches;
mod phrases;
mod rescore;
pub mod similarity;
mod surface;
mod text;
mod trust;

pub use article::{Original, SiblingArticle};
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
pub use patches::DocumentReading;
pub use rescore::{Rescore, WordScore, rescore};
pub use trust::{Doubt, Trust};

#[cfg(test)]
mod tests;
