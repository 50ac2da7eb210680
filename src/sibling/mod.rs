//! Evidence and corrections from a cleaner article on the same story.
//!
//! In: a document with what is suspected of its words, and one or more sibling
//! articles. Out: how suspect each word is beside them, and for suspect phrases
//! the replacements that a sibling supports, best first, each with the sibling's
//! words it comes from. Sentences are aligned (`align`), their words matched
//! (`matching`, across spellings: [`names`]); `comparison` holds that. `words`
//! makes numbers of it for each word, `candidates` and `signs` for each
//! correction, and the networks of `network` judge them, corrections once the
//! language model has read them (`reading`, `corrections`). `facts` and
//! `contradictions` find numbers, dates and names that disagree. It decides neither
//! what is suspect nor how a finding is worded, and it never proposes to delete.

mod align;
mod beside;
mod candidates;
mod comparison;
mod contradictions;
mod corrections;
mod facts;
mod given;
mod matching;
pub mod names;
mod network;
mod reading;
mod signs;
mod stretches;
mod trust;
mod words;
mod writing;

use std::sync::Arc;

use self::align::Article;
use crate::document::{Prose, content_start};
use crate::finding::Suggestion;
use crate::lm::{LanguageModel, LmError};
use crate::segment::{Segments, segment};
use crate::span::{Doc, Span};

pub use beside::Beside;
pub use candidates::Candidate;
pub use comparison::{Articles, Comparison};
pub use contradictions::{CONTRADICTION_WIDTH, Contradiction, Opposed};
pub use network::SiblingModel;
pub use reading::AsRead;
pub use signs::{PRIOR_WIDTH, WIDTH};
pub use trust::{Doubt, Trust};
pub use words::WORD_WIDTH;

/// Suggestions for one place, at most.
const MOST: usize = 3;

/// Words of a suspect phrase that corrections are looked for: beyond that a text is
/// garbled as a whole.
const ASKED: usize = 40;

/// Words of a sibling that are looked at: a news story many times over. Work
/// grows with the product of the two lengths.
const MAX_WORDS: usize = 20_000;

/// A sibling, split.
#[derive(Debug, Clone, PartialEq)]
pub struct SiblingArticle {
    /// Its path as given, or the record's own id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its sentences and words, as spans into `text`.
    pub segments: Segments,
    /// What is suspected of each word; words beyond it count as right.
    pub p_garbled: Vec<f32>,
    /// Its own quality, 0 to 100; `None` for one that cannot be judged, which is
    /// not believed.
    pub quality: Option<f32>,
    /// Where `text` comes from, if that is marked up.
    pub original: Option<Original>,
}

/// A marked-up text with its prose.
#[derive(Debug, Clone, PartialEq)]
pub struct Original {
    /// The text as it is on disk.
    pub text: String,
    /// What is read of it.
    pub prose: Arc<Prose>,
}

impl SiblingArticle {
    /// Splits `text`, which is taken to be right.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            id: id.into(),
            segments: segment(&text),
            text,
            p_garbled: Vec::new(),
            quality: Some(100.0),
            original: None,
        }
    }

    /// The text that is looked at, without a byte order mark: the model never saw
    /// one.
    pub fn content(&self) -> &str {
        let last = self.segments.words.get(MAX_WORDS - 1);
        let text = last.and_then(|last| self.text.get(..last.span.end()));
        let text = text.unwrap_or(&self.text);
        text.get(content_start(text)..).unwrap_or(text)
    }

    /// Whether the article has this very word, spelled alike, with or without
    /// a possessive ending.
    pub fn has_word(&self, word: &str) -> bool {
        let bare = |word: &str| word.len() - names::possessive_ending(word).len();
        let wanted = &word[..bare(word)];
        self.segments
            .words
            .iter()
            .filter_map(|word| word.span.slice(&self.text))
            .any(|word| &word[..bare(word)] == wanted)
    }
}

