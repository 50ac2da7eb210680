//! What edits of a document save the language model.
//!
//! In: for several places of the document the patches that are thought of there. Out:
//! the bits that each one saves. Each is put in, and a few words from there on
//! are read again, as a continuation of the document: the cost is a short tail for each patch
//! where the model keeps its reading of the document, and else some of the
//! document about it too, which says what its own words cost. Whether a patch is any
//! good is not decided here.

use std::iter;

use crate::lm::{Continuation, KvCache, LanguageModel, LmError, Prefix, TokenScore, TokenScores};
use crate::segment::Segments;
use crate::span::{Doc, Span};

/// Bytes of the document read before the first patch, for context.
const BEFORE_BYTES: usize = 150;

/// Bytes of the document read after the words that give way. The rest hardly
/// depends on the patch.
const AFTER_BYTES: usize = 40;

/// Bytes of the document, context and all, that patches of one prefix begin in. Every
/// continuation looks back over the whole prefix before it, so that long ones cost more.
const MAX_PREFIX_BYTES: usize = 1000;

/// Bytes of the document that are replaced, and what stands there afterwards.
pub(crate) type Patch<'a> = (Span<Doc>, &'a str);

/// The language model's own reading of the document, from which it can read on.
#[derive(Debug, Clone, Copy)]
pub struct DocumentReading<'a> {
    /// The scores of the document's tokens, with spans into the document.
    pub reading: &'a TokenScores,
    /// The key-value cache of the reading.
    pub cache: &'a KvCache,
    /// The byte of the document where the reading began.
    pub start: usize,
}

/// An edit, and the bytes of the document that are read anew for it.
struct Tail {
    /// Which place it is of, and which of the edits there.
    place: usize,
    edit: usize,
    /// Where it begins; white space belongs to the token behind it.
    start: usize,
    end: usize,
    /// What stands there after the edit.
    edited: String,
}

impl Tail {
    fn new(
        (text, segments): (&str, &Segments),
        place: usize,
        edit: usize,
        patch: Patch<'_>,
    ) -> Option<Self> {
        let (span, replacement) = patch;
        let words = &segments.words;
        let after = words.partition_point(|word| word.span.end() <= span.end() + AFTER_BYTES);
        let last = after.checked_sub(1).map(|word| words[word].span.end());
        let start = text.get(..span.start())?.trim_end().len();
        let end = last.map_or(span.end(), |last| last.max(span.end()));
        let before = text.get(start..span.start()).unwrap_or_default();
        let behind = text.get(span.end()..end).unwrap_or_default();
        Some(Self {
            place,
            edit,
            edited: format!("{before}{replacement}{behind}"),
            start,
            end,
        })
    }

    /// Where the reading begins that this edit is the first of.
    fn context(&self, segments: &Segments) -> usize {
        let Segments {
            sentences, words, ..
        } = segments;
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

/// Patches that continue one prefix: the document from `begin` to `end`.
struct Group<'a> {
    edits: &'a [Tail],
    begin: usize,
    end: usize,
}

/// Edits in the order of their beginnings, cut into prefixes.
fn grouped<'a>(segments: &Segments, edits: &'a [Tail]) -> Vec<Group<'a>> {
    let mut groups = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let begin = first.context(segments);
        let fits = rest.partition_point(|edit| edit.start <= begin + MAX_PREFIX_BYTES);
        let (edits, after) = rest.split_at(fits.max(1));
        rest = after;
        let end = edits.iter().map(|edit| edit.end).max().unwrap_or(begin);
        groups.push(Group { edits, begin, end });
    }
    groups
}

impl<'a> Group<'a> {
    fn edited(&self) -> impl Iterator<Item = Continuation<'a>> {
        self.edits.iter().map(|edit| Continuation {
            at: edit.start - self.begin,
            text: &edit.edited,
        })
    }

    /// What is read after the prefix; first comes the document as it is.
    fn continuations(&self, text: &'a str) -> Vec<Continuation<'a>> {
        let first = self.edits.first().map_or(self.begin, |first| first.start);
        let own = Continuation {
            at: first - self.begin,
            text: text.get(first..self.end).unwrap_or_default(),
        };
        iter::once(own).chain(self.edited()).collect()
    }

    /// Notes what each edit saves. `own` holds the document's tokens, those that begin
    /// at byte `shift` of it at 0; `edited` the readings of the edits.
    fn note(
        &self,
        own: &[TokenScore],
        shift: usize,
        edited: &[TokenScores],
        saved: &mut [Vec<f32>],
    ) {
        for (edit, reading) in self.edits.iter().zip(edited) {
            let here = edit.start - shift..edit.end - shift;
            let first = own.partition_point(|token| token.span.end() <= here.start);
            let tokens = own[first..].iter();
            let tokens = tokens.take_while(|token| token.span.end() <= here.end);
            let original: f64 = tokens.map(|t| f64::from(t.surprisal_bits)).sum();
            saved[edit.place][edit.edit] = (original - reading.total_bits()) as f32;
        }
    }
}

/// The bits that each edit of a document saves, for each place in `places` the edits there.
///
/// # Errors
/// When the language model cannot read.
pub(crate) fn bits_saved(
    lm: &dyn LanguageModel,
    (text, segments): (&str, &Segments),
    document_reading: Option<DocumentReading<'_>>,
    places: &[Vec<Patch<'_>>],
) -> Result<Vec<Vec<f32>>, LmError> {
    let mut saved: Vec<Vec<f32>> = places.iter().map(|edits| vec![0.0; edits.len()]).collect();
    let edits = places.iter().enumerate().flat_map(|(place, edits)| {
        let edits = edits.iter().enumerate();
        edits.filter_map(move |(edit, patch)| Tail::new((text, segments), place, edit, *patch))
    });
    let mut edits: Vec<Tail> = edits.collect();
    if edits.is_empty() {
        return Ok(saved);
    }
    edits.sort_by_key(|edit| edit.start);
    if let Some(DocumentReading {
        reading,
        cache,
        start,
    }) = document_reading
    {
        let whole = Group {
            edits: &edits,
            begin: start,
            end: text.len(),
        };
        let continuations: Vec<Continuation<'_>> = whole.edited().collect();
        let prefix = Prefix {
            text: text.get(start..).unwrap_or_default(),
            continuations: &continuations,
            cache: Some(cache),
        };
        let edited = lm.read_continuations(&[prefix])?.pop().unwrap_or_default();
        whole.note(&reading.tokens, 0, &edited, &mut saved);
        return Ok(saved);
    }
    let groups = grouped(segments, &edits);
    let continuations = groups.iter().map(|group| group.continuations(text));
    let continuations: Vec<Vec<Continuation<'_>>> = continuations.collect();
    let prefixes = groups.iter().zip(&continuations);
    let prefixes = prefixes.map(|(group, continuations)| Prefix {
        text: text.get(group.begin..group.end).unwrap_or_default(),
        continuations,
        cache: None,
    });
    let readings = lm.read_continuations(&prefixes.collect::<Vec<_>>())?;
    for (group, readings) in groups.iter().zip(readings) {
        if let Some((own, edited)) = readings.split_first() {
            group.note(&own.tokens, group.begin, edited, &mut saved);
        }
    }
    Ok(saved)
}
