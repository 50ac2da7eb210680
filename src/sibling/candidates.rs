//! Phrases of a sibling that may stand in for words of the document.
//!
//! In: a [`Comparison`]. Out: [`Candidate`]s: which words of the document give
//! way to which words of a sibling, and what speaks for it, as numbers. The
//! language model is not asked here; it is the costly one, so whatever can be
//! told from the words alone is told here.
//!
//! There are two kinds. What stands *between* words that meet in both sentences
//! may change places with what stands between them there. And a phrase that
//! holds a word *related* to a suspect one (by stem, sound or spelling) may take
//! its place wherever it stands.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::span::{Doc, Span};

use super::align::Article;
use super::comparison::{Comparison, Pair, Source};
use super::matching::KIN;
use super::signs::{Edit, PRIOR_WIDTH};
use super::stretches::{MAX_WORDS, replaceable, windows};
use super::writing::written;

/// Pairs in order that may lie within what changes places: words that met by
/// chance amid a phrase.
const MOST_WITHIN: usize = 2;

/// Words beside a related one that a phrase may take in, on each side.
const REACH: usize = 3;

/// Related phrases that are weighed for one suspect: beyond this a sibling
/// repeats itself.
const MOST_RELATED: usize = 400;

/// A replacement, and what speaks for it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Bytes of the document that give way.
    pub span: Span<Doc>,
    /// What stands there afterwards.
    pub replacement: String,
    /// Which sibling.
    pub sibling: usize,
    /// Words of the document that give way.
    pub own: Range<usize>,
    /// The quoted words, in the sibling.
    pub other: Range<usize>,
    /// Words of the document that go: what stands in both phrases stays.
    pub gone: Vec<usize>,
    /// Words of the sibling that come.
    pub come: Vec<usize>,
    /// How many of them have no relation on the other side.
    pub unrelated: usize,
    /// What can be told without the language model.
    pub signs: [f32; PRIOR_WIDTH],
}

impl Candidate {
    /// Whether it changes all that another changes, and as that does.
    pub(super) fn includes(&self, other: &Self) -> bool {
        let all = |part: &[usize], whole: &[usize]| part.iter().all(|word| whole.contains(word));
        self.sibling == other.sibling
            && all(&other.gone, &self.gone)
            && all(&other.come, &self.come)
    }
}

impl<'a> Comparison<'a> {
    /// What may change places with what stands in the sentences aligned with a
    /// sentence of the document.
    pub fn between(&self, sentence: usize) -> Vec<Candidate> {
        let mut found = Vec::new();
        for (index, source) in self.believed() {
            for pair in &source.pairs[sentence] {
                self.between_pair(index, source, pair, &mut found);
            }
        }
        distinct(found)
    }

    pub(super) fn believed(&self) -> impl Iterator<Item = (usize, &Source<'a>)> {
        let sources = self.sources.iter().enumerate();
        sources.filter(|(_, source)| source.trust.weight > 0.0)
    }

    fn between_pair(
        &self,
        index: usize,
        source: &Source<'a>,
        pair: &Pair,
        found: &mut Vec<Candidate>,
    ) {
        let matched = &pair.matched;
        let same =
            |a: usize, b: usize| self.document.forms[a].folded == source.article.forms[b].folded;
        // Borders first and last; each with where the words behind it begin.
        let mut borders = vec![(
            matched.own.start,
            matched.own.start,
            matched.other.start,
            matched.other.start,
        )];
        borders.extend(matched.in_order().map(|(a, b, _)| (a, a + 1, b, b + 1)));
        borders.push((
            matched.own.end,
            matched.own.end,
            matched.other.end,
            matched.other.end,
        ));
        for first in 0..borders.len() {
            let (_, own, _, other) = borders[first];
            for last in first + 1..borders.len().min(first + 2 + MOST_WITHIN) {
                let (own_end, _, other_end, _) = borders[last];
                if own_end - own > 2 * MAX_WORDS || other_end - other > 2 * MAX_WORDS {
                    break;
                }
                let within = last - first - 1;
                let mut edit = |own: Range<usize>, other: Range<usize>| {
                    let edit = Edit {
                        own,
                        other,
                        pair: Some(pair),
                        within,
                    };
                    found.extend(self.candidate(index, source, &edit));
                };
                match (own_end - own, other_end - other) {
                    (0, 0) => {}
                    // Words are only put in or taken out beside one that stays.
                    (0, _) | (_, 0) if within == 0 => {
                        if last + 1 < borders.len() {
                            edit(own..own_end + 1, other..other_end + 1);
                        }
                        if first > 0 {
                            edit(own - 1..own_end, other - 1..other_end);
                        }
                    }
                    (0, _) | (_, 0) => {}
                    // With the same word at a border the narrower edit is the same.
                    _ if same(own, other) || same(own_end - 1, other_end - 1) => {}
                    _ => edit(own..own_end, other..other_end),
                }
            }
        }
    }

