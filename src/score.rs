//! The document's score.

/// How good a document is, and how much work a post-editor would have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// 100 × (1 − `post_edit_rate`).
    pub quality: f32,
    /// 95 % interval of `quality`, low and high.
    pub quality_interval: (f32, f32),
    /// Expected share of words that a post-editor would change (HTER), 0 to 1.
    pub post_edit_rate: f32,
    /// Mean surprisal per word, in bits.
    pub bits_per_word: f32,
    /// Perplexity per token of the named model.
    pub perplexity: f32,
    /// Words, punctuation not counted.
    pub words: usize,
}
