//! Findings that somebody knows of, so that only new ones are shown.
//!
//! In: reports, and a file that was made of earlier ones. Out: that file, or the reports
//! with the findings marked that it holds. A finding is known by its fingerprint, which
//! is made of its words and those around it, wherever it stands and whatever the
//! document is called; the file's other fields are for whoever reads it. Nothing is
//! hidden here: each format leaves out or marks what is known.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fingerprint::{fingerprints, is_fingerprint};
use super::{Outcome, Report, visible};

/// The name of the format.
pub const SCHEMA: &str = "mtlint.baseline/1";

/// A text takes at most this many columns; it is there to be recognised.
const TEXT_COLUMNS: usize = 80;

/// Why a file is no baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The file is not JSON, or was cut off.
    #[error("it is damaged")]
    Damaged(#[source] serde_json::Error),
    /// The file is something else.
    #[error("it is no baseline: its schema is {got}, and {SCHEMA} is expected")]
    Foreign {
        /// The schema that the file names.
        got: String,
    },
    /// A finding in the file has no fingerprint, or a broken one.
    #[error("it is damaged: the fingerprint of its finding {number} is {got}")]
    BadFingerprint {
        /// Which finding, counted from 1.
        number: usize,
        /// What stands in place of the fingerprint.
        got: String,
    },
}

/// A known finding. Entries are ordered as a person would look for them; an edit elsewhere
/// in a document moves none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// The document in which the finding was made.
    #[serde(default)]
    pub document: String,
    /// The finding's category, by its name in reports.
    #[serde(default)]
    pub category: String,
    /// The finding's words, shortened.
    #[serde(default)]
    pub text: String,
    /// The finding's fingerprint, by which it is known again.
    #[serde(default)]
    pub fingerprint: String,
}

/// Known findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
}

impl Baseline {
    /// Adds the findings of a report.
    pub fn add(&mut self, report: &Report) {
        let Outcome::Scored(analysis) = &report.outcome else {
            return;
        };
        let text = analysis.document.text();
        for (finding, fingerprint) in analysis.findings.iter().zip(fingerprints(analysis)) {
            let phrase = finding.span.slice(text).unwrap_or_default();
            self.entries.insert(Entry {
                document: visible::name(&report.id),
                category: finding.category.to_string(),
                text: visible::prose(&visible::shortened(phrase, TEXT_COLUMNS)),
                fingerprint,
            });
        }
    }

    /// The number of known findings.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no finding is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The baseline as a file: a line for each finding, in order, so that two can be
    /// compared.
    ///
    /// # Errors
    /// Never in practice: every value can be written.
    pub fn draw(&self) -> Result<String, serde_json::Error> {
        let lines: Result<Vec<String>, _> =
            self.entries.iter().map(serde_json::to_string).collect();
        let lines: Vec<String> = lines?.iter().map(|line| format!("\n    {line}")).collect();
        let end = if lines.is_empty() { "" } else { "\n  " };
        Ok(format!(
            "{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [{}{end}]\n}}\n",
            lines.join(",")
        ))
    }

    /// Reads a file that [`Baseline::draw`] made.
    ///
    /// # Errors
    /// When the file is cut off, is something else, or holds a finding without its
    /// fingerprint.
    pub fn parse(file: &str) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct File {
            findings: Vec<Entry>,
        }
        // Some editors put one there.
        let file = file.trim_start_matches('\u{feff}');
        let value: Value = serde_json::from_str(file).map_err(BaselineError::Damaged)?;
        let schema = value.get("schema").and_then(Value::as_str);
        if schema != Some(SCHEMA) {
            let got = schema.map_or("missing".to_owned(), visible::prose);
            return Err(BaselineError::Foreign { got });
        }
        let File { findings } = serde_json::from_value(value).map_err(BaselineError::Damaged)?;
        for (index, entry) in findings.iter().enumerate() {
            if !is_fingerprint(&entry.fingerprint) {
                return Err(BaselineError::BadFingerprint {
                    number: index + 1,
                    got: format!(
                        "\"{}\"",
                        visible::shortened(&entry.fingerprint, TEXT_COLUMNS)
                    ),
                });
            }
        }
        Ok(Self {
            entries: findings.into_iter().collect(),
        })
    }

    /// The fingerprints, by which known findings are found again.
    pub fn known(self) -> Known {
        let fingerprints = self.entries.into_iter().map(|entry| entry.fingerprint);
        Known(fingerprints.collect())
    }
}

