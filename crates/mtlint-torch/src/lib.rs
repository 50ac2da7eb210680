//! Reads text with models of the GPT-2 and BERT families, with libtorch by rust-bert.
//!
//! In: the files of a model as Hugging Face lays them out, then texts. Out: [`TokenScores`]
//! without hidden states, or embeddings of sentences. The default engine of mtlint is not here but
//! in [`mtlint_lm::llama`].
//!
//! A causal model gives each token's surprisal after those before it. A masked one gives its
//! pseudo-surprisal: the token and the rest of its word are masked, and the model guesses it from
//! both sides (Salazar et al. 2020; masking the rest of the word is from Kauf and Ivanova 2023).
//! Texts are read one by one, in passes whose sizes depend on the text alone, so a text gets the
//! same numbers whatever else is read.

#![warn(unreachable_pub)]

mod files;
mod network;
mod sentences;
mod tokens;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use tch::nn::VarStore;
use tch::{Kind, Tensor};

pub use self::files::{Files, MODEL_NAMES};
use self::network::Network;
pub use self::sentences::SentenceEncoder;
use self::tokens::{Token, Tokens};
use mtlint_lm::windows::{Window, windows};
use mtlint_lm::{
    Continuation, Guess, LanguageModel, LmError, ModelId, Precision, Prefix, ReadOptions,
    TokenScore, TokenScores,
};

/// The largest number of tokens that a causal model sees at once.
const MAX_CAUSAL_TOKENS: usize = 1024;
/// The largest number of tokens that a masked model sees at once: a window is read once for every
/// token in it.
const MAX_MASKED_TOKENS: usize = 128;
/// The largest number of logits that are held at once: 256 MB in single precision.
const MAX_LOGITS: usize = 64 << 20;

/// The device on which a network runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// The first CUDA device.
    Cuda,
}

/// Whether libtorch can compute on a CUDA device of this machine.
pub fn cuda_is_available() -> bool {
    tch::Cuda::is_available()
}

/// A language model of the GPT-2, BERT, RoBERTa or DistilBERT family, run by libtorch.
pub struct TorchModel {
    id: ModelId,
    path: String,
    tokens: Tokens,
    window: usize,
    device: tch::Device,
    network: Mutex<Network>,
}

impl TorchModel {
    /// Loads a language model from its files onto a device.
    ///
    /// # Errors
    /// [`LmError`] when a file is missing, damaged or of a family that is not read, when weights
    /// are missing, and when there is no such device.
    pub fn load(files: &Files, device: Device) -> Result<Self, LmError> {
        let device = torch_device(device)?;
        let path = files.name().to_owned();
        let config = files.config()?;
        let tokens = Tokens::load(files, config.family)?;
        let mut store = VarStore::new(device);
        let network = catch_panics(&path, || Network::new(&store.root(), &config))?;
        files.load_weights(&mut store, config.family)?;
        store.freeze();
        if tokens.max_id() >= config.vocabulary {
            return Err(files.unusable(format!(
                "its tokenizer has ids up to {}, and config.json says there are {}",
                tokens.max_id(),
                config.vocabulary
            )));
        }
        let window = if config.family.is_masked() {
            // The token that ends a text takes a position too.
            MAX_MASKED_TOKENS.min(config.positions).saturating_sub(1)
        } else {
            MAX_CAUSAL_TOKENS.min(config.positions)
        };
        Ok(Self {
            id: ModelId {
                name: files.short_name(),
                sha256: files.sha256()?,
                precision: Precision::F32,
            },
            path,
            tokens,
            window,
            device,
            network: Mutex::new(network),
        })
    }

    fn read_one(
        &self,
        text: &str,
        from: usize,
        options: ReadOptions<'_>,
    ) -> Result<TokenScores, LmError> {
        let tokens = self
            .tokens
            .tokenize(text)
            .map_err(|problem| LmError::Tokenizer {
                path: self.path.clone(),
                problem,
            })?;
        let first = tokens.partition_point(|token| token.span.end() <= from);
        let network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scores = TokenScores::default();
        for (window, new) in self.parts(tokens.len()) {
            let new = new.start.max(first)..new.end;
            if new.is_empty() {
                continue;
            }
            let passes = if self.tokens.masked() {
                masked_passes(&self.tokens, &tokens, &window, new.clone())
            } else {
                vec![causal_pass(&self.tokens, &tokens, &window, new.clone())]
            };
            let length = passes.first().map_or(1, |pass| pass.ids.len());
            let at_once = (MAX_LOGITS / (length * network.vocabulary()).max(1)).max(1);
            let mut read = tokens[new].iter();
            for passes in passes.chunks(at_once) {
                let outputs = catch_panics(&self.path, || {
                    self.run(&network, passes, options.most_probable)
                })?;
                for (output, token) in outputs.into_iter().zip(&mut read) {
                    if !output.surprisal_bits.is_finite() || !output.entropy_bits.is_finite() {
                        return Err(LmError::NotFinite {
                            path: self.path.clone(),
                        });
                    }
                    scores.tokens.push(TokenScore {
                        id: token.id,
                        span: token.span,
                        ..output
                    });
                }
            }
        }
        Ok(scores)
    }

