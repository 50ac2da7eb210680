//! A sibling article that users hold.
//!
//! In: a document. Out: an [`Article`], which any number of documents can have as a
//! sibling. It is the public handle of a [`SiblingArticle`]: that one is the plain data
//! (text, words, probabilities) that the stages in [`crate::sibling`] compare; this one
//! shares it, hides how it is filled, and shows its name and quality only. It compares
//! nothing itself.

use std::sync::Arc;

use crate::document::Document;
use crate::language::{Gate, gate};
use crate::lexicon::Lexicon;
use crate::sibling::{Original, SiblingArticle};

/// A sibling: a cleaner article on the same story as a document.
/// [`Linter::read`](crate::Linter::read) makes one, and any number of documents can be
/// linted with it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Article(Arc<SiblingArticle>);

impl Article {
    /// The name of the document that the article was made from.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The article's own quality, 0 to 100; `None` for one that cannot be judged, because
    /// it is empty or in another language. Such an article counts for nothing.
    pub fn quality(&self) -> Option<f32> {
        self.0.quality
    }

    /// An article that the language model has not read yet; without a quality if it cannot
    /// be judged. `language` is the ISO 639-3 code of the language
    /// it is taken to be in; without one it is guessed.
    pub(crate) fn unread(document: &Document, lexicon: &Lexicon, language: Option<&str>) -> Self {
        let mut article = SiblingArticle::new(document.name(), document.judged());
        article.original = document.prose().map(|prose| Original {
            text: document.text().to_owned(),
            prose: Arc::clone(prose),
        });
        if let Gate::Abstain { .. } = gate(document.judged(), &article.segments, lexicon, language)
        {
            article.quality = None;
        }
        Self(Arc::new(article))
    }

    /// The article as the stages of the pipeline compare it.
    pub(crate) fn sibling(&self) -> &SiblingArticle {
        &self.0
    }

    /// The article as the stages compare it, to be filled in by whoever reads it; clones
    /// of this handle keep theirs.
    pub(super) fn sibling_mut(&mut self) -> &mut SiblingArticle {
        Arc::make_mut(&mut self.0)
    }
}
