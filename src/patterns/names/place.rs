//! What the words around a name say of it.
//!
//! In: a [`Setting`] and a [`Candidate`]. Out: a [`Place`]: whether the name is right there
//! (part of a longer name, quoted, explained, somebody else's), and what makes it more or
//! less likely that it is meant. Confidences are not set here.

use std::collections::VecDeque;

use super::super::setting::Setting;
use super::candidates::Candidate;
use super::words::{CUES, ENGLISH, LANGUAGES, OPENINGS, PARTICLES, PREPOSITIONS, TITLES};
use crate::lexicon::NameKind;
use crate::segment::is_all_capitals;

/// Quoted or bracketed words, at most, that are taken for a mention of a name and not for
/// a sentence.
const MENTION: usize = 4;
/// Marks that are open at once, at most: what has so many is no prose, and each closing one
/// looks through them.
const MAX_OPEN: usize = 32;
/// Words before a name in which it is looked for what says that it is a name or a word.
const CUE_WORDS: usize = 6;
/// Function words that make a sentence English.
const FUNCTION_WORDS: usize = 2;
/// A short sentence has fewer of them: all of its words in lower case must be this frequent
/// in English, on the Zipf scale.
const COMMON: f32 = 4.0;

/// Whether a word in lower case is a preposition or the like: a place stands after it.
pub(super) fn is_preposition(word: &str) -> bool {
    PREPOSITIONS.has(word)
}

/// What the words around a name say of it.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// Whether the name is right there, or no name.
    pub excused: bool,
    /// Whether what excuses it holds for the whole text: it is explained, or part of a
    /// longer name.
    pub explained: bool,
    /// Whether a title of people stands before it.
    pub after_title: bool,
    /// Whether a preposition stands before it.
    pub after_preposition: bool,
    /// Whether a day or a year stands beside it.
    pub beside_number: bool,
    /// Whether its sentence is a headline, in which all words have capitals.
    pub headline: bool,
    /// Whether a word beside it is of another language.
    pub foreign_neighbour: bool,
}

/// What is known of the sentences and quotations of a text.
pub(super) struct Outline {
    /// For each word whether it is in short quotation marks or brackets.
    mentioned: Vec<bool>,
    /// For each sentence its words, as a range.
    sentences: Vec<std::ops::Range<usize>>,
    /// For each sentence whether it is in English, by its function words.
    english: Vec<bool>,
    /// For each sentence whether nearly all of its words have capitals.
    headline: Vec<bool>,
}

impl Outline {
    pub(super) fn new(setting: &Setting<'_>) -> Self {
        let segments = setting.segments;
        let mut outline = Self {
            mentioned: mentioned(setting),
            sentences: Vec::new(),
            english: Vec::new(),
            headline: Vec::new(),
        };
        for sentence in &segments.sentences {
            let words = segments.words_in(*sentence);
            let all: Vec<&str> = words
                .clone()
                .filter(|word| setting.is_word(*word))
                .map(|word| setting.spelling(word))
                .collect();
            let lower: Vec<String> = all.iter().map(|word| word.to_lowercase()).collect();
            let function = lower.iter().filter(|word| ENGLISH.has(word));
            let longer = || all.iter().filter(|word| word.chars().nth(3).is_some());
            let capitals = longer().filter(|word| word.starts_with(char::is_uppercase));
            let headline = longer().count() >= 3 && capitals.count() * 10 >= longer().count() * 8;
            outline.sentences.push(words);
            let small = || {
                all.iter()
                    .filter(|word| word.starts_with(char::is_lowercase))
            };
            let common = small().count() > 0
                && small().all(|word| setting.lexicon.english_zipf(word) >= COMMON);
            outline
                .english
                .push(function.count() >= FUNCTION_WORDS || common);
            outline.headline.push(headline);
        }
        outline
    }

