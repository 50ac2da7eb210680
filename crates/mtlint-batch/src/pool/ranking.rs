//! Which articles on the same story serve a document as siblings.
//!
//! In: the articles found for a document, and qualities as far as they are known. Out: those
//! that can serve as siblings, the best first, and of which article the document is a near
//! copy. It searches nothing and judges no quality.

use super::article::Article;
use super::search::Match;

/// Of several articles on the same story, those serve for their quality whose
/// probability is at most this much below the surest one's.
pub const SURENESS_MARGIN: f64 = 0.1;

/// Qualities, 0 to 100, less apart than this count as alike: about half of the
/// interval that a score of a news story has.
const CLEARLY_CLEANER: f64 = 5.0;

/// A near copy serves if its quality is higher by this: little chance is in the
/// difference of two scores of nearly the same words.
const CLEANER_COPY: f64 = 1.0;

/// What an article's quality is taken to be that nobody has judged: pools are
/// made of texts that somebody trusts.
const UNJUDGED_QUALITY: f64 = 80.0;

/// Of the articles on the same story those that can serve a document as
/// siblings, the best one first. `quality` is the document's, where it is known.
///
/// The document itself, and what is the same to the last byte, never serves: it
/// would confirm every slip. Nor does a near copy that is known to be no cleaner,
/// nor what is known to be clearly less clean than the document. A near copy that
/// is known to be cleaner comes first; then come those that are about as surely
/// on the story as any, the cleaner one first; then near copies of unknown
/// quality, which very probably have the same slips; then what is less surely on
/// the story.
pub fn serving(quality: Option<f64>, found: &[Match]) -> Vec<&Match> {
    let gain = |one: &Match| Some(one.quality? - quality?);
    let wanted = |one: &Match| {
        gain(one).is_none_or(|gain| {
            if one.near_copy {
                gain >= CLEANER_COPY
            } else {
                gain > -CLEARLY_CLEANER
            }
        })
    };
    let mut serving: Vec<&Match> = found
        .iter()
        .filter(|one| one.same_story() && !one.identical && wanted(one))
        .collect();
    let surest = serving.iter().map(|one| one.probability);
    let surest = surest.fold(0.0, f64::max);
    let rank = |one: &Match| {
        if one.near_copy {
            return if gain(one).is_some() { 0 } else { 2 };
        }
        if one.probability >= surest - SURENESS_MARGIN {
            1
        } else {
            3
        }
    };
    let steps = |one: &Match| {
        let quality = one.quality.unwrap_or(UNJUDGED_QUALITY);
        (quality / CLEARLY_CLEANER).floor()
    };
    serving.sort_by(|a, b| {
        let by_rank = rank(a).cmp(&rank(b));
        let by_quality = steps(b).total_cmp(&steps(a));
        let by_sureness = b.probability.total_cmp(&a.probability);
        let order = by_rank.then(by_quality).then(by_sureness);
        order.then(a.number.cmp(&b.number))
    });
    serving
}

/// The earliest article of the pool of which `document` is a near copy, or the
/// same to the last byte. Of two copies in one pool, the later one is the copy.
pub fn copied_from<'a>(document: &Article, found: &'a [Match]) -> Option<&'a Match> {
    let itself = |one: &&Match| one.identical && one.article.id == document.id;
    let own = found.iter().filter(itself).map(|one| one.number).min();
    found
        .iter()
        .filter(|one| one.near_copy || one.identical)
        .filter(|one| own.is_none_or(|own| one.number < own))
        .min_by_key(|one| one.number)
}
