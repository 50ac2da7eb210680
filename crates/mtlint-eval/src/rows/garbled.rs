//! What is found and corrected in articles whose garbled phrases are marked, and what is
//! flagged in their post-edits.
//!
//! In: the observations of the articles of a set. Out: a row, with the figures of reading
//! each article alone and beside its sibling. What was not judged counts as it reaches a
//! user: its errors are not found.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ratio;
use super::severity::{SeverityCounts, is_major};
use super::stories::higher;
use crate::bootstrap::Estimate;
use crate::metrics::{Counts, mean};
use crate::reading::{ErrorOutcome, GarbledPair, GarbledSet};
use mtlint::finding::Severity;

/// The figures of a set of articles whose garbled phrases are marked.
#[derive(Debug, Clone, Serialize)]
pub struct GarbledRow {
    /// The name of the set.
    pub name: String,
    /// Each article and its post-edit read alone.
    pub alone: GarbledMeasures,
    /// Those that have a sibling, read beside it; `None` if none has.
    pub beside: Option<GarbledMeasures>,
}

/// The figures of garbled articles and their post-edits, read in one way. Intervals come
/// from resampling articles.
#[derive(Debug, Clone, Serialize)]
pub struct GarbledMeasures {
    /// The number of articles.
    pub documents: usize,
    /// The number of articles of which the text or the post-edit was not judged.
    pub not_judged: usize,
    /// The number of marked errors.
    pub errors: usize,
    /// The share of the errors that a finding overlaps by at least one byte.
    pub found: Estimate,
    /// The number of errors that are major or critical.
    pub serious_errors: usize,
    /// The share of the major and critical errors that a finding overlaps.
    pub serious_found: Estimate,
    /// The errors by severity, the worst first.
    pub by_severity: Vec<FoundRow>,
    /// The errors by category, the most frequent first.
    pub by_category: Vec<FoundRow>,
    /// The number of findings in the articles.
    pub findings: usize,
    /// The share of these findings that overlap an error.
    pub precision: Estimate,
    /// The number of words of the post-edits that were judged.
    pub post_edit_words: usize,
    /// The number of findings in the post-edits, where each is a false alarm.
    pub post_edit_findings: usize,
    /// The findings in the post-edits per 1,000 words.
    pub false_alarms_per_1000: Estimate,
    /// The number of errors that have right versions.
    pub fixable_errors: usize,
    /// The share of them for which the first suggestion, safe or unsafe, of a finding that
    /// overlaps the error gives one of the right versions.
    pub fixed: Estimate,
    /// The share of them for which the first safe suggestion does.
    pub fixed_safely: Estimate,
    /// The mean quality, 0 to 100, of the articles of the pairs that were judged.
    pub article_quality: Option<f64>,
    /// The mean quality, 0 to 100, of the post-edits of the pairs that were judged.
    pub post_edit_quality: Option<f64>,
    /// The share of these pairs in which the post-edit has the higher quality; a tie counts
    /// half.
    pub post_edit_higher: Estimate,
    /// The number of the errors found, by the highest severity of their findings and by
    /// their own.
    pub severity_counts: SeverityCounts,
    /// The share of the errors found on whose severity, minor against the rest, mtlint
    /// agrees, 0 to 1.
    pub severity_agreement: Estimate,
    /// Cohen's kappa of the same: agreement beyond chance, -1 to 1.
    pub severity_kappa: Estimate,
}

/// The errors of one severity or category.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundRow {
    /// The severity or category, as the data names it.
    pub name: String,
    /// The number of errors.
    pub errors: usize,
    /// The share of them that a finding overlaps.
    pub found: Estimate,
}

impl GarbledRow {
    /// The row of a set, from the observations of its texts.
    pub(crate) fn new(name: &str, set: &GarbledSet<'_>) -> Self {
        let beside = (!set.beside.is_empty()).then(|| GarbledMeasures::new(&set.beside));
        Self {
            name: name.to_owned(),
            alone: GarbledMeasures::new(&set.alone),
            beside,
        }
    }
}

