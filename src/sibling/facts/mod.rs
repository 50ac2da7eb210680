//! What two articles can disagree on: numbers, dates and names.
//!
//! In: a sentence of an article. Out: the [`Fact`]s in it, each with its words and
//! a value that can be compared across wordings: "1.5 million", "1,500,000" and
//! "one and a half million" are near enough the same. It compares values, not
//! sentences, and judges nothing.

mod numbers;

use std::ops::Range;

use self::numbers::{numbers, times};
use super::align::Article;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// How far a rough number may be off, as a ratio.
const ROUGHLY: f64 = 1.3;

/// Facts of one sentence beyond which it is a list.
const MOST_FACTS: usize = 25;

/// Words of the longest name.
const LONGEST_NAME: usize = 6;

/// A number, date or name in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    /// Its words.
    pub words: Range<usize>,
    /// What it says.
    pub value: Value,
}

/// What a fact says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// How many, how much, the how manieth.
    Number {
        /// The number itself.
        number: f64,
        /// What it counts.
        of: Measure,
        /// Whether its own text says that it is not exact.
        rough: bool,
    },
    /// A month, from 0.
    Month(usize),
    /// A day of the week, from 0.
    Weekday(usize),
    /// Words with capitals.
    Name,
}

/// What a number counts, as far as its neighbours say. Numbers of different
/// measures say nothing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
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
    pub fn comparable(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number { of: a, .. }, Self::Number { of: b, .. }) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// Whether two comparable values agree; names are compared by their words
    /// instead.
    pub fn agrees(&self, other: &Self) -> bool {
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

/// The facts of a sentence, in order; of a list or table none, since any two rows
/// differ.
pub(super) fn facts(article: &Article<'_>, sentence: usize) -> Vec<Fact> {
    let mut found = all_facts(article, article.compared(sentence));
    if found.len() > MOST_FACTS {
        found.clear();
    }
    found
}

fn all_facts(article: &Article<'_>, words: Range<usize>) -> Vec<Fact> {
    let mut found = times(article, &words, numbers(article, &words));
    let taken = |found: &[Fact], word: usize| found.iter().any(|f| f.words.contains(&word));
    for word in words.clone().filter(|&word| article.is_word(word)) {
        let form = &article.forms[word];
        let named = |names: &[&str]| names.iter().position(|name| *name == form.folded);
        let value = match (named(&MONTHS), named(&WEEKDAYS)) {
            (Some(month), _) if form.capital => Value::Month(month),
            (_, Some(day)) if form.capital => Value::Weekday(day),
            _ => continue,
        };
        // "May" opens questions and wishes.
        let modal = form.folded == "may" && article.opens_sentence(word);
        if !taken(&found, word) && !modal {
            found.push(Fact {
                words: word..word + 1,
                value,
            });
        }
    }
    let mut word = words.start;
    while word < words.end {
        let mut end = word;
        while end < words.end
            && end - word < LONGEST_NAME
            && article.looks_like_name(end)
            && article.forms[end].digits.is_empty()
            && !taken(&found, end)
        {
            end += 1;
        }
        if end > word {
            found.push(Fact {
                words: word..end,
                value: Value::Name,
            });
        }
        word = end.max(word + 1);
    }
    found.sort_by_key(|fact| fact.words.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment;
    use crate::sibling::names::Former;

    fn values(text: &str) -> Vec<(String, Value)> {
        let segments = segment(text);
        let article = Article::new(&Former::default(), text, &segments, 1_000);
        let facts = facts(&article, 0);
        let words = &segments.words;
        facts
            .into_iter()
            .map(|fact| {
                let span = words[fact.words.start]
                    .span
                    .cover(words[fact.words.end - 1].span);
                (span.slice(text).unwrap().to_owned(), fact.value)
            })
            .collect()
    }

    #[test]
    fn lists_and_long_numbers_hold_no_facts() {
        let list = (0..60).map(|n| format!("{} tons", 3 * n + 5));
        assert_eq!(values(&list.collect::<Vec<_>>().join(" and ")), []);
        values(&format!("it has {} members", "9".repeat(400)));
    }

    fn number(text: &str) -> Value {
        let mut found = values(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found.remove(0).1
    }

    #[test]
    fn numbers_are_read_in_figures_and_in_words() {
        for (text, wanted, measure) in [
            ("it cost $1.5bn to build", 1.5e9, Measure::Money),
            ("it lost 1,200 members", 1200.0, Measure::Count),
            ("it has 15 million members", 15e6, Measure::Count),
            ("it has twenty-five members", 25.0, Measure::Count),
            ("it has three hundred members", 300.0, Measure::Count),
            ("it grew by 12% in all", 12.0, Measure::Percent),
            ("it grew by seven percent in all", 7.0, Measure::Percent),
            ("it was built in 1998 or so", 1998.0, Measure::Year),
            ("the 18th attempt failed", 18.0, Measure::Rank),
            ("he ran the 100m in pain", 100.0, Measure::Count),
        ] {
            match number(text) {
                Value::Number { number, of, .. } => {
                    assert!((number - wanted).abs() < 1e-6 * wanted, "{text}: {number}");
                    assert_eq!(of, measure, "{text}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_number_is_left_alone() {
        for text in [
            "one of them left for the first time",
            "they won 3-2 on penalties",
            "no facts stand in here",
        ] {
            assert_eq!(values(text), [], "{text}");
        }
    }

    #[test]
    fn dates_and_names_are_facts() {
        let found = values("On 5 March and on Friday the envoy met Anna Nowak in Łódź.");
        let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, ["5", "March", "Friday", "Anna Nowak", "Łódź"]);
        assert!(matches!(
            found[0].1,
            Value::Number {
                of: Measure::Day,
                ..
            }
        ));
    }

    #[test]
    fn the_same_fact_in_other_words_agrees() {
        let agree = |a: &str, b: &str| number(a).agrees(&number(b));
        assert!(agree("about 50 people came", "48 people came"));
        assert!(!agree("0 people came", "15 people came"));
        assert!(!agree("rates stand at 0 %", "rates stand at 0.5 %"));
        assert!(agree("1.5 million people came", "1,512,300 people came"));
        assert!(agree("two hours later", "more than 2 hours later"));
        assert!(agree(
            "two hours and 15 minutes later",
            "over two hours later"
        ));
        assert!(agree("48 hours later", "two days later"));
        assert!(!agree("two hours later", "two days later"));
        assert!(!agree("12 people came", "15 people came"));
        assert!(!agree("1998 was the year", "1999 was the year"));
        assert!(!agree("1,200 people came", "1,500 people came"));
    }
}
