//! What a comparison comes to, in sentences for people.
//!
//! In: a comparison. Out: sentences, each with its full stop, that quote names as they
//! are: whoever shows them makes them safe to show.

use super::super::message;
use super::{Comparison, Version};

/// From this probability on the best version is said to be best without a reservation.
const SURE: f32 = 0.95;

/// From this probability on it is said to be probably best.
const PROBABLE: f32 = 0.75;

/// Versions of one text share words in more than this share of their sentences.
const HARDLY_ALIGNED: f32 = 0.2;

/// Which version is best, and what has to be known of the others.
pub(super) fn sentences(comparison: &Comparison) -> Vec<String> {
    if !comparison.is_possible() {
        return vec!["Nothing can be compared: fewer than two versions were judged.".to_owned()];
    }
    let judged: Vec<&Version> = comparison.judged().map(|(version, _)| version).collect();
    let name = |version: &Version| version.report.id.clone();
    let mut sentences = vec![best(&judged)];
    for version in &judged {
        if let Some(other) = version.same_as.and_then(|at| comparison.versions.get(at)) {
            let (own, other) = (name(version), name(other));
            sentences.push(format!("{own} has the same text as {other}."));
        } else if version
            .aligned_share
            .is_some_and(|share| share < HARDLY_ALIGNED)
        {
            let (own, best) = (name(version), name(judged[0]));
            sentences.push(format!(
                "{own} shares hardly a sentence with {best}: it may be no version of the same text."
            ));
        }
    }
    sentences
}

/// Which version is best, and how sure that is. The version that comes nearest decides.
fn best(judged: &[&Version]) -> String {
    let (best, others) = (judged[0], &judged[1..]);
    let others = others.iter().filter(|version| version.same_as != Some(0));
    let others: Vec<(&Version, f32)> = others
        .filter_map(|version| Some((*version, version.p_best_better?)))
        .collect();
    let nearest = others.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let Some((nearest, p)) = nearest else {
        return "All versions have the same text: none is better.".to_owned();
    };
    let best = &best.report.id;
    let nearest = &nearest.report.id;
    let chance = message::percent(*p);
    if *p < PROBABLE {
        return format!(
            "No version is clearly best: {best} is better than {nearest} with a probability of \
             {chance} only."
        );
    }
    let sure = if *p < SURE { "is probably" } else { "is" };
    if others.len() == 1 {
        format!("{best} {sure} best: better than {nearest} with a probability of {chance}.")
    } else {
        format!(
            "{best} {sure} best: better than {nearest}, which comes nearest, with a probability \
             of {chance}."
        )
    }
}
