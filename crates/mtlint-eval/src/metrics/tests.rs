//! Measures computed by hand, and what holds of them for any words.

use proptest::prelude::*;

use super::*;

fn words(scored: &[(f32, bool)]) -> Vec<ScoredWord> {
    let word = |&(score, bad)| ScoredWord {
        text: 0,
        score,
        flagged: score >= 0.5,
        bad,
    };
    scored.iter().map(word).collect()
}

fn counts(scored: &[(f32, bool)]) -> Counts {
    Counts::sum(&Counts::by_text(&words(scored), 1), &[1])
}

fn auc(scored: &[(f32, bool)]) -> Option<f64> {
    Ranking::new(&words(scored)).area_under_curve(&[1])
}

fn ap(scored: &[(f32, bool)]) -> Option<f64> {
    Ranking::new(&words(scored)).average_precision(&[1])
}

fn squares(scored: &[(f32, bool)]) -> SquaredErrors {
    SquaredErrors::sum(&SquaredErrors::by_text(&words(scored), 1), &[1])
}

fn skill(scored: &[(f32, bool)]) -> Option<f64> {
    squares(scored).skill()
}

fn assert_near(got: Option<f64>, wanted: f64) {
    assert!(
        got.is_some_and(|got| (got - wanted).abs() < 1e-6),
        "{got:?}, not {wanted}"
    );
}

const PERFECT: [(f32, bool); 4] = [(0.9, true), (0.8, true), (0.2, false), (0.1, false)];
const INVERTED: [(f32, bool); 4] = [(0.9, false), (0.8, false), (0.2, true), (0.1, true)];
const CONSTANT: [(f32, bool); 4] = [(0.5, true), (0.5, false), (0.5, false), (0.5, false)];

#[test]
fn perfect_inverted_and_constant_predictors() {
    assert_eq!(counts(&PERFECT).mcc(), 1.0);
    assert_eq!(counts(&INVERTED).mcc(), -1.0);
    assert_eq!(counts(&CONSTANT).mcc(), 0.0);
    assert_eq!(counts(&PERFECT).f1(), Some(1.0));
    assert_eq!(counts(&INVERTED).f1(), Some(0.0));
    assert_eq!(counts(&[(0.1, false)]).f1(), None);
    assert_eq!(
        (auc(&PERFECT), auc(&INVERTED), auc(&CONSTANT)),
        (Some(1.0), Some(0.0), Some(0.5))
    );
    // Inverted: precision 1/3 when the first BAD word comes, then 2/4.
    assert_eq!(ap(&PERFECT), Some(1.0));
    assert_near(ap(&INVERTED), (1.0 / 3.0 + 0.5) / 2.0);
    assert_eq!(ap(&CONSTANT), Some(0.25));
    assert_eq!(auc(&[(0.3, true)]), None);
    assert_eq!(ap(&[(0.3, false)]), None);
}

