//! Matrices that a file of weights holds in 8 bits.
//!
//! In: a file with integers `NAME.weight` and a number `NAME.scale` for each row. Out: rows
//! of numbers, one at a time or all at once. A layer that multiplies in 8 bits makes integers
//! of its own from them: see [`super::Dense`].

use safetensors::Dtype;

use super::weights::{Tensors, WeightsError};

/// A matrix of 8-bit integers, each row with a scale; it has a row and a column at least.
pub(crate) struct QuantizedMatrix {
    integers: Vec<i8>,
    scales: Vec<f32>,
    columns: usize,
}

impl QuantizedMatrix {
    /// The matrix of the tensors `NAME.weight` and `NAME.scale`.
    ///
    /// # Errors
    /// When one is missing, of another type or not finite, when there is not one scale for each
    /// row, or when the matrix is empty.
    pub(crate) fn new(tensors: &Tensors<'_>, name: &str) -> Result<Self, WeightsError> {
        let (bytes, shape) = tensors.bytes(&format!("{name}.weight"), Dtype::I8)?;
        let &[rows, columns] = shape.as_slice() else {
            return Err(WeightsError(format!("{name} has the shape {shape:?}")));
        };
        if rows == 0 || columns == 0 {
            return Err(WeightsError(format!("{name} is empty")));
        }
        Ok(Self {
            integers: bytes.iter().map(|byte| byte.cast_signed()).collect(),
            scales: tensors.shaped(&format!("{name}.scale"), &[rows])?,
            columns,
        })
    }

    /// The matrix of the tensors `NAME.weight` and `NAME.scale`, with so many columns.
    ///
    /// # Errors
    /// As [`Self::new`], and when it has more or fewer.
    pub(crate) fn with_columns(
        tensors: &Tensors<'_>,
        name: &str,
        columns: usize,
    ) -> Result<Self, WeightsError> {
        let matrix = Self::new(tensors, name)?;
        if matrix.columns == columns {
            Ok(matrix)
        } else {
            let got = matrix.columns;
            Err(WeightsError(format!(
                "{name} has {got} columns, expected {columns}"
            )))
        }
    }

    /// How many rows the matrix has.
    pub(crate) fn rows(&self) -> usize {
        self.scales.len()
    }

    /// The numbers of a row; none if there is no such row.
    pub(crate) fn row(&self, index: usize) -> impl Iterator<Item = f32> {
        let integers = self.integers.chunks_exact(self.columns).nth(index);
        let scale = self.scales.get(index).copied().unwrap_or_default();
        let integers = integers.unwrap_or_default().iter();
        integers.map(move |integer| f32::from(*integer) * scale)
    }

    /// The numbers of all rows.
    pub(crate) fn numbers(&self) -> Vec<f32> {
        let rows = self.integers.chunks_exact(self.columns).zip(&self.scales);
        rows.flat_map(|(row, scale)| row.iter().map(move |integer| f32::from(*integer) * scale))
            .collect()
    }
}
