//! The main job on whole articles, with the real model: what is flagged, what
//! it is corrected to, and that a cleaner article scores better.

use std::path::Path;

use mtlint::document::Document;
use mtlint::finding::{Applicability, Finding, SuggestionSource};
use mtlint::report::{Analysis, Outcome, text};
use mtlint::span::{Doc, Span};
use mtlint::{Options, Request, Sensitivity};

use crate::common::{data, lint, linter};

fn judged(file: &Path, siblings: &[&Path]) -> Analysis {
    let open = |path: &Path| Document::open(path, 1 << 20).unwrap();
    let siblings = siblings.iter().map(|path| open(path)).collect();
    match lint(Sensitivity::Precise, open(file), siblings).outcome {
        Outcome::Scored(analysis) => *analysis,
        other => panic!("{} was not judged: {other:?}", file.display()),
    }
}

fn finding_on<'a>(analysis: &'a Analysis, word: &str) -> Option<&'a Finding> {
    let text = analysis.document.text();
    let at = text
        .find(word)
        .unwrap_or_else(|| panic!("{word} is not in the text"));
    let covers = |f: &&Finding| f.span.start() < at + word.len() && at < f.span.end();
    analysis.findings.iter().find(covers)
}

/// The text with the first suggestion for `word` applied.
fn corrected(analysis: &Analysis, word: &str) -> String {
    let finding = finding_on(analysis, word).unwrap_or_else(|| panic!("{word} is not flagged"));
    let suggestion = finding.suggestions.first();
    let suggestion = suggestion.unwrap_or_else(|| panic!("{word} has no correction"));
    let mut text = analysis.document.text().to_owned();
    text.replace_range(suggestion.span.range(), &suggestion.replacement);
    text
}

#[test]
fn the_summit_article_is_flagged_and_corrected() {
    let Some(folder) = data("the_summit_article_is_flagged_and_corrected") else {
        return;
    };
    let garbled = folder.join("summit/garbled.txt");
    let sibling = folder.join("summit/sibling.txt");
    let with_sibling = judged(&garbled, &[&sibling]);
    for word in ["Poutine", "Litiger", "chome", "overweight", "initiated"] {
        assert!(
            finding_on(&with_sibling, word).is_some(),
            "{word} is not flagged"
        );
    }
    assert!(corrected(&with_sibling, "Poutine").contains("Russian Vladimir Putin discussed"));
    assert!(corrected(&with_sibling, "Litiger").contains("rather than relitigating the past."));
    let clean = judged(&sibling, &[]);
    // The distance is small: between its errors the article is fluent.
    assert!(clean.score.quality > with_sibling.score.quality);
}

#[test]
fn examples_are_corrected_from_their_siblings() {
    let mut safe = 0;
    for name in ["dam", "transfer", "hospital"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let garbled = folder.join(format!("{name}.garbled.txt"));
        let sibling = folder.join(format!("{name}.sibling.txt"));
        let analysis = judged(&garbled, &[&sibling]);
        let text = analysis.document.text();
        let sibling_text = std::fs::read_to_string(&sibling).unwrap();
        assert!(!analysis.findings.is_empty(), "{name}: nothing flagged");
        for finding in &analysis.findings {
            assert!(finding.span.slice(text).is_some());
            for suggestion in &finding.suggestions {
                assert!(suggestion.span.slice(text).is_some());
                let quote = suggestion.sibling.as_ref();
                let quoting = suggestion.source == SuggestionSource::Sibling;
                assert_eq!(quote.is_some(), quoting);
                let quoted = quote.is_none_or(|quote| {
                    quote.span.slice(&sibling_text) == Some(quote.text.as_str())
                });
                assert!(quoted, "{suggestion:?}");
                if suggestion.applicability == Applicability::Safe {
                    assert!(suggestion.bits_saved > 0.0);
                    safe += 1;
                }
            }
        }
        let clean = judged(&sibling, &[]).score.quality;
        let quality = judged(&garbled, &[]).score.quality;
        assert!(
            clean > quality,
            "{name}: sibling {clean}, garbled {quality}"
        );
    }
    assert!(safe >= 3, "only {safe} safe corrections in three articles");
}

/// Words and places, without the numbers: those differ a little from one processor to
/// another.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            other => out.push(other),
        }
    }
    out
}

#[test]
fn what_a_text_repeats_is_judged_as_it_was() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("examples/dam.garbled.txt")).unwrap();
    let text = text.trim();
    let line = "The bank said the rate would rise.";
    let texts = [
        text.to_owned(),
        format!("{text}\n\n{text}"),
        format!("{text}\n\n{}", format!("{line}\n\n").repeat(20)),
    ];
    let texts = texts.iter();
    let requests = texts.map(|text| Request::new(Document::from_text("a", text.as_str())));
    let reports = linter().lint_all(requests.collect(), &Options::default());
    let told: Vec<(f32, Vec<Span<Doc>>)> = reports
        .unwrap()
        .into_iter()
        .map(|report| match report.outcome {
            Outcome::Scored(analysis) => {
                let of_words = analysis.findings.iter();
                let of_words = of_words.filter(|finding| finding.evidence.pattern.is_none());
                let spans = of_words.map(|finding| finding.span);
                (analysis.score.quality, spans.collect())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let [(once, found), (twice, again), (_, beside_lines)] = told.as_slice() else {
        panic!("{told:?}");
    };
    // That it stands twice is told by findings of their own, which cover the second copy.
    assert!(*twice <= once + 0.01, "{once} {twice}");
    assert_eq!(again[..found.len()], found[..]);
    let later = found.iter().map(|span| span.shifted(text.len() + 2));
    let later: Vec<Span<Doc>> = later.collect();
    assert!(again[found.len()..].iter().all(|span| later.contains(span)));
    assert!(beside_lines.iter().all(|span| span.end() <= text.len()));
}

#[test]
fn the_readme_shows_what_is_printed() {
    // Attention is computed in bfloat16 there, and a phrase may end at another word.
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    if processor.contains("amx_bf16") {
        eprintln!("the_readme_shows_what_is_printed: skipped, the README shows no AMX");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, shown) = readme
        .split_once("The command prints, among others:\n\n```text\n")
        .unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let named = |name: &str| {
        let path = format!("examples/dam.{name}.txt");
        let text = std::fs::read_to_string(root.join(&path)).unwrap();
        Document::from_text(path, text)
    };
    let report = lint(
        Sensitivity::Precise,
        named("garbled"),
        vec![named("sibling")],
    );
    let style = text::Style {
        width: 100,
        color: false,
    };
    let printed = text::highlight(&report, style);
    let printed = without_numbers(&printed);
    for finding in without_numbers(shown).split("\n\n") {
        assert!(printed.contains(finding.trim()), "{finding}\n\n{printed}");
    }
}
