//! A document compared with its siblings: sentences aligned, words matched.
//!
//! In: the document's text and words with what is suspected of each, and the
//! siblings. Out: [`Comparison`], which knows for every sentence what the
//! siblings have in its place. It never changes once it is made; features are made of
//! it in `features`, and it weighs nothing itself.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::lm::{LanguageModel, LmError, SentenceVectors};
use crate::network::logit;
use crate::rereading::{self, DocumentReading};
use crate::segment::Segments;
use crate::span::{Doc, Sibling, Span};

use super::align::words::{SentenceMatch, match_words};
use super::align::{Alignment, aligned_by_vectors};
use super::article::{MAX_SIBLING_WORDS, SiblingArticle};
use super::conditional::{ConditionalSurprisal, conditional_surprisal};
use super::memo::Memo;
use super::similarity::{Form, Normalizer};
use super::text::NormalizedText;
use super::trust::Trust;

/// Share of their words that two sentences have in common: up to the first there are
/// no places to compare, from the second on what the sibling says counts in full.
pub(super) const COMMON: (f32, f32) = (0.1, 0.5);

/// The largest logit, above and below 0, that a probability counts with.
const MAX_LOGIT: f32 = 6.0;

/// A document and its siblings with the normal form of every word, which a [`Comparison`]
/// borrows.
pub struct Articles<'a> {
    pub(super) document: NormalizedText<'a>,
    pub(super) siblings: Vec<(&'a SiblingArticle, NormalizedText<'a>)>,
}

impl<'a> Articles<'a> {
    /// Makes the words of a document and of its siblings comparable.
    pub fn new(
        text: &'a str,
        segments: &'a Segments,
        siblings: impl IntoIterator<Item = &'a SiblingArticle>,
    ) -> Self {
        let normalizer = Normalizer::default();
        let normalized = |sibling: &'a SiblingArticle| {
            let segments = &sibling.segments;
            let text = NormalizedText::new(&normalizer, &sibling.text, segments, MAX_SIBLING_WORDS);
            (sibling, text)
        };
        Self {
            document: NormalizedText::new(&normalizer, text, segments, usize::MAX),
            siblings: siblings.into_iter().map(normalized).collect(),
        }
    }

    /// These texts with vectors of all sentences, by which sentences are aligned then;
    /// unchanged without `vectors`.
    ///
    /// # Errors
    /// When the model fails that makes the vectors.
    pub fn with(self, vectors: Option<&dyn SentenceVectors>) -> Result<Self, LmError> {
        let Some(vectors) = vectors else {
            return Ok(self);
        };
        let siblings = self.siblings.into_iter();
        let siblings = siblings.map(|(sibling, text)| Ok((sibling, text.with(vectors)?)));
        Ok(Self {
            document: self.document.with(vectors)?,
            siblings: siblings.collect::<Result<_, LmError>>()?,
        })
    }
}

/// The words of a sibling as a report quotes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// The id of the sibling: its path as given, or the id of its record.
    pub id: String,
    /// The quoted bytes of the sibling's text.
    pub span: Span<Sibling>,
    /// The text of the sibling under `span`.
    pub text: String,
}

/// A sentence of a sibling that may stand in the place of one of the document.
pub(super) struct Pair {
    /// How much the two sentences share, 0 to 1; 0 where it rests on one word alone.
    pub share: f32,
    /// Their words.
    pub matched: SentenceMatch,
}

/// One sibling compared with the document.
pub(super) struct Source<'a> {
    /// The index of the sibling.
    pub index: usize,
    /// The text of the sibling.
    pub text: &'a NormalizedText<'a>,
    /// For each sentence of the document the sentences aligned with it, best first.
    pub pairs: Vec<Vec<Pair>>,
    /// How often each folded word occurs in the sibling.
    pub counts: HashMap<&'a str, usize>,
    /// How often each stem occurs in the sibling.
    pub stems: HashMap<&'a str, usize>,
    /// The folded words that the sibling writes as names somewhere.
    pub names: HashSet<&'a str>,
    /// The share of the document's sentences that have a counterpart in the sibling.
    pub aligned: f32,
    /// The mean share of words that these sentences have in common with their counterparts.
    pub closeness: f32,
    /// How far the sibling is believed.
    pub trust: Trust,
    /// The logit of each of the sibling's words that it is garbled.
    pub suspicion: Vec<f32>,
    /// The surprisal of each word of the document given this sibling; empty before
    /// that was read.
    pub conditional: Vec<Option<ConditionalSurprisal>>,
}

