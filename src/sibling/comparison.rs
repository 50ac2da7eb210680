//! A document beside its siblings: sentences aligned, words matched.
//!
//! In: the document's text and words with what is suspected of each, and the
//! siblings. Out: [`Comparison`], which knows for every sentence what the
//! siblings say in its place. The numbers for the networks are made of it, in
//! `words` and `candidates`; it weighs nothing itself.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::finding::SiblingQuote;
use crate::lexicon::{Entry, Lexicon};
use crate::lm::{LanguageModel, LmError, SentenceVectors};
use crate::segment::Segments;
use crate::span::{Sibling, Span};

use super::align::{Alignment, Article, alike};
use super::beside::Whole;
use super::candidates::Candidate;
use super::given::{Given, given};
use super::matching::{Kinship, Matched, matched};
use super::names::{Form, Former};
use super::reading::{AsRead, bits_saved};
use super::trust::Trust;
use super::{MAX_WORDS, SiblingArticle};

/// Share of their words that two sentences have in common: up to the first there are
/// no places to compare, from the second on what the sibling says counts in full.
pub(super) const COMMON: (f32, f32) = (0.1, 0.5);

/// Probabilities are not surer than this, in logits.
const SUREST: f32 = 6.0;

/// Texts made comparable, which a [`Comparison`] borrows.
pub struct Articles<'a> {
    pub(super) document: Article<'a>,
    pub(super) siblings: Vec<(&'a SiblingArticle, Article<'a>)>,
}

impl<'a> Articles<'a> {
    /// The document's and the siblings' words.
    pub fn new(text: &'a str, segments: &'a Segments, siblings: &'a [SiblingArticle]) -> Self {
        let former = Former::default();
        let article = |sibling: &'a SiblingArticle| {
            let segments = &sibling.segments;
            let article = Article::new(&former, &sibling.text, segments, MAX_WORDS);
            (sibling, article)
        };
        Self {
            document: Article::new(&former, text, segments, usize::MAX),
            siblings: siblings.iter().map(article).collect(),
        }
    }

    /// The same with vectors of all sentences, by which they are aligned then.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn with(self, vectors: Option<&dyn SentenceVectors>) -> Result<Self, LmError> {
        let Some(vectors) = vectors else {
            return Ok(self);
        };
        let siblings = self.siblings.into_iter();
        let siblings = siblings.map(|(sibling, article)| Ok((sibling, article.with(vectors)?)));
        Ok(Self {
            document: self.document.with(vectors)?,
            siblings: siblings.collect::<Result<_, LmError>>()?,
        })
    }
}

/// What a sibling says in the place of a sentence.
pub(super) struct Pair {
    /// How much the two sentences share, 0 to 1.
    pub share: f32,
    /// Their words.
    pub matched: Matched,
}

/// One sibling beside the document.
pub(super) struct Source<'a> {
    pub article: &'a Article<'a>,
    /// For each sentence of the document what stands in its place, best first.
    pub pairs: Vec<Vec<Pair>>,
    /// How often each folded word stands in it.
    pub counts: HashMap<&'a str, usize>,
    /// How often each stem does.
    pub stems: HashMap<&'a str, usize>,
    /// Share of the document's sentences that it tells too.
    pub aligned: f32,
    /// How verbatim it tells them: the mean share of words in common.
    pub closeness: f32,
    /// How far it is believed.
    pub trust: Trust,
    /// What is suspected of each of its words, as logits.
    pub suspicion: Vec<f32>,
    /// What each word of the document costs after this sibling's words; empty
    /// before that was read.
    pub given: Vec<Option<Given>>,
    /// What it shows of the document as a whole, once that is judged.
    pub whole: OnceCell<Whole>,
    /// Where it has words related to a word of the document, for those that were
    /// asked about.
    pub kin: RefCell<HashMap<&'a str, Rc<Vec<usize>>>>,
}

/// A document beside its siblings.
pub struct Comparison<'a> {
    pub(super) document: &'a Article<'a>,
    pub(super) sources: Vec<Source<'a>>,
    lexicon: &'a Lexicon,
    /// What the lexicon says of the spellings that were asked about: its model of
    /// spellings is slow, and every edit asks.
    entries: RefCell<HashMap<&'a str, Entry>>,
    /// How often each folded word stands in the document.
    pub(super) counts: HashMap<&'a str, usize>,
    /// Every spelling of the document.
    pub(super) spellings: HashSet<&'a str>,
    /// What is suspected of each word of the document, as logits.
    pub(super) suspicion: Vec<f32>,
    /// What the model was surprised by each of them, in bits.
    pub(super) bits: &'a [f32],
    pub(super) kinship: RefCell<Kinship<'a>>,
    pub(super) as_read: Option<AsRead<'a>>,
}

