//! Phrases of a sibling that may replace words of the document.
//!
//! In: a [`Comparison`] and what the siblings show of the document. Out:
//! [`Candidate`]s: which words of the document are replaced by which words of a
//! sibling, and what speaks for it, as numbers. The language model is not asked here;
//! it is the costly one, so whatever follows from the words alone is computed here.
//!
//! There are two kinds. What stands *between* words that match in both sentences
//! may change places with what stands between them there. And a phrase that
//! holds a word *similar* to a suspect one (by stem, sound or spelling) may take
//! its place wherever it stands.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use crate::lm::{LanguageModel, LmError};
use crate::span::{Doc, Span};

use super::comparison::{Comparison, Pair, Source};
use super::features::columns::MAX_ZIPF;
use super::features::document::DocumentEvidence;
use super::features::edit::{
    ANCHOR_LEFT, ANCHOR_RIGHT, Edit, PRIOR_WIDTH, SIMILARITY, WIDTH, ZIPF_REMOVED, edit_row,
    repeats, with_bits,
};
use super::memo::Memo;
use super::phrases::{MAX_PHRASE_WORDS, changed_words, replaceable, windows, words_of};
use super::surface::surface;
use super::text::NormalizedText;

/// Pairs in order that may lie within what changes places: words that match by
/// chance amid a phrase.
const MAX_WITHIN: usize = 2;

/// Words next to a similar one that a phrase may take in, on each side.
const REACH: usize = 3;

/// The largest number of places of a sibling that are looked at for one suspect: those in the
/// sentences that stand in its place, and beyond them the first ones. A sibling that says a word
/// more often repeats itself.
const MAX_PLACES: usize = 12;

/// A replacement of words of the document by words of a sibling, and what speaks for it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The bytes of the document that are replaced.
    pub span: Span<Doc>,
    /// The text that stands there afterwards.
    pub replacement: String,
    /// The index of the sibling that the replacement comes from.
    pub sibling: usize,
    /// The words of the document that are replaced, as indices.
    pub own: Range<usize>,
    /// The words of the sibling that are quoted, as indices.
    pub other: Range<usize>,
    /// The words of the document that disappear, as indices: what stands in both phrases
    /// stays.
    pub removed: Vec<usize>,
    /// The words of the sibling that are new, as indices.
    pub added: Vec<usize>,
    /// How many of the words that disappear or are new have nothing similar on the other
    /// side.
    pub unrelated: usize,
    /// What is known without the language model, one number for each of
    /// [`PRIOR_COLUMNS`](super::PRIOR_COLUMNS).
    pub row: [f32; PRIOR_WIDTH],
}

impl Candidate {
    /// Whether the candidate changes all that another changes, and in the same way.
    pub(super) fn includes(&self, other: &Self) -> bool {
        let all = |part: &[usize], whole: &[usize]| part.iter().all(|word| whole.contains(word));
        self.sibling == other.sibling
            && all(&other.removed, &self.removed)
            && all(&other.added, &self.added)
    }

    /// How well the words next to the candidate agree, on the left and on the right, 0 to 1.
    pub(super) fn anchors(&self) -> (f32, f32) {
        (self.row[ANCHOR_LEFT], self.row[ANCHOR_RIGHT])
    }

    /// How common the rarest word is that the candidate removes: its Zipf frequency in
    /// English.
    pub(super) fn commonness(&self) -> f32 {
        self.row[ZIPF_REMOVED] * MAX_ZIPF
    }

    /// How similar what the candidate adds is to what it removes, 0 to 1.
    pub(super) fn similarity(&self) -> f32 {
        self.row[SIMILARITY]
    }

    /// The whole row of the candidate once the language model has read it, one number for
    /// each of [`CORRECTION_COLUMNS`](super::CORRECTION_COLUMNS). `saved` is the surprisal
    /// that the candidate saves, in bits.
    pub fn with_bits(&self, saved: f32) -> [f32; WIDTH] {
        with_bits(&self.row, saved, self.own.len().max(self.other.len()))
    }
}

