//! How suspect a document is from its beginning to its end, as a small curve.
//!
//! In: an analysis. Out: the path of a curve over its words, and where along it the
//! findings stand.

use std::fmt::Write;

use crate::finding::{Finding, Severity};
use crate::report::Analysis;

use super::pieces::finding_id;

/// How many points a curve has at most; in longer texts each is the most suspect of several
/// words.
const MAX_POINTS: usize = 240;

/// Units of the drawing: it is stretched to the width there is.
const WIDTH: f32 = 1000.0;
const HEIGHT: f32 = 60.0;

/// Below it the findings are marked.
const FLOOR: f32 = 50.0;

/// A curve.
pub(super) struct Sparkline {
    pub width: f32,
    pub height: f32,
    pub floor: f32,
    pub path: String,
    pub ticks: Vec<Tick>,
    pub label: &'static str,
}

/// Where a finding stands.
pub(super) struct Tick {
    pub x: f32,
    pub mark: String,
    pub severity: Severity,
}

impl Sparkline {
    /// The curve of a document that has words.
    pub(super) fn new(anchor: &str, analysis: &Analysis, findings: &[&Finding]) -> Option<Self> {
        let words = &analysis.words;
        let points = words.len().min(MAX_POINTS);
        if points == 0 {
            return None;
        }
        let most = |point: usize| {
            let of = &words[point * words.len() / points..(point + 1) * words.len() / points];
            of.iter().map(|word| word.p_garbled).fold(0.0, f32::max)
        };
        let mut path = format!("M0 {FLOOR}");
        let step = WIDTH / points as f32;
        for (point, height) in (0..points).map(most).enumerate() {
            let y = FLOOR * (1.0 - height);
            // Steps, not slopes: each stands for its words.
            let (from, to) = (point as f32 * step, (point + 1) as f32 * step);
            let _ = write!(path, "L{from:.1} {y:.1}L{to:.1} {y:.1}");
        }
        let _ = write!(path, "L{WIDTH} {FLOOR}Z");
        let findings = findings.iter().enumerate();
        let ticks = findings.map(|(index, finding)| {
            let word = words.partition_point(|word| word.span.end() <= finding.span.start());
            Tick {
                x: (WIDTH * word as f32 / words.len() as f32)
                    .min(WIDTH - 2.0)
                    .round(),
                mark: finding_id(anchor, index),
                severity: finding.severity,
            }
        });
        Some(Self {
            width: WIDTH,
            height: HEIGHT,
            floor: FLOOR,
            path,
            ticks: ticks.collect(),
            label: "How likely each part of the article is wrong",
        })
    }
}
