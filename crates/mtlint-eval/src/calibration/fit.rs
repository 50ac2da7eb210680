//! The fits of a calibration: probabilities, thresholds and the post-edit rate.
//!
//! In: logits and scores of words with their labels. Out: the numbers of a calibration, by
//! the definitions of `training/train.py`. No text is read here.

use crate::metrics::{Counts, Ranking, ScoredWord, mean};
use mtlint::detect::{PlattScaling, RateModel};

/// The most flagged words per 1,000 words of correct articles that `precise` may cost.
/// Surprisal alone flags three times as many as hidden states do.
pub(super) const PRECISE_PER_1000: f64 = 15.0;
/// `balanced` is the highest threshold this close to the best mean MCC: where labeled
/// data cannot tell two apart, fewer flags are better.
const MCC_TOLERANCE: f64 = 0.003;
/// The least distance of `precise` above `balanced`.
const MIN_GAP: f32 = 0.02;
/// The number of thresholds that are compared, from 0.02 to 0.98.
const THRESHOLD_STEPS: u16 = 481;

/// A logit with its label, to fit probabilities on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LabeledLogit {
    /// The logit of the word.
    pub logit: f32,
    /// The mean logit of its text.
    pub level: f32,
    /// Whether the word is labeled BAD.
    pub bad: bool,
}

/// The scaling under which the labels are likeliest (Platt, "Probabilistic outputs for
/// support vector machines", 1999), fitted by Newton's method, and the mean loss with it in
/// nats a word.
pub(super) fn probabilities(words: &[LabeledLogit]) -> (PlattScaling, f64) {
    // Far smaller than what a hundred words tell; it only keeps the steps finite.
    const RIDGE: f64 = 1e-6;
    const STEPS: usize = 50;
    let row = |word: &LabeledLogit| [f64::from(word.logit), f64::from(word.level), 1.0];
    let loss = |scale: &[f64; 3]| {
        let losses = words.iter().map(|word| {
            let x = dot(scale, &row(word));
            let x = if word.bad { -x } else { x };
            x.max(0.0) + (-x.abs()).exp().ln_1p()
        });
        losses.sum::<f64>() / words.len().max(1) as f64
    };
    let mut scale = [1.0, 0.0, 0.0];
    let mut now = loss(&scale);
    for _ in 0..STEPS {
        let mut gradient = [0.0; 3];
        let mut curvature = [[0.0; 3]; 3];
        for word in words {
            let x = row(word);
            let p = 1.0 / (1.0 + (-dot(&scale, &x)).exp());
            let off = p - f64::from(u8::from(word.bad));
            for i in 0..3 {
                gradient[i] += off * x[i] / words.len() as f64;
                for j in 0..3 {
                    curvature[i][j] += p * (1.0 - p) * x[i] * x[j] / words.len() as f64;
                }
            }
        }
        for (i, row) in curvature.iter_mut().enumerate() {
            row[i] += RIDGE;
        }
        let Some(step) = solve(curvature, gradient) else {
            break;
        };
        // A full step may overshoot far from the best.
        let mut size = 1.0;
        let mut next = (scale, now);
        while size > 1e-3 {
            let candidate = [0, 1, 2].map(|i| scale[i] - size * step[i]);
            let there = loss(&candidate);
            if there < now {
                next = (candidate, there);
                break;
            }
            size /= 2.0;
        }
        let gained = now - next.1;
        (scale, now) = next;
        if gained < 1e-12 {
            break;
        }
    }
    let [slope, level, shift] = scale.map(|number| number as f32);
    (
        PlattScaling {
            slope,
            level,
            shift,
        },
        now,
    )
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves three equations; `None` where they have no one solution.
fn solve(mut matrix: [[f64; 3]; 3], mut right: [f64; 3]) -> Option<[f64; 3]> {
    for column in 0..3 {
        let pivot = (column..3).max_by(|a, b| {
            matrix[*a][column]
                .abs()
                .total_cmp(&matrix[*b][column].abs())
        })?;
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        if matrix[column][column].abs() < 1e-300 {
            return None;
        }
        let (own, wanted) = (matrix[column], right[column]);
        for below in column + 1..3 {
            let factor = matrix[below][column] / own[column];
            for (x, y) in matrix[below].iter_mut().zip(own) {
                *x -= factor * y;
            }
            right[below] -= factor * wanted;
        }
    }
    let mut solution = [0.0; 3];
    for row in (0..3).rev() {
        let known: f64 = (row + 1..3).map(|at| matrix[row][at] * solution[at]).sum();
        solution[row] = (right[row] - known) / matrix[row][row];
    }
    solution.iter().all(|x| x.is_finite()).then_some(solution)
}

/// The probabilities of the words and marks of a correct text, and its number of words.
pub(super) type CleanScores = (Vec<f32>, usize);

/// The thresholds that are compared, rising.
fn grid() -> Vec<f32> {
    let step = 0.96 / f32::from(THRESHOLD_STEPS - 1);
    (0..THRESHOLD_STEPS)
        .map(|at| 0.02 + f32::from(at) * step)
        .collect()
}

/// The highest threshold within [`MCC_TOLERANCE`] of the best mean Matthews correlation,
/// each set counting the same.
pub(super) fn balanced(sets: &[Vec<ScoredWord>]) -> f32 {
    let mut falling = grid();
    falling.reverse();
    let swept: Vec<Vec<f64>> = sets
        .iter()
        .map(|set| Ranking::new(set).mcc_at(&falling))
        .collect();
    let at = |index: usize| mean(swept.iter().map(|set| set[index])).unwrap_or(0.0);
    let correlations: Vec<f64> = (0..falling.len()).map(at).collect();
    let best = correlations.iter().copied().fold(f64::MIN, f64::max);
    let close = correlations
        .iter()
        .position(|mcc| *mcc >= best - MCC_TOLERANCE);
    falling[close.unwrap_or(0)]
}

/// The threshold with the best F2 of the BAD words (recall counts four times as much as
/// precision) over all sets together.
pub(super) fn thorough(sets: &[Vec<ScoredWord>]) -> f32 {
    let f2 = |threshold: f32| {
        let mut counts = Counts::default();
        for word in sets.iter().flatten() {
            counts.add(word.score >= threshold, word.bad);
        }
        let Counts {
            hits,
            false_alarms,
            misses,
            ..
        } = counts;
        5.0 * hits / (4.0 * (hits + misses) + hits + false_alarms).max(1.0)
    };
    let mut best = (0.02, f64::MIN);
    for threshold in grid() {
        let value = f2(threshold);
        if value > best.1 {
            best = (threshold, value);
        }
    }
    best.0
}

/// The lowest threshold above `balanced` at which at most [`PRECISE_PER_1000`] of 1,000
/// words of correct texts are flagged, each set counting the same; `None` where no threshold
/// flags so few.
pub(super) fn precise(sets: &[Vec<CleanScores>], balanced: f32) -> Option<f32> {
    let fits = |threshold: &f32| {
        let flagged = sets.iter().map(|set| flagged_per_1000(set, *threshold));
        mean(flagged).is_some_and(|flagged| flagged <= PRECISE_PER_1000)
    };
    let grid = grid().into_iter();
    grid.filter(|threshold| *threshold >= balanced + MIN_GAP)
        .find(fits)
}

/// Flagged words and marks per 1,000 words of the texts at a threshold.
pub(super) fn flagged_per_1000(texts: &[CleanScores], threshold: f32) -> f64 {
    let scores = texts.iter().flat_map(|(scores, _)| scores);
    let flagged = scores.filter(|score| **score >= threshold).count();
    let words: usize = texts.iter().map(|(_, words)| words).sum();
    1000.0 * flagged as f64 / words.max(1) as f64
}

/// The predicted and the known post-edit rate of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RateObservation {
    /// The share of words to change by the network, 0 to 1, before it is calibrated.
    pub raw: f32,
    /// The share of words that was changed (HTER), 0 to 1.
    pub rate: f32,
    /// The number of words and marks.
    pub words: usize,
}

