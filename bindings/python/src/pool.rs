//! A pool of articles, in which siblings are found.
//!
//! In: articles, then documents. Out: for a document the articles that can serve as its
//! siblings, the best first, as a batch chooses them where nobody has judged the articles.

use std::sync::{Arc, Mutex, PoisonError};

use mtlint_batch::pool::{self, Article, serving};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::error::NativeError;
use crate::workers::Workers;

/// An article that can serve as a sibling: its id, its text, the probability that it tells the
/// document's story, and whether it is a near copy.
type Found = (String, String, f64, bool);

/// A pool on its way.
#[pyclass(frozen, module = "mtlint._native")]
pub struct PoolBuilder {
    /// `None` once the pool is made.
    builder: Mutex<Option<pool::PoolBuilder>>,
}

#[pymethods]
impl PoolBuilder {
    #[new]
    fn new() -> PyResult<Self> {
        let builder = pool::PoolBuilder::new().map_err(NativeError::from)?;
        Ok(Self {
            builder: Mutex::new(Some(builder)),
        })
    }

    /// Adds an article; `day` is a Julian day number.
    fn add(&self, py: Python<'_>, id: String, text: String, day: Option<i32>) -> PyResult<()> {
        let article = article(id, text, day);
        py.detach(|| {
            let mut builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner);
            let builder = builder.as_mut().ok_or_else(finished)?;
            Ok(builder.add(&article).map_err(NativeError::from)?)
        })
    }

    /// The pool of all articles that were added; nothing can be added after that.
    fn finish(&self, py: Python<'_>, threads: Option<usize>) -> PyResult<Pool> {
        let taken = self.builder.lock();
        let taken = taken.unwrap_or_else(PoisonError::into_inner).take();
        let builder = taken.ok_or_else(finished)?;
        let inner = py.detach(|| builder.finish()).map_err(NativeError::from)?;
        Ok(Pool {
            inner: Arc::new(inner),
            workers: Workers::start(threads)?,
        })
    }
}

/// Texts among which siblings are found.
#[pyclass(frozen, module = "mtlint._native")]
pub struct Pool {
    inner: Arc<pool::Pool>,
    workers: Workers,
}

#[pymethods]
impl Pool {
    /// The articles that can serve a document as siblings, at most `days` apart from it where
    /// the days of both are known.
    fn siblings(
        &self,
        py: Python<'_>,
        text: String,
        day: Option<i32>,
        days: Option<u32>,
    ) -> PyResult<Vec<Found>> {
        let pool = Arc::clone(&self.inner);
        let found = self.workers.run(py, move |_| {
            pool.on_same_story(&article(String::new(), text, day), days)
        })?;
        let found = found.map_err(NativeError::from)?;
        let serving = serving(None, &found).into_iter();
        Ok(serving
            .map(|one| {
                let Article { id, text, .. } = one.article.clone();
                (id, text, one.probability, one.near_copy)
            })
            .collect())
    }

    fn __len__(&self) -> usize {
        usize::try_from(self.inner.len()).unwrap_or(usize::MAX)
    }
}

fn article(id: String, text: String, date: Option<i32>) -> Article {
    Article { id, text, date }
}

fn finished() -> PyErr {
    PyRuntimeError::new_err("the pool is made; nothing can be added to it")
}
