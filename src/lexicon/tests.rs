use std::sync::LazyLock;

use proptest::prelude::*;

use super::entry::Feature;
use super::*;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::embedded().unwrap());

/// The value of the column `name` for an entry.
fn value(entry: &Entry, name: &str) -> f32 {
    let column = FEATURES.iter().position(|feature| feature.name == name);
    features(entry)[column.unwrap()]
}

fn language(word: &str) -> Option<&'static str> {
    LEXICON.foreign_language(word).map(|(name, _)| name)
}

#[test]
fn listed_words_of_other_languages_are_named() {
    for (word, expected) in [
        ("Krankenhaus", "German"),
        ("Entwicklung", "German"),
        ("und", "German"),
        ("depuis", "French"),
        ("gouvernement", "French"),
        ("desarrollo", "Spanish"),
        ("también", "Spanish"),
        ("rząd", "Polish"),
        ("hükümet", "Turkish"),
    ] {
        assert_eq!(language(word), Some(expected), "{word}");
    }
}

#[test]
fn forms_that_no_list_has_are_known_by_their_spelling() {
    for (word, expected) in [
        ("Krankenhausverwaltungen", "German"),
        ("désembourgeoiser", "French"),
        ("przeszkolilibyśmy", "Polish"),
        ("myöhästyneillämme", "Finnish"),
    ] {
        let entry = LEXICON.look_up(word);
        assert_eq!(
            (entry.english_zipf, entry.foreign),
            (0.0, None),
            "{word} is listed"
        );
        assert_eq!(language(word), Some(expected), "{word}: {entry:?}");
    }
}

#[test]
fn rare_english_words_are_english() {
    for word in [
        "quixotic",
        "lugubrious",
        "defenestration",
        "antediluvian",
        "mellifluous",
        "perspicacious",
        "obstreperous",
        "threnody",
        "winsome",
        "gossamer",
        "bumbershoot",
        "unputdownable",
        "haberdashery",
        "skullduggery",
        "kerfuffle",
        "zeitgeist",
        "schadenfreude",
        "chat",
        "pour",
        "mist",
        "kind",
        "rearrangeable",
        "den",
        "ale",
    ] {
        assert_eq!(language(word), None, "{word}: {:?}", LEXICON.look_up(word));
    }
}

#[test]
fn a_word_common_in_english_is_told_from_one_common_elsewhere() {
    let english = LEXICON.look_up("neighbourhood");
    let german = LEXICON.look_up("Nachbarschaft");
    assert!(english.english_zipf > german.english_zipf + 2.0);
    assert!(english.spelling.p_english > german.spelling.p_english + 0.5);
    assert_eq!(german.foreign.map(|(l, _)| l.code()), Some("deu"));
}

#[test]
fn names_known_in_english_have_a_frequency_there() {
    for name in ["Kowalski", "Macron", "Nairobi", "Guimarães", "O'Brien"] {
        assert!(LEXICON.look_up(name).english_zipf > 0.0, "{name}");
    }
}

#[test]
fn case_possessive_and_composition_change_nothing() {
    for (plain, other) in [
        ("lighthouse", "Lighthouse’s"),
        ("lighthouse", "LIGHTHOUSE'S"),
        ("lighthouse", "Lighthouseʼs"),
        ("café", "Cafe\u{301}"),
        ("Krankenhaus", "KRANKENHAUS"),
    ] {
        assert_eq!(LEXICON.look_up(plain), LEXICON.look_up(other), "{other}");
    }
}

#[test]
fn the_least_english_part_of_a_compound_counts() {
    let (whole, part) = (
        LEXICON.look_up("hospital-Krankenhaus"),
        LEXICON.look_up("Krankenhaus"),
    );
    assert_eq!(whole, part);
    assert_eq!(language("l’entwicklung"), Some("German"));
    assert_eq!(language("harbour-side"), None);
    // WordFrequency as a whole: more frequent than its rarest part tells.
    let listed = LEXICON.look_up("mother-in-law");
    assert!(listed.english_zipf > 0.0 && listed.is_word);
}

