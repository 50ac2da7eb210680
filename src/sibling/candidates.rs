//! Phrases of a sibling that may stand in for a suspect phrase.
//!
//! In: the document, a suspect phrase's words, the siblings with their
//! alignments. Out: a short list of [`Candidate`]s, the most plausible first:
//! which words of the document give way to which words of a sibling, and the
//! signs that speak for it, as numbers. The language model is not asked here;
//! it is the costly one, so whatever can be told from the words alone is told
//! here. Nothing is ever deleted: words give way to words.
//!
//! Two kinds of phrases are plausible: those *related* to what they replace (by
//! stem, sound or spelling), and those *anchored*, whose neighbours in the
//! sibling are the neighbours of the replaced words in the document. What the
//! sibling itself uses is not replaced: a name that stands in both articles is
//! right in both.

use std::collections::HashMap;
use std::ops::Range;

use crate::span::{Doc, Span};

use super::align::{Alignment, Article};
use super::names::{Form, possessive_ending, relatedness};
use super::stretches::{Side, phrases, windows};

/// Relatedness from which a phrase is plausible without anchors.
pub(super) const RELATED: f32 = 0.6;

/// Anchors from which a phrase is plausible without relation: the weaker side,
/// and both sides together.
const ANCHORED: (f32, f32) = (0.35, 1.4);

/// Added to the relation of two names of which neither article has the other's.
const LONE_NAMES: f32 = 0.15;

/// Candidates that are worth the language model's time, for one suspect.
const KEPT: usize = 10;

/// Candidates worse than the best by more than this are not read.
const MARGIN: f32 = 1.6;

/// A replacement, and what speaks for it.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Bytes of the document that give way.
    pub span: Span<Doc>,
    /// What stands there afterwards.
    pub replacement: String,
    /// Which sibling.
    pub article: usize,
    /// The quoted words, in the sibling.
    pub phrase: Range<usize>,
    /// How closely the phrase is related to what it replaces, 0 to 1.
    pub related: f32,
    /// How well the words on the left agree, 0 to 1.
    pub left: f32,
    /// How well the words on the right agree, 0 to 1.
    pub right: f32,
    /// How often the phrase stands in the siblings.
    pub support: usize,
    /// Words taken out or put in beyond one for one. Lost words count more; one
    /// added word counts no more than a replaced one: it may be an article.
    pub extra_words: usize,
    /// Whether one word gives way to one word of another stem.
    pub word_for_word: bool,
    /// Signs taken together, to choose whom the model reads.
    pub prior: f32,
}

/// One sibling, as candidates are looked for in it.
pub(super) struct Source<'a> {
    pub article: &'a Article<'a>,
    pub alignment: &'a Alignment<'a>,
    /// How often each folded word stands in it.
    pub counts: HashMap<&'a str, usize>,
}

/// The candidates for the suspect words `suspect`, all of one sentence, best
/// first.
pub(super) fn candidates(
    document: &Article<'_>,
    own_words: &HashMap<&str, usize>,
    suspect: &Range<usize>,
    sources: &[Source<'_>],
) -> Vec<Candidate> {
    let mut best: HashMap<(Span<Doc>, String), Candidate> = HashMap::new();
    let windows = windows(document, suspect);
    for (index, source) in sources.iter().enumerate() {
        for (sentence, aligned) in sentences(document, suspect, source) {
            let search = Search {
                document,
                own_words,
                suspect,
                source,
                index,
                aligned,
            };
            for phrase in phrases(source.article, sentence) {
                for window in &windows {
                    let Some(candidate) = search.weigh(window, &phrase) else {
                        continue;
                    };
                    let key = (candidate.span, candidate.replacement.clone());
                    let known = best.get(&key).map_or(f32::NEG_INFINITY, |c| c.prior);
                    if candidate.prior > known {
                        best.insert(key, candidate);
                    }
                }
            }
        }
    }
    let mut found: Vec<Candidate> = best.into_values().collect();
    for candidate in &mut found {
        candidate.support = support(candidate, sources);
        candidate.prior += 0.2 * (candidate.support.min(8) as f32).ln();
    }
    found.sort_by(|a, b| {
        let order = b.prior.total_cmp(&a.prior);
        order.then_with(|| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)))
    });
    let floor = found.first().map_or(0.0, |first| first.prior - MARGIN);
    found.retain(|candidate| candidate.prior >= floor);
    found.truncate(KEPT);
    found
}

