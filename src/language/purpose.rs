//! Whether a foreign passage stands where it stands on purpose.
//!
//! In: the words of a text, and a passage among them. Out: [`Purpose`]: it was left over;
//! it is a quotation, a title, a motto or a verse; or it is no passage of the text at all
//! but a name. It tells no languages.

use std::ops::Range;

use super::quotes::between_marks;
use crate::segment::{Segments, WordKind};

/// A paragraph with no more words than this, that does not end as a sentence does, is a
/// title, a motto, a caption or a line of verse.
const SHORT_PARAGRAPH: usize = 8;
/// A line of verse has no more words than this.
const VERSE_WORDS: usize = 10;
/// How many words before a passage are looked at for what introduces it.
const INTRODUCING: usize = 3;
/// How many words after a passage are looked at for a gloss.
const GLOSSING: usize = 3;
/// A passage that begins with a capital inside a sentence and has no more words than this
/// is a title or a name.
const TITLE_WORDS: usize = 6;

/// Why a foreign passage is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It was left over.
    LeftOver,
    /// The writer wants it there, and it is not to be judged.
    Wanted,
    /// It is a name or an address: no passage.
    Name,
}

/// Words that introduce something foreign: what it is, or that it is a name or a quotation.
const INTRODUCTIONS: &[&str] = &[
    "aka",
    "album",
    "anthem",
    "band",
    "book",
    "called",
    "cantata",
    "chant",
    "chanted",
    "chanting",
    "character",
    "characters",
    "cry",
    "dubbed",
    "entitled",
    "essay",
    "expression",
    "festival",
    "film",
    "greeting",
    "group",
    "headline",
    "hymn",
    "inscribed",
    "inscription",
    "journal",
    "kanji",
    "known",
    "letter",
    "letters",
    "lyrics",
    "magazine",
    "maxim",
    "motto",
    "movie",
    "named",
    "newspaper",
    "novel",
    "opera",
    "party",
    "phrase",
    "phrases",
    "play",
    "poem",
    "prayer",
    "pronounced",
    "proverb",
    "restaurant",
    "saying",
    "series",
    "slogan",
    "song",
    "spelled",
    "spelt",
    "term",
    "termed",
    "terms",
    "title",
    "titled",
    "toast",
    "verse",
    "word",
    "words",
    "written",
];

/// Words that say what something foreign means.
const GLOSSES: &[&str] = &[
    "aka",
    "i.e",
    "i.e.",
    "literally",
    "meaning",
    "meanings",
    "means",
    "meant",
    "translated",
    "translates",
    "translation",
];

/// The names of languages, as English has them.
const LANGUAGES: &[&str] = &[
    "albanian",
    "arabic",
    "aramaic",
    "armenian",
    "basque",
    "belarusian",
    "bengali",
    "bulgarian",
    "cantonese",
    "catalan",
    "chinese",
    "croatian",
    "czech",
    "danish",
    "dutch",
    "esperanto",
    "estonian",
    "farsi",
    "finnish",
    "french",
    "gaelic",
    "galician",
    "georgian",
    "german",
    "greek",
    "gujarati",
    "hawaiian",
    "hebrew",
    "hindi",
    "hungarian",
    "icelandic",
    "indonesian",
    "irish",
    "italian",
    "japanese",
    "khmer",
    "korean",
    "latin",
    "latvian",
    "lithuanian",
    "malay",
    "mandarin",
    "maori",
    "nepali",
    "norwegian",
    "persian",
    "polish",
    "portuguese",
    "punjabi",
    "romanian",
    "russian",
    "sanskrit",
    "serbian",
    "sinhala",
    "slovak",
    "slovenian",
    "spanish",
    "swahili",
    "swedish",
    "tagalog",
    "tamil",
    "thai",
    "tibetan",
    "turkish",
    "ukrainian",
    "urdu",
    "vietnamese",
    "welsh",
    "yiddish",
    "zulu",
];

