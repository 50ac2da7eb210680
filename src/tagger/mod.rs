//! A tagger of words: a small encoder that reads a text sentence by sentence and says of
//! each word whether a post-editor would change it, and why.
//!
//! In: a text, its segments and the lexicon. Out: [`Tags`], a few logits for each word. The
//! words are those of [`crate::segment`], punctuation marks included, so that what the tagger
//! says can be laid beside what [`crate::detect`] says. Words are cut into the pieces of
//! BERT's uncased vocabularies; what the program knows of a word besides its letters are its
//! [`traits`]. The encoder is BERT's (Devlin et al. 2019), and its file of weights brings the
//! sizes along. It decides nothing: thresholds and calibrations are not here.

mod attention;
mod embeddings;
mod encoder;
mod layers;
mod outputs;
#[cfg(test)]
mod tests;
pub mod traits;
mod windows;

use std::collections::HashMap;

use rayon::prelude::*;

use crate::lexicon::Lexicon;
use crate::lm::Precision;
use crate::network::{Dense, Tensors, WeightsError};
use crate::segment::Segments;
use encoder::{Encoder, Piece};
use layers::dense;
use outputs::Columns;
use traits::WIDTH;
use windows::{Window, windows};

pub use outputs::{CATEGORIES, SEVERITIES, Tags};

/// Pieces of a word that are read: what is longer is an address or a run of letters.
const MAX_PIECES: usize = 16;

/// A trained tagger. It is loaded once and serves any number of texts.
pub struct Tagger {
    name: String,
    columns: Columns,
    encoder: Encoder,
    hidden: Dense,
    out: Dense,
}

impl Tagger {
    /// The tagger that the bytes of a safetensors file hold, with wide products made in
    /// `precision`. No trained file is part of the library yet: one that is will be embedded
    /// beside this function.
    ///
    /// # Errors
    /// When the file is damaged, or was trained on other traits than this program makes.
    pub fn new(bytes: &[u8], precision: Precision) -> Result<Self, WeightsError> {
        let tensors = Tensors::new(bytes)?;
        let (trained, made) = (tensors.note("traits")?, traits::names());
        if trained != made {
            return Err(WeightsError(format!(
                "the traits are {trained:?} in the file and {made:?} in this program"
            )));
        }
        let columns = Columns::new(tensors.note("outputs")?)?;
        let encoder = Encoder::new(&tensors, precision)?;
        let hidden = dense(&tensors, &["hidden"], (encoder.width(), None), precision)?;
        // Few sums, and each is read: single precision costs nothing here.
        let named = (hidden.outputs(), Some(columns.names().len()));
        let out = dense(&tensors, &["out"], named, Precision::F32)?;
        Ok(Self {
            name: tensors.note("tagger")?.to_owned(),
            columns,
            encoder,
            hidden,
            out,
        })
    }

    /// The name of the tagger, such as `tagger-1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the numbers that a word gets, in the order of [`Tags::row`].
    pub fn outputs(&self) -> &[String] {
        self.columns.names()
    }

    /// Reads a text and returns the tags of its words, one row for each word of `segments`. A
    /// text gets the same bits whatever is read beside it.
    pub fn tag(&self, text: &str, segments: &Segments, lexicon: &Lexicon) -> Tags {
        let traits = traits::traits(text, segments, lexicon);
        let pieces = self.pieces(text, segments);
        let lengths: Vec<usize> = pieces.iter().map(Vec::len).collect();
        let windows = windows(segments, &lengths);
        let logits = windows
            .par_iter()
            .map(|window| self.window(window, &pieces, &traits));
        let logits: Vec<Vec<f32>> = logits.collect();
        Tags::new(self.columns.clone(), logits.concat())
    }

    /// The pieces of each word, [`MAX_PIECES`] at most and one at least.
    fn pieces(&self, text: &str, segments: &Segments) -> Vec<Vec<u32>> {
        let mut known: HashMap<&str, Vec<u32>> = HashMap::new();
        let words = segments.words.iter().map(|word| {
            let spelling = word.span.slice(text).unwrap_or_default();
            let split = || self.encoder.split(spelling, MAX_PIECES);
            known.entry(spelling).or_insert_with(split).clone()
        });
        words.collect()
    }

    /// The logits of the words of a window, its context left out.
    fn window(&self, window: &Window, pieces: &[Vec<u32>], traits: &[[u8; WIDTH]]) -> Vec<f32> {
        let mut read = Vec::new();
        let mut firsts = Vec::with_capacity(window.words.len());
        for word in window.context.clone().chain(window.words.clone()) {
            if window.words.contains(&word) {
                firsts.push(read.len());
            }
            let traits = traits[word];
            read.extend(pieces[word].iter().map(|&id| Piece { id, traits }));
        }
        let states = self.encoder.states(&read, &firsts);
        let mut hidden = self.hidden.apply(&states);
        layers::gelu(&mut hidden);
        self.out.apply(&hidden)
    }
}
