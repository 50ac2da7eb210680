//! Measures of a detector: the scores and flags of words against their labels.
//!
//! In: words with their score, flag and label, or pairs of numbers. Out:
//! one number each, or `None` where the measure is not defined (an area under
//! a curve needs words of both kinds). Pure functions; nothing is read, linted
//! or drawn here.
//!
//! Measures that are resampled take a weight for each text: how often its
//! words are counted.

mod correlation;
mod edits;

pub use correlation::{pearson, ranks, spearman};
pub use edits::{Distances, word_edit_distance};

/// A labeled word with the score and the flag that the detector gave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredWord {
    /// The index of the text that the word stands in, from 0: an index into the weights.
    pub text: usize,
    /// The probability, 0 to 1, that the word is BAD.
    pub score: f32,
    /// Whether the word was flagged.
    pub flagged: bool,
    /// Whether the word is labeled BAD.
    pub bad: bool,
}

/// The confusion matrix of flags and labels, in words; weights make the counts fractions.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// The number of BAD words that were flagged (true positives).
    pub hits: f64,
    /// The number of OK words that were flagged (false positives).
    pub false_alarms: f64,
    /// The number of BAD words that were not flagged (false negatives).
    pub misses: f64,
    /// The number of OK words that were not flagged (true negatives).
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

    /// Counts the words of each of `texts` texts.
    pub fn by_text(words: &[ScoredWord], texts: usize) -> Vec<Self> {
        let mut counts = vec![Self::default(); texts];
        for word in words {
            counts[word.text].add(word.flagged, word.bad);
        }
        counts
    }

    /// The sum over texts, each counted as often as its weight says.
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

    /// The Matthews correlation coefficient, -1 to 1 (B. W. Matthews, 1975); 0, by
    /// convention, when all words have one label or all have one flag.
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

    /// The share of words, 0 to 1, whose flag is that of their label; `None` without words.
    pub fn agreement(&self) -> Option<f64> {
        let all = self.all();
        (all > 0.0).then(|| (self.hits + self.passed) / all)
    }

    /// Cohen's kappa, -1 to 1: agreement beyond that by chance (J. Cohen, "A coefficient of
    /// agreement for nominal scales", 1960); `None` when chance alone agrees fully.
    pub fn kappa(&self) -> Option<f64> {
        let all = self.all();
        let flagged = self.hits + self.false_alarms;
        let bad = self.hits + self.misses;
        let chance = (flagged * bad + (all - flagged) * (all - bad)) / (all * all);
        (chance < 1.0).then_some((self.agreement()? - chance) / (1.0 - chance))
    }

    fn all(&self) -> f64 {
        self.hits + self.false_alarms + self.misses + self.passed
    }

    /// The F1 of the BAD words, 0 to 1: the harmonic mean of precision and recall; `None`
    /// when there is no BAD word and none was flagged.
    pub fn f1(&self) -> Option<f64> {
        let sum = 2.0 * self.hits + self.false_alarms + self.misses;
        (sum > 0.0).then(|| 2.0 * self.hits / sum)
    }
}

/// Words sorted by falling score, for measures of their order. Words with the
/// same score are taken together: their order among themselves says nothing.
#[derive(Debug, Clone)]
pub struct Ranking {
    words: Vec<ScoredWord>,
}

impl Ranking {
    /// Ranks the words by falling score.
    pub fn new(words: &[ScoredWord]) -> Self {
        let mut words = words.to_vec();
        words.sort_by(|a, b| b.score.total_cmp(&a.score));
        Self { words }
    }

    /// The scores of the words, falling.
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

    /// The area under the ROC curve, 0 to 1: the probability that a BAD word has a higher
    /// score than an OK one, ties counted half (Hanley and McNeil, 1982); `None` without
    /// words of both labels. Each text counts as often as its weight says.
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

    /// The average precision of the BAD words, 0 to 1: precision at each score, weighted by
    /// the recall gained there; `None` without BAD words. Each text counts as often as its
    /// weight says.
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

    /// The Matthews correlation coefficient at each of `thresholds`, which must fall: every
    /// word with at least that score counts as flagged.
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

    /// The expected calibration error, 0 to 1: the mean distance between score and share
    /// of BAD words over `bins` bins of equally many words, but for one more or less (Naeini,
    /// Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    /// binning", 2015); `None` without words. Words with one score share their BAD labels
    /// evenly, so that it does not matter how a border between bins parts them. Each text
    /// counts as often as its weight says.
    pub fn calibration_error(&self, bins: usize, weights: &[u32]) -> Option<f64> {
        let count: f64 = self.runs(weights).map(|(_, bad, ok)| bad + ok).sum();
        let end = |bin: usize| (bin as f64 * count / bins as f64).floor();
        let (mut bin, mut taken) = (1, 0.0);
        let (mut distance, mut distances) = (0.0, 0.0);
        for (score, bad, ok) in self.runs(weights) {
            let run = bad + ok;
            let mut left = run;
            while left > 0.0 {
                let part = left.min(end(bin) - taken);
                distance += part * (f64::from(score) - bad / run);
                taken += part;
                left -= part;
                if taken >= end(bin) {
                    distances += f64::abs(distance);
                    distance = 0.0;
                    bin += 1;
                }
            }
        }
        (count > 0.0).then(|| distances / count)
    }
}

/// The squared errors of probabilities, for the Brier skill score (G. W. Brier,
/// "Verification of forecasts expressed in terms of probability", 1950).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SquaredErrors {
    /// The sum of the squared distances between score and label (BAD is 1, OK is 0).
    pub error: f64,
    /// The number of BAD words.
    pub bad: f64,
    /// The number of all words.
    pub words: f64,
}

impl SquaredErrors {
    /// Sums the squared errors of each of `texts` texts.
    pub fn by_text(words: &[ScoredWord], texts: usize) -> Vec<Self> {
        let mut sums = vec![Self::default(); texts];
        for word in words {
            let bad = f64::from(u8::from(word.bad));
            let sum = &mut sums[word.text];
            sum.error += (f64::from(word.score) - bad).powi(2);
            sum.bad += bad;
            sum.words += 1.0;
        }
        sums
    }

    /// The sum over texts, each counted as often as its weight says.
    pub fn sum(texts: &[Self], weights: &[u32]) -> Self {
        let mut sum = Self::default();
        for (text, &weight) in texts.iter().zip(weights) {
            let weight = f64::from(weight);
            sum.error += weight * text.error;
            sum.bad += weight * text.bad;
            sum.words += weight * text.words;
        }
        sum
    }

    /// The share of BAD words, 0 to 1; `None` without words.
    pub fn bad_share(&self) -> Option<f64> {
        (self.words > 0.0).then(|| self.bad / self.words)
    }

    /// The Brier skill score against always saying these words' own share of BAD ones: the
    /// part of the squared error that is saved. 1 is perfect, 0 is no better, less than 0 is
    /// worse; `None` where all words have one label.
    pub fn skill(&self) -> Option<f64> {
        self.skill_over(self.bad_share()?)
    }

    /// The Brier skill score against always saying `share`, a probability of 0 to 1; `None`
    /// where that makes no error.
    pub fn skill_over(&self, share: f64) -> Option<f64> {
        let ok = self.words - self.bad;
        let reference = self.bad * (1.0 - share).powi(2) + ok * share.powi(2);
        (reference > 0.0).then(|| 1.0 - self.error / reference)
    }
}

/// The quantile `q` (0 to 1) of `values`, interpolated linearly between neighbors; `None`
/// without values.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = q * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

/// The arithmetic mean of `values`; `None` without values.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u32);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests;
