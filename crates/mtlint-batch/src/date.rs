//! The days that records say they are from.
//!
//! In: what stands in a record's `date`. Out: the day, or that it cannot be told; and a count
//! of those that cannot, for whoever looks for siblings by their days. Nothing is guessed:
//! 03/04/2026 is a day in March for some and in April for others.

use std::fmt;

use time::format_description::well_known::Iso8601;

/// A date that cannot be read is quoted up to this many characters.
const QUOTED: usize = 40;

/// The day that a record is from, so far as it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RecordDate {
    /// The record has no date.
    #[default]
    None,
    /// A Julian day number.
    Day(i32),
    /// The record has a date that ISO 8601 does not know, as it is written there.
    Unread(String),
}

impl RecordDate {
    /// The day of an ISO 8601 date, with or without a time.
    pub(super) fn read(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::None;
        }
        let date = text.split(['T', ' ']).next().unwrap_or_default();
        match time::Date::parse(date, &Iso8601::DATE) {
            Ok(date) => Self::Day(date.to_julian_day()),
            Err(_) => Self::unread(text),
        }
    }

    /// What is written where a date should be, and is none.
    pub(super) fn unread(text: &str) -> Self {
        Self::Unread(text.chars().take(QUOTED).collect())
    }

    /// The Julian day number, where the day is known.
    pub fn day(&self) -> Option<i32> {
        match self {
            Self::Day(day) => Some(*day),
            Self::None | Self::Unread(_) => None,
        }
    }
}

/// How many dates could not be read, and the first of them. Its text says so to people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnreadDates {
    count: u64,
    /// The record's id and what is written there.
    first: Option<(String, String)>,
}

impl UnreadDates {
    /// Counts a record's date if it could not be read.
    pub(super) fn count(&mut self, id: &str, date: &RecordDate) {
        if let RecordDate::Unread(text) = date {
            self.count += 1;
            self.first
                .get_or_insert_with(|| (id.to_owned(), text.clone()));
        }
    }

    /// Whether all dates could be read.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for UnreadDates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "dates not written as 2026-03-31, which count as none: {}",
            self.count
        )?;
        match &self.first {
            Some((id, text)) => write!(f, ", the first: {text} ({id})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_one_way_and_others_are_counted() {
        let first = RecordDate::read("2024-02-28").day().unwrap();
        for same in ["2024-02-28T23:59:00Z", "2024-02-28 06:00", " 2024-02-28 "] {
            assert_eq!(RecordDate::read(same), RecordDate::Day(first), "{same}");
        }
        assert_eq!(RecordDate::read("2024-03-01").day(), Some(first + 2));
        assert_eq!(RecordDate::read(" "), RecordDate::None);
        let mut unread = UnreadDates::default();
        for odd in ["28/02/2024", "yesterday", "2023-02-29"] {
            let date = RecordDate::read(odd);
            assert_eq!(date, RecordDate::Unread(odd.to_owned()));
            unread.count(&format!("of {odd}"), &date);
        }
        unread.count("known", &RecordDate::Day(first));
        unread.count("without", &RecordDate::None);
        assert_eq!(
            unread.to_string(),
            "dates not written as 2026-03-31, which count as none: 3, the first: 28/02/2024 (of 28/02/2024)"
        );
    }
}
