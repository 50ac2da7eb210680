use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::*;
use crate::segment::segment;

const WIDTH: usize = 48;
const HEADS: usize = 2;
const LAYERS: usize = 2;
const FEED_FORWARD: usize = 80;
const HIDDEN: usize = 20;
const OUTPUTS: &str = "error edited joins untranslated name mistranslation wording grammar \
                       word_order omission punctuation number minor major critical";

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::embedded().unwrap());

/// A small network with random weights, and its file.
struct Tiny {
    tensors: BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>,
    notes: HashMap<String, String>,
    random: u64,
}

impl Tiny {
    fn new() -> Self {
        let mut tiny = Self {
            tensors: BTreeMap::new(),
            notes: HashMap::new(),
            random: 7,
        };
        let vocabulary = Self::vocabulary();
        for (name, value) in [
            ("tagger", "tiny".to_owned()),
            ("traits", traits::names()),
            ("outputs", OUTPUTS.to_owned()),
            ("layers", LAYERS.to_string()),
            ("heads", HEADS.to_string()),
        ] {
            tiny.notes.insert(name.to_owned(), value);
        }
        let joined = vocabulary.join("\n").into_bytes();
        tiny.put("vocabulary", Dtype::U8, &[joined.len()], joined);
        tiny.integers("embeddings.word", [vocabulary.len(), WIDTH], 1.0);
        tiny.integers("embeddings.position", [300, WIDTH], 1.0);
        tiny.norm("embeddings.norm");
        for (name, size) in traits::sizes() {
            tiny.floats(&format!("traits.{name}"), &[size, WIDTH], 0.0);
        }
        for index in 0..LAYERS {
            for part in ["query", "key", "value", "attention"] {
                tiny.dense(&format!("layers.{index}.{part}"), [WIDTH, WIDTH]);
            }
            tiny.dense(&format!("layers.{index}.up"), [FEED_FORWARD, WIDTH]);
            tiny.dense(&format!("layers.{index}.down"), [WIDTH, FEED_FORWARD]);
            tiny.norm(&format!("layers.{index}.attention_norm"));
            tiny.norm(&format!("layers.{index}.output_norm"));
        }
        tiny.dense("hidden", [HIDDEN, WIDTH]);
        tiny.dense("out", [OUTPUTS.split_whitespace().count(), HIDDEN]);
        tiny
    }

