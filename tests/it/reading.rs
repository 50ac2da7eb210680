//! The numbers of the reading, against a `float32` run of the same weights and
//! against itself.

use std::path::Path;

use mtlint::lm::{Continuation, LanguageModel, Precision, Prefix, ReadOptions, TokenScores};
use rayon::ThreadPoolBuilder;
use serde::Deserialize;

use crate::common::{data, model, model_in};

#[derive(Deserialize)]
struct Reference {
    text: String,
    tokens: Vec<ReferenceToken>,
}

#[derive(Deserialize)]
struct ReferenceToken {
    id: u32,
    start: usize,
    end: usize,
    surprisal_bits: f64,
    entropy_bits: f64,
}

fn read(text: &str) -> TokenScores {
    let mut readings = model().read(&[text], ReadOptions::default()).unwrap();
    readings.remove(0)
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let covariance: f64 = a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum();
    let spread = |x: &[f64], m: f64| x.iter().map(|x| (x - m).powi(2)).sum::<f64>().sqrt();
    covariance / (spread(a, ma) * spread(b, mb))
}

#[test]
fn single_precision_agrees_with_the_float32_reference() {
    if let Some(folder) = data("single_precision_agrees_with_the_float32_reference") {
        assert_reference(&folder, Precision::F32, 1e-3, 0.9999);
    }
}

#[test]
fn eight_bits_agree_with_the_float32_reference() {
    if let Some(folder) = data("eight_bits_agree_with_the_float32_reference") {
        assert_reference(&folder, Precision::Int8, 5e-3, 0.998);
    }
}

/// Mean surprisal within `drift`, values correlated at least with `least`.
fn assert_reference(folder: &Path, precision: Precision, most_drift: f64, least: f64) {
    for name in ["garbled", "sibling", "hard"] {
        let path = folder.join(format!("reference/smollm2-135m-q4_1.{name}.json"));
        let reference: Reference =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let reading = model_in(precision)
            .read(&[&reference.text], ReadOptions::default())
            .unwrap()
            .remove(0);
        let ids = |r: &TokenScores| r.tokens.iter().map(|t| t.id).collect::<Vec<_>>();
        let expected_ids: Vec<u32> = reference.tokens.iter().map(|t| t.id).collect();
        assert_eq!(ids(&reading), expected_ids, "{name}: token ids");
        for (got, expected) in reading.tokens.iter().zip(&reference.tokens) {
            assert!(
                got.span.start() <= expected.start && got.span.end() >= expected.end,
                "{name}: span {:?}, expected {}..{}",
                got.span,
                expected.start,
                expected.end
            );
        }
        let got: Vec<f64> = reading
            .tokens
            .iter()
            .map(|t| t.surprisal_bits.into())
            .collect();
        let expected: Vec<f64> = reference.tokens.iter().map(|t| t.surprisal_bits).collect();
        let sum = |x: &[f64]| x.iter().sum::<f64>();
        let drift = (sum(&got) / sum(&expected) - 1.0).abs();
        let r = correlation(&got, &expected);
        println!(
            "{name} in {}: mean surprisal off by {:.5} %, r = {r:.7}",
            precision.name(),
            drift * 100.0
        );
        assert!(drift < most_drift, "{name}: mean surprisal off by {drift}");
        assert!(r >= least, "{name}: correlation {r}");
        let entropy: Vec<f64> = reading
            .tokens
            .iter()
            .map(|t| t.entropy_bits.into())
            .collect();
        let expected: Vec<f64> = reference.tokens.iter().map(|t| t.entropy_bits).collect();
        assert!(
            correlation(&entropy, &expected) >= 1.0 - 3.0 * (1.0 - least),
            "{name}: entropy"
        );
    }
}

const TEXTS: [&str; 5] = [
    "The ferry left the island before dawn.",
    "",
    "Doctors at the clinic said that the new vaccine protects most children for at least two \
     years, although they warned that a second dose is needed before school starts.",
    "x",
    "Prices rose by 3.4 % in April — the bank’s governor had expected less.",
];

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work)
}