    /// What the words around a name say of it.
    pub(super) fn place(&self, setting: &Setting<'_>, one: &Candidate) -> Place {
        let mut place = Place::default();
        let first = one.words.start;
        let sentence = setting.segments.words.get(first).map(|word| word.sentence);
        let Some((index, words)) = sentence.and_then(|at| Some((at, self.sentences.get(at)?)))
        else {
            place.excused = true;
            return place;
        };
        place.headline = self.headline[index];
        let before = neighbour(setting, one, -1);
        let after = neighbour(setting, one, 1);
        let lower = before.map(str::to_lowercase).unwrap_or_default();
        place.after_title = TITLES.has(&lower);
        place.after_preposition = is_preposition(&lower);
        place.beside_number = [before, after].into_iter().flatten().any(is_day_or_year);
        place.foreign_neighbour = [before, after].into_iter().flatten().any(|word| {
            word.starts_with(char::is_lowercase) && setting.lexicon.foreign_language(word).is_some()
        });
        let shouted = is_all_capitals(one.spelling(setting)) && all_capitals(setting, words);
        let english = self.english[index] || place.headline || shouted;
        let longer = part_of_longer_name(setting, one, words.start, &place);
        let mentioned = self.mentioned.get(first).copied().unwrap_or_default();
        let glossed = glossed(setting, one, words.clone());
        let person = one.form.kind == NameKind::Place && place.after_title;
        let capitals = one.form.in_capitals && shouted;
        place.explained = longer || mentioned || glossed || person;
        place.excused = place.explained || !english || capitals;
        place
    }
}

/// Whether all longer words of a sentence are in capitals.
fn all_capitals(setting: &Setting<'_>, words: &std::ops::Range<usize>) -> bool {
    let mut longer = words
        .clone()
        .filter(|word| setting.is_word(*word))
        .map(|word| setting.spelling(word))
        .filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
    words.len() > 2 && longer.all(is_all_capitals)
}

/// For each word whether it stands in quotation marks or brackets with so few words that
/// it is mentioned and not used.
fn mentioned(setting: &Setting<'_>) -> Vec<bool> {
    let words = &setting.segments.words;
    let mut found = vec![false; words.len()];
    let mut open: VecDeque<(char, usize)> = VecDeque::new();
    let mut paragraph = usize::MAX;
    for (at, word) in words.iter().enumerate() {
        if word.paragraph != paragraph {
            open.clear();
            paragraph = word.paragraph;
        }
        if setting.is_word(at) {
            continue;
        }
        let Some(mark) = setting.spelling(at).chars().next() else {
            continue;
        };
        let closing = open.iter().rposition(|(opened, _)| closes(*opened, mark));
        if let Some(closing) = closing {
            let (_, start) = open[closing];
            open.truncate(closing);
            let within = start + 1..at;
            let inside = within.clone().filter(|word| setting.is_word(*word));
            if inside.take(MENTION + 1).count() <= MENTION {
                found[within].fill(true);
            }
        } else if matches!(
            mark,
            '(' | '[' | '{' | '“' | '‘' | '«' | '„' | '"' | '\'' | '`' | '‹' | '*' | '_'
        ) {
            open.push_back((mark, at));
            if open.len() > MAX_OPEN {
                open.pop_front();
            }
        }
    }
    found
}

fn closes(opened: char, mark: char) -> bool {
    match opened {
        '(' => mark == ')',
        '[' => mark == ']',
        '{' => mark == '}',
        '“' => matches!(mark, '”' | '"'),
        '„' => matches!(mark, '“' | '”' | '"'),
        '‘' => matches!(mark, '’' | '\''),
        '«' => mark == '»',
        '‹' => mark == '›',
        '`' => matches!(mark, '`' | '\''),
        same => mark == same,
    }
}

/// The word that stands directly before (−1) or after (1) a name, with nothing but a blank
/// between.
fn neighbour<'a>(setting: &Setting<'a>, one: &Candidate, side: isize) -> Option<&'a str> {
    let words = &setting.segments.words;
    let (edge, next) = match side < 0 {
        true => (one.words.start, one.words.start.checked_sub(1)?),
        false => (one.words.end.checked_sub(1)?, one.words.end),
    };
    let (edge, other) = (words.get(edge)?, words.get(next)?);
    if edge.paragraph != other.paragraph || !setting.is_word(next) {
        return None;
    }
    let span = other.span;
    let text: &'a str = setting.text;
    span.slice(text)
}

fn is_day_or_year(word: &str) -> bool {
    let digits = word.trim_end_matches("th").trim_end_matches("st");
    let plain = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    plain && (digits.len() <= 2 || digits.len() == 4)
}

