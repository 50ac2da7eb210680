//! The document as the language model reads it after the sibling's words.
//!
//! In: the document's sentences, each with the sentence that a sibling has in its
//! place. Out: what each word costs when the sibling's sentence has been read just
//! before. A word that is right but rare becomes cheap, one that nothing in the
//! sibling explains stays dear. All sentences are read in one batch.

use crate::detect::features::word_surprisals;
use crate::lm::{LanguageModel, LmError, TokenScores};
use crate::span::{Doc, Sibling, Span};

use super::align::Article;
use super::comparison::Source;
use super::matching::Matched;

/// What a word costs after the sibling's sentence, in bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Given {
    /// Its surprisal.
    pub surprisal_bits: f32,
    /// The entropy at its place.
    pub expected_bits: f32,
}

/// One entry a word of the document; `None` in sentences that the sibling does not
/// tell.
///
/// # Errors
/// When the language model cannot read.
pub(super) fn given(
    lm: &dyn LanguageModel,
    document: &Article<'_>,
    source: &Source<'_>,
) -> Result<Vec<Option<Given>>, LmError> {
    let told = (0..document.sentences.len()).filter_map(|sentence| {
        let Matched { own, other, .. } = &source.told(sentence)?.matched;
        let there: Span<Sibling> = source.article.cover(other)?;
        let there = there.slice(source.article.text)?;
        let here: Span<Doc> = document.cover(own)?;
        // White space belongs to the token behind it.
        let here = format!(" {}", here.slice(document.text)?);
        Some((sentence, there.trim(), here))
    });
    let told: Vec<(usize, &str, String)> = told.collect();
    let pairs = told.iter().map(|(_, there, here)| (*there, here.as_str()));
    let readings = lm.read_after(&pairs.collect::<Vec<_>>())?;
    let mut all = TokenScores::default();
    for ((sentence, there, _), reading) in told.iter().zip(readings) {
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
    let mut given = vec![None; document.forms.len()];
    for (sentence, ..) in told {
        for word in document.compared(sentence) {
            given[word] = read.get(word).map(|read| Given {
                surprisal_bits: read.surprisal_bits,
                expected_bits: read.expected_bits,
            });
        }
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use crate::lexicon::Lexicon;
    use crate::lm::stub::Stub;
    use crate::segment::segment;
    use crate::sibling::{Articles, Comparison, SiblingArticle};

    #[test]
    fn words_of_told_sentences_are_read_again_and_others_are_not() {
        let text = "The ferry sank off Genf on Monday. Nobody had seen it. The ferry sank.";
        let segments = segment(text);
        let siblings = [SiblingArticle::new(
            "s",
            "On Monday the ferry sank off Geneva.",
        )];
        let articles = Articles::new(text, &segments, &siblings);
        let lexicon = Lexicon::embedded().unwrap();
        let lm = Stub::new([("Genf", 40.0), ("seen", 30.0)]);
        let p_garbled = vec![0.1; segments.words.len()];
        let comparison = Comparison::new(&articles, &lexicon, &p_garbled, &[]);
        let comparison = comparison.read(&lm).unwrap();
        let given = &comparison.sources[0].given;
        assert_eq!(given.len(), segments.words.len());
        for (word, given) in segments.words.iter().zip(given) {
            let spelling = word.span.slice(text).unwrap();
            match (word.sentence, spelling, given) {
                (0, "Genf", Some(given)) => assert!(given.surprisal_bits >= 40.0),
                (0 | 2, _, Some(given)) => assert!(given.surprisal_bits < 30.0),
                (1, _, None) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
