//! Edits as the language model reads them.
//!
//! In: for several places of the document the edits that are thought of there. Out:
//! the bits that each one saves. Each is patched in and a few words from there on
//! read again, all of them as branches of one reading of the document: the cost is
//! the document once and a short tail for each edit.

use crate::lm::{Branch, LanguageModel, LmError, Reading};
use crate::span::{Doc, Span};

use super::align::Article;
use super::candidates::Candidate;
use super::signs::{PRIOR_WIDTH, WIDTH};

/// Bytes of the document read before the first place, for context.
const BEFORE_BYTES: usize = 300;

/// Bytes of the document read after the last word that could change. The rest
/// hardly depends on the edit.
const AFTER_BYTES: usize = 60;

/// Bytes of the document, past the context, that places of one trunk lie in. Every
/// branch looks back over the whole trunk before it, so that long ones cost more.
const TRUNK_BYTES: usize = 700;

/// Bytes that give way, and what stands there afterwards.
pub(super) type Patch<'a> = (Span<Doc>, &'a str);

/// A stretch of the document that edits lie in.
struct Place {
    /// Where it begins; white space belongs to the token behind it.
    start: usize,
    end: usize,
}

impl Place {
    fn of(document: &Article<'_>, edits: &[Patch<'_>]) -> Option<Self> {
        let first = edits.iter().map(|(span, _)| span.start()).min()?;
        let last = edits.iter().map(|(span, _)| span.end()).max()?;
        let words = &document.segments.words;
        let after = words.partition_point(|word| word.span.end() <= last + AFTER_BYTES);
        let end = after.checked_sub(1);
        Some(Self {
            start: document.text.get(..first)?.trim_end().len(),
            end: end.map_or(last, |word| words[word].span.end().max(last)),
        })
    }

    /// Where the reading begins that this place is the first of.
    fn context(&self, document: &Article<'_>) -> usize {
        let sentences = &document.segments.sentences;
        let words = &document.segments.words;
        let from = self.start.saturating_sub(BEFORE_BYTES);
        let near = |start: Option<usize>| start.filter(|start| *start <= self.start);
        let sentence = sentences.partition_point(|sentence| sentence.start() < from);
        let word = words.partition_point(|word| word.span.start() < from);
        // Amid a sentence longer than that, at a word.
        near(sentences.get(sentence).map(|sentence| sentence.start()))
            .or_else(|| near(words.get(word).map(|word| word.span.start())))
            .unwrap_or(self.start)
    }
}

/// The bits that each edit saves, for each place in `places` the edits there.
///
/// # Errors
/// When the language model cannot read.
pub(super) fn bits_saved(
    lm: &dyn LanguageModel,
    document: &Article<'_>,
    places: &[Vec<Patch<'_>>],
) -> Result<Vec<Vec<f32>>, LmError> {
    let text = document.text;
    let mut saved: Vec<Vec<f32>> = vec![Vec::new(); places.len()];
    let found = places.iter().enumerate();
    let found = found.filter_map(|(index, edits)| Some((index, Place::of(document, edits)?)));
    let mut found: Vec<(usize, Place)> = found.collect();
    found.sort_by_key(|(_, place)| place.start);
    let mut rest = &found[..];
    while let Some((_, first)) = rest.first() {
        let begin = first.context(document);
        let fits = rest.partition_point(|(_, place)| place.start <= begin + TRUNK_BYTES);
        let (group, after) = rest.split_at(fits.max(1));
        rest = after;
        let mut passages = Vec::new();
        for (index, place) in group {
            passages.push((place.start, text[place.start..place.end].to_owned()));
            passages.extend(places[*index].iter().map(|(span, replacement)| {
                let before = &text[place.start..span.start()];
                let behind = &text[span.end()..place.end];
                (place.start, format!("{before}{replacement}{behind}"))
            }));
        }
        let branches: Vec<Branch<'_>> = passages
            .iter()
            .map(|(start, text)| Branch {
                at: start - begin,
                text,
            })
            .collect();
        let trunk = &text[begin..group.last().map_or(begin, |(_, place)| place.start)];
        let readings = lm.read_branches(trunk, &branches)?;
        let mut bits = readings.iter().map(Reading::total_bits);
        for (index, _) in group {
            let original = bits.next().unwrap_or_default();
            let here = bits.by_ref().take(places[*index].len());
            saved[*index] = here.map(|bits| (original - bits) as f32).collect();
        }
    }
    Ok(saved)
}

impl Candidate {
    /// All that is known of it, once the model has read it.
    pub fn with_bits(&self, saved: f32) -> [f32; WIDTH] {
        let words = self.own.len().max(self.other.len()) as f32;
        let mut all = [0.0; WIDTH];
        all[..PRIOR_WIDTH].copy_from_slice(&self.signs);
        all[PRIOR_WIDTH] = (saved / 20.0).tanh();
        all[PRIOR_WIDTH + 1] = (saved / words / 10.0).clamp(-2.0, 2.0);
        all[PRIOR_WIDTH + 2] = f32::from(u8::from(saved > 0.0));
        all
    }
}
