//! The linter of the package.
//!
//! In: texts with names and siblings. Out: their reports. Python's lock is released while
//! they are read, and groups are read together as a batch reads them.

use std::sync::Arc;

use mtlint::correct::{Permission, correct};
use mtlint::document::{Document, DocumentError};
use mtlint::report::{Outcome, Report};
use mtlint::{Linter as Inner, Request};
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::error::NativeError;
use crate::listener::Listener;
use crate::model;
use crate::rendered::{Fixed, Parts, parts};
use crate::settings::{Arguments, Settings};
use crate::workers::Workers;

/// A text to lint: its name, itself, and the names and texts of its siblings.
type Asked = (String, String, Vec<(String, String)>);

/// A language model, and how texts are linted with it.
#[pyclass(frozen, module = "mtlint._native")]
pub struct Linter {
    inner: Inner,
    settings: Arc<Settings>,
    workers: Workers,
}

#[pymethods]
impl Linter {
    /// Gets and loads the model; `progress` is called with a stage, its bytes and all its
    /// bytes.
    #[new]
    #[pyo3(signature = (model, arguments, threads, offline, progress))]
    fn new(
        py: Python<'_>,
        model: Option<String>,
        arguments: Arguments,
        threads: Option<usize>,
        offline: bool,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let settings = Arc::new(Settings::new(arguments)?);
        let workers = Workers::start(threads)?;
        let inner = workers.run(py, move |abandoned| {
            let listener = Listener::new(progress, Arc::clone(abandoned));
            let opened = model::open(model.as_deref(), offline, &listener);
            match listener.raised() {
                Some(raised) => Err(raised),
                None => opened.map_err(PyErr::from),
            }
        })??;
        Ok(Self {
            inner,
            settings,
            workers,
        })
    }

    /// Lints texts together.
    fn lint(&self, py: Python<'_>, asked: Vec<Asked>) -> PyResult<Vec<Parts>> {
        let (linter, settings) = (self.inner.clone(), Arc::clone(&self.settings));
        let reports = self.workers.run(py, move |_| {
            let reports = lint(&linter, &settings, asked);
            let reports = reports.par_iter();
            let reports = reports.map(|report| parts(report, settings.words, None));
            reports.collect::<Result<Vec<Parts>, NativeError>>()
        })?;
        Ok(reports?)
    }

    /// Corrects a text and lints what remains; returns the corrected text too. With
    /// `unsafe_too` corrections are applied too that a person should look at.
    fn fix(&self, py: Python<'_>, asked: Asked, unsafe_too: bool) -> PyResult<(Parts, String)> {
        let (linter, settings) = (self.inner.clone(), Arc::clone(&self.settings));
        let permission = if unsafe_too {
            Permission::SafeAndUnsafe
        } else {
            Permission::Safe
        };
        let fixed = self
            .workers
            .run(py, move |_| fix(&linter, &settings, asked, permission))?;
        Ok(fixed?)
    }

    /// The name of the language model.
    #[getter]
    fn model(&self) -> &str {
        &self.inner.model().name
    }

    /// The SHA-256 of the language model.
    #[getter]
    fn sha256(&self) -> &str {
        &self.inner.model().sha256
    }

    /// The numbers that the model computes with.
    #[getter]
    fn precision(&self) -> &str {
        self.inner.model().precision.name()
    }

    /// The name of the detector.
    #[getter]
    fn detector(&self) -> &str {
        self.inner.detector()
    }

    /// The SHA-256 of the calibration, if there is one.
    #[getter]
    fn calibration(&self) -> Option<&str> {
        self.inner.calibration()
    }

    /// The probability from which a word is flagged.
    #[getter]
    fn threshold(&self) -> f32 {
        self.inner.threshold(&self.settings.options)
    }
}

/// What is asked for as a request, or the report that says why it cannot be read. A sibling
/// that cannot be read fails its document: corrections would be missing without a word.
fn request(settings: &Settings, (id, text, siblings): Asked) -> Result<Request, Report> {
    let siblings = siblings.into_iter();
    let siblings = siblings.map(|(name, text)| settings.document(name, &text));
    let unread: Result<Vec<Document>, DocumentError> = siblings.collect();
    let failed = |error| Report::failed(id.as_str(), error);
    let unread = unread.map_err(failed)?;
    let document = settings.document(id.clone(), &text).map_err(failed)?;
    Ok(Request {
        unread,
        ..Request::new(document)
    })
}

/// Lints texts together; each has a report.
fn lint(linter: &Inner, settings: &Settings, asked: Vec<Asked>) -> Vec<Report> {
    let mut requests = Vec::with_capacity(asked.len());
    let mut reports: Vec<Option<Report>> = Vec::with_capacity(asked.len());
    for one in asked {
        let request = request(settings, one);
        reports.push(request.map(|request| requests.push(request)).err());
    }
    let mut linted = linter.lint_each(requests, &settings.options).into_iter();
    // One report a request.
    let reports = reports.into_iter();
    reports
        .filter_map(|report| report.or_else(|| linted.next()))
        .collect()
}

fn fix(
    linter: &Inner,
    settings: &Settings,
    asked: Asked,
    permission: Permission,
) -> Result<(Parts, String), NativeError> {
    let (id, text, siblings) = asked.clone();
    let mut reports = lint(linter, settings, vec![asked]);
    let report = reports.swap_remove(0);
    let Outcome::Scored(analysis) = &report.outcome else {
        return Ok((parts(&report, settings.words, None)?, text));
    };
    let correction = correct(&text, &analysis.findings, permission);
    let fixed = Fixed {
        correction: &correction,
        original: analysis,
    };
    if correction.edits.is_empty() {
        return Ok((parts(&report, settings.words, Some(&fixed))?, text));
    }
    let corrected = vec![(id, correction.text.clone(), siblings)];
    let mut remains = lint(linter, settings, corrected);
    let remains = remains.swap_remove(0);
    let parts = parts(&remains, settings.words, Some(&fixed))?;
    Ok((parts, correction.text))
}