/// The surprisal that each candidate saves, in bits. `places` holds the candidates of each
/// place of the document, and the result has their numbers in the same order.
///
/// # Errors
/// When the language model cannot read.
pub fn bits_saved(
    lm: &dyn LanguageModel,
    comparison: &Comparison<'_>,
    places: &[Vec<Candidate>],
) -> Result<Vec<Vec<f32>>, LmError> {
    let patches = places.iter().map(|candidates| {
        let patches = candidates.iter().map(|c| (c.span, c.replacement.as_str()));
        patches.collect()
    });
    comparison.bits_saved(lm, &patches.collect::<Vec<_>>())
}

/// A search for [`Candidate`]s in the siblings of one document.
pub struct Candidates<'c, 'a> {
    comparison: &'c Comparison<'a>,
    /// For each sibling what it shows of the document.
    evidence: &'c [DocumentEvidence],
    memo: &'c mut Memo<'a>,
}

impl<'c, 'a> Candidates<'c, 'a> {
    /// Prepares a search in the siblings of `comparison`. `evidence` holds what
    /// [`rescore`](super::rescore()) says of each sibling; it may be shorter, and the
    /// default stands for what is missing.
    pub fn new(
        comparison: &'c Comparison<'a>,
        evidence: &'c [DocumentEvidence],
        memo: &'c mut Memo<'a>,
    ) -> Self {
        Self {
            comparison,
            evidence,
            memo,
        }
    }

    /// The candidates for a sentence of the document that exchange what stands between
    /// matching words for what stands there in the aligned sentences.
    pub fn between(&mut self, sentence: usize) -> Vec<Candidate> {
        let comparison = self.comparison;
        let mut found = Vec::new();
        for source in comparison.believed() {
            for pair in &source.pairs[sentence] {
                let same = |a: usize, b: usize| {
                    comparison.document.forms[a].folded == source.text.forms[b].folded
                };
                for (own, other, within) in exchanges(pair, same) {
                    let edit = Edit {
                        own,
                        other,
                        pair: Some(pair),
                        within,
                    };
                    found.extend(self.candidate(source, &edit));
                }
            }
        }
        distinct(found)
    }

    /// The candidates whose phrase holds a word similar to one of the suspect words
    /// `suspect`, which all belong to one sentence.
    pub fn similar(&mut self, suspect: &Range<usize>) -> Vec<Candidate> {
        let comparison = self.comparison;
        let document = comparison.document;
        let windows = windows(document, suspect);
        let mut found = Vec::new();
        for source in comparison.believed() {
            let text = source.text;
            let sentence = document.segments.words[suspect.start].sentence;
            for phrase in self.similar_phrases(source, suspect) {
                let there = text.segments.words[phrase.start].sentence;
                let holds = |pair: &&Pair| pair.matched.other.start == text.sentences[there].start;
                let pair = source.pairs[sentence].iter().find(holds);
                for window in &windows {
                    let edit = Edit {
                        own: window.clone(),
                        other: phrase.clone(),
                        pair,
                        within: 0,
                    };
                    if self.is_similar(source, &edit) {
                        found.extend(self.candidate(source, &edit));
                    }
                }
            }
        }
        distinct(found)
    }

    /// The sibling's phrases about words similar to suspect ones, in order.
    fn similar_phrases(
        &mut self,
        source: &Source<'a>,
        suspect: &Range<usize>,
    ) -> Vec<Range<usize>> {
        let document = self.comparison.document;
        let mut places = BTreeSet::new();
        for own in suspect.clone() {
            let form = &document.forms[own];
            let similar = self.memo.similar_words(source.index, source.text, form);
            places.extend(similar.iter().copied());
        }
        let pairs = &source.pairs[document.segments.words[suspect.start].sentence];
        let aligned = |at: &usize| pairs.iter().any(|pair| pair.matched.other.contains(at));
        let (near, far): (Vec<usize>, Vec<usize>) = places.into_iter().partition(aligned);
        let places = near.into_iter().chain(far).take(MAX_PLACES);
        let phrases: HashSet<Range<usize>> = places
            .flat_map(|at| phrases_about(source.text, at))
            .collect();
        let mut phrases: Vec<Range<usize>> = phrases.into_iter().collect();
        phrases.sort_by_key(|phrase| (phrase.start, phrase.end));
        phrases
    }

