//! Judging the words of a text, some sentences at a time.
//!
//! In: a text, and its reading as far as it is known. Out: a [`Detection`], when all is read.
//! States are looked at once: when a sentence has been judged, nobody asks for those of its words
//! again.

use std::ops::Range;

use super::detection::{Detection, SentenceDetection};
use super::features::Features;
use super::sentences::{first_occurrences, judged_sentences};
use super::surprisal::{WordSurprisal, surprisals_from};
use super::word_model::{RawPrediction, WordModel};
use crate::lexicon::Lexicon;
use crate::lm::{States, TokenScore, texts_in_batch};
use crate::segment::Segments;

/// The largest number of words that are judged together: the networks take some 12 kB for each. A
/// text of so many words is as long as four windows of the language model.
const MAX_WORDS: usize = 8192;

/// The words of a text that are judged so far.
pub(super) struct Judging<'a> {
    model: &'a WordModel,
    segments: &'a Segments,
    features: Features<'a>,
    /// The sentences, as ranges of words.
    sentences: Vec<Range<usize>>,
    /// For each sentence the first one with the same words.
    first_occurrences: Vec<usize>,
    /// How many of the sentences are judged.
    judged: usize,
    words: Vec<WordSurprisal>,
    raw: RawPrediction,
}

impl<'a> Judging<'a> {
    pub(super) fn new(
        model: &'a WordModel,
        lexicon: &'a Lexicon,
        text: &'a str,
        segments: &'a Segments,
    ) -> Self {
        let sentences = judged_sentences(segments);
        Self {
            model,
            segments,
            features: Features::new(text, segments, lexicon),
            first_occurrences: first_occurrences(text, segments, &sentences),
            sentences,
            judged: 0,
            words: Vec::new(),
            raw: RawPrediction::default(),
        }
    }

    /// Judges the sentences that are read to their ends and were not judged before. `tokens` are all
    /// tokens that are read so far, and `states` those of the tokens from number `states_from` on;
    /// `whole` says that no more will come.
    ///
    /// Returns how many of the tokens no later sentence needs.
    pub(super) fn judge(
        &mut self,
        tokens: &[TokenScore],
        states: &States,
        states_from: usize,
        whole: bool,
    ) -> usize {
        while self.judge_some(tokens, states, states_from, whole) {}
        self.tokens_done()
    }

    /// Judges as many of these sentences as are judged together, and says whether there were any.
    fn judge_some(
        &mut self,
        tokens: &[TokenScore],
        states: &States,
        states_from: usize,
        whole: bool,
    ) -> bool {
        let read = tokens.last().map_or(0, |token| token.span.end());
        // The token that ends a sentence may be shared with the next word: it must be known too.
        let ends_before = |sentence: &Range<usize>| {
            let next = self.segments.words.get(sentence.end);
            next.is_some_and(|word| word.span.end() < read)
        };
        let rest = &self.sentences[self.judged..];
        let known = match whole {
            true => rest.len(),
            false => rest.partition_point(ends_before),
        };
        let lengths = rest[..known].iter().map(|sentence| sentence.len());
        let count = texts_in_batch(lengths, MAX_WORDS).min(known);
        let sentences = &rest[..count];
        let (Some(first), Some(last)) = (sentences.first(), sentences.last()) else {
            return false;
        };
        let words = &self.segments.words[first.start..last.end];
        let words = surprisals_from(words, tokens, self.tokens_done());
        let rows = self.features.rows(tokens, &words, sentences);
        let states = states_of(states, states_from, &words);
        let start = first.start;
        let own = |sentence: &Range<usize>| sentence.start - start..sentence.end - start;
        let own: Vec<Range<usize>> = sentences.iter().map(own).collect();
        let raw = self.model.surprised(&rows, states, &own);
        self.raw.append(raw);
        self.words.extend(words);
        self.judged += count;
        true
    }

    /// How many tokens come before the last one of the words that are judged: the next word may
    /// share that one.
    fn tokens_done(&self) -> usize {
        let last = self.words.last();
        last.map_or(0, |word| word.tokens.end.saturating_sub(1))
    }

    /// The tokens of the words from number `from` on that are so little suspect that nothing will
    /// be said of them, by what is known so far.
    pub(super) fn unsuspected(&self, from: usize) -> impl Iterator<Item = Range<usize>> {
        let (level, model) = (self.raw.level(), self.model);
        let suspect = model.thresholds().thorough * LITTLE;
        let words = self.words[from..].iter().zip(&self.raw.logits[from..]);
        let unsuspected = words
            .filter(move |(_, logit)| model.calibration().probability(**logit, level) < suspect);
        unsuspected.map(|(word, _)| word.tokens.clone())
    }

    /// How many words are judged.
    pub(super) fn words_done(&self) -> usize {
        self.words.len()
    }

    /// The result for the whole text.
    pub(super) fn finish(self) -> Detection {
        let sentences = self.sentences;
        let prediction = self
            .model
            .calibrated(self.raw, &sentences, &self.first_occurrences);
        let sentences = sentences.into_iter().zip(prediction.rates);
        Detection {
            words: self.words,
            threshold_shift: self.model.threshold_shift().of(&prediction.p_garbled),
            p_garbled: prediction.p_garbled,
            kinds: prediction.kinds,
            sentences: sentences
                .map(|(words, rate)| SentenceDetection { words, rate })
                .collect(),
            left_out: 0,
        }
    }
}

/// The share of the lowest threshold below which a word is too little suspect to be shown.
const LITTLE: f32 = 0.25;

/// For each word the states after its last token, the layers side by side. `states` are those of
/// the tokens from number `from` on.
fn states_of(states: &States, from: usize, words: &[WordSurprisal]) -> Vec<f32> {
    let (width, layers) = (states.width, &states.layers);
    let mut rows = Vec::with_capacity(words.len() * layers.len() * width);
    for word in words {
        let last = word.tokens.end.saturating_sub(1).saturating_sub(from);
        for layer in layers {
            let row = layer.get(last * width..(last + 1) * width);
            rows.extend_from_slice(row.unwrap_or_default());
        }
    }
    rows
}
