//! An article that was edited: the same report, at the cost of what changed.

use std::sync::Arc;

use mtlint::lm::llama::Llama;
use mtlint::lm::{Precision, TokenCounts};
use mtlint::report::printer::{Format, PrintOptions, Printer};
use mtlint::{Document, Linter, Options, Request, Sensitivity};
use mtlint_models as models;

use crate::common::linter;

/// Room for all readings of a test.
const ROOM: usize = 1 << 30;

const SIBLING: &str = include_str!("../../examples/dam.sibling.txt");
const GARBLED: &str = include_str!("../../examples/dam.garbled.txt");

/// A linter with a model of its own, which keeps its readings.
fn keeping() -> Linter {
    let path = models::resolve("smollm2-135m", false, &models::Silent).unwrap();
    let model = Llama::load(&path, "smollm2-135m", None, Precision::Int8).unwrap();
    let linter = Linter::new(Arc::new(model)).unwrap();
    linter.keep_readings(ROOM);
    linter
}

/// The report on a text beside the sibling, if it is wanted, as JSON.
fn report(linter: &Linter, text: &str, with_sibling: bool) -> String {
    let mut request = Request::new(Document::from_text("a.txt", text));
    if with_sibling {
        request.unread.push(Document::from_text("s.txt", SIBLING));
    }
    let options = Options {
        sensitivity: Sensitivity::Thorough,
        ..Options::default()
    };
    let reports = linter.lint_all(vec![request], &options).unwrap();
    let words = PrintOptions {
        words: true,
        ..PrintOptions::default()
    };
    let mut out = Vec::new();
    let mut printer = Printer::new(Format::Json, words);
    printer.print(&reports[0], None, &mut out).unwrap();
    printer.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What the model was asked for since it had counted `before`.
fn since(linter: &Linter, before: TokenCounts) -> TokenCounts {
    let now = linter.tokens();
    TokenCounts {
        read: now.read - before.read,
        kept: now.kept - before.kept,
    }
}

#[test]
fn an_edit_in_the_last_paragraph_costs_little_and_the_report_is_that_of_a_new_process() {
    let linter_that_keeps = keeping();
    let read = |text: &str, with_sibling: bool| {
        let before = linter_that_keeps.tokens();
        let got = report(&linter_that_keeps, text, with_sibling);
        assert!(got == report(&linter(), text, with_sibling), "{got}");
        since(&linter_that_keeps, before)
    };
    let last = GARBLED.trim_end().rfind('\n').unwrap();
    let edited = format!(
        "{}{}",
        &GARBLED[..last],
        &GARBLED[last..].replacen("the", "this", 1)
    );
    assert_ne!(edited, GARBLED);
    for with_sibling in [false, true] {
        let first = read(GARBLED, with_sibling);
        let again = read(&edited, with_sibling);
        println!("first {first:?}, then {again:?}");
        let all = again.read + again.kept;
        assert!(
            again.read * 3 < all,
            "{} of {all} tokens were read",
            again.read
        );
    }
    // An edit at the front: what the siblings say of the other sentences is known all the same.
    let early = format!("Yesterday evening, {GARBLED}");
    let early = read(&early, true);
    println!("then {early:?}");
    assert!(early.kept > 0);
}
