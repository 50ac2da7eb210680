//! Models of the GPT-2 and BERT families, read with libtorch by rust-bert.
//!
//! In: the files of a model as Hugging Face lays them out, then texts. Out:
//! [`TokenScores`]s without states. A causal model gives each token's surprisal after
//! those before it. A masked one gives its pseudo-surprisal: the token and the rest
//! of its word are masked, and the model guesses it from both sides (Salazar et al.
//! 2020; masking the rest of the word is from Kauf and Ivanova 2023). Texts are read
//! one by one, in passes whose sizes depend on the text alone, so a text gets the
//! same numbers whatever else is read.

mod files;
mod network;
mod sentences;
mod tokens;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use tch::nn::VarStore;
use tch::{Kind, Tensor};

pub use self::files::{Files, NAMES};
use self::network::Network;
pub use self::sentences::SentenceEncoder;
use self::tokens::{Token, Tokens};
use mtlint_lm::windows::{Window, windows};
use mtlint_lm::{
    Continuation, Guess, LanguageModel, LmError, ModelId, Precision, Prefix, ReadOptions,
    TokenScore, TokenScores,
};

/// Tokens a causal model sees at once, if it can see so many.
const CAUSAL_WINDOW: usize = 1024;
/// Tokens a masked model sees at once: each is read once for every token in it.
const MASKED_WINDOW: usize = 128;
/// Most logits that are held at once: 256 MB of single precision.
const LOGITS: usize = 64 << 20;

/// Where the numbers are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// The first CUDA device.
    Cuda,
}

/// A loaded model.
pub struct TorchModel {
    id: ModelId,
    path: String,
    tokens: Tokens,
    window: usize,
    device: tch::Device,
    network: Mutex<Network>,
}

impl TorchModel {
    /// Loads a model from its files.
    ///
    /// # Errors
    /// When a file is missing, unusable or of a family that is not read, when weights
    /// are missing, and when there is no such device.
    pub fn load(files: &Files, device: Device) -> Result<Self, LmError> {
        let device = chosen(device)?;
        let path = files.name().to_owned();
        let config = files.config()?;
        let tokens = Tokens::load(files, config.family)?;
        let mut store = VarStore::new(device);
        let network = guarded(&path, || Network::new(&store.root(), &config))?;
        files.load_weights(&mut store, config.family)?;
        store.freeze();
        if tokens.most() >= config.vocabulary {
            return Err(files.unusable(format!(
                "its tokenizer has ids up to {}, and config.json says there are {}",
                tokens.most(),
                config.vocabulary
            )));
        }
        let window = if config.family.is_masked() {
            // The token that ends a text takes a place too.
            MASKED_WINDOW.min(config.positions).saturating_sub(1)
        } else {
            CAUSAL_WINDOW.min(config.positions)
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
        let mut reading = TokenScores::default();
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
            let at_once = (LOGITS / (length * network.vocabulary()).max(1)).max(1);
            let mut read = tokens[new].iter();
            for passes in passes.chunks(at_once) {
                let said = guarded(&self.path, || {
                    self.run(&network, passes, options.most_probable)
                })?;
                for (said, token) in said.into_iter().zip(&mut read) {
                    if !said.surprisal_bits.is_finite() || !said.entropy_bits.is_finite() {
                        return Err(LmError::NotFinite {
                            path: self.path.clone(),
                        });
                    }
                    reading.tokens.push(TokenScore {
                        id: token.id,
                        span: token.span,
                        ..said
                    });
                }
            }
        }
        Ok(reading)
    }

    /// Windows, and the tokens that are read in each. A token near the end of a window
    /// has little after it: of what two windows have in common, a masked model reads
    /// the second half in the later one.
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

    /// What the network says of the targets of passes that are equally long.
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
        let told = |error: tch::TchError| error.to_string();
        let ids = Tensor::from_slice(&ids)
            .f_view([passes.len() as i64, length as i64])
            .map_err(told)?;
        let logits = network.logits(&ids.to_device(self.device))?;
        let rows = Tensor::from_slice(&rows).to_device(self.device);
        let logits = logits
            .f_flatten(0, 1)
            .and_then(|all| all.f_index_select(0, &rows))
            .map_err(told)?;
        let targets = Tensor::from_slice(&targets)
            .to_device(self.device)
            .f_unsqueeze(1)
            .map_err(told)?;
        told_of(&logits, &targets, most_probable).map_err(told)
    }
}

/// The device, if there is one, with the user's number of threads.
fn chosen(device: Device) -> Result<tch::Device, LmError> {
    // By the size of rayon's pool, which the user may have chosen.
    tch::set_num_threads(i32::try_from(rayon::current_num_threads()).unwrap_or(1));
    match device {
        Device::Cpu => Ok(tch::Device::Cpu),
        Device::Cuda if tch::Cuda::is_available() => Ok(tch::Device::Cuda(0)),
        Device::Cuda => Err(LmError::NoCuda),
    }
}

/// Surprisal and the rest of the targets, a row of logits each.
fn told_of(
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
    let most = i64::try_from(most_probable).unwrap_or(0).min(width);
    let (best, ids) = bits.f_topk(most, -1, false, true)?;
    let (best, ids) = (numbers(&best)?, numbers(&ids.to_kind(Kind::Float))?);
    let most = most_probable.min(usize::try_from(most).unwrap_or(0));
    Ok((0..surprisals.len())
        .map(|row| TokenScore {
            id: 0,
            span: mtlint_lm::span::Span::new(0, 0),
            surprisal_bits: surprisals[row],
            entropy_bits: entropies[row],
            rank: ranks[row] as u32,
            most_probable: (row * most..(row + 1) * most)
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

/// What the network is given at once, and which of its rows say what is wanted.
struct Pass {
    ids: Vec<i64>,
    /// Rows, and the tokens whose surprisal is wanted there.
    targets: Vec<(usize, i64)>,
}

/// The whole window once: the row before a token predicts it.
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

/// The window once for each token that is wanted, with it and the rest of its word
/// masked.
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

/// Runs what stands on libtorch, which panics at much that a hostile file may hold.
fn guarded<T>(path: &str, run: impl FnOnce() -> Result<T, String>) -> Result<T, LmError> {
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

    /// None: states are not kept.
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

    /// Reads each branch with the trunk before it from the window on in which it
    /// begins; a masked model sees nothing that cannot change.
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
