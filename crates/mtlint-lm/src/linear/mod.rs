//! Linear layers: rows of numbers times a matrix of weights.
//!
//! In: rows of weights, then [`Input`] rows. Out: rows of `f32`. A [`Linear`] layer is packed in
//! the [`Precision`] it was made with, which its callers need not know. The output of a row
//! depends on that row alone, never on its neighbors or on the number of threads. There are no
//! biases and no activation functions here, and no tensor type leaves this folder.

use std::time::Instant;

mod aligned;
mod float;
mod int8;
mod kernel;
mod quantize;

pub(crate) use self::aligned::Aligned;
use self::float::{FloatLayer, FloatRows};
use self::int8::{Int8Layer, QuantizedRows};
use self::kernel::Kernel;
#[cfg(target_arch = "x86_64")]
pub(crate) use self::kernel::tiles;

/// The numbers in which a language model computes its products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Weights and activations in 8-bit integers, in groups with a scale each: three to
    /// five times as fast, with surprisals that differ by a tenth of a bit.
    #[default]
    Int8,
    /// Single-precision floats throughout.
    F32,
}

impl Precision {
    /// The name of the precision in reports and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int8 => "int8",
            Self::F32 => "f32",
        }
    }
}

#[cfg(feature = "clap")]
impl clap::ValueEnum for Precision {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Int8, Self::F32]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

/// The name of the kernel for 8-bit products on this processor, and the number of operations a
/// second that it reaches on one thread with all its data in the cache.
pub fn int8_ceiling() -> (&'static str, f64) {
    const SIZE: (usize, usize, usize) = (112, 576, 128);
    const TRIES: usize = 200;
    let (rows, inputs, outputs) = SIZE;
    let numbers = |count: usize| -> Vec<f32> { (0..count).map(|i| (i % 89) as f32).collect() };
    let layer = Linear::new(&numbers(inputs * outputs), inputs, Precision::Int8);
    let mut input = Input::new(Precision::Int8);
    input.fill(&numbers(rows * inputs), inputs);
    let mut out = vec![0.0; rows * outputs];
    let fastest = (0..TRIES)
        .map(|_| {
            let started = Instant::now();
            layer.apply(&input, std::hint::black_box(&mut out), false);
            started.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    (
        Kernel::best().name(),
        (2 * rows * inputs * outputs) as f64 / fastest,
    )
}

/// The number of inputs that are set at a time: [`Input::set`] takes multiples of it, but for
/// the last inputs of a row, since groups of 8-bit numbers share a scale.
pub(crate) const CHUNK: usize = quantize::GROUP;

/// Rows of input for the layers of one precision, in the form that they multiply.
pub struct Input(InputRows);

enum InputRows {
    Float(FloatRows),
    Int8(QuantizedRows),
}

impl Input {
    /// An input without rows, for layers of this precision.
    pub fn new(precision: Precision) -> Self {
        Self(match precision {
            Precision::F32 => InputRows::Float(FloatRows::new()),
            Precision::Int8 => InputRows::Int8(QuantizedRows::new(Kernel::best())),
        })
    }

    /// Replaces the contents with rows of `inputs` numbers each.
    pub fn fill(&mut self, rows: &[f32], inputs: usize) {
        self.resize(rows.len() / inputs, inputs);
        for (row, values) in rows.chunks_exact(inputs).enumerate() {
            self.set(row, 0, values);
        }
    }

    /// Makes room for `rows` rows of `inputs` numbers each. What was set before is lost.
    pub fn resize(&mut self, rows: usize, inputs: usize) {
        match &mut self.0 {
            InputRows::Float(input) => input.resize(rows, inputs),
            InputRows::Int8(input) => input.resize(rows, inputs),
        }
    }

    /// Sets numbers of a row from the input `first` on, which must be a multiple of 192 (the size
    /// of a group with one scale).
    pub fn set(&mut self, row: usize, first: usize, values: &[f32]) {
        match &mut self.0 {
            InputRows::Float(input) => input.set(row, first, values),
            InputRows::Int8(input) => input.set(row, first, values),
        }
    }
}

/// A linear layer without bias: a matrix `inputs × outputs`, packed for products.
pub struct Linear(Weights);

enum Weights {
    Float(FloatLayer),
    Int8(Int8Layer),
}

impl Linear {
    /// A layer from its weights: rows of `inputs` numbers, one row an output.
    pub fn new(rows: &[f32], inputs: usize, precision: Precision) -> Self {
        Self(match precision {
            Precision::F32 => Weights::Float(FloatLayer::new(rows, inputs)),
            Precision::Int8 => Weights::Int8(Int8Layer::new(rows, inputs, Kernel::best())),
        })
    }

    /// The number of values in a row of input.
    pub fn inputs(&self) -> usize {
        match &self.0 {
            Weights::Float(layer) => layer.inputs(),
            Weights::Int8(layer) => layer.inputs,
        }
    }

    /// The number of values in a row of the result.
    pub fn outputs(&self) -> usize {
        match &self.0 {
            Weights::Float(layer) => layer.outputs(),
            Weights::Int8(layer) => layer.outputs,
        }
    }

    /// Rows of [`Self::inputs`] numbers each, in the form that this layer multiplies.
    pub fn input(&self, rows: &[f32]) -> Input {
        let mut input = Input::new(match &self.0 {
            Weights::Float(_) => Precision::F32,
            Weights::Int8(_) => Precision::Int8,
        });
        input.fill(rows, self.inputs());
        input
    }

    /// Multiplies the rows of input with the weights: `out = input × weights`, or
    /// `out += input × weights` when `add` is set.
    pub fn apply(&self, input: &Input, out: &mut [f32], add: bool) {
        match (&self.0, &input.0) {
            (Weights::Float(layer), InputRows::Float(input)) => input.apply(layer, out, add),
            (Weights::Int8(layer), InputRows::Int8(input)) => layer.apply(input, out, add),
            _ => panic!("an input and a layer of different precisions"),
        }
    }

    /// The number that [`Self::apply`] computes for one row and one output, to the
    /// last bit; `None` in single precision, where only whole products are computed.
    pub fn number(&self, input: &Input, row: usize, output: usize) -> Option<f32> {
        match (&self.0, &input.0) {
            (Weights::Int8(layer), InputRows::Int8(input)) => {
                Some(layer.number(input, row, output))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