    /// Single letters, at the front of a word and within, and some marks.
    fn vocabulary() -> Vec<String> {
        let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ".", ",", "'", "the"];
        let special = special.into_iter().map(str::to_owned);
        let fronts = ('a'..='z').map(String::from);
        let inside = ('a'..='z').map(|letter| format!("##{letter}"));
        special.chain(fronts).chain(inside).collect()
    }

    /// A number from −1 to 1 (Marsaglia's xorshift).
    fn number(&mut self) -> f32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn put(&mut self, name: &str, dtype: Dtype, shape: &[usize], data: Vec<u8>) {
        let tensor = (dtype, shape.to_vec(), data);
        self.tensors.insert(name.to_owned(), tensor);
    }

    fn floats(&mut self, name: &str, shape: &[usize], around: f32) {
        let count: usize = shape.iter().product();
        let numbers = (0..count).flat_map(|_| (around + 0.5 * self.number()).to_le_bytes());
        let data = numbers.collect();
        self.put(name, Dtype::F32, shape, data);
    }

    /// Integers with a scale a row, so that numbers lie between −`largest` and `largest`.
    fn integers(&mut self, name: &str, shape: [usize; 2], largest: f32) {
        let numbers = (0..shape[0] * shape[1]).map(|_| (self.number() * 127.0) as i8 as u8);
        let data = numbers.collect();
        self.put(&format!("{name}.weight"), Dtype::I8, &shape, data);
        let scales = (0..shape[0]).flat_map(|_| {
            let scale = largest / 127.0 * (1.0 + 0.3 * self.number());
            scale.to_le_bytes()
        });
        let scales = scales.collect();
        self.put(&format!("{name}.scale"), Dtype::F32, &shape[..1], scales);
    }

    fn dense(&mut self, name: &str, shape: [usize; 2]) {
        self.integers(name, shape, (3.0 / shape[1] as f32).sqrt());
        self.floats(&format!("{name}.bias"), &shape[..1], 0.0);
    }

    fn norm(&mut self, name: &str) {
        self.floats(&format!("{name}.weight"), &[WIDTH], 1.0);
        self.floats(&format!("{name}.bias"), &[WIDTH], 0.0);
    }

    fn file(&self) -> Vec<u8> {
        let tensors = self.tensors.iter().map(|(name, (dtype, shape, data))| {
            let view = TensorView::new(*dtype, shape.clone(), data).unwrap();
            (name.clone(), view)
        });
        safetensors::serialize(tensors, Some(self.notes.clone())).unwrap()
    }

    fn load(&self, precision: Precision) -> Tagger {
        Tagger::new(&self.file(), precision).unwrap()
    }

    /// The numbers of a tensor of floats, or of a matrix of integers with its scales.
    fn get(&self, name: &str) -> Vec<f64> {
        let floats = |name: &str| -> Vec<f64> {
            let data = self.tensors[name].2.as_chunks::<4>().0;
            data.iter()
                .map(|b| f64::from(f32::from_le_bytes(*b)))
                .collect()
        };
        if self.tensors.contains_key(name) {
            return floats(name);
        }
        let (_, shape, data) = &self.tensors[&format!("{name}.weight")];
        let scales = floats(&format!("{name}.scale"));
        let rows = data.chunks(shape[1]).zip(scales);
        rows.flat_map(|(row, scale)| row.iter().map(move |x| f64::from(x.cast_signed()) * scale))
            .collect()
    }

    /// The dense layer `name` for one row.
    fn apply(&self, name: &str, row: &[f64]) -> Vec<f64> {
        let weights = self.get(name);
        let bias = self.get(&format!("{name}.bias"));
        let rows = weights.chunks(row.len()).zip(bias);
        rows.map(|(weights, bias)| bias + dot(weights, row))
            .collect()
    }

    /// The sum of two rows, normalized.
    fn add_and_normalize(&self, name: &str, row: &[f64], made: &[f64]) -> Vec<f64> {
        let sum: Vec<f64> = row.iter().zip(made).map(|(a, b)| a + b).collect();
        let mean = sum.iter().sum::<f64>() / sum.len() as f64;
        let variance = sum.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / sum.len() as f64;
        let (weight, bias) = (
            self.get(&format!("{name}.weight")),
            self.get(&format!("{name}.bias")),
        );
        let normal = sum.iter().map(|x| (x - mean) / (variance + 1e-12).sqrt());
        let scaled = normal.zip(&weight).zip(&bias);
        scaled
            .map(|((x, weight), bias)| x * weight + bias)
            .collect()
    }

    /// The logits of every piece of a window, by plain loops.
    fn plain(&self, pieces: &[Piece]) -> Vec<Vec<f64>> {
        let (words, positions) = (self.get("embeddings.word"), self.get("embeddings.position"));
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for at in 0..pieces.len() + 2 {
            let piece = at.checked_sub(1).and_then(|at| pieces.get(at));
            let id = piece.map_or(if at == 0 { 2 } else { 3 }, |piece| piece.id as usize);
            let mut row = words[id * WIDTH..][..WIDTH].to_vec();
            let mut add = |more: &[f64]| {
                for (number, more) in row.iter_mut().zip(more) {
                    *number += more;
                }
            };
            add(&positions[at * WIDTH..]);
            for (index, (name, _)) in traits::sizes().enumerate() {
                if let Some(piece) = piece {
                    let value = usize::from(piece.traits[index]);
                    add(&self.get(&format!("traits.{name}"))[value * WIDTH..]);
                }
            }
            rows.push(self.add_and_normalize("embeddings.norm", &row, &[0.0; WIDTH]));
        }
        for index in 0..LAYERS {
            self.plain_layer(&format!("layers.{index}"), &mut rows);
        }
        let logits = rows[1..=pieces.len()].iter().map(|row| {
            let hidden: Vec<f64> = self
                .apply("hidden", row)
                .into_iter()
                .map(plain_gelu)
                .collect();
            self.apply("out", &hidden)
        });
        logits.collect()
    }

    fn plain_layer(&self, layer: &str, rows: &mut [Vec<f64>]) {
        let made = |part: &str, rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
            let name = format!("{layer}.{part}");
            rows.iter().map(|row| self.apply(&name, row)).collect()
        };
        let [queries, keys, values] = ["query", "key", "value"].map(|part| made(part, rows));
        let head_width = WIDTH / HEADS;
        let mut mixed = vec![vec![0.0; WIDTH]; rows.len()];
        for head in 0..HEADS {
            let part = head * head_width..(head + 1) * head_width;
            for (query, mixed) in queries.iter().zip(&mut mixed) {
                let scores = keys.iter().map(|key| {
                    dot(&query[part.clone()], &key[part.clone()]) / (head_width as f64).sqrt()
                });
                let powers: Vec<f64> = scores.map(f64::exp).collect();
                let total: f64 = powers.iter().sum();
                for (power, value) in powers.iter().zip(&values) {
                    for at in part.clone() {
                        mixed[at] += power / total * value[at];
                    }
                }
            }
        }
        let mixed = made("attention", &mixed);
        let norm = format!("{layer}.attention_norm");
        for (row, mixed) in rows.iter_mut().zip(&mixed) {
            *row = self.add_and_normalize(&norm, row, mixed);
        }
        let mut up = made("up", rows);
        for number in up.iter_mut().flatten() {
            *number = plain_gelu(*number);
        }
        let norm = format!("{layer}.output_norm");
        for (row, down) in rows.iter_mut().zip(&made("down", &up)) {
            *row = self.add_and_normalize(&norm, row, down);
        }
    }

    /// The logits of each word of a text, by plain loops.
    fn plain_tags(&self, tagger: &Tagger, text: &str) -> Vec<Vec<f64>> {
        let segments = segment(text);
        let traits = traits::traits(text, &segments, &LEXICON);
        let pieces = tagger.pieces(text, &segments);
        let lengths: Vec<usize> = pieces.iter().map(Vec::len).collect();
        let mut tags = Vec::new();
        for window in windows(&segments, &lengths) {
            let mut read = Vec::new();
            let mut firsts = Vec::new();
            for word in window.context.start..window.words.end {
                firsts.push(read.len());
                let traits = traits[word];
                read.extend(pieces[word].iter().map(|&id| Piece { id, traits }));
            }
            let logits = self.plain(&read);
            let firsts = firsts.into_iter().skip(window.context.len());
            tags.extend(firsts.map(|first| logits[first].clone()));
        }
        tags
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// x Φ(x), with the integral of the normal density by Simpson's rule.
fn plain_gelu(x: f64) -> f64 {
    const STEPS: u32 = 200;
    let step = x / f64::from(STEPS);
    let density = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let inner = (1..STEPS).map(|at| {
        let weight = if at % 2 == 1 { 4.0 } else { 2.0 };
        weight * density(f64::from(at) * step)
    });
    let integral = (density(0.0) + inner.sum::<f64>() + density(x)) * step / 3.0;
    x * (0.5 + integral)
}

/// A text of several windows, with a sentence that does not fit into one.
fn text() -> String {
    let long = "a quiet harbour with gulls, boats and ".repeat(8);
    format!(
        "The keeper’s café was shut.\n\nThe gulls left the harbour early, and the boats came \
         back. {} Then the {long} end. The Krankenhaus stood там 42.",
        "The boats went out again, one by one. ".repeat(6)
    )
}

/// How far the numbers lie from their mean: the root of the mean square.
fn spread(numbers: &[f64]) -> f64 {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares = numbers.iter().map(|x| (x - mean).powi(2));
    (squares.sum::<f64>() / numbers.len() as f64).sqrt()
}

#[test]
fn a_tiny_network_computes_what_plain_loops_do() {
    let tiny = Tiny::new();
    let text = text();
    let tagger = tiny.load(Precision::F32);
    let plain = tiny.plain_tags(&tagger, &text).concat();
    let segments = segment(&text);
    let logits = |tagger: &Tagger| -> Vec<f64> {
        let tags = tagger.tag(&text, &segments, &LEXICON);
        assert_eq!(tags.len(), segments.words.len());
        let rows = (0..tags.len()).flat_map(|word| tags.row(word).to_vec());
        rows.map(f64::from).collect()
    };
    let exact = logits(&tagger);
    assert_eq!(exact.len(), plain.len());
    for (at, (got, plain)) in exact.iter().zip(&plain).enumerate() {
        assert!((got - plain).abs() < 1e-4, "{at}: {got} {plain}");
    }
    let rounded = logits(&tiny.load(Precision::Int8));
    let errors: Vec<f64> = rounded.iter().zip(&plain).map(|(a, b)| a - b).collect();
    let (error, spread) = (spread(&errors), spread(&plain));
    assert!(error < 0.1 * spread, "{error} {spread}");
}

#[test]
fn a_text_gets_the_same_bits_alone_and_in_a_batch() {
    let bits = |tags: &Tags| -> Vec<u32> {
        let rows = (0..tags.len()).flat_map(|word| tags.row(word).to_vec());
        rows.map(f32::to_bits).collect()
    };
    let text = text();
    let texts = [text.as_str(), "The boats.", "", text.as_str(), "Gulls!"];
    for precision in [Precision::F32, Precision::Int8] {
        let tagger = Tiny::new().load(precision);
        let read = |text: &&str| bits(&tagger.tag(text, &segment(text), &LEXICON));
        let threads = |count| rayon::ThreadPoolBuilder::new().num_threads(count).build();
        let alone: Vec<_> = threads(1)
            .unwrap()
            .install(|| texts.iter().map(read).collect());
        let batch: Vec<_> = threads(3)
            .unwrap()
            .install(|| texts.par_iter().map(read).collect());
        assert_eq!(alone, batch);
        assert!(alone[2].is_empty() && alone[0] == alone[3]);
    }
}

#[test]
fn a_trained_tagger_is_shared_among_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Tagger>();
    let tagger = Tiny::new().load(Precision::Int8);
    assert_eq!(tagger.name(), "tiny");
    assert_eq!(tagger.outputs().join(" "), OUTPUTS);
}