/// A document compared with its siblings: which sentences and words of theirs say the same.
pub struct Comparison<'a> {
    pub(super) document: &'a NormalizedText<'a>,
    pub(super) sources: Vec<Source<'a>>,
    /// How often each folded word stands in the document.
    pub(super) counts: HashMap<&'a str, usize>,
    /// Every spelling of the document.
    pub(super) spellings: HashSet<&'a str>,
    /// The logit of each word of the document that it is garbled.
    pub(super) suspicion: Vec<f32>,
    /// The surprisal of each word of the document, in bits.
    pub(super) bits: &'a [f32],
    document_reading: Option<DocumentReading<'a>>,
}

impl<'a> Comparison<'a> {
    /// Compares a document with its siblings. `p_garbled` (probabilities) and `bits`
    /// (surprisals) hold one number for each word of the document; empty ones count as
    /// unknown.
    pub fn new(
        articles: &'a Articles<'a>,
        memo: &mut Memo<'a>,
        p_garbled: &[f32],
        bits: &'a [f32],
    ) -> Self {
        let document = &articles.document;
        let sources = articles.siblings.iter().enumerate();
        let sources = sources
            .map(|(index, (sibling, text))| Source::new(document, (index, sibling), text, memo));
        Self {
            sources: sources.collect(),
            counts: counts(document, |form| &form.folded),
            spellings: (0..document.forms.len())
                .map(|word| document.spelling(word))
                .collect(),
            suspicion: p_garbled.iter().map(|p| bounded_logit(*p)).collect(),
            document,
            document_reading: None,
            bits,
        }
    }

    /// This comparison with the language model's reading of the document, from which it can
    /// read on.
    #[must_use]
    pub fn reading_on(self, document_reading: Option<DocumentReading<'a>>) -> Self {
        Self {
            document_reading,
            ..self
        }
    }

    /// The siblings that are believed, be it a little.
    pub(super) fn believed(&self) -> impl Iterator<Item = &Source<'a>> {
        let sources = self.sources.iter();
        sources.filter(|source| source.trust.weight > 0.0)
    }
}

impl Comparison<'_> {
    /// This comparison with the surprisal of the document's words after each sibling that
    /// is believed.
    ///
    /// # Errors
    /// When the language model cannot read.
    pub fn read(mut self, lm: &dyn LanguageModel) -> Result<Self, LmError> {
        for source in &mut self.sources {
            if source.trust.weight > 0.0 {
                let sentences = 0..self.document.sentences.len();
                let counterparts = sentences.filter_map(|sentence| {
                    let pair = source.counterpart(sentence)?;
                    Some((sentence, &pair.matched))
                });
                source.conditional =
                    conditional_surprisal(lm, self.document, source.text, counterparts)?;
            }
        }
        Ok(self)
    }

    /// How far each sibling is believed, in the order of the siblings.
    pub fn trusts(&self) -> impl Iterator<Item = &Trust> {
        self.sources.iter().map(|source| &source.trust)
    }

    /// The sentence of the sibling with the index `sibling` that is aligned with the
    /// document's sentence `sentence`; `None` where the sibling leaves it out.
    pub fn aligned(&self, sibling: usize, sentence: usize) -> Option<Span<Sibling>> {
        let source = self.sources.get(sibling)?;
        let pair = source.counterpart(sentence)?;
        let words = &source.text.segments.words;
        let first = words.get(pair.matched.other.start)?;
        let sentence = source.text.segments.sentences.get(first.sentence)?;
        Some(sentence.retype())
    }

    /// The bits that each replacement of bytes of the document saves, for several
    /// places those of each.
    ///
    /// # Errors
    /// When the language model cannot read.
    pub(super) fn bits_saved(
        &self,
        lm: &dyn LanguageModel,
        places: &[Vec<(Span<Doc>, &str)>],
    ) -> Result<Vec<Vec<f32>>, LmError> {
        let document = (self.document.text, self.document.segments);
        rereading::bits_saved(lm, document, self.document_reading, places)
    }
}

