//! Linting in which the failure of one document is no failure of the others.
//!
//! In: requests, as [`Linter::lint_all`] takes them. Out: a report for each of them: where
//! the language model fails, the report of the one document that it fails on says so.

use std::error::Error;

use super::{LintError, Linter, Options, Request};
use crate::document::Document;
use crate::report::{Failure, FailureKind, Report};

impl Linter {
    /// Lints many documents as [`Linter::lint_all`] does. A document that the language model
    /// fails on, or whose sibling it fails on, has a report that says so; the reports on the
    /// others are those that `lint_all` would give without it.
    pub fn lint_each(&self, mut requests: Vec<Request>, options: &Options) -> Vec<Report> {
        if requests.is_empty() {
            return Vec::new();
        }
        let error = match self.lint_all(requests.clone(), options) {
            Ok(reports) => return reports,
            Err(error) => error,
        };
        if let [request] = requests.as_slice() {
            let failure = self.failure(request, &error, options);
            return vec![Report::failed(request.document.name(), failure)];
        }
        // Whole halves are read together: one bad text costs little more than its neighbors.
        let after = requests.split_off(requests.len() / 2);
        let mut reports = self.lint_each(requests, options);
        reports.extend(self.lint_each(after, options));
        reports
    }

    /// The failure of a document that could not be linted, with its sibling named where it is
    /// the sibling that the language model fails on.
    fn failure(&self, request: &Request, error: &LintError, options: &Options) -> Failure {
        let language = options.language.as_deref();
        let read = |sibling: &Document| self.read_all(std::slice::from_ref(sibling), language);
        let mut siblings = request.unread.iter();
        let sibling = siblings.find_map(|one| Some((one.name(), read(one).err()?)));
        let name = request.document.name();
        let (on, cause) = match &sibling {
            Some((sibling, error)) => (format!(" on its sibling {sibling}"), error),
            None => (String::new(), error),
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