/// What is wrong with the file of a network that was changed.
#[track_caller]
fn problem(change: impl FnOnce(&mut Tiny)) -> String {
    let mut tiny = Tiny::new();
    change(&mut tiny);
    let result = Tagger::new(&tiny.file(), Precision::Int8);
    result.err().unwrap().to_string()
}

#[test]
fn a_tensor_that_is_missing_or_of_another_shape_is_named() {
    let names: Vec<String> = Tiny::new().tensors.into_keys().collect();
    for name in names {
        let missing = problem(|tiny| {
            tiny.tensors.remove(&name);
        });
        assert!(missing.contains(&name), "{name}: {missing}");
        problem(|tiny| {
            let (dtype, shape, _) = tiny.tensors.get_mut(&name).unwrap();
            match dtype {
                // Integers of the same size, but of another type.
                Dtype::U8 => *dtype = Dtype::I8,
                _ => shape.push(1),
            }
        });
        problem(|tiny| {
            let (dtype, shape, data) = tiny.tensors.get_mut(&name).unwrap();
            let all: usize = shape.iter().product();
            shape[0] -= 1;
            let left: usize = shape.iter().product();
            data.truncate(data.len() / all * left);
            if *dtype == Dtype::U8 {
                // All of the last piece, `##z` and the line end before it.
                data.truncate(data.len() - 3);
                shape[0] -= 3;
            }
        });
    }
}

