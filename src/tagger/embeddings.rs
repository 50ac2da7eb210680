//! From the pieces of a window to the rows that the encoder reads.
//!
//! In: pieces with the traits of their words. Out: a row for each position: the sum of the
//! vectors of the piece, its place and each trait, normalized. The first row is that of
//! `[CLS]`, the last that of `[SEP]`; they have no traits. The vectors of the pieces, most of
//! the file, stay in 8 bits.

use mtlint_lm::wordpiece::WordPieces;
use safetensors::Dtype;

use super::layers::LayerNorm;
use super::traits::{self, WIDTH};
use super::windows::MAX_POSITIONS;
use crate::lm::tokenizer::TokenizerError;
use crate::network::{QuantizedMatrix, Tensors, WeightsError};

/// A piece of a word, with the traits of the word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// The number of the piece in the vocabulary.
    pub(super) id: u32,
    /// The traits of the word it belongs to.
    pub(super) traits: [u8; WIDTH],
}

/// The vocabulary, and a vector for each piece, place and value of a trait.
pub(super) struct Embeddings {
    vocabulary: WordPieces,
    /// The pieces that stand before and behind a window.
    ends: [u32; 2],
    pieces: QuantizedMatrix,
    /// A row for each position.
    positions: Vec<f32>,
    /// For each trait a row for each of its values.
    traits: Vec<Vec<f32>>,
    norm: LayerNorm,
    width: usize,
}

impl Embeddings {
    /// The embeddings of a tagger's file.
    ///
    /// # Errors
    /// When a tensor is missing, damaged or of another shape, or when the vocabulary does not
    /// have a piece for each vector.
    pub(super) fn new(tensors: &Tensors<'_>) -> Result<Self, WeightsError> {
        let width = tensors.all("embeddings.norm.weight")?.len();
        let pieces = QuantizedMatrix::with_columns(tensors, "embeddings.word", width)?;
        let places = QuantizedMatrix::with_columns(tensors, "embeddings.position", width)?;
        if places.rows() < MAX_POSITIONS {
            let got = places.rows();
            return Err(WeightsError(format!(
                "embeddings.position has {got} rows, expected {MAX_POSITIONS} at least"
            )));
        }
        let (vocabulary, count) = vocabulary(tensors)?;
        if count != pieces.rows() {
            let rows = pieces.rows();
            return Err(WeightsError(format!(
                "the vocabulary has {count} pieces, and embeddings.word {rows} rows"
            )));
        }
        let end = |piece: &str| {
            let id = vocabulary.id(piece);
            id.ok_or_else(|| WeightsError(format!("the vocabulary has no {piece}")))
        };
        let tables = traits::sizes()
            .map(|(name, size)| tensors.shaped(&format!("traits.{name}"), &[size, width]));
        Ok(Self {
            ends: [end("[CLS]")?, end("[SEP]")?],
            vocabulary,
            pieces,
            positions: places.numbers(),
            traits: tables.collect::<Result<_, _>>()?,
            norm: LayerNorm::new(tensors, "embeddings.norm", width)?,
            width,
        })
    }

    /// How many numbers a row has; at least one.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The first `most` pieces of a word, one at least.
    pub(super) fn split(&self, word: &str, most: usize) -> Vec<u32> {
        self.vocabulary.pieces(word, most)
    }

    /// A row for each position of a window, which must be [`MAX_POSITIONS`] at most: one for
    /// each of `pieces` and one at each end.
    pub(super) fn rows(&self, pieces: &[Piece]) -> Vec<f32> {
        let [start, end] = self.ends;
        let ids = pieces.iter().map(|piece| piece.id);
        let mut rows = Vec::with_capacity((pieces.len() + 2) * self.width);
        for id in [start].into_iter().chain(ids).chain([end]) {
            rows.extend(self.pieces.row(id as usize));
        }
        for (number, position) in rows.iter_mut().zip(&self.positions) {
            *number += position;
        }
        let between = rows.chunks_exact_mut(self.width).skip(1);
        for (row, piece) in between.zip(pieces) {
            for (table, value) in self.traits.iter().zip(piece.traits) {
                let vector = &table[usize::from(value) * self.width..];
                for (number, more) in row.iter_mut().zip(vector) {
                    *number += more;
                }
            }
        }
        self.norm.apply(&mut rows);
        rows
    }
}

/// The vocabulary of a tagger's file, and how many pieces it has.
fn vocabulary(tensors: &Tensors<'_>) -> Result<(WordPieces, usize), WeightsError> {
    let problem = |problem: String| WeightsError(format!("the vocabulary: {problem}"));
    let (bytes, _) = tensors.bytes("vocabulary", Dtype::U8)?;
    let text = std::str::from_utf8(bytes).map_err(|error| problem(error.to_string()))?;
    let pieces = WordPieces::new(text.split('\n')).map_err(|error| match error {
        TokenizerError::Damaged(found) | TokenizerError::Unsupported(found) => problem(found),
    })?;
    Ok((pieces, text.split('\n').count()))
}
