//! How a text writes its numbers.
//!
//! In: a [`Setting`] and its numbers. Out: [`Habits`], by which a form is judged that is
//! wrong only where the rest of the text has another one.

use super::setting::Setting;

/// Currency signs.
pub(super) const CURRENCIES: &[&str] = &["€", "$", "£", "¥"];

/// How a text writes its numbers: how often it has each form.
#[derive(Debug, Default)]
pub(super) struct Habits {
    pub(super) points: usize,
    pub(super) decimal_commas: usize,
    pub(super) grouping_commas: usize,
    pub(super) tight_percent: usize,
    pub(super) loose_percent: usize,
    pub(super) currency_before: usize,
    pub(super) currency_before_loose: usize,
    pub(super) currency_behind: usize,
}

/// Whether a word begins with a digit.
pub(super) fn starts_with_digit(setting: &Setting<'_>, word: usize) -> bool {
    setting
        .spelling(word)
        .starts_with(|c: char| c.is_ascii_digit())
}

impl Habits {
    /// Counts the forms of the words `numbers`.
    pub(super) fn of(setting: &Setting<'_>, numbers: &[usize]) -> Self {
        let mut habits = Self::default();
        for &word in numbers {
            let spelling = setting.spelling(word);
            let groups = |mark| groups(spelling, mark);
            habits.points += usize::from(
                groups('.').is_some_and(|parts| parts.len() == 2 && parts[1].len() < 3),
            );
            habits.decimal_commas += usize::from(
                groups(',').is_some_and(|parts| parts.len() == 2 && parts[1].len() < 3),
            );
            habits.grouping_commas += usize::from(
                groups(',').is_some_and(|parts| parts[1..].iter().all(|part| part.len() == 3)),
            );
            let glued = setting.gap(word).is_empty();
            let behind = setting.spelling(word + 1);
            match behind {
                "%" if glued => habits.tight_percent += 1,
                "%" => habits.loose_percent += 1,
                sign if CURRENCIES.contains(&sign) && !starts_with_digit(setting, word + 2) => {
                    habits.currency_behind += 1
                }
                _ => {}
            }
            let Some(earlier) = word.checked_sub(1) else {
                continue;
            };
            if CURRENCIES.contains(&setting.spelling(earlier)) {
                match setting.gap(earlier).is_empty() {
                    true => habits.currency_before += 1,
                    false => habits.currency_before_loose += 1,
                }
            }
        }
        habits
    }

    /// Whether decimal commas are all that the text has.
    pub(super) fn only_commas(&self) -> bool {
        self.decimal_commas >= 3 && self.points == 0 && self.grouping_commas == 0
    }
}

/// The groups of digits of a number, if it has nothing else but the mark between them, and
/// two groups or more.
pub(super) fn groups(number: &str, mark: char) -> Option<Vec<&str>> {
    if !number.contains(mark) {
        return None;
    }
    let parts: Vec<&str> = number.split(mark).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.iter().all(digits).then_some(parts)
}
