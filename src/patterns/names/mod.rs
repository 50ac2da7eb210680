//! Names in the form of another language: *Varsovie*, *Poutine*, *ONU*; and misspelt names
//! of well-known people beside their given name: *Joe Byden*.
//!
//! In: a [`Setting`]. Out: a [`Pattern`] with the English name for each. A name is right
//! where it is part of a longer name, is quoted or explained, or names somebody else; what
//! is known of its place is a [`Place`]. The confidences are a table of rules, set by
//! reading what they find in good texts and in sentences of our own.

mod candidates;
#[cfg(test)]
mod data_tests;
mod place;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashSet;

use super::pattern::{Pattern, PatternKind, Replacement};
use super::setting::Setting;
use crate::lexicon::NameKind;
use crate::rating::{Applicability, Category, Severity};
use crate::segment::{is_all_capitals, possessive_ending};
use candidates::{Candidate, candidates, edits};
use place::{Outline, Place};

/// From this confidence on a correction may be applied by somebody who looks at it.
const OFFERED: f32 = 0.8;
/// Names that are better known than this, on the Zipf scale, nearly every reader knows.
const WELL_KNOWN: f32 = 3.4;
/// What a headline takes off: every word has a capital there, so that longer names are
/// hard to tell.
const HEADLINE: f32 = 0.15;
/// What is left where the text also has the form in a longer name or explains it.
const EXPLAINED_ELSEWHERE: f32 = 0.4;
/// What a foreign word beside the name leaves: there may be more of the language here.
const FOREIGN_NEIGHBOUR: f32 = 0.6;
/// What a doubtful form gains where the text has another name that is surely foreign.
const IN_COMPANY: f32 = 0.25;

/// The names of a text that stand in foreign form.
pub(super) fn names(setting: &Setting<'_>) -> Vec<Pattern> {
    let outline = Outline::new(setting);
    let all = candidates(setting);
    let mut judged: Vec<(Candidate, Place)> = Vec::new();
    for candidate in all {
        let place = outline.place(setting, &candidate);
        judged.push((candidate, place));
    }
    // A surname that the text has with the given name is that person's.
    let people: HashSet<&str> = (judged.iter())
        .filter(|(one, place)| one.is_full_person() && !place.excused)
        .filter_map(|(one, _)| one.form.english.rsplit(' ').next())
        .collect();
    let explained: HashSet<String> = (judged.iter())
        .filter(|(_, place)| place.explained)
        .map(|(one, _)| one.spelling(setting).to_lowercase())
        .collect();
    let sure: HashSet<&str> = (judged.iter())
        .filter(|(one, place)| !one.form.ambiguous && !one.misspelt && !place.excused)
        .map(|(one, _)| one.form.english)
        .collect();
    let patterns = judged.iter().filter_map(|(one, place)| {
        let company = Company {
            person: people.contains(one.form.english),
            foreign: sure.iter().any(|other| *other != one.form.english),
        };
        let mut confidence = confidence(one, place, &company)?;
        if explained.contains(&one.spelling(setting).to_lowercase()) {
            confidence = confidence.min(EXPLAINED_ELSEWHERE);
        }
        Some(pattern(setting, one, confidence))
    });
    patterns.collect()
}

/// What the rest of the text says of a name.
struct Company {
    /// Whether it has the surname with the given name.
    person: bool,
    /// Whether it has another name that is surely foreign.
    foreign: bool,
}

