//! Which words of two aligned sentences say the same.
//!
//! In: a sentence of the document and one of a sibling. Out: for each word of
//! the first the word of the second that it meets, and how closely. Words meet
//! in order, by the alignment of greatest weight (Needleman and Wunsch 1970):
//! the same word counts most, then the same stem, then a related word, and runs
//! count more than scattered words; what is left may meet out of order, if it
//! is the same content. It proposes nothing and asks no model.

use std::collections::HashMap;
use std::ops::Range;

use super::align::Article;
use super::names::{Form, relatedness};

/// Relatedness from which two words may meet.
pub(super) const KIN: f32 = 0.6;

/// What a pair weighs that follows a pair.
const RUN: f32 = 0.5;

/// How a word of the document stands in a sibling's sentence.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Met {
    /// The sibling's word.
    pub word: Option<usize>,
    /// 1 for the same word, less for a related one, 0 for none.
    pub kinship: f32,
    /// Whether it stands in another order there.
    pub moved: bool,
}

impl Met {
    /// Whether the very same word stands in its place.
    pub fn same(&self) -> bool {
        self.word.is_some() && self.kinship >= 1.0 && !self.moved
    }
}

/// Two sentences, word by word.
#[derive(Debug, Clone)]
pub(super) struct Matched {
    /// Words of the document.
    pub own: Range<usize>,
    /// Words of the sibling.
    pub other: Range<usize>,
    /// One entry a word of `own`.
    pub met: Vec<Met>,
    /// Share of the words that meet the very same word in order, both sentences
    /// taken together (Dice).
    pub dice: f32,
}

impl Matched {
    /// How a word of the document stands there; the default beyond the words
    /// that were compared.
    pub fn of(&self, word: usize) -> Met {
        let index = word.checked_sub(self.own.start);
        let met = index.and_then(|index| self.met.get(index));
        met.copied().unwrap_or_default()
    }

    /// The pairs that meet in order, in order.
    pub fn in_order(&self) -> impl Iterator<Item = (usize, usize, Met)> {
        let met = self.own.clone().zip(&self.met);
        met.filter(|(_, met)| !met.moved)
            .filter_map(|(word, met)| Some((word, met.word?, *met)))
    }
}

/// Pairs of spellings that are remembered: those of long articles, not of floods.
const MOST_KNOWN: usize = 1_000_000;

/// How closely words are related, each pair of spellings weighed once.
#[derive(Default)]
pub(super) struct Kinship<'a> {
    known: HashMap<(&'a str, &'a str), f32>,
}

impl<'a> Kinship<'a> {
    pub fn of(&mut self, a: &'a Form, b: &'a Form) -> f32 {
        // "US" and "us" are spelled alike when folded.
        if a.common || b.common {
            return relatedness(a, b).total;
        }
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        let words = (a.folded.as_str(), b.folded.as_str());
        *self
            .known
            .entry(words)
            .or_insert_with(|| relatedness(a, b).total)
    }
}

/// Matches a sentence of the document with one of a sibling.
pub(super) fn matched<'a>(
    document: &'a Article<'_>,
    sibling: &'a Article<'_>,
    kinship: &mut Kinship<'a>,
    own: usize,
    other: usize,
) -> Matched {
    let own = document.compared(own);
    let other = sibling.compared(other);
    let (n, m) = (own.len(), other.len());
    let mut kin = vec![0.0f32; n * m];
    // The best alignment of what comes before two words, and the best one whose
    // last pair is just these two.
    let mut best = vec![0.0f32; (n + 1) * (m + 1)];
    let mut paired = vec![f32::NEG_INFINITY; (n + 1) * (m + 1)];
    let at = |i: usize, j: usize| i * (m + 1) + j;
    for i in 0..n {
        for j in 0..m {
            let (a, b) = (own.start + i, other.start + j);
            let related = pair(document, sibling, kinship, a, b);
            kin[i * m + j] = related;
            let skipped = best[at(i, j + 1)].max(best[at(i + 1, j)]);
            let here = if related > 0.0 {
                let weight = weight(&document.forms[a], related);
                weight + best[at(i, j)].max(paired[at(i, j)] + RUN)
            } else {
                f32::NEG_INFINITY
            };
            paired[at(i + 1, j + 1)] = here;
            best[at(i + 1, j + 1)] = skipped.max(here);
        }
    }
    let mut met = vec![Met::default(); n];
    let mut taken = vec![false; m];
    let (mut i, mut j, mut run) = (n, m, false);
    while i > 0 && j > 0 {
        let here = paired[at(i, j)];
        if run || here >= best[at(i, j)] {
            met[i - 1] = Met {
                word: Some(other.start + j - 1),
                kinship: kin[(i - 1) * m + j - 1],
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
    let same = met.iter().filter(|met| met.same()).count();
    for (i, met) in met.iter_mut().enumerate().filter(|(_, m)| m.word.is_none()) {
        let form = &document.forms[own.start + i];
        let free = (0..m).find(|&j| !taken[j] && kin[i * m + j] >= 0.9);
        if let Some(j) = free.filter(|_| form.is_content()) {
            taken[j] = true;
            *met = Met {
                word: Some(other.start + j),
                kinship: kin[i * m + j],
                moved: true,
            };
        }
    }
    Matched {
        dice: 2.0 * same as f32 / (n + m).max(1) as f32,
        own,
        other,
        met,
    }
}

/// How closely two words or marks are related; 0 where they cannot meet.
fn pair<'a>(
    document: &'a Article<'_>,
    sibling: &'a Article<'_>,
    kinship: &mut Kinship<'a>,
    a: usize,
    b: usize,
) -> f32 {
    let (x, y) = (&document.forms[a], &sibling.forms[b]);
    match (document.is_word(a), sibling.is_word(b)) {
        (true, true) if x.folded == y.folded && !x.folded.is_empty() => 1.0,
        (true, true) if x.is_content() && y.is_content() => {
            let kin = kinship.of(x, y);
            if kin >= KIN { kin.min(0.95) } else { 0.0 }
        }
        (false, false) => f32::from(u8::from(document.spelling(a) == sibling.spelling(b))),
        _ => 0.0,
    }
}

/// What a pair weighs in the alignment.
fn weight(form: &Form, kinship: f32) -> f32 {
    match () {
        () if form.is_content() => 2.0 * kinship,
        () if form.common => 0.7,
        () => 0.4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment;
    use crate::sibling::names::Former;

    /// What each word of `own` meets in `other`; moved ones in brackets.
    fn pairs(own: &str, other: &str) -> Vec<String> {
        let (a, b) = (segment(own), segment(other));
        let former = Former::default();
        let document = Article::new(&former, own, &a, 100);
        let sibling = Article::new(&former, other, &b, 100);
        let matched = matched(&document, &sibling, &mut Kinship::default(), 0, 0);
        let met = matched.met.iter();
        met.map(|met| match (met.word, met.moved) {
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
        // The second "the" stands beside the bridge in both.
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