    /// Whether a phrase is similar enough to what it replaces, and
    /// nothing that the sibling itself uses is replaced.
    fn is_similar(&mut self, source: &Source<'a>, edit: &Edit<'_>) -> bool {
        let (document, sibling) = (self.comparison.document, source.text);
        let own = words_of(document, &edit.own);
        let other = words_of(sibling, &edit.other);
        let (Some((&a, &b)), Some((&c, &d))) =
            (own.first().zip(other.first()), own.last().zip(other.last()))
        else {
            return false;
        };
        let same = |a: usize, b: usize| document.forms[a].folded == sibling.forms[b].folded;
        if same(a, b) || same(c, d) {
            return false;
        }
        // Of the content on both sides, half has something similar on the other.
        let mut content = 0;
        let mut similar = 0;
        let mut has_similar = vec![false; other.len()];
        for &word in &own {
            let form = &document.forms[word];
            if !form.is_content() {
                continue;
            }
            content += 1;
            let mut any = false;
            for (index, &there) in other.iter().enumerate() {
                let quoted = &sibling.forms[there];
                if quoted.is_content() && self.memo.are_similar(form, quoted) {
                    (any, has_similar[index]) = (true, true);
                }
            }
            similar += usize::from(any);
        }
        let added = other
            .iter()
            .filter(|&&word| sibling.forms[word].is_content());
        content += added.count();
        similar += has_similar.iter().filter(|has| **has).count();
        similar > 0 && 2 * similar >= content
    }

    /// Whether a name or number is not to be replaced by a phrase: the sibling has it
    /// too, or has another in its place that has nothing to do with it. Which of two
    /// facts is right no neighbors say.
    fn is_kept(&mut self, source: &Source<'a>, word: usize, phrase: &Range<usize>) -> bool {
        let (document, sibling) = (self.comparison.document, source.text);
        if !is_fact(document, word) {
            return false;
        }
        let form = &document.forms[word];
        let mut similar = |at: usize| self.memo.are_similar(form, &sibling.forms[at]);
        source.counts.contains_key(form.folded.as_str())
            || (phrase.clone().any(|at| is_fact(sibling, at)) && !phrase.clone().any(&mut similar))
    }

    /// How many of the words that are removed or added have nothing similar on the
    /// other side.
    fn unrelated(&mut self, source: &Source<'a>, removed: &[usize], added: &[usize]) -> usize {
        let (document, sibling) = (self.comparison.document, source.text);
        let mut similar =
            |a: usize, b: usize| self.memo.are_similar(&document.forms[a], &sibling.forms[b]);
        let lost = removed
            .iter()
            .filter(|&&a| !added.iter().any(|&b| similar(a, b)));
        let lost = lost.count();
        lost + added
            .iter()
            .filter(|&&b| !removed.iter().any(|&a| similar(a, b)))
            .count()
    }

