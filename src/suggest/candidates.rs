//! Ideas of what may stand in place of a suspect word.
//!
//! In: a document with its reading, and a suspect phrase. Out: [`Candidate`]s, each for one word,
//! from what is known of words and from the language model's own favourites; of those only words
//! that are related to what stands there, since the likeliest word is mostly another story. The
//! language model is not asked to read here.

use std::ops::Range;

use super::document::DocumentText;
use super::inflection::{Ending, inflected, lemmas};
use crate::lexicon::{Entry, Lexicon, NameKind, foreign_form, meanings, other_senses};
use crate::lm::LanguageModel;
use crate::rating::SuggestionSource;
use crate::segment::{WordKind, is_all_capitals, possessive_ending, without_possessive};
use crate::span::{Doc, Span};

/// Probability from which a word of a phrase is thought about.
const LEAST: f32 = 0.08;
/// Words of a phrase that are thought about, at most: beyond that it is garbled as a whole.
const MAX_WORDS: usize = 12;
/// Zipf frequency in English from which a word is taken for an English one.
const ENGLISH: f32 = 2.7;
/// Meanings and senses that are looked at for one word.
const MAX_MEANINGS: usize = 4;
const MAX_SENSES: usize = 8;
/// Similarity of spelling from which a favourite of the model respells a word.
const RESPELLS: f32 = 0.6;
/// Small words that stand for each other, and of which one may be too many.
const SMALL: [&[&str]; 4] = [
    &[
        "of", "in", "on", "at", "to", "for", "from", "by", "with", "about", "into", "over",
        "under", "after", "as",
    ],
    &["a", "an", "the"],
    &["who", "which", "that", "whom", "whose"],
    &["his", "her", "its", "their"],
];
/// Small words that are taken out to see whether they are missed.
const SUPERFLUOUS: [&str; 11] = [
    "the",
    "of",
    "to",
    "it",
    "itself",
    "themselves",
    "himself",
    "herself",
    "a",
    "on",
    "at",
];

/// Where an idea comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The table of names in foreign form.
    Name,
    /// The dictionary: what the word means in its language.
    Meaning,
    /// The dictionary: another English word for the same foreign one.
    Sense,
    /// The language model's favourites in that place.
    Favourite,
    /// Nothing stands there.
    Deletion,
}

/// A replacement of one word of a document, and what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The bytes of the document that are replaced.
    pub span: Span<Doc>,
    /// The text that stands there afterwards.
    pub replacement: String,
    /// The index of the word that is replaced.
    pub word: usize,
    pub(super) origin: Origin,
    /// Its place among the ideas of its origin, 0 for the first.
    pub(super) rank: usize,
    /// In how many letters the dictionary's word differs from the one that stands there.
    pub(super) ending: usize,
    pub(super) p_garbled: f32,
    /// The surprisal of the word that stands there.
    pub(super) bits_old: f32,
    pub(super) zipf_old: f32,
    pub(super) zipf_new: f32,
    /// How alike the two are spelled, 0 to 1.
    pub(super) similarity: f32,
    pub(super) capital: bool,
    /// The surprisal of the favourite in its place; 0 from another origin.
    pub(super) guess_bits: f32,
    pub(super) phrase_words: usize,
}

impl Candidate {
    /// Who proposes it.
    pub fn source(&self) -> SuggestionSource {
        match self.origin {
            Origin::Name => SuggestionSource::Gazetteer,
            Origin::Meaning => SuggestionSource::Dictionary,
            Origin::Sense | Origin::Favourite | Origin::Deletion => SuggestionSource::Model,
        }
    }
}

/// A word that is thought about.
struct Suspect<'a> {
    spelling: &'a str,
    index: usize,
    span: Span<Doc>,
    entry: Entry,
    p_garbled: f32,
    bits: f32,
    phrase_words: usize,
}

