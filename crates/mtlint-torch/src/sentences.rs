//! Embeddings of sentences by a BERT encoder, as sentence-transformers computes them.
//!
//! In: sentences. Out: for each the mean of the encoder's hidden states over its tokens, scaled to
//! length 1; nothing is compared here. Sentences are sorted by length and padded in batches that
//! depend on these sentences alone; the padding is masked in the attention and in the mean.

use std::sync::{Mutex, PoisonError};

use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use tch::nn::VarStore;
use tch::{Kind, Tensor};

use super::files::{Family, Files};
use super::network::shape;
use super::tokens::Tokens;
use super::{Device, catch_panics, numbers, torch_device};
use mtlint_lm::{LmError, SentenceVectors};

/// The largest number of tokens of a sentence that are read, as all-MiniLM-L6-v2 is meant to be
/// used.
const MAX_TOKENS: usize = 256;
/// The largest number of tokens that are read at once, padding counted.
const MAX_BATCH_TOKENS: usize = 4096;

/// A BERT encoder of sentences, run by libtorch.
pub struct SentenceEncoder {
    id: String,
    path: String,
    tokens: Tokens,
    max_tokens: usize,
    device: tch::Device,
    network: Mutex<BertModel<BertEmbeddings>>,
}

impl SentenceEncoder {
    /// Loads an encoder from its files onto a device.
    ///
    /// # Errors
    /// [`LmError`] when a file is missing, damaged or not of the BERT family, and when there is no
    /// such device.
    pub fn load(files: &Files, device: Device) -> Result<Self, LmError> {
        let device = torch_device(device)?;
        let path = files.name().to_owned();
        let config = files.config()?;
        if config.family != Family::Bert {
            return Err(files.unusable("it is no BERT encoder".to_owned()));
        }
        let tokens = Tokens::load(files, config.family)?;
        if tokens.max_id() >= config.vocabulary {
            return Err(files.unusable("its tokenizer has more tokens than config.json".to_owned()));
        }
        let mut store = VarStore::new(device);
        let network = catch_panics(&path, || {
            let shape: BertConfig = shape(&config)?;
            let root = store.root() / "bert";
            Ok(BertModel::new_with_optional_pooler(root, &shape, false))
        })?;
        files.load_weights(&mut store, config.family)?;
        store.freeze();
        Ok(Self {
            id: format!("{} {}", files.short_name(), files.sha256()?),
            max_tokens: MAX_TOKENS.min(config.positions),
            path,
            tokens,
            device,
            network: Mutex::new(network),
        })
    }

    /// The tokens of a sentence, with the one before and the one after.
    fn ids(&self, sentence: &str) -> Result<Vec<i64>, LmError> {
        let tokens = self
            .tokens
            .tokenize(sentence)
            .map_err(|problem| LmError::Tokenizer {
                path: self.path.clone(),
                problem,
            })?;
        let inside = tokens.iter().map(|token| i64::from(token.id));
        Ok(std::iter::once(self.tokens.first())
            .chain(inside.take(self.max_tokens - 2))
            .chain(std::iter::once(self.tokens.last()))
            .collect())
    }

    /// The embeddings of sentences that are read together.
    fn run(&self, sentences: &[&Vec<i64>]) -> Result<Vec<Vec<f32>>, String> {
        let _no_grad = tch::no_grad_guard();
        let message = |error: tch::TchError| error.to_string();
        let length = sentences.iter().map(|ids| ids.len()).max().unwrap_or(0);
        let padded = |ids: &&Vec<i64>| {
            let padding = length - ids.len();
            ids.iter()
                .copied()
                .chain(std::iter::repeat_n(0, padding))
                .collect::<Vec<_>>()
        };
        let mask = |ids: &&Vec<i64>| {
            (0..length)
                .map(|at| i8::from(at < ids.len()))
                .collect::<Vec<_>>()
        };
        let size = [sentences.len() as i64, length as i64];
        let ids: Vec<i64> = sentences.iter().flat_map(padded).collect();
        let mask: Vec<i8> = sentences.iter().flat_map(mask).collect();
        let ids = Tensor::from_slice(&ids)
            .f_view(size)
            .map_err(message)?
            .to_device(self.device);
        let mask = Tensor::from_slice(&mask)
            .f_view(size)
            .map_err(message)?
            .to_device(self.device);
        let network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        let states = network
            .forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false)
            .map_err(|error| error.to_string())?
            .hidden_state;
        let mask = mask
            .f_to_kind(Kind::Float)
            .and_then(|mask| mask.f_unsqueeze(-1))
            .map_err(message)?;
        let sum = (states * &mask)
            .f_sum_dim_intlist(1, false, Kind::Float)
            .map_err(message)?;
        // The mean has the direction of the sum.
        let length = sum.f_norm_scalaropt_dim(2.0, 1, true).map_err(message)?;
        let unit = sum
            .f_div(&length.f_clamp_min(1e-12).map_err(message)?)
            .map_err(message)?;
        let width = unit.size().last().copied().unwrap_or(1).max(1);
        let all = numbers(&unit).map_err(message)?;
        let width = usize::try_from(width).unwrap_or(1);
        Ok(all.chunks(width).map(<[f32]>::to_vec).collect())
    }
}

impl SentenceVectors for SentenceEncoder {
    fn id(&self) -> &str {
        &self.id
    }

    fn vectors(&self, sentences: &[&str]) -> Result<Vec<Vec<f32>>, LmError> {
        let ids: Vec<Vec<i64>> = sentences
            .iter()
            .map(|sentence| self.ids(sentence))
            .collect::<Result<_, _>>()?;
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|&index| ids[index].len());
        let mut vectors = vec![Vec::new(); ids.len()];
        let mut rest = &order[..];
        while !rest.is_empty() {
            // The last of them is the longest.
            let fits = |count: usize| count * ids[rest[count - 1]].len() <= MAX_BATCH_TOKENS;
            let count = (1..=rest.len())
                .take_while(|&count| fits(count))
                .count()
                .max(1);
            let (together, after) = rest.split_at(count);
            let batch: Vec<&Vec<i64>> = together.iter().map(|&index| &ids[index]).collect();
            let batch_vectors = catch_panics(&self.path, || self.run(&batch))?;
            for (&index, vector) in together.iter().zip(batch_vectors) {
                if !vector.iter().all(|x| x.is_finite()) {
                    return Err(LmError::NotFinite {
                        path: self.path.clone(),
                    });
                }
                vectors[index] = vector;
            }
            rest = after;
        }
        Ok(vectors)
    }
}