#[test]
fn a_case_computed_by_hand() {
    // 2 hits, 1 false alarm, 1 miss, 3 passed.
    let scored = [
        (0.9, true),
        (0.8, false),
        (0.6, true),
        (0.4, true),
        (0.3, false),
        (0.2, false),
        (0.1, false),
    ];
    // (2·3 - 1·1) / sqrt(3·3·4·4) = 5/12
    assert_near(Some(counts(&scored).mcc()), 5.0 / 12.0);
    assert_near(counts(&scored).f1(), 4.0 / 6.0);
    // Of 12 pairs, the OK word at 0.8 is above two BAD words.
    assert_near(auc(&scored), 10.0 / 12.0);
    assert_near(ap(&scored), (1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0);
    // 1 - (0.01+0.64+0.16+0.36+0.09+0.04+0.01)/7 / (3/7·4/7)
    assert_near(skill(&scored), 1.0 - 1.31 / 7.0 / (12.0 / 49.0));
}

#[test]
fn the_order_of_tied_words_does_not_matter() {
    let one = [
        (0.7, true),
        (0.5, true),
        (0.5, false),
        (0.5, false),
        (0.1, true),
    ];
    let other = [
        (0.5, false),
        (0.1, true),
        (0.5, true),
        (0.7, true),
        (0.5, false),
    ];
    // Six pairs: 2 won by 0.7, 2 halves of 0.5, none by 0.1.
    assert_near(auc(&one), 3.0 / 6.0);
    assert_near(ap(&one), (1.0 + 2.0 / 4.0 + 3.0 / 5.0) / 3.0);
    assert_eq!((auc(&one), ap(&one)), (auc(&other), ap(&other)));
    let error = |scored| Ranking::new(&words(scored)).calibration_error(3, &[1]);
    assert_eq!(error(&one), error(&other));
}

#[test]
fn calibration_is_judged_bin_by_bin() {
    let error = |scored: &[_], bins| Ranking::new(&words(scored)).calibration_error(bins, &[1]);
    let quarter = [(0.25, true), (0.25, false), (0.25, false), (0.25, false)];
    assert_near(error(&quarter, 15), 0.0);
    assert_near(error(&PERFECT, 1), 0.0);
    // Each bin of two is off by (0.1+0.2)/2.
    assert_near(error(&PERFECT, 2), 0.15);
    assert_near(error(&INVERTED, 2), 0.85);
    assert_eq!(error(&[], 15), None);
    assert_near(skill(&quarter), 0.0);
    assert_eq!(skill(&[(0.5, true)]), None);
}

#[test]
fn thresholds_are_swept_downwards() {
    let ranking = Ranking::new(&words(&PERFECT));
    // 0.85 finds one of two BAD words: (1·2 - 0)/sqrt(1·2·2·3)
    let swept = ranking.mcc_at(&[1.0, 0.85, 0.5, 0.0]);
    assert_eq!((swept[0], swept[2], swept[3]), (0.0, 1.0, 0.0));
    assert_near(Some(swept[1]), 2.0 / 12_f64.sqrt());
}

#[test]
fn a_weight_is_a_repetition() {
    let mut scored = words(&[(0.9, true), (0.4, true), (0.6, false), (0.3, false)]);
    for (text, word) in scored.iter_mut().enumerate() {
        word.text = text;
    }
    let weights = [2, 0, 1, 3];
    let mut repeated = Vec::new();
    for word in &scored {
        for _ in 0..weights[word.text] {
            repeated.push(*word);
        }
    }
    let (weighted, plain) = (Ranking::new(&scored), Ranking::new(&repeated));
    let even = [1; 4];
    assert_eq!(
        weighted.area_under_curve(&weights),
        plain.area_under_curve(&even)
    );
    assert_eq!(
        weighted.average_precision(&weights),
        plain.average_precision(&even)
    );
    let sum = |words, weights| Counts::sum(&Counts::by_text(words, 4), weights);
    assert_eq!(sum(&scored, &weights), sum(&repeated, &even));
}

#[test]
fn bins_hold_equally_many_words_and_part_a_run_evenly() {
    // Two bins of three: 0.9, 0.6, 0.6 and 0.6, 0.6, 0.1. The run at 0.6 holds
    // one BAD word of four, so each of its words counts as a quarter BAD.
    let scored = [
        (0.9, true),
        (0.6, false),
        (0.6, true),
        (0.6, false),
        (0.6, false),
        (0.1, true),
    ];
    let error = |bins| Ranking::new(&words(&scored)).calibration_error(bins, &[1]);
    // |-0.1 + 2·0.35| and |2·0.35 - 0.9| over 6; bins of one width would give
    // |-0.1 + 4·0.35| and |-0.9|.
    assert_near(error(2), (0.6 + 0.2) / 6.0);
    let bad_first = [(0.5, true), (0.5, true), (0.4, false), (0.2, false)];
    // One bin: |1.6 - 2|/4; two: (|1 - 2| + |0.6|)/4.
    let error = |bins| Ranking::new(&words(&bad_first)).calibration_error(bins, &[1]);
    assert_near(error(1), 0.1);
    assert_near(error(2), 0.4);
}

#[test]
fn brier_skill_over_a_given_share() {
    // Errors 0.04 + 0.16 + 0.01 + 0.09 = 0.3; two of four BAD. Always saying
    // 0.5 errs 1.0 in all, always saying 0.2 errs 2·0.64 + 2·0.04 = 1.36.
    let scored = [(0.8, true), (0.6, true), (0.1, false), (0.3, false)];
    let squares = squares(&scored);
    assert_eq!(squares.bad_share(), Some(0.5));
    assert_near(squares.skill(), 0.7);
    assert_near(squares.skill_over(0.2), 1.0 - 0.3 / 1.36);
    // Where all are BAD the own share cannot be beaten, another can.
    let bad = SquaredErrors::sum(&SquaredErrors::by_text(&words(&[(0.5, true)]), 1), &[1]);
    assert_eq!(bad.skill(), None);
    assert_near(bad.skill_over(0.0), 0.75);
}

#[test]
fn kappa_takes_off_what_chance_agrees_on() {
    // The textbook's table: 20 and 15 alike, 5 and 10 not; chance agrees in
    // 0.5·0.6 + 0.5·0.4 of 50.
    let table = Counts {
        hits: 20.0,
        false_alarms: 5.0,
        misses: 10.0,
        passed: 15.0,
    };
    assert_near(table.agreement(), 0.7);
    assert_near(table.kappa(), 0.4);
    let one_sided = Counts {
        hits: 3.0,
        ..Counts::default()
    };
    assert_eq!(
        (one_sided.agreement(), one_sided.kappa()),
        (Some(1.0), None)
    );
    assert_eq!(Counts::default().agreement(), None);
    assert_eq!(Counts::default().kappa(), None);
}

#[test]
fn quantiles_and_means() {
    assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
    assert_near(quantile(&[10.0, 20.0, 30.0], 0.1), 12.0);
    assert_eq!(quantile(&[], 0.5), None);
    assert_eq!((mean([1.0, 3.0]), mean([])), (Some(2.0), None));
}

fn any_words() -> impl Strategy<Value = Vec<(f32, bool)>> {
    // Few scores, so that there are ties.
    proptest::collection::vec(
        ((0_u8..6).prop_map(|n| f32::from(n) / 5.0), any::<bool>()),
        1..40,
    )
}

proptest! {
    #[test]
    fn calibration_does_not_see_the_order_of_words(scored in any_words(), bins in 1_usize..20) {
        let error = |scored: &[(f32, bool)]| Ranking::new(&words(scored)).calibration_error(bins, &[1]);
        let mut turned = scored.clone();
        turned.reverse();
        let (one, other) = (error(&scored).unwrap(), error(&turned).unwrap());
        prop_assert!((one - other).abs() < 1e-9);
        prop_assert!((0.0..=1.0).contains(&one));
        // A bin can only hide distances of its parts.
        let whole = Ranking::new(&words(&scored)).calibration_error(1, &[1]).unwrap();
        prop_assert!(whole <= one + 1e-9);
    }

    #[test]
    fn a_weight_repeats_a_text_in_every_sum(scored in any_words(), weight in 1_u32..4) {
        let many: Vec<(f32, bool)> = (0..weight).flat_map(|_| scored.clone()).collect();
        let weighted = Ranking::new(&words(&scored)).calibration_error(3, &[weight]).unwrap();
        let repeated = Ranking::new(&words(&many)).calibration_error(3, &[1]).unwrap();
        prop_assert!((weighted - repeated).abs() < 1e-9);
        let sum = SquaredErrors::sum(&SquaredErrors::by_text(&words(&scored), 1), &[weight]);
        prop_assert!((sum.error - squares(&many).error).abs() < 1e-9);
        // No share is a better guess than the words' own.
        if let Some(own) = sum.skill() {
            prop_assert!(own <= sum.skill_over(0.3).unwrap() + 1e-9);
        }
    }

    #[test]
    fn kappa_is_the_same_from_either_side(cells in proptest::array::uniform4(0_u8..20)) {
        let [hits, false_alarms, misses, passed] = cells.map(f64::from);
        let table = Counts { hits, false_alarms, misses, passed };
        let turned = Counts { false_alarms: misses, misses: false_alarms, ..table };
        prop_assert_eq!(table.kappa(), turned.kappa());
        if let Some(kappa) = table.kappa() {
            prop_assert!((-1.0..=1.0).contains(&kappa));
            prop_assert!(kappa <= table.agreement().unwrap() + 1e-12);
        }
    }
}