    /// Phrases with a word related to a suspect one, for the suspect words
    /// `suspect`, all of one sentence.
    pub fn related(&self, suspect: &Range<usize>) -> Vec<Candidate> {
        let document = self.document;
        let windows = windows(document, suspect);
        let mut found = Vec::new();
        for (index, source) in self.believed() {
            let article = source.article;
            let mut phrases = HashSet::new();
            let mut places = BTreeSet::new();
            for own in suspect.clone() {
                places.extend(self.kin_of(source, own).iter().copied());
            }
            for at in places {
                phrases.extend(around(article, at));
                if phrases.len() > MOST_RELATED {
                    break;
                }
            }
            let mut phrases: Vec<Range<usize>> = phrases.into_iter().collect();
            phrases.sort_by_key(|phrase| (phrase.start, phrase.end));
            let sentence = document.segments.words[suspect.start].sentence;
            for phrase in phrases {
                let there = article.segments.words[phrase.start].sentence;
                let holds =
                    |pair: &&Pair| pair.matched.other.start == article.sentences[there].start;
                let pair = source.pairs[sentence].iter().find(holds);
                for window in &windows {
                    let edit = Edit {
                        own: window.clone(),
                        other: phrase.clone(),
                        pair,
                        within: 0,
                    };
                    if self.is_related(source, &edit) {
                        found.extend(self.candidate(index, source, &edit));
                    }
                }
            }
        }
        distinct(found)
    }

    /// Where the sibling has words related to a word of the document. Words that are
    /// suspect come again and again.
    fn kin_of(&self, source: &Source<'a>, own: usize) -> Rc<Vec<usize>> {
        let own = &self.document.forms[own];
        if !own.is_content() {
            return Rc::default();
        }
        if let Some(places) = source.kin.borrow().get(own.folded.as_str()) {
            return Rc::clone(places);
        }
        let mut kinship = self.kinship.borrow_mut();
        let forms = source.article.forms.iter().enumerate();
        let kin = forms.filter(|(_, form)| form.is_content() && kinship.of(own, form) >= KIN);
        let places: Rc<Vec<usize>> = Rc::new(kin.map(|(at, _)| at).collect());
        let mut known = source.kin.borrow_mut();
        known.insert(own.folded.as_str(), Rc::clone(&places));
        places
    }

    /// Whether a phrase is closely enough related to what it replaces, and
    /// nothing that the sibling itself uses gives way.
    fn is_related(&self, source: &Source<'a>, edit: &Edit<'_>) -> bool {
        let (document, sibling) = (self.document, source.article);
        let own = edit.own.clone().filter(|&word| document.is_word(word));
        let other = edit.other.clone().filter(|&word| sibling.is_word(word));
        let (own, other): (Vec<usize>, Vec<usize>) = (own.collect(), other.collect());
        let (Some((&a, &b)), Some((&c, &d))) =
            (own.first().zip(other.first()), own.last().zip(other.last()))
        else {
            return false;
        };
        let same = |a: usize, b: usize| document.forms[a].folded == sibling.forms[b].folded;
        if same(a, b) || same(c, d) {
            return false;
        }
        // Of the content that goes or comes, half has a relation.
        let mut kinship = self.kinship.borrow_mut();
        let mut content = 0;
        let mut kin = 0;
        let mut has_kin = vec![false; other.len()];
        for &word in &own {
            let form = &document.forms[word];
            if !form.is_content() {
                continue;
            }
            content += 1;
            let mut any = false;
            for (index, &there) in other.iter().enumerate() {
                let quoted = &sibling.forms[there];
                if quoted.is_content() && kinship.of(form, quoted) >= KIN {
                    (any, has_kin[index]) = (true, true);
                }
            }
            kin += usize::from(any);
        }
        let come = other
            .iter()
            .filter(|&&word| sibling.forms[word].is_content());
        content += come.count();
        kin += has_kin.iter().filter(|has| **has).count();
        kin > 0 && 2 * kin >= content
    }

