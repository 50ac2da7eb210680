//! The English abbreviations that keep their full stop.
//!
//! In: a word without its last full stop, and what follows. Out: whether the
//! stop belongs to the word, and what it says about the end of the sentence. A
//! word list and nothing more: where a sentence ends is decided by its
//! neighbors.

/// What an abbreviation's full stop says about the end of its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Abbreviation {
    /// Never the end: something that belongs to it follows (Mr., e.g., No. 5).
    Inside,
    /// The end only where a sentence clearly starts after it (U.S., Inc., a.m.).
    Either,
    /// The end wherever a capital follows (etc.).
    Ending,
}

/// Titles and the like: a name follows.
const BEFORE_NAME: &[&str] = &[
    "mr", "mrs", "ms", "messrs", "mx", "dr", "prof", "st", "ste", "mt", "ft", "gen", "sen", "rep",
    "gov", "sgt", "cpl", "pvt", "lt", "col", "capt", "cmdr", "cmdt", "adm", "maj", "brig", "rev",
    "fr", "hon", "pres", "supt", "amb", "atty", "dir", "insp", "det", "ald",
];
/// Words of running text: the sentence goes on.
const IN_PASSING: &[&str] = &[
    "vs", "viz", "cf", "approx", "ca", "eg", "ie", "resp", "incl", "esp", "transl",
];
/// An abbreviation only where a number follows; otherwise a word of its own
/// ("no", "fig", "sun") or a month that a sentence may end with.
const BEFORE_NUMBER: &[&str] = &[
    "no", "nos", "nr", "p", "pp", "vol", "vols", "fig", "figs", "art", "arts", "sec", "secs", "ch",
    "chap", "op", "eq", "eqs", "tab", "par", "para", "mar", "sat", "sun", "jun", "jul", "ed", "v",
    "c", "b", "d", "r", "ex", "max", "min",
];
/// May end a sentence as well as stand inside one.
const EITHER: &[&str] = &[
    "inc", "ltd", "co", "cos", "corp", "bros", "jr", "sr", "esq", "dept", "univ", "assn", "ave",
    "blvd", "rd", "hwy", "jan", "feb", "apr", "aug", "sep", "sept", "oct", "nov", "dec", "mon",
    "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "est", "ed", "eds", "govt", "intl",
    "natl", "ala", "ariz", "calif", "colo", "conn", "fla", "ga", "ill", "ind", "kan", "ky", "md",
    "mich", "minn", "mo", "mont", "neb", "nev", "okla", "ore", "pa", "penn", "tenn", "tex", "vt",
    "va", "wash", "wis", "wyo", "phd", "msgr",
];
/// Those of [`EITHER`] that are also common words, or would be in lower case:
/// they count only with a capital.
const ONLY_CAPITALISED: &[&str] = &[
    "st", "mt", "ft", "gen", "sen", "rep", "gov", "col", "hon", "dir", "det", "mon", "tue", "wed",
    "thu", "fri", "est", "ill", "ind", "pa", "mo", "va", "ga", "ore", "wash", "penn", "mar", "sat",
    "sun", "conn", "fr", "rev", "pres", "nov", "dec", "amb", "ald", "rd",
];

/// What `word`, which a full stop follows, is as an abbreviation; `None` when
/// the stop is a mark of its own. `number_follows`: the next word holds a
/// digit.
pub(super) fn abbreviation(word: &str, number_follows: bool) -> Option<Abbreviation> {
    // "non-U.S", "post-Dec": the last part of a compound decides.
    let word = word.rsplit(['-', '‐', '‑']).next().unwrap_or(word);
    if word.contains('.') {
        return dotted(word);
    }
    // Longer than any in the lists, in bytes.
    if word.len() > 8 || !word.is_ascii() {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let lower = lower.as_str();
    if number_follows && BEFORE_NUMBER.contains(&lower) {
        return Some(Abbreviation::Inside);
    }
    let capitalised = word.starts_with(|c: char| c.is_ascii_uppercase());
    if !capitalised && ONLY_CAPITALISED.contains(&lower) {
        return None;
    }
    if BEFORE_NAME.contains(&lower) || IN_PASSING.contains(&lower) {
        Some(Abbreviation::Inside)
    } else if EITHER.contains(&lower) {
        Some(Abbreviation::Either)
    } else if matches!(lower, "etc" | "al") {
        Some(Abbreviation::Ending)
    } else {
        None
    }
}

/// "U.S", "e.g", "a.m", "Ph.D": short letter groups between full stops.
fn dotted(word: &str) -> Option<Abbreviation> {
    let groups = || word.split('.');
    let short = groups().all(|group| {
        !group.is_empty() && group.len() <= 2 && group.chars().all(char::is_alphabetic)
    });
    let initials = groups().all(|group| group.chars().count() == 1);
    if !short || !(initials || matches!(word, "Ph.D" | "Ed.D" | "Lt.Col" | "St.Lt")) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    Some(match lower.as_str() {
        "e.g" | "i.e" => Abbreviation::Inside,
        _ => Abbreviation::Either,
    })
}

/// Words that, with a capital, clearly start a sentence: they would be in lower
/// case inside one.
const STARTERS: &[&str] = &[
    "a",
    "about",
    "after",
    "all",
    "also",
    "although",
    "among",
    "an",
    "and",
    "another",
    "any",
    "as",
    "at",
    "because",
    "before",
    "both",
    "but",
    "by",
    "despite",
    "during",
    "each",
    "earlier",
    "even",
    "few",
    "for",
    "from",
    "had",
    "has",
    "have",
    "he",
    "her",
    "here",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "instead",
    "is",
    "it",
    "its",
    "last",
    "later",
    "like",
    "many",
    "meanwhile",
    "more",
    "most",
    "much",
    "my",
    "neither",
    "no",
    "nor",
    "not",
    "now",
    "of",
    "on",
    "one",
    "only",
    "or",
    "other",
    "others",
    "our",
    "over",
    "perhaps",
    "several",
    "she",
    "since",
    "so",
    "some",
    "still",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "through",
    "thus",
    "to",
    "today",
    "under",
    "unlike",
    "until",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "why",
    "with",
    "without",
    "yet",
    "you",
    "your",
];

/// Whether `word` is a capitalised word that clearly starts a sentence.
pub(super) fn starts_sentence(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.len() <= 8
        && STARTERS.contains(&word.to_ascii_lowercase().as_str())
}
