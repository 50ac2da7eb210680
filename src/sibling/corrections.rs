//! Corrections of suspect phrases.
//!
//! In: a [`Comparison`] and suspect phrases. Out: [`Correction`]s that are
//! worth showing, best first, each with the sibling's words it comes from. The few
//! candidates that are likeliest by what the words alone
//! tell are patched in and read by the language model; then a network fitted on
//! real corrections (see `training/siblings`) says how likely each helps. How a
//! correction is shown is not decided here, and nothing is ever only deleted.
//!
//! Corrections that people make seldom only respell, so the network has seen few
//! such. For a word that the sibling spells otherwise (a foreign spelling of a
//! name, a verb left untranslated) a rule of our own, [`respelling`], may be surer.

use std::collections::HashMap;

use crate::lm::{LanguageModel, LmError};
use crate::network::sigmoid;
use crate::rating::Applicability;
use crate::span::{Doc, Span};

use super::candidates::{Candidate, Candidates, bits_saved};
use super::comparison::{Comparison, Quote};
use super::features::document::DocumentEvidence;
use super::memo::Memo;
use super::model::SiblingModel;
use super::similarity::Form;
use super::text::NormalizedText;

/// Corrections for one place, at most.
const MAX_ALTERNATIVES: usize = 3;

/// Words of a suspect phrase that corrections are looked for: beyond that a text is
/// garbled as a whole.
const MAX_SUSPECT_WORDS: usize = 40;

/// Candidates that the language model reads for one place, and for one suspect
/// phrase, which may have several.
const MAX_READ_PLACE: usize = 3;
const MAX_READ: usize = 15;

/// Least probability, before it reads, of one that it reads: for a finding, and for
/// a phrase that becomes one only by a safe correction.
const MIN_PRIOR: (f32, f32) = (0.3, 0.45);

/// One closer than this to the best leaves it open which of the two is meant.
const RIVAL: f32 = 0.8;

/// What a correction is worth more, in confidence, for each e-fold of garbled words
/// that it replaces: of two about as likely the one that leaves less undone comes first.
const BOLDNESS: f32 = 0.15;

/// Similarity from which a phrase respells another, and from which it does surely.
const RESPELLS: (f32, f32) = (0.6, 0.75);

/// Confidence and bits from which a sure respelling is safe.
const SAFE_RESPELLING: (f32, f32) = (0.8, 8.0);

/// How common (Zipf frequency) a word of English may be to be thought misspelled.
const RARE: f32 = 2.5;

/// Bits that a respelling is thought to save before it is read.
const EXPECTED_BITS: f32 = 12.0;

/// A phrase of the document that may be wrong, to ask the siblings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspect {
    /// The bytes of the document that hold the phrase.
    pub span: Span<Doc>,
    /// Whether the phrase is so little suspect that only a sure correction is wanted.
    pub weak: bool,
}

/// A correction of the document by a sibling's words.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// The bytes of the document that are replaced.
    pub span: Span<Doc>,
    /// The text that stands there afterwards.
    pub replacement: String,
    /// The probability that the correction helps.
    pub confidence: f32,
    /// How freely the correction may be applied.
    pub applicability: Applicability,
    /// The surprisal that the correction saves the language model, in bits.
    pub bits_saved: f32,
    /// The sibling's words that support the correction.
    pub quote: Quote,
}

/// The corrections that may stand in one place of the document, best first.
pub type Alternatives = Vec<Correction>;

/// The corrections of suspect phrases: for each phrase the places that the siblings
/// correct, the surest first, each with at most three corrections; none where the siblings say nothing. The
/// first corrections of two places never overlap, and those of one sentence never bring
/// the same words of a sibling: the surer one is kept. `evidence` is what a
/// [`rescore`](super::rescore()) says that the siblings show of the document.
///
/// # Errors
/// When the language model cannot read.
pub fn corrections<'a>(
    lm: &dyn LanguageModel,
    model: &SiblingModel,
    comparison: &Comparison<'a>,
    evidence: &[DocumentEvidence],
    memo: &mut Memo<'a>,
    suspects: &[Suspect],
) -> Result<Vec<Vec<Alternatives>>, LmError> {
    let document = comparison.document;
    let mut source = Candidates::new(comparison, evidence, memo);
    // Phrases of one sentence mostly come one after the other.
    let mut between: Option<(usize, Vec<Candidate>)> = None;
    let candidates = suspects.iter().map(|suspect| {
        let words = document.segments.words_in(suspect.span);
        let Some(first) = document.segments.words.get(words.start) else {
            return Vec::new();
        };
        // A phrase across sentences is corrected in its first one.
        let sentence = &document.sentences[first.sentence];
        let end = words.end.min(sentence.end);
        let words = words.start..end.min(words.start + MAX_SUSPECT_WORDS);
        let mut found = source.similar(&words);
        if between
            .as_ref()
            .is_none_or(|(known, _)| *known != first.sentence)
        {
            between = Some((first.sentence, source.between(first.sentence)));
        }
        let here = between.iter().flat_map(|(_, candidates)| candidates);
        found.extend(here.filter(|c| c.span.overlaps(suspect.span)).cloned());
        likeliest(model, comparison, found, suspect.weak)
    });
    let candidates: Vec<Vec<Candidate>> = candidates.collect();
    let saved = bits_saved(lm, comparison, &candidates)?;
    let found = candidates.iter().zip(&saved);
    let found = found.map(|(candidates, saved)| ranked(model, comparison, candidates, saved));
    Ok(apart(document, found.collect()))
}