impl GarbledMeasures {
    fn new(pairs: &[GarbledPair<'_>]) -> Self {
        let all = Pairs(pairs);
        let everything = FoundRow::new(all, "", |_| true);
        let serious = FoundRow::new(all, "", |one| is_major(one.error.severity));
        let fixable = |one: &ErrorOutcome<'_>| !one.error.fixes.is_empty();
        let fixed = |fixed: fn(&ErrorOutcome<'_>) -> bool| {
            all.share(
                1.0,
                |pair| count(pair, |one| fixable(one) && fixed(one)),
                |pair| count(pair, fixable),
            )
        };
        let judged: Vec<(f64, f64)> = pairs.iter().filter_map(qualities).collect();
        let won: Vec<f64> = judged
            .iter()
            .map(|(own, edit)| higher(*edit, *own))
            .collect();
        let severities: Vec<Counts> = pairs.iter().map(severities).collect();
        let texts = pairs.len();
        Self {
            documents: texts,
            not_judged: texts - judged.len(),
            errors: everything.errors,
            found: everything.found,
            serious_errors: serious.errors,
            serious_found: serious.found,
            by_severity: by_severity(all),
            by_category: by_category(all),
            findings: all.sum(|pair| pair.article.findings),
            precision: all.share(
                1.0,
                |pair| pair.article.right_findings,
                |pair| pair.article.findings,
            ),
            post_edit_words: all.sum(|pair| pair.post_edit.words),
            post_edit_findings: all.sum(|pair| pair.post_edit.findings),
            false_alarms_per_1000: all.share(
                1000.0,
                |pair| pair.post_edit.findings,
                |pair| pair.post_edit.words,
            ),
            fixable_errors: all.sum(|pair| count(pair, fixable)),
            fixed: fixed(|one| one.fixed),
            fixed_safely: fixed(|one| one.fixed_safely),
            article_quality: mean(judged.iter().map(|(own, _)| *own)),
            post_edit_quality: mean(judged.iter().map(|(_, edit)| *edit)),
            post_edit_higher: Estimate::of(won.len(), |weights| {
                ratio(&won, &vec![1.0; won.len()], weights)
            }),
            severity_counts: Counts::sum(&severities, &vec![1; texts]).into(),
            severity_agreement: Estimate::of(texts, |weights| {
                Counts::sum(&severities, weights).agreement()
            }),
            severity_kappa: Estimate::of(texts, |weights| {
                Counts::sum(&severities, weights).kappa()
            }),
        }
    }
}

/// The articles of a set, whose counts are summed or resampled.
#[derive(Clone, Copy)]
struct Pairs<'a>(&'a [GarbledPair<'a>]);

impl<'a> Pairs<'a> {
    fn sum(self, count: impl Fn(&GarbledPair<'a>) -> usize) -> usize {
        self.0.iter().map(count).sum()
    }

    /// `scale` times the sum of the parts over that of the wholes.
    fn share(
        self,
        scale: f64,
        part: impl Fn(&GarbledPair<'a>) -> usize,
        whole: impl Fn(&GarbledPair<'a>) -> usize,
    ) -> Estimate {
        let parts: Vec<f64> = self.0.iter().map(|pair| part(pair) as f64).collect();
        let wholes: Vec<f64> = self.0.iter().map(|pair| whole(pair) as f64).collect();
        Estimate::of(self.0.len(), |weights| {
            ratio(&parts, &wholes, weights).map(|ratio| scale * ratio)
        })
    }
}

impl FoundRow {
    /// The errors of which `is_meant` says so.
    fn new(pairs: Pairs<'_>, name: &str, is_meant: impl Fn(&ErrorOutcome<'_>) -> bool) -> Self {
        let is_found = |one: &ErrorOutcome<'_>| is_meant(one) && one.found.is_some();
        Self {
            name: name.to_owned(),
            errors: pairs.sum(|pair| count(pair, &is_meant)),
            found: pairs.share(
                1.0,
                |pair| count(pair, is_found),
                |pair| count(pair, &is_meant),
            ),
        }
    }
}

fn by_severity(pairs: Pairs<'_>) -> Vec<FoundRow> {
    let worst_first = [Severity::Critical, Severity::Major, Severity::Minor];
    let rows = worst_first.map(|severity| {
        let is_meant = |one: &ErrorOutcome<'_>| one.error.severity == severity;
        FoundRow::new(pairs, &severity.to_string(), is_meant)
    });
    rows.into()
}

fn by_category(pairs: Pairs<'_>) -> Vec<FoundRow> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for one in pairs.0.iter().flat_map(|pair| &pair.article.errors) {
        *known.entry(&one.error.category).or_default() += 1;
    }
    let mut known: Vec<(&str, usize)> = known.into_iter().collect();
    // A stable sort: categories of equal count stay in order of name.
    known.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rows = known
        .into_iter()
        .map(|(category, _)| FoundRow::new(pairs, category, |one| one.error.category == category));
    rows.collect()
}

/// The number of errors of an article of which `is_meant` says so.
fn count(pair: &GarbledPair<'_>, is_meant: impl Fn(&ErrorOutcome<'_>) -> bool) -> usize {
    let errors = pair.article.errors.iter();
    errors.filter(|one| is_meant(one)).count()
}

/// The qualities of an article and of its post-edit, if both were judged.
fn qualities(pair: &GarbledPair<'_>) -> Option<(f64, f64)> {
    pair.article.quality.zip(pair.post_edit.quality)
}

/// The errors found in an article, with serious by mtlint as flagged and serious by the mark
/// as BAD.
fn severities(pair: &GarbledPair<'_>) -> Counts {
    let mut counts = Counts::default();
    for one in &pair.article.errors {
        if let Some(ours) = one.found {
            counts.add(is_major(ours), is_major(one.error.severity));
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::GarbledError;
    use crate::reading::GarbledText;
    use Severity::{Critical, Major, Minor};
    use mtlint::span::Span;

    fn error(category: &str, severity: Severity, fixes: &[&str]) -> GarbledError {
        GarbledError {
            span: Span::new(0, 1),
            category: category.to_owned(),
            severity,
            fixes: fixes.iter().map(|fix| (*fix).to_owned()).collect(),
        }
    }

    fn outcome(error: &GarbledError, found: Option<Severity>, fixed: bool) -> ErrorOutcome<'_> {
        ErrorOutcome {
            error,
            found,
            fixed,
            fixed_safely: false,
        }
    }

    fn pair<'a>(errors: &[ErrorOutcome<'a>], qualities: (f64, f64)) -> GarbledPair<'a> {
        GarbledPair {
            article: GarbledText {
                errors: errors.to_vec(),
                findings: 4,
                right_findings: errors.iter().filter(|one| one.found.is_some()).count(),
                words: 90,
                quality: Some(qualities.0),
            },
            post_edit: GarbledText {
                findings: 1,
                words: 100,
                quality: Some(qualities.1),
                ..GarbledText::default()
            },
        }
    }