#[test]
fn what_is_no_word_is_neutral() {
    for text in [
        "",
        " ",
        "…",
        "42",
        "1,250.75",
        "3rd",
        "-",
        "'",
        "🚲",
        "👩‍👩‍👧",
        "\u{301}",
        "\0",
    ] {
        let entry = LEXICON.look_up(text);
        assert!(!entry.is_word, "{text:?}");
        assert_eq!(features(&entry), [0.0, 0.0, 0.0, 1.0, 0.0, 0.0], "{text:?}");
        assert_eq!(language(text), None, "{text:?}");
    }
}

#[test]
fn another_script_is_not_english_and_has_no_name_here() {
    for word in ["молоко", "δρόμος", "道路", "शहर"] {
        let entry = LEXICON.look_up(word);
        assert_eq!(
            (entry.is_word, entry.spelling.p_english),
            (true, 0.0),
            "{word}"
        );
        assert_eq!(value(&entry, "p_foreign"), 1.0, "{word}");
        assert_eq!(language(word), None, "{word}");
    }
}

#[test]
fn short_words_and_abbreviations_are_never_decided() {
    assert_eq!(language("nicht"), Some("German"));
    for word in ["NICHT", "é", "à", "je", "og", "de"] {
        assert_eq!(language(word), None, "{word}");
    }
}

#[test]
fn a_huge_word_costs_no_more_than_its_beginning() {
    let start = std::time::Instant::now();
    for unit in ["a", "é", "-", "a-", "'s", "İ", "\u{301}", "🚲", "漢"] {
        let huge = unit.repeat(1_000_000 / unit.len());
        let beginning = unit.repeat(100);
        assert_eq!(
            LEXICON.look_up(&huge),
            LEXICON.look_up(&beginning),
            "{unit:?}"
        );
    }
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn confidence_grows_with_the_evidence() {
    let entry = |english_zipf: f32, foreign_zipf: f32| Entry {
        is_word: true,
        english_zipf,
        foreign: ForeignLanguage::from_index(7).map(|language| (language, foreign_zipf)),
        spelling: Spelling {
            p_english: 0.5,
            foreign: None,
        },
    };
    let confidence = |english, foreign| {
        entry(english, foreign)
            .foreign_language()
            .map_or(0.0, |(_, confidence)| confidence)
    };
    assert!(confidence(0.0, 6.0) > confidence(1.8, 4.2));
    assert!(confidence(1.8, 4.2) > 0.5);
    // The more frequent a word is in English, the more it takes.
    assert!(confidence(2.0, 4.5) > 0.0);
    assert_eq!(confidence(4.0, 6.5), 0.0);
}

proptest! {
    #[test]
    fn features_are_finite_and_in_range(word in "\\PC{0,40}|[a-zäéłß'’-]{1,20}|[\\x00-\\u{2fff}]{0,80}") {
        let entry = LEXICON.look_up(&word);
        let row = features(&entry);
        for (Feature { name, .. }, value) in FEATURES.iter().zip(row) {
            let least = if *name == "foreign_margin" { -1.0 } else { 0.0 };
            prop_assert!((least..=1.0).contains(&value), "{name}: {value} of {word:?}");
        }
        if let Some((_, probability)) = entry.spelling.foreign {
            prop_assert!(probability + entry.spelling.p_english <= 1.0001);
        }
        if let Some((_, confidence)) = LEXICON.foreign_language(&word) {
            prop_assert!((0.5..=1.0).contains(&confidence));
        }
    }

    #[test]
    fn looking_up_is_the_same_every_time(word in "\\PC{0,20}") {
        prop_assert_eq!(LEXICON.look_up(&word), LEXICON.look_up(&word));
    }
}
