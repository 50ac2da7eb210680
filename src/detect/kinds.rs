//! What kind of error a word is, if it is one.
//!
//! In: the logits that networks give the kinds of a word. Out: [`ErrorKinds`], shares of
//! categories and of severities. Which kind a phrase is shown with is decided in
//! [`crate::finding`].

use crate::network::WeightsError;
use crate::rating::{Category, Severity};

/// The categories that networks tell apart, in the order of their outputs.
pub const CATEGORIES: [Category; 9] = [
    Category::Untranslated,
    Category::Name,
    Category::Mistranslation,
    Category::Wording,
    Category::Grammar,
    Category::WordOrder,
    Category::Omission,
    Category::Punctuation,
    Category::Number,
];
/// The severities, in the order of the outputs that follow.
pub const SEVERITIES: [Severity; 3] = [Severity::Minor, Severity::Major, Severity::Critical];
/// How many outputs a word has for its kinds.
pub(super) const OUTPUTS: usize = CATEGORIES.len() + SEVERITIES.len();

/// The kinds of error that a word may be, given that it is one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ErrorKinds {
    /// The probability of each of [`CATEGORIES`]; they sum up to 1.
    pub categories: [f32; CATEGORIES.len()],
    /// The probability of each of [`SEVERITIES`]; they sum up to 1.
    pub severities: [f32; SEVERITIES.len()],
}

impl ErrorKinds {
    /// The kinds of a word from its [`OUTPUTS`] logits.
    pub(super) fn of(logits: &[f32; OUTPUTS]) -> Self {
        let (categories, severities) = logits.split_at(CATEGORIES.len());
        Self {
            categories: shares(categories),
            severities: shares(severities),
        }
    }

    /// Adds the kinds of another word, which counts `weight` times.
    pub(crate) fn add(&mut self, other: &Self, weight: f32) {
        let sums = self.categories.iter_mut().chain(&mut self.severities);
        let shares = other.categories.iter().chain(&other.severities);
        for (sum, share) in sums.zip(shares) {
            *sum += weight * share;
        }
    }
}

/// Checks that the outputs of networks are the kinds of this program, in its order. `names`
/// are theirs, blank-separated.
///
/// # Errors
/// When they are others.
pub(super) fn check(names: &str) -> Result<(), WeightsError> {
    let categories = CATEGORIES.iter().map(Category::to_string);
    let own: Vec<String> = categories
        .chain(SEVERITIES.iter().map(Severity::to_string))
        .collect();
    if names.split_whitespace().eq(own.iter().map(String::as_str)) {
        return Ok(());
    }
    let own = own.join(" ");
    Err(WeightsError(format!(
        "its kinds are {names:?} in the file and {own:?} in this program"
    )))
}

/// Shares that sum up to 1, from as many logits.
fn shares<const N: usize>(logits: &[f32]) -> [f32; N] {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut out = [0.0; N];
    for (share, logit) in out.iter_mut().zip(logits) {
        *share = (logit - most).exp();
    }
    let sum: f32 = out.iter().sum();
    out.map(|share| share / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_up_to_one_and_follow_the_logits() {
        let mut logits = [0.0; OUTPUTS];
        logits[1] = 2.0;
        logits[11] = 900.0;
        let kinds = ErrorKinds::of(&logits);
        assert!((kinds.categories.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(kinds.categories[1] > 5.0 * kinds.categories[0]);
        assert_eq!(kinds.severities, [0.0, 0.0, 1.0]);
    }

    #[test]
    fn outputs_of_other_names_are_refused() {
        let names = "untranslated name mistranslation wording grammar word_order omission \
                     punctuation number minor major critical";
        assert!(check(names).is_ok());
        assert!(check(&names.replace("name", "person")).is_err());
        assert!(check("").is_err());
    }
}
