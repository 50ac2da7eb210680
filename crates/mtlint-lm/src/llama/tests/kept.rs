//! Readings that are kept give the numbers of new ones, and spare tokens.

use proptest::prelude::*;

use super::*;
use crate::Continuation;

/// Room for all readings of a test.
const ALL: usize = 1 << 30;

/// A model whose window of 200 tokens has several blocks of queries. It reads bytes.
fn model(precision: Precision) -> Llama {
    let tiny = TinyModel::sound().with("llama.context_length", Entry::Integer(200));
    tiny.load(precision).unwrap()
}

const ASKED: ReadOptions<'_> = ReadOptions {
    most_probable: 2,
    layers: &[0, 1],
};

/// All that a linter asks of a text.
fn asked(model: &Llama, text: &str) -> (Vec<TokenScores>, Vec<Vec<TokenScores>>) {
    let mut scores = model.read(&["Beside it.", text], ASKED).unwrap();
    let (whole, cache) = model.read_with_cache(&[text], ASKED).unwrap().remove(0);
    scores.push(whole);
    scores.extend(model.read(&[text], ReadOptions::default()).unwrap());
    scores.extend(
        model
            .read_after(&[(text, " It rained."), ("So", " it did.")])
            .unwrap(),
    );
    let places = [text.len() / 3, text.len() / 2, text.len()];
    let continuations = places.map(|at| Continuation { at, text: " too" });
    let prefix = |cache| Prefix {
        text,
        continuations: &continuations,
        cache,
    };
    let prefixes = [prefix(cache.as_ref()), prefix(None)];
    (scores, model.read_continuations(&prefixes).unwrap())
}

fn tokens_read(model: &Llama, work: impl FnOnce()) -> (u64, u64) {
    let before = model.tokens();
    work();
    let after = model.tokens();
    (after.read - before.read, after.kept - before.kept)
}

fn text(length: usize) -> String {
    (0..length)
        .map(|at| char::from(b'a' + (at * at % 23) as u8))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_edited_text_gets_the_numbers_of_a_new_one(
        text in "[a-f ]{0,450}",
        edits in prop::collection::vec((0..450usize, 0..90usize, "[a-f ]{0,90}"), 1..5),
        precision in prop::sample::select(vec![Precision::Int8, Precision::F32]),
        // Much of what is read does not fit the smaller one.
        room in prop::sample::select(vec![200_000, ALL]),
    ) {
        let keeping = model(precision);
        keeping.keep_readings(room);
        let mut text = text;
        for (at, length, new) in edits {
            prop_assert_eq!(asked(&keeping, &text), asked(&model(precision), &text));
            let at = at.min(text.len());
            text.replace_range(at..(at + length).min(text.len()), &new);
        }
        prop_assert_eq!(asked(&keeping, &text), asked(&model(precision), &text));
    }
}

#[test]
fn a_text_costs_what_stands_from_the_first_difference_on() {
    let model = model(Precision::Int8);
    model.keep_readings(ALL);
    // A window and a half.
    let text = text(300);
    let read = |text: &str| tokens_read(&model, || drop(model.read(&[text], ASKED).unwrap()));
    assert_eq!(read(&text), (200 + 151, 0));
    assert_eq!(read(&text), (0, 200 + 151));
    // The first window is known, and two blocks of 64 rows of the second.
    let edited = format!("{}X", &text[..299]);
    assert_eq!(read(&edited), (151 - 128, 200 + 128));
    // What the first window has in common with the one before ends amid its second block.
    let edited = format!("{}X{}", &text[..100], &text[101..]);
    assert_eq!(read(&edited), (200 - 64 + 151 - 128, 64 + 128));
    let other = format!("X{text}");
    assert_eq!(read(&other).1, 0);
}

#[test]
fn what_is_asked_of_parts_again_costs_nothing() {
    let model = model(Precision::F32);
    let again = || tokens_read(&model, || drop(asked(&model, &text(150))));
    let (all, kept) = again();
    assert_eq!(kept, 0);
    assert_eq!(again(), (all, 0));
    model.keep_readings(ALL);
    again();
    let (read, kept) = again();
    // Without its cache the text is read to find what it begins with.
    assert!(read < 200 && kept > all / 2, "{read} were read, {kept} not");
    model.keep_readings(0);
    assert_eq!(again(), (all, 0));
}

/// Room for two readings of 151 tokens, of 600 bytes each token: two pieces of memory each.
const TWO: usize = 300_000;

#[test]
fn what_does_not_fit_is_forgotten_and_long_texts_are_not_kept() {
    let model = model(Precision::F32);
    let read = |text: &str| tokens_read(&model, || drop(model.read(&[text], ASKED).unwrap()));
    model.keep_readings(ALL);
    let long = text(MAX_CACHED_TOKENS + 1);
    read(&long);
    assert_eq!(read(&long).1, 0);
    model.keep_readings(TWO);
    let texts = ["a", "b", "c"].map(|start| format!("{start}{}", text(150)));
    for text in &texts {
        assert_eq!(read(text), (152, 0));
    }
    assert_eq!(read(&texts[2]), (0, 152));
    assert_eq!(read(&texts[1]), (0, 152));
    assert_eq!(read(&texts[0]), (152, 0));
}

#[test]
fn the_versions_of_one_text_do_not_drive_out_another() {
    let model = model(Precision::F32);
    let read = |text: &str| tokens_read(&model, || drop(model.read(&[text], ASKED).unwrap()));
    model.keep_readings(TWO);
    let (other, edited) = (format!("X{}", text(150)), text(150));
    read(&other);
    for number in 0..10 {
        read(&format!("{edited}{number}"));
    }
    assert_eq!(read(&other), (0, 152));
}

#[test]
fn readings_are_kept_by_many_threads_at_once() {
    let (keeping, plain) = (model(Precision::Int8), model(Precision::Int8));
    keeping.keep_readings(2_000_000);
    let texts: Vec<String> = (0..8)
        .map(|at| format!("{}{at}", text(60 + 30 * at)))
        .collect();
    let expected: Vec<_> = texts.iter().map(|text| asked(&plain, text)).collect();
    std::thread::scope(|scope| {
        for start in 0..4 {
            let (keeping, texts, expected) = (&keeping, &texts, &expected);
            scope.spawn(move || {
                for at in (start..start + 16).map(|at| at % texts.len()) {
                    assert_eq!(asked(keeping, &texts[at]), expected[at]);
                }
            });
        }
    });
}