/// Sentences to quote from, each with its share in the alignment: the aligned
/// ones, and any that has a word related to a suspect one.
fn sentences(
    document: &Article<'_>,
    suspect: &Range<usize>,
    source: &Source<'_>,
) -> Vec<(usize, f32)> {
    let own = document.segments.words[suspect.start].sentence;
    let mut found = source.alignment.of(own);
    for (sentence, words) in source.article.sentences.iter().enumerate() {
        if found.iter().any(|(known, _)| *known == sentence) {
            continue;
        }
        let related = words.clone().any(|word| {
            let form = &source.article.forms[word];
            form.is_content()
                && suspect
                    .clone()
                    .map(|own| &document.forms[own])
                    .any(|own| own.is_content() && relatedness(own, form).total >= RELATED)
        });
        if related {
            found.push((sentence, 0.0));
        }
    }
    found
}

/// What stays the same while one sentence of a sibling is searched.
struct Search<'a> {
    document: &'a Article<'a>,
    own_words: &'a HashMap<&'a str, usize>,
    suspect: &'a Range<usize>,
    source: &'a Source<'a>,
    index: usize,
    aligned: f32,
}

impl Search<'_> {
    /// The candidate that puts `phrase` in the place of `window`, if it is
    /// plausible.
    fn weigh(&self, window: &Range<usize>, phrase: &Range<usize>) -> Option<Candidate> {
        let (document, sibling) = (self.document, self.source.article);
        let own: Vec<usize> = window.clone().filter(|&w| document.is_word(w)).collect();
        let other: Vec<usize> = phrase.clone().filter(|&w| sibling.is_word(w)).collect();
        let marks = |range: &Range<usize>, words: &[usize]| range.len() - words.len();
        if marks(window, &own) != marks(phrase, &other) {
            return None;
        }
        let form = |word: &usize| &document.forms[*word];
        let quoted = |word: &usize| &sibling.forms[*word];
        let equal = |a: &usize, b: &usize| form(a).folded == quoted(b).folded;
        // The same edit exists without the word that both share at an end.
        if equal(own.first()?, other.first()?) || equal(own.last()?, other.last()?) {
            return None;
        }
        // A suspect word has to go.
        let goes = |word: &&usize| !other.iter().any(|quote| equal(word, quote));
        let suspects = || own.iter().filter(|word| self.suspect.contains(word));
        suspects().find(goes)?;
        // The sibling's own names and numbers are right; its other words are
        // likely to be.
        let mut vouched = 0;
        for word in own.iter().filter(goes) {
            let known = self.source.counts.contains_key(form(word).folded.as_str());
            if known && form(word).is_content() {
                if form(word).capital && !document.opens_sentence(*word) {
                    return None;
                }
                vouched += 1;
            }
        }
        // No word twice within reach.
        let near = |word: &usize| {
            let around = window.start.saturating_sub(3)..window.end + 3;
            around
                .filter(|near| !window.contains(near) && *near < document.forms.len())
                .any(|near| {
                    document.forms[near].is_content() && document.forms[near].same(quoted(word))
                })
        };
        if other.iter().any(near) {
            return None;
        }

        let relation = |a: &usize, b: &usize| relatedness(form(a), quoted(b)).total;
        let best = |value: &mut dyn Iterator<Item = f32>| value.fold(0.0f32, f32::max);
        let forwards = |word: &usize| best(&mut other.iter().map(|b| relation(word, b)));
        let backwards = |word: &usize| best(&mut own.iter().map(|a| relation(a, word)));
        let content: Vec<f32> = own
            .iter()
            .filter(|word| form(word).is_content())
            .map(forwards)
            .chain(
                other
                    .iter()
                    .filter(|w| quoted(w).is_content())
                    .map(backwards),
            )
            .collect();
        let mut related = content.iter().sum::<f32>() / content.len().max(1) as f32;
        let link = best(&mut suspects().filter(|w| form(w).is_content()).map(forwards));
        if link < RELATED {
            related *= 0.5;
        } else if self.lone_names(&own, &other) {
            related = (related + LONE_NAMES).min(1.0);
        }
        let left = self.anchor(window.start, phrase.start, Side::Left);
        let right = self.anchor(window.end, phrase.end, Side::Right);
        let anchored =
            self.aligned > 0.0 && left.min(right) >= ANCHORED.0 && left + right >= ANCHORED.1;
        if related < RELATED && !anchored {
            return None;
        }
        // To put small words in the place of content is to delete it.
        let gone = own.iter().filter(|word| form(word).is_content()).count();
        let come = content.len() - gone;
        if come < gone.min(1) || (related < RELATED && come < gone) {
            return None;
        }
        if related < RELATED && !self.may_stand_in(&own, &other) {
            return None;
        }

        let span = self.span(window);
        let replacement = self.written(window, phrase, &own, &other);
        if span.slice(document.text)? == replacement {
            return None;
        }
        let lost = own.len().saturating_sub(other.len());
        let added = other.len().saturating_sub(own.len() + 1);
        let extra_words = own.len().max(other.len()) - 1 + added + 2 * lost;
        let prior = 2.2 * related + left + right + self.aligned
            - 0.15 * extra_words as f32
            - 0.5 * vouched as f32;
        Some(Candidate {
            span,
            replacement,
            article: self.index,
            phrase: phrase.clone(),
            related,
            left,
            right,
            support: 1,
            extra_words,
            word_for_word: own.len() == 1
                && other.len() == 1
                && !form(&own[0]).same(quoted(&other[0])),
            prior,
        })
    }

    /// Whether unrelated words may give way for their neighbours' sake. A name
    /// or a number gives way only to a name that the document does not know,
    /// one for one; and none is brought in otherwise.
    fn may_stand_in(&self, own: &[usize], other: &[usize]) -> bool {
        let names = |article: &Article<'_>, words: &[usize]| {
            let names = words.iter().filter(|&&word| {
                article.looks_like_name(word) || !article.forms[word].digits.is_empty()
            });
            names.count()
        };
        let (sibling, document) = (self.source.article, self.document);
        let (gone, come) = (names(document, own), names(sibling, other));
        let unknown = |word: &usize| {
            let form: &Form = &sibling.forms[*word];
            form.digits.is_empty() && !self.own_words.contains_key(form.folded.as_str())
        };
        match (gone, come) {
            (0, 0) => true,
            (1, 1) => own.len() == 1 && other.len() == 1 && other.iter().all(unknown),
            // An untranslated common word may carry a capital by mistake.
            (1, 0) => own.len() == 1 && document.forms[own[0]].digits.is_empty(),
            _ => false,
        }
    }

    /// Whether a name gives way to a name, and neither article has the other's.
    fn lone_names(&self, own: &[usize], other: &[usize]) -> bool {
        let ([own], [other]) = (own, other) else {
            return false;
        };
        let (document, sibling) = (self.document, self.source.article);
        let (gone, come) = (&document.forms[*own], &sibling.forms[*other]);
        gone.capital
            && sibling.looks_like_name(*other)
            && !self.source.counts.contains_key(gone.folded.as_str())
            && !self.own_words.contains_key(come.folded.as_str())
    }

    /// How well the words beside the window agree with those beside the
    /// phrase: 1 where the nearest agrees and carries content, less where only
    /// a common word does, or one a little farther off.
    fn anchor(&self, own: usize, other: usize, side: Side) -> f32 {
        let near = (
            side.step(self.document, own),
            side.step(self.source.article, other),
        );
        let (Some(a), Some(b)) = near else {
            // Both at the border of a sentence.
            return if near == (None, None) { 0.35 } else { 0.0 };
        };
        let (x, y) = (&self.document.forms[a], &self.source.article.forms[b]);
        let agree = |x: &Form, y: &Form| {
            x.same(y) || (x.is_content() && y.is_content() && relatedness(x, y).total >= 0.8)
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
        let farther = content(self.document, a)
            .zip(content(self.source.article, b))
            .is_some_and(|(a, b)| agree(&self.document.forms[a], &self.source.article.forms[b]));
        match (agree(x, y), x.is_content(), farther) {
            (true, true, _) | (true, false, true) => 1.0,
            (true, false, false) => 0.4,
            (false, _, true) => 0.5,
            (false, _, false) => 0.0,
        }
    }

    fn span(&self, window: &Range<usize>) -> Span<Doc> {
        let words = &self.document.segments.words;
        words[window.start].span.cover(words[window.end - 1].span)
    }

    /// The phrase in the document's writing: its case, its possessive ending.
    fn written(
        &self,
        window: &Range<usize>,
        phrase: &Range<usize>,
        own: &[usize],
        other: &[usize],
    ) -> String {
        let (document, sibling) = (self.document, self.source.article);
        let words = &sibling.segments.words;
        let quote = words[phrase.start].span.cover(words[phrase.end - 1].span);
        let raw = quote.slice(sibling.text).unwrap_or_default();
        let mut text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        if let (Some(&last), Some(&quoted)) = (own.last(), other.last())
            && relatedness(&document.forms[last], &sibling.forms[quoted]).total >= RELATED
            && sibling.is_word(phrase.end - 1)
        {
            let kept = text.len() - possessive_ending(sibling.spelling(quoted)).len();
            text.truncate(kept);
            text.push_str(possessive_ending(document.spelling(last)));
        }
        let (first, quoted) = (own[0], other[0]);
        let sentence = document.segments.words[window.start].sentence;
        let sentence = document.segments.sentences[sentence].slice(document.text);
        if sentence.is_some_and(shouts) {
            return text.to_uppercase();
        }
        let opens = document.opens_sentence(first);
        if opens && document.forms[first].capital {
            return with_first(&text, char::to_uppercase);
        }
        // A capital that only the sibling's sentence asked for is put back.
        let form = &sibling.forms[quoted];
        let owed = sibling.opens_sentence(quoted)
            && form.capital
            && !self.own_words.contains_key(form.folded.as_str());
        let elsewhere = (0..sibling.forms.len())
            .any(|word| sibling.forms[word].folded == form.folded && sibling.looks_like_name(word));
        if owed && !elsewhere && !opens {
            return with_first(&text, char::to_lowercase);
        }
        text
    }
}

