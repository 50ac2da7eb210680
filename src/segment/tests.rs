//! Whole-splitter tests: what is one paragraph, one sentence, one word.

use super::*;
use proptest::prelude::*;

fn words(text: &str) -> Vec<&str> {
    let segments = segment(text);
    let words = segments.words.iter();
    words.map(|word| &text[word.span.range()]).collect()
}

fn sentences(text: &str) -> Vec<&str> {
    let segments = segment(text);
    let sentences = segments.sentences.iter();
    sentences.map(|span| &text[span.range()]).collect()
}

fn paragraphs(text: &str) -> Vec<&str> {
    let segments = segment(text);
    let paragraphs = segments.paragraphs.iter();
    paragraphs.map(|span| &text[span.range()]).collect()
}

/// The words written with a `|` between them where no space stands.
#[track_caller]
fn assert_words(written: &str) {
    let expected: Vec<&str> = written
        .split([' ', '|'])
        .filter(|w| !w.is_empty())
        .collect();
    assert_eq!(words(&written.replace('|', "")), expected);
}

/// The sentences, joined by a space, are split again where they were joined.
#[track_caller]
fn assert_sentences(expected: &[&str]) {
    assert_eq!(sentences(&expected.join(" ")), expected);
}

#[test]
fn marks_stand_apart_and_compounds_stay_whole() {
    assert_words("a longer-than-expected trip|,| they said|.");
    assert_words("“|Don't|”| or |“|don’t|”|: |Lena's and Lena’s boats|'| sails");
    assert_words("Shares fell 3.5|% to |$|12,450 at 10:30|.");
    assert_words("COVID-19 at AT&T and the R&D desk| (|2016-2017|)");
    assert_words("Wait|... what|…| really|?|!");
    assert_words("He came|--|late");
    assert_words("either|/|or");
}

#[test]
fn abbreviations_keep_their_stop() {
    assert_words("Mr. Okafor flew from the U.S. to Paris at 9 a.m. on Sept. 4|.");
    assert_words("U.S.-led talks and the U.S.'s role");
    assert_words("see No. 5|, e.g. p. 12|, by J. K. Adeyemi|, Ph.D.");
    assert_words("The answer is no|.");
    assert_words("She looked at the sun|. He sat|.");
    assert_words("The firm|, Harbour Inc.|, closed|.");
}

#[test]
fn addresses_are_one_word() {
    assert_words("Write to |<|press.desk@rivers-trust.org|>| today");
    assert_words("(|https://rivers-trust.org/a_b/(1)?q=2#top|)|, www.Tide-Table.co.uk|.");
    assert_words("rivers-trust.org/news and 3|/|4");
}

#[test]
fn words_that_a_mark_glues_together_are_parted() {
    assert_words("the talks|.|The crew");
    assert_words("source|:|radio");
    assert_eq!(
        sentences("It ended the talks.The crew went home."),
        ["It ended the talks.", "The crew went home."]
    );
}

#[test]
fn symbols_are_punctuation_and_numbers_are_words() {
    let text = "Goal 🎉 👩‍👩‍👧 © 🇳🇵 1️⃣ 🅰 2 km²";
    let segments = segment(text);
    let counted: Vec<&str> = segments
        .words
        .iter()
        .filter(|word| word.kind == WordKind::Word)
        .map(|word| &text[word.span.range()])
        .collect();
    assert_eq!(counted, ["Goal", "2", "km"]);
    assert_eq!(segments.word_count(), 3);
    assert_eq!(segments.words.len(), 10);
}

#[test]
fn full_stops_inside_a_sentence_do_not_end_it() {
    assert_sentences(&["Mr. Silva met Dr. Ann B. Hart in St. Ives at 5 p.m. Friday."]);
    assert_sentences(&["Flight No. 5 rose 3.2 percent, i.e. Monday was better."]);
    assert_sentences(&["The U.S. Senate and Oak Inc. Chairman J. P. Reyes agreed."]);
    assert_sentences(&["On Jan. 4 the hens, ducks, etc. were counted (see p. 7)."]);
    assert_sentences(&["He waited... and then left.", "Nobody saw him."]);
}

#[test]
fn a_clear_start_after_an_abbreviation_begins_a_sentence() {
    assert_sentences(&["They moved to the U.S.", "The winters were cold."]);
    assert_sentences(&["The shop opens at 9 a.m.", "It shuts at noon."]);
    assert_sentences(&["They sell pears, figs, etc.", "Prices rose."]);
}

#[test]
fn quotes_and_brackets_close_with_their_sentence() {
    assert_sentences(&[
        "“We won.”",
        "The crowd sang.",
        "(It rained.)",
        "'Good,' she said.",
    ]);
    assert_sentences(&[
        "\"Why now?\" he asked.",
        "\"Stop!\" cried the guard.",
        "No one did.",
    ]);
    assert_sentences(&["Really?!", "Yes!", "The vote passed.[12]", "20 voted no."]);
    assert_sentences(&["It ended…", "Then it began."]);
}

#[test]
fn marks_that_stand_apart_belong_to_the_sentence_before() {
    assert_sentences(&["Who came ? !", "Nobody . ”", "...But then they did."]);
    assert_sentences(&["The case is No. B-1207 on the list."]);
}

#[test]
fn numbers_of_list_items_stay_with_their_item() {
    assert_eq!(
        sentences("1. Wash the rice.\n2. Boil it. Then rest."),
        ["1. Wash the rice.", "2. Boil it.", "Then rest."]
    );
}

