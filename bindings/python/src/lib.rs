//! The native half of the Python package `mtlint`.
//!
//! In: texts and settings, checked by the Python half beside it. Out: reports as JSON, with
//! positions in bytes and in characters, and as HTML for notebooks; siblings found in a pool;
//! the command. What Python sees of it is described in `python/mtlint/_native.pyi`. It
//! computes nothing of its own: all of it is the library's.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod characters;
mod error;
mod linter;
mod listener;
mod model;
mod pool;
mod rendered;
mod settings;
mod workers;

use pyo3::prelude::*;

/// The module `mtlint._native`.
#[pymodule]
mod _native {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::linter::Linter;
    #[pymodule_export]
    use crate::pool::{Pool, PoolBuilder};

    /// Runs the command with `arguments`, the name of the program first, and returns its exit
    /// status. `program` is the file of this module.
    #[pyfunction]
    fn run_command(py: Python<'_>, arguments: Vec<OsString>, program: PathBuf) -> u8 {
        py.detach(|| mtlint_cli::run_process(arguments, Some(program)))
    }

    /// The report on a document that could not be taken, as JSON and as HTML.
    #[pyfunction]
    fn rejected(id: String, message: String) -> PyResult<crate::rendered::Parts> {
        Ok(crate::rendered::rejected(id, message)?)
    }
}
