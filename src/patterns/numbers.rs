//! Numbers in a form that English does not have.
//!
//! In: a [`Setting`]. Out: a pattern over each number, with the English form where it is
//! certain. What the rest of the text does is looked at first ([`Habits`]). The rules:
//!
//! | form | confidence |
//! |---|---|
//! | a decimal comma before a unit, or behind a currency sign ("3,5 million", "0,75") | 0.9; 0.6 if the text has such commas only |
//! | groups of digits of unequal length ("2,200,12") | 0.75 |
//! | several full stops between thousands ("1.340.000") | 0.85 |
//! | one full stop between thousands, before what is counted ("12.000 people") | 0.85; 0.55 before a measure; none before money where it may be a rate ("1.459 euros") |
//! | a blank between thousands, before a noun ("1 340 people") | 0.6; 0.75 if the text has commas there |
//! | a number word of another language ("5 milliards") | 0.8 |
//! | a blank before a percent sign, a currency sign behind, where the text has it otherwise twice as often | 0.55 |
//!
//! None are lists, codes, versions, addresses, Indian groups ("2,00,000"), numbers with
//! thin blanks, and numbers in brackets.

use super::number_habits::{CURRENCIES, Habits, groups, starts_with_digit};
use super::number_words::{COUNTED, FOREIGN_WORDS, LABELS, MEASURES, UNITS};
use super::pattern::{NumberForm, Pattern, PatternKind, Replacement};
use super::setting::{Claim, Setting, certain, checked};
use crate::rating::{Category, Severity};

/// Groups of digits that a number has at most; what has more is a table.
const MAX_GROUPS: usize = 5;

/// The numbers of a text whose form is wrong.
pub(super) fn numbers(setting: &Setting<'_>) -> Vec<Pattern> {
    let all = 0..setting.segments.words.len();
    let numbers: Vec<usize> = all
        .filter(|word| starts_with_digit(setting, *word))
        .collect();
    if numbers.is_empty() {
        return Vec::new();
    }
    let habits = Habits::of(setting, &numbers);
    let found = numbers.iter().filter_map(|word| {
        let number = Number {
            setting,
            habits: &habits,
            word: *word,
            spelling: setting.spelling(*word),
            before: setting.before(*word),
            behind: setting.behind(*word),
        };
        number.judged()
    });
    found.collect()
}

/// A number with what stands around it.
struct Number<'s, 'a> {
    setting: &'s Setting<'a>,
    habits: &'s Habits,
    word: usize,
    spelling: &'a str,
    before: String,
    behind: String,
}

impl Number<'_, '_> {
    fn judged(&self) -> Option<Pattern> {
        // "1/2", "3–4": a part of something longer.
        let earlier = self.word.checked_sub(1);
        let attached = earlier.is_some_and(|word| {
            self.setting.gap(word).is_empty() && !opens(self.setting.spelling(word))
        });
        let label = LABELS.contains(&self.before.as_str()) || attached;
        let own = match label || self.setting.is_code(self.word) {
            true => None,
            false => self.form(),
        };
        own.or_else(|| self.surroundings())
    }

    fn form(&self) -> Option<Pattern> {
        self.commas()
            .or_else(|| self.points())
            .or_else(|| self.blanks())
            .or_else(|| self.foreign_word())
    }

    fn claim(
        &self,
        words: usize,
        form: NumberForm,
        confidence: f32,
        replacement: Option<Replacement>,
    ) -> Option<Pattern> {
        let severity = match form {
            NumberForm::BrokenGroups | NumberForm::ForeignWord => Severity::Major,
            _ => Severity::Minor,
        };
        self.setting.pattern(
            self.setting.bytes(self.word..self.word + words),
            Claim {
                kind: PatternKind::Number(form),
                category: Category::Number,
                severity,
                confidence,
                replacement,
            },
        )
    }

