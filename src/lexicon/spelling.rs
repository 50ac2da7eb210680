//! The language that a word looks like, by its spelling alone.
//!
//! In: a word in lower case. Out: a probability for English and each other
//! language. The character n-grams between the word's ends, of one to five
//! characters, are hashed into buckets; the sum of their embeddings goes
//! through one hidden layer (after Joulin et al. 2017, *Bag of Tricks for
//! Efficient Text Classification*). The weights are made by `training/lexicon`.
//! English has as much weight there as all other languages together, so a
//! reader who expects few foreign words lowers the odds.

use safetensors::{Dtype, SafeTensors};

use super::error::LexiconError;
use super::language::ForeignLanguage;
use crate::network::Dense;

/// As in `training/lexicon.py`, all of them.
const BUCKETS: usize = 1 << 16;
const WIDTH: usize = 16;
const HIDDEN: usize = 48;
const MAX_NGRAM: usize = 5;
/// Characters of a word that are looked at; what is longer is no plain word.
const MAX_SPELLED: usize = 32;
const CLASSES: usize = 1 + ForeignLanguage::COUNT;

/// The language that a word looks like by its spelling, whether the word exists or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spelling {
    /// The probability that the word is English, 0 to 1.
    pub p_english: f32,
    /// The other language that is most probable, with its probability; `None`
    /// for what is not spelt in Latin letters.
    pub foreign: Option<(ForeignLanguage, f32)>,
}

/// The trained model of how languages are spelled.
pub(super) struct SpellingModel {
    embedding: Vec<i8>,
    scale: Vec<f32>,
    hidden: Dense,
    out: Dense,
}

impl SpellingModel {
    /// The model that the bytes of a safetensors file hold.
    ///
    /// # Errors
    /// When a tensor is missing or of another shape.
    pub(super) fn new(bytes: &[u8]) -> Result<Self, LexiconError> {
        let file = SafeTensors::deserialize(bytes)?;
        let layer = |name: &str, inputs: usize, outputs: usize| {
            let weights = floats(&file, &format!("{name}.weight"), inputs * outputs)?;
            let bias = floats(&file, &format!("{name}.bias"), outputs)?;
            Ok::<_, LexiconError>(Dense::in_order(weights, bias))
        };
        let embedding = tensor(&file, "embedding", Dtype::I8, BUCKETS * WIDTH)?;
        Ok(Self {
            embedding: embedding.iter().map(|byte| byte.cast_signed()).collect(),
            scale: floats(&file, "scale", WIDTH)?,
            hidden: layer("hidden", WIDTH, HIDDEN)?,
            out: layer("out", HIDDEN, CLASSES)?,
        })
    }

    /// What language a word looks like; it must be in lower case and NFC.
    pub(super) fn spelling(&self, word: &str) -> Spelling {
        let probabilities = self.probabilities(word);
        let foreign = (0..ForeignLanguage::COUNT)
            .max_by(|a, b| probabilities[1 + a].total_cmp(&probabilities[1 + b]))
            .and_then(|best| Some((ForeignLanguage::from_index(best)?, probabilities[1 + best])));
        Spelling {
            p_english: probabilities[0],
            foreign,
        }
    }

    /// English first, then the other languages in their order. They sum to 1.
    fn probabilities(&self, word: &str) -> [f32; CLASSES] {
        // Integer sums: exact, so that their order cannot matter.
        let mut sums = [0i32; WIDTH];
        let mut count = 0;
        for_each_bucket(word, |bucket| {
            let row = &self.embedding[bucket * WIDTH..(bucket + 1) * WIDTH];
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += i32::from(*value);
            }
            count += 1;
        });
        let mut input = [0.0; WIDTH];
        let scales = self.scale.iter().map(|scale| scale / (count as f32).sqrt());
        for ((value, sum), scale) in input.iter_mut().zip(sums).zip(scales) {
            *value = sum as f32 * scale;
        }
        let mut out = [0.0; CLASSES];
        let hidden = self.hidden.rectified(&input);
        out.copy_from_slice(&self.out.apply(&hidden));
        let highest = out.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for value in &mut out {
            *value = (*value - highest).exp();
        }
        let total: f32 = out.iter().sum();
        out.map(|value| value / total)
    }
}

/// Calls `found` with the bucket of each n-gram of `^word$`: FNV-1a over code
/// points, its high bits folded into the low ones.
fn for_each_bucket(word: &str, mut found: impl FnMut(usize)) {
    let mut codes = ['$'; MAX_SPELLED + 2];
    codes[0] = '^';
    let mut length = 2;
    for (code, character) in codes[1..].iter_mut().zip(word.chars().take(MAX_SPELLED)) {
        *code = character;
        length += 1;
    }
    let codes = &codes[..length];
    for start in 0..length {
        let mut hash = 2_166_136_261u32;
        for code in codes[start..].iter().take(MAX_NGRAM) {
            hash = (hash ^ u32::from(*code)).wrapping_mul(16_777_619);
            found((hash ^ (hash >> 15)) as usize % BUCKETS);
        }
    }
}

fn tensor<'file>(
    file: &SafeTensors<'file>,
    name: &str,
    of: Dtype,
    size: usize,
) -> Result<&'file [u8], LexiconError> {
    let view = file.tensor(name)?;
    let got: usize = view.shape().iter().product();
    if (view.dtype(), got) != (of, size) {
        return Err(LexiconError::Shape {
            name: name.to_owned(),
            expected: format!("{size} of {of:?}"),
            got: format!("{got} of {:?}", view.dtype()),
        });
    }
    Ok(view.data())
}

fn floats(file: &SafeTensors<'_>, name: &str, size: usize) -> Result<Vec<f32>, LexiconError> {
    let numbers = tensor(file, name, Dtype::F32, size)?.chunks_exact(4);
    Ok(numbers
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ngrams_are_counted_up_to_the_cap() {
        let count = |word: &str| {
            let mut count = 0;
            for_each_bucket(word, |_| count += 1);
            count
        };
        // ^ab$: four of one, three of two, two of three, one of four.
        assert_eq!(count("ab"), 10);
        let capped = count(&"x".repeat(MAX_SPELLED));
        assert_eq!(count(&"x".repeat(1000)), capped);
        assert!(count(&"x".repeat(MAX_SPELLED - 1)) < capped);
    }

    #[test]
    fn damaged_weights_are_an_error() {
        let good = super::super::SPELLING;
        for bytes in [&good[..0], &good[..good.len() / 2], &[0xff; 4096]] {
            assert!(SpellingModel::new(bytes).is_err());
        }
    }
}
