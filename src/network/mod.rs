//! What every small network in this library is made of.
//!
//! In: a file of trained weights ([`Tensors`]) and a row of numbers. Out: what its layers
//! make of the row ([`Dense`], and [`Networks`] of them), and logits as probabilities
//! ([`sigmoid`], [`logit`]). What the numbers of a row mean, and what a network is asked, is the
//! business of the rooms
//! that have one: [`crate::lexicon`], [`crate::detect`], [`crate::sibling`] and
//! [`crate::suggest`].

mod averaged;
mod dense;
mod logistic;
mod weights;

pub(crate) use averaged::Networks;
pub(crate) use dense::Dense;
pub(crate) use logistic::{logit, sigmoid};
pub(crate) use weights::Tensors;
pub use weights::WeightsError;

/// A truth value as a number of a row: 1 for true, 0 for false.
pub(crate) fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}
