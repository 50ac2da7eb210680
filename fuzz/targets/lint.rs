//! Lints an article with its sibling, with a stand-in for the model: every span of a report
//! lies in the article, and the report can be written and the article corrected.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use mtlint::correct::{Permission, correct};
use mtlint::document::{Document, Markup};
use mtlint::lm::stub::Stub;
use mtlint::report::{Outcome, compact, github, html, json, tsv};
use mtlint::{Linter, Options, Request};

static LINTER: LazyLock<Linter> = LazyLock::new(|| Linter::new(Arc::new(Stub::default())).unwrap());

fuzz_target!(|texts: (u8, &str, &str)| {
    let (kind, text, sibling) = texts;
    let markup = match kind % 3 {
        0 => None,
        1 => Some(Markup::Markdown),
        _ => Some(Markup::Html),
    };
    let document = |name: &str, text: &str| Document::from_text(name, text).marked_up(markup);
    let request = Request {
        unread: vec![document("sibling", sibling)],
        ..Request::new(document("article", text))
    };
    // So low a threshold that most words are marked and there is something to report.
    let options = Options {
        language: Some("eng".to_owned()),
        ..Options::with_threshold(0.1)
    };
    for report in LINTER.lint_all(vec![request], &options).unwrap() {
        json::line(&report, json::Options::default()).unwrap();
        html::section(&report, 0, false).unwrap();
        let _ = (
            compact::lines(&report),
            github::annotations(&report),
            tsv::row(&report),
        );
        let Outcome::Scored(analysis) = &report.outcome else {
            continue;
        };
        for finding in &analysis.findings {
            assert!(finding.span.slice(text).is_some());
            for suggestion in &finding.suggestions {
                assert!(suggestion.span.slice(text).is_some());
            }
        }
        correct(text, &analysis.findings, Permission::SafeAndUnsafe);
    }
});
