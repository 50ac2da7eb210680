//! One type for the networks of rust-bert.
//!
//! In: token ids. Out: logits. Weights are loaded in [`super::files`].

use rust_bert::bert::{BertConfig, BertForMaskedLM};
use rust_bert::distilbert::{DistilBertConfig, DistilBertModelMaskedLM};
use rust_bert::gpt2::{GPT2LMHeadModel, Gpt2Config};
use rust_bert::roberta::RobertaForMaskedLM;
use serde::de::DeserializeOwned;
use tch::{Tensor, nn};

use super::files::{Config, Family};

/// A network of one of the families.
pub(crate) struct Network {
    kind: Kind,
    vocabulary: usize,
}

enum Kind {
    Gpt2(GPT2LMHeadModel),
    Bert(BertForMaskedLM),
    Roberta(RobertaForMaskedLM),
    DistilBert(DistilBertModelMaskedLM),
}

impl Network {
    /// A network of the shape that `config` describes, with weights still to be loaded.
    ///
    /// # Errors
    /// A message that says what is wrong with the shape.
    pub(crate) fn new(root: &nn::Path<'_>, config: &Config) -> Result<Self, String> {
        let kind = match config.family {
            Family::Gpt2 => {
                let shape: Gpt2Config = shape(config)?;
                Kind::Gpt2(GPT2LMHeadModel::new(root, &shape))
            }
            Family::Bert => {
                let shape: BertConfig = shape(config)?;
                Kind::Bert(BertForMaskedLM::new(root, &shape))
            }
            Family::Roberta => {
                let shape: BertConfig = shape(config)?;
                Kind::Roberta(RobertaForMaskedLM::new(root, &shape))
            }
            Family::DistilBert => {
                let shape: DistilBertConfig = shape(config)?;
                Kind::DistilBert(DistilBertModelMaskedLM::new(root, &shape))
            }
        };
        Ok(Self {
            kind,
            vocabulary: config.vocabulary,
        })
    }

    /// The number of logits in a row.
    pub(crate) fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// The logits of texts that are equally long: texts × tokens × vocabulary.
    ///
    /// # Errors
    /// The message of rust-bert.
    pub(crate) fn logits(&self, ids: &Tensor) -> Result<Tensor, String> {
        let ids = Some(ids);
        match &self.kind {
            Kind::Gpt2(network) => network
                .forward_t(ids, None, None, None, None, None, false)
                .map(|output| output.lm_logits)
                .map_err(|error| error.to_string()),
            Kind::Bert(network) => Ok(network
                .forward_t(ids, None, None, None, None, None, None, false)
                .prediction_scores),
            Kind::Roberta(network) => Ok(network
                .forward_t(ids, None, None, None, None, None, None, false)
                .prediction_scores),
            Kind::DistilBert(network) => network
                .forward_t(ids, None, None, false)
                .map(|output| output.prediction_scores)
                .map_err(|error| error.to_string()),
        }
    }
}

/// The configuration in rust-bert's own form.
pub(crate) fn shape<T: DeserializeOwned>(config: &Config) -> Result<T, String> {
    serde_json::from_value(config.json.clone())
        .map_err(|error| format!("config.json has another shape than rust-bert reads ({error})"))
}