    /// Whether the number measures or counts something.
    fn has_unit(&self) -> bool {
        let earlier = self
            .word
            .checked_sub(1)
            .map(|word| self.setting.spelling(word));
        let sign = earlier.is_some_and(|word| CURRENCIES.contains(&word));
        sign || UNITS.contains(&self.behind.as_str())
    }

    fn commas(&self) -> Option<Pattern> {
        let parts = groups(self.spelling, ',')?;
        let (first, last) = (parts[0], parts[parts.len() - 1]);
        if parts.len() == 2 {
            let zero = first == "0" && !self.has_neighbor_in_list();
            if first.len() > 3 || !(last.len() < 3 && self.has_unit() || zero) {
                return None;
            }
            let confidence = if self.habits.only_commas() { 0.6 } else { 0.9 };
            let english = self.spelling.replace(',', ".");
            return self.claim(
                1,
                NumberForm::DecimalComma,
                confidence,
                Some(certain(english)),
            );
        }
        let middle = &parts[1..parts.len() - 1];
        let indian = last.len() == 3 && middle.iter().all(|part| part.len() == 2);
        let grouped = first.len() <= 3 && middle.iter().all(|part| part.len() == 3);
        if indian || !grouped || last.len() == 3 || first == "0" {
            return None;
        }
        self.claim(1, NumberForm::BrokenGroups, 0.75, None)
    }

    /// Whether other numbers or marks make this one an element of a list or a pair.
    fn has_neighbor_in_list(&self) -> bool {
        matches!(self.behind.as_str(), "," | ")" | "]" | "}" | ";")
            && LABELS.contains(&self.before.as_str())
            || self.behind.starts_with(|c: char| c.is_ascii_digit())
    }

    fn points(&self) -> Option<Pattern> {
        let parts = groups(self.spelling, '.')?;
        let grouped =
            (1..=3).contains(&parts[0].len()) && parts[1..].iter().all(|part| part.len() == 3);
        if !grouped || parts[0].starts_with('0') {
            return None;
        }
        let english = self.spelling.replace('.', ",");
        if parts.len() > 2 {
            // An address of the net has four parts of at most 255.
            let address = parts.len() == 4;
            let safe = self.behind.starts_with(char::is_lowercase) || self.has_unit();
            let new = if safe {
                certain(english)
            } else {
                checked(english)
            };
            return (!address).then(|| self.claim(1, NumberForm::PointGroups, 0.85, Some(new)))?;
        }
        let behind = self.behind.as_str();
        let money = matches!(
            behind,
            "euros" | "dollars" | "pounds" | "€" | "$" | "£" | "francs" | "yen" | "shares"
        );
        // "1.459 euros" may be a price or a rate.
        let rate = money && parts[0].len() == 1 && parts[1] != "000";
        let confidence = if COUNTED.contains(&behind) && !rate {
            0.85
        } else if MEASURES.contains(&behind) && parts[1].ends_with("00") && self.habits.points == 0
        {
            0.55
        } else {
            return None;
        };
        let new = match confidence > 0.8 && !money {
            true => certain(english),
            false => checked(english),
        };
        self.claim(1, NumberForm::PointGroups, confidence, Some(new))
    }

    fn blanks(&self) -> Option<Pattern> {
        let is_digits =
            |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(self.spelling) || self.spelling.len() > 3 || self.spelling.starts_with('0') {
            return None;
        }
        let mut groups = vec![self.spelling];
        while groups.len() <= MAX_GROUPS
            && let next = self.word + groups.len()
            && matches!(self.setting.gap(next - 1), " " | "\u{a0}")
            && is_digits(self.setting.spelling(next))
            && self.setting.same_sentence(next - 1, next)
        {
            groups.push(self.setting.spelling(next));
        }
        let last = self.word + groups.len() - 1;
        let behind = self.setting.behind(last);
        let sign = self
            .word
            .checked_sub(1)
            .is_some_and(|word| CURRENCIES.contains(&self.setting.spelling(word)));
        let counted = sign
            || COUNTED.contains(&behind.as_str())
            || matches!(
                behind.as_str(),
                "million"
                    | "km"
                    | "kilometres"
                    | "kilometers"
                    | "kg"
                    | "metres"
                    | "meters"
                    | "hectares"
                    | "tonnes"
                    | "tons"
            );
        let named = self.before.chars().any(char::is_numeric) || self.names_itself();
        if groups.len() < 2 || groups[1..].iter().any(|part| part.len() != 3) || named || !counted {
            return None;
        }
        let confidence = if self.habits.grouping_commas > 0 {
            0.75
        } else {
            0.6
        };
        let new = checked(groups.join(","));
        self.claim(groups.len(), NumberForm::BlankGroups, confidence, Some(new))
    }

