//! From decisions about words to the phrases a person would underline.
//!
//! In: words, their probabilities and which are garbled. Out: [`Finding`]s
//! without suggestions, in text order, none overlapping. Words of one phrase
//! stand in one sentence; one word that is half as suspect may stand between
//! two garbled ones, and marks at the ends of a phrase are left out.

use std::ops::Range;

use super::category::{Kinds, PhraseShape, category, severity};
use super::words::WordTable;
use super::{Evidence, Finding};
use crate::detect::WordSurprisal;
use crate::detect::kinds::ErrorKinds;
use crate::lexicon::{ForeignLanguage, meanings};
use crate::lm::LanguageModel;
use crate::segment::{Segments, WordKind, without_possessive};

/// Words of the model's own that are shown for a phrase.
const EXPECTED_WORDS: usize = 3;
/// Meanings of a foreign word that are told, and in how many letters its ending may differ from
/// the dictionary's word for them to be its own.
const MEANINGS: usize = 2;
const MAX_ENDING: usize = 2;
/// Zipf frequency in English from which a word is an article, a preposition, a pronoun.
const SMALL_WORD: f32 = 6.2;
/// Zipf frequency in English from which a token is taken for a word.
const KNOWN_WORD: f32 = 2.5;

/// Makes a finding of each phrase that holds garbled words, in text order, without
/// suggestions. `lm` names the tokens that were expected.
pub(crate) fn findings(table: &WordTable<'_>, lm: &dyn LanguageModel) -> Vec<Finding> {
    phrases(table)
        .into_iter()
        .map(|words| table.finding(words, lm))
        .collect()
}

/// Runs of words, as indices.
fn phrases(table: &WordTable<'_>) -> Vec<Range<usize>> {
    let words = &table.segments.words;
    let rows = &table.rows;
    let mut phrases: Vec<Range<usize>> = Vec::new();
    for index in (0..words.len()).filter(|index| rows[*index].garbled) {
        if let Some(last) = phrases.last_mut() {
            let same_sentence = words[last.end - 1].sentence == words[index].sentence;
            let between = last.end..index;
            let bridged = match between.len() {
                0 => true,
                1 => {
                    rows[between.start].p_garbled >= rows[between.start].threshold / 2.0
                        && words[between.start].kind == WordKind::Word
                }
                _ => false,
            };
            if same_sentence && bridged && !rows[index].begins_phrase {
                last.end = index + 1;
                continue;
            }
        }
        phrases.push(index..index + 1);
    }
    phrases
        .into_iter()
        .map(|phrase| without_marks(table.segments, phrase))
        .collect()
}

/// A phrase without the marks at its ends; one of nothing else is left as it is.
fn without_marks(segments: &Segments, phrase: Range<usize>) -> Range<usize> {
    let is_word = |index: &usize| segments.words[*index].kind == WordKind::Word;
    let first = phrase.clone().find(is_word);
    let last = phrase.clone().rfind(is_word);
    match (first, last) {
        (Some(first), Some(last)) => first..last + 1,
        _ => phrase,
    }
}

/// The parts of a phrase that is cut before each of the words `cuts`; parts that hold only
/// marks are left out. All numbers are indices of words.
pub(crate) fn parts(
    table: &WordTable<'_>,
    phrase: Range<usize>,
    cuts: &[usize],
) -> Vec<Range<usize>> {
    let inner = cuts.iter().filter(|cut| phrase.contains(cut)).copied();
    let starts: Vec<usize> = std::iter::once(phrase.start).chain(inner).collect();
    let ends = starts[1..].iter().copied().chain([phrase.end]);
    let parts = starts.iter().zip(ends).filter(|(start, end)| *start < end);
    let is_word = |word: &usize| table.segments.words[*word].kind == WordKind::Word;
    parts
        .map(|(start, end)| without_marks(table.segments, *start..end))
        .filter(|part| part.clone().any(|word| is_word(&word)))
        .collect()
}

