//! Judging corrections.
//!
//! In: the candidates for one suspect phrase. Out: the suggestions that are
//! worth showing, best first. The few that are likeliest by what the words alone
//! tell are patched in and read by the language model; then a network fitted on
//! real corrections (see `training/siblings`) says how likely each helps.
//!
//! Corrections that people make seldom only respell, so the network has seen few
//! such. For a word that the sibling spells otherwise (a foreign spelling of a
//! name, a verb left untranslated) a rule of our own, [`respelt`], may be surer.

use crate::detect::sigmoid;
use crate::finding::{Applicability, Suggestion};
use crate::span::{Doc, Span};

use super::Alternatives;
use super::candidates::Candidate;
use super::comparison::Comparison;
use super::network::SiblingModel;

/// Candidates that the language model reads for one place, and for one suspect
/// phrase, which may have several.
const READ: usize = 3;
const MOST_READ: usize = 15;

/// Least probability, before it reads, of one that it reads: for a finding, and for
/// a phrase that becomes one only by a safe correction.
const LEAST_PRIOR: (f32, f32) = (0.3, 0.45);

/// One closer than this to the best leaves it open which of the two is meant.
const RIVAL: f32 = 0.8;

/// What a correction is worth more, in confidence, for each e-fold of garbled words
/// that give way: of two about as likely the one that leaves less undone comes first.
const BOLDNESS: f32 = 0.15;

/// Relation from which a phrase respells another, and from which it does surely.
const RESPELT: (f32, f32) = (0.6, 0.75);

/// Confidence and bits from which a sure respelling is safe.
const SAFE_RESPELT: (f32, f32) = (0.8, 8.0);

/// How common (Zipf frequency) a word of English may be to be thought misspelt.
const RARE: f32 = 2.5;

/// Bits that a respelling is thought to save before it is read.
const EXPECTED_BITS: f32 = 12.0;

/// The probability that a phrase of the sibling is the same as what it replaces,
/// spelt otherwise; 0 where the two are not related. Set by hand: relation and
/// neighbours speak for it, words that change beside and a well-known word against
/// it, and surprisal alone prefers short bland words, so it has one vote with a
/// ceiling.
fn respelt(candidate: &Candidate, bits: f32) -> f32 {
    let related = candidate.relation();
    if related < RESPELT.0 {
        return 0.0;
    }
    let gain = (bits / (9.0 + 3.0 * candidate.gone.len() as f32)).tanh();
    let (left, right) = candidate.anchors();
    let beside = candidate.unrelated as f32;
    let common = (candidate.commonness() - RARE).max(0.0);
    let logit = 3.2 * related + 0.8 * (left + right) + 2.5 * gain - 0.8 * beside - common - 3.2;
    sigmoid(logit)
}

/// Judges candidates that the language model has read, all for one suspect phrase,
/// each with the bits it saves: for each place that is corrected what may stand
/// there, best first; the surest place first. First ones never overlap.
pub(super) fn judge(
    model: &SiblingModel,
    comparison: &Comparison<'_>,
    candidates: &[Candidate],
    saved: &[f32],
) -> Vec<Alternatives> {
    let mut found: Vec<Judged<'_>> = candidates
        .iter()
        .zip(saved)
        .filter_map(|(candidate, &bits)| {
            let source = comparison.sources.get(candidate.sibling)?;
            let respelt = respelt(candidate, bits);
            let helps = model.corrections.probability(&candidate.with_bits(bits));
            let weight = source.trust.weight;
            let confidence = helps.max(respelt) * weight;
            let suggestion = Suggestion {
                span: candidate.span,
                replacement: candidate.replacement.clone(),
                confidence,
                applicability: Applicability::Unsafe,
                bits_saved: bits,
                sibling: Some(source.quote(&candidate.other)?),
            };
            let gone = candidate.gone.iter();
            let garbled = gone.map(|&word| sigmoid(comparison.suspicion[word]));
            let judged = Judged {
                suggestion,
                mended: garbled.sum(),
                candidate,
                helps: helps * weight,
                respelt: respelt * weight,
            };
            (confidence >= model.shown).then_some(judged)
        })
        .collect();
    found.sort_by(|a, b| {
        let order = b.worth().total_cmp(&a.worth());
        order.then_with(|| a.key().cmp(&b.key()))
    });
    let mut places: Vec<Vec<Judged<'_>>> = Vec::new();
    for one in found {
        let span = one.suggestion.span;
        let here = |place: &&mut Vec<Judged<'_>>| {
            let best = place.first();
            best.is_some_and(|best| best.suggestion.span.overlaps(span))
        };
        match places.iter_mut().find(here) {
            // The same words for a little more or less tell nothing new.
            Some(place) if place.iter().any(|other| other.brings_as(&one)) => {}
            Some(place) => place.push(one),
            None => places.push(vec![one]),
        }
    }
    let places = places.into_iter().map(|mut place| {
        if is_safe(model, &place) {
            place[0].suggestion.applicability = Applicability::Safe;
        }
        place.into_iter().map(|one| one.suggestion).collect()
    });
    places.collect()
}

/// A candidate that was judged.
struct Judged<'a> {
    suggestion: Suggestion,
    candidate: &'a Candidate,
    /// How many garbled words it is expected to mend.
    mended: f32,
    /// What the network says.
    helps: f32,
    /// What the rule for respelling does.
    respelt: f32,
}