/// Whether a name is part of a longer one: *Radio Varsovie*, *rue de Londres*.
fn part_of_longer_name(
    setting: &Setting<'_>,
    one: &Candidate,
    sentence: usize,
    place: &Place,
) -> bool {
    let words = &setting.segments.words;
    let (first, last) = (one.words.start, one.words.end);
    // Joined by a mark: "Paris-Pékin", "Pékin/Moskau", "@Londres".
    let joined = |mark: usize, edge: usize| {
        let (Some(mark_word), Some(edge)) = (words.get(mark), words.get(edge)) else {
            return false;
        };
        let close =
            mark_word.span.end() == edge.span.start() || edge.span.end() == mark_word.span.start();
        let sign = setting.spelling(mark);
        let joins = matches!(sign, "-" | "–" | "—" | "/" | "@" | "#" | "_" | "&" | "+");
        let loose = sign == "&";
        !setting.is_word(mark) && joins && (close || loose)
    };
    if first > 0 && joined(first - 1, first) || joined(last, last - 1) {
        return true;
    }
    let before = neighbour(setting, one, -1);
    let after = neighbour(setting, one, 1);
    if [before, after].into_iter().flatten().any(|word| {
        let word = word.to_lowercase();
        let word = word.trim_end_matches(['\'', '’']);
        PARTICLES.has(word) && !is_english_particle(word)
    }) {
        return true;
    }
    if one.form.kind == NameKind::Month {
        return false;
    }
    let title = place.after_title && one.form.kind == NameKind::Person;
    let opens =
        first == sentence + 1 && before.is_some_and(|word| OPENINGS.has(&word.to_lowercase()));
    let plain = |word: &str| {
        let lower = word.to_lowercase();
        OPENINGS.has(&lower) || place.headline && setting.lexicon.english_zipf(&lower) >= 3.5
    };
    let capital = |word: &str| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric());
    let described =
        one.is_full_person() && before.is_some_and(|word| is_nationality(setting, word));
    let left =
        before.is_some_and(|word| capital(word) && !title && !opens && !described && !plain(word));
    let right = after.is_some_and(|word| capital(word) && !plain(word) && word != "I");
    left || right
}

/// Whether a word says where somebody comes from: "the Russian Vladimir Poutine".
fn is_nationality(setting: &Setting<'_>, word: &str) -> bool {
    let word = word.to_lowercase();
    let ends = ["ian", "can", "ish", "ese"]
        .iter()
        .any(|end| word.ends_with(end));
    LANGUAGES.has(&word) || ends && word.len() > 5 && setting.lexicon.english_zipf(&word) >= COMMON
}

/// Small words of other languages that English has too.
fn is_english_particle(word: &str) -> bool {
    matches!(word, "do" | "i" | "am" | "via" | "den" | "lo" | "e" | "st")
}

/// Whether the text explains the name: *Wien (Vienna)*, *known in German as Wien*.
fn glossed(setting: &Setting<'_>, one: &Candidate, sentence: std::ops::Range<usize>) -> bool {
    let lower = |word: usize| setting.spelling(word).to_lowercase();
    let first = one.words.start;
    let front = first.saturating_sub(CUE_WORDS).max(sentence.start)..first;
    let mut cues = front.clone().map(lower);
    if cues.any(|word| CUES.has(&word)) {
        return true;
    }
    // "Fryderyk Wielki is the name of a café".
    let behind = one.words.end..(one.words.end + CUE_WORDS).min(sentence.end);
    if behind
        .clone()
        .any(|word| matches!(lower(word).as_str(), "name" | "word" | "means"))
    {
        return true;
    }
    // "Vienna (in German Wien)", "Moskau in German".
    let around = front.start..(one.words.end + CUE_WORDS).min(sentence.end);
    let in_language = around.clone().any(|word| {
        let next = lower(word + 1);
        matches!(lower(word).as_str(), "in" | "for" | "the") && LANGUAGES.has(&next)
            || lower(word).ends_with(':') && LANGUAGES.has(lower(word).trim_end_matches(':'))
    });
    let said_of_language = around.clone().any(|word| {
        LANGUAGES.has(&lower(word)) && matches!(setting.spelling(word + 1), ":" | "for")
    });
    // The English name stands beside it.
    let english = one.form.english.to_lowercase();
    let rare = english
        .split(' ')
        .max_by_key(|word| word.len())
        .unwrap_or_default();
    let mut others = sentence.filter(|word| !one.words.contains(word));
    let beside = others.any(|word| {
        let word = lower(word);
        word == rare || word.strip_suffix("'s") == Some(rare)
    });
    (in_language
        && front
            .clone()
            .any(|word| matches!(lower(word).as_str(), "(" | "as" | "or" | "means")))
        || said_of_language
        || beside
}
