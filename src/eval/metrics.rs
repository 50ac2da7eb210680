//! Measures of a detector: what was said of words against what was known.
//!
//! In: words with their score, decision and label, or pairs of numbers. Out:
//! one number each, or `None` where the measure is not defined (an area under
//! a curve needs words of both kinds). Pure functions; nothing is read, judged
//! or drawn here.
//!
//! Measures that are resampled take a weight for each text: how often its
//! words are counted.

/// A labelled word, and what was said of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The text it stands in, from 0: an index into the weights.
    pub text: usize,
    /// The probability, 0 to 1, that it is BAD.
    pub score: f32,
    /// Whether it was decided to be BAD.
    pub flagged: bool,
    /// Whether it is BAD.
    pub bad: bool,
}

/// How many words were decided rightly and wrongly.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// BAD words that were flagged.
    pub hits: f64,
    /// OK words that were flagged.
    pub false_alarms: f64,
    /// BAD words that were not flagged.
    pub misses: f64,
    /// OK words that were not flagged.
    pub passed: f64,
}

impl Counts {
    /// Counts one word.
    pub fn add(&mut self, flagged: bool, bad: bool) {
        let cell = match (flagged, bad) {
            (true, true) => &mut self.hits,
            (true, false) => &mut self.false_alarms,
            (false, true) => &mut self.misses,
            (false, false) => &mut self.passed,
        };
        *cell += 1.0;
    }

    /// The counts of each text.
    pub fn by_text(words: &[Judged], texts: usize) -> Vec<Self> {
        let mut counts = vec![Self::default(); texts];
        for word in words {
            counts[word.text].add(word.flagged, word.bad);
        }
        counts
    }

    /// The sum over texts, each as often as its weight says.
    pub fn sum(texts: &[Self], weights: &[u32]) -> Self {
        let mut sum = Self::default();
        for (counts, &weight) in texts.iter().zip(weights) {
            let weight = f64::from(weight);
            sum.hits += weight * counts.hits;
            sum.false_alarms += weight * counts.false_alarms;
            sum.misses += weight * counts.misses;
            sum.passed += weight * counts.passed;
        }
        sum
    }

    /// Matthews correlation coefficient, -1 to 1; 0, by convention, when all
    /// words are of one kind or all are decided alike.
    pub fn mcc(&self) -> f64 {
        let Self {
            hits,
            false_alarms,
            misses,
            passed,
        } = *self;
        let margins =
            (hits + false_alarms) * (hits + misses) * (passed + false_alarms) * (passed + misses);
        if margins == 0.0 {
            return 0.0;
        }
        (hits * passed - false_alarms * misses) / margins.sqrt()
    }

    /// F1 of the BAD words, 0 to 1; not defined when there is no BAD word and
    /// none was flagged.
    pub fn f1(&self) -> Option<f64> {
        let sum = 2.0 * self.hits + self.false_alarms + self.misses;
        (sum > 0.0).then(|| 2.0 * self.hits / sum)
    }
}

/// Words sorted by falling score, for measures of their order. Words with the
/// same score are taken together: their order among themselves says nothing.
#[derive(Debug, Clone)]
pub struct Ranking {
    words: Vec<Judged>,
}

impl Ranking {
    /// Sorts the words.
    pub fn new(words: &[Judged]) -> Self {
        let mut words = words.to_vec();
        words.sort_by(|a, b| b.score.total_cmp(&a.score));
        Self { words }
    }

    /// The scores, falling.
    pub fn scores(&self) -> impl Iterator<Item = f32> + '_ {
        self.words.iter().map(|word| word.score)
    }

    /// For each run of words with one score, from the highest: its score, and
    /// the weighted numbers of BAD and of OK words in it.
    fn runs<'a>(&'a self, weights: &'a [u32]) -> impl Iterator<Item = (f32, f64, f64)> + 'a {
        let runs = self.words.chunk_by(|a, b| a.score == b.score);
        runs.map(|run| {
            let mut counts = [0_u64; 2];
            for word in run {
                counts[usize::from(word.bad)] += u64::from(weights[word.text]);
            }
            (run[0].score, counts[1] as f64, counts[0] as f64)
        })
    }

    /// Area under the ROC curve: the probability that a BAD word has a higher
    /// score than an OK one, ties counted half.
    pub fn area_under_curve(&self, weights: &[u32]) -> Option<f64> {
        let (mut bad_above, mut ok_above, mut area) = (0.0, 0.0, 0.0);
        for (_, bad, ok) in self.runs(weights) {
            area += ok * (bad_above + bad / 2.0);
            bad_above += bad;
            ok_above += ok;
        }
        let pairs = bad_above * ok_above;
        (pairs > 0.0).then(|| area / pairs)
    }

    /// Average precision: precision at each score, weighted by the recall
    /// gained there.
    pub fn average_precision(&self, weights: &[u32]) -> Option<f64> {
        let (mut hits, mut flagged, mut sum) = (0.0, 0.0, 0.0);
        for (_, bad, ok) in self.runs(weights) {
            hits += bad;
            flagged += bad + ok;
            if flagged > 0.0 {
                sum += bad * hits / flagged;
            }
        }
        (hits > 0.0).then(|| sum / hits)
    }

    /// The Matthews correlation coefficient at each of `thresholds`, which
    /// fall: every word with at least that score is flagged.
    pub fn mcc_at(&self, thresholds: &[f32]) -> Vec<f64> {
        let bad = self.words.iter().filter(|word| word.bad).count();
        let mut counts = Counts {
            misses: bad as f64,
            passed: (self.words.len() - bad) as f64,
            ..Counts::default()
        };
        let mut next = 0;
        let mut values = Vec::with_capacity(thresholds.len());
        for &threshold in thresholds {
            while let Some(word) = self.words.get(next).filter(|word| word.score >= threshold) {
                next += 1;
                counts.add(true, word.bad);
                if word.bad {
                    counts.misses -= 1.0;
                } else {
                    counts.passed -= 1.0;
                }
            }
            values.push(counts.mcc());
        }
        values
    }

    /// Expected calibration error: the mean distance between score and share
    /// of BAD words over `bins` bins of equally many words. Words with one
    /// score share their BAD labels evenly, so that it does not matter how a
    /// border between bins parts them.
    pub fn calibration_error(&self, bins: usize) -> Option<f64> {
        let count = self.words.len();
        let mut scores = Vec::with_capacity(count);
        let mut shares = Vec::with_capacity(count);
        for run in self.words.chunk_by(|a, b| a.score == b.score) {
            let bad = run.iter().filter(|word| word.bad).count();
            scores.extend(run.iter().map(|word| f64::from(word.score)));
            shares.extend(std::iter::repeat_n(
                bad as f64 / run.len() as f64,
                run.len(),
            ));
        }
        let distances = (0..bins).map(|bin| {
            let range = bin * count / bins..(bin + 1) * count / bins;
            let score: f64 = scores[range.clone()].iter().sum();
            let share: f64 = shares[range].iter().sum();
            (score - share).abs()
        });
        (count > 0).then(|| distances.sum::<f64>() / count as f64)
    }
}