#[test]
fn notes_that_do_not_fit_are_an_error() {
    for (name, values) in [
        ("layers", &["0", "3", "1000", "-1", "two"][..]),
        ("heads", &["0", "7", "96", ""]),
        ("traits", &["", "shape:8"]),
        ("outputs", &["", "error", "error edited joins"]),
    ] {
        for value in values {
            problem(|tiny| {
                tiny.notes.insert(name.to_owned(), (*value).to_owned());
            });
        }
    }
    for name in ["tagger", "traits", "outputs", "layers", "heads"] {
        let missing = problem(|tiny| {
            tiny.notes.remove(name);
        });
        assert!(missing.contains(name), "{missing}");
    }
    let more = problem(|tiny| {
        tiny.notes
            .insert("outputs".to_owned(), format!("{OUTPUTS} more"));
    });
    assert!(more.contains("out has 15 rows, expected 16"), "{more}");
}

#[test]
fn damaged_contents_are_an_error() {
    let file = Tiny::new().file();
    for length in [0, 7, 8, 200, file.len() / 2, file.len() - 1] {
        assert!(Tagger::new(&file[..length], Precision::Int8).is_err());
    }
    let infinite = problem(|tiny| {
        let (.., data) = tiny.tensors.get_mut("out.scale").unwrap();
        data[..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    });
    assert!(infinite.contains("not finite"), "{infinite}");
    for (from, to) in [("[CLS]", "[CLX]"), ("[UNK]", "[UNX]"), ("##b", "##a")] {
        problem(|tiny| {
            let (.., data) = tiny.tensors.get_mut("vocabulary").unwrap();
            let text = String::from_utf8(data.clone()).unwrap();
            *data = text.replacen(from, to, 1).into_bytes();
        });
    }
    problem(|tiny| tiny.tensors.get_mut("vocabulary").unwrap().2[0] = 0xff);
    problem(|tiny| {
        for name in ["hidden.weight", "hidden.scale", "hidden.bias"] {
            let (_, shape, data) = tiny.tensors.get_mut(name).unwrap();
            shape[0] = 0;
            data.clear();
        }
    });
}
