//! What speaks for a correction, as numbers for the networks that judge it.
//!
//! In: a [`Comparison`] and an [`Edit`]. Out: a row of numbers: what is
//! suspected of the words that go, how the sentences about them agree, how the
//! two phrases are related, what kinds of words go and come. What the language
//! model says of the edit is added when it has read it.

use std::ops::Range;

use super::align::Article;
use super::beside::Whole;
use super::candidates::{Candidate, changed};
use super::comparison::{Comparison, Pair, Source};
use super::names::Form;
use super::stretches::Side;
use super::words::flag;

/// Numbers of a candidate that the language model has not read.
pub const PRIOR_WIDTH: usize = 43;

/// Numbers of one that it has.
pub const WIDTH: usize = PRIOR_WIDTH + 3;

/// Where in a row the anchors on the left and on the right stand, the relation, and
/// how common the rarest word is that goes.
const ANCHORS: (usize, usize) = (10, 11);
pub(super) const RELATION: usize = 14;
const COMMONNESS: usize = 35;

/// Words of a document that give way to words of a sibling.
pub(super) struct Edit<'a> {
    pub own: Range<usize>,
    pub other: Range<usize>,
    /// The sentences it is made between, if they are aligned.
    pub pair: Option<&'a Pair>,
    /// Pairs of words in order that lie within.
    pub within: usize,
}