/// The probability that an editor would change the name; `None` where it is right.
fn confidence(one: &Candidate, place: &Place, company: &Company) -> Option<f32> {
    if place.excused {
        return None;
    }
    let form = &one.form;
    let well_known = form.zipf >= WELL_KNOWN;
    let sure = match form.kind {
        _ if one.misspelt => 0.75,
        NameKind::Person if one.is_full_person() => 0.9,
        // "President Tramp", "Mr Poutine"; but not "Tramp" alone.
        NameKind::Person if form.ambiguous => match (place.after_title, company.person) {
            (true, true) => 0.85,
            (true, false) | (false, true) => 0.75,
            (false, false) => return None,
        },
        NameKind::Person if place.after_title || company.person => 0.9,
        NameKind::Person if well_known => 0.85,
        NameKind::Person => 0.75,
        NameKind::Month if !place.beside_number => return None,
        // "in Pusan"; but "Martina" may be a woman.
        NameKind::Place if form.ambiguous && place.after_preposition => match company.foreign {
            true => 0.45 + IN_COMPANY,
            false => 0.45,
        },
        _ if form.ambiguous && company.foreign => 0.3 + IN_COMPANY,
        _ if form.ambiguous => return None,
        NameKind::Place => match (well_known, place.after_preposition) {
            (true, true) => 0.92,
            (true, false) => 0.85,
            (false, true) => 0.75,
            (false, false) => 0.65,
        },
        NameKind::Organisation | NameKind::Month => 0.9,
    };
    let sure = if place.headline {
        sure - HEADLINE
    } else {
        sure
    };
    let foreign = if place.foreign_neighbour {
        FOREIGN_NEIGHBOUR
    } else {
        1.0
    };
    Some(sure * foreign)
}

fn pattern(setting: &Setting<'_>, one: &Candidate, confidence: f32) -> Pattern {
    let spelling = one.spelling(setting);
    let english = one.form.english;
    let distance = edits(spelling, english);
    let length = english.chars().count().max(1);
    // "Kenia", "Gorbachov": a reader passes over it.
    let severity = match distance <= 2 && distance * 3 <= length {
        true => Severity::Minor,
        false => Severity::Major,
    };
    let applicability = match confidence >= OFFERED && !one.form.ambiguous {
        true => Applicability::Unsafe,
        false => Applicability::DisplayOnly,
    };
    Pattern {
        words: one.words.clone(),
        kind: PatternKind::ForeignName {
            english: english.to_owned(),
            language: one.form.language.map(str::to_owned),
            misspelt: one.misspelt,
        },
        category: Category::Name,
        severity,
        confidence,
        replacement: Some(Replacement {
            text: replacement(setting, one),
            applicability,
        }),
    }
}

/// English names that take an article: by what they begin with, and by what they end with.
const WITH_ARTICLE: [&str; 14] = [
    "United ",
    "Netherlands",
    "Philippines",
    "Czech ",
    "Dominican ",
    "Soviet ",
    "European ",
    "Republic ",
    "UN",
    "EU",
    "USA",
    "UK",
    "USSR",
    "Red Cross",
];
const ENDS_WITH_ARTICLE: [&str; 11] = [
    " Sea", " Ocean", " Strip", " Bank", " Gulf", " House", " Islands", " Court", " Union", " War",
    " East",
];

/// The English name, with the capitals, the possessive ending and the article that belong
/// there.
fn replacement(setting: &Setting<'_>, one: &Candidate) -> String {
    let spelling = one.spelling(setting);
    let english = one.form.english;
    let before = match one.words.start {
        0 => String::new(),
        first => setting.spelling(first - 1).to_lowercase(),
    };
    let takes_article = WITH_ARTICLE
        .iter()
        .any(|front| english == *front || front.ends_with(' ') && english.starts_with(front))
        || ENDS_WITH_ARTICLE.iter().any(|end| english.ends_with(end));
    // "the former", "our": an article or the like stands there already.
    let has_article = before.ends_with("the") || before.is_empty();
    let preposition = place::is_preposition(&before);
    let mut text = String::new();
    if takes_article && !has_article && preposition {
        text += "the ";
    }
    if is_all_capitals(spelling) && !one.form.in_capitals {
        text += &english.to_uppercase();
    } else {
        text += english;
    }
    text + possessive_ending(one.last_word(setting))
}