/// What a text has around its words.
pub(super) struct Surroundings<'a> {
    text: &'a str,
    segments: &'a Segments,
    /// For each word whether it stands within quotes or brackets.
    quoted: Vec<bool>,
    /// For each word whether the markup sets it off; empty for none.
    set_off: &'a [bool],
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(text: &'a str, segments: &'a Segments, set_off: &'a [bool]) -> Self {
        Self {
            text,
            segments,
            quoted: between_marks(text, segments),
            set_off,
        }
    }

    /// Whether a word stands within quotes or brackets.
    pub(super) fn is_quoted(&self, word: usize) -> bool {
        self.quoted[word]
    }

    /// The purpose of the passage `words`, a range of indices that is not empty. `whole`
    /// says whether it consists of whole sentences.
    pub(super) fn purpose(&self, words: Range<usize>, whole: bool) -> Purpose {
        let all = words.len();
        let share = |of: &dyn Fn(usize) -> bool| words.clone().filter(|word| of(*word)).count();
        let set_off = |word: usize| self.set_off.get(word).copied().unwrap_or_default();
        let apart = |word: usize| self.quoted[word] || set_off(word);
        if share(&apart) * 5 >= all * 4 || self.is_line_of_its_own(&words) {
            return Purpose::Wanted;
        }
        if self.is_glossed(&words, whole) || self.is_introduced(&words) {
            return Purpose::Wanted;
        }
        if self.is_name(&words, whole) {
            return Purpose::Name;
        }
        Purpose::LeftOver
    }

    fn spelling(&self, word: usize) -> &str {
        let span = self.segments.words[word].span;
        span.slice(self.text).unwrap_or_default()
    }

    fn is_word(&self, word: usize) -> bool {
        self.segments.words[word].kind == WordKind::Word
    }

    /// The words of the paragraph of `word`.
    fn paragraph(&self, word: usize) -> Range<usize> {
        let paragraph = self.segments.words[word].paragraph;
        self.segments.words_in(self.segments.paragraphs[paragraph])
    }

    /// Whether the passage is nearly all of a paragraph that is no sentence of prose: a
    /// title, a motto, a caption, or a line of verse beside another one.
    fn is_line_of_its_own(&self, words: &Range<usize>) -> bool {
        let paragraph = self.paragraph(words.start);
        let count = |range: Range<usize>| range.filter(|word| self.is_word(*word)).count();
        let all = count(paragraph.clone());
        if count(words.clone()) * 5 < all * 4 {
            return false;
        }
        if all <= SHORT_PARAGRAPH && !self.ends_as_a_sentence(&paragraph) {
            return true;
        }
        // A verse: one line of several that are short, and most of which do not end.
        let is_line =
            |range: &Range<usize>| !range.is_empty() && count(range.clone()) <= VERSE_WORDS;
        let before = paragraph
            .start
            .checked_sub(1)
            .map(|word| self.paragraph(word));
        let after = paragraph.end;
        let after = (after < self.segments.words.len()).then(|| self.paragraph(after));
        let lines = [before, Some(paragraph.clone()), after]
            .into_iter()
            .flatten();
        let lines: Vec<Range<usize>> = lines.filter(is_line).collect();
        let open = lines.iter().filter(|line| !self.ends_as_a_sentence(line));
        is_line(&paragraph)
            && lines.len() >= 2
            && open.count() * 2 >= lines.len()
            && !self.ends_as_a_sentence(&paragraph)
    }

    fn ends_as_a_sentence(&self, words: &Range<usize>) -> bool {
        let last = words.clone().next_back().map(|word| self.spelling(word));
        last.is_some_and(|last| matches!(last, "." | "?" | "。" | "।" | "؟" | "？"))
    }

    /// Whether what stands beside the passage says what it means.
    fn is_glossed(&self, words: &Range<usize>, whole: bool) -> bool {
        let paragraph = self.paragraph(words.start);
        let mut next = words.end;
        while next < paragraph.end
            && matches!(
                self.spelling(next),
                "," | "–" | "—" | "-" | "=" | ":" | "." | "/" | "!" | "?" | "”" | "\""
            )
        {
            next += 1;
        }
        if next >= paragraph.end {
            return false;
        }
        let opening = self.spelling(next);
        if matches!(opening, "(" | "[") || (!whole && matches!(opening, "“" | "‘" | "«" | "„"))
        {
            return true;
        }
        let after = (next..paragraph.end).filter(|word| self.is_word(*word));
        let after = after.take(GLOSSING);
        after
            .into_iter()
            .any(|word| is_in(self.spelling(word), GLOSSES))
    }

    /// Whether what stands before the passage says what it is.
    fn is_introduced(&self, words: &Range<usize>) -> bool {
        let sentence = self.segments.words[words.start].sentence;
        let before = (0..words.start).rev();
        let before = before.take_while(|word| self.segments.words[*word].sentence == sentence);
        let marks = |word: &usize| !self.is_word(*word);
        let nearest = before.clone().find(|word| !marks(word));
        if nearest.is_some_and(|word| self.spelling(word) == "or") {
            return true;
        }
        // "Moscow, Москва, …" and "Moscow/Москва"
        let mark = words.start.checked_sub(1).map(|word| self.spelling(word));
        let short = words.len() <= GLOSSING;
        let named = nearest.is_some_and(|word| self.spelling(word).starts_with(char::is_uppercase));
        let beside = short
            && named
            && mark.is_some_and(|mark| matches!(mark, "," | "/" | "(" | "–" | "—" | ":"));
        let mut near = before.filter(|word| self.is_word(*word)).take(INTRODUCING);
        beside
            || near.any(|word| {
                let word = self.spelling(word);
                is_in(word, INTRODUCTIONS) || is_in(word, LANGUAGES)
            })
    }

    /// Whether the passage is a name, a title or an address: mostly capitals, or beginning
    /// with one inside a sentence and short.
    fn is_name(&self, words: &Range<usize>, whole: bool) -> bool {
        let spoken = words.clone().filter(|word| self.is_word(*word));
        let spoken: Vec<&str> = spoken.map(|word| self.spelling(word)).collect();
        let latin = |word: &&&str| word.starts_with(|c: char| c.is_uppercase() && c < '\u{370}');
        let capitals = spoken.iter().filter(latin).count();
        let address = |word: &&str| word.contains(['@', '/']) || word.starts_with("www.");
        if spoken.iter().any(address) || capitals * 2 > spoken.len() {
            return true;
        }
        let first = spoken.first();
        let begins_inside = !whole
            && words.start.checked_sub(1).is_some_and(|before| {
                self.segments.words[before].sentence == self.segments.words[words.start].sentence
            });
        begins_inside && spoken.len() <= TITLE_WORDS && first.as_ref().is_some_and(latin)
    }
}

fn is_in(word: &str, list: &[&str]) -> bool {
    // Longer than any in the lists, in bytes.
    word.len() <= 14 && list.binary_search(&word.to_lowercase().as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        for list in [INTRODUCTIONS, GLOSSES, LANGUAGES] {
            assert!(list.is_sorted(), "{list:?}");
            assert!(list.iter().all(|word| word.len() <= 14));
        }
    }
}
