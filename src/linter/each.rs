//! Linting in which the failure of one document is no failure of the others.
//!
//! In: requests, as [`Linter::lint_all`] takes them. Out: a report for each of them: where
//! the language model fails, or mtlint itself does, the report of the one document that it
//! fails on says so.

use std::any::Any;
use std::error::Error;
use std::panic::{self, AssertUnwindSafe};

use super::{LintError, Linter, Options, Request};
use crate::document::Document;
use crate::report::{Failure, FailureKind, Report};

/// Why nothing was linted.
enum Trouble {
    /// The language model failed.
    Model(LintError),
    /// The code panicked, with these words.
    Panic(String),
}

/// What `run` gives, and its panic as any other trouble.
fn caught<T>(run: impl FnOnce() -> Result<T, LintError>) -> Result<T, Trouble> {
    // What a panic leaves half made is thrown away with it: a linter keeps nothing of a text.
    match panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(Trouble::Model),
        Err(panic) => Err(Trouble::Panic(words_of(&*panic))),
    }
}

/// The words that a panic came with.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
    words.unwrap_or("it says no more").to_owned()
}

impl Linter {
    /// Lints many documents as [`Linter::lint_all`] does. A document that the language model
    /// fails on, or whose sibling it fails on, has a report that says so; so has one on which
    /// mtlint itself panics. The reports on the others are those that `lint_all` would give
    /// without it.
    pub fn lint_each(&self, mut requests: Vec<Request>, options: &Options) -> Vec<Report> {
        if requests.is_empty() {
            return Vec::new();
        }
        let trouble = match caught(|| self.lint_all(requests.clone(), options)) {
            Ok(reports) => return reports,
            Err(trouble) => trouble,
        };
        if let [request] = requests.as_slice() {
            let failure = self.failure(request, trouble, options);
            return vec![Report::failed(request.document.name(), failure)];
        }
        // Whole halves are read together: one bad text costs little more than its neighbors.
        let after = requests.split_off(requests.len() / 2);
        let mut reports = self.lint_each(requests, options);
        reports.extend(self.lint_each(after, options));
        reports
    }

    /// The failure of a document that could not be linted, with its sibling named where it is
    /// the sibling that brings the trouble.
    fn failure(&self, request: &Request, trouble: Trouble, options: &Options) -> Failure {
        let language = options.language.as_deref();
        let read = |sibling: &Document| {
            caught(|| self.read_all(std::slice::from_ref(sibling), language)).err()
        };
        let mut siblings = request.unread.iter();
        let sibling = siblings.find_map(|one| Some((one.name(), read(one)?)));
        let name = request.document.name();
        let (on, trouble) = match sibling {
            Some((sibling, trouble)) => (format!(" on its sibling {sibling}"), trouble),
            None => (String::new(), trouble),
        };
        let cause = match trouble {
            Trouble::Model(cause) => cause,
            Trouble::Panic(words) => {
                return Failure {
                    kind: FailureKind::Internal,
                    message: format!(
                        "{name}: mtlint failed{on}, which is a fault of its own; please report \
                         it: {words}"
                    ),
                };
            }
        };
        let mut message = format!("{name}: the language model failed{on}: {cause}");
        let mut next = cause.source();
        while let Some(cause) = next {
            message += &format!(": {cause}");
            next = cause.source();
        }
        Failure {
            kind: FailureKind::ModelFailed,
            message,
        }
    }
}