/// Keeps first corrections of different places from overlapping, in the document and,
/// within a sentence of it, in the sibling: there the same words would stand twice
/// afterwards. The surest one is kept.
fn apart(
    document: &NormalizedText<'_>,
    mut found: Vec<Vec<Alternatives>>,
) -> Vec<Vec<Alternatives>> {
    let sureness = |list: &[Correction]| list.first().map_or(0.0, |best| best.confidence);
    let mut places: Vec<&mut Alternatives> = found.iter_mut().flatten().collect();
    places.sort_by(|a, b| sureness(b).total_cmp(&sureness(a)));
    // A correction lies within a sentence, so that only those of one exclude each other.
    let sentence = |list: &[Correction]| {
        let first = list.first()?;
        let words = document.segments.words_in(first.span);
        let first = document.segments.words.get(words.start);
        first.map(|word| word.sentence)
    };
    let mut taken: HashMap<Option<usize>, Vec<Correction>> = HashMap::new();
    for list in places {
        let taken = taken.entry(sentence(list)).or_default();
        list.retain(|one| !taken.iter().any(|other| excludes(document, one, other)));
        list.truncate(MAX_ALTERNATIVES);
        taken.extend(list.first().cloned());
    }
    for places in &mut found {
        places.retain(|list| !list.is_empty());
    }
    found
}

/// Whether only one of two corrections of a sentence can be followed.
fn excludes(document: &NormalizedText<'_>, one: &Correction, other: &Correction) -> bool {
    if one.span.overlaps(other.span) {
        return true;
    }
    let replaced = |correction: &Correction| correction.span.slice(document.text);
    let (a, b) = (&one.quote, &other.quote);
    // A word that is wrong twice is put right twice.
    a.id == b.id && a.span.overlaps(b.span) && replaced(one) != replaced(other)
}

/// The probability that a phrase of the sibling is the same as what it replaces,
/// spelled otherwise; 0 where the two are not similar. Set by hand: similarity and
/// neighbors speak for it, unrelated words that change and a well-known word against
/// it, and surprisal alone prefers short bland words, so it has one vote with a
/// ceiling.
fn respelling(candidate: &Candidate, bits: f32) -> f32 {
    let similar = candidate.similarity();
    if similar < RESPELLS.0 {
        return 0.0;
    }
    let gain = (bits / (9.0 + 3.0 * candidate.removed.len() as f32)).tanh();
    let (left, right) = candidate.anchors();
    let unrelated = candidate.unrelated as f32;
    let common = (candidate.commonness() - RARE).max(0.0);
    let logit = 3.2 * similar + 0.8 * (left + right) + 2.5 * gain - 0.8 * unrelated - common - 3.2;
    sigmoid(logit)
}

/// Ranks candidates that the language model has read, all for one suspect phrase,
/// each with the bits it saves: for each place that is corrected what may stand
/// there, best first; the surest place first. First ones never overlap.
fn ranked(
    model: &SiblingModel,
    comparison: &Comparison<'_>,
    candidates: &[Candidate],
    saved: &[f32],
) -> Vec<Alternatives> {
    let mut found: Vec<CandidateScore<'_>> = candidates
        .iter()
        .zip(saved)
        .filter_map(|(candidate, &bits)| {
            let source = comparison.sources.get(candidate.sibling)?;
            let respelling = respelling(candidate, bits);
            let helps = model.corrections.probability(&candidate.with_bits(bits));
            let weight = source.trust.weight;
            let confidence = helps.max(respelling) * weight;
            let correction = Correction {
                span: candidate.span,
                replacement: candidate.replacement.clone(),
                confidence,
                applicability: Applicability::Unsafe,
                bits_saved: bits,
                quote: source.quote(&candidate.other)?,
            };
            let removed = candidate.removed.iter();
            let garbled = removed.map(|&word| sigmoid(comparison.suspicion[word]));
            let score = CandidateScore {
                correction,
                mended: garbled.sum(),
                candidate,
                helps: helps * weight,
                respelling: respelling * weight,
            };
            (confidence >= model.offered).then_some(score)
        })
        .collect();
    found.sort_by(|a, b| {
        let order = b.worth().total_cmp(&a.worth());
        order.then_with(|| a.key().cmp(&b.key()))
    });
    let mut places: Vec<Vec<CandidateScore<'_>>> = Vec::new();
    for one in found {
        let span = one.correction.span;
        let here = |place: &&mut Vec<CandidateScore<'_>>| {
            let best = place.first();
            best.is_some_and(|best| best.correction.span.overlaps(span))
        };
        match places.iter_mut().find(here) {
            // The same words for a little more or less tell nothing new.
            Some(place) if place.iter().any(|other| other.brings_as(&one)) => {}
            Some(place) => place.push(one),
            None => places.push(vec![one]),
        }
    }
    let places = places.into_iter().map(|mut place| {
        let sound = place
            .first()
            .is_some_and(|best| is_sound(comparison, best.candidate));
        if sound && is_safe(model, &place) {
            place[0].correction.applicability = Applicability::Safe;
        }
        place.into_iter().map(|one| one.correction).collect()
    });
    places.collect()
}

