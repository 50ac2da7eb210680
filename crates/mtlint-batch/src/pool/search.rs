//! A pool of articles, asked for those on the same story as a document.
//!
//! In: articles, then documents. Out: the articles that the index proposes for a document,
//! each compared with it in full, the surest first. It reads no files, and says nothing on
//! which articles serve as siblings.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::article::Article;
use super::copies::Shingles;
use super::decision::{Evidence, evidence};
use super::error::PoolError;
use super::index::{ArticleIndex, IndexBuilder, IndexView};
use super::profile::{Profile, Term};
use super::vocabulary::Vocabulary;

/// The probability from which an article is said to tell the same story. Of
/// the stories that are tuned on, less than 1 in 100 without a sibling is given
/// one; a lower value would find hardly more of the right ones.
pub const SAME_STORY: f64 = 0.4;

/// Candidates that are compared in full.
const MAX_CANDIDATES: usize = 12;

/// The rarest terms of a document that the index is asked for.
const MAX_QUERY_TERMS: usize = 96;

/// English in general counts as much as this many articles of the pool when it
/// is reckoned how rare a term is.
const GENERAL_ARTICLES: f64 = 100.0;

/// No term is taken to be rarer than one article in so many: below that, what
/// is known of frequencies is chance.
const MAX_RARITY_ARTICLES: f64 = 2_000.0;

/// An article of the pool, compared with a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The article of the pool.
    pub article: Article,
    /// The article's number in the pool, counted from 0 as articles were added.
    pub number: u64,
    /// The article's quality, from 0 to 100, once it has been linted.
    pub quality: Option<f64>,
    /// The calibrated probability that the article tells the document's story, 0 to 1.
    pub probability: f64,
    /// Whether the article is the document with small changes, or with none.
    pub near_copy: bool,
    /// Whether the article's text is the document's to the last byte.
    pub identical: bool,
    /// The evidence that the probability is computed from.
    pub evidence: Evidence,
}

impl Match {
    /// Whether the article tells the document's story: it is a copy, or its probability is at
    /// least [`SAME_STORY`].
    pub fn same_story(&self) -> bool {
        self.near_copy || self.identical || self.probability >= SAME_STORY
    }
}

/// A pool on its way: takes in articles, one at a time.
pub struct PoolBuilder {
    writer: IndexBuilder,
    vocabulary: Vocabulary,
    /// Half of the SHA-256 of each text and its day: a report that agencies
    /// send out a hundred times takes up one candidate's place, not all.
    texts: HashSet<[u8; 16]>,
}

impl PoolBuilder {
    /// Makes an empty pool in a temporary folder.
    ///
    /// # Errors
    /// When no such folder can be made, or the lexicon is damaged.
    pub fn new() -> Result<Self, PoolError> {
        Ok(Self {
            writer: IndexBuilder::new()?,
            vocabulary: Vocabulary::new()?,
            texts: HashSet::new(),
        })
    }

    /// The number of articles taken in so far.
    pub fn len(&self) -> u64 {
        self.writer.number
    }

    /// Whether no article is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an article, unless the very same text of the same day is there.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn add(&mut self, article: &Article) -> Result<(), PoolError> {
        let hasher = Sha256::new_with_prefix(article.text.as_bytes());
        let day = article.date.map_or(i64::MIN, i64::from);
        let hash = half(hasher.chain_update(day.to_le_bytes()).finalize().into());
        if !self.texts.insert(hash) {
            return Ok(());
        }
        let profile = Profile::new(&self.vocabulary, &article.text);
        let bands = Shingles::new(&profile.words).bands();
        self.writer.add(article, &profile, &bands)
    }

    /// The pool of all articles that were added.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn finish(self) -> Result<Pool, PoolError> {
        Ok(Pool {
            reader: self.writer.finish()?,
            vocabulary: self.vocabulary,
        })
    }
}

fn half(hash: [u8; 32]) -> [u8; 16] {
    std::array::from_fn(|byte| hash[byte])
}

/// Texts among which articles on the same story are found.
pub struct Pool {
    reader: ArticleIndex,
    vocabulary: Vocabulary,
}

impl Pool {
    /// The number of articles in the pool.
    pub fn len(&self) -> u64 {
        self.reader.articles
    }

