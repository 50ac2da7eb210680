//! A sibling article once it is read.
//!
//! In: a document. Out: an [`Article`], with what the detector makes of it, that any
//! number of documents can be linted beside. It compares nothing itself.

use std::sync::Arc;

use crate::document::Document;
use crate::language::{Gate, gate};
use crate::sibling::{Original, SiblingArticle};

/// A sibling: a cleaner article on the same story, read once and then used beside any
/// number of documents. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Article(Arc<SiblingArticle>);

impl Article {
    /// The name of the document it was made of.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The article's own quality, 0 to 100; `None` for one that cannot be judged, because
    /// it is empty or in another language. Such an article counts for nothing.
    pub fn quality(&self) -> Option<f32> {
        self.0.quality
    }

    /// An article that the language model has not read yet; without a quality if it cannot
    /// be judged. `language` is an ISO 639-3 code that spares the guessing.
    pub(crate) fn unread(document: &Document, language: Option<&str>) -> Self {
        let mut article = SiblingArticle::new(document.name(), document.judged());
        article.original = document.prose().map(|prose| Original {
            text: document.text().to_owned(),
            prose: Arc::clone(prose),
        });
        if let Gate::Abstain { .. } = gate(document.judged(), &article.segments, language) {
            article.quality = None;
        }
        Self(Arc::new(article))
    }

    /// The sentences and words, with what is suspected of each.
    pub(crate) fn sibling(&self) -> &SiblingArticle {
        &self.0
    }

    /// The same, to be filled in by whoever reads the article.
    pub(super) fn sibling_mut(&mut self) -> &mut SiblingArticle {
        Arc::make_mut(&mut self.0)
    }
}