#[test]
fn gives_the_same_bits_alone_in_a_batch_and_on_any_number_of_threads() {
    let long = TEXTS[2].repeat(12);
    let texts: Vec<&str> = TEXTS.iter().copied().chain([long.as_str()]).collect();
    let options = ReadOptions {
        most_probable: 3,
        layers: &[0, 10, 30],
    };
    for precision in [Precision::Int8, Precision::F32] {
        let model = model_in(precision);
        let batch = with_threads(2, || model.read(&texts, options).unwrap());
        let single = with_threads(1, || model.read(&texts, options).unwrap());
        assert_eq!(batch, single, "one thread and two");
        for (text, expected) in texts.iter().zip(&batch) {
            let alone = with_threads(3, || model.read(&[text], options).unwrap());
            assert_eq!(&alone[0], expected, "alone: {text:.20}");
        }
    }
}

#[test]
fn states_stand_beside_their_tokens() {
    let options = ReadOptions {
        most_probable: 0,
        layers: &[0, 30],
    };
    let reading = &model().read(&[TEXTS[0]], options).unwrap()[0];
    let width = reading.states.width;
    for layer in &reading.states.layers {
        assert_eq!(layer.len(), reading.tokens.len() * width);
    }
    // The embedding of a token depends on the token alone: equal ids, equal rows.
    let twice = &model().read(&["so so so so"], options).unwrap()[0];
    let rows: Vec<&[f32]> = twice.states.layers[0].chunks(width).collect();
    assert_eq!(rows[1], rows[2]);
    assert_ne!(rows[0], rows[2]);
}

#[test]
fn most_probable_tokens_come_in_order_and_agree_with_rank() {
    let options = ReadOptions {
        most_probable: 4,
        layers: &[],
    };
    let reading = &model().read(&[TEXTS[2]], options).unwrap()[0];
    let mut favourites = 0;
    for token in &reading.tokens {
        let bits: Vec<f32> = token
            .most_probable
            .iter()
            .map(|g| g.surprisal_bits)
            .collect();
        assert_eq!(bits.len(), 4);
        assert!(bits.is_sorted());
        if token.rank < 4 {
            let place = token.most_probable.iter().position(|g| g.id == token.id);
            assert_eq!(place, Some(token.rank as usize));
            favourites += 1;
        }
    }
    assert!(favourites > 10);
}

#[test]
fn a_text_longer_than_the_window_is_read_with_context_throughout() {
    // 500 sentences of about eight tokens: several windows.
    let text: String = (0..500)
        .map(|n| format!("Ship number {n} sailed on. "))
        .collect();
    let reading = read(&text);
    assert!(reading.tokens.len() > 3000);
    let mut end = 0;
    for token in &reading.tokens {
        assert_eq!(token.span.start(), end, "tokens tile the text");
        end = token.span.end();
    }
    assert_eq!(end, text.len());
    // Without context "Ship" costs far more than in the hundredth repetition.
    let worst = reading.tokens[2048..]
        .iter()
        .filter(|t| t.span.slice(&text).unwrap().contains("Ship"))
        .map(|t| t.surprisal_bits)
        .fold(0.0, f32::max);
    assert!(
        worst < 2.0,
        "a token was read without context: {worst} bits"
    );
}

#[test]
fn continuations_equal_the_full_reading() {
    let prefix = "The minister met the press on Friday. He said that the old bridge ";
    let ends = [
        "would be closed until spring.",
        "had fallen into the river twice before, and nobody had noticed.",
        "s were safe.",
        "",
    ];
    assert_continuations(prefix, &ends);
    // Past the window, and at a place that is no token boundary.
    let long = "Water flows downhill; nobody asked it to. ".repeat(230);
    assert_continuations(&long, &["It never argues.", "It nev", "It runs."]);
    assert_continuations("", &["Once more.", "Once again, please."]);
}

fn assert_continuations(prefix: &str, ends: &[&str]) {
    let readings = model().read_texts_after(prefix, ends).unwrap();
    for (end, got) in ends.iter().zip(&readings) {
        assert_reads_as_part(prefix, end, got);
    }
}

