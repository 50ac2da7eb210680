//! What a sibling says of each word of the document, as numbers.
//!
//! In: a [`Comparison`] and one of its siblings. Out: for each word of the document a
//! row for the network that takes what is suspected of the word alone and what the
//! sibling has in its place to one probability: how the words about it agree, and what
//! the language model makes of it after the sibling's sentence. A word that stands in
//! its place there is safer, one in whose place other words stand is more suspect, by
//! how close the two articles are. The probability itself is not made here.

use std::ops::Range;

use super::columns::{LOGITS, MAX_RUN, MAX_ZIPF, names};
use super::cost::Cost;
use crate::network::flag;
use crate::sibling::align::words::{SentenceMatch, WordMatch};
use crate::sibling::comparison::{Comparison, Pair, Source};
use crate::sibling::memo::Memo;
use crate::sibling::similarity::Form;

/// Words of a gap beyond which it is another passage.
const MAX_GAP: usize = 5;

/// Counts are taken as logarithms, in units of 2: a word that stands seven times in a
/// text has about 1.
const LOG_COUNTS: f32 = 2.0;

type Column = (&'static str, fn(&WordContext<'_, '_>) -> f32);

/// The row of a word.
const TABLE: [Column; 45] = [
    ("suspicion", |w| w.suspicion(0) / LOGITS),
    ("suspicion_left", |w| w.suspicion(-1) / LOGITS),
    ("suspicion_right", |w| w.suspicion(1) / LOGITS),
    ("sentence_suspicion", |w| w.sentence.suspicion / LOGITS),
    ("share", |w| w.sentence.share(0)),
    ("dice", |w| {
        w.sentence.first.map_or(0.0, |pair| pair.matched.dice)
    }),
    ("second_share", |w| w.sentence.share(1)),
    ("same", |w| flag(w.here.is_same())),
    ("similarity", |w| w.here.similarity),
    ("moved", |w| flag(w.here.moved)),
    ("same_in_any", |w| flag(w.is_same_in_any())),
    ("run_left", |w| w.run(-1)),
    ("run_right", |w| w.run(1)),
    ("in_sibling", |w| flag(w.count_in_sibling().is_some())),
    ("stem_in_sibling", |w| flag(w.has_stem_in_sibling())),
    ("content", |w| flag(w.form().is_content())),
    ("mark", |w| flag(!w.comparison.document.is_word(w.word))),
    ("name", |w| {
        flag(w.comparison.document.looks_like_name(w.word))
    }),
    ("digits", |w| flag(!w.form().digits.is_empty())),
    ("gap_sibling", |w| gap(w.gap.other)),
    ("gap_document", |w| gap(w.gap.own)),
    ("only_in_document", |w| {
        flag(w.gap.own > 0 && w.gap.other == 0)
    }),
    ("only_in_sibling", |w| {
        flag(w.gap.own == 0 && w.gap.other > 0)
    }),
    ("closeness", |w| w.source.closeness),
    ("aligned", |w| w.source.aligned),
    ("zipf", |w| w.english_zipf / MAX_ZIPF),
    ("count_in_document", |w| log_count(w.count_in_document())),
    ("count_in_sibling", |w| {
        log_count(w.count_in_sibling().unwrap_or(0))
    }),
    ("same_left", |w| flag(w.is_same(-1))),
    ("same_right", |w| flag(w.is_same(1))),
    ("document_same", |w| w.document_same),
    ("bits", |w| w.cost(0).alone),
    ("conditional_bits", |w| w.cost(0).conditional),
    ("conditional_entropy", |w| w.cost(0).entropy),
    ("saved", |w| w.cost(0).saved()),
    ("covered", |w| flag(w.cost(0).covered)),
    ("conditional_bits_left", |w| w.cost(-1).conditional),
    ("conditional_bits_right", |w| w.cost(1).conditional),
    ("conditional_bits_second_right", |w| w.cost(2).conditional),
    ("saved_left", |w| w.cost(-1).saved()),
    ("saved_right", |w| w.cost(1).saved()),
    ("saved_second_right", |w| w.cost(2).saved()),
    ("conditional_entropy_left", |w| w.cost(-1).entropy),
    ("conditional_entropy_right", |w| w.cost(1).entropy),
    ("conditional_entropy_second_right", |w| w.cost(2).entropy),
];

/// How many numbers the row of a word has.
pub(crate) const WIDTH: usize = TABLE.len();

/// The names of the columns of a word's row, in order.
pub const WORD_COLUMNS: [&str; WIDTH] = names(&TABLE);

/// The rows that the network for words takes: for each sibling one row for each word of
/// the document, with a number for each of [`WORD_COLUMNS`]. For training.
pub fn word_features<'a>(
    comparison: &Comparison<'a>,
    memo: &mut Memo<'a>,
) -> Vec<Vec<[f32; WIDTH]>> {
    let sources = comparison.sources.iter();
    sources
        .map(|source| word_rows(comparison, source, memo))
        .collect()
}