/// What is known of a candidate that the language model has read.
struct CandidateScore<'a> {
    correction: Correction,
    candidate: &'a Candidate,
    /// How many garbled words it is expected to mend.
    mended: f32,
    /// The probability that it helps, by the network.
    helps: f32,
    /// The probability that it only respells, by the rule.
    respelling: f32,
}

impl CandidateScore<'_> {
    fn worth(&self) -> f32 {
        self.correction.confidence + BOLDNESS * self.mended.ln_1p()
    }

    fn brings_as(&self, other: &Self) -> bool {
        self.correction.replacement == other.correction.replacement
    }

    fn key(&self) -> (Span<Doc>, &str) {
        (self.correction.span, &self.correction.replacement)
    }
}

/// Whether a correction can be one that is applied unasked, whatever speaks for it: it takes no
/// content word away without bringing another, and brings none that the sentence has already.
fn is_sound(comparison: &Comparison<'_>, candidate: &Candidate) -> bool {
    let document = comparison.document;
    let Some(source) = comparison.sources.get(candidate.sibling) else {
        return false;
    };
    let content = |forms: &[Form], words: &[usize]| {
        let forms = words.iter().filter_map(|&word| forms.get(word));
        forms.filter(|form| form.is_content()).count()
    };
    let removed = content(&document.forms, &candidate.removed);
    let added = content(&source.text.forms, &candidate.added);
    let first = document.segments.words.get(candidate.own.start);
    let sentence = first.and_then(|word| document.sentences.get(word.sentence));
    let stays = |word: &usize| !candidate.own.contains(word);
    let twice = sentence.is_some_and(|sentence| {
        let forms = sentence
            .clone()
            .filter(stays)
            .map(|word| &document.forms[word]);
        let stays: Vec<&Form> = forms.filter(|form| form.is_content()).collect();
        let new = candidate.added.iter().map(|&word| &source.text.forms[word]);
        let mut new = new.filter(|form| form.is_content());
        new.any(|new| stays.iter().any(|form| form.stem == new.stem))
    });
    removed <= added && !twice
}

/// Whether the first of some corrections of one place can be applied unasked.
fn is_safe(model: &SiblingModel, place: &[CandidateScore<'_>]) -> bool {
    let [best, others @ ..] = place else {
        return false;
    };
    let saved = best.correction.bits_saved;
    let (confidence, bits) = SAFE_RESPELLING;
    let similarity = best.candidate.similarity();
    let respells = similarity >= RESPELLS.1 && best.respelling >= confidence && saved >= bits;
    let helps = best.helps >= model.safe && saved > 0.0;
    let is_rival = |other: &CandidateScore<'_>| {
        other.correction.confidence > RIVAL * best.correction.confidence
            && !other.candidate.includes(best.candidate)
    };
    (helps || respells) && !others.iter().any(is_rival)
}