/// `got` must be what is read of `end` where the whole is read.
fn assert_reads_as_part(prefix: &str, end: &str, got: &TokenScores) {
    let full = read(&format!("{prefix}{end}"));
    let expected: Vec<_> = full
        .tokens
        .iter()
        .filter(|t| t.span.end() > prefix.len())
        .collect();
    assert_eq!(got.tokens.len(), expected.len(), "{end:?}");
    for (got, expected) in got.tokens.iter().zip(expected) {
        assert_eq!((got.id, got.span), (expected.id, expected.span));
        let off = (got.surprisal_bits - expected.surprisal_bits).abs();
        assert!(off < 1e-3, "{end:?}: off by {off} bits");
    }
}

#[test]
fn branches_equal_the_full_reading_wherever_they_begin() {
    let prefix = "The mill by the river was sold twice. Nobody wanted it, since its wheel \
                 had not turned for thirty years.";
    let continuations = [
        (0, "A mill"),
        (8, " by a canal"),
        // Amid a word, so that its tokens are others than the trunk's.
        (prefix.find("anted").unwrap(), "alked there"),
        (prefix.len(), " Then it burnt down."),
        // The trunk's own words, to its end and not so far.
        (8, &prefix[8..]),
        (8, " by the river was"),
        (8, " by the river was sold twi"),
    ];
    let continuations = continuations.map(|(at, text)| Continuation { at, text });
    // Trunks of several windows, and of none, beside it.
    let long = "Water flows downhill; nobody asked it to. ".repeat(230);
    let ends = [(long.len(), "It never argues."), (20, " uphill, they say.")];
    let ends = ends.map(|(at, text)| Continuation { at, text });
    let empty = [Continuation {
        at: 0,
        text: "Once.",
    }];
    let prefixes = [
        (prefix, &continuations[..]),
        (&long, &ends[..]),
        ("", &empty[..]),
        (&prefix[..40], &[][..]),
        (&prefix[9..], &continuations[..1]),
    ];
    let prefixes = prefixes.map(|(text, continuations)| Prefix {
        text,
        continuations,
        cache: None,
    });
    let readings = model().read_continuations(&prefixes).unwrap();
    assert_eq!(readings.len(), prefixes.len());
    for (prefix, readings) in prefixes.iter().zip(&readings) {
        assert_eq!(readings.len(), prefix.continuations.len());
        for (continuation, got) in prefix.continuations.iter().zip(readings) {
            assert_reads_as_part(&prefix.text[..continuation.at], continuation.text, got);
        }
    }
    // What a trunk gives does not depend on those beside it.
    for (prefix, together) in prefixes.iter().zip(&readings) {
        assert_eq!(
            &model().read_continuations(&[*prefix]).unwrap()[0],
            together
        );
    }
    // Where the trunk is remembered, none of it is read again.
    let texts = prefixes.map(|prefix| prefix.text);
    let options = ReadOptions {
        most_probable: 2,
        layers: &[0, 7],
    };
    let kept = model().read_with_cache(&texts, options).unwrap();
    for (text, (reading, cache)) in texts.iter().zip(&kept) {
        let plain = model().read(&[text], options).unwrap();
        assert_eq!(reading, &plain[0]);
        assert!(cache.is_some(), "{text:?}");
    }
    let mut remembered = prefixes;
    for (prefix, (_, cache)) in remembered.iter_mut().zip(&kept) {
        prefix.cache = cache.as_ref();
    }
    // One that was forgotten stands amid those that are not.
    remembered[2].cache = None;
    let readings = model().read_continuations(&remembered).unwrap();
    for (prefix, readings) in remembered.iter().zip(&readings) {
        assert_eq!(readings.len(), prefix.continuations.len());
        for (continuation, got) in prefix.continuations.iter().zip(readings) {
            assert_reads_as_part(&prefix.text[..continuation.at], continuation.text, got);
        }
    }
}

#[test]
fn a_remembered_text_goes_on_from_any_place_in_it() {
    let text = "It’s 12 km,\n\n  to Łódź and Ćmielów;\tshe'd said \u{1f6a2} “no” \u{2014}                 didn't  she? The end of";
    let kept = model()
        .read_with_cache(&[text], ReadOptions::default())
        .unwrap();
    let ends = ["", " the road", "ing", "'s", "  7", "\n"];
    let places = (0..=text.len()).filter(|at| text.is_char_boundary(*at));
    let continuations =
        places.flat_map(|at| ends.iter().map(move |text| Continuation { at, text }));
    let continuations: Vec<Continuation<'_>> = continuations.collect();
    let prefix = Prefix {
        text,
        continuations: &continuations,
        cache: kept[0].1.as_ref(),
    };
    let readings = model().read_continuations(&[prefix]).unwrap().remove(0);
    assert_eq!(readings.len(), continuations.len());
    for (continuation, got) in continuations.iter().zip(&readings) {
        assert_reads_as_part(&text[..continuation.at], continuation.text, got);
    }
}

