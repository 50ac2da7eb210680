//! What the siblings say of each word of the document, as numbers.
//!
//! In: a [`Comparison`]. Out: for each word and each sibling a row for the
//! network that takes what is suspected of the word alone and what the sibling
//! has in its place to one probability: how the words about it agree, and what the
//! language model makes of it after the sibling's sentence. A word that stands in its place there
//! is safer, one in whose place other words stand is more suspect, by how close
//! the two articles are.

use super::comparison::{Comparison, Source};
use super::matching::{Matched, Met};

/// Numbers of a word.
pub const WORD_WIDTH: usize = 45;

impl Comparison<'_> {
    /// For each sibling one row a word of the document.
    pub fn word_features(&self) -> Vec<Vec<[f32; WORD_WIDTH]>> {
        let of = |source| self.words_of(source);
        self.sources.iter().map(of).collect()
    }

    pub(super) fn words_of(&self, source: &Source<'_>) -> Vec<[f32; WORD_WIDTH]> {
        let mut rows = Vec::with_capacity(self.document.forms.len());
        let costs = self.costs(source);
        // How suspect the rest of the document is says nothing of a word here: the
        // documents that are learnt from are garbled throughout or not at all.
        let all = 0..self.document.forms.len();
        let same = all.clone().filter(|&word| {
            let sentence = self.document.segments.words[word].sentence;
            let pair = source.told(sentence);
            pair.is_some_and(|pair| pair.matched.of(word).same())
        });
        let whole_same = same.count() as f32 / all.len().max(1) as f32;
        for (sentence, words) in self.document.sentences.iter().enumerate() {
            let suspicion = &self.suspicion[words.clone()];
            let mean = suspicion.iter().sum::<f32>() / suspicion.len().max(1) as f32;
            let pairs = &source.pairs[sentence];
            let first = source.told(sentence);
            let share = |index: usize| pairs.get(index).map_or(0.0, |pair| pair.share);
            let met = |word: usize| first.map_or(Met::default(), |pair| pair.matched.of(word));
            for word in words.clone() {
                let form = &self.document.forms[word];
                let near = |step: isize| {
                    let at = word.checked_add_signed(step)?;
                    words.contains(&at).then_some(at)
                };
                let suspected = |step| near(step).map_or(0.0, |at| self.suspicion[at]);
                let same = |step| near(step).is_some_and(|at| met(at).same());
                let here = met(word);
                let gap = first.map_or(Gap::default(), |pair| Gap::at(&pair.matched, word));
                let count = |n: usize| (n.min(5) as f32) / 5.0;
                let times = |n: usize| (n as f32).ln_1p() / 2.0;
                let there = source.counts.get(form.folded.as_str()).copied();
                let entry = self.entry(self.document.spelling(word));
                let cost = |step: isize| {
                    let at = word.checked_add_signed(step);
                    let cost = at.and_then(|at| costs.get(at));
                    cost.copied().unwrap_or_default()
                };
                rows.push([
                    self.suspicion[word] / 4.0,
                    suspected(-1) / 4.0,
                    suspected(1) / 4.0,
                    mean / 4.0,
                    share(0),
                    first.map_or(0.0, |pair| pair.matched.dice),
                    share(1),
                    flag(here.same()),
                    here.kinship,
                    flag(here.moved),
                    flag(pairs.iter().any(|pair| pair.matched.of(word).same())),
                    run(first.map(|pair| &pair.matched), word, -1),
                    run(first.map(|pair| &pair.matched), word, 1),
                    flag(there.is_some()),
                    flag(source.stems.contains_key(form.stem.as_str())),
                    flag(form.is_content()),
                    flag(!self.document.is_word(word)),
                    flag(self.document.looks_like_name(word)),
                    flag(!form.digits.is_empty()),
                    count(gap.other),
                    count(gap.own),
                    flag(gap.own > 0 && gap.other == 0),
                    flag(gap.own == 0 && gap.other > 0),
                    source.closeness,
                    source.aligned,
                    entry.english_zipf / 8.0,
                    times(self.counts.get(form.folded.as_str()).copied().unwrap_or(0)),
                    times(there.unwrap_or(0)),
                    flag(same(-1)),
                    flag(same(1)),
                    whole_same,
                    cost(0).alone,
                    cost(0).given,
                    cost(0).expected,
                    cost(0).saved(),
                    flag(cost(0).told),
                    cost(-1).given,
                    cost(1).given,
                    cost(2).given,
                    cost(-1).saved(),
                    cost(1).saved(),
                    cost(2).saved(),
                    cost(-1).expected,
                    cost(1).expected,
                    cost(2).expected,
                ]);
            }
        }
        rows
    }
}

/// What a word costs the language model, in units of 20 bits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// After the document's own words.
    alone: f32,
    /// After the sibling's words; the same as alone where it does not tell the
    /// sentence.
    pub given: f32,
    /// The entropy after them.
    expected: f32,
    /// Whether it tells the sentence.
    told: bool,
}

impl Cost {
    /// What the sibling's words save.
    pub fn saved(&self) -> f32 {
        self.alone - self.given
    }
}

impl Comparison<'_> {
    /// What a word of the document costs beside a sibling.
    pub(super) fn cost(&self, source: &Source<'_>, word: usize) -> Cost {
        let alone = self.bits.get(word).copied().unwrap_or(0.0) / 20.0;
        match source.given.get(word).copied().flatten() {
            Some(given) => Cost {
                alone,
                given: given.surprisal_bits / 20.0,
                expected: given.expected_bits / 20.0,
                told: true,
            },
            None => Cost {
                alone,
                given: alone,
                ..Cost::default()
            },
        }
    }

    fn costs(&self, source: &Source<'_>) -> Vec<Cost> {
        let words = 0..self.document.forms.len();
        words.map(|word| self.cost(source, word)).collect()
    }
}

/// Words between the two nearest pairs about a word that meets none; behind one
/// that meets, the words that only the sibling has.
#[derive(Default)]
struct Gap {
    own: usize,
    other: usize,
}

impl Gap {
    fn at(matched: &Matched, word: usize) -> Self {
        let anchors = || matched.in_order().filter(|(_, _, met)| met.same());
        let before = anchors().take_while(|(own, ..)| *own <= word).last();
        let after = anchors().find(|(own, ..)| *own > word);
        let (own, other) = before.map_or(
            (matched.own.start, matched.other.start),
            |(own, other, _)| (own + 1, other + 1),
        );
        let (own_end, other_end) = after
            .map_or((matched.own.end, matched.other.end), |(own, other, _)| {
                (own, other)
            });
        Self {
            own: own_end.saturating_sub(own),
            other: other_end.saturating_sub(other),
        }
    }
}

/// How many words beside a word meet the very same words, one behind the other,
/// up to four, as a share.
fn run(matched: Option<&Matched>, word: usize, step: isize) -> f32 {
    let Some(matched) = matched else {
        return 0.0;
    };
    let mut count = 0;
    let mut expected = None;
    let mut at = word;
    while count < 4 {
        let Some(next) = at.checked_add_signed(step) else {
            break;
        };
        let met = matched.of(next);
        let follows = match (met.word, expected) {
            (Some(word), Some(expected)) => word == expected,
            (word, _) => word.is_some(),
        };
        if !met.same() || !follows {
            break;
        }
        expected = met.word.and_then(|word| word.checked_add_signed(step));
        at = next;
        count += 1;
    }
    count as f32 / 4.0
}

pub(super) fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}
