//! Noticing garble: from a reading to a probability for every word.
//!
//! In: a text, its segments and its [`Reading`](crate::lm::Reading). Out:
//! numbers for each word. Nothing here knows categories, severities or prose.

pub mod features;
