//! What the words alone decide, with the stub model.

use super::*;
use crate::lexicon::Lexicon;
use crate::lm::stub::Stub;
use crate::segment::{Word, segment};
use crate::span::{Doc, Span};

/// Corrections of each of `spans`, the only suspect words; every word of them is
/// dear to the model, and `right` ones are cheap.
fn suggested(
    text: &str,
    spans: &[Span<Doc>],
    right: &[&'static str],
    sibling: &str,
) -> Vec<Vec<Correction>> {
    let segments = segment(text);
    let suspect = |word: &Word| spans.iter().any(|span| span.overlaps(word.span));
    let words = segments.words.iter();
    let p: Vec<f32> = words
        .map(|word| if suspect(word) { 0.9 } else { 0.02 })
        .collect();
    let words = segments.words.iter();
    let bits: Vec<f32> = words
        .map(|word| if suspect(word) { 40.0 } else { 5.0 })
        .collect();
    let odd = segments.words.iter().filter(|word| suspect(word));
    let odd = odd.filter_map(|word| Some((word.span.slice(text)?, 40.0)));
    let lm = Stub::new(odd.chain(right.iter().map(|word| (*word, 2.0))));
    let siblings = [SiblingArticle::new("s", sibling)];
    let articles = Articles::new(text, &segments, &siblings);
    let lexicon = Lexicon::embedded().unwrap();
    let mut memo = Memo::new(&lexicon);
    let comparison = Comparison::new(&articles, &mut memo, &p, &bits);
    let model = SiblingModel::embedded().unwrap();
    let Rescore { evidence, .. } = rescore(&model, &comparison, &mut memo);
    let suspects = spans.iter().map(|&span| Suspect { span, weak: false });
    let suspects: Vec<Suspect> = suspects.collect();
    let found = corrections(&lm, &model, &comparison, &evidence, &mut memo, &suspects).unwrap();
    found.into_iter().map(|places| places.concat()).collect()
}

/// Replacements for `suspect` in `text`, best first.
fn replacements(text: &str, suspect: &str, sibling: &str) -> Vec<String> {
    let start = text.find(suspect).unwrap();
    let span = Span::new(start, start + suspect.len());
    let found = suggested(
        text,
        &[span],
        &["Putin", "PUTIN", "Treaty", "treaty"],
        sibling,
    );
    for correction in &found[0] {
        assert!(!correction.replacement.trim().is_empty());
        assert!(correction.span.overlaps(span));
        let quote = &correction.quote;
        assert_eq!(quote.span.slice(sibling), Some(quote.text.as_str()));
    }
    let list = found[0].iter();
    list.map(|correction| correction.replacement.clone())
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
        "Reporters said that Putin left in a hurry.",
    );
    assert_eq!(found[0], "PUTIN");
}

#[test]
fn a_sentence_keeps_its_capital_and_gives_none_away() {
    let found = replacements(
        "The two sides signed. Traité talks had lasted for years.",
        "Traité",
        "The two sides have signed. Nobody read the treaty.",
    );
    assert_eq!(found.first().map(String::as_str), Some("Treaty"));
    let found = replacements(
        "The old traité was torn up by both sides.",
        "traité",
        "Treaty or not, both sides will talk.",
    );
    assert!(!found.is_empty());
    assert!(
        found.iter().all(|text| !text.starts_with("Treaty")),
        "{found:?}"
    );
}

#[test]
fn a_first_name_that_opens_a_sentence_keeps_its_capital() {
    let found = replacements(
        "The council heard Kasimir Nowack for an hour.",
        "Kasimir Nowack",
        "“It was too long.” Kazimierz Nowak had spoken in the council.",
    );
    assert_eq!(found.first().map(String::as_str), Some("Kazimierz Nowak"));
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
fn two_suspects_never_get_overlapping_first_corrections() {
    let text = "Reporters saw Vladimir Poutine leave early.";
    let span = |word: &str| {
        let start = text.find(word).unwrap();
        Span::new(start, start + word.len())
    };
    let spans = [span("Poutine"), span("Vladimir Poutine")];
    let found = suggested(text, &spans, &["Putin"], "It was Vladimir Putin who left.");
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
    assert!(suggested("", &[], &[], "").is_empty());
    for sibling in ["", "…", "👩‍👩‍👧", "Putin"] {
        replacements("Poutine!", "Poutine", sibling);
        replacements("They saw (Poutine", "(Poutine", sibling);
    }
}

#[test]
fn what_takes_a_content_word_away_is_never_safe() {
    let text = "The strike has provoked already 120 cancellations at the airport.";
    let start = text.find("provoked already").unwrap();
    let span = Span::new(start, start + "provoked already".len());
    let sibling = "The strike has already led to cancellations at the airport.";
    for correction in &suggested(text, &[span], &["already"], sibling)[0] {
        let loses = !["led", "caused"]
            .iter()
            .any(|word| correction.replacement.contains(word));
        let safe = correction.applicability == crate::rating::Applicability::Safe;
        assert!(!(loses && safe), "{correction:?}");
    }
}

#[test]
fn a_copy_of_the_document_is_not_believed() {
    let text = "The dam broke at dawn. Nobody was hurt. Reporters saw Poutine leave early.";
    let segments = segment(text);
    let doubt = |sibling: &str| {
        let siblings = [SiblingArticle::new("s", sibling)];
        let articles = Articles::new(text, &segments, &siblings);
        let lexicon = Lexicon::embedded().unwrap();
        let mut memo = Memo::new(&lexicon);
        let comparison = Comparison::new(&articles, &mut memo, &[], &[]);
        let trust = comparison.trusts().next().unwrap();
        (trust.weight, trust.doubt)
    };
    let longer = format!("{text} More tomorrow.");
    for copy in [text, &longer, &text.to_uppercase()] {
        assert_eq!(doubt(copy), (0.0, Some(Doubt::Copy)), "{copy}");
    }
    assert_eq!(doubt(&text.replace("Poutine", "Putin")), (1.0, None));
}