/// A phrase of the document that may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspect {
    /// The phrase.
    pub span: Span<Doc>,
    /// Whether it is so little suspect that only a sure correction is wanted.
    pub weak: bool,
}

/// What may stand in one place, best first.
pub type Alternatives = Vec<Suggestion>;

/// For each suspect phrase the places that the siblings correct, the surest first,
/// each with at most three suggestions; none where the siblings say nothing. The
/// first suggestions of two places never overlap, and those of one sentence never bring
/// the same words of a sibling: the surer one is kept.
///
/// # Errors
/// When the language model cannot read.
pub fn suggestions(
    lm: &dyn LanguageModel,
    model: &SiblingModel,
    comparison: &Comparison<'_>,
    suspects: &[Suspect],
) -> Result<Vec<Vec<Alternatives>>, LmError> {
    model.weigh(comparison);
    let document = comparison.document;
    // Phrases of one sentence mostly come one after the other.
    let mut between: Option<(usize, Vec<Candidate>)> = None;
    let candidates = suspects.iter().map(|suspect| {
        let words = document.segments.words_in(suspect.span);
        let Some(first) = document.segments.words.get(words.start) else {
            return Vec::new();
        };
        // A phrase across sentences is corrected in its first one.
        let sentence = &document.sentences[first.sentence];
        let end = words.end.min(sentence.end).min(words.start + ASKED);
        let words = words.start..end;
        let mut found = comparison.related(&words);
        if between
            .as_ref()
            .is_none_or(|(known, _)| *known != first.sentence)
        {
            between = Some((first.sentence, comparison.between(first.sentence)));
        }
        let here = between.iter().flat_map(|(_, candidates)| candidates);
        found.extend(here.filter(|c| c.span.overlaps(suspect.span)).cloned());
        corrections::likeliest(model, comparison, found, suspect.weak)
    });
    let candidates: Vec<Vec<Candidate>> = candidates.collect();
    let saved = comparison.bits_saved(lm, &candidates)?;
    let judged = candidates.iter().zip(&saved);
    let judged =
        judged.map(|(candidates, saved)| corrections::judge(model, comparison, candidates, saved));
    let judged = judged.collect();
    Ok(apart(document, judged))
}

/// Keeps first suggestions of different places from overlapping, in the document and,
/// within a sentence of it, in the sibling: there the same words would stand twice
/// afterwards. The surest one is kept.
fn apart(document: &Article<'_>, mut judged: Vec<Vec<Alternatives>>) -> Vec<Vec<Alternatives>> {
    let sureness = |list: &[Suggestion]| list.first().map_or(0.0, |best| best.confidence);
    let mut places: Vec<&mut Alternatives> = judged.iter_mut().flatten().collect();
    places.sort_by(|a, b| sureness(b).total_cmp(&sureness(a)));
    let mut taken: Vec<Suggestion> = Vec::new();
    for list in places {
        list.retain(|one| !taken.iter().any(|other| excludes(document, one, other)));
        list.truncate(MOST);
        taken.extend(list.first().cloned());
    }
    for places in &mut judged {
        places.retain(|list| !list.is_empty());
    }
    judged
}

/// Whether only one of two suggestions can be followed.
fn excludes(document: &Article<'_>, one: &Suggestion, other: &Suggestion) -> bool {
    if one.span.overlaps(other.span) {
        return true;
    }
    let sentence = |suggestion: &Suggestion| {
        let words = document.segments.words_in(suggestion.span);
        let first = document.segments.words.get(words.start);
        first.map(|word| word.sentence)
    };
    let gone = |suggestion: &Suggestion| suggestion.span.slice(document.text);
    match (&one.sibling, &other.sibling) {
        // A word that is wrong twice is put right twice.
        (Some(a), Some(b)) => {
            a.id == b.id
                && a.span.overlaps(b.span)
                && sentence(one) == sentence(other)
                && gone(one) != gone(other)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
