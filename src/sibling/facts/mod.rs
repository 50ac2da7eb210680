//! What two articles can disagree on: numbers, dates and names.
//!
//! In: a sentence of a text. Out: the [`Fact`]s in it, each with its words and
//! a value that can be compared across wordings (see [`value`]). It compares no
//! sentences, and judges nothing.

mod numbers;
pub(super) mod value;

use std::ops::Range;

use self::numbers::{MONTHS, durations, numbers};
use self::value::{Fact, Value};
use super::text::NormalizedText;

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Facts of one sentence beyond which it is a list.
const MAX_FACTS: usize = 25;

/// Words of the longest name.
const MAX_NAME: usize = 6;

/// The facts of a sentence, in order; of a list or table none, since any two rows
/// differ.
pub(super) fn facts(text: &NormalizedText<'_>, sentence: usize) -> Vec<Fact> {
    let mut found = all_facts(text, text.compared(sentence));
    if found.len() > MAX_FACTS {
        found.clear();
    }
    found
}

fn all_facts(text: &NormalizedText<'_>, words: Range<usize>) -> Vec<Fact> {
    let mut found = durations(text, &words, numbers(text, &words));
    let taken = |found: &[Fact], word: usize| found.iter().any(|f| f.words.contains(&word));
    for word in words.clone().filter(|&word| text.is_word(word)) {
        let form = &text.forms[word];
        let named = |names: &[&str]| names.iter().position(|name| *name == form.folded);
        let value = match (named(&MONTHS), named(&WEEKDAYS)) {
            (Some(month), _) if form.capital => Value::Month(month),
            (_, Some(day)) if form.capital => Value::Weekday(day),
            _ => continue,
        };
        // "May" opens questions and wishes.
        let modal = form.folded == "may" && text.opens_sentence(word);
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
            && end - word < MAX_NAME
            && text.looks_like_name(end)
            && text.forms[end].digits.is_empty()
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
    use super::value::Measure;
    use super::*;
    use crate::segment::segment;
    use crate::sibling::similarity::Normalizer;

    fn values(text: &str) -> Vec<(String, Value)> {
        let segments = segment(text);
        let normalized = NormalizedText::new(&Normalizer::default(), text, &segments, 1_000);
        let facts = facts(&normalized, 0);
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
