//! Corrections from a cleaner article on the same story.
//!
//! In: a document, its suspect phrases, and one or more sibling articles. Out:
//! for each phrase the replacements that a sibling supports, best first, each
//! with the sibling's words it comes from. Sentences are aligned (`align`),
//! words matched across spellings ([`names`]), phrases of the sibling proposed
//! (`candidates`), patched in and read again by the language model
//! (`corrections`). It decides neither what is suspect nor how a finding is
//! worded, and it never proposes to delete.

mod align;
mod candidates;
mod corrections;
pub mod names;
mod stretches;

use std::collections::HashMap;

use crate::finding::Suggestion;
use crate::lm::{LanguageModel, LmError};
use crate::segment::{Segments, segment};
use crate::span::{Doc, Span};

use align::{Alignment, Article};
use candidates::Source;
use corrections::Scored;
use names::Former;

/// Suggestions for one phrase, at most.
const MOST: usize = 3;

/// Words of a sibling that are looked at: a news story many times over. Work
/// grows with the product of the two lengths.
const MAX_SIBLING_WORDS: usize = 20_000;

/// A sibling, split.
#[derive(Debug, Clone, PartialEq)]
pub struct SiblingArticle {
    /// Its path as given, or the record's own id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its sentences and words, as spans into `text`.
    pub segments: Segments,
}

impl SiblingArticle {
    /// Splits `text`.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            id: id.into(),
            segments: segment(&text),
            text,
        }
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suspect {
    /// The phrase.
    pub span: Span<Doc>,
    /// The largest `p_garbled` of its words, 0 to 1.
    pub p_garbled: f32,
}

/// Suggestions for each suspect phrase, best first, at most three each; an
/// empty list where the siblings say nothing. The first suggestions of two
/// phrases never overlap: the surer one is kept.
///
/// # Errors
/// When the language model cannot read.
pub fn suggestions(
    lm: &dyn LanguageModel,
    text: &str,
    segments: &Segments,
    suspects: &[Suspect],
    siblings: &[SiblingArticle],
) -> Result<Vec<Vec<Suggestion>>, LmError> {
    let former = Former::default();
    let document = Article::new(&former, text, segments, usize::MAX);
    let articles: Vec<Article<'_>> = siblings
        .iter()
        .map(|sibling| Article::new(&former, &sibling.text, &sibling.segments, MAX_SIBLING_WORDS))
        .collect();
    let alignments: Vec<Alignment<'_>> = articles
        .iter()
        .map(|article| Alignment::new(&document, article))
        .collect();
    let sources: Vec<Source<'_>> = articles
        .iter()
        .zip(&alignments)
        .map(|(article, alignment)| Source {
            article,
            alignment,
            counts: counts(article),
        })
        .collect();
    let named: Vec<(&str, &Article<'_>)> = siblings
        .iter()
        .map(|sibling| sibling.id.as_str())
        .zip(&articles)
        .collect();
    let own = counts(&document);
    let judged = suspects
        .iter()
        .map(|suspect| {
            let words = segments.words_in(suspect.span);
            let Some(first) = segments.words.get(words.start) else {
                return Ok(Vec::new());
            };
            // A phrase across sentences is corrected in its first one.
            let sentence = &document.sentences[first.sentence];
            let words = words.start..words.end.min(sentence.end);
            let found = candidates::candidates(&document, &own, &words, &sources);
            if found.is_empty() {
                return Ok(Vec::new());
            }
            corrections::judge(lm, &document, &named, suspect.p_garbled, &found)
        })
        .collect::<Result<Vec<_>, LmError>>()?;
    Ok(apart(judged))
}

/// Keeps first suggestions of different phrases from overlapping: the surest
/// phrase chooses first.
fn apart(judged: Vec<Vec<Scored>>) -> Vec<Vec<Suggestion>> {
    let sureness = |list: &[Scored]| list.first().map_or(f32::NEG_INFINITY, |best| best.z);
    let mut order: Vec<usize> = (0..judged.len()).collect();
    order.sort_by(|&a, &b| sureness(&judged[b]).total_cmp(&sureness(&judged[a])));
    let mut taken: Vec<Span<Doc>> = Vec::new();
    let mut kept: Vec<Vec<Suggestion>> = judged
        .into_iter()
        .map(|list| list.into_iter().map(|scored| scored.suggestion).collect())
        .collect();
    for index in order {
        let list = &mut kept[index];
        let free =
            |suggestion: &Suggestion| !taken.iter().any(|span| span.overlaps(suggestion.span));
        list.retain(free);
        list.truncate(MOST);
        taken.extend(list.first().map(|best| best.span));
    }
    kept
}

/// How often each word stands in an article.
fn counts<'a>(article: &'a Article<'_>) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for form in article.forms.iter().filter(|form| !form.folded.is_empty()) {
        *counts.entry(form.folded.as_str()).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests;
