//! What is proposed, with the stub model and a network made by hand.

use super::candidates::candidates;
use super::*;
use crate::detect::word_surprisals;
use crate::lexicon::Lexicon;
use crate::lm::stub::Stub;
use crate::lm::{LanguageModel, ReadOptions};
use crate::rating::SuggestionSource;
use crate::segment::segment;

/// What may stand in place of `suspect` in `text`, with who proposes it.
fn ideas(text: &str, suspect: &str, lm: &Stub) -> Vec<(String, SuggestionSource)> {
    let segments = segment(text);
    let options = ReadOptions {
        most_probable: 8,
        layers: &[],
    };
    let reading = lm.read(&[text], options).unwrap().remove(0);
    let surprisals = word_surprisals(&segments, &reading);
    let words = segments.words.iter().map(|word| word.span.slice(text));
    let p: Vec<f32> = words
        .map(|word| {
            if word.is_some_and(|word| suspect.contains(word)) {
                0.8
            } else {
                0.01
            }
        })
        .collect();
    let document = DocumentText {
        text,
        segments: &segments,
        reading: &reading,
        surprisals: &surprisals,
        p_garbled: &p,
    };
    let start = text.find(suspect).unwrap();
    let phrase = segments.words_in(crate::span::Span::new(start, start + suspect.len()));
    let lexicon = Lexicon::embedded().unwrap();
    let found = candidates(&document, &lexicon, lm, &phrase);
    for one in &found {
        assert!(segments.words[one.word].span.overlaps(one.span));
        assert!(one.span.slice(text).is_some());
    }
    let chosen = chosen(&document, &lexicon, lm, std::slice::from_ref(&phrase));
    assert!(chosen[0].len() <= found.len());
    let saved = bits_saved(lm, &document, None, &chosen).unwrap();
    assert!(
        rows(&chosen[0], &saved[0])
            .iter()
            .flatten()
            .all(|x| x.is_finite())
    );
    found
        .iter()
        .map(|one| (one.replacement.clone(), one.source()))
        .collect()
}

#[test]
fn each_source_has_its_ideas() {
    let lm = Stub::new([]).expecting(["for", "relates", "relied"]);
    let has = |text: &str, suspect: &str, new: &str, source| {
        let ideas = ideas(text, suspect, &lm);
        assert!(ideas.contains(&(new.to_owned(), source)), "{ideas:?}");
    };
    has(
        "He lives in Mailand now.",
        "Mailand",
        "Milan",
        SuggestionSource::Gazetteer,
    );
    has(
        "Mailand’s mayor spoke.",
        "Mailand",
        "Milan’s",
        SuggestionSource::Gazetteer,
    );
    has(
        "The Schornsteinfeger came late.",
        "Schornsteinfeger",
        "chimney sweep",
        SuggestionSource::Dictionary,
    );
    has(
        "It was taken as an evidence of love.",
        "evidence",
        "proof",
        SuggestionSource::Model,
    );
    has(
        "They waited of the train.",
        "of",
        "for",
        SuggestionSource::Model,
    );
    has(
        "They waited of the train.",
        "of",
        "",
        SuggestionSource::Model,
    );
    has(
        "She relatez it to us.",
        "relatez",
        "relates",
        SuggestionSource::Model,
    );
}

#[test]
fn right_names_and_odd_words_have_none() {
    let lm = Stub::new([]).expecting(["and"]);
    for (text, suspect) in [
        ("He lives in Milan now.", "Milan"),
        ("A 1234 x.", "1234"),
        ("\u{1f600} \u{1f600}", "\u{1f600}"),
        ("Ünïcödé ßß.", "ßß"),
    ] {
        assert_eq!(ideas(text, suspect, &lm), [], "{text}");
    }
}

#[test]
fn little_is_read_of_a_text_that_is_all_garbled() {
    let text = "Schornsteinfeger Mailand evidence of relatez. ".repeat(200);
    let segments = segment(&text);
    let lm = Stub::new([]);
    let reading = lm.read(&[&text], ReadOptions::default()).unwrap().remove(0);
    let surprisals = word_surprisals(&segments, &reading);
    let p = vec![0.9; segments.words.len()];
    let document = DocumentText {
        text: &text,
        segments: &segments,
        reading: &reading,
        surprisals: &surprisals,
        p_garbled: &p,
    };
    let lexicon = Lexicon::embedded().unwrap();
    let phrases = segments.words_by_sentence();
    let chosen = chosen(&document, &lexicon, &lm, &phrases);
    let count = chosen.iter().map(Vec::len).sum::<usize>();
    assert!(count <= segments.words.len() / 16, "{count}");
}
