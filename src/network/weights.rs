//! A file of trained weights, as named rows of numbers.
//!
//! In: the bytes of a safetensors file. Out: tensors by name, checked for
//! their size, and the file's own notes. Matrices may be stored in half
//! precision.

use std::collections::HashMap;

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// Why the trained weights of a network cannot be used: what is wrong with their file.
#[derive(Debug, thiserror::Error)]
#[error("the detector's weights are unusable: {0}")]
pub struct WeightsError(pub(crate) String);

/// The tensors of a file of weights, by name, with the file's notes.
pub(crate) struct Tensors<'a> {
    file: SafeTensors<'a>,
    notes: HashMap<String, String>,
}

impl<'a> Tensors<'a> {
    /// Reads the header of a safetensors file; tensors are read when they are asked for.
    ///
    /// # Errors
    /// When the bytes are no safetensors file or are cut off.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let problem = |error: safetensors::SafeTensorError| WeightsError(error.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(problem)?;
        Ok(Self {
            file: SafeTensors::deserialize(bytes).map_err(problem)?,
            notes: header.metadata().clone().unwrap_or_default(),
        })
    }

    /// The note `name` of the file.
    ///
    /// # Errors
    /// When the file has no such note.
    pub(crate) fn note(&self, name: &str) -> Result<&str, WeightsError> {
        let note = self.notes.get(name);
        note.map(String::as_str)
            .ok_or_else(|| WeightsError(format!("the note {name:?} is missing")))
    }

    /// Compares the columns that the weights were trained on with those that this program
    /// makes, name by name. The note `key` of the file holds their names as a JSON array,
    /// in the order of the columns.
    ///
    /// # Errors
    /// When the note is missing or no list of names, or when a column differs: the error
    /// names the first one.
    pub(crate) fn check_columns(&self, key: &str, expected: &[&str]) -> Result<(), WeightsError> {
        let note = self.note(key)?;
        let columns: Vec<String> = serde_json::from_str(note)
            .map_err(|error| WeightsError(format!("{key} is no list of names: {error}")))?;
        let mut pairs = (0..columns.len().max(expected.len())).map(|at| {
            (
                columns.get(at).map(String::as_str),
                expected.get(at).copied(),
            )
        });
        let Some(at) = pairs.position(|(trained, made)| trained != made) else {
            return Ok(());
        };
        let name = |column: Option<&str>| column.map_or("none".to_owned(), |c| format!("{c:?}"));
        let trained = name(columns.get(at).map(String::as_str));
        let made = name(expected.get(at).copied());
        Err(WeightsError(format!(
            "column {at} of {key} is {trained} in the file and {made} in this program"
        )))
    }

    fn view(&self, name: &str) -> Result<TensorView<'a>, WeightsError> {
        let view = self.file.tensor(name);
        view.map_err(|error| WeightsError(format!("{name}: {error}")))
    }

    /// All numbers of the tensor `name`, row by row.
    ///
    /// # Errors
    /// When there is no such tensor, it holds neither F32 nor F16, or a number in it is
    /// not finite.
    pub(crate) fn all(&self, name: &str) -> Result<Vec<f32>, WeightsError> {
        let view = self.view(name)?;
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

    /// The numbers of the tensor `name`, which must be `size` in all.
    ///
    /// # Errors
    /// As [`Self::all`], and when there are more or fewer.
    pub(crate) fn sized(&self, name: &str, size: usize) -> Result<Vec<f32>, WeightsError> {
        let numbers = self.all(name)?;
        if numbers.len() == size {
            Ok(numbers)
        } else {
            let got = numbers.len();
            Err(WeightsError(format!("{name} holds {got}, expected {size}")))
        }
    }

    /// The numbers of the tensor `name`, which must be `N` in all.
    ///
    /// # Errors
    /// As [`Self::sized`].
    pub(crate) fn array<const N: usize>(&self, name: &str) -> Result<[f32; N], WeightsError> {
        let numbers = self.sized(name, N)?;
        let mut array = [0.0; N];
        array.copy_from_slice(&numbers);
        Ok(array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a file without tensors whose note `columns` is `note`.
    fn file(note: &str) -> Vec<u8> {
        let notes = HashMap::from([("columns".to_owned(), note.to_owned())]);
        let tensors = Vec::<(String, safetensors::tensor::TensorView<'_>)>::new();
        safetensors::serialize(tensors, Some(notes)).unwrap()
    }

    fn problem(note: &str, expected: &[&str]) -> Option<String> {
        let file = file(note);
        let result = Tensors::new(&file)
            .unwrap()
            .check_columns("columns", expected);
        result.err().map(|error| error.to_string())
    }

    #[test]
    fn columns_of_the_same_names_are_accepted() {
        assert_eq!(problem(r#"["bits", "rank"]"#, &["bits", "rank"]), None);
        assert_eq!(problem("[]", &[]), None);
    }

    #[test]
    fn the_first_column_that_differs_is_named() {
        let of = |note, expected: &[&str]| problem(note, expected).unwrap();
        let swapped = of(r#"["bits", "rank", "zipf"]"#, &["bits", "zipf", "rank"]);
        assert!(swapped.contains(r#"column 1 of columns is "rank" in the file and "zipf""#));
        let fewer = of(r#"["bits"]"#, &["bits", "rank"]);
        assert!(fewer.contains(r#"column 1 of columns is none in the file and "rank""#));
        let more = of(r#"["bits", "rank"]"#, &["bits"]);
        assert!(more.contains(r#"is "rank" in the file and none in this program"#));
    }

    #[test]
    fn a_file_without_names_of_its_columns_is_an_error() {
        assert!(
            problem("bits, rank", &["bits"])
                .unwrap()
                .contains("no list")
        );
        let file = file("[]");
        let tensors = Tensors::new(&file).unwrap();
        let missing = tensors.check_columns("columns.words", &[]).unwrap_err();
        assert!(missing.to_string().contains("columns.words"), "{missing}");
    }
}
