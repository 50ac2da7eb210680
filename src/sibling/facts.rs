//! What two articles can disagree on: numbers, dates and names.
//!
//! In: a sentence of an article. Out: the [`Fact`]s in it, each with its words and
//! a value that can be compared across wordings: "1.5 million", "1,500,000" and
//! "one and a half million" are near enough the same. Number words are read by the
//! `text2num` library. It compares values, not sentences, and judges nothing.

use std::ops::Range;

use text2num::lang::English;
use text2num::word_to_digit::{Token, find_numbers};

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

/// What stands behind a number and multiplies it.
const MULTIPLIERS: [(&str, f64); 10] = [
    ("hundred", 1e2),
    ("thousand", 1e3),
    ("k", 1e3),
    ("million", 1e6),
    ("m", 1e6),
    ("mn", 1e6),
    ("billion", 1e9),
    ("bn", 1e9),
    ("trillion", 1e12),
    ("tn", 1e12),
];

/// Units of time, with their seconds.
const TIMES: [(&str, f64); 14] = [
    ("second", 1.0),
    ("seconds", 1.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("hour", 3_600.0),
    ("hours", 3_600.0),
    ("day", 86_400.0),
    ("days", 86_400.0),
    ("week", 604_800.0),
    ("weeks", 604_800.0),
    ("month", 2_629_800.0),
    ("months", 2_629_800.0),
    ("year", 31_557_600.0),
    ("years", 31_557_600.0),
];

/// Words before a number that make it a rough one.
const ROUGH: [&str; 17] = [
    "about",
    "above",
    "almost",
    "approximately",
    "around",
    "below",
    "least",
    "less",
    "more",
    "most",
    "nearly",
    "over",
    "roughly",
    "some",
    "than",
    "under",
    "up",
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

/// A word as `text2num` takes it.
struct Spelled<'a>(&'a str, String);

impl Token for Spelled<'_> {
    fn text(&self) -> std::borrow::Cow<'_, str> {
        self.0.into()
    }

    fn text_lowercase(&self) -> std::borrow::Cow<'_, str> {
        self.1.as_str().into()
    }
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

fn numbers(article: &Article<'_>, words: &Range<usize>) -> Vec<Fact> {
    let mut found = Vec::new();
    let mut word = words.start;
    while word < words.end {
        if !article.is_word(word) || article.forms[word].digits.is_empty() {
            word += 1;
            continue;
        }
        let number = written_number(article.spelling(word));
        let Some((mut number, suffix)) = number else {
            word += 1;
            continue;
        };
        let mut end = word + 1;
        let multiplier = |text: &str| {
            let known = MULTIPLIERS.iter().find(|(name, _)| *name == text);
            known.map(|(_, by)| *by)
        };
        let next = || {
            Some(
                article
                    .forms
                    .get(end)
                    .filter(|_| end < words.end)?
                    .folded
                    .as_str(),
            )
        };
        let rank = matches!(suffix.as_str(), "st" | "nd" | "rd" | "th");
        // "5 m" and "100m" are metres, "$5m" is not.
        let before = word.checked_sub(1).filter(|at| words.contains(at));
        let signed = before.is_some_and(|at| ["$", "€", "£", "¥"].contains(&article.spelling(at)));
        match multiplier(&suffix).filter(|_| signed || suffix.len() > 1) {
            Some(by) => number *= by,
            None => {
                if let Some(by) = next().filter(|n| n.len() > 2).and_then(multiplier) {
                    number *= by;
                    end += 1;
                }
            }
        }
        let range = word..end;
        let of = measure(article, words, &range, number, rank);
        found.push(fact(article, words, range, number, of));
        word = end;
    }
    let tokens = words.clone().map(|word| {
        let text = article.spelling(word);
        Spelled(text, text.to_lowercase())
    });
    for number in find_numbers(tokens, &English::new(), 0.0) {
        let range = words.start + number.start..words.start + number.end;
        let has_digits = range.clone().any(|w| !article.forms[w].digits.is_empty());
        let beside = found
            .iter()
            .any(|fact: &Fact| fact.words.start < range.end && range.start < fact.words.end);
        // "One of them", "on the one hand", "for the first time", "a second".
        let vague =
            range.len() == 1 && number.value <= 2.0 && (number.is_ordinal || number.value < 2.0);
        if has_digits || beside || vague {
            continue;
        }
        let of = measure(article, words, &range, number.value, number.is_ordinal);
        found.push(fact(article, words, range, number.value, of));
    }
    found
}

