//! Facts that a sibling contradicts.
//!
//! In: a [`Comparison`]. Out: [`Contradiction`]s: a number, date or name of the
//! document in whose place an aligned sentence has another, with the sibling's
//! words. A fact that the aligned sentences have too, in any wording, is never
//! one; nor is a name in another spelling, which is a misspelling. A network
//! fitted on articles in two versions, some with one fact changed, says how likely
//! the two really disagree (see `training/siblings`). Which of them is wrong it
//! cannot know.

use std::collections::HashSet;
use std::ops::Range;

use crate::lm::{LanguageModel, LmError};
use crate::rating::Applicability;
use crate::span::{Sibling, Span};

use super::comparison::{COMMON, Comparison, Pair, Source};
use super::corrections::Correction;
use super::facts::facts;
use super::facts::value::{Fact, Value};
use super::features::contradiction::{WIDTH, contradiction_row};
use super::memo::Memo;
use super::model::SiblingModel;
use super::phrases::{MAX_PHRASE_WORDS, replaceable};
use super::surface::surface;
use super::text::NormalizedText;

/// The least confidence that two numbers of the same digits are one, and one of them is written
/// wrongly.
const SAME_DIGITS: f32 = 0.9;

/// A fact of the document that a sibling contradicts.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// The words of the document that say the fact, as indices.
    pub words: Range<usize>,
    /// The sibling's words in their place, with the probability that the two disagree. Such a
    /// correction is never safe, and only for display unless it writes the same digits in another
    /// way: a person has to look which of two facts is right.
    pub correction: Correction,
}

/// A fact of the document and one of a sibling that may contradict each other.
pub struct Opposition {
    /// The words of the document that say the fact, as indices.
    pub own: Range<usize>,
    /// The value that the document's words say.
    value: Value,
    /// The words of the sibling that say its fact, as indices.
    pub other: Range<usize>,
    /// What speaks for a contradiction, one number for each of
    /// [`CONTRADICTION_COLUMNS`](super::CONTRADICTION_COLUMNS).
    pub row: [f32; WIDTH],
}

/// The facts of `article` in `sentence` that none of `others`, sentences of
/// `other`, agrees with; of names the parts that none of those has.
fn claims<'a>(
    memo: &mut Memo<'a>,
    (article, sentence): (&'a NormalizedText<'a>, usize),
    (other, others): (&'a NormalizedText<'a>, &[usize]),
) -> Vec<Fact> {
    let their: Vec<Fact> = others.iter().flat_map(|s| facts(other, *s)).collect();
    let mut known = |word: usize| {
        let form = &article.forms[word];
        let mut words = others.iter().flat_map(|s| other.compared(*s));
        words.any(|there| {
            let there = &other.forms[there];
            there.is_content() && memo.are_similar(form, there)
        })
    };
    let mut own = Vec::new();
    for fact in facts(article, sentence) {
        if fact.value != Value::Name {
            let agrees = |there: &Fact| {
                fact.value.comparable(&there.value) && fact.value.agrees(&there.value)
            };
            if !their.iter().any(agrees) {
                own.push(fact);
            }
            continue;
        }
        let mut start = None;
        for word in fact.words.start..=fact.words.end {
            let new = word < fact.words.end && !known(word);
            match (start, new) {
                (None, true) => start = Some(word),
                (Some(first), false) => {
                    own.push(Fact {
                        words: first..word,
                        value: Value::Name,
                    });
                    start = None;
                }
                _ => {}
            }
        }
    }
    own
}

/// The pairs of facts that may contradict each other, for each sibling that is believed,
/// by its index.
pub fn oppositions<'a>(
    comparison: &Comparison<'a>,
    memo: &mut Memo<'a>,
) -> Vec<(usize, Vec<Opposition>)> {
    let sources = comparison.believed();
    sources
        .map(|source| (source.index, opposed_by(comparison, source, memo)))
        .collect()
}

fn opposed_by<'a>(
    comparison: &Comparison<'a>,
    source: &Source<'a>,
    memo: &mut Memo<'a>,
) -> Vec<Opposition> {
    let (document, sibling) = (comparison.document, source.text);
    let mut found = Vec::new();
    for (sentence, pairs) in source.pairs.iter().enumerate() {
        let of = |pair: &Pair| sibling.segments.words[pair.matched.other.start].sentence;
        let aligned: Vec<usize> = pairs.iter().map(of).collect();
        let near = pairs.iter().filter(|pair| pair.matched.dice >= COMMON.0);
        let mut near = near.peekable();
        if near.peek().is_none() {
            continue;
        }
        let own = claims(memo, (document, sentence), (sibling, &aligned));
        let about = sentence.saturating_sub(1)..(sentence + 2).min(document.sentences.len());
        let about: Vec<usize> = about.collect();
        for pair in near {
            if own.is_empty() {
                break;
            }
            let other = claims(memo, (sibling, of(pair)), (document, &about));
            for a in &own {
                let comparable = other.iter().filter(|b| a.value.comparable(&b.value));
                let rivals = comparable.clone().count();
                for b in comparable {
                    found.push(Opposition {
                        own: a.words.clone(),
                        value: a.value.clone(),
                        other: b.words.clone(),
                        row: contradiction_row(comparison, source, memo, pair, (a, b, rivals)),
                    });
                }
            }
        }
    }
    found
}