    /// The windows over a text, each with the tokens that are scored in it. A token near the end of
    /// a window has little after it: of what two windows have in common, a masked model reads the
    /// second half in the later one.
    fn parts(&self, tokens: usize) -> Vec<(Window, Range<usize>)> {
        let windows = windows(tokens, self.window);
        let mut parts: Vec<_> = windows
            .into_iter()
            .map(|window| (window, window.first_new..window.end))
            .collect();
        if self.tokens.masked() {
            for later in 1..parts.len() {
                let window = parts[later].0;
                let middle = window.start.midpoint(window.first_new);
                parts[later].1.start = middle;
                parts[later - 1].1.end = middle;
            }
        }
        parts
    }

    /// The scores of the targets of passes that are equally long.
    fn run(
        &self,
        network: &Network,
        passes: &[Pass],
        most_probable: usize,
    ) -> Result<Vec<TokenScore>, String> {
        let _no_grad = tch::no_grad_guard();
        let length = passes.first().map_or(0, |pass| pass.ids.len());
        let ids: Vec<i64> = passes
            .iter()
            .flat_map(|pass| pass.ids.iter().copied())
            .collect();
        let rows: Vec<i64> = passes
            .iter()
            .zip(0..)
            .flat_map(|(pass, number)| {
                let before = number * length as i64;
                pass.targets
                    .iter()
                    .map(move |(row, _)| before + *row as i64)
            })
            .collect();
        let targets: Vec<i64> = passes
            .iter()
            .flat_map(|pass| pass.targets.iter().map(|(_, id)| *id))
            .collect();
        let message = |error: tch::TchError| error.to_string();
        let ids = Tensor::from_slice(&ids)
            .f_view([passes.len() as i64, length as i64])
            .map_err(message)?;
        let logits = network.logits(&ids.to_device(self.device))?;
        let rows = Tensor::from_slice(&rows).to_device(self.device);
        let logits = logits
            .f_flatten(0, 1)
            .and_then(|all| all.f_index_select(0, &rows))
            .map_err(message)?;
        let targets = Tensor::from_slice(&targets)
            .to_device(self.device)
            .f_unsqueeze(1)
            .map_err(message)?;
        token_scores(&logits, &targets, most_probable).map_err(message)
    }
}

/// The device, if there is one, with the user's number of threads.
fn torch_device(device: Device) -> Result<tch::Device, LmError> {
    // By the size of rayon's pool, which the user may have chosen.
    tch::set_num_threads(i32::try_from(rayon::current_num_threads()).unwrap_or(1));
    match device {
        Device::Cpu => Ok(tch::Device::Cpu),
        Device::Cuda if tch::Cuda::is_available() => Ok(tch::Device::Cuda(0)),
        Device::Cuda => Err(LmError::NoCuda),
    }
}