/// The numbers with those that count time as one duration each: "two hours and 15
/// minutes" says less than both its numbers.
fn times(article: &Article<'_>, sentence: &Range<usize>, mut found: Vec<Fact>) -> Vec<Fact> {
    found.sort_by_key(|fact| fact.words.start);
    let unit = |fact: &Fact| {
        let behind = fact.words.end;
        let form = article
            .forms
            .get(behind)
            .filter(|_| behind < sentence.end)?;
        let known = TIMES.iter().find(|(name, _)| *name == form.folded);
        known.map(|(_, seconds)| *seconds)
    };
    let mut merged: Vec<(Fact, Option<f64>)> = Vec::new();
    for mut fact in found {
        let seconds = unit(&fact);
        if let (Some(seconds), Value::Number { number, of, .. }) = (seconds, &mut fact.value)
            && *of == Measure::Count
        {
            (*number, *of) = (*number * seconds, Measure::Time);
            fact.words.end += 1;
            // Smaller units behind larger ones, with "and" between them or not.
            if let Some((last, Some(larger))) = merged.last_mut()
                && seconds < *larger
                && fact.words.start <= last.words.end + 1
                && (last.words.end..fact.words.start).all(|word| article.is_word(word))
                && let Value::Number { number: sum, .. } = &mut last.value
            {
                *sum += *number;
                *larger = seconds;
                last.words.end = fact.words.end;
                continue;
            }
            merged.push((fact, Some(seconds)));
        } else {
            merged.push((fact, None));
        }
    }
    merged.into_iter().map(|(fact, _)| fact).collect()
}

fn fact(
    article: &Article<'_>,
    sentence: &Range<usize>,
    words: Range<usize>,
    number: f64,
    of: Measure,
) -> Fact {
    let before = words.start.saturating_sub(3).max(sentence.start)..words.start;
    let rough = before
        .clone()
        .any(|word| ROUGH.contains(&article.forms[word].folded.as_str()));
    Fact {
        words,
        value: Value::Number { number, of, rough },
    }
}

/// The number that a word with digits begins with, and what follows the digits.
/// `None` where there is more than one: scores, times, spans of years.
fn written_number(word: &str) -> Option<(f64, String)> {
    let word = word.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = word
        .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
        .unwrap_or(word.len());
    let (digits, rest) = word.split_at(end);
    if rest.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let plain = digits.trim_end_matches([',', '.']).replace(',', "");
    let suffix: String = rest.chars().filter(|c| c.is_alphabetic()).collect();
    Some((plain.parse().ok()?, suffix.to_lowercase()))
}

fn measure(
    article: &Article<'_>,
    sentence: &Range<usize>,
    words: &Range<usize>,
    number: f64,
    rank: bool,
) -> Measure {
    let near = |at: Option<usize>| {
        let at = at.filter(|at| sentence.contains(at));
        at.map_or("", |at| article.spelling(at))
    };
    let folded = |at: Option<usize>| {
        let at = at.filter(|at| sentence.contains(at));
        at.map_or("", |at| article.forms[at].folded.as_str())
    };
    let (before, after) = (words.start.checked_sub(1), Some(words.end));
    let month = |text: &str| MONTHS.contains(&text);
    let money = [
        "dollar", "dollars", "euro", "euros", "pound", "pounds", "yuan", "yen", "rupees",
    ];
    let own = article.spelling(words.start);
    if near(after) == "%"
        || own.ends_with('%')
        || matches!(folded(after), "percent" | "pc")
        || (folded(after) == "per" && folded(Some(words.end + 1)) == "cent")
    {
        Measure::Percent
    } else if matches!(near(before), "$" | "€" | "£" | "¥")
        || own.starts_with(['$', '€', '£', '¥'])
        || money.contains(&folded(after))
    {
        Measure::Money
    } else if number <= 31.0
        && number.fract() == 0.0
        && words.len() == 1
        && (month(folded(before)) || month(folded(after)))
    {
        Measure::Day
    } else if (1400.0..=2100.0).contains(&number)
        && number.fract() == 0.0
        && own.len() == 4
        && own.bytes().all(|b| b.is_ascii_digit())
    {
        Measure::Year
    } else if rank {
        Measure::Rank
    } else {
        Measure::Count
    }
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