    /// Whether a name or number is not to give way to a phrase: the sibling has it
    /// too, or has another in its place that has nothing to do with it. Which of two
    /// facts is right no neighbours say.
    fn stands(&self, source: &Source<'a>, word: usize, phrase: &Range<usize>) -> bool {
        let (document, sibling) = (self.document, source.article);
        let is_fact = |article: &Article<'_>, word: usize| {
            let form = &article.forms[word];
            let is_name = form.is_content() && article.looks_like_name(word);
            article.is_word(word) && (is_name || !form.digits.is_empty())
        };
        if !is_fact(document, word) {
            return false;
        }
        let form = &document.forms[word];
        let mut kinship = self.kinship.borrow_mut();
        let related = |at: usize| kinship.of(form, &sibling.forms[at]) >= KIN;
        source.counts.contains_key(form.folded.as_str())
            || (phrase.clone().any(|at| is_fact(sibling, at)) && !phrase.clone().any(related))
    }

    /// Of words that go and words that come those that have no relation on the other
    /// side.
    fn unrelated(&self, source: &Source<'a>, gone: &[usize], come: &[usize]) -> usize {
        let mut kinship = self.kinship.borrow_mut();
        let mut kin = |a: usize, b: usize| {
            kinship.of(&self.document.forms[a], &source.article.forms[b]) >= KIN
        };
        let lost = gone.iter().filter(|&&a| !come.iter().any(|&b| kin(a, b)));
        let lost = lost.count();
        lost + come
            .iter()
            .filter(|&&b| !gone.iter().any(|&a| kin(a, b)))
            .count()
    }

    /// An edit as a candidate, if it can be made at all.
    fn candidate(&self, index: usize, source: &Source<'a>, edit: &Edit<'_>) -> Option<Candidate> {
        let (document, sibling) = (self.document, source.article);
        let own = edit.own.clone().filter(|&word| document.is_word(word));
        let other = edit.other.clone().filter(|&word| sibling.is_word(word));
        let own: Vec<usize> = own.collect();
        let other: Vec<usize> = other.collect();
        let (gone, come) = changed(document, &own, sibling, &other);
        let (own, other) = (own.len(), other.len());
        if own == 0 || other == 0 || own > MAX_WORDS || other > MAX_WORDS {
            return None;
        }
        if self.doubled(source, &edit.own, &come)
            || gone
                .iter()
                .any(|&word| self.stands(source, word, &edit.other))
        {
            return None;
        }
        let marks = (edit.own.len() - own, edit.other.len() - other);
        if marks.0 != marks.1
            || !replaceable(document, edit.own.clone())
            || !replaceable(sibling, edit.other.clone())
        {
            return None;
        }
        let sentence = document.segments.words[edit.own.start].sentence;
        if 2 * own > document.traits[sentence].words {
            return None;
        }
        let words = &document.segments.words;
        let span = words[edit.own.start]
            .span
            .cover(words[edit.own.end - 1].span);
        let replacement = written(self, source, edit)?;
        if span.slice(document.text)? == replacement {
            return None;
        }
        Some(Candidate {
            span,
            replacement,
            sibling: index,
            own: edit.own.clone(),
            other: edit.other.clone(),
            unrelated: self.unrelated(source, &gone, &come),
            gone,
            come,
            signs: self.signs(source, edit),
        })
    }
}

/// Each edit once: the first sibling that has its words is quoted.
fn distinct(mut found: Vec<Candidate>) -> Vec<Candidate> {
    let mut seen: HashSet<(Span<Doc>, String)> = HashSet::new();
    found.retain(|candidate| seen.insert((candidate.span, candidate.replacement.clone())));
    found
}

/// Phrases of a sentence of the sibling about one of its words.
fn around(article: &Article<'_>, at: usize) -> Vec<Range<usize>> {
    let sentence = &article.sentences[article.segments.words[at].sentence];
    let first = at.saturating_sub(REACH).max(sentence.start);
    let last = (at + REACH).min(sentence.end - 1);
    let starts = first..=at;
    starts
        .flat_map(|start| (at..=last).map(move |end| start..end + 1))
        .filter(|phrase| article.is_word(phrase.start) || phrase.len() > 1)
        .filter(|phrase| replaceable(article, phrase.clone()))
        .collect()
}

/// The words of a phrase that go when another takes its place, and those of the
/// other that come: what stands in both stays.
pub(super) fn changed(
    document: &Article<'_>,
    own: &[usize],
    sibling: &Article<'_>,
    other: &[usize],
) -> (Vec<usize>, Vec<usize>) {
    let same = |a: usize, b: usize| document.forms[a].folded == sibling.forms[b].folded;
    let gone = own.iter().filter(|&&a| !other.iter().any(|&b| same(a, b)));
    let come = other.iter().filter(|&&b| !own.iter().any(|&a| same(a, b)));
    (gone.copied().collect(), come.copied().collect())
}

impl<'a> Comparison<'a> {
    /// How closely two phrases are related, word for word: the mean, over the
    /// content of both, of each word's closest relation on the other side.
    pub(super) fn relation(&self, source: &Source<'a>, own: &[usize], other: &[usize]) -> f32 {
        let (document, sibling) = (self.document, source.article);
        let mut sum = 0.0;
        let mut count = 0;
        let content = |article: &Article<'_>, word: &&usize| article.forms[**word].is_content();
        let of = |a: usize, b: usize| self.related_words(&document.forms[a], &sibling.forms[b]);
        for &a in own.iter().filter(|word| content(document, word)) {
            sum += other.iter().map(|&b| of(a, b)).fold(0.0, f32::max);
            count += 1;
        }
        for &b in other.iter().filter(|word| content(sibling, word)) {
            sum += own.iter().map(|&a| of(a, b)).fold(0.0, f32::max);
            count += 1;
        }
        sum / count.max(1) as f32
    }
}
