//! The ranking of systems by post-edit rate against their ranking by raters.
//!
//! In: the observations of the texts that raters marked, with the names of their systems.
//! Out: a row for each file, with its systems and the correlation of both rankings. A
//! segment stands here for a place in an article, in the words of every
//! system that translated it. Resampling draws segments, each with all systems
//! and raters together: what is hard in one is hard for all.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::bootstrap::Estimate;
use crate::dataset::{Mark, Sample};
use crate::metrics::spearman;
use crate::reading::RatedText;
use mtlint::finding::Severity;

/// The MQM penalty of a minor error in a segment (Freitag et al., "Experts, errors, and
/// context", 2021).
const MINOR_PENALTY: f64 = 1.0;
/// The MQM penalty of a major or critical error.
const MAJOR_PENALTY: f64 = 5.0;

/// The ranking of the systems of one file, its human versions among them.
#[derive(Debug, Clone, Serialize)]
pub struct SystemsRow {
    /// The name of the file.
    pub name: String,
    /// The number of segments.
    pub segments: usize,
    /// The number of versions of segments that were not judged; they count nowhere else.
    pub not_judged: usize,
    /// The systems, by rising MQM penalty.
    pub systems: Vec<SystemRow>,
    /// The number of systems that are machines.
    pub machines: usize,
    /// Spearman's rank correlation, -1 to 1, of post-edit rate and MQM penalty over the
    /// machines: 1 where both rank them alike.
    pub spearman: Estimate,
    /// Spearman's rank correlation, -1 to 1, over all systems, human versions among them.
    pub spearman_with_people: Estimate,
}

/// The figures of one system.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SystemRow {
    /// The name of the system.
    pub system: String,
    /// Whether the versions are by people.
    pub by_people: bool,
    /// The number of segments that were judged in the version of the system.
    pub segments: usize,
    /// The number of words of those segments.
    pub words: usize,
    /// The mean predicted post-edit rate of the segments, 0 to 1, each linted as a document,
    /// weighted by words.
    pub post_edit_rate: Option<f64>,
    /// The mean MQM penalty of a segment by raters: 5 for each major or critical
    /// error, 1 for each minor one, the mean of a segment's raters.
    pub mqm_penalty: Option<f64>,
}

/// The sums of a system over some segments.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    segments: f64,
    words: f64,
    changed_words: f64,
    penalty: f64,
}

impl Sums {
    fn add(&mut self, other: &Self, weight: f64) {
        self.segments += weight * other.segments;
        self.words += weight * other.words;
        self.changed_words += weight * other.changed_words;
        self.penalty += weight * other.penalty;
    }

    fn post_edit_rate(&self) -> Option<f64> {
        (self.words > 0.0).then(|| self.changed_words / self.words)
    }

    fn penalty(&self) -> Option<f64> {
        (self.segments > 0.0).then(|| self.penalty / self.segments)
    }
}

/// A system and its sums in each segment, by the segment's index.
struct System<'a> {
    name: &'a str,
    by_people: bool,
    sums: Vec<(usize, Sums)>,
}

impl System<'_> {
    fn all(&self, weights: &[u32]) -> Sums {
        let mut all = Sums::default();
        for (segment, sums) in &self.sums {
            all.add(sums, f64::from(weights[*segment]));
        }
        all
    }

    fn row(&self, weights: &[u32]) -> SystemRow {
        let all = self.all(weights);
        SystemRow {
            system: self.name.to_owned(),
            by_people: self.by_people,
            segments: all.segments as usize,
            words: all.words as usize,
            post_edit_rate: all.post_edit_rate(),
            mqm_penalty: all.penalty(),
        }
    }
}

impl SystemsRow {
    /// The row of a file; `None` if fewer than two systems are named.
    pub(crate) fn new(name: &str, rated: &[&RatedText<'_>]) -> Option<Self> {
        let mut versions: BTreeMap<_, Vec<&RatedText<'_>>> = BTreeMap::new();
        for rated in rated {
            let Sample {
                system,
                document,
                segment,
                text,
                ..
            } = rated.sample;
            if !system.is_empty() {
                let version = (system.as_str(), (document.as_str(), segment.as_str()), text);
                versions.entry(version).or_default().push(rated);
            }
        }
        let mut indices = BTreeMap::new();
        let mut systems: Vec<System<'_>> = Vec::new();
        let mut not_judged = 0;
        for ((name, place, _), raters) in &versions {
            let next = indices.len();
            let segment = *indices.entry(*place).or_insert(next);
            if systems.last().is_none_or(|last| last.name != *name) {
                systems.push(System {
                    name,
                    by_people: raters[0].sample.is_by_people(),
                    sums: Vec::new(),
                });
            }
            match (sums(raters), systems.last_mut()) {
                (Some(sums), Some(system)) => system.sums.push((segment, sums)),
                _ => not_judged += 1,
            }
        }
        if systems.len() < 2 {
            return None;
        }
        let segments = indices.len();
        let once = vec![1; segments];
        let correlation = |with_people: bool| {
            let ranked = systems.iter().filter(|s| with_people || !s.by_people);
            let ranked: Vec<&System<'_>> = ranked.collect();
            Estimate::of(segments, |weights| {
                let pair = |system: &&System<'_>| {
                    let all = system.all(weights);
                    all.post_edit_rate().zip(all.penalty())
                };
                spearman(&ranked.iter().filter_map(pair).collect::<Vec<_>>())
            })
        };
        let mut rows: Vec<SystemRow> = systems.iter().map(|system| system.row(&once)).collect();
        let penalty = |row: &SystemRow| row.mqm_penalty.unwrap_or(f64::INFINITY);
        rows.sort_by(|a, b| penalty(a).total_cmp(&penalty(b)));
        Some(Self {
            name: name.to_owned(),
            segments,
            not_judged,
            machines: rows.iter().filter(|row| !row.by_people).count(),
            systems: rows,
            spearman: correlation(false),
            spearman_with_people: correlation(true),
        })
    }
}