/// The few candidates that are worth the model's time, best first; of several
/// that bring the same content for the same words only the likeliest.
fn likeliest(
    model: &SiblingModel,
    comparison: &Comparison<'_>,
    candidates: Vec<Candidate>,
    weak: bool,
) -> Vec<Candidate> {
    let min_prior = if weak { MIN_PRIOR.1 } else { MIN_PRIOR.0 };
    let priors = candidates.into_iter().map(|candidate| {
        let prior = model.prior.probability(&candidate.row);
        let prior = prior.max(respelling(&candidate, EXPECTED_BITS));
        (prior, candidate)
    });
    let mut priors: Vec<(f32, Candidate)> = priors.filter(|(p, _)| *p >= min_prior).collect();
    priors.sort_by(|(p, a), (q, b)| {
        let order = q.total_cmp(p);
        order.then_with(|| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)))
    });
    let content = |candidate: &Candidate| -> Vec<&str> {
        let forms = &comparison.sources[candidate.sibling].text.forms;
        let content = candidate.added.iter().map(|&word| &forms[word]);
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
        if ideas.iter().any(known) || kept.iter().filter(here).count() == MAX_READ_PLACE {
            continue;
        }
        ideas.push((idea, candidate.span));
        kept.push(candidate);
        if kept.len() == MAX_READ {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment;
    use crate::sibling::features::edit::{PRIOR_WIDTH, SIMILARITY};
    use crate::sibling::similarity::Normalizer;

    #[test]
    fn only_what_is_likely_and_alone_is_safe() {
        let model = SiblingModel::embedded().unwrap();
        let candidate = |similarity: f32| {
            let mut row = [0.0; PRIOR_WIDTH];
            row[SIMILARITY] = similarity;
            Candidate {
                span: Span::new(0, 7),
                replacement: "Putin".to_owned(),
                sibling: 0,
                own: 0..1,
                other: 0..1,
                removed: vec![0],
                added: vec![0],
                unrelated: 0,
                row,
            }
        };
        let (vague, close) = (candidate(0.65), candidate(0.9));
        let score = |candidate, helps: f32, respelling: f32, bits_saved| CandidateScore {
            correction: Correction {
                span: Span::new(0, 7),
                replacement: "Putin".to_owned(),
                confidence: helps.max(respelling),
                applicability: Applicability::Unsafe,
                bits_saved,
                quote: Quote {
                    id: "s".to_owned(),
                    span: Span::new(0, 5),
                    text: "Putin".to_owned(),
                },
            },
            candidate,
            mended: 1.0,
            helps,
            respelling,
        };
        let is_safe = |place: &[CandidateScore<'_>]| is_safe(&model, place);
        assert!(is_safe(&[score(&close, 0.1, 0.9, 12.0)]));
        assert!(is_safe(&[score(&vague, 0.9, 0.0, 1.0)]));
        // Not sure enough for the rule, and little for the network.
        assert!(!is_safe(&[score(&close, 0.1, 0.7, 12.0)]));
        assert!(!is_safe(&[score(&vague, 0.1, 0.9, 12.0)]));
        // The language model does not agree.
        assert!(!is_safe(&[score(&close, 0.1, 0.9, 3.0)]));
        assert!(!is_safe(&[score(&vague, 0.9, 0.0, -1.0)]));
        // Something else may as well be meant.
        let mut another = candidate(0.9);
        another.added = vec![1];
        let mut bolder = candidate(0.9);
        bolder.added = vec![0, 1];
        let rival = score(&another, 0.1, 0.85, 12.0);
        assert!(!is_safe(&[score(&close, 0.1, 0.9, 12.0), rival]));
        // The same and more is nothing else.
        let more = score(&bolder, 0.1, 0.85, 12.0);
        assert!(is_safe(&[score(&close, 0.1, 0.9, 12.0), more]));
        assert!(!is_safe(&[]));
    }

    #[test]
    fn the_same_words_of_a_sibling_are_not_brought_twice_into_a_sentence() {
        let text =
            "Half in majority had a break awaited; Poutine met Poutine. The break was awaited.";
        let segments = segment(text);
        let document = NormalizedText::new(&Normalizer::default(), text, &segments, 100);
        let correction = |replaced: Span<Doc>, confidence, (start, end)| Correction {
            span: replaced,
            replacement: "x".to_owned(),
            confidence,
            applicability: Applicability::Unsafe,
            bits_saved: 1.0,
            quote: Quote {
                id: "s".to_owned(),
                span: Span::new(start, end),
                text: String::new(),
            },
        };
        let at = |phrase: &str| {
            let start = text.find(phrase).unwrap();
            Span::new(start, start + phrase.len())
        };
        let last = |word: &str| {
            let start = text.rfind(word).unwrap();
            Span::new(start, start + word.len())
        };
        let kept = |one, other| {
            let found = apart(&document, vec![vec![vec![one]], vec![vec![other]]]);
            found.iter().map(Vec::len).collect::<Vec<_>>()
        };
        let majority = || correction(at("in majority had"), 0.4, (10, 23));
        let awaited = |at, quote| correction(at, 0.6, quote);
        assert_eq!(
            kept(majority(), awaited(at("a break awaited"), (14, 23))),
            [0, 1]
        );
        assert_eq!(
            kept(majority(), awaited(at("a break awaited"), (30, 39))),
            [1, 1]
        );
        assert_eq!(kept(majority(), awaited(last("awaited"), (14, 23))), [1, 1]);
        let twice = [at("Poutine"), last("Poutine")].map(|at| correction(at, 0.9, (50, 55)));
        let [one, other] = twice;
        assert_eq!(kept(one, other), [1, 1]);
    }
}
