//! Which words of two aligned sentences say the same.
//!
//! In: a sentence of the document and one of a sibling. Out: [`SentenceMatch`]: for
//! each word of the first the word of the second that it matches, and how closely.
//! Words match in order, by the alignment of greatest weight (Needleman and Wunsch
//! 1970): the same word counts most, then the same stem, then a similar word, and runs
//! count more than scattered words; what is left may match out of order, if it
//! is the same content. It proposes nothing and asks no model.

use std::ops::Range;

use crate::network::flag;
use crate::sibling::memo::Memo;
use crate::sibling::similarity::{Form, SIMILAR};
use crate::sibling::text::NormalizedText;

/// What a pair weighs more that follows a pair.
const RUN: f32 = 0.5;

/// Two words that are similar but not the same count as less than the same.
const MAX_SIMILAR: f32 = 0.95;

/// Similarity of words that may match out of order.
const SAME_CONTENT: f32 = 0.9;

/// What a word of the document matches in a sibling's sentence.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::sibling) struct WordMatch {
    /// The sibling's word.
    pub word: Option<usize>,
    /// 1 for the same word, less for a similar one, 0 for none.
    pub similarity: f32,
    /// Whether it stands in another order there.
    pub moved: bool,
}

impl WordMatch {
    /// Whether the very same word stands in its place.
    pub(crate) fn is_same(&self) -> bool {
        self.word.is_some() && self.similarity >= 1.0 && !self.moved
    }
}

/// Two sentences, word by word.
#[derive(Debug, Clone)]
pub(in crate::sibling) struct SentenceMatch {
    /// Words of the document.
    pub own: Range<usize>,
    /// Words of the sibling.
    pub other: Range<usize>,
    /// One entry a word of `own`.
    pub words: Vec<WordMatch>,
    /// Share of the words that match the very same word in order, both sentences
    /// taken together (Dice).
    pub dice: f32,
}

impl SentenceMatch {
    /// What a word of the document matches; the default beyond the words that were
    /// compared.
    pub(crate) fn of(&self, word: usize) -> WordMatch {
        let index = word.checked_sub(self.own.start);
        let found = index.and_then(|index| self.words.get(index));
        found.copied().unwrap_or_default()
    }

    /// The pairs that match in order, in order: word of the document, word of the
    /// sibling.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (usize, usize, WordMatch)> {
        let words = self.own.clone().zip(&self.words);
        words
            .filter(|(_, here)| !here.moved)
            .filter_map(|(word, here)| Some((word, here.word?, *here)))
    }
}