impl<'a> Source<'a> {
    /// The sentence that says the same as a sentence of the document; `None` where all
    /// that stands in its place shares one word with it.
    pub(super) fn counterpart(&self, sentence: usize) -> Option<&Pair> {
        let first = self.pairs.get(sentence)?.first()?;
        (first.share > 0.0).then_some(first)
    }

    /// How far the sibling has something to say of a sentence's words, 0 to 1: by
    /// how much the two have in common, and how far it is believed.
    pub(super) fn coverage(&self, sentence: usize) -> f32 {
        let dice = self.counterpart(sentence);
        let dice = dice.map_or(0.0, |pair| pair.matched.dice);
        let (min, full) = COMMON;
        self.trust.weight * ((dice - min) / (full - min)).clamp(0.0, 1.0)
    }

    /// The bytes of some of the sibling's words, as a report quotes them.
    pub(super) fn quote(&self, words: &Range<usize>) -> Option<Quote> {
        let span: Span<Sibling> = self.text.cover(words)?;
        let text = span.slice(self.text.text)?.to_owned();
        let id = self.trust.id.clone();
        Some(Quote { id, span, text })
    }

    fn new(
        document: &'a NormalizedText<'_>,
        (index, sibling): (usize, &SiblingArticle),
        text: &'a NormalizedText<'a>,
        memo: &mut Memo<'a>,
    ) -> Self {
        let pairs = pairs(document, text, memo);
        let mut source = Self {
            index,
            aligned: 0.0,
            trust: Trust::new(&sibling.id, (0.0, 0.0, 0.0), sibling.quality),
            closeness: 0.0,
            counts: counts(text, |form| &form.folded),
            stems: counts(text, |form| &form.stem),
            names: (0..text.forms.len())
                .filter(|&word| text.looks_like_name(word))
                .map(|word| text.forms[word].folded.as_str())
                .collect(),
            suspicion: sibling
                .p_garbled
                .iter()
                .map(|p| bounded_logit(*p))
                .collect(),
            conditional: Vec::new(),
            text,
            pairs,
        };
        let sentences = 0..source.pairs.len();
        let covered = sentences.filter_map(|sentence| source.counterpart(sentence));
        let dice: Vec<f32> = covered.map(|pair| pair.matched.dice).collect();
        let covered = dice.len() as f32;
        let sentences = source.pairs.len().max(1) as f32;
        source.aligned = covered / sentences;
        source.closeness = dice.iter().sum::<f32>() / covered.max(1.0);
        // Of the whole story words that met by chance tell something too.
        let best = source.pairs.iter().filter_map(|pairs| pairs.first());
        let common = best.map(|pair| pair.matched.dice).sum::<f32>() / sentences;
        let shares = (source.aligned, common, copied(document, text));
        source.trust = Trust::new(&sibling.id, shares, sibling.quality);
        source
    }
}

