//! The language model that a name or a path stands for, as a linter.
//!
//! In: a name of the registry or a path. Out: a linter that reads with the model. What has to
//! be fetched is fetched as the command line does it.

use mtlint::Linter;
use mtlint_models::{Progress, Registry, resolve};

use crate::error::NativeError;

/// Opens the model called `name`, or the one in that file; the default model if it is `None`.
///
/// # Errors
/// When the model cannot be had, or is none that judges text.
pub fn open(
    name: Option<&str>,
    offline: bool,
    progress: &dyn Progress,
) -> Result<Linter, NativeError> {
    let registry = Registry::built_in()?;
    let name = match name {
        Some(name) => name,
        None => &registry.default_entry()?.name,
    };
    #[cfg(feature = "test-stub")]
    if name == "stub" {
        let stub = mtlint::lm::stub::Stub::of_programs();
        return Ok(Linter::new(std::sync::Arc::new(stub))?);
    }
    if registry.find(name).is_some_and(|entry| entry.is_encoder()) {
        let name = name.to_owned();
        return Err(NativeError::Encoder { name });
    }
    Ok(Linter::open(resolve(name, offline, progress)?)?)
}