/// Matches the words of the document's sentence `own` with those of the sibling's
/// sentence `other`.
pub(in crate::sibling) fn match_words<'a>(
    document: &'a NormalizedText<'_>,
    sibling: &'a NormalizedText<'_>,
    memo: &mut Memo<'a>,
    own: usize,
    other: usize,
) -> SentenceMatch {
    let own = document.compared(own);
    let other = sibling.compared(other);
    let (n, m) = (own.len(), other.len());
    let mut similarities = vec![0.0f32; n * m];
    // The best alignment of what comes before two words, and the best one whose
    // last pair is just these two.
    let mut best = vec![0.0f32; (n + 1) * (m + 1)];
    let mut paired = vec![f32::NEG_INFINITY; (n + 1) * (m + 1)];
    let at = |i: usize, j: usize| i * (m + 1) + j;
    for i in 0..n {
        for j in 0..m {
            let (a, b) = (own.start + i, other.start + j);
            let similar = pair(document, sibling, memo, a, b);
            similarities[i * m + j] = similar;
            let skipped = best[at(i, j + 1)].max(best[at(i + 1, j)]);
            let here = if similar > 0.0 {
                let weight = weight(&document.forms[a], similar);
                weight + best[at(i, j)].max(paired[at(i, j)] + RUN)
            } else {
                f32::NEG_INFINITY
            };
            paired[at(i + 1, j + 1)] = here;
            best[at(i + 1, j + 1)] = skipped.max(here);
        }
    }
    let mut found = vec![WordMatch::default(); n];
    let mut taken = vec![false; m];
    let (mut i, mut j, mut run) = (n, m, false);
    while i > 0 && j > 0 {
        let here = paired[at(i, j)];
        if run || here >= best[at(i, j)] {
            found[i - 1] = WordMatch {
                word: Some(other.start + j - 1),
                similarity: similarities[(i - 1) * m + j - 1],
                moved: false,
            };
            taken[j - 1] = true;
            run = paired[at(i - 1, j - 1)] + RUN > best[at(i - 1, j - 1)];
            (i, j) = (i - 1, j - 1);
        } else if best[at(i - 1, j)] >= best[at(i, j - 1)] {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    let same = found.iter().filter(|here| here.is_same()).count();
    let unmatched = found.iter_mut().enumerate();
    for (i, here) in unmatched.filter(|(_, here)| here.word.is_none()) {
        let form = &document.forms[own.start + i];
        let free = (0..m).find(|&j| !taken[j] && similarities[i * m + j] >= SAME_CONTENT);
        if let Some(j) = free.filter(|_| form.is_content()) {
            taken[j] = true;
            *here = WordMatch {
                word: Some(other.start + j),
                similarity: similarities[i * m + j],
                moved: true,
            };
        }
    }
    SentenceMatch {
        dice: 2.0 * same as f32 / (n + m).max(1) as f32,
        own,
        other,
        words: found,
    }
}

/// How similar two words or marks are; 0 where they cannot match.
fn pair<'a>(
    document: &'a NormalizedText<'_>,
    sibling: &'a NormalizedText<'_>,
    memo: &mut Memo<'a>,
    a: usize,
    b: usize,
) -> f32 {
    let (x, y) = (&document.forms[a], &sibling.forms[b]);
    match (document.is_word(a), sibling.is_word(b)) {
        (true, true) if x.folded == y.folded && !x.folded.is_empty() => 1.0,
        (true, true) if x.is_content() && y.is_content() => {
            let similar = memo.similarity(x, y);
            if similar >= SIMILAR {
                similar.min(MAX_SIMILAR)
            } else {
                0.0
            }
        }
        (false, false) => flag(document.spelling(a) == sibling.spelling(b)),
        _ => 0.0,
    }
}

/// What a pair weighs in the alignment.
fn weight(form: &Form, similarity: f32) -> f32 {
    match () {
        () if form.is_content() => 2.0 * similarity,
        () if form.common => 0.7,
        () => 0.4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Lexicon;
    use crate::segment::segment;
    use crate::sibling::similarity::Normalizer;

    /// What each word of `own` matches in `other`; moved ones in brackets.
    fn pairs(own: &str, other: &str) -> Vec<String> {
        let (a, b) = (segment(own), segment(other));
        let normalizer = Normalizer::default();
        let document = NormalizedText::new(&normalizer, own, &a, 100);
        let sibling = NormalizedText::new(&normalizer, other, &b, 100);
        let lexicon = Lexicon::embedded().unwrap();
        let matched = match_words(&document, &sibling, &mut Memo::new(&lexicon), 0, 0);
        let words = matched.words.iter();
        words
            .map(|here| match (here.word, here.moved) {
                (None, _) => "-".to_owned(),
                (Some(word), false) => sibling.spelling(word).to_owned(),
                (Some(word), true) => format!("[{}]", sibling.spelling(word)),
            })
            .collect()
    }

    #[test]
    fn words_meet_in_order_by_what_they_share() {
        assert_eq!(
            pairs(
                "The ferry leaved the harbour of Genf.",
                "The ferry left the harbour of Geneva."
            ),
            [
                "The", "ferry", "left", "the", "harbour", "of", "Geneva", "."
            ]
        );
    }

    #[test]
    fn content_may_stand_in_another_order() {
        assert_eq!(
            pairs("Yesterday the dam burst.", "The dam burst yesterday."),
            ["[yesterday]", "The", "dam", "burst", "."]
        );
    }

    #[test]
    fn runs_win_over_scattered_words() {
        // The second "the" stands next to the bridge in both.
        assert_eq!(
            pairs("the old the bridge", "the bridge"),
            ["-", "-", "the", "bridge"]
        );
    }

    #[test]
    fn strangers_stay_alone() {
        assert_eq!(pairs("Prices rose.", "It rained"), ["-", "-", "-"]);
    }
}