/// The scores of the targets, from one row of logits each.
fn token_scores(
    logits: &Tensor,
    targets: &Tensor,
    most_probable: usize,
) -> Result<Vec<TokenScore>, tch::TchError> {
    let bits = logits
        .f_log_softmax(-1, Kind::Float)?
        .f_neg()?
        .f_div_scalar(std::f64::consts::LN_2)?;
    let surprisals = numbers(&bits.f_gather(1, targets, false)?)?;
    // 0 bits × 0 chance where a token is impossible.
    let expected = (bits
        .f_neg()?
        .f_mul_scalar(std::f64::consts::LN_2)?
        .f_exp()?
        * &bits)
        .f_nan_to_num(0.0, None, None)?;
    let entropies = numbers(&expected.f_sum_dim_intlist(-1, false, Kind::Float)?)?;
    let target = logits.f_gather(1, targets, false)?;
    let ranks = numbers(&logits.f_gt_tensor(&target)?.f_sum_dim_intlist(
        -1,
        false,
        Kind::Float,
    )?)?;
    let width = logits.size().last().copied().unwrap_or(0);
    let count = i64::try_from(most_probable).unwrap_or(0).min(width);
    let (best, ids) = bits.f_topk(count, -1, false, true)?;
    let (best, ids) = (numbers(&best)?, numbers(&ids.to_kind(Kind::Float))?);
    let count = most_probable.min(usize::try_from(count).unwrap_or(0));
    Ok((0..surprisals.len())
        .map(|row| TokenScore {
            id: 0,
            span: mtlint_lm::span::Span::new(0, 0),
            surprisal_bits: surprisals[row],
            entropy_bits: entropies[row],
            rank: ranks[row] as u32,
            most_probable: (row * count..(row + 1) * count)
                .map(|at| Guess {
                    id: ids[at] as u32,
                    surprisal_bits: best[at],
                })
                .collect(),
        })
        .collect())
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>, tch::TchError> {
    let flat = tensor.f_flatten(0, -1)?.f_to_device(tch::Device::Cpu)?;
    Vec::<f32>::try_from(&flat)
}

/// One pass of the network: its input and the rows of output that are used.
struct Pass {
    ids: Vec<i64>,
    /// The rows that are used, each with the token whose surprisal is read from it.
    targets: Vec<(usize, i64)>,
}

/// The pass of a causal model over a window: the row before a token predicts it.
fn causal_pass(tokens: &Tokens, all: &[Token], window: &Window, new: Range<usize>) -> Pass {
    let inside = &all[window.start..window.end];
    let ids = inside.iter().map(|token| i64::from(token.id));
    Pass {
        ids: std::iter::once(tokens.first()).chain(ids).collect(),
        targets: new
            .map(|at| (at - window.start, i64::from(all[at].id)))
            .collect(),
    }
}

/// The passes of a masked model over a window: one for each new token, with it and the rest of its
/// word masked.
fn masked_passes(tokens: &Tokens, all: &[Token], window: &Window, new: Range<usize>) -> Vec<Pass> {
    let inside = &all[window.start..window.end];
    let ids = inside.iter().map(|token| i64::from(token.id));
    let whole: Vec<i64> = std::iter::once(tokens.first())
        .chain(ids)
        .chain(std::iter::once(tokens.last()))
        .collect();
    new.map(|at| {
        let rest = all[at + 1..window.end].iter();
        let word = 1 + rest.take_while(|token| !token.begins_word).count();
        let row = at - window.start + 1;
        let mut ids = whole.clone();
        ids[row..row + word].fill(tokens.mask());
        Pass {
            ids,
            targets: vec![(row, i64::from(all[at].id))],
        }
    })
    .collect()
}

/// Runs work of libtorch, which panics at much that a hostile file may hold, and turns its panics
/// into errors.
fn catch_panics<T>(path: &str, run: impl FnOnce() -> Result<T, String>) -> Result<T, LmError> {
    let problem = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(problem)) => problem,
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            let words =
                words.or_else(|| panic.downcast_ref::<&str>().map(|&words| words.to_owned()));
            words.unwrap_or_else(|| "its parts do not fit together".to_owned())
        }
    };
    // What follows is libtorch's own backtrace; a panic quotes it with its line ends
    // spelt out.
    let problem = problem.split(['\n', '\\']).next().unwrap_or_default();
    let problem = problem.trim_end_matches('"').to_owned();
    Err(LmError::Torch {
        path: path.to_owned(),
        problem,
    })
}

impl LanguageModel for TorchModel {
    fn id(&self) -> &ModelId {
        &self.id
    }

    /// The number of layers with hidden states: none, since they are not kept.
    fn layers(&self) -> usize {
        0
    }

    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<TokenScores>, LmError> {
        if let Some(&asked) = options.layers.first() {
            return Err(LmError::NoSuchLayer { asked, last: 0 });
        }
        texts
            .iter()
            .map(|text| self.read_one(text, 0, options))
            .collect()
    }

    /// Reads each continuation with the prefix before it, from the window on in which it
    /// begins.
    fn read_continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        let one = |prefix: &Prefix<'_>, continuation: &Continuation<'_>| {
            let before = prefix.before(continuation);
            let joined = format!("{before}{}", continuation.text);
            self.read_one(&joined, before.len(), ReadOptions::default())
        };
        let all = |prefix: &Prefix<'_>| {
            prefix
                .continuations
                .iter()
                .map(|b| one(prefix, b))
                .collect()
        };
        prefixes.iter().map(all).collect()
    }

    fn token_text(&self, id: u32) -> String {
        self.tokens.text(id)
    }
}
