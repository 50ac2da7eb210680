//! Articles: their markup, the report on them in every format, and a pool of them.

use std::sync::{Arc, LazyLock};

use mtlint::correct::{Permission, correct};
use mtlint::document::{Document, Markup, Prose};
use mtlint::lm::stub::Stub;
use mtlint::report::baseline::Baseline;
use mtlint::report::sarif::Sarif;
use mtlint::report::text::{self, Style};
use mtlint::report::{Outcome, Report, compact, diff, github, html, json, tsv};
use mtlint::segment::segment;
use mtlint::{Linter, Options, Request};
use mtlint_batch::pool::{Article, PoolBuilder};

/// What stands between the article and its sibling in an input of `lint`, and between the
/// articles in one of `pool`: the record separator of ASCII.
const BETWEEN: char = '\u{1e}';

/// The prose of marked-up text stands where the source has it.
pub(super) fn markup(bytes: &[u8]) {
    let source = String::from_utf8_lossy(bytes);
    for markup in [Markup::Markdown, Markup::Html] {
        let Some(prose) = Prose::of(&source, Some(markup)) else {
            continue;
        };
        for word in segment(prose.text()).words {
            let span = prose.source(word.span);
            let quoted = span.slice(&source);
            assert!(quoted.is_some());
            if prose.is_verbatim(word.span, &source) {
                assert_eq!(quoted, word.span.slice(prose.text()));
            }
            assert!(prose.of_source(span).slice(prose.text()).is_some());
        }
    }
}

static LINTER: LazyLock<Linter> = LazyLock::new(|| {
    let linter = Linter::new(Arc::new(Stub::default()));
    linter.unwrap_or_else(|error| panic!("the detector cannot be built: {error}"))
});

/// Every span of a report lies in the article, and the report can be written in every format
/// and the article corrected. The first byte says what markup the article has.
pub(super) fn lint(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let input = String::from_utf8_lossy(bytes);
    let (article, sibling) = input.split_once(BETWEEN).unwrap_or((&input, ""));
    let markup = match kind % 3 {
        0 => None,
        1 => Some(Markup::Markdown),
        _ => Some(Markup::Html),
    };
    let document = |name: &str, text: &str| Document::from_text(name, text).marked_up(markup);
    let request = Request {
        unread: vec![document("sibling", sibling)],
        ..Request::new(document("article", article))
    };
    // So low a threshold that most words are flagged and there is something to report.
    let options = Options {
        language: Some("eng".to_owned()),
        ..Options::with_threshold(0.1)
    };
    for report in LINTER.lint_each(vec![request], &options) {
        write(&report);
        let Outcome::Scored(analysis) = &report.outcome else {
            assert!(!matches!(report.outcome, Outcome::Failed(_)), "{report:?}");
            continue;
        };
        for finding in &analysis.findings {
            assert!(finding.span.slice(article).is_some());
            for suggestion in &finding.suggestions {
                assert!(suggestion.span.slice(article).is_some());
            }
        }
        let corrected = correct(article, &analysis.findings, Permission::SafeAndUnsafe);
        diff::unified("article", article, &corrected.text, false);
        diff::unified("article", article, &corrected.text, true);
    }
}

/// Writes a report in every format. What is for machines can be read again.
fn write(report: &Report) {
    let written = |result: Result<String, _>| {
        result.unwrap_or_else(|error: Box<dyn std::error::Error>| panic!("{error}"))
    };
    let line = written(json::line(report, json::Options::default()).map_err(Into::into));
    assert!(!line.trim_end().contains('\n'));
    let section = html::section(report, 0, false);
    let section = section.unwrap_or_else(|error| panic!("{error}"));
    written(html::page(vec![section]).map_err(Into::into));
    let mut sarif = Sarif::new(None, false);
    sarif.add(report);
    written(sarif.finish().map_err(Into::into));
    let mut baseline = Baseline::default();
    baseline.add(report);
    let drawn = written(baseline.draw().map_err(Into::into));
    assert!(Baseline::parse(&drawn).is_ok(), "{drawn}");
    let row = tsv::row(report);
    assert_eq!(row.trim_end_matches('\n').lines().count(), 1, "{row:?}");
    for lines in [compact::lines(report), github::annotations(report)] {
        assert!(!lines.contains(['\u{1b}', '\r']), "{lines:?}");
    }
    for width in [0, 80] {
        let style = Style {
            width,
            color: false,
        };
        for drawn in [text::highlight(report, style), text::score(report, style)] {
            assert!(!drawn.contains('\u{1b}'), "{drawn:?}");
        }
    }
}

/// Each article of a pool is looked for in it.
pub(super) fn pool(bytes: &[u8]) {
    let input = String::from_utf8_lossy(bytes);
    let articles: Vec<Article> = (input.split(BETWEEN).take(8).enumerate())
        .map(|(number, text)| Article {
            id: number.to_string(),
            text: text.to_owned(),
            date: text.len().checked_rem(7).map(|day| day as i32),
        })
        .collect();
    let found = || {
        let mut pool = PoolBuilder::new()?;
        for article in &articles {
            pool.add(article)?;
        }
        let pool = pool.finish()?;
        for article in &articles {
            for one in pool.compared(article, Some(2))? {
                assert!((0.0..=1.0).contains(&one.probability));
            }
        }
        Ok::<_, mtlint_batch::pool::PoolError>(())
    };
    if let Err(error) = found() {
        panic!("a pool cannot be made: {error}");
    }
}