    /// Whether no article is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The articles on the same story as `document`, itself included where the
    /// pool holds it; the surest first. [`serving`](super::serving) says which of them serve as
    /// siblings. Of those whose date is known, only such as are at most `window`
    /// days older or newer are looked at, if the document's is known too.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn on_same_story(
        &self,
        document: &Article,
        window: Option<u32>,
    ) -> Result<Vec<Match>, PoolError> {
        let mut found = self.compared(document, window)?;
        found.retain(Match::same_story);
        Ok(found)
    }

    /// Every article that the index proposes for `document`, compared with it, the surest
    /// first, whether or not it tells the same story. `window` is a number of days, as for
    /// [`on_same_story`](Self::on_same_story).
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn compared(
        &self,
        document: &Article,
        window: Option<u32>,
    ) -> Result<Vec<Match>, PoolError> {
        let profile = Profile::new(&self.vocabulary, &document.text);
        let shingles = Shingles::new(&profile.words);
        let view = self.reader.view();
        let mut rarities = Rarities::new(&view, self.reader.articles);
        rarities.learn(&profile)?;
        let mut keys: Vec<(&str, f64)> = profile
            .terms
            .iter()
            .map(|(key, term)| (key.as_str(), rarities.of(key, term)))
            .collect();
        // What no article has finds none.
        keys.retain(|(key, _)| rarities.known(key) || profile.terms[*key].name);
        keys.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        keys.truncate(MAX_QUERY_TERMS);
        let keys: Vec<&str> = keys.into_iter().map(|(key, _)| key).collect();
        let days = document.date.zip(window).map(|(day, window)| {
            let window = i32::try_from(window).unwrap_or(i32::MAX);
            (day.saturating_sub(window), day.saturating_add(window))
        });
        let candidates =
            view.candidates(&profile, &keys, &shingles.bands(), days, MAX_CANDIDATES)?;
        let others: Vec<Profile> = candidates
            .par_iter()
            .map(|candidate| Profile::new(&self.vocabulary, &candidate.article.text))
            .collect();
        for other in &others {
            rarities.learn(other)?;
        }
        let rarity = |key: &str, term: &Term| rarities.of(key, term);
        let compared = candidates.into_par_iter().zip(&others);
        let mut found: Vec<Match> = compared
            .map(|(candidate, other)| {
                let article = candidate.article;
                let evidence = evidence(&profile, other, rarity);
                Match {
                    number: candidate.number,
                    quality: None,
                    probability: evidence.probability(),
                    near_copy: shingles.near_copy(&Shingles::new(&other.words)),
                    identical: article.text == document.text,
                    evidence,
                    article,
                }
            })
            .collect();
        found.sort_by(|a, b| {
            let order = b.probability.total_cmp(&a.probability);
            order.then(a.number.cmp(&b.number))
        });
        Ok(found)
    }
}

/// How rare terms are: what the pool and English in general say together.
struct Rarities<'a> {
    view: &'a IndexView<'a>,
    articles: f64,
    counts: HashMap<String, u64>,
}

impl<'a> Rarities<'a> {
    fn new(view: &'a IndexView<'a>, articles: u64) -> Self {
        Self {
            view,
            articles: articles as f64,
            counts: HashMap::new(),
        }
    }

    fn learn(&mut self, profile: &Profile) -> Result<(), PoolError> {
        for key in profile.terms.keys() {
            if !self.counts.contains_key(key) {
                let count = self.view.articles_with(key)?;
                self.counts.insert(key.clone(), count);
            }
        }
        Ok(())
    }

    fn known(&self, key: &str) -> bool {
        self.counts.get(key).is_some_and(|count| *count > 0)
    }

    /// In nats: the negative logarithm of the share of articles that have it.
    fn of(&self, key: &str, term: &Term) -> f64 {
        let count = self.counts.get(key).copied().unwrap_or_default() as f64;
        let expected = GENERAL_ARTICLES * f64::from(term.entry.prior);
        let share = (count + expected) / (self.articles + GENERAL_ARTICLES);
        -share.clamp(1.0 / MAX_RARITY_ARTICLES, 1.0).ln()
    }
}
