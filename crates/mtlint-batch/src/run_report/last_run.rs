//! The last run of a state, counted and compared with the run before.
//!
//! In: a state that is only read. Out: the run report, and the extremes that gates ask for.
//! Reports are read one at a time. Nothing is written or drawn.

use crate::report_line::Summary;
use crate::state::{StateError, StateReader};

use super::changes::ChangeTally;
use super::contract::RunReport;
use super::smallest::FirstDocuments;
use super::stored_outcome::StoredOutcome;
use super::tally::Tally;

/// The last run of a state, as a run report and as extremes for gates.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRun {
    /// The report on the run.
    pub report: RunReport,
    /// The lowest quality and the most severe finding of the run, exact: whatever gate one
    /// of its documents meets, these meet too.
    pub extremes: Summary,
}

impl LastRun {
    /// Looks at the last run of a state; every list holds at most `top` documents. Reports
    /// are read one at a time, so that memory does not grow with the run but for the eight
    /// bytes of a quality.
    ///
    /// # Errors
    /// When there is no run, or the state cannot be read.
    pub fn of(reader: &StateReader, top: usize) -> Result<Self, StateError> {
        let run = reader.last_run()?;
        let before = reader.finished_before(&run)?;
        let former = before.as_ref().map(|before| before.number);
        let mut tally = Tally::new(top);
        let mut changes = before.map(|before| ChangeTally::new(&run, before, top));
        // Those not reached are not gone.
        let mut gone = run.finished.then(|| FirstDocuments::new(top));
        reader.documents(
            run.number,
            former,
            |position, id, content, former| {
                let outcome = StoredOutcome::of(content);
                if let Some(changes) = &mut changes {
                    changes.count(position, &id, &outcome, former);
                }
                tally.count(position, id, outcome);
            },
            |position, id| {
                if let Some(gone) = &mut gone {
                    gone.count(position, || id);
                }
            },
        )?;
        let changes = changes.map(|changes| changes.finish(gone));
        let (report, extremes) = tally.finish(run, changes);
        Ok(Self { report, extremes })
    }
}
