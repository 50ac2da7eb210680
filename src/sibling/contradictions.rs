//! Where a sibling says something else.
//!
//! In: a [`Comparison`]. Out: [`Contradiction`]s: a number, date or name of the
//! document in whose place an aligned sentence has another, with the sibling's
//! words. A fact that the aligned sentences have too, in any wording, is never
//! one; nor is a name in another spelling, which is a misspelling. A network
//! fitted on articles in two versions, some with one fact changed, says how likely
//! the two really disagree (see `training/siblings`). Which of them is wrong it
//! cannot know.

use std::ops::Range;

use crate::finding::{Applicability, Suggestion};
use crate::lm::{LanguageModel, LmError};

use super::align::Article;
use super::comparison::{COMMON, Comparison, Pair, Source};
use super::facts::{Fact, Value, facts};
use super::matching::KIN;
use super::network::SiblingModel;
use super::reading::bits_saved;
use super::signs::{Edit, PRIOR_WIDTH};
use super::stretches::{MAX_WORDS, replaceable};
use super::words::flag;
use super::writing::written;

/// Numbers of a possible contradiction.
pub const CONTRADICTION_WIDTH: usize = PRIOR_WIDTH + 9;

/// Words behind a fact among which its unit stands.
const UNIT_WITHIN: usize = 2;

/// A fact of the document that a sibling contradicts.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// The document's words, as indices.
    pub words: Range<usize>,
    /// The sibling's words in their place, with the probability that the two
    /// disagree. A person has to look which is right.
    pub suggestion: Suggestion,
}

/// A possible contradiction.
pub struct Opposed {
    /// Words of the document.
    pub own: Range<usize>,
    /// What they say.
    value: Value,
    /// Words of the sibling.
    pub other: Range<usize>,
    /// What speaks for it.
    pub signs: [f32; CONTRADICTION_WIDTH],
}

