//! What the words alone decide, with the stub model.

use super::*;
use crate::lm::stub::Stub;

/// Replacements for `suspect` in `text`, every word of `odd` dear to the model.
fn replacements(text: &str, suspect: &str, sibling: &str) -> Vec<String> {
    let start = text.find(suspect).unwrap();
    let span = Span::new(start, start + suspect.len());
    let odd = suspect.split(' ').map(|word| (word, 40.0));
    let lm = Stub::new(odd.chain([("Putin", 2.0), ("PUTIN", 2.0), ("Treaty", 2.0)]));
    let suspects = [Suspect {
        span,
        p_garbled: 0.9,
    }];
    let siblings = [SiblingArticle::new("s", sibling)];
    let found = suggestions(&lm, text, &segment(text), &suspects, &siblings).unwrap();
    for suggestion in &found[0] {
        assert!(!suggestion.replacement.trim().is_empty());
        assert!(suggestion.span.overlaps(span));
        let quote = suggestion.sibling.as_ref().unwrap();
        assert_eq!(quote.span.slice(sibling), Some(quote.text.as_str()));
    }
    let list = found[0].iter();
    list.map(|suggestion| suggestion.replacement.clone())
        .collect()
}

#[test]
fn the_sibling_spells_the_name() {
    let found = replacements(
        "Reporters saw Poutine leave early.",
        "Poutine",
        "It was said that Putin left in a hurry.",
    );
    assert_eq!(found[0], "Putin");
}

#[test]
fn headlines_stay_in_capitals() {
    let found = replacements(
        "REPORTERS SAW POUTINE LEAVE",
        "POUTINE",
        "It was said that Putin left in a hurry.",
    );
    assert_eq!(found[0], "PUTIN");
}

#[test]
fn a_sentence_keeps_its_capital_and_gives_none_away() {
    let found = replacements(
        "The two sides signed. Traité talks had lasted for years.",
        "Traité",
        "Nobody read the treaty.",
    );
    assert_eq!(found.first().map(String::as_str), Some("Treaty"));
    let found = replacements(
        "The old traité was torn up by both sides.",
        "traité",
        "Treaty or not, both sides will talk.",
    );
    assert!(
        found.iter().all(|text| !text.starts_with("Treaty")),
        "{found:?}"
    );
}

#[test]
fn quotation_marks_are_never_torn_apart() {
    let found = replacements(
        "He said that “the Poutine visit went well” and left the room.",
        "Poutine visit",
        "He said the “Putin visit” and the “Putin talks went badly” at noon.",
    );
    assert!(!found.is_empty());
    for text in found {
        assert_eq!(
            text.matches('“').count(),
            text.matches('”').count(),
            "{text}"
        );
    }
}

#[test]
fn two_suspects_never_get_overlapping_first_suggestions() {
    let text = "Reporters saw Vladimir Poutine leave early.";
    let span = |word: &str| {
        let start = text.find(word).unwrap();
        Span::new(start, start + word.len())
    };
    let suspects = [span("Poutine"), span("Vladimir Poutine")].map(|span| Suspect {
        span,
        p_garbled: 0.9,
    });
    let lm = Stub::new([("Poutine", 40.0), ("Putin", 2.0)]);
    let siblings = [SiblingArticle::new("s", "It was Vladimir Putin who left.")];
    let found = suggestions(&lm, text, &segment(text), &suspects, &siblings).unwrap();
    let first: Vec<_> = found.iter().filter_map(|list| list.first()).collect();
    assert!(!first.is_empty());
    for (index, one) in first.iter().enumerate() {
        assert!(
            first[index + 1..]
                .iter()
                .all(|two| !one.span.overlaps(two.span))
        );
    }
}

#[test]
fn nothing_in_nothing_out() {
    let lm = Stub::default();
    let none = suggestions(&lm, "", &segment(""), &[], &[]).unwrap();
    assert!(none.is_empty());
    for sibling in ["", "…", "👩‍👩‍👧", "Putin"] {
        replacements("Poutine!", "Poutine", sibling);
        replacements("They saw (Poutine", "(Poutine", sibling);
    }
}
