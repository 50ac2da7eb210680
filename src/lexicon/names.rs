//! Names of places, people and organisations in foreign form: *Varsovie*, *Poutine*, *ONU*.
//!
//! In: a name as it stands in a text. Out: the English name, what it names, the language
//! that has the form, how well known the English name is, and whether the form may mean
//! something else. The table is `models/names.tsv`, made by `training/names`: lines in
//! byte order of the first column, which are searched as they are. Nothing is decided here.

use unicode_normalization::UnicodeNormalization;

use super::table::{MAX_BYTES, Table};
use crate::segment::is_apostrophe;

const NAMES: Table = Table(include_str!("../../models/names.tsv"));

/// What a name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameKind {
    /// A place, a people, an age.
    Place,
    /// A person.
    Person,
    /// An organisation or an abbreviation.
    Organisation,
    /// A month.
    Month,
}

/// What is known of a name in foreign form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ForeignForm {
    /// The English name.
    pub english: &'static str,
    /// What it names.
    pub kind: NameKind,
    /// The ISO 639-3 code of the language that has the form; `None` where several have it.
    pub language: Option<&'static str>,
    /// How frequent the rarest word of the English name is in English, on the Zipf scale.
    pub zipf: f32,
    /// Whether the form may well mean something else.
    pub ambiguous: bool,
    /// Whether it is the name in capitals only.
    pub in_capitals: bool,
    /// Whether it is the right English name, which the table has for people.
    pub right: bool,
}

fn parsed(line: &'static str) -> Option<ForeignForm> {
    let mut columns = line.split('\t').skip(1);
    let mut column = || columns.next();
    let english = column()?;
    let kind = match column()? {
        "l" => NameKind::Place,
        "p" => NameKind::Person,
        "o" => NameKind::Organisation,
        "d" => NameKind::Month,
        _ => return None,
    };
    let language = column().filter(|code| *code != "-");
    let tenths: u8 = column()?.parse().ok()?;
    let flags = column()?;
    Some(ForeignForm {
        english,
        kind,
        language,
        zipf: f32::from(tenths) / 10.0,
        ambiguous: flags.contains('a'),
        in_capitals: flags.contains('c'),
        right: flags.contains('r'),
    })
}

/// A name as the table has it: composed, in lower case, with single blanks.
fn key(name: &str) -> String {
    let words = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = words.nfc().flat_map(char::to_lowercase);
    let plain = lower.map(|c| match c {
        '‐' | '‑' => '-',
        apostrophe if is_apostrophe(apostrophe) => '\'',
        other => other,
    });
    plain.nfc().collect()
}

/// What is known of a name as it stands in a text, without a possessive ending. Case does
/// not count here.
pub(crate) fn foreign_form(name: &str) -> Option<ForeignForm> {
    if name.len() > MAX_BYTES {
        return None;
    }
    NAMES.with_key(&key(name)).next().and_then(parsed)
}

/// Whether some name of the table begins with the letters of `word`: a quick look before
/// longer names are tried.
pub(crate) fn begins_a_name(word: &str) -> bool {
    if word.len() > MAX_BYTES {
        return false;
    }
    let key = key(word);
    let mut lines = NAMES.from(&key);
    !key.is_empty() && lines.next().is_some_and(|line| line.starts_with(&key))
}

/// The right English names of people with a given name, of which the last word is the
/// surname: *Joe Biden* for `Joe`.
pub(crate) fn people_called(given: &str) -> impl Iterator<Item = ForeignForm> + use<> {
    let front = match given.len() <= MAX_BYTES {
        true => key(given) + " ",
        false => String::from("\n"),
    };
    let lines = NAMES.from(&front);
    let lines = lines.take_while(move |line| line.starts_with(&front));
    lines.filter_map(parsed).filter(|form| form.right)
}

#[cfg(test)]
mod tests {
    use super::super::table::key_of;
    use super::*;

    #[test]
    fn every_line_of_the_table_is_found_and_read() {
        let mut before = "";
        let mut count = 0;
        for line in NAMES.0.lines() {
            let name = key_of(line);
            assert!(before < name, "{before:?} {name:?}");
            assert!(name.len() * 2 <= MAX_BYTES, "{name:?}");
            assert_eq!(key(name), name);
            assert!(begins_a_name(name));
            assert_eq!(foreign_form(name), parsed(line), "{name:?}");
            let form = parsed(line).unwrap_or_else(|| panic!("{line:?}"));
            assert!(form.right || key(form.english) != name, "{line:?}");
            before = name;
            count += 1;
        }
        assert!(count > 20_000, "{count}");
    }

    #[test]
    fn case_marks_and_blanks_do_not_matter() {
        let english = |name| foreign_form(name).map(|form| form.english);
        assert_eq!(english("VARSOVIE"), Some("Warsaw"));
        assert_eq!(english("Pe\u{301}kin"), Some("Beijing"));
        assert_eq!(english("Le  Caire"), Some("Cairo"));
        assert_eq!(english("Jeanne d’Arc"), Some("Joan of Arc"));
        for name in [
            "",
            " ",
            "\n",
            "Warsaw",
            "zzzz",
            "\u{10ffff}",
            &"x".repeat(999),
        ] {
            assert_eq!(english(name), None, "{name:?}");
        }
    }

    #[test]
    fn people_are_found_by_their_given_name() {
        let names: Vec<&str> = people_called("Vladimir").map(|one| one.english).collect();
        assert!(names.contains(&"Vladimir Putin"), "{names:?}");
        assert!(names.iter().all(|name| name.starts_with("Vladimir ")));
        assert_eq!(people_called("").count(), 0);
    }

    #[test]
    fn what_english_uses_is_no_foreign_form() {
        for name in [
            "Bombay", "Peking", "Calcutta", "Kiev", "Leghorn", "Kyiv", "Gdańsk", "Reims",
        ] {
            assert_eq!(foreign_form(name), None, "{name}");
        }
        assert!(foreign_form("Poutine").is_some_and(|form| form.ambiguous));
    }
}