#[test]
fn a_line_is_a_paragraph_in_articles_with_one_line_each() {
    let text = "Ferry line reopens after storm\nThe ferry between the two islands sailed again on Tuesday after a week in port, to the relief of the growers who ship their flowers with it.\nIts captain said the sea was calm\r\nPassengers cheered.";
    assert_eq!(paragraphs(text).len(), 4);
    assert_eq!(paragraphs("One.\n \t\nTwo.\r\rThree.").len(), 3);
    assert_eq!(paragraphs("eggs\nmilk\nbread").len(), 3);
}

#[test]
fn wrapped_lines_are_one_paragraph() {
    let text = "The museum bought the painting from a farmer who had kept it in a barn\n\
                for thirty years, next to a tractor and two bicycles. Restorers needed\n\
                a year to clean it. It will hang in the east wing from the first week\n\
                of May.\n\
                Tickets cost nine euros for adults, and children under the age of ten\n\
                go in for free when an adult is with them.";
    let found = paragraphs(text);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[1].starts_with("Tickets"));
    assert_eq!(sentences(text).len(), 4);
}

#[test]
fn a_byte_order_mark_and_odd_white_space_are_left_out() {
    let text = "\u{feff}Snow\u{a0}fell.\u{2029}\u{3000}Then rain.\u{85}";
    assert_eq!(words(text), ["Snow", "fell", ".", "Then", "rain", "."]);
    assert_eq!(paragraphs(text), ["Snow\u{a0}fell.", "Then rain."]);
    assert_eq!(segment("\u{feff}"), Segments::default());
    assert_eq!(segment(" \n\t\r\n "), Segments::default());
}

#[test]
fn words_know_their_sentence_and_paragraph() {
    let text = "Rain. Sun.\n\nWind.";
    let segments = segment(text);
    let homes: Vec<_> = segments
        .words
        .iter()
        .map(|word| (word.sentence, word.paragraph))
        .collect();
    assert_eq!(homes, [(0, 0), (0, 0), (1, 0), (1, 0), (2, 1), (2, 1)]);
    assert_eq!(segments.words_in(segments.sentences[1]), 2..4);
    assert_eq!(segments.words_in(Span::new(1, 2)), 0..1);
    assert_eq!(segments.words_in(Span::new(17, 17)), 6..6);
}

/// Megabyte lines of what is hard on splitters; quadratic time on any of them
/// would take hours. The bound is generous, since the machine may be busy.
#[test]
fn a_megabyte_line_takes_linear_time() {
    let begun = std::time::Instant::now();
    for unit in [
        "a",
        "a ",
        ". ",
        ".(",
        "a.",
        "a. ",
        "'",
        "’s",
        "-",
        "a-",
        "\"",
        "漢",
        "🎉",
        "é\u{301}",
        "\u{200d}",
        "\u{202e}",
        "a:",
        "1.",
        "1,",
        " ",
        "@",
        "a@b.c/",
        "://",
        "Mr. ",
        "J. ",
        ")",
        "[1]",
        "\u{1f1e6}",
        "a\n",
        "\n",
        "\u{0}",
        "?\"",
        "B\u{ad}",
    ] {
        let text = unit.repeat((1 << 20) / unit.len());
        let segments = segment(&text);
        assert_tiles(&text, &segments);
    }
    let mut spaces = String::from("End. ");
    spaces.push_str(&" ".repeat(1 << 20));
    spaces.push('A');
    assert_eq!(segment(&spaces).sentences.len(), 2);
    assert!(begun.elapsed().as_secs() < 300, "{:?}", begun.elapsed());
}

/// Every character but white space and a leading mark is in exactly one word;
/// spans are sorted, sliceable, and nested as promised.
fn assert_tiles(text: &str, segments: &Segments) {
    let content = text.strip_prefix('\u{feff}').map_or(0, |_| 3);
    let mut at = content;
    for word in &segments.words {
        let span = word.span;
        assert!(!span.is_empty() && span.len() <= MAX_WORD_BYTES);
        assert!(
            span.slice(text)
                .is_some_and(|w| !w.contains(char::is_whitespace))
        );
        assert!(text[at..span.start()].trim().is_empty());
        assert!(segments.sentences[word.sentence].contains(span));
        assert!(segments.paragraphs[word.paragraph].contains(segments.sentences[word.sentence]));
        at = span.end();
    }
    assert!(text[at..].trim().is_empty());
    for list in [&segments.sentences, &segments.paragraphs] {
        assert!(list.windows(2).all(|two| two[0].end() <= two[1].start()));
        assert!(list.iter().all(|span| {
            span.slice(text)
                .is_some_and(|s| s.trim() == s && !s.is_empty())
        }));
    }
}

proptest! {
    #[test]
    fn any_text_is_tiled(text in any::<String>()) {
        assert_tiles(&text, &segment(&text));
    }

    #[test]
    fn any_mix_of_awkward_pieces_is_tiled(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a", "The", "U.S.", "Mr", ".", "...", "…", "!", "?", "\"", "”", "'", "’", "-", "--", "—", ":",
                "/", "@", "www.", "://", "&", "%", "3", "1.5", " ", "  ", "\n", "\r\n", "\r", "\u{feff}",
                "\u{202e}", "\u{200b}", "\u{ad}", "\u{0}", "漢字", "。", "🎉", "👩‍👩‍👧", "e\u{301}", "़", "[1]", "(", ")",
                "\u{2028}", "\u{85}", "\u{fe0f}", "\u{20e3}",
            ]),
            0..60,
        )
    ) {
        let text = pieces.concat();
        assert_tiles(&text, &segment(&text));
        prop_assert_eq!(segment(&text), segment(&text));
    }

    #[test]
    fn a_monster_is_cut(letter in "[a-zé漢\u{301}]", times in 400usize..3000) {
        let text = letter.repeat(times);
        assert_tiles(&text, &segment(&text));
    }
}