impl WordTable<'_> {
    /// Makes the finding of the phrase `words`, a range of indices that must not be empty.
    /// `lm` names the tokens that were expected.
    pub(crate) fn finding(&self, words: Range<usize>, lm: &dyn LanguageModel) -> Finding {
        let p = |word: usize| self.rows[word].p_garbled;
        let worst = words
            .clone()
            .max_by(|a, b| p(*a).total_cmp(&p(*b)))
            .unwrap_or(words.start);
        let numbers = &self.rows[worst].surprisal;
        let sum = |value: fn(&WordSurprisal) -> f32| {
            let rows = self.rows[words.clone()].iter();
            rows.map(|row| value(&row.surprisal)).sum()
        };
        let all = &self.segments.words;
        let residue = self.residue(words.clone());
        let kinds = self.kinds(words.clone());
        let shape = PhraseShape {
            kinds,
            foreign: residue.is_some(),
            word: self.spelling(worst),
            only_marks: words.clone().all(|i| all[i].kind == WordKind::Punctuation),
            begins_sentence: worst == 0 || all[worst - 1].sentence != all[worst].sentence,
            pieces: numbers.tokens.len(),
            excess_bits: numbers.surprisal_bits - numbers.expected_bits,
        };
        let category = category(&shape);
        Finding {
            span: all[words.start].span.cover(all[words.end - 1].span),
            severity: severity(category, p(worst), shape.excess_bits, kinds.as_ref()),
            category,
            // Words of a phrase are wrong together: multiplying would count it twice.
            confidence: words
                .clone()
                .map(|word| self.rows[word].p_phrase)
                .fold(p(worst), f32::max),
            evidence: Evidence {
                surprisal_bits: sum(|word| word.surprisal_bits),
                expected_bits: sum(|word| word.expected_bits),
                p_garbled: p(worst),
                expected: self.expected(worst, lm),
                meanings: residue
                    .map_or_else(Vec::new, |(word, language)| self.meanings(word, language)),
                residue_language: residue.map(|(_, language)| language.code().to_owned()),
                pattern: None,
            },
            suggestions: Vec::new(),
            known: false,
        }
    }

    /// What kind of error the words of a phrase are together, the more suspect ones counting
    /// more; `None` if the detector does not know.
    fn kinds(&self, words: Range<usize>) -> Option<Kinds> {
        let phrases = self.phrases?;
        let mut sums = ErrorKinds::default();
        for word in words.clone() {
            let weight = self.rows[word].p_garbled.max(1e-6);
            sums.add(self.kinds.get(word)?, weight);
        }
        let mut spellings = words.clone().map(|word| self.spelling(word));
        let can_be_name = spellings.any(|word| word.starts_with(char::is_uppercase));
        let can_be_untranslated = words.into_iter().any(|word| {
            let entry = self.lexicon.look_up(self.spelling(word));
            entry.is_word && entry.english_zipf < KNOWN_WORD
        });
        Some(Kinds {
            sums,
            critical_from: phrases.critical_from,
            minor_from: phrases.minor_from,
            can_be_name,
            can_be_untranslated,
        })
    }

    /// The word that was left untranslated, and its language: the first garbled one
    /// that is clearly not English, names left aside.
    fn residue(&self, mut words: Range<usize>) -> Option<(usize, ForeignLanguage)> {
        words.find_map(|index| {
            let spelling = self.spelling(index);
            if !self.rows[index].garbled || !spelling.starts_with(char::is_lowercase) {
                return None;
            }
            let (language, _) = self.lexicon.look_up(spelling).foreign_language()?;
            Some((index, language))
        })
    }

    /// What a foreign word means, by the dictionary.
    fn meanings(&self, word: usize, language: ForeignLanguage) -> Vec<String> {
        let word = without_possessive(self.spelling(word));
        let near = meanings(word, Some(language.code())).into_iter();
        let near = near.filter(|meaning| meaning.ending <= MAX_ENDING);
        let english = near.flat_map(|meaning| meaning.english());
        english.take(MEANINGS).map(str::to_owned).collect()
    }

    /// Whole words that the model found probable where the word stands. In place of a word with
    /// content an article or a preposition tells nothing, nor the other way round.
    fn expected(&self, word: usize, lm: &dyn LanguageModel) -> Vec<String> {
        let numbers = &self.rows[word].surprisal;
        let spelling = self.spelling(word);
        let Some(token) = self.scores.tokens.get(numbers.tokens.start) else {
            return Vec::new();
        };
        let spaced = token.span.start() < numbers.span.start();
        let guesses = token
            .most_probable
            .iter()
            .map(|guess| lm.token_text(guess.id));
        guesses
            .filter(|guess| guess.starts_with(' ') == spaced)
            .map(|guess| guess.trim().to_owned())
            .filter(|guess| self.is_whole(guess))
            .filter(|guess| !guess.eq_ignore_ascii_case(spelling))
            .filter(|guess| self.is_small(guess) == self.is_small(spelling))
            .take(EXPECTED_WORDS)
            .collect()
    }

    /// Whether a word is one of the few dozen that make up half of every text.
    fn is_small(&self, word: &str) -> bool {
        self.lexicon.english_zipf(&word.to_lowercase()) >= SMALL_WORD
    }

    /// Whether a token is a word and not the beginning of one.
    fn is_whole(&self, token: &str) -> bool {
        let several = token.chars().nth(1).is_some();
        token.chars().all(char::is_alphabetic)
            && (several || matches!(token, "a" | "A" | "I"))
            && self.lexicon.look_up(token).english_zipf >= KNOWN_WORD
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::word_surprisals;
    use crate::finding::words::WordRow;
    use crate::lexicon::Lexicon;
    use crate::lm::TokenScores;
    use crate::lm::stub::Stub;
    use crate::segment::segment;

    /// The phrases found in a text whose words in brackets are garbled, those
    /// in parentheses half as suspect.
    fn phrases_in(marked: &str) -> Vec<String> {
        let text: String = marked.chars().filter(|c| !"[](){}".contains(*c)).collect();
        let segments = segment(&text);
        let scores = TokenScores::default();
        let mut rows = Vec::new();
        let mut at = 0;
        for surprisal in word_surprisals(&segments, &scores) {
            let spelling = surprisal.span.slice(&text).unwrap();
            at += marked[at..].find(spelling).unwrap();
            let p_garbled = match marked[..at].chars().last() {
                Some('[') => 0.9,
                Some('(') => 0.3,
                _ => 0.1,
            };
            at += spelling.len();
            rows.push(WordRow {
                surprisal,
                p_garbled,
                p_phrase: p_garbled,
                begins_phrase: false,
                threshold: 0.5,
                balanced: 0.5,
                garbled: p_garbled > 0.5,
            });
        }
        let table = WordTable {
            text: &text,
            segments: &segments,
            scores: &scores,
            lexicon: &Lexicon::embedded().unwrap(),
            kinds: &[],
            phrases: None,
            rows,
        };
        let lm = Stub::new([]);
        findings(&table, &lm)
            .iter()
            .map(|finding| finding.span.slice(&text).unwrap().to_owned())
            .collect()
    }

    #[test]
    fn neighbours_become_one_phrase() {
        assert_eq!(phrases_in("The [rain] [fell] on us."), ["rain fell"]);
        assert_eq!(phrases_in("The [rain] (fell) [on] us."), ["rain fell on"]);
        assert_eq!(phrases_in("The [rain] fell [on] us."), ["rain", "on"]);
    }

    #[test]
    fn a_phrase_ends_with_its_sentence_and_sheds_marks() {
        assert_eq!(
            phrases_in("It [rained][.] [Nobody] cared."),
            ["rained", "Nobody"]
        );
        assert_eq!(phrases_in("It rained [,] today."), [","]);
    }
}