impl<'a> Comparison<'a> {
    /// Compares. `p_garbled` and `bits` hold one number a word of the document.
    pub fn new(
        articles: &'a Articles<'a>,
        lexicon: &'a Lexicon,
        p_garbled: &[f32],
        bits: &'a [f32],
    ) -> Self {
        let document = &articles.document;
        let mut kinship = Kinship::default();
        let sources = articles.siblings.iter();
        let sources =
            sources.map(|(sibling, article)| Source::new(document, sibling, article, &mut kinship));
        Self {
            sources: sources.collect(),
            counts: counts(document, |form| &form.folded),
            spellings: (0..document.forms.len())
                .map(|word| document.spelling(word))
                .collect(),
            suspicion: p_garbled.iter().map(|p| logit(*p)).collect(),
            kinship: RefCell::new(kinship),
            document,
            lexicon,
            entries: RefCell::default(),
            as_read: None,
            bits,
        }
    }

    /// The same, reading on from where the language model has read the document.
    #[must_use]
    pub fn reading_on(self, as_read: Option<AsRead<'a>>) -> Self {
        Self { as_read, ..self }
    }

    /// What the lexicon says of a word of the document or of a sibling.
    pub(super) fn entry(&self, spelling: &'a str) -> Entry {
        let mut known = self.entries.borrow_mut();
        let look_up = || self.lexicon.look_up(spelling);
        *known.entry(spelling).or_insert_with(look_up)
    }

    /// How closely a word of the document and one of a sibling are related.
    pub(super) fn related_words(&self, a: &'a Form, b: &'a Form) -> f32 {
        self.kinship.borrow_mut().of(a, b)
    }
}

impl Comparison<'_> {
    /// The comparison with what the language model makes of the document after
    /// each believed sibling.
    ///
    /// # Errors
    /// When the language model cannot read.
    pub fn read(mut self, lm: &dyn LanguageModel) -> Result<Self, LmError> {
        for source in &mut self.sources {
            if source.trust.weight > 0.0 {
                source.given = given(lm, self.document, source)?;
            }
        }
        Ok(self)
    }

    /// How far each sibling is believed.
    pub fn trusts(&self) -> impl Iterator<Item = &Trust> {
        self.sources.iter().map(|source| &source.trust)
    }

    /// The sentence that a sibling has in the place of the document's sentence
    /// `sentence`; `None` where it leaves it out.
    pub fn aligned(&self, sibling: usize, sentence: usize) -> Option<Span<Sibling>> {
        let source = self.sources.get(sibling)?;
        let pair = source.told(sentence)?;
        let words = &source.article.segments.words;
        let first = words.get(pair.matched.other.start)?;
        let sentence = source.article.segments.sentences.get(first.sentence)?;
        Some(sentence.retype())
    }

    /// The bits that each candidate saves, for several places of the document those
    /// of each.
    ///
    /// # Errors
    /// When the language model cannot read.
    pub fn bits_saved(
        &self,
        lm: &dyn LanguageModel,
        places: &[Vec<Candidate>],
    ) -> Result<Vec<Vec<f32>>, LmError> {
        let patches = places.iter().map(|candidates| {
            let patches = candidates.iter().map(|c| (c.span, c.replacement.as_str()));
            patches.collect()
        });
        bits_saved(
            lm,
            self.document,
            self.as_read,
            &patches.collect::<Vec<_>>(),
        )
    }
}

impl<'a> Source<'a> {
    /// What tells the same as a sentence; `None` where all that stands in its
    /// place meets it in one word.
    pub fn told(&self, sentence: usize) -> Option<&Pair> {
        let first = self.pairs.get(sentence)?.first()?;
        (first.share > 0.0).then_some(first)
    }

    /// How far the sibling has something to say of a sentence's words, 0 to 1: by
    /// how much the two have in common, and how far it is believed.
    pub fn tells(&self, sentence: usize) -> f32 {
        let dice = self.told(sentence).map_or(0.0, |pair| pair.matched.dice);
        let (least, full) = COMMON;
        self.trust.weight * ((dice - least) / (full - least)).clamp(0.0, 1.0)
    }