/// The fingerprints of known findings.
#[derive(Debug, Clone)]
pub struct Known(HashSet<String>);

impl Known {
    /// The report with its known findings marked as such.
    pub fn mark(&self, mut report: Report) -> Report {
        if let Outcome::Scored(analysis) = &mut report.outcome {
            let fingerprints = fingerprints(analysis);
            for (finding, fingerprint) in analysis.findings.iter_mut().zip(fingerprints) {
                finding.known = self.0.contains(&fingerprint);
            }
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;
    use crate::finding::{Category, Finding};
    use crate::span::Span;

    const TEXT: &str = "Our Torwart slept.\nThe tarif rose.";

    /// A report with a finding wherever one of these stands.
    fn report(id: &str, text: &str, phrases: &[&str]) -> Report {
        let places = phrases.iter().flat_map(|phrase| text.match_indices(phrase));
        let findings = places.map(|(start, phrase)| Finding {
            span: Span::new(start, start + phrase.len()),
            ..fixtures::finding(text, phrase, Category::Untranslated)
        });
        fixtures::report(id, text, findings.collect())
    }

    fn known(report: &Report) -> Vec<bool> {
        let Outcome::Scored(analysis) = &report.outcome else {
            panic!("a report with findings is scored")
        };
        analysis
            .findings
            .iter()
            .map(|finding| finding.known)
            .collect()
    }

    fn of(report: &Report) -> Baseline {
        let mut baseline = Baseline::default();
        baseline.add(report);
        baseline
    }

    #[test]
    fn a_file_is_sorted_and_read_back() {
        let mut baseline = of(&report("b\n.txt", TEXT, &["Torwart", "tarif"]));
        baseline.add(&report("a.txt", TEXT, &["tarif"]));
        let drawn = baseline.draw().unwrap();
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(
            lines[..3],
            [
                "{",
                "  \"schema\": \"mtlint.baseline/1\",",
                "  \"findings\": ["
            ]
        );
        assert!(lines[3].starts_with(
            "    {\"document\":\"a.txt\",\"category\":\"untranslated\",\"text\":\"tarif\",\"fingerprint\":\""
        ));
        assert!(lines[4].contains("b\\\\u{a}.txt") && lines[4].contains("Torwart"));
        assert_eq!(lines.len(), 8);
        assert_eq!(Baseline::parse(&drawn).unwrap(), baseline);
        let none = Baseline::default();
        assert_eq!(Baseline::parse(&none.draw().unwrap()).unwrap(), none);
    }

    #[test]
    fn what_is_known_is_marked_wherever_it_stands() {
        let before = of(&report("a.txt", "Our Torwart slept.", &["Torwart"])).known();
        let later = "Rain.\n\nThe new tarif rose.\r\nOur Torwart slept.\nOur Torwart slept.";
        let marked = before.mark(report("moved/b.txt", later, &["tarif", "Torwart"]));
        // One was known, so one of the two is new.
        assert_eq!(known(&marked), [false, true, false]);
        let others = "A Torwart slept.\nThat Torwart snored.";
        let marked = before.mark(report("a.txt", others, &["Torwart"]));
        assert_eq!(known(&marked), [false, false]);
    }

    #[test]
    fn what_is_no_baseline_says_what_it_is() {
        let whole = of(&report("a.txt", TEXT, &["tarif"])).draw().unwrap();
        for cut in [0, 1, whole.len() / 2, whole.len() - 2] {
            let refused = Baseline::parse(&whole[..cut]).unwrap_err();
            assert!(matches!(refused, BaselineError::Damaged(_)), "{refused}");
        }
        for (file, reason) in [
            ("[]", "its schema is missing"),
            ("{\"schema\":7}", "its schema is missing"),
            (
                "{\"schema\":\"mtlint.report/1\"}",
                "its schema is mtlint.report/1",
            ),
            (
                "{\"schema\":\"mtlint.baseline/1\"}",
                "missing field `findings`",
            ),
            (
                "{\"schema\":\"mtlint.baseline/1\",\"findings\":[{\"text\":\"x\"}]}",
                "the fingerprint of its finding 1 is \"\"",
            ),
        ] {
            let refused = Baseline::parse(file).unwrap_err();
            let cause = std::error::Error::source(&refused).map(ToString::to_string);
            let refused = format!("{refused}: {}", cause.unwrap_or_default());
            assert!(refused.contains(reason), "{refused}");
        }
    }
}