/// For each sentence of the document the sibling's sentences that may stand in its
/// place, best first.
fn pairs<'a>(
    document: &'a NormalizedText<'_>,
    sibling: &'a NormalizedText<'_>,
    memo: &mut Memo<'a>,
) -> Vec<Vec<Pair>> {
    let by_words = document.vectors.is_empty();
    let alignment = by_words.then(|| Alignment::new(document, sibling));
    let pairs = (0..document.sentences.len()).map(|sentence| {
        let found = match &alignment {
            Some(alignment) => alignment.of(sentence),
            None => aligned_by_vectors(document, sibling, sentence),
        };
        let pairs = found.into_iter().map(|(other, share)| Pair {
            share,
            matched: match_words(document, sibling, memo, sentence, other),
        });
        let mut pairs: Vec<Pair> = pairs.collect();
        // Words in order tell more than words in a bag; one word alone may be shared
        // by chance, however much it is of a short sentence.
        let by_chance = |pair: &Pair| pair.share == 0.0;
        let worth = |pair: &Pair| pair.share + pair.matched.dice;
        pairs.sort_by(|a, b| {
            let order = by_chance(a).cmp(&by_chance(b));
            order.then_with(|| worth(b).total_cmp(&worth(a)))
        });
        pairs
    });
    pairs.collect()
}

/// The logit of a probability, within bounds.
pub(super) fn bounded_logit(p: f32) -> f32 {
    logit(p.clamp(1e-6, 1.0 - 1e-6)).clamp(-MAX_LOGIT, MAX_LOGIT)
}

/// How often each word stands in a text.
fn counts<'a>(text: &'a NormalizedText<'_>, of: fn(&Form) -> &String) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for form in text.forms.iter().filter(|form| !form.folded.is_empty()) {
        *counts.entry(of(form).as_str()).or_insert(0) += 1;
    }
    counts
}

/// The share of the document's words in sentences that a sibling has word for word, 0 to 1.
fn copied(document: &NormalizedText<'_>, sibling: &NormalizedText<'_>) -> f32 {
    fn words<'t>(text: &'t NormalizedText<'_>, sentence: &Range<usize>) -> Vec<&'t str> {
        let forms = text.forms.get(sentence.clone()).unwrap_or_default();
        let words = forms.iter().map(|form| form.folded.as_str());
        words.filter(|word| !word.is_empty()).collect()
    }
    let there = sibling.sentences.iter().map(|one| words(sibling, one));
    let there: HashSet<Vec<&str>> = there.collect();
    let here = document.sentences.iter().map(|one| words(document, one));
    let (mut same, mut all) = (0, 0);
    for sentence in here {
        all += sentence.len();
        if there.contains(&sentence) {
            same += sentence.len();
        }
    }
    same as f32 / all.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Lexicon;
    use crate::lm::stub::Stub;
    use crate::segment::segment;

    #[test]
    fn what_shares_one_word_stands_behind_what_shares_more() {
        // The last sentence shares most words with the first of the sibling, in
        // which only one carries weight.
        let text = "It was in the barracks of the old town that he died.";
        let sibling = "It was in the rain of the new year that he died. The barracks of the old \
                       fort burnt with all the maps, books, letters and drums that soldiers kept.";
        let segments = segment(text);
        let siblings = [SiblingArticle::new("s", sibling)];
        let articles = Articles::new(text, &segments, &siblings);
        let lexicon = Lexicon::embedded().unwrap();
        let comparison = Comparison::new(&articles, &mut Memo::new(&lexicon), &[], &[]);
        let source = &comparison.sources[0];
        let shares: Vec<f32> = source.pairs[0].iter().map(|pair| pair.share).collect();
        let by_chance = shares.iter().filter(|share| **share == 0.0).count();
        assert_eq!((shares.len(), by_chance), (2, 1), "{shares:?}");
        assert!(shares[0] > 0.0 && source.counterpart(0).is_some());
        let worth = |pair: &Pair| pair.share + pair.matched.dice;
        assert!(worth(&source.pairs[0][1]) > worth(&source.pairs[0][0]));
        assert_eq!(source.closeness, source.pairs[0][0].matched.dice);
    }

    #[test]
    fn words_of_covered_sentences_are_read_again_and_others_are_not() {
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
        let comparison = Comparison::new(&articles, &mut Memo::new(&lexicon), &p_garbled, &[]);
        let comparison = comparison.read(&lm).unwrap();
        let given = &comparison.sources[0].conditional;
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