    #[test]
    fn counts_by_hand() {
        let [name, odd, bad, grammar] = [
            error("name", Critical, &["Oslo"]),
            error("odd", Minor, &[]),
            error("name", Major, &["Bergen"]),
            error("grammar", Minor, &["is"]),
        ];
        let first = [
            outcome(&name, Some(Major), true),
            outcome(&odd, Some(Major), false),
            outcome(&bad, Some(Critical), false),
        ];
        let second = [
            outcome(&grammar, Some(Minor), false),
            outcome(&bad, None, false),
        ];
        let unjudged = GarbledPair {
            article: GarbledText {
                errors: vec![outcome(&name, None, false)],
                ..GarbledText::default()
            },
            post_edit: GarbledText::default(),
        };
        let set = GarbledSet {
            alone: vec![
                pair(&first, (60.0, 80.0)),
                pair(&second, (70.0, 70.0)),
                unjudged,
            ],
            beside: Vec::new(),
        };
        let row = GarbledRow::new("made up", &set);
        assert!(row.beside.is_none());
        let measures = row.alone;
        assert_eq!((measures.documents, measures.not_judged), (3, 1));
        // The error of the article that was not judged is missed.
        assert_eq!((measures.errors, measures.serious_errors), (6, 4));
        assert_eq!(measures.found.value, Some(4.0 / 6.0));
        assert_eq!(measures.serious_found.value, Some(0.5));
        let shown = |rows: &[FoundRow]| {
            let rows = rows.iter();
            rows.map(|row| (row.name.clone(), row.errors, row.found.value))
                .collect::<Vec<_>>()
        };
        let named = |name: &str, errors, found| (name.to_owned(), errors, Some(found));
        assert_eq!(
            shown(&measures.by_severity),
            [
                named("critical", 2, 0.5),
                named("major", 2, 0.5),
                named("minor", 2, 1.0)
            ]
        );
        assert_eq!(
            shown(&measures.by_category),
            [
                named("name", 4, 0.5),
                named("grammar", 1, 1.0),
                named("odd", 1, 1.0)
            ]
        );
        assert_eq!(
            (measures.findings, measures.precision.value),
            (8, Some(0.5))
        );
        assert_eq!(
            (measures.post_edit_findings, measures.post_edit_words),
            (2, 200)
        );
        assert_eq!(measures.false_alarms_per_1000.value, Some(10.0));
        assert_eq!(measures.fixable_errors, 5);
        assert_eq!(measures.fixed.value, Some(0.2));
        assert_eq!(measures.fixed_safely.value, Some(0.0));
        assert_eq!(measures.article_quality, Some(65.0));
        assert_eq!(measures.post_edit_quality, Some(75.0));
        assert_eq!(measures.post_edit_higher.value, Some(0.75));
        let counts = measures.severity_counts;
        assert_eq!((counts.both_major, counts.ours_major), (2, 1));
        assert_eq!((counts.theirs_major, counts.both_minor), (0, 1));
        assert_eq!(measures.severity_agreement.value, Some(0.75));
        assert_eq!(measures.severity_kappa.value, Some(0.5));
        let (low, high) = measures.found.interval.unwrap();
        assert!(low < 4.0 / 6.0 && 4.0 / 6.0 < high, "{low} {high}");
    }

    #[test]
    fn what_is_not_there_has_no_share() {
        let nothing = GarbledMeasures::new(&[]);
        assert_eq!((nothing.found.value, nothing.precision.value), (None, None));
        assert_eq!(nothing.severity_kappa.value, None);
        assert_eq!(nothing.article_quality, None);
        let errors: Vec<usize> = nothing.by_severity.iter().map(|row| row.errors).collect();
        assert_eq!(errors, [0, 0, 0]);
    }
}
