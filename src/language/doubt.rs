//! Texts that nothing shows to be English.
//!
//! In: a text in Latin script with hardly a function word of English. Out: the reason not to
//! judge it, if there is one: most of its words are of another language, or hardly any is
//! of English. It goes by evidence and not by length: a headline has no function words
//! either, but its words are English.

use super::evidence::{Votes, word_evidence};
use super::{AbstainReason, Language};
use crate::lexicon::Lexicon;
use crate::segment::{Segments, WordKind};

/// Words that are looked at: enough to know, and quick on any document.
const MAX_WORDS: usize = 400;
/// Foreign words that show a text to be foreign; one alone may be a quotation or a name.
const FOREIGN_WORDS: usize = 2;
/// What a word counts as a sign of English that English shares with others.
const SHARED: f32 = 0.5;
/// What a word counts that no list has, and that is only spelled like English.
const LOOKING: f32 = 0.25;
/// At least this share of the words of an English text are English, names left aside.
const ENGLISH_SHARE: f32 = 0.25;
/// The score, below 0, up to which a word counts as English.
const ENGLISH_SCORE: f32 = -0.7;

/// A word with a capital counts as English from this score down: a common word, and not
/// only one that looks English or that English has seldom.
const NAME_SCORE: f32 = -1.0;

/// The words of the text that printers fill pages with. Sorted.
const FILLER: &[&str] = &[
    "adipiscing",
    "aliqua",
    "amet",
    "consectetuer",
    "consectetur",
    "cupidatat",
    "dolor",
    "dolore",
    "eiusmod",
    "elit",
    "incididunt",
    "ipsum",
    "lorem",
    "sed",
    "sit",
    "tempor",
    "ullamco",
    "ut",
];
/// So many different ones of them are no text.
const FILLER_WORDS: usize = 4;

/// Whether a text is the filler of printers, which is no language: its Latin was cut up.
pub(super) fn is_filler(text: &str, segments: &Segments) -> bool {
    let words = segments.words.iter().take(MAX_WORDS);
    let words = words.filter_map(|word| word.span.slice(text));
    let words = words.filter(|word| word.len() <= 12).map(str::to_lowercase);
    let mut known: Vec<String> = words
        .filter(|word| FILLER.binary_search(&word.as_str()).is_ok())
        .collect();
    known.sort_unstable();
    known.dedup();
    let named = known.iter().any(|word| word == "lorem" || word == "ipsum");
    named && known.len() >= FILLER_WORDS
}

/// Why a text is not to be judged, if nothing shows that it is English; `guess` is
/// whatlang's.
pub(super) fn doubt(
    text: &str,
    segments: &Segments,
    lexicon: &Lexicon,
    guess: Option<&whatlang::Info>,
) -> Option<(AbstainReason, Option<Language>)> {
    let words = segments.words.iter();
    let words = words.filter(|word| word.kind == WordKind::Word);
    let words = words.filter_map(|word| word.span.slice(text));
    let words = words.filter(|word| word.contains(char::is_alphabetic));
    let mut votes = Votes::default();
    let (mut all, mut names, mut foreign, mut listed) = (0usize, 0usize, 0usize, 0usize);
    let mut english = 0.0;
    for word in words.take(MAX_WORDS) {
        all += 1;
        let evidence = word_evidence(lexicon, word, false);
        let capital = word.starts_with(char::is_uppercase);
        if capital && !evidence.is_function && evidence.score > NAME_SCORE && evidence.score < 0.0 {
            // A name may look English by chance.
            names += 1;
            continue;
        }
        if evidence.score <= ENGLISH_SCORE {
            english += 1.0;
        } else if evidence.score < 0.0 || word.contains(char::is_numeric) {
            let shared = evidence.is_listed || word.contains(char::is_numeric);
            english += if shared { SHARED } else { LOOKING };
        } else if evidence.is_foreign() && (!capital || evidence.is_function) {
            foreign += 1;
            listed += usize::from(evidence.is_listed);
            votes.add(&evidence);
        }
    }
    if foreign >= FOREIGN_WORDS && foreign * 3 >= all && foreign as f32 > english {
        let language = votes.language(guess).filter(|_| listed * 2 >= foreign);
        return Some(match language {
            Some(code) => (
                AbstainReason::LanguageUnsupported,
                Some(Language {
                    code,
                    confidence: foreign as f32 / all as f32,
                }),
            ),
            None => (AbstainReason::LanguageUncertain, None),
        });
    }
    let uncertain = english <= 0.0 || english < ENGLISH_SHARE * (all - names) as f32;
    uncertain.then_some((AbstainReason::LanguageUncertain, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(FILLER.is_sorted());
    }
}
