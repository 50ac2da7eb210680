use proptest::prelude::*;

use super::*;
use crate::finding::{Category, Evidence, Severity, SuggestionSource};

fn suggestion(
    start: usize,
    end: usize,
    replacement: &str,
    confidence: f32,
    applicability: Applicability,
) -> Suggestion {
    Suggestion {
        span: Span::new(start, end),
        replacement: replacement.to_owned(),
        confidence,
        applicability,
        bits_saved: 9.0,
        source: SuggestionSource::Model,
        in_quotation: false,
        sibling: None,
    }
}

fn finding(suggestions: Vec<Suggestion>) -> Finding {
    Finding {
        span: Span::new(0, 1),
        category: Category::Wording,
        severity: Severity::Minor,
        confidence: 0.5,
        evidence: Evidence::default(),
        suggestions,
        known: false,
    }
}

/// Findings that each replace the first of `old` by `new`, so sure of it.
fn safe(text: &str, corrections: &[(&str, &str, f32)]) -> Vec<Finding> {
    let corrections = corrections.iter().map(|&(old, new, confidence)| {
        let start = text.find(old).unwrap();
        let end = start + old.len();
        finding(vec![suggestion(
            start,
            end,
            new,
            confidence,
            Applicability::Safe,
        )])
    });
    corrections.collect()
}

fn corrected(text: &str, corrections: &[(&str, &str, f32)]) -> String {
    correct(text, &safe(text, corrections), Permission::Safe).text
}

#[test]
fn everything_else_stays_byte_for_byte() {
    let text = "\u{feff}The tide \u{a0}rizes.  \r\n\r\nGulls cried\t \r\nand slept";
    let after = corrected(text, &[("slept", "sleep", 0.9), ("rizes", "rises", 0.9)]);
    assert_eq!(
        after,
        "\u{feff}The tide \u{a0}rises.  \r\n\r\nGulls cried\t \r\nand sleep"
    );
}

#[test]
fn places_are_given_in_both_texts() {
    let text = "Zürich’s mayor opened the brück at noone.";
    let findings = safe(
        text,
        &[
            ("brück", "footbridge", 0.9),
            ("noone", "noon", 0.9),
            ("Zürich’s", "Zurich’s", 0.9),
        ],
    );
    let correction = correct(text, &findings, Permission::Safe);
    assert_eq!(
        correction.text,
        "Zurich’s mayor opened the footbridge at noon."
    );
    let slices: Vec<_> = correction
        .edits
        .iter()
        .map(|edit| {
            assert_eq!(edit.span.slice(text), Some(edit.text.as_str()));
            let after = edit.corrected.slice(&correction.text).unwrap();
            (edit.text.as_str(), after)
        })
        .collect();
    let expected = [
        ("Zürich’s", "Zurich’s"),
        ("brück", "footbridge"),
        ("noone", "noon"),
    ];
    assert_eq!(slices, expected);
}

#[test]
fn of_two_that_overlap_the_surer_one_wins_and_of_equals_the_earlier() {
    let text = "They gained the big match.";
    let wide = ("gained the big", "won the big", 0.8);
    let narrow = ("big", "great", 0.9);
    assert_eq!(
        corrected(text, &[wide, narrow]),
        "They gained the great match."
    );
    let equal = ("big match", "great match", 0.8);
    assert_eq!(corrected(text, &[equal, wide]), "They won the big match.");
    // Side by side is not over each other.
    let beside = (" match", " game", 0.1);
    assert_eq!(
        corrected(text, &[narrow, beside]),
        "They gained the great game."
    );
}

#[test]
fn two_insertions_at_one_place_are_one() {
    let text = "rain fell";
    let insert = |confidence, word| {
        finding(vec![suggestion(
            5,
            5,
            word,
            confidence,
            Applicability::Safe,
        )])
    };
    let findings = [insert(0.5, "heavily "), insert(0.6, "softly ")];
    let correction = correct(text, &findings, Permission::Safe);
    assert_eq!(correction.text, "rain softly fell");
    assert_eq!(correction.edits.len(), 1);
}

