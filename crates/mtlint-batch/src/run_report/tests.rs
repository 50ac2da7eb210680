//! Numbers and drawing; whole nights stand in `tests/night`.

use super::stored_outcome::{ScoredDocument, StoredOutcome};
use super::tally::Tally;
use super::*;
use crate::report_line::Summary;
use crate::state::RunFacts;
use mtlint::finding::{Category, Severity};
use mtlint::report::Status;
use mtlint::report::text::Style;

const PLAIN: Style = Style {
    width: 80,
    color: false,
};

fn run() -> RunFacts {
    RunFacts {
        number: 7,
        inputs: vec!["feed one".to_owned(), "b\u{1b}c".to_owned()],
        started: "2026-03-01T02:00:00Z".to_owned(),
        ended: None,
        finished: true,
        attempts: 1,
        readings: 0,
        fingerprint: Vec::new(),
    }
}

#[test]
fn a_run_without_documents_is_told_of() {
    let (report, extremes) = Tally::new(20).finish(run(), None);
    assert_eq!(
        text::draw(&report, PLAIN),
        "Run 7, begun 2026-03-01 02:00 UTC over feed one b\\u{1b}c\n\
         0 documents: 0 judged, 0 not judged, 0 failed; 0 reports made anew\n\
         nothing was judged\n\
         \n\
         There is no earlier run that was finished to compare with.\n"
    );
    assert_eq!(extremes.quality, None);
    assert_eq!(extremes.worst, None);
}

#[test]
fn color_is_drawn_only_when_wanted() {
    let mut tally = Tally::new(20);
    let finding = FindingSummary {
        severity: Severity::Major,
        category: Category::Name,
        text: "Varsovie".to_owned(),
    };
    tally.count(
        0,
        "a".to_owned(),
        StoredOutcome::Scored(ScoredDocument {
            quality: 61.4,
            post_edit_rate: 0.386,
            findings: vec![finding],
            summary: Summary {
                status: Status::Scored,
                quality: Some(61.402),
                worst: Some(Severity::Major),
            },
        }),
    );
    let (report, extremes) = tally.finish(run(), None);
    assert_eq!(extremes.quality, Some(61.402));
    let plain = text::draw(&report, PLAIN);
    assert!(
        plain.contains(
            "median quality 61.4; 1 finding (0 critical, 1 major, 0 minor)\n\
             \n\
             Worst documents\n\
             quality  post-edit rate  critical  major  minor  document\n   \
             61.4          38.6 %         0      1      0  a\n\
             \n\
             Findings\n                \
             critical     major     minor\n\
             name                   0         1         0\n"
        ),
        "{plain}"
    );
    let colored = Style {
        color: true,
        ..PLAIN
    };
    assert!(text::draw(&report, colored).contains("\u{1b}[1mWorst documents\u{1b}[0m\n"));
    assert!(!plain.contains('\u{1b}'));
}