    /// An edit as a candidate, if it can be made at all.
    fn candidate(&mut self, source: &Source<'a>, edit: &Edit<'_>) -> Option<Candidate> {
        let (document, sibling) = (self.comparison.document, source.text);
        let own = words_of(document, &edit.own);
        let other = words_of(sibling, &edit.other);
        let (removed, added) = changed_words(document, &own, sibling, &other);
        let (own, other) = (own.len(), other.len());
        if own == 0 || other == 0 || own > MAX_PHRASE_WORDS || other > MAX_PHRASE_WORDS {
            return None;
        }
        if repeats(self.comparison, source, &edit.own, &added)
            || removed
                .iter()
                .any(|&word| self.is_kept(source, word, &edit.other))
        {
            return None;
        }
        let marks = (edit.own.len() - own, edit.other.len() - other);
        if marks.0 != marks.1
            || !replaceable(document, edit.own.clone())
            || !replaceable(sibling, edit.other.clone())
        {
            return None;
        }
        let words = &document.segments.words;
        if 2 * own > document.traits[words[edit.own.start].sentence].words {
            return None;
        }
        let span = words[edit.own.start]
            .span
            .cover(words[edit.own.end - 1].span);
        let replacement = surface(self.comparison, source, &edit.own, &edit.other)?;
        if span.slice(document.text)? == replacement {
            return None;
        }
        let evidence = self.evidence.get(source.index).copied();
        let evidence = evidence.unwrap_or_default();
        Some(Candidate {
            span,
            replacement,
            sibling: source.index,
            own: edit.own.clone(),
            other: edit.other.clone(),
            unrelated: self.unrelated(source, &removed, &added),
            removed,
            added,
            row: edit_row(self.comparison, source, evidence, self.memo, edit),
        })
    }
}

/// Words of two aligned sentences that may change places: words of the document, words
/// of the sibling, and how many matching pairs lie within. `same` says whether two
/// words are the same.
fn exchanges(
    pair: &Pair,
    same: impl Fn(usize, usize) -> bool,
) -> Vec<(Range<usize>, Range<usize>, usize)> {
    let matched = &pair.matched;
    // Borders first and last; each with where the words behind it begin.
    let (own, other) = (&matched.own, &matched.other);
    let mut borders = vec![(own.start, own.start, other.start, other.start)];
    borders.extend(matched.in_order().map(|(a, b, _)| (a, a + 1, b, b + 1)));
    borders.push((own.end, own.end, other.end, other.end));
    let mut found = Vec::new();
    for first in 0..borders.len() {
        let (_, own, _, other) = borders[first];
        for last in first + 1..borders.len().min(first + 2 + MAX_WITHIN) {
            let (own_end, _, other_end, _) = borders[last];
            if own_end - own > 2 * MAX_PHRASE_WORDS || other_end - other > 2 * MAX_PHRASE_WORDS {
                break;
            }
            let within = last - first - 1;
            match (own_end - own, other_end - other) {
                (0, 0) => {}
                // Words are only put in or taken out next to one that stays.
                (0, _) | (_, 0) if within == 0 => {
                    if last + 1 < borders.len() {
                        found.push((own..own_end + 1, other..other_end + 1, within));
                    }
                    if first > 0 {
                        found.push((own - 1..own_end, other - 1..other_end, within));
                    }
                }
                (0, _) | (_, 0) => {}
                // With the same word at a border the narrower edit is the same.
                _ if same(own, other) || same(own_end - 1, other_end - 1) => {}
                _ => found.push((own..own_end, other..other_end, within)),
            }
        }
    }
    found
}

/// Each edit once: the first sibling that has its words is quoted.
fn distinct(mut found: Vec<Candidate>) -> Vec<Candidate> {
    let mut seen: HashSet<(Span<Doc>, String)> = HashSet::new();
    found.retain(|candidate| seen.insert((candidate.span, candidate.replacement.clone())));
    found
}

/// Phrases of a sentence of the sibling about one of its words.
fn phrases_about(sibling: &NormalizedText<'_>, at: usize) -> Vec<Range<usize>> {
    let sentence = &sibling.sentences[sibling.segments.words[at].sentence];
    let first = at.saturating_sub(REACH).max(sentence.start);
    let last = (at + REACH).min(sentence.end - 1);
    let starts = first..=at;
    starts
        .flat_map(|start| (at..=last).map(move |end| start..end + 1))
        .filter(|phrase| sibling.is_word(phrase.start) || phrase.len() > 1)
        .filter(|phrase| replaceable(sibling, phrase.clone()))
        .collect()
}

/// Whether a word is a name or has digits.
fn is_fact(text: &NormalizedText<'_>, word: usize) -> bool {
    let form = &text.forms[word];
    let is_name = form.is_content() && text.looks_like_name(word);
    text.is_word(word) && (is_name || !form.digits.is_empty())
}
