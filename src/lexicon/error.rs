//! Why the lexicon's data cannot be used.

/// Why the lexicon cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LexiconError {
    /// The list of words is damaged.
    #[error("the list of words is damaged")]
    List(#[from] fst::Error),
    /// The weights of the spelling model are damaged.
    #[error("the spelling model is damaged")]
    Spelling(#[from] safetensors::SafeTensorError),
    /// A tensor is not as the spelling model needs it.
    #[error("the spelling model's {name} holds {got}, expected {expected}")]
    Shape {
        /// The name of the tensor.
        name: String,
        /// How many numbers of which type it must hold.
        expected: String,
        /// How many numbers of which type it holds.
        got: String,
    },
}
