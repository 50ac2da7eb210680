//! A group's reports on their way into the state.
//!
//! In: the run of a state, and reports that were just made. Out: the reports in the state,
//! with their numbers, in one transaction a group. It lints nothing and writes no output.

use crate::error::BatchError;
use crate::state::{Key, Run, RunEntry};

use super::group::{GroupItem, RenderedReport};

/// Commits the reports on a group's requests and notes the group's records as the run's
/// next ones. `keys` belong to `rendered`, one each; each report that is kept gets its
/// number. What the language model failed on is not kept, so that it is tried again.
pub(super) fn commit_group(
    run: &mut Run,
    keys: &[Option<Key>],
    rendered: &mut [RenderedReport],
    items: &[GroupItem],
) -> Result<(), BatchError> {
    let mut commit = run.commit()?;
    for (report, key) in rendered.iter_mut().zip(keys) {
        if let Some(key) = key.as_ref().filter(|_| !report.is_failure()) {
            report.number = Some(commit.report(key, &report.body, &report.summary)?);
        }
    }
    for GroupItem { id, origin, .. } in items {
        let report = origin.report(rendered);
        commit.entry(&match report.number {
            Some(report) => RunEntry::Report { id, report },
            None => RunEntry::Failed {
                id,
                body: &report.body,
            },
        })?;
    }
    commit.done()?;
    Ok(())
}

/// Commits reports that belong to no record of the run: those on texts that were read to
/// compare their qualities. `keys` belong to `rendered`, one each; `stored` are the numbers of
/// those that were in the state.
pub(super) fn commit_reports(
    run: &mut Run,
    stored: &[i64],
    keys: &[Option<&Key>],
    rendered: &[RenderedReport],
) -> Result<(), BatchError> {
    let commit = run.commit()?;
    for &number in stored {
        commit.pool_report(number)?;
    }
    for (report, key) in rendered.iter().zip(keys) {
        if let Some(key) = key.filter(|_| !report.is_failure()) {
            let number = commit.report(key, &report.body, &report.summary)?;
            commit.pool_report(number)?;
        }
    }
    commit.done()?;
    Ok(())
}