#[test]
fn texts_are_remembered_in_single_precision_too() {
    let model = model_in(Precision::F32);
    let text = "The mill by the river was sold twice. Nobody wanted it.";
    let at = text.find(" twice").unwrap();
    let kept = model
        .read_with_cache(&[text], ReadOptions::default())
        .unwrap();
    let continuations = [Continuation {
        at,
        text: " in May.",
    }];
    let prefix = |cache| Prefix {
        text,
        continuations: &continuations,
        cache,
    };
    let prefixes = [prefix(kept[0].1.as_ref()), prefix(None)];
    let readings = model.read_continuations(&prefixes).unwrap();
    let full = model
        .read(
            &[&format!("{} in May.", &text[..at])],
            ReadOptions::default(),
        )
        .unwrap();
    for reading in readings {
        let got = &reading[0].tokens;
        let expected = &full[0].tokens[full[0].tokens.len() - got.len()..];
        for (got, expected) in got.iter().zip(expected) {
            assert_eq!((got.id, got.span), (expected.id, expected.span));
            assert!((got.surprisal_bits - expected.surprisal_bits).abs() < 1e-3);
        }
    }
}

#[test]
fn a_text_too_long_to_remember_is_read_all_the_same() {
    let long = "Water flows downhill; nobody asked it to. ".repeat(460);
    let texts = ["Short.", &long];
    let kept = model()
        .read_with_cache(&texts, ReadOptions::default())
        .unwrap();
    assert!(kept[0].1.is_some() && kept[1].1.is_none());
    assert!(kept[1].0.tokens.len() > 4096);
    assert_eq!(kept[1].0, read(&long));
}

#[test]
fn texts_are_read_after_what_stands_before_them() {
    let long = "Water flows downhill; nobody asked it to. ".repeat(230);
    let pairs = [
        ("The mill was sold.", " It had stood empty."),
        ("", "Nobody wanted it."),
        ("Its wheel had", ""),
        ("Its wheel stood st", "ill for thirty years."),
        (&long, "It never argues."),
    ];
    let readings = model().read_after(&pairs).unwrap();
    for ((before, text), got) in pairs.iter().zip(&readings) {
        assert_reads_as_part(before, text, got);
    }
}

#[test]
fn a_text_that_spells_special_tokens_is_only_text() {
    let reading = read("He wrote <|endoftext|> and <|im_start|> on the board.");
    assert!(reading.tokens.iter().all(|token| token.id >= 17));
}

#[test]
fn odd_texts_are_read_to_the_end() {
    let spaces = " ".repeat(200_000);
    let word = "ab ".repeat(3) + &"a".repeat(6_000);
    for text in ["\0\u{1}\u{202e}", "👩‍👩‍👧‍👦🏳️‍🌈", spaces.as_str(), word.as_str()]
    {
        let reading = read(text);
        let end = reading.tokens.last().unwrap().span.end();
        assert_eq!(end, text.len());
    }
}

#[test]
fn a_long_text_read_in_parts_has_the_numbers_of_the_whole() {
    let lm = model();
    let text = include_str!("../../examples/dam.garbled.txt").repeat(26);
    let options = ReadOptions {
        most_probable: 2,
        layers: &[10, 30],
    };
    let whole = lm.read(&[&text], options).unwrap().remove(0);
    let (mut tokens, mut states, mut parts) = (Vec::new(), vec![Vec::new(); 2], 0);
    let mut take = |part: TokenScores| {
        tokens.extend(part.tokens);
        for (known, new) in states.iter_mut().zip(part.states.layers) {
            known.extend(new);
        }
        parts += 1;
        Ok(())
    };
    lm.read_in_parts(&text, options, &mut take).unwrap();
    assert!(parts > 1);
    assert_eq!(tokens, whole.tokens);
    assert_eq!(states, whole.states.layers);
}
