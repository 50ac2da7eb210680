//! Linear layers: rows of numbers times a matrix of weights.
//!
//! In: rows of weights, then [`Input`] rows. Out: rows of `f32`. A [`Linear`] is
//! kept in the [`Precision`] it was made with; nobody else knows which. What a
//! row gives depends on that row alone, never on its neighbours or on threads.
//! No tensor type leaves this folder.

use std::time::Instant;

mod aligned;
mod float;
mod int8;
mod kernel;
mod quantise;

pub(crate) use self::aligned::Aligned;
use self::float::Float;
use self::int8::{Int8, Quantised};
use self::kernel::Kernel;
#[cfg(target_arch = "x86_64")]
pub(crate) use self::kernel::tiles;

/// In which numbers the products of a language model are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Weights and activations in 8 bits, in groups with a scale each: three to
    /// five times as fast, with surprisals that differ by a tenth of a bit.
    #[default]
    Int8,
    /// Single precision throughout.
    F32,
}

impl Precision {
    /// As it is written in reports and on the command line.
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

/// The kernel for products in 8 bits on this processor, and how many operations
/// a second it does on one thread with all it needs in the cache.
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

/// Inputs of a row are set in multiples of this from a multiple of it on, but
/// for the last: groups of 8-bit numbers share a scale.
pub(crate) const CHUNK: usize = quantise::GROUP;

/// Rows of input, in the form that layers of one precision take.
pub struct Input(Rows);

enum Rows {
    Float(float::Rows),
    Int8(Quantised),
}

impl Input {
    /// No rows yet, for layers of this precision.
    pub fn new(precision: Precision) -> Self {
        Self(match precision {
            Precision::F32 => Rows::Float(float::Rows::new()),
            Precision::Int8 => Rows::Int8(Quantised::new(Kernel::best())),
        })
    }

    /// Takes over rows of `inputs` numbers.
    pub fn fill(&mut self, rows: &[f32], inputs: usize) {
        self.resize(rows.len() / inputs, inputs);
        for (row, values) in rows.chunks_exact(inputs).enumerate() {
            self.set(row, 0, values);
        }
    }

    /// Makes room for `rows` rows of `inputs` numbers.
    pub fn resize(&mut self, rows: usize, inputs: usize) {
        match &mut self.0 {
            Rows::Float(input) => input.resize(rows, inputs),
            Rows::Int8(input) => input.resize(rows, inputs),
        }
    }

    /// Sets numbers of a row from the input `first` on, a multiple of
    /// [`CHUNK`].
    pub fn set(&mut self, row: usize, first: usize, values: &[f32]) {
        match &mut self.0 {
            Rows::Float(input) => input.set(row, first, values),
            Rows::Int8(input) => input.set(row, first, values),
        }
    }
}

/// A matrix `inputs × outputs`, packed for products.
pub struct Linear(Weights);

enum Weights {
    Float(Float),
    Int8(Int8),
}

impl Linear {
    /// From rows of `inputs` numbers, one row an output.
    pub fn new(rows: &[f32], inputs: usize, precision: Precision) -> Self {
        Self(match precision {
            Precision::F32 => Weights::Float(Float::new(rows, inputs)),
            Precision::Int8 => Weights::Int8(Int8::new(rows, inputs, Kernel::best())),
        })
    }

    /// Numbers in a row of input.
    pub fn inputs(&self) -> usize {
        match &self.0 {
            Weights::Float(layer) => layer.inputs(),
            Weights::Int8(layer) => layer.inputs,
        }
    }

    /// Numbers in a row of the result.
    pub fn outputs(&self) -> usize {
        match &self.0 {
            Weights::Float(layer) => layer.outputs(),
            Weights::Int8(layer) => layer.outputs,
        }
    }

    /// Rows of [`Self::inputs`] numbers, in the form that this layer takes.
    pub fn input(&self, rows: &[f32]) -> Input {
        let mut input = Input::new(match &self.0 {
            Weights::Float(_) => Precision::F32,
            Weights::Int8(_) => Precision::Int8,
        });
        input.fill(rows, self.inputs());
        input
    }

    /// `out = input × weights`, or `out += …` when `add` is set.
    pub fn apply(&self, input: &Input, out: &mut [f32], add: bool) {
        match (&self.0, &input.0) {
            (Weights::Float(layer), Rows::Float(input)) => input.apply(layer, out, add),
            (Weights::Int8(layer), Rows::Int8(input)) => layer.apply(input, out, add),
            _ => debug_assert!(false, "input and layer are made with one precision"),
        }
    }

    /// The number that [`Self::apply`] gives for one row and one output, to the
    /// last bit; none where only the whole product can be had.
    pub fn number(&self, input: &Input, row: usize, output: usize) -> Option<f32> {
        match (&self.0, &input.0) {
            (Weights::Int8(layer), Rows::Int8(input)) => Some(layer.number(input, row, output)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