/// The facts of `article` in `sentence` that none of `others`, sentences of
/// `other`, agrees with; of names the parts that none of those has.
fn claims<'a>(
    comparison: &Comparison<'a>,
    (article, sentence): (&'a Article<'a>, usize),
    (other, others): (&'a Article<'a>, &[usize]),
) -> Vec<Fact> {
    let told: Vec<Fact> = others.iter().flat_map(|s| facts(other, *s)).collect();
    let mut kinship = comparison.kinship.borrow_mut();
    let mut known = |word: usize| {
        let form = &article.forms[word];
        let mut words = others.iter().flat_map(|s| other.compared(*s));
        words.any(|there| {
            let there = &other.forms[there];
            there.is_content() && kinship.of(form, there) >= KIN
        })
    };
    let mut own = Vec::new();
    for fact in facts(article, sentence) {
        if fact.value != Value::Name {
            let agrees = |there: &Fact| {
                fact.value.comparable(&there.value) && fact.value.agrees(&there.value)
            };
            if !told.iter().any(agrees) {
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

impl<'a> Comparison<'a> {
    /// For each believed sibling, by its number, what may contradict it.
    pub fn opposed(&self) -> Vec<(usize, Vec<Opposed>)> {
        let sources = self.believed();
        sources
            .map(|(index, source)| (index, self.opposed_to(source)))
            .collect()
    }

    fn opposed_to(&self, source: &Source<'a>) -> Vec<Opposed> {
        let (document, sibling) = (self.document, source.article);
        let mut found = Vec::new();
        for (sentence, pairs) in source.pairs.iter().enumerate() {
            let of = |pair: &Pair| sibling.segments.words[pair.matched.other.start].sentence;
            let told: Vec<usize> = pairs.iter().map(of).collect();
            let near = pairs.iter().filter(|pair| pair.matched.dice >= COMMON.0);
            let mut near = near.peekable();
            if near.peek().is_none() {
                continue;
            }
            let own = claims(self, (document, sentence), (sibling, &told));
            let about = sentence.saturating_sub(1)..(sentence + 2).min(document.sentences.len());
            let about: Vec<usize> = about.collect();
            for pair in near {
                if own.is_empty() {
                    break;
                }
                let other = claims(self, (sibling, of(pair)), (document, &about));
                for a in &own {
                    let comparable = other.iter().filter(|b| a.value.comparable(&b.value));
                    let rivals = comparable.clone().count();
                    for b in comparable {
                        found.push(Opposed {
                            own: a.words.clone(),
                            value: a.value.clone(),
                            other: b.words.clone(),
                            signs: self.opposition(source, pair, a, b, rivals),
                        });
                    }
                }
            }
        }
        found
    }

    /// The numbers of a possible contradiction.
    fn opposition(
        &self,
        source: &Source<'a>,
        pair: &Pair,
        a: &Fact,
        b: &Fact,
        rivals: usize,
    ) -> [f32; CONTRADICTION_WIDTH] {
        let (document, sibling) = (self.document, source.article);
        let edit = Edit {
            own: a.words.clone(),
            other: b.words.clone(),
            pair: Some(pair),
            within: 0,
        };
        let mut signs = [0.0; CONTRADICTION_WIDTH];
        signs[..PRIOR_WIDTH].copy_from_slice(&self.signs(source, &edit));
        // A fact that reads well can be as wrong: what is suspected says nothing.
        for suspected in (0..3).chain(PRIOR_WIDTH - 4..PRIOR_WIDTH) {
            signs[suspected] = 0.0;
        }
        let matched = &pair.matched;
        let before = matched
            .in_order()
            .take_while(|(own, ..)| *own < a.words.start);
        let after = matched.in_order().find(|(own, ..)| *own >= a.words.end);
        let starts = before.last().map_or(
            (matched.own.start, matched.other.start),
            |(own, other, _)| (own + 1, other + 1),
        );
        let ends = after.map_or((matched.own.end, matched.other.end), |(own, other, _)| {
            (own, other)
        });
        let enclosed = starts.1 <= b.words.start && b.words.end <= ends.1;
        let unit = |article: &Article<'_>, words: &Range<usize>| {
            let behind = words.end..(words.end + UNIT_WITHIN).min(article.forms.len());
            behind
                .filter(|&word| article.is_word(word) && article.forms[word].is_content())
                .map(|word| article.forms[word].stem.clone())
                .next()
        };
        let units = (unit(document, &a.words), unit(sibling, &b.words));
        let own_gap = ends
            .0
            .saturating_sub(starts.0)
            .saturating_sub(a.words.len());
        let other_gap = ends
            .1
            .saturating_sub(starts.1)
            .saturating_sub(b.words.len());
        signs[PRIOR_WIDTH..].copy_from_slice(&[
            flag(matches!(a.value, Value::Number { .. })),
            flag(matches!(a.value, Value::Month(_) | Value::Weekday(_))),
            flag(a.value == Value::Name),
            flag(enclosed),
            own_gap.min(10) as f32 / 10.0,
            if enclosed {
                other_gap.min(10) as f32 / 10.0
            } else {
                1.0
            },
            flag(units.0.is_some() && units.0 == units.1),
            flag(units.0.is_some() && units.1.is_some() && units.0 != units.1),
            rivals.min(4) as f32 / 4.0,
        ]);
        signs
    }

    /// What the siblings contradict, in the order of the text; of several that
    /// overlap the likeliest.
    ///
    /// # Errors
    /// When the language model cannot read.
    pub fn contradictions(
        &self,
        lm: &dyn LanguageModel,
        model: &SiblingModel,
    ) -> Result<Vec<Contradiction>, LmError> {
        let mut found = Vec::new();
        for (index, opposed) in self.opposed() {
            let source = &self.sources[index];
            for opposed in opposed {
                let confidence = model.contradictions.probability(&opposed.signs);
                let confidence = confidence * source.trust.weight;
                if confidence >= model.contradicted && !self.is_told(index, &opposed) {
                    found.extend(self.contradiction(source, opposed, confidence));
                }
            }
        }
        found.sort_by(|a: &Contradiction, b| {
            let (a, b) = (&a.suggestion, &b.suggestion);
            let order = b.confidence.total_cmp(&a.confidence);
            order.then_with(|| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)))
        });
        let mut kept: Vec<Contradiction> = Vec::new();
        for one in found {
            let quote = |one: &Contradiction| {
                let quote = one.suggestion.sibling.as_ref();
                quote.map(|quote| (quote.id.clone(), quote.span))
            };
            let (span, quoted) = (one.suggestion.span, quote(&one));
            // One fact of the sibling contradicts one of the document.
            let known = |other: &Contradiction| {
                other.suggestion.span.overlaps(span) || quote(other) == quoted
            };
            if !kept.iter().any(known) {
                kept.push(one);
            }
        }
        let patches = kept.iter().map(|one| {
            let Suggestion {
                span, replacement, ..
            } = &one.suggestion;
            vec![(*span, replacement.as_str())]
        });
        let saved = bits_saved(
            lm,
            self.document,
            self.as_read,
            &patches.collect::<Vec<_>>(),
        )?;
        for (one, saved) in kept.iter_mut().zip(saved) {
            one.suggestion.bits_saved = saved.first().copied().unwrap_or_default();
        }
        kept.sort_by_key(|one| one.suggestion.span);
        Ok(kept)
    }

    /// Whether another believed sibling than `index` agrees with the document.
    fn is_told(&self, index: usize, opposed: &Opposed) -> bool {
        let document = self.document;
        let sentence = document.segments.words[opposed.own.start].sentence;
        let others = self.believed().filter(|(other, _)| *other != index);
        let mut agreeing = others.flat_map(|(_, source)| {
            source.pairs[sentence]
                .iter()
                .map(move |pair| (source.article, pair))
        });
        agreeing.any(|(article, pair)| {
            let there = article.segments.words[pair.matched.other.start].sentence;
            if opposed.value == Value::Name {
                let mut words = opposed.own.clone();
                let has = |word: usize| {
                    let form = &document.forms[word];
                    article
                        .compared(there)
                        .any(|at| article.forms[at].folded == form.folded)
                };
                return words.all(has);
            }
            let facts = facts(article, there);
            facts.iter().any(|fact| {
                opposed.value.comparable(&fact.value) && opposed.value.agrees(&fact.value)
            })
        })
    }

    fn contradiction(
        &self,
        source: &Source<'a>,
        opposed: Opposed,
        confidence: f32,
    ) -> Option<Contradiction> {
        let edit = Edit {
            own: opposed.own.clone(),
            other: opposed.other.clone(),
            pair: None,
            within: 0,
        };
        if opposed.own.len() > MAX_WORDS
            || opposed.other.len() > MAX_WORDS
            || !replaceable(self.document, opposed.own.clone())
            || !replaceable(source.article, opposed.other.clone())
        {
            return None;
        }
        let suggestion = Suggestion {
            span: self.document.cover(&opposed.own)?,
            replacement: written(self, source, &edit)?,
            confidence,
            applicability: Applicability::Unsafe,
            bits_saved: 0.0,
            sibling: Some(source.quote(&opposed.other)?),
        };
        Some(Contradiction {
            words: opposed.own,
            suggestion,
        })
    }
}