impl<'a> Comparison<'a> {
    /// The numbers of an edit that both sides have words for.
    pub(super) fn signs(&self, source: &Source<'a>, edit: &Edit<'_>) -> [f32; PRIOR_WIDTH] {
        let (document, sibling) = (self.document, source.article);
        let own = edit.own.clone().filter(|&word| document.is_word(word));
        let other = edit.other.clone().filter(|&word| sibling.is_word(word));
        let (own, other): (Vec<usize>, Vec<usize>) = (own.collect(), other.collect());
        let form = |word: usize| &document.forms[word];
        let quoted = |word: usize| &sibling.forms[word];
        let (gone, come) = changed(document, &own, sibling, &other);
        let content = |article: &Article<'_>, words: &[usize]| {
            let content = words
                .iter()
                .filter(|&&word| article.forms[word].is_content());
            content.count() as f32 / 4.0
        };
        // Where nothing goes, the words beside the gap stand for it.
        let suspects = if gone.is_empty() { &own } else { &gone };
        let suspicion = || suspects.iter().map(|&word| self.suspicion[word]);
        let mean = suspicion().sum::<f32>() / suspects.len().max(1) as f32;
        let bits = suspects
            .iter()
            .map(|&word| self.bits.get(word).copied().unwrap_or(0.0));
        let bits = bits.sum::<f32>() / suspects.len().max(1) as f32;
        let costs = || suspects.iter().map(|&word| self.cost(source, word));
        let count = suspects.len().max(1) as f32;
        let given = costs().map(|cost| cost.given).sum::<f32>() / count;
        let saved = costs().map(|cost| cost.saved()).sum::<f32>() / count;
        let zipf = |article: &Article<'a>, words: &[usize]| {
            let zipf = words.iter().map(|&word| {
                let entry = self.entry(article.spelling(word));
                entry.english_zipf
            });
            zipf.fold(8.0, f32::min) / 8.0
        };
        let doubt = edit
            .other
            .clone()
            .map(|word| source.suspicion.get(word).copied());
        let doubt = doubt.flatten().fold(-6.0, f32::max);
        let vouched = gone.iter().filter(|&&word| {
            form(word).is_content() && source.counts.contains_key(form(word).folded.as_str())
        });
        let echoed = come.iter().filter(|&&word| {
            quoted(word).is_content() && self.counts.contains_key(quoted(word).folded.as_str())
        });
        let doubled = self.doubled(source, &edit.own, &come);
        let names = |article: &Article<'_>, words: &[usize]| {
            words.iter().any(|&word| article.looks_like_name(word))
        };
        let digits = |article: &Article<'_>, words: &[usize]| {
            words
                .iter()
                .any(|&word| !article.forms[word].digits.is_empty())
        };
        let foreign = gone.iter().any(|&word| {
            let entry = self.entry(document.spelling(word));
            entry.foreign_language().is_some()
        });
        let inflected = match (gone.as_slice(), come.as_slice()) {
            ([a], [b]) => form(*a).same(quoted(*b)),
            _ => false,
        };
        let lone_names = names(document, &gone)
            && names(sibling, &come)
            && vouched.clone().next().is_none()
            && echoed.clone().next().is_none();
        let link = gone.iter().flat_map(|&a| come.iter().map(move |&b| (a, b)));
        let link = link.map(|(a, b)| self.related_words(form(a), quoted(b)));
        let (gone_content, come_content) = (content(document, &gone), content(sibling, &come));
        let matched = edit.pair.map(|pair| &pair.matched);
        let sentence = document.segments.words[edit.own.start].sentence;
        let sentence = document.sentences[sentence].len() as f32;
        [
            suspicion().fold(-6.0, f32::max) / 4.0,
            mean / 4.0,
            bits / 20.0,
            edit.pair.map_or(0.0, |pair| pair.share),
            matched.map_or(0.0, |matched| matched.dice),
            source.closeness,
            source.aligned,
            flag(edit.pair.is_some()),
            self.agreeing(source, edit, Side::Left),
            self.agreeing(source, edit, Side::Right),
            self.anchor(source, edit, Side::Left),
            self.anchor(source, edit, Side::Right),
            flag(Side::Left.step(document, edit.own.start).is_none()),
            flag(Side::Right.step(document, edit.own.end).is_none()),
            self.relation(source, &gone, &come),
            link.fold(0.0, f32::max),
            alike(document, &edit.own, sibling, &edit.other),
            own.len() as f32 / 7.0,
            other.len() as f32 / 7.0,
            gone_content,
            come_content,
            (other.len() as f32 - own.len() as f32) / 4.0,
            flag(gone.is_empty()),
            flag(come.is_empty()),
            vouched.count() as f32 / 2.0,
            echoed.count() as f32 / 2.0,
            flag(doubled),
            flag(names(document, &gone)),
            flag(names(sibling, &come)),
            flag(digits(document, &gone)),
            flag(digits(sibling, &come)),
            flag(lone_names),
            flag(foreign),
            flag(inflected),
            flag(gone_content == 0.0 && come_content == 0.0),
            zipf(document, &gone),
            zipf(sibling, &come),
            edit.within as f32 / 2.0,
            sentence.ln_1p() / 4.0,
            given,
            saved,
            doubt / 4.0,
            source.whole.get().map_or(0.0, Whole::evidence) / 4.0,
        ]
    }

    /// Whether a word of content that comes stands beside the edit already.
    pub(super) fn doubled(&self, source: &Source<'_>, own: &Range<usize>, come: &[usize]) -> bool {
        let document = self.document;
        let near = own.start.saturating_sub(3)..(own.end + 3).min(document.forms.len());
        come.iter().any(|&word| {
            let mut near = near.clone().filter(|near| !own.contains(near));
            let quoted = &source.article.forms[word];
            quoted.is_content() && near.any(|near| document.forms[near].same(quoted))
        })
    }

    /// How many words beside the edit are the same on both sides, one behind
    /// the other, up to four, as a share.
    fn agreeing(&self, source: &Source<'_>, edit: &Edit<'_>, side: Side) -> f32 {
        let (document, sibling) = (self.document, source.article);
        let mut near = match side {
            Side::Left => (
                side.step(document, edit.own.start),
                side.step(sibling, edit.other.start),
            ),
            Side::Right => (
                side.step(document, edit.own.end),
                side.step(sibling, edit.other.end),
            ),
        };
        let mut count = 0;
        while let (Some(a), Some(b)) = near
            && count < 4
            && document.forms[a].folded == sibling.forms[b].folded
        {
            count += 1;
            near = (side.beyond(document, a), side.beyond(sibling, b));
        }
        count as f32 / 4.0
    }

    /// How well the words beside the edit agree on one side: 1 where the
    /// nearest agrees and carries content, less where only a common word does,
    /// or one a little farther off.
    fn anchor(&self, source: &Source<'a>, edit: &Edit<'_>, side: Side) -> f32 {
        let (document, sibling) = (self.document, source.article);
        let (own, other) = match side {
            Side::Left => (edit.own.start, edit.other.start),
            Side::Right => (edit.own.end, edit.other.end),
        };
        let near = (side.step(document, own), side.step(sibling, other));
        let (Some(a), Some(b)) = near else {
            // Both at the border of a sentence.
            return if near == (None, None) { 0.35 } else { 0.0 };
        };
        let (x, y) = (&document.forms[a], &sibling.forms[b]);
        let agree = |x: &'a Form, y: &'a Form| {
            x.same(y) || (x.is_content() && y.is_content() && self.related_words(x, y) >= 0.8)
        };
        let content = |article: &Article<'_>, first: usize| {
            let mut word = Some(first);
            for _ in 0..3 {
                let here = word?;
                if article.forms[here].is_content() {
                    return Some(here);
                }
                word = side.beyond(article, here);
            }
            None
        };
        let farther = content(document, a)
            .zip(content(sibling, b))
            .is_some_and(|(a, b)| agree(&document.forms[a], &sibling.forms[b]));
        match (agree(x, y), x.is_content(), farther) {
            (true, true, _) | (true, false, true) => 1.0,
            (true, false, false) => 0.4,
            (false, _, true) => 0.5,
            (false, _, false) => 0.0,
        }
    }
}

impl Candidate {
    /// How well the words beside it agree, on the left and on the right, 0 to 1.
    pub(super) fn anchors(&self) -> (f32, f32) {
        (self.signs[ANCHORS.0], self.signs[ANCHORS.1])
    }

    /// How common the rarest word is that goes: its Zipf frequency in English.
    pub(super) fn commonness(&self) -> f32 {
        self.signs[COMMONNESS] * 8.0
    }

    /// How closely what comes is related to what goes, 0 to 1.
    pub(super) fn relation(&self) -> f32 {
        self.signs[RELATION]
    }
}

/// How alike two phrases are written, 0 to 1.
fn alike(
    document: &Article<'_>,
    own: &Range<usize>,
    sibling: &Article<'_>,
    other: &Range<usize>,
) -> f32 {
    let joined = |article: &Article<'_>, words: &Range<usize>| {
        let folded = article.forms[words.clone()].iter();
        folded
            .map(|form| form.folded.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (a, b) = (joined(document, own), joined(sibling, other));
    strsim::normalized_levenshtein(&a, &b) as f32
}
