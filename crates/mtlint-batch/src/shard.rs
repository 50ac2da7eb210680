//! A batch split over several machines.
//!
//! In: the id of a record. Out: whether it belongs to this part. It goes by the id
//! alone, so that a document stays in its part, and in that part's state, from
//! night to night, wherever in the feed it stands. It counts nothing.

use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::record::Record;

/// One part of a batch that is split over several machines, written `1/4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// The index of the part, from 0.
    index: u64,
    /// The number of all parts.
    count: u64,
}

/// An error in the text that names a part of a batch, such as `5/4`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no part of a whole; write 1/4 for the first of four parts, 4/4 for the last")]
pub struct ShardError(String);

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let error = || ShardError(text.to_owned());
        let (part, count) = text.split_once('/').ok_or_else(error)?;
        let number = |text: &str| text.parse::<u64>().map_err(|_| error());
        let (part, count) = (number(part)?, number(count)?);
        match part.checked_sub(1) {
            Some(index) if index < count => Ok(Self { index, count }),
            _ => Err(error()),
        }
    }
}

impl Shard {
    /// Whether `record` belongs to this part.
    pub fn holds(&self, record: &Record) -> bool {
        let digest = Sha256::digest(record.id());
        let number = digest
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        number % self.count == self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RecordError, RecordPosition};

    fn record(id: &str) -> Record {
        Record::Rejected {
            id: id.to_owned(),
            error: RecordError::NotUtf8 {
                position: RecordPosition::Line(1),
                byte: 0,
            },
        }
    }

    #[test]
    fn every_record_is_in_one_part() {
        let parts = ["1/3", "2/3", "3/3"].map(|text| text.parse::<Shard>().unwrap());
        let mut counts = [0; 3];
        for number in 0..300 {
            let record = record(&format!("night/{number}"));
            let holding: Vec<usize> = (0..3).filter(|part| parts[*part].holds(&record)).collect();
            assert_eq!(holding.len(), 1, "{number}");
            counts[holding[0]] += 1;
        }
        assert!(counts.iter().all(|count| *count > 60), "{counts:?}");
    }

    #[test]
    fn what_is_no_part_is_said() {
        for text in ["", "1", "0/4", "5/4", "a/b", "1/0", "-1/4", "1/4/2"] {
            let error = text.parse::<Shard>().unwrap_err();
            assert!(error.to_string().contains("1/4"), "{error}");
        }
        assert!("1/1".parse::<Shard>().unwrap().holds(&record("")));
    }
}
