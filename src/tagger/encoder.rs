//! The encoder: from the pieces of a window to a state for each word.
//!
//! In: pieces with the traits of their words. Out: the states of the last layer at the places
//! that are asked for. Layers are BERT's: attention, then two dense layers, each added to what
//! went in and normalized after it. A window's states depend on that window alone, and so
//! does the order of every sum.

use super::attention::Attention;
use super::embeddings::Embeddings;
use super::layers::{LayerNorm, dense, gelu};
use crate::lm::Precision;
use crate::network::{Dense, Tensors, WeightsError};

pub(super) use super::embeddings::Piece;

/// Most layers that a file may ask for: four times as many as the largest BERT has.
const MAX_LAYERS: usize = 96;

/// A trained encoder.
pub(super) struct Encoder {
    embeddings: Embeddings,
    attention: Attention,
    layers: Vec<Layer>,
}

struct Layer {
    /// From a row to its query, key and value for all heads, side by side.
    projections: Dense,
    /// From what the heads mixed to what is added to a row.
    attention: Dense,
    attention_norm: LayerNorm,
    up: Dense,
    down: Dense,
    output_norm: LayerNorm,
}

impl Encoder {
    /// The encoder of a tagger's file, with products made in `precision`.
    ///
    /// # Errors
    /// When a tensor is missing, damaged or of another shape.
    pub(super) fn new(tensors: &Tensors<'_>, precision: Precision) -> Result<Self, WeightsError> {
        let number = |name: &str, most: usize| {
            let note = tensors.note(name)?;
            let number = note
                .parse()
                .ok()
                .filter(|number| (1..=most).contains(number));
            number.ok_or_else(|| WeightsError(format!("{name} is {note:?}, expected 1 to {most}")))
        };
        let embeddings = Embeddings::new(tensors)?;
        let width = embeddings.width();
        let heads = number("heads", width)?;
        if !width.is_multiple_of(heads) {
            return Err(WeightsError(format!(
                "rows of {width} numbers cannot be shared among {heads} heads"
            )));
        }
        let layers = number("layers", MAX_LAYERS)?;
        let layers = (0..layers).map(|index| Layer::new(tensors, index, width, precision));
        Ok(Self {
            attention: Attention::new(heads, width / heads),
            layers: layers.collect::<Result<_, _>>()?,
            embeddings,
        })
    }

    /// How many numbers a state has.
    pub(super) fn width(&self) -> usize {
        self.embeddings.width()
    }

    /// The first `most` pieces of a word, one at least.
    pub(super) fn split(&self, word: &str, most: usize) -> Vec<u32> {
        self.embeddings.split(word, most)
    }

    /// The states of a window at some of its pieces, one row each; `places` are their indices.
    pub(super) fn states(&self, pieces: &[Piece], places: &[usize]) -> Vec<f32> {
        let mut rows = self.embeddings.rows(pieces);
        for (index, layer) in self.layers.iter().enumerate() {
            let mut mixed = layer.mix(&self.attention, &rows);
            // Nothing looks at the other rows any more.
            if index + 1 == self.layers.len() {
                rows = self.at(places, &rows);
                mixed = self.at(places, &mixed);
            }
            layer.finish(&mut rows, &mixed);
        }
        rows
    }

    /// The rows of some pieces of a window; the first row is that of `[CLS]`.
    fn at(&self, places: &[usize], rows: &[f32]) -> Vec<f32> {
        let width = self.width();
        let mut chosen = Vec::with_capacity(places.len() * width);
        for place in places {
            chosen.extend_from_slice(&rows[(place + 1) * width..(place + 2) * width]);
        }
        chosen
    }
}

impl Layer {
    fn new(
        tensors: &Tensors<'_>,
        index: usize,
        width: usize,
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        let name = |part: &str| format!("layers.{index}.{part}");
        let [query, key, value] = ["query", "key", "value"].map(name);
        let layer = |names: &[&str], shape| dense(tensors, names, shape, precision);
        let square = (width, Some(width));
        let up = layer(&[&name("up")], (width, None))?;
        Ok(Self {
            projections: layer(&[&query, &key, &value], square)?,
            attention: layer(&[&name("attention")], square)?,
            attention_norm: LayerNorm::new(tensors, &name("attention_norm"), width)?,
            down: layer(&[&name("down")], (up.outputs(), Some(width)))?,
            up,
            output_norm: LayerNorm::new(tensors, &name("output_norm"), width)?,
        })
    }

    /// What the heads make of each row.
    fn mix(&self, attention: &Attention, rows: &[f32]) -> Vec<f32> {
        attention.mix(&self.projections.apply(rows))
    }

    /// From rows, and what the heads made of them, to the rows of the next layer.
    fn finish(&self, rows: &mut [f32], mixed: &[f32]) {
        self.attention_norm.add(rows, &self.attention.apply(mixed));
        let mut up = self.up.apply(rows);
        gelu(&mut up);
        self.output_norm.add(rows, &self.down.apply(&up));
    }
}
