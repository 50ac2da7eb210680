//! Siblings that were read.
//!
//! In: the documents that are siblings of one. Out: the same, read by the language model. An
//! edit of a document costs no reading of its siblings: what was read is kept as long as its text
//! is the same.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lru::LruCache;
use mtlint::document::Document;
use mtlint::{Article, Linter};

use crate::host::ModelChoice;

/// So many siblings are kept: those of a few documents that are edited in turn. One of ordinary
/// length takes a megabyte or so.
const MAX_KEPT: NonZeroUsize = match NonZeroUsize::new(32) {
    Some(number) => number,
    None => NonZeroUsize::MIN,
};

/// Siblings that were read, by their names.
pub(crate) struct Siblings(LruCache<String, Kept>);

/// A sibling that was read, with all that its reading depends on.
struct Kept {
    model: ModelChoice,
    language: Option<String>,
    text: String,
    article: Article,
}

impl Default for Siblings {
    fn default() -> Self {
        Self(LruCache::new(MAX_KEPT))
    }
}

impl Siblings {
    /// The documents, read with the linter of `model`; `None` if the language model fails on
    /// one, which whoever lints with it as unread is told.
    pub(crate) fn read(
        &mut self,
        documents: &[Document],
        (model, linter): (&ModelChoice, &Linter),
        language: Option<&str>,
    ) -> Option<Vec<Article>> {
        let mut articles = Vec::with_capacity(documents.len());
        for document in documents {
            let kept = self.0.get(document.name()).filter(|kept| {
                kept.text == document.text()
                    && kept.model == *model
                    && kept.language.as_deref() == language
            });
            if let Some(kept) = kept {
                articles.push(kept.article.clone());
                continue;
            }
            let read = catch_unwind(AssertUnwindSafe(|| {
                linter.read_all(std::slice::from_ref(document), language)
            }));
            let article = read.ok()?.ok()?.pop()?;
            let kept = Kept {
                model: model.clone(),
                language: language.map(str::to_owned),
                text: document.text().to_owned(),
                article: article.clone(),
            };
            self.0.put(document.name().to_owned(), kept);
            articles.push(article);
        }
        Some(articles)
    }
}