#[test]
fn only_what_is_allowed_is_applied_and_only_once_a_finding() {
    let text = "one two three";
    let of_one = finding(vec![
        suggestion(0, 3, "display", 0.99, Applicability::DisplayOnly),
        suggestion(0, 3, "unsafe", 0.9, Applicability::Unsafe),
        suggestion(0, 3, "safe", 0.8, Applicability::Safe),
        suggestion(8, 13, "second", 0.7, Applicability::Safe),
    ]);
    let of_two = finding(vec![suggestion(
        4,
        7,
        "idea",
        1.0,
        Applicability::DisplayOnly,
    )]);
    let findings = [of_one, of_two];
    let text_of = |allowed| correct(text, &findings, allowed).text;
    assert_eq!(text_of(Permission::Safe), "safe two three");
    assert_eq!(text_of(Permission::SafeAndUnsafe), "unsafe two three");
}

#[test]
fn what_does_not_fit_the_text_or_changes_nothing_is_passed_over() {
    let text = "café";
    let outside = suggestion(3, 9, "x", 0.9, Applicability::Safe);
    let amid_a_character = suggestion(4, 5, "x", 0.9, Applicability::Safe);
    let same = suggestion(0, 5, "café", 0.9, Applicability::Safe);
    let findings = [outside, amid_a_character, same].map(|s| finding(vec![s]));
    let correction = correct(text, &findings, Permission::Safe);
    assert_eq!(
        (correction.text.as_str(), correction.edits.len()),
        (text, 0)
    );
}

/// Suggestions at any place of a text of 40 characters of up to 4 bytes.
fn drafts() -> impl Strategy<Value = Vec<(usize, usize, String, f32, bool)>> {
    let draft = (
        0usize..40,
        0usize..6,
        "[a-zé東]{0,6}",
        0.0f32..1.0,
        any::<bool>(),
    );
    prop::collection::vec(draft, 0..12)
}

proptest! {
    #[test]
    fn edits_never_overlap_and_the_rest_is_untouched(
        text in "[a-z é東🎵\r\n]{40}",
        drafts in drafts(),
    ) {
        let byte = |character: usize| {
            text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte)
        };
        let findings: Vec<Finding> = drafts
            .iter()
            .map(|(start, length, replacement, confidence, is_safe)| {
                let applicability =
                    if *is_safe { Applicability::Safe } else { Applicability::Unsafe };
                let (start, end) = (byte(*start), byte(start + length));
                finding(vec![suggestion(start, end, replacement, *confidence, applicability)])
            })
            .collect();
        for allowed in [Permission::Safe, Permission::SafeAndUnsafe] {
            let Correction { text: after, edits } = correct(&text, &findings, allowed);
            // The corrected text is the original between the edits, and the
            // replacements at them.
            let (mut before_end, mut after_end) = (0, 0);
            for edit in &edits {
                prop_assert!(edit.span.start() >= before_end);
                prop_assert_eq!(
                    &text[before_end..edit.span.start()],
                    &after[after_end..edit.corrected.start()]
                );
                prop_assert_eq!(
                    edit.corrected.slice(&after),
                    Some(edit.suggestion.replacement.as_str())
                );
                prop_assert!(allowed.permits(edit.suggestion.applicability));
                (before_end, after_end) = (edit.span.end(), edit.corrected.end());
            }
            prop_assert_eq!(&text[before_end..], &after[after_end..]);
            // What was left out gave way to something at least as sure.
            for suggestion in findings.iter().filter_map(|f| allowed.choose(f)) {
                let changes = suggestion.span.slice(&text) != Some(&suggestion.replacement);
                let gave_way = edits.iter().any(|edit| {
                    conflict(edit.span, suggestion.span)
                        && edit.suggestion.confidence >= suggestion.confidence
                });
                prop_assert!(gave_way || !changes);
            }
        }
    }
}
