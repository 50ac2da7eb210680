//! Progress of getting a model, told to Python.
//!
//! In: stages with their bytes. Out: calls of a function of Python's. What the function
//! raises ends the download and is kept for whoever waits for the model.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use mtlint_models::{Progress, Stage};
use pyo3::prelude::*;

/// A listener to progress that calls a function of Python's, if there is one.
pub struct Listener {
    function: Option<Py<PyAny>>,
    raised: Mutex<Option<PyErr>>,
    /// Set when nobody waits for the model any more.
    abandoned: Arc<AtomicBool>,
}

impl Listener {
    pub fn new(function: Option<Py<PyAny>>, abandoned: Arc<AtomicBool>) -> Self {
        Self {
            function,
            raised: Mutex::default(),
            abandoned,
        }
    }

    /// What the function has raised, if it has.
    pub fn raised(self) -> Option<PyErr> {
        self.raised
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn has_raised(&self) -> bool {
        let raised = self.raised.lock();
        raised.unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Progress for Listener {
    fn step(&self, stage: Stage, done: u64, total: Option<u64>) {
        let Some(function) = &self.function else {
            return;
        };
        if self.stopped() {
            return;
        }
        let called = Python::attach(|py| function.call1(py, (name(stage), done, total)).map(drop));
        if let Err(error) = called {
            let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
            *raised = Some(error);
        }
    }

    fn stopped(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed) || self.has_raised()
    }
}

/// The name of a stage.
fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Checking => "checking",
        Stage::Waiting => "waiting",
        Stage::Replacing => "replacing",
        Stage::Downloading => "downloading",
        Stage::Extracting => "extracting",
        _ => "getting",
    }
}