impl Judged<'_> {
    fn worth(&self) -> f32 {
        self.suggestion.confidence + BOLDNESS * self.mended.ln_1p()
    }

    fn brings_as(&self, other: &Self) -> bool {
        self.suggestion.replacement == other.suggestion.replacement
    }

    fn key(&self) -> (Span<Doc>, &str) {
        (self.suggestion.span, &self.suggestion.replacement)
    }
}

/// Whether the first of some suggestions for one place can be applied unasked.
fn is_safe(model: &SiblingModel, place: &[Judged<'_>]) -> bool {
    let [best, others @ ..] = place else {
        return false;
    };
    let saved = best.suggestion.bits_saved;
    let (confidence, bits) = SAFE_RESPELT;
    let respelt =
        best.candidate.relation() >= RESPELT.1 && best.respelt >= confidence && saved >= bits;
    let helps = best.helps >= model.safe && saved > 0.0;
    let is_rival = |other: &Judged<'_>| {
        other.suggestion.confidence > RIVAL * best.suggestion.confidence
            && !other.candidate.includes(best.candidate)
    };
    (helps || respelt) && !others.iter().any(is_rival)
}

/// The few candidates that are worth the model's time, best first; of several
/// that bring the same content for the same words only the likeliest.
pub(super) fn likeliest(
    model: &SiblingModel,
    comparison: &Comparison<'_>,
    candidates: Vec<Candidate>,
    weak: bool,
) -> Vec<Candidate> {
    let least = if weak { LEAST_PRIOR.1 } else { LEAST_PRIOR.0 };
    let priors = candidates.into_iter().map(|candidate| {
        let prior = model.prior.probability(&candidate.signs);
        let prior = prior.max(respelt(&candidate, EXPECTED_BITS));
        (prior, candidate)
    });
    let mut priors: Vec<(f32, Candidate)> = priors.filter(|(p, _)| *p >= least).collect();
    priors.sort_by(|(p, a), (q, b)| {
        let order = q.total_cmp(p);
        order.then_with(|| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)))
    });
    let content = |candidate: &Candidate| -> Vec<&str> {
        let forms = &comparison.sources[candidate.sibling].article.forms;
        let content = candidate.come.iter().map(|&word| &forms[word]);
        let content = content.filter(|form| form.is_content());
        content.map(|form| form.stem.as_str()).collect()
    };
    let mut ideas: Vec<(Vec<&str>, Span<Doc>)> = Vec::new();
    let mut kept: Vec<Candidate> = Vec::new();
    for (_, candidate) in priors {
        let idea = content(&candidate);
        let known = |(other, span): &(Vec<&str>, Span<Doc>)| {
            *other == idea && !idea.is_empty() && span.overlaps(candidate.span)
        };
        let here = |other: &&Candidate| other.span.overlaps(candidate.span);
        if ideas.iter().any(known) || kept.iter().filter(here).count() == READ {
            continue;
        }
        ideas.push((idea, candidate.span));
        kept.push(candidate);
        if kept.len() == MOST_READ {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sibling::signs::PRIOR_WIDTH;

    #[test]
    fn only_what_is_likely_and_alone_is_safe() {
        let model = SiblingModel::embedded().unwrap();
        let candidate = |relation: f32| {
            let mut signs = [0.0; PRIOR_WIDTH];
            signs[crate::sibling::signs::RELATION] = relation;
            Candidate {
                span: Span::new(0, 7),
                replacement: "Putin".to_owned(),
                sibling: 0,
                own: 0..1,
                other: 0..1,
                gone: vec![0],
                come: vec![0],
                unrelated: 0,
                signs,
            }
        };
        let (vague, close) = (candidate(0.65), candidate(0.9));
        let judged = |candidate, helps: f32, respelt: f32, bits_saved| Judged {
            suggestion: Suggestion {
                span: Span::new(0, 7),
                replacement: "Putin".to_owned(),
                confidence: helps.max(respelt),
                applicability: Applicability::Unsafe,
                bits_saved,
                sibling: None,
            },
            candidate,
            mended: 1.0,
            helps,
            respelt,
        };
        let is_safe = |place: &[Judged<'_>]| is_safe(&model, place);
        assert!(is_safe(&[judged(&close, 0.1, 0.9, 12.0)]));
        assert!(is_safe(&[judged(&vague, 0.9, 0.0, 1.0)]));
        // Not sure enough for the rule, and little for the network.
        assert!(!is_safe(&[judged(&close, 0.1, 0.7, 12.0)]));
        assert!(!is_safe(&[judged(&vague, 0.1, 0.9, 12.0)]));
        // The language model does not agree.
        assert!(!is_safe(&[judged(&close, 0.1, 0.9, 3.0)]));
        assert!(!is_safe(&[judged(&vague, 0.9, 0.0, -1.0)]));
        // Something else may as well be meant.
        let mut another = candidate(0.9);
        another.come = vec![1];
        let mut bolder = candidate(0.9);
        bolder.come = vec![0, 1];
        let rival = judged(&another, 0.1, 0.85, 12.0);
        assert!(!is_safe(&[judged(&close, 0.1, 0.9, 12.0), rival]));
        // The same and more is nothing else.
        let more = judged(&bolder, 0.1, 0.85, 12.0);
        assert!(is_safe(&[judged(&close, 0.1, 0.9, 12.0), more]));
        assert!(!is_safe(&[]));
    }
}