    /// Whether the word before has a capital, so that the number may be part of a name:
    /// "Boeing 747 400 people".
    fn names_itself(&self) -> bool {
        let earlier = self.word.checked_sub(1);
        let earlier = earlier.filter(|earlier| self.setting.same_sentence(*earlier, self.word));
        let Some(earlier) = earlier else {
            return false;
        };
        let starts = earlier == 0 || !self.setting.same_sentence(earlier - 1, earlier);
        !starts
            && self
                .setting
                .spelling(earlier)
                .starts_with(char::is_uppercase)
    }

    fn foreign_word(&self) -> Option<Pattern> {
        let bare = self.behind.trim_end_matches('.');
        let (_, english) = FOREIGN_WORDS.iter().find(|(word, _)| *word == bare)?;
        let blank = self.setting.blank_between(self.word);
        // "100 Mio" may be a product, "5 MIO" a stock.
        let capitals = self
            .setting
            .spelling(self.word + 1)
            .chars()
            .all(char::is_uppercase);
        if !blank || capitals {
            return None;
        }
        let new = format!("{}{}{english}", self.spelling, self.setting.gap(self.word));
        self.claim(2, NumberForm::ForeignWord, 0.8, Some(checked(new)))
    }

    /// What is wrong with the sign before or behind a number, by the habits of the text.
    fn surroundings(&self) -> Option<Pattern> {
        let habits = self.habits;
        let sign = self.setting.spelling(self.word + 1);
        let loose = !self.setting.gap(self.word).is_empty();
        if sign == "%" && loose && self.setting.same_sentence(self.word, self.word + 1) {
            let often = habits.tight_percent >= 2 * habits.loose_percent.max(1);
            let new = certain(format!("{}%", self.spelling));
            return often.then(|| self.claim(2, NumberForm::LoosePercent, 0.55, Some(new)))?;
        }
        let before = habits.currency_before;
        let often = before >= 2 * (habits.currency_behind + habits.currency_before_loose).max(1);
        if !often {
            return None;
        }
        if CURRENCIES.contains(&sign) && !starts_with_digit(self.setting, self.word + 2) {
            let new = checked(format!("{sign}{}", self.spelling));
            return self.claim(2, NumberForm::LooseCurrency, 0.55, Some(new));
        }
        let earlier = self.word.checked_sub(1)?;
        let sign = self.setting.spelling(earlier);
        if !CURRENCIES.contains(&sign) || !self.setting.blank_between(earlier) {
            return None;
        }
        let one = Number {
            word: earlier,
            ..self.copied()
        };
        one.claim(
            2,
            NumberForm::LooseCurrency,
            0.55,
            Some(certain(format!("{sign}{}", self.spelling))),
        )
    }

    fn copied(&self) -> Self {
        Self {
            before: self.before.clone(),
            behind: self.behind.clone(),
            ..*self
        }
    }
}

/// Whether a number may follow a mark without a blank and still stand for itself.
fn opens(mark: &str) -> bool {
    CURRENCIES.contains(&mark) || matches!(mark, "“" | "\"" | "‘" | "'" | "—" | "~" | "≈")
}