    /// The bytes of a stretch of the sibling's words, as a report quotes them.
    pub fn quote(&self, words: &Range<usize>) -> Option<SiblingQuote> {
        let span: Span<Sibling> = self.article.cover(words)?;
        let text = span.slice(self.article.text)?.to_owned();
        let id = self.trust.id.clone();
        Some(SiblingQuote { id, span, text })
    }

    fn new(
        document: &'a Article<'_>,
        sibling: &SiblingArticle,
        article: &'a Article<'a>,
        kinship: &mut Kinship<'a>,
    ) -> Self {
        let by_words = document.vectors.is_empty();
        let alignment = by_words.then(|| Alignment::new(document, article));
        let pairs = (0..document.sentences.len()).map(|sentence| {
            let found = match &alignment {
                Some(alignment) => alignment.of(sentence),
                None => alike(document, article, sentence),
            };
            let pairs = found.into_iter().map(|(other, share)| Pair {
                share,
                matched: matched(document, article, kinship, sentence, other),
            });
            let mut pairs: Vec<Pair> = pairs.collect();
            // Words in order tell more than words in a bag; one word alone may have
            // met by chance, however much it is of a short sentence.
            let by_chance = |pair: &Pair| pair.share == 0.0;
            let worth = |pair: &Pair| pair.share + pair.matched.dice;
            pairs.sort_by(|a, b| {
                let order = by_chance(a).cmp(&by_chance(b));
                order.then_with(|| worth(b).total_cmp(&worth(a)))
            });
            pairs
        });
        let mut source = Self {
            aligned: 0.0,
            trust: Trust::new(&sibling.id, 0.0, 0.0, sibling.quality),
            closeness: 0.0,
            counts: counts(article, |form| &form.folded),
            stems: counts(article, |form| &form.stem),
            suspicion: sibling.p_garbled.iter().map(|p| logit(*p)).collect(),
            given: Vec::new(),
            whole: OnceCell::new(),
            kin: RefCell::default(),
            article,
            pairs: pairs.collect(),
        };
        let sentences = 0..source.pairs.len();
        let told = sentences.filter_map(|sentence| source.told(sentence));
        let dice: Vec<f32> = told.map(|pair| pair.matched.dice).collect();
        let told = dice.len() as f32;
        let sentences = source.pairs.len().max(1) as f32;
        source.aligned = told / sentences;
        source.closeness = dice.iter().sum::<f32>() / told.max(1.0);
        // Of the whole story words that met by chance tell something too.
        let best = source.pairs.iter().filter_map(|pairs| pairs.first());
        let common = best.map(|pair| pair.matched.dice).sum::<f32>() / sentences;
        source.trust = Trust::new(&sibling.id, source.aligned, common, sibling.quality);
        source
    }
}

/// The logit of a probability, within bounds.
pub(super) fn logit(p: f32) -> f32 {
    crate::detect::logit(p.clamp(1e-6, 1.0 - 1e-6)).clamp(-SUREST, SUREST)
}

/// How often each word stands in an article.
fn counts<'a>(article: &'a Article<'_>, of: fn(&Form) -> &String) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for form in article.forms.iter().filter(|form| !form.folded.is_empty()) {
        *counts.entry(of(form).as_str()).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment;

    #[test]
    fn what_met_in_one_word_stands_behind_what_met_in_more() {
        // The last sentence shares most words with the first of the sibling, in
        // which only one carries weight.
        let text = "It was in the barracks of the old town that he died.";
        let sibling = "It was in the rain of the new year that he died. The barracks of the old \
                       fort burnt with all the maps, books, letters and drums that soldiers kept.";
        let segments = segment(text);
        let siblings = [SiblingArticle::new("s", sibling)];
        let articles = Articles::new(text, &segments, &siblings);
        let lexicon = Lexicon::embedded().unwrap();
        let comparison = Comparison::new(&articles, &lexicon, &[], &[]);
        let source = &comparison.sources[0];
        let shares: Vec<f32> = source.pairs[0].iter().map(|pair| pair.share).collect();
        let by_chance = shares.iter().filter(|share| **share == 0.0).count();
        assert_eq!((shares.len(), by_chance), (2, 1), "{shares:?}");
        assert!(shares[0] > 0.0 && source.told(0).is_some());
        let worth = |pair: &Pair| pair.share + pair.matched.dice;
        assert!(worth(&source.pairs[0][1]) > worth(&source.pairs[0][0]));
        assert_eq!(source.closeness, source.pairs[0][0].matched.dice);
    }
}
