//! Surprisal of the document's words given the sibling's.
//!
//! In: the document's sentences, each with its counterpart in a sibling. Out: the
//! surprisal of each word when the counterpart has been read just before. A word that is
//! right but rare becomes cheap, one that nothing in the sibling explains stays dear. All
//! sentences are read in one batch. What follows from it is not decided here.

use crate::detect::word_surprisals;
use crate::lm::{LanguageModel, LmError, TokenScores};
use crate::span::{Doc, Sibling, Span};

use super::align::words::SentenceMatch;
use super::text::NormalizedText;

/// What the language model says of a word after the sibling's sentence, in bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ConditionalSurprisal {
    /// The surprisal of the word.
    pub surprisal_bits: f32,
    /// The entropy at its place.
    pub expected_bits: f32,
}

/// One entry a word of the document; `None` in sentences without a counterpart. In:
/// the sentences that have one, by number, in order, each with the match of the two.
///
/// # Errors
/// When the language model cannot read.
pub(super) fn conditional_surprisal<'a>(
    lm: &dyn LanguageModel,
    document: &NormalizedText<'_>,
    sibling: &NormalizedText<'_>,
    counterparts: impl Iterator<Item = (usize, &'a SentenceMatch)>,
) -> Result<Vec<Option<ConditionalSurprisal>>, LmError> {
    let covered = counterparts.filter_map(|(sentence, matched)| {
        let SentenceMatch { own, other, .. } = matched;
        let there: Span<Sibling> = sibling.cover(other)?;
        let there = there.slice(sibling.text)?;
        let here: Span<Doc> = document.cover(own)?;
        // White space belongs to the token behind it.
        let here = format!(" {}", here.slice(document.text)?);
        Some((sentence, there.trim(), here))
    });
    let covered: Vec<(usize, &str, String)> = covered.collect();
    let pairs = covered
        .iter()
        .map(|(_, there, here)| (*there, here.as_str()));
    let readings = lm.read_after(&pairs.collect::<Vec<_>>())?;
    let mut all = TokenScores::default();
    for ((sentence, there, _), reading) in covered.iter().zip(readings) {
        let start = document.segments.sentences[*sentence].start();
        let before = there.len() + 1;
        let own = reading.tokens.into_iter();
        all.tokens.extend(own.filter_map(|mut token| {
            let place = |at: usize| Some(at.checked_sub(before)? + start);
            let end = place(token.span.end()).filter(|end| *end > start)?;
            token.span = Span::new(place(token.span.start()).unwrap_or(start), end);
            Some(token)
        }));
    }
    let read = word_surprisals(document.segments, &all);
    let mut found = vec![None; document.forms.len()];
    for (sentence, ..) in covered {
        for word in document.compared(sentence) {
            found[word] = read.get(word).map(|read| ConditionalSurprisal {
                surprisal_bits: read.surprisal_bits,
                expected_bits: read.expected_bits,
            });
        }
    }
    Ok(found)
}
