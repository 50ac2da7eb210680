//! Facts and what they say.
//!
//! In: two facts. Out: whether they can stand for the same thing, and whether they
//! agree: "1.5 million", "1,500,000" and "one and a half million" are near enough the
//! same. How a fact is read from a text is not known here.

use std::ops::Range;

/// How far a rough number may be off, as a ratio.
const ROUGHLY: f64 = 1.3;

/// A number, date or name in a text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sibling) struct Fact {
    /// The words that say the fact, as indices.
    pub words: Range<usize>,
    /// The value that the words say.
    pub value: Value,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sibling) enum Value {
    /// A cardinal or ordinal number.
    Number {
        /// The number itself.
        number: f64,
        /// What the number counts.
        of: Measure,
        /// Whether the text itself says that the number is not exact.
        rough: bool,
    },
    /// A month, from 0.
    Month(usize),
    /// A day of the week, from 0.
    Weekday(usize),
    /// Words with capitals.
    Name,
}

/// What a number counts, as far as its neighbors say. Numbers of different
/// measures say nothing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sibling) enum Measure {
    /// Things or units of any kind.
    Count,
    /// Hundredths.
    Percent,
    /// An amount of money.
    Money,
    /// A year of the calendar.
    Year,
    /// A day of a month.
    Day,
    /// How long something takes, in seconds.
    Time,
    /// A place in an order.
    Rank,
}

impl Value {
    /// Whether two values can stand for the same thing at all.
    pub(crate) fn comparable(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number { of: a, .. }, Self::Number { of: b, .. }) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// Whether two comparable values agree; names are compared by their words
    /// instead.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Number {
                    number: a,
                    rough: x,
                    of: measure,
                },
                Self::Number {
                    number: b,
                    rough: y,
                    ..
                },
            ) => {
                let (small, large) = (a.abs().min(b.abs()), a.abs().max(b.abs()));
                let near = || {
                    let rough = (*x || *y) && small > 0.0 && large / small <= ROUGHLY;
                    rough || rounds_to(*a, *b) || rounds_to(*b, *a)
                };
                let exact = matches!(measure, Measure::Year | Measure::Day | Measure::Rank);
                a == b || (!exact && near())
            }
            _ => self == other,
        }
    }
}

/// Whether `coarse` is what `fine` is rounded to; of small whole numbers none is.
fn rounds_to(coarse: f64, fine: f64) -> bool {
    let figures = |number: f64| {
        let digits: String = number.to_string();
        let digits = digits.replace('.', "");
        digits.trim_matches('0').len() as i32
    };
    let few = figures(coarse);
    let can_be =
        fine.is_finite() && few < figures(fine) && (fine.abs() >= 100.0 || fine.fract() != 0.0);
    if !can_be {
        return false;
    }
    let unit = 10f64.powi(fine.abs().log10().floor() as i32 + 1 - few);
    ((fine / unit).round() * unit - coarse).abs() < unit * 1e-6
}