/// The candidates for the words of a suspect phrase, a range of indices within one sentence, in
/// the order of the words. `lm` names the tokens that were expected.
pub(super) fn candidates(
    document: &DocumentText<'_>,
    lexicon: &Lexicon,
    lm: &dyn LanguageModel,
    phrase: &Range<usize>,
) -> Vec<Candidate> {
    let words = document
        .segments
        .words
        .get(phrase.clone())
        .unwrap_or_default();
    let mut all = Vec::new();
    for (index, word) in phrase.clone().zip(words).take(MAX_WORDS) {
        let p_garbled = document.p_garbled.get(index).copied().unwrap_or_default();
        let spelling = word.span.slice(document.text).unwrap_or_default();
        if word.kind != WordKind::Word || (p_garbled < LEAST && phrase.len() > 1) {
            continue;
        }
        let suspect = Suspect {
            spelling,
            index,
            span: word.span,
            entry: lexicon.look_up(spelling),
            p_garbled,
            bits: document
                .surprisals
                .get(index)
                .map_or(0.0, |one| one.surprisal_bits),
            phrase_words: words.len(),
        };
        let mut found = Vec::new();
        suspect.names(lexicon, &mut found);
        suspect.meanings(lexicon, &mut found);
        suspect.senses(lexicon, &mut found);
        suspect.favourites(document, lexicon, lm, &mut found);
        suspect.deletion(document, lexicon, &mut found);
        let mut known: Vec<String> = Vec::new();
        found.retain(|one| {
            let new = one.replacement != spelling && !known.contains(&one.replacement);
            known.push(one.replacement.clone());
            new
        });
        all.extend(found);
    }
    all
}

