//! A report as a row of the state.
//!
//! In: a row. Out: the report, if it is whole: SQLite has no checksums of its
//! own, so that each row carries one over its key and content. It queries
//! nothing.

use rusqlite::Row;
use sha2::{Digest, Sha256};

use mtlint::finding::Severity;
use mtlint::report::Status;

use super::key::{Hash, Key, field};
use crate::report_line::{ReportBody, Summary};

/// The columns that [`read`] expects first, in this order.
pub(super) const COLUMNS: &str = "reports.number, status, quality, worst, body, checksum";

/// A report from the state.
#[derive(Debug)]
pub(crate) struct StoredReport {
    pub(crate) number: i64,
    pub(crate) body: ReportBody,
    pub(crate) summary: Summary,
}

/// The report in `row`, which was found by `key`; `None` if it was changed on
/// the disk, or if an index gave it for another.
pub(super) fn read(row: &Row<'_>, key: &Key) -> rusqlite::Result<Option<StoredReport>> {
    let status = text(row, 1)?;
    let status = status.as_deref().and_then(Status::from_name);
    let quality: Option<f64> = row.get(2)?;
    let worst: Option<i64> = row.get(3)?;
    let body = text(row, 4)?;
    let sum: Vec<u8> = row.get(5)?;
    let kept = status.zip(body).map(|(status, body)| StoredReport {
        number: row.get(0).unwrap_or_default(),
        body: ReportBody(body),
        summary: Summary {
            status,
            quality: quality.map(|quality| quality as f32),
            worst: worst.and_then(severity),
        },
    });
    Ok(kept.filter(|kept| sum == checksum(key, &kept.body, &kept.summary)))
}

/// The text of a column, if it is UTF-8.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    let bytes = row.get_ref(column)?.as_bytes()?;
    Ok(String::from_utf8(bytes.to_vec()).ok())
}

pub(super) fn rank(severity: Severity) -> i64 {
    match severity {
        Severity::Minor => 1,
        Severity::Major => 2,
        Severity::Critical => 3,
    }
}

fn severity(ranked: i64) -> Option<Severity> {
    [Severity::Minor, Severity::Major, Severity::Critical]
        .into_iter()
        .find(|&severity| rank(severity) == ranked)
}

pub(super) fn checksum(key: &Key, body: &ReportBody, summary: &Summary) -> Hash {
    let mut hasher = Sha256::new();
    for part in [&key.content, &key.siblings, &key.fingerprint] {
        hasher.update(part);
    }
    field(&mut hasher, summary.status.to_string().as_bytes());
    let quality = summary
        .quality
        .map(|quality| quality.to_bits().to_le_bytes());
    field(&mut hasher, quality.as_ref().map_or(&[], |bits| bits));
    field(&mut hasher, &[summary.worst.map_or(0, rank) as u8]);
    field(&mut hasher, body.0.as_bytes());
    hasher.finalize().into()
}
