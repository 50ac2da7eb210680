//! A file of trained weights, as named rows of numbers.
//!
//! In: the bytes of a safetensors file. Out: tensors by name, checked for
//! their size, and the file's own notes. Matrices may be stored in half
//! precision.

use std::collections::HashMap;

use half::f16;
use safetensors::{Dtype, SafeTensors};

/// Why embedded or given weights cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the detector's weights are unusable: {0}")]
pub struct WeightsError(pub(super) String);

/// The tensors of a file.
pub(crate) struct Tensors<'a> {
    file: SafeTensors<'a>,
    notes: HashMap<String, String>,
}

impl<'a> Tensors<'a> {
    /// From the bytes of a file.
    pub fn new(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let problem = |error: safetensors::SafeTensorError| WeightsError(error.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(problem)?;
        Ok(Self {
            file: SafeTensors::deserialize(bytes).map_err(problem)?,
            notes: header.metadata().clone().unwrap_or_default(),
        })
    }

    /// A note of the file.
    pub fn note(&self, name: &str) -> Result<&str, WeightsError> {
        let note = self.notes.get(name);
        note.map(String::as_str)
            .ok_or_else(|| WeightsError(format!("the note {name:?} is missing")))
    }

    /// All numbers of a tensor, which are finite.
    pub fn all(&self, name: &str) -> Result<Vec<f32>, WeightsError> {
        let view = self
            .file
            .tensor(name)
            .map_err(|error| WeightsError(format!("{name}: {error}")))?;
        let data = view.data();
        let numbers: Vec<f32> = match view.dtype() {
            Dtype::F32 => {
                let numbers = data.chunks_exact(4);
                numbers
                    .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                    .collect()
            }
            Dtype::F16 => {
                let numbers = data.chunks_exact(2);
                numbers
                    .map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32())
                    .collect()
            }
            other => {
                return Err(WeightsError(format!(
                    "{name} is of type {other:?}, expected F32 or F16"
                )));
            }
        };
        if numbers.iter().all(|number| number.is_finite()) {
            Ok(numbers)
        } else {
            Err(WeightsError(format!(
                "{name} holds numbers that are not finite"
            )))
        }
    }

    /// A tensor of so many numbers.
    pub fn sized(&self, name: &str, size: usize) -> Result<Vec<f32>, WeightsError> {
        let numbers = self.all(name)?;
        if numbers.len() == size {
            Ok(numbers)
        } else {
            let got = numbers.len();
            Err(WeightsError(format!("{name} holds {got}, expected {size}")))
        }
    }

    /// A tensor of just `N` numbers.
    pub fn array<const N: usize>(&self, name: &str) -> Result<[f32; N], WeightsError> {
        let numbers = self.sized(name, N)?;
        let mut array = [0.0; N];
        array.copy_from_slice(&numbers);
        Ok(array)
    }
}
