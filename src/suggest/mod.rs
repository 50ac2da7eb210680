//! Corrections of suspect phrases without a sibling.
//!
//! In: the suspect phrases of a document, with its reading. Out: for each phrase the corrections
//! that are worth showing, best first ([`proposals()`]). Ideas come from a table of names in
//! foreign form, from a dictionary, and from the language model, of whose own words only those
//! count that are related to what stands there: `candidates`. The likeliest few of a document are
//! read in their place by the language model; then a small network says how likely each helps:
//! [`SuggestModel`]. It decides neither what is suspect nor how a correction is worded.
//!
//! This is a stage of the pipeline, public for the program that trains its network.

mod candidates;
mod document;
mod inflection;
mod model;
mod proposals;
mod row;

pub use candidates::Candidate;
pub use document::DocumentText;
pub use model::SuggestModel;
pub use proposals::{Proposal, bits_saved, chosen, proposals};
pub use row::{COLUMNS, WIDTH, rows};

#[cfg(test)]
mod tests;
