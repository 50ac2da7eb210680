//! Articles in Markdown and HTML are judged as their prose is, and every span points into
//! the file.

use std::path::Path;

use mtlint::Sensitivity;
use mtlint::correct::{Permission, correct};
use mtlint::document::{Document, Markup};
use mtlint::finding::Applicability;
use mtlint::report::{Analysis, Outcome};

use crate::common::lint;

fn example(kind: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    std::fs::read_to_string(folder.join(format!("dam.{kind}.txt"))).unwrap()
}

fn judged(document: &Document, sibling: &Document) -> Analysis {
    let siblings = vec![sibling.clone()];
    match lint(Sensitivity::Thorough, document.clone(), siblings).outcome {
        Outcome::Scored(analysis) => *analysis,
        other => panic!("not scored: {other:?}"),
    }
}

/// A text as HTML, with what may stand in it unseen.
fn html(text: &str) -> String {
    let paragraphs = text.trim_end().split("\n\n").map(|paragraph| {
        let escaped = Markup::Html.escaped(paragraph);
        let escaped = escaped.replace('é', "&eacute;").replace('\n', "\n    ");
        format!("<p class=\"a > b\">{escaped}</p>\n<script>gibberish(\"</p\")</script>\n")
    });
    let body: String = paragraphs.collect();
    format!("<!DOCTYPE html>\n<html><head><title>Dam</title></head>\n<body>{body}</body></html>\n")
}

fn markdown(text: &str) -> String {
    let front = "---\ntitle: Dam\n---\n\n";
    let code = "\n```\nlet gibberish = 1;\n```\n";
    format!(
        "{front}{}{code}",
        text.replace("\n\n", "\n\n![x](y.png)\n\n")
    )
}

#[test]
fn marking_up_changes_no_finding() {
    let (text, told) = (example("garbled"), example("sibling"));
    let plain = judged(
        &Document::from_text("a", text.as_str()),
        &Document::from_text("sibling", told.as_str()),
    );
    assert!(plain.findings.len() > 4);
    for (markup, marked_up) in [
        (Markup::Html, html as fn(&str) -> String),
        (Markup::Markdown, markdown),
    ] {
        let of =
            |name, text: &str| Document::from_text(name, marked_up(text)).marked_up(Some(markup));
        let (document, sibling) = (of("a", &text), of("sibling", &told));
        let analysis = judged(&document, &sibling);
        assert_eq!(analysis.score.words, plain.score.words);
        assert_eq!(analysis.words.len(), plain.words.len());
        assert_eq!(analysis.findings.len(), plain.findings.len());
        for (found, expected) in analysis.findings.iter().zip(&plain.findings) {
            let slice = found.span.slice(document.text()).unwrap();
            let shown = slice.replace("&eacute;", "é");
            assert_eq!(shown, expected.span.slice(&text).unwrap());
            assert_eq!(
                (found.category, found.severity),
                (expected.category, expected.severity)
            );
            assert_eq!(found.suggestions.len(), expected.suggestions.len());
            for (one, other) in found.suggestions.iter().zip(&expected.suggestions) {
                let old = one.span.slice(document.text()).unwrap();
                assert_eq!(
                    old.replace("&eacute;", "é"),
                    other.span.slice(&text).unwrap()
                );
                if old == other.span.slice(&text).unwrap() {
                    assert_eq!(one.applicability, other.applicability);
                } else {
                    assert_eq!(one.applicability, Applicability::DisplayOnly);
                }
                let (quote, from) = (one.sibling.as_ref(), other.sibling.as_ref());
                let quote = quote.map(|quote| quote.span.slice(sibling.text()).unwrap());
                let from = from.map(|from| from.span.slice(&told).unwrap());
                assert_eq!(
                    quote.map(|quote| quote.replace("&eacute;", "é")),
                    from.map(str::to_owned)
                );
            }
        }
        // What is corrected is still the same markup.
        let corrected = correct(
            document.text(),
            &analysis.findings,
            Permission::SafeAndUnsafe,
        );
        assert!(!corrected.edits.is_empty());
        let tags = |text: &str| text.matches(['<', '>', '`']).count();
        assert_eq!(tags(&corrected.text), tags(document.text()));
    }
}