/// Whether a sentence is written in capitals throughout.
fn shouts(sentence: &str) -> bool {
    let letters = sentence.chars().filter(|c| c.is_alphabetic());
    let (mut all, mut upper) = (0, 0);
    for letter in letters {
        all += 1;
        upper += usize::from(letter.is_uppercase());
    }
    all > 8 && upper * 10 >= all * 9
}

fn with_first<I: Iterator<Item = char>>(text: &str, change: impl Fn(char) -> I) -> String {
    let mut done = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !done && c.is_alphabetic() {
            out.extend(change(c));
            done = true;
        } else {
            out.push(c);
        }
    }
    out
}

/// How often the candidate's words stand, in this order, in the siblings.
fn support(candidate: &Candidate, sources: &[Source<'_>]) -> usize {
    let folded = |article: &Article<'_>, range: Range<usize>| -> Vec<String> {
        let forms = article.forms[range].iter();
        forms.map(|form| form.folded.clone()).collect()
    };
    let wanted = folded(sources[candidate.article].article, candidate.phrase.clone());
    let count = |source: &Source<'_>| {
        let forms = source.article.forms.windows(wanted.len());
        forms
            .filter(|forms| forms.iter().map(|form| &form.folded).eq(&wanted))
            .count()
    };
    sources.iter().map(count).sum()
}