/// The number of words from which on a text counts as an article.
pub(super) const ARTICLE_WORDS: usize = 100;

/// The line from raw to known rates, fitted by least squares with each text weighted by its
/// words, and the variance around it: a part that stays however long a text is, which is
/// that of `before` where there are no articles, and a part that falls with its length.
/// `before` comes back where all raw rates are alike.
pub(super) fn rates(texts: &[RateObservation], before: RateModel) -> RateModel {
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        let terms = texts
            .iter()
            .map(|text| text.words as f64 * of(f64::from(text.raw), f64::from(text.rate)));
        terms.sum()
    };
    let (all, x, y) = (sum(&|_, _| 1.0), sum(&|x, _| x), sum(&|_, y| y));
    let (xx, xy) = (sum(&|x, _| x * x), sum(&|x, y| x * y));
    let spread = all * xx - x * x;
    if spread <= 1e-9 * all * all {
        return before;
    }
    let gain = (all * xy - x * y) / spread;
    let base = (y - gain * x) / all;
    let off =
        |text: &RateObservation| (f64::from(text.rate) - base - gain * f64::from(text.raw)).powi(2);
    let (long, short): (Vec<&RateObservation>, Vec<&RateObservation>) =
        texts.iter().partition(|text| text.words >= ARTICLE_WORDS);
    let lasting = mean(long.iter().map(|text| off(text))).unwrap_or(f64::from(before.lasting));
    let falling = short
        .iter()
        .map(|text| ((off(text) - lasting) * text.words as f64).max(0.0));
    let falling = mean(falling).unwrap_or(f64::from(before.falling));
    RateModel {
        base: base as f32,
        gain: gain as f32,
        lasting: lasting as f32,
        falling: falling as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are the same every time.
    fn draws() -> impl FnMut() -> f64 {
        let mut state = 1_u64;
        move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        }
    }

    #[test]
    fn the_calibration_that_made_the_labels_is_found() {
        let mut draw = draws();
        let (slope, level, shift) = (0.6, 0.9, -1.2);
        let words: Vec<LabeledLogit> = (0..40_000)
            .map(|at| {
                let of_text = ((at / 20) % 7) as f64 / 2.0 - 2.0;
                let logit = of_text + 4.0 * draw() - 2.0;
                let p = 1.0 / (1.0 + (-(slope * logit + level * of_text + shift)).exp());
                LabeledLogit {
                    logit: logit as f32,
                    level: of_text as f32,
                    bad: draw() < p,
                }
            })
            .collect();
        let (found, loss) = probabilities(&words);
        assert!((f64::from(found.slope) - slope).abs() < 0.05, "{found:?}");
        assert!((f64::from(found.level) - level).abs() < 0.05, "{found:?}");
        assert!((f64::from(found.shift) - shift).abs() < 0.05, "{found:?}");
        assert!(loss > 0.0 && loss < std::f64::consts::LN_2, "{loss}");
    }

    #[test]
    fn labels_that_logits_part_fully_do_not_run_away() {
        let words: Vec<LabeledLogit> = (0..200)
            .map(|at| LabeledLogit {
                logit: at as f32 / 100.0,
                level: 1.0,
                bad: at >= 100,
            })
            .collect();
        let (found, loss) = probabilities(&words);
        assert!(found.slope.is_finite() && found.slope > 5.0, "{found:?}");
        assert!(loss < 0.1, "{loss}");
        assert!(probabilities(&[]).0.slope.is_finite());
    }

    fn set(words: &[(f32, bool)]) -> Vec<ScoredWord> {
        let words = words.iter().map(|&(score, bad)| ScoredWord {
            text: 0,
            score,
            flagged: false,
            bad,
        });
        words.collect()
    }

    #[test]
    fn thresholds_stand_where_their_definitions_say() {
        let one = set(&[
            (0.9, true),
            (0.8, true),
            (0.6, false),
            (0.3, true),
            (0.1, false),
        ]);
        let other = set(&[(0.85, true), (0.5, false), (0.2, false)]);
        let sets = [one, other];
        // Between 0.6 and 0.8 all but one word are right, and the highest is taken.
        let found = balanced(&sets);
        assert!((0.796..=0.8).contains(&found), "{found}");
        // One miss costs more than two false alarms.
        let found = thorough(&sets);
        assert!((0.2..=0.3).contains(&found), "{found}");
    }

    #[test]
    fn precise_costs_right_texts_no_more_than_is_allowed() {
        let mut scores = vec![0.1; 970];
        scores.extend([0.5; 15]);
        scores.extend([0.7; 15]);
        let right = [vec![(scores, 1_000)]];
        let found = precise(&right, 0.3).unwrap();
        assert!((0.5..=0.504).contains(&found), "{found}");
        assert!((flagged_per_1000(&right[0], found) - 15.0).abs() < 1e-9);
        // Never below what agrees best with the labels.
        assert!(precise(&right, 0.6).unwrap() >= 0.62);
        let hopeless = [vec![(vec![0.99; 10], 10)]];
        assert_eq!(precise(&hopeless, 0.3), None);
    }

    #[test]
    fn the_rate_is_a_line_with_its_scatter() {
        let before = RateModel {
            base: 0.5,
            gain: 0.5,
            lasting: 0.04,
            falling: 1.0,
        };
        let text = |raw: f32, off: f32, words| RateObservation {
            raw,
            rate: 0.05 + 0.8 * raw + off,
            words,
        };
        let exact = [text(0.1, 0.0, 20), text(0.4, 0.0, 30), text(0.7, 0.0, 200)];
        let found = rates(&exact, before);
        assert!((found.base - 0.05).abs() < 1e-5 && (found.gain - 0.8).abs() < 1e-5);
        assert!(found.lasting < 1e-9 && found.falling < 1e-6);
        // Without an article nobody knows what length does not take away.
        let short = [text(0.1, 0.3, 20), text(0.1, -0.3, 20), text(0.7, 0.0, 20)];
        let found = rates(&short, before);
        assert_eq!(found.lasting, before.lasting);
        assert!(found.falling > 0.5);
        assert_eq!(rates(&[exact[0]], before), before);
    }
}
