//! What the words alone decide, with the stub model.

use super::*;
use crate::detect::Thresholds;
use crate::finding::{Applicability, SiblingQuote};
use crate::lexicon::Lexicon;
use crate::lm::stub::Stub;

/// Suggestions for each of `spans`, the only suspect words; every word of them is
/// dear to the model, and `right` ones are cheap.
fn suggested(
    text: &str,
    spans: &[Span<Doc>],
    right: &[&'static str],
    sibling: &str,
) -> Vec<Vec<Suggestion>> {
    let segments = segment(text);
    let suspect = |word: &crate::segment::Word| spans.iter().any(|span| span.overlaps(word.span));
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
    let comparison = Comparison::new(&articles, &lexicon, &p, &bits);
    let model = SiblingModel::embedded().unwrap();
    let suspects = spans.iter().map(|&span| Suspect { span, weak: false });
    let suspects: Vec<Suspect> = suspects.collect();
    let found = suggestions(&lm, &model, &comparison, &suspects).unwrap();
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
fn two_suspects_never_get_overlapping_first_suggestions() {
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
fn the_same_words_of_a_sibling_are_not_brought_twice_into_a_sentence() {
    let text = "Half in majority had a break awaited; Poutine met Poutine. The break was awaited.";
    let segments = segment(text);
    let article = Article::new(&names::Former::default(), text, &segments, 100);
    let suggestion = |gone: Span<Doc>, confidence, (start, end)| Suggestion {
        span: gone,
        replacement: "x".to_owned(),
        confidence,
        applicability: Applicability::Unsafe,
        bits_saved: 1.0,
        sibling: Some(SiblingQuote {
            id: "s".to_owned(),
            span: Span::new(start, end),
            text: String::new(),
        }),
    };
    let at = |phrase: &str| {
        let start = text.find(phrase).unwrap();
        Span::new(start, start + phrase.len())
    };
    let last = |word: &str| {
        let start = text.rfind(word).unwrap();
        Span::new(start, start + word.len())
    };
    let kept = |one, other| {
        let found = apart(&article, vec![vec![vec![one]], vec![vec![other]]]);
        found.iter().map(Vec::len).collect::<Vec<_>>()
    };
    let majority = || suggestion(at("in majority had"), 0.4, (10, 23));
    let awaited = |at, quote| suggestion(at, 0.6, quote);
    assert_eq!(
        kept(majority(), awaited(at("a break awaited"), (14, 23))),
        [0, 1]
    );
    assert_eq!(
        kept(majority(), awaited(at("a break awaited"), (30, 39))),
        [1, 1]
    );
    assert_eq!(kept(majority(), awaited(last("awaited"), (14, 23))), [1, 1]);
    let twice = [at("Poutine"), last("Poutine")].map(|at| suggestion(at, 0.9, (50, 55)));
    let [one, other] = twice;
    assert_eq!(kept(one, other), [1, 1]);
}

#[test]
fn nothing_in_nothing_out() {
    assert!(suggested("", &[], &[], "").is_empty());
    for sibling in ["", "…", "👩‍👩‍👧", "Putin"] {
        replacements("Poutine!", "Poutine", sibling);
        replacements("They saw (Poutine", "(Poutine", sibling);
    }
}

/// A word that a sibling tells so far, of a document of which it shows so much garbled.
fn beside(told: f32, garbled: f32) -> Beside {
    Beside {
        p_garbled: 0.5,
        told,
        garbled,
    }
}

#[test]
fn thresholds_are_the_siblings_where_it_tells_and_precise_by_how_far() {
    let model = SiblingModel::embedded().unwrap();
    let alone = Thresholds {
        precise: 0.4,
        balanced: 0.3,
        thorough: 0.2,
    };
    let at = |told| model.thresholds(&beside(told, -5.0), &alone);
    assert_eq!(at(0.0), alone);
    let (some, all) = (at(0.5), at(1.0));
    assert!((all.precise - model.thresholds.precise).abs() < 1e-6);
    assert!(alone.precise < some.precise && some.precise < all.precise);
    let others = |thresholds: Thresholds| (thresholds.balanced, thresholds.thorough);
    assert_eq!(others(some), others(model.thresholds));
    assert_eq!(others(all), others(model.thresholds));
}

#[test]
fn precise_falls_where_the_sibling_shows_that_much_is_garbled() {
    let model = SiblingModel::embedded().unwrap();
    let at = |garbled| model.thresholds(&beside(1.0, garbled), &model.thresholds);
    let (right, some, all) = (at(-5.0), at(-1.0), at(6.0));
    assert!(right.precise > some.precise && some.precise > all.precise);
    assert!(all.precise >= right.balanced);
    for one in [some, all] {
        assert_eq!(
            (one.balanced, one.thorough),
            (right.balanced, right.thorough)
        );
    }
}