/// The sums of one system's version of a segment, as its raters marked it; `None` if it was
/// not judged.
fn sums(raters: &[&RatedText<'_>]) -> Option<Sums> {
    let (rate, words) = raters.first()?.rate?;
    let penalties = raters.iter().map(|rated| penalty(&rated.sample.marks));
    Some(Sums {
        segments: 1.0,
        words: words as f64,
        changed_words: rate * words as f64,
        penalty: penalties.sum::<f64>() / raters.len() as f64,
    })
}

/// The MQM penalty of the marks of one rater in a segment.
fn penalty(marks: &[Mark]) -> f64 {
    let severities = marks.iter().filter_map(|mark| mark.severity);
    severities
        .map(|severity| match severity {
            Severity::Minor => MINOR_PENALTY,
            Severity::Major | Severity::Critical => MAJOR_PENALTY,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Labels;
    use mtlint::span::Span;

    fn sample(system: &str, segment: &str, text: &str, severities: &[Severity]) -> Sample {
        let mark = |&severity: &Severity| Mark {
            span: Span::new(0, 1),
            severity: Some(severity),
        };
        Sample {
            id: String::new(),
            document: "tides".to_owned(),
            system: system.to_owned(),
            segment: segment.to_owned(),
            text: text.to_owned(),
            post_edit: String::new(),
            marks: severities.iter().map(mark).collect(),
            labels: Labels::Tokens {
                tokens: Vec::new(),
                hter: None,
            },
        }
    }

    fn row(rated: &[(Sample, Option<(f64, usize)>)]) -> Option<SystemsRow> {
        let rated: Vec<RatedText<'_>> = rated
            .iter()
            .map(|(sample, rate)| RatedText {
                sample,
                severities: Vec::new(),
                touched: Vec::new(),
                rate: *rate,
            })
            .collect();
        SystemsRow::new("talks", &rated.iter().collect::<Vec<_>>())
    }

    #[test]
    fn systems_are_weighed_by_words_and_by_segments() {
        use Severity::{Critical, Major, Minor};
        let row = row(&[
            (sample("A", "1", "Low tide.", &[Minor]), Some((0.2, 2))),
            // A second rater of the same text: the mean of 1 and 11.
            (
                sample("A", "1", "Low tide.", &[Major, Critical, Minor]),
                Some((0.2, 2)),
            ),
            (
                sample("A", "2", "It ebbs at six then.", &[]),
                Some((0.1, 6)),
            ),
            (sample("B", "1", "Tide low.", &[Major]), Some((0.5, 2))),
            (sample("B", "2", "...", &[Major]), None),
            (sample("refA", "1", "The ebb.", &[]), Some((0.3, 2))),
        ]);
        let row = row.unwrap();
        assert_eq!((row.segments, row.not_judged, row.machines), (2, 1, 2));
        let [people, a, b] = &row.systems[..] else {
            panic!("three systems expected: {row:?}");
        };
        assert!(people.by_people && people.system == "refA" && people.mqm_penalty == Some(0.0));
        assert_eq!((a.system.as_str(), a.segments, a.words), ("A", 2, 8));
        // (0.2·2 + 0.1·6) / 8 and (6 + 0) / 2
        assert!((a.post_edit_rate.unwrap() - 0.125).abs() < 1e-12);
        assert_eq!(a.mqm_penalty, Some(3.0));
        // What was not judged is in neither number.
        assert_eq!((b.post_edit_rate, b.mqm_penalty), (Some(0.5), Some(5.0)));
        assert_eq!((b.segments, b.words), (1, 2));
        assert_eq!(row.spearman.value, Some(1.0));
        // Ranks 1, 3, 2 of rates against 2, 3, 1 of penalties: 1 - 6·2/24.
        assert!((row.spearman_with_people.value.unwrap() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn there_is_no_ranking_of_less_than_two_systems() {
        let one = || (sample("A", "1", "Low tide.", &[]), Some((0.2, 2)));
        let unnamed = (sample("", "1", "Tide low.", &[]), Some((0.2, 2)));
        assert!(row(&[one(), unnamed]).is_none());
        assert!(row(&[]).is_none());
    }
}