/// The facts of the document that siblings contradict, in text order; of several that
/// overlap only the likeliest.
///
/// # Errors
/// When the language model cannot read.
pub fn contradictions<'a>(
    lm: &dyn LanguageModel,
    model: &SiblingModel,
    comparison: &Comparison<'a>,
    memo: &mut Memo<'a>,
) -> Result<Vec<Contradiction>, LmError> {
    let mut found = Vec::new();
    for (index, oppositions) in oppositions(comparison, memo) {
        let source = &comparison.sources[index];
        for opposition in oppositions {
            let confidence = model.contradictions.probability(&opposition.row);
            let (confidence, applicability) = if same_digits(comparison, source, &opposition) {
                (confidence.max(SAME_DIGITS), Applicability::Unsafe)
            } else {
                (confidence, Applicability::DisplayOnly)
            };
            let confidence = confidence * source.trust.weight;
            if confidence >= model.contradicted && !is_supported(comparison, index, &opposition) {
                let rating = (confidence, applicability);
                found.extend(contradiction(comparison, source, opposition, rating));
            }
        }
    }
    let mut kept = likeliest(found);
    let patches = kept.iter().map(|one| {
        let Correction {
            span, replacement, ..
        } = &one.correction;
        vec![(*span, replacement.as_str())]
    });
    let saved = comparison.bits_saved(lm, &patches.collect::<Vec<_>>())?;
    for (one, saved) in kept.iter_mut().zip(saved) {
        one.correction.bits_saved = saved.first().copied().unwrap_or_default();
    }
    Ok(kept)
}

/// Of contradictions that overlap or quote the same words the likeliest, in text order: one fact
/// of the sibling contradicts one of the document.
fn likeliest(mut found: Vec<Contradiction>) -> Vec<Contradiction> {
    found.sort_by(|a: &Contradiction, b| {
        let (a, b) = (&a.correction, &b.correction);
        let order = b.confidence.total_cmp(&a.confidence);
        order.then_with(|| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)))
    });
    // In text order; none overlaps another one.
    let mut kept: Vec<Contradiction> = Vec::new();
    let mut quoted: HashSet<(String, Span<Sibling>)> = HashSet::new();
    for one in found {
        let Correction { span, quote, .. } = &one.correction;
        let after = kept.partition_point(|other| other.correction.span.end() <= span.start());
        let next = kept.get(after);
        let overlaps = next.is_some_and(|other| other.correction.span.overlaps(*span));
        let quote = (quote.id.clone(), quote.span);
        if !overlaps && !quoted.contains(&quote) {
            quoted.insert(quote);
            kept.insert(after, one);
        }
    }
    kept
}

/// Whether two numbers that differ have the same digits: marks of another language stand between
/// those of one of them.
fn same_digits(comparison: &Comparison<'_>, source: &Source<'_>, opposition: &Opposition) -> bool {
    let digits = |text: &NormalizedText<'_>, words: &Range<usize>| -> String {
        let forms = text.forms[words.clone()].iter();
        forms.map(|form| form.digits.as_str()).collect()
    };
    let own = digits(comparison.document, &opposition.own);
    own.len() > 1 && own == digits(source.text, &opposition.other)
}

/// Whether another believed sibling than `index` agrees with the document.
fn is_supported(comparison: &Comparison<'_>, index: usize, opposition: &Opposition) -> bool {
    let document = comparison.document;
    let sentence = document.segments.words[opposition.own.start].sentence;
    let others = comparison.believed();
    let others = others.filter(|other| other.index != index);
    let mut agreeing = others.flat_map(|source| {
        let pairs = source.pairs[sentence].iter();
        pairs.map(move |pair| (source.text, pair))
    });
    agreeing.any(|(sibling, pair)| {
        let there = sibling.segments.words[pair.matched.other.start].sentence;
        if opposition.value == Value::Name {
            let mut words = opposition.own.clone();
            let has = |word: usize| {
                let form = &document.forms[word];
                let mut there = sibling.compared(there);
                there.any(|at| sibling.forms[at].folded == form.folded)
            };
            return words.all(has);
        }
        let facts = facts(sibling, there);
        facts.iter().any(|fact| {
            opposition.value.comparable(&fact.value) && opposition.value.agrees(&fact.value)
        })
    })
}

fn contradiction(
    comparison: &Comparison<'_>,
    source: &Source<'_>,
    opposition: Opposition,
    (confidence, applicability): (f32, Applicability),
) -> Option<Contradiction> {
    let Opposition { own, other, .. } = opposition;
    if own.len() > MAX_PHRASE_WORDS
        || other.len() > MAX_PHRASE_WORDS
        || !replaceable(comparison.document, own.clone())
        || !replaceable(source.text, other.clone())
    {
        return None;
    }
    let correction = Correction {
        span: comparison.document.cover(&own)?,
        replacement: surface(comparison, source, &own, &other)?,
        confidence,
        applicability,
        bits_saved: 0.0,
        quote: source.quote(&other)?,
    };
    Some(Contradiction {
        words: own,
        correction,
    })
}
