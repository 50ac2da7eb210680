//! The models that all stages share, in one value.
//!
//! In: models that the linter has loaded. Out: [`Models`], which each stage borrows. It
//! loads nothing and computes nothing.

use std::sync::Arc;

use crate::detect::WordModel;
use crate::lexicon::Lexicon;
use crate::lm::{LanguageModel, SentenceVectors};
use crate::sibling::SiblingModel;
use crate::suggest::SuggestModel;

/// The models that all stages share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Models {
    /// The language model that reads.
    pub lm: Arc<dyn LanguageModel>,
    /// The detector: how likely each word is garbled.
    pub detector: Arc<WordModel>,
    /// The lexicon, which knows single words.
    pub lexicon: Arc<Lexicon>,
    /// The networks that compare a document with its siblings.
    pub siblings: Arc<SiblingModel>,
    /// The network that weighs corrections which no sibling supports.
    pub suggestions: Arc<SuggestModel>,
    /// The model whose sentence vectors align the sentences of siblings; `None` aligns them
    /// by their words.
    pub aligner: Option<Arc<dyn SentenceVectors>>,
}