/// Brier skill: by how much the squared error is smaller than that of always
/// saying the set's own share of BAD words. 1 is perfect, 0 is no better.
pub fn brier_skill(words: &[Judged]) -> Option<f64> {
    let count = words.len() as f64;
    let error = |word: &Judged| (f64::from(word.score) - f64::from(u8::from(word.bad))).powi(2);
    let share = words.iter().filter(|word| word.bad).count() as f64 / count;
    let reference = share * (1.0 - share);
    (reference > 0.0).then(|| 1.0 - words.iter().map(error).sum::<f64>() / count / reference)
}

/// Pearson's correlation of pairs, each as often as its weight says; not
/// defined when one side is constant.
pub fn pearson(pairs: &[(f64, f64)], weights: &[u32]) -> Option<f64> {
    let weighted = || {
        pairs
            .iter()
            .zip(weights)
            .map(|(pair, &w)| (pair, f64::from(w)))
    };
    let count: f64 = weighted().map(|(_, w)| w).sum();
    let mean_x = weighted().map(|((x, _), w)| w * x).sum::<f64>() / count;
    let mean_y = weighted().map(|((_, y), w)| w * y).sum::<f64>() / count;
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for ((x, y), w) in weighted() {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += w * x * x;
        yy += w * y * y;
        xy += w * x * y;
    }
    // Rounding leaves a constant side a variance that is next to nothing.
    let enough = |sum: f64, mean: f64| sum > 1e-12 * count * mean.abs().max(1e-6);
    (enough(xx, mean_x) && enough(yy, mean_y)).then(|| xy / (xx * yy).sqrt())
}

/// The value below which a share `q` (0 to 1) of `values` lies, straight
/// between neighbours.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = q * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

/// The mean; `None` of nothing.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u32);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(scored: &[(f32, bool)]) -> Vec<Judged> {
        let judged = |&(score, bad)| Judged {
            text: 0,
            score,
            flagged: score >= 0.5,
            bad,
        };
        scored.iter().map(judged).collect()
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
        assert_near(
            brier_skill(&words(&scored)),
            1.0 - 1.31 / 7.0 / (12.0 / 49.0),
        );
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
        let error = |scored| Ranking::new(&words(scored)).calibration_error(3);
        assert_eq!(error(&one), error(&other));
    }

    #[test]
    fn calibration_is_judged_bin_by_bin() {
        let error = |scored: &[_], bins| Ranking::new(&words(scored)).calibration_error(bins);
        let quarter = [(0.25, true), (0.25, false), (0.25, false), (0.25, false)];
        assert_near(error(&quarter, 15), 0.0);
        assert_near(error(&PERFECT, 1), 0.0);
        // Each bin of two is off by (0.1+0.2)/2.
        assert_near(error(&PERFECT, 2), 0.15);
        assert_near(error(&INVERTED, 2), 0.85);
        assert_eq!(error(&[], 15), None);
        assert_near(brier_skill(&words(&quarter)), 0.0);
        assert_eq!(brier_skill(&words(&[(0.5, true)])), None);
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
    fn correlation_and_quantiles() {
        let line = [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)];
        assert_near(pearson(&line, &[1; 3]), 1.0);
        let falling = line.map(|(x, y)| (x, -y));
        assert_near(pearson(&falling, &[1; 3]), -1.0);
        // By hand: xy = 1, xx = 2, yy = 2 around the means 1 and 1.
        assert_near(pearson(&[(0.0, 0.0), (1.0, 2.0), (2.0, 1.0)], &[1; 3]), 0.5);
        assert_near(
            pearson(&[(0.0, 0.0), (9.0, -5.0), (1.0, 1.0)], &[1, 0, 4]),
            1.0,
        );
        assert_eq!(
            pearson(&[(0.1, 1.0), (0.1, 2.0), (0.1, 4.0)], &[1; 3]),
            None
        );
        assert_eq!(pearson(&[], &[]), None);
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_near(quantile(&[10.0, 20.0, 30.0], 0.1), 12.0);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!((mean([1.0, 3.0]), mean([])), (Some(2.0), None));
    }
}
