//! Which article of the pool a document is linted with.
//!
//! In: a document, the pool, and a way to have texts judged. Out: the document
//! with the article that serves as its sibling, and which other it is a near
//! copy of. Nothing is judged where only one article comes into question; where
//! several do, or a near copy, or another document of the batch, their qualities
//! decide. A document with siblings of its own keeps those. It reads no files.

use std::collections::HashMap;

use mtlint::document::Document;
use mtlint::linter::Request;

use crate::date::{RecordDate, UnreadDates};
use crate::error::BatchError;
use crate::pool::{Article, BatchPool, Match, Pool, SURENESS_MARGIN, copied_from, serving};
use crate::report_line::DocumentLinks;

/// Articles that are judged for one document, at most: the surest ones, and
/// each costs as much as a document.
const MAX_JUDGED_ARTICLES: usize = 6;

/// Finds siblings in a pool for the documents of a batch.
pub struct SiblingFinder {
    pool: Pool,
    first_own: u64,
    days: u32,
    /// What is known of the pool's articles, by their numbers; nothing is known
    /// of one that cannot be judged.
    qualities: HashMap<u64, Option<f64>>,
    unread_dates: UnreadDates,
}

impl SiblingFinder {
    /// Makes a finder of siblings in `batch_pool`. A document and its sibling are at most
    /// `days` apart, if the dates of both are known.
    pub fn new(batch_pool: BatchPool, days: u32) -> Self {
        Self {
            pool: batch_pool.pool,
            first_own: batch_pool.first_own,
            days,
            qualities: HashMap::new(),
            unread_dates: UnreadDates::default(),
        }
    }

    /// The dates of documents that could not be read: their siblings were looked for among
    /// the articles of all days.
    pub fn unread_dates(&self) -> &UnreadDates {
        &self.unread_dates
    }

    /// Gives `request` the sibling that serves it best, unless it has siblings of its own,
    /// and says which articles it is linked to. `judge` gives the qualities of texts
    /// without siblings.
    pub(super) fn attach_sibling<E: From<BatchError>>(
        &mut self,
        request: &mut Request,
        date: &RecordDate,
        judge: impl FnOnce(Vec<Document>) -> Result<Vec<Option<f64>>, E>,
    ) -> Result<DocumentLinks, E> {
        let document = &request.document;
        self.unread_dates.count(document.name(), date);
        let article = Article {
            id: document.name().to_owned(),
            text: document.text().to_owned(),
            date: date.day(),
        };
        let mut found = self
            .pool
            .on_same_story(&article, Some(self.days))
            .map_err(BatchError::from)?;
        let copy_of = copied_from(&article, &found).map(|one| one.article.id.clone());
        let mut links = DocumentLinks {
            copy_of,
            sibling: None,
        };
        if !request.unread.is_empty() {
            return Ok(links);
        }
        let itself = found.iter().find(|one| one.identical);
        let itself = itself.map(|one| one.number);
        let serving = serving(None, &found).into_iter().take(MAX_JUDGED_ARTICLES);
        found = serving.cloned().collect();
        // One text of several days is judged once.
        found.dedup_by(|next, one| next.article.text == one.article.text);
        let chosen = if self.is_plain(&found) {
            found.into_iter().next()
        } else {
            self.cleanest(found, itself, document, judge)?
        };
        if let Some(chosen) = chosen {
            let Article { id, text, .. } = chosen.article;
            request.unread = vec![Document::from_text(id.clone(), text)];
            links.sibling = Some(id);
        }
        Ok(links)
    }

    /// Whether the first of `found` serves, whatever the qualities are.
    fn is_plain(&self, found: &[Match]) -> bool {
        let Some((first, others)) = found.split_first() else {
            return true;
        };
        let surely_less = |one: &Match| one.probability < first.probability - SURENESS_MARGIN;
        first.number < self.first_own
            && !found.iter().any(|one| one.near_copy)
            && others.iter().all(surely_less)
    }

    /// The best of `found` once it is known how clean they are.
    fn cleanest<E>(
        &mut self,
        mut found: Vec<Match>,
        itself: Option<u64>,
        document: &Document,
        judge: impl FnOnce(Vec<Document>) -> Result<Vec<Option<f64>>, E>,
    ) -> Result<Option<Match>, E> {
        let mut unknown = Vec::new();
        let mut texts = Vec::new();
        for one in &found {
            if !self.qualities.contains_key(&one.number) {
                unknown.push(Some(one.number));
                texts.push(Document::from_text(&*one.article.id, &*one.article.text));
            }
        }
        // Others' articles are trusted to be cleaner than the document; it is
        // judged where it is compared with a copy or with its like.
        let own = |one: &Match| one.near_copy || one.number >= self.first_own;
        let known = itself.and_then(|itself| self.qualities.get(&itself).copied());
        if found.iter().any(own) && known.is_none() {
            unknown.push(itself);
            texts.push(document.clone());
        }
        let mut quality = known.flatten();
        let judged = if texts.is_empty() {
            Vec::new()
        } else {
            judge(texts)?
        };
        for (number, judged) in unknown.into_iter().zip(judged) {
            if number == itself {
                quality = judged;
            }
            if let Some(number) = number {
                self.qualities.insert(number, judged);
            }
        }
        for one in &mut found {
            one.quality = self.qualities.get(&one.number).copied().flatten();
        }
        found.retain(|one| one.quality.is_some());
        let best = serving(quality, &found).first().copied();
        Ok(best.cloned())
    }
}