/// One row for each word of the document, compared with a sibling.
pub(crate) fn word_rows<'a>(
    comparison: &Comparison<'a>,
    source: &Source<'a>,
    memo: &mut Memo<'a>,
) -> Vec<[f32; WIDTH]> {
    let document = comparison.document;
    let mut rows = Vec::with_capacity(document.forms.len());
    let all = 0..document.forms.len();
    let costs = all.clone().map(|word| Cost::of(comparison, source, word));
    let costs: Vec<Cost> = costs.collect();
    // How suspect the rest of the document is says nothing of a word here: the
    // documents that are learnt from are garbled throughout or not at all.
    let same = all.clone().filter(|&word| {
        let pair = source.counterpart(document.segments.words[word].sentence);
        pair.is_some_and(|pair| pair.matched.of(word).is_same())
    });
    let document_same = same.count() as f32 / all.len().max(1) as f32;
    for (index, words) in document.sentences.iter().enumerate() {
        let suspicion = &comparison.suspicion[words.clone()];
        let sentence = SentenceContext {
            suspicion: suspicion.iter().sum::<f32>() / suspicion.len().max(1) as f32,
            pairs: &source.pairs[index],
            first: source.counterpart(index),
            words,
        };
        for word in words.clone() {
            let matched = sentence.first.map(|pair| &pair.matched);
            let context = WordContext {
                comparison,
                source,
                costs: &costs,
                sentence: &sentence,
                here: sentence.matched(word),
                gap: matched.map_or(Gap::default(), |matched| Gap::at(matched, word)),
                english_zipf: memo.entry(document.spelling(word)).english_zipf,
                document_same,
                word,
            };
            rows.push(TABLE.map(|(_, of)| of(&context)));
        }
    }
    rows
}

/// A sentence of the document with its counterparts in a sibling.
struct SentenceContext<'c> {
    words: &'c Range<usize>,
    /// The mean of what is suspected of its words, as a logit.
    suspicion: f32,
    pairs: &'c [Pair],
    /// Its counterpart.
    first: Option<&'c Pair>,
}

impl SentenceContext<'_> {
    /// How much it shares with what stands in its place, by rank.
    fn share(&self, rank: usize) -> f32 {
        self.pairs.get(rank).map_or(0.0, |pair| pair.share)
    }

    fn matched(&self, word: usize) -> WordMatch {
        self.first
            .map_or(WordMatch::default(), |pair| pair.matched.of(word))
    }
}

/// A word of the document with what a sibling has in its place.
struct WordContext<'c, 'a> {
    comparison: &'c Comparison<'a>,
    source: &'c Source<'a>,
    /// What every word of the document costs.
    costs: &'c [Cost],
    sentence: &'c SentenceContext<'c>,
    word: usize,
    /// What it matches in the counterpart of its sentence.
    here: WordMatch,
    gap: Gap,
    english_zipf: f32,
    /// Share of the document's words that match the very same word.
    document_same: f32,
}

impl WordContext<'_, '_> {
    fn form(&self) -> &Form {
        &self.comparison.document.forms[self.word]
    }

    /// The word so many places on, if that is in the sentence.
    fn near(&self, step: isize) -> Option<usize> {
        let at = self.word.checked_add_signed(step)?;
        self.sentence.words.contains(&at).then_some(at)
    }

    fn suspicion(&self, step: isize) -> f32 {
        let at = self.near(step);
        at.map_or(0.0, |at| self.comparison.suspicion[at])
    }

    fn is_same(&self, step: isize) -> bool {
        let at = self.near(step);
        at.is_some_and(|at| self.sentence.matched(at).is_same())
    }

    /// Whether it matches the very same word in any of the sentences in its place.
    fn is_same_in_any(&self) -> bool {
        let mut pairs = self.sentence.pairs.iter();
        pairs.any(|pair| pair.matched.of(self.word).is_same())
    }

    fn count_in_document(&self) -> usize {
        let folded = self.form().folded.as_str();
        self.comparison.counts.get(folded).copied().unwrap_or(0)
    }

    fn count_in_sibling(&self) -> Option<usize> {
        let folded = self.form().folded.as_str();
        self.source.counts.get(folded).copied()
    }

    fn has_stem_in_sibling(&self) -> bool {
        self.source.stems.contains_key(self.form().stem.as_str())
    }

    /// What the word so many places on costs, also across sentences.
    fn cost(&self, step: isize) -> Cost {
        let at = self.word.checked_add_signed(step);
        let cost = at.and_then(|at| self.costs.get(at));
        cost.copied().unwrap_or_default()
    }

    /// How many words next to the word match the very same words, one behind the
    /// other, as a share of [`MAX_RUN`].
    fn run(&self, step: isize) -> f32 {
        let Some(pair) = self.sentence.first else {
            return 0.0;
        };
        let mut count = 0;
        let mut expected = None;
        let mut at = self.word;
        while count < MAX_RUN {
            let Some(next) = at.checked_add_signed(step) else {
                break;
            };
            let here = pair.matched.of(next);
            let follows = match (here.word, expected) {
                (Some(word), Some(expected)) => word == expected,
                (word, _) => word.is_some(),
            };
            if !here.is_same() || !follows {
                break;
            }
            expected = here.word.and_then(|word| word.checked_add_signed(step));
            at = next;
            count += 1;
        }
        count as f32 / MAX_RUN as f32
    }
}

/// Words between the two nearest pairs about a word that matches none; behind one
/// that matches, the words that only the sibling has.
#[derive(Default)]
struct Gap {
    own: usize,
    other: usize,
}

impl Gap {
    fn at(matched: &SentenceMatch, word: usize) -> Self {
        let anchors = || matched.in_order().filter(|(_, _, here)| here.is_same());
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

/// Words of a gap, as a share of [`MAX_GAP`].
fn gap(words: usize) -> f32 {
    (words.min(MAX_GAP) as f32) / MAX_GAP as f32
}

fn log_count(count: usize) -> f32 {
    (count as f32).ln_1p() / LOG_COUNTS
}