impl Suspect<'_> {
    fn candidate(
        &self,
        origin: Origin,
        replacement: String,
        rank: usize,
        lexicon: &Lexicon,
    ) -> Candidate {
        let rarest = replacement
            .split_whitespace()
            .map(|word| lexicon.english_zipf(&word.to_lowercase()));
        Candidate {
            span: self.span,
            word: self.index,
            origin,
            rank,
            ending: 0,
            p_garbled: self.p_garbled,
            bits_old: self.bits,
            zipf_old: self.entry.english_zipf,
            zipf_new: rarest.fold(f32::INFINITY, f32::min).min(9.0),
            similarity: strsim::normalized_levenshtein(
                &self.spelling.to_lowercase(),
                &replacement.to_lowercase(),
            ) as f32,
            capital: self.spelling.starts_with(char::is_uppercase),
            guess_bits: 0.0,
            phrase_words: self.phrase_words,
            replacement,
        }
    }

    /// A replacement with the capitals and the possessive ending of the word.
    fn dressed(&self, plain: &str) -> String {
        let mut letters = plain.chars();
        let first = letters.next();
        let begins = if self.spelling.starts_with(char::is_uppercase) {
            first
                .map(|c| c.to_uppercase().to_string())
                .unwrap_or_default()
                + letters.as_str()
        } else {
            plain.to_owned()
        };
        let whole = if is_all_capitals(self.spelling) && self.spelling.chars().count() > 1 {
            begins.to_uppercase()
        } else {
            begins
        };
        whole + possessive_ending(self.spelling)
    }

    fn names(&self, lexicon: &Lexicon, found: &mut Vec<Candidate>) {
        let Some(form) = foreign_form(without_possessive(self.spelling)).filter(|form| !form.right)
        else {
            return;
        };
        let capital = self.spelling.starts_with(char::is_uppercase);
        if !capital && form.kind != NameKind::Month
            || form.in_capitals && self.spelling.chars().any(char::is_lowercase)
        {
            return;
        }
        let name = form.english.to_owned() + possessive_ending(self.spelling);
        found.push(self.candidate(Origin::Name, name, 0, lexicon));
    }

    fn meanings(&self, lexicon: &Lexicon, found: &mut Vec<Candidate>) {
        if !self.entry.is_word || self.entry.english_zipf >= ENGLISH {
            return;
        }
        let language = self
            .entry
            .foreign_language()
            .map(|(language, _)| language.code());
        let plain = without_possessive(self.spelling);
        let mut rank = 0;
        for meaning in meanings(plain, language).into_iter().take(2) {
            for english in meaning.english() {
                let plural = plain.ends_with(['s', 'i', 'y', 'n', 'e']) && meaning.ending > 0;
                let forms = [
                    Some(english.to_owned()),
                    plural.then(|| inflected(english, Ending::S)),
                ];
                for form in forms.into_iter().flatten() {
                    let replacement = match meaning.language {
                        // German nouns have capitals of their own.
                        "deu" => form,
                        _ => self.dressed(&form),
                    };
                    let mut one = self.candidate(Origin::Meaning, replacement, rank, lexicon);
                    one.ending = meaning.ending;
                    found.push(one);
                }
                rank += 1;
                if rank == MAX_MEANINGS {
                    return;
                }
            }
        }
    }

    fn senses(&self, lexicon: &Lexicon, found: &mut Vec<Candidate>) {
        if self.spelling.chars().any(char::is_uppercase) || self.entry.english_zipf < ENGLISH {
            return;
        }
        for (lemma, ending) in lemmas(self.spelling) {
            let mut senses = other_senses(&lemma).take(MAX_SENSES).peekable();
            if senses.peek().is_none() {
                continue;
            }
            for (rank, sense) in senses.enumerate() {
                let form = inflected(sense, ending);
                if lexicon.english_zipf(&form) >= ENGLISH - 0.7 {
                    found.push(self.candidate(Origin::Sense, form, rank, lexicon));
                }
            }
            return;
        }
    }

    /// The model's favourites that are related to the word: spelled alike, or small words of
    /// the same kind.
    fn favourites(
        &self,
        document: &DocumentText<'_>,
        lexicon: &Lexicon,
        lm: &dyn LanguageModel,
        found: &mut Vec<Candidate>,
    ) {
        let tokens = document
            .surprisals
            .get(self.index)
            .map(|one| one.tokens.clone());
        let Some(token) = tokens.and_then(|tokens| document.reading.tokens.get(tokens.start))
        else {
            return;
        };
        let spaced = token.span.start() < self.span.start();
        let lower = self.spelling.to_lowercase();
        let kind = SMALL.iter().find(|kind| kind.contains(&lower.as_str()));
        for (rank, guess) in token.most_probable.iter().enumerate() {
            let text = lm.token_text(guess.id);
            let plain = text.trim();
            let whole = text.starts_with(' ') == spaced
                && plain.chars().all(char::is_alphabetic)
                && lexicon.english_zipf(&plain.to_lowercase()) >= ENGLISH;
            let alike = strsim::normalized_levenshtein(&lower, &plain.to_lowercase()) as f32;
            let related = match kind {
                Some(kind) => kind.contains(&plain),
                None => alike >= RESPELLS && plain.chars().count() > 3,
            };
            if !whole || !related {
                continue;
            }
            // What is known from elsewhere is only surer.
            let same = |one: &&mut Candidate| one.replacement == plain;
            if let Some(known) = found.iter_mut().find(same) {
                known.guess_bits = guess.surprisal_bits;
                continue;
            }
            let mut one = self.candidate(Origin::Favourite, plain.to_owned(), rank, lexicon);
            one.guess_bits = guess.surprisal_bits;
            found.push(one);
        }
    }

    fn deletion(&self, document: &DocumentText<'_>, lexicon: &Lexicon, found: &mut Vec<Candidate>) {
        let words = &document.segments.words;
        let next = words
            .get(self.index + 1)
            .filter(|next| next.sentence == words[self.index].sentence);
        if let Some(next) = next.filter(|_| SUPERFLUOUS.contains(&self.spelling)) {
            found.push(Candidate {
                span: Span::new(self.span.start(), next.span.start()),
                zipf_new: 0.0,
                ..self.candidate(Origin::Deletion, String::new(), 0, lexicon)
            });
        }
    }
}
