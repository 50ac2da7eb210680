//! Foreign passages inside an English article.
//!
//! In: a text, its segments, the lexicon, and which words the markup sets off. Out: the
//! [`ForeignPassage`]s: whole sentences, quotations and clauses in another language, each
//! with whether it stands there on purpose. Words that stand there on purpose are no errors
//! of translation; a passage that was left over is the gravest one. A single word in Latin
//! letters is no passage: the detector judges it. It is conservative: a garbled English
//! sentence taken for a foreign one would hide its errors.

use std::ops::Range;

use whatlang::Lang;

use super::english::{self, Sign};
use super::evidence::{Votes, WordEvidence, language_of_words, word_evidence};
use super::foreign::{foreign_function_word, in_other_script};
use super::purpose::{Purpose, Surroundings};
use super::quotes::each_quotation;
use super::runs::{distinct, is_foreign_run, runs, up_to_marks};
use super::script::is_symbol;
use crate::lexicon::Lexicon;
use crate::segment::{Segments, Word, WordKind};

/// Fewer words than this are no passage in Latin letters.
pub(super) const MIN_WORDS: usize = 4;
/// Longer quotations are looked at sentence by sentence only, which keeps the
/// work linear however quotes are nested.
const MAX_QUOTED_WORDS: usize = 60;
/// Different foreign function words that make a passage foreign, together with
/// a guess that it is not English.
const FOREIGN_WORDS: usize = 2;
/// whatlang's confidence from which a passage of [`SURE_WORDS`] words without
/// any function word known to us is foreign.
const SURE: f64 = 0.95;
/// See [`SURE`].
const SURE_WORDS: usize = 8;
/// whatlang is asked at most this often about one text: an answer takes a fifth
/// of a millisecond, and hostile input can hold half a million candidates. What
/// is left over is not marked.
const MAX_GUESSES: usize = 2000;

/// A passage that stands in another language than the text around it.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignPassage {
    /// The words and marks of the passage, as indices into [`Segments::words`].
    pub words: Range<usize>,
    /// The ISO 639-3 code of the language; `None` where two are about as likely.
    pub language: Option<String>,
    /// Whether it stands there on purpose, as a quotation or a title does.
    pub on_purpose: bool,
    /// How many words of it are spoken, marks and numbers not counted.
    pub spoken: usize,
    /// How sure it is that the passage is foreign, 0 to 1.
    pub confidence: f32,
}

/// A stretch of words that is foreign, before its purpose is known.
struct Candidate {
    words: Range<usize>,
    /// Whether it is made of whole sentences.
    whole: bool,
    confidence: f32,
}

/// The passages of `text` that stand in another language than English, in text order. None
/// overlaps another one; there are none in a text with next to no words outside of them.
/// `set_off` says of each word whether the markup sets it off; it may be empty.
pub fn foreign_passages(
    text: &str,
    segments: &Segments,
    lexicon: &Lexicon,
    set_off: &[bool],
) -> Vec<ForeignPassage> {
    let mut reader = Reader {
        text,
        segments,
        lexicon,
        guesses: MAX_GUESSES,
    };
    let around = Surroundings::new(text, segments, set_off);
    let mut found: Vec<ForeignPassage> = Vec::new();
    let mut judged = Vec::new();
    for candidate in reader.candidates(&around) {
        let purpose = around.purpose(candidate.words.clone(), candidate.whole);
        if purpose != Purpose::Name {
            judged.push((candidate, purpose == Purpose::Wanted));
        }
    }
    for (words, confidence, on_purpose) in joined(judged, segments) {
        let language = reader.language(words.clone());
        found.push(ForeignPassage {
            spoken: reader.spoken(words.clone()).len(),
            words,
            language,
            on_purpose,
            confidence,
        });
    }
    // What Latin there is in an English article is a motto or a term.
    for passage in &mut found {
        passage.on_purpose |= passage.language.as_deref() == Some("lat");
    }
    if has_text_outside(&found, segments) {
        found
    } else {
        Vec::new()
    }
}

/// Candidates in text order, those joined that touch and were left over or not alike. Each
/// comes with its confidence and whether it is there on purpose.
fn joined(
    mut candidates: Vec<(Candidate, bool)>,
    segments: &Segments,
) -> Vec<(Range<usize>, f32, bool)> {
    candidates.sort_by_key(|(one, _)| (one.words.start, one.words.end));
    let mut joined: Vec<(Range<usize>, f32, bool)> = Vec::new();
    for (
        Candidate {
            words, confidence, ..
        },
        on_purpose,
    ) in candidates
    {
        if let Some((last, sure, purpose)) = joined.last_mut() {
            let between = segments.words.get(last.end..words.start);
            let marks = |between: &[Word]| {
                between
                    .iter()
                    .all(|word| word.kind == WordKind::Punctuation)
            };
            let paragraph = |word: usize| segments.words[word].paragraph;
            let adjacent = between.is_some_and(marks)
                && paragraph(last.start) == paragraph(words.start)
                && *purpose == on_purpose;
            if words.start < last.end || adjacent {
                // What encloses a passage on purpose may itself be left over.
                if words.end > last.end && words.start < last.end {
                    *purpose = *purpose && on_purpose;
                }
                last.end = last.end.max(words.end);
                *sure = sure.max(confidence);
                continue;
            }
        }
        joined.push((words, confidence, on_purpose));
    }
    joined
}

/// Whether there is an English article about the passages.
fn has_text_outside(passages: &[ForeignPassage], segments: &Segments) -> bool {
    let outside = segments.words.iter().enumerate().filter(|(index, word)| {
        let at = passages.partition_point(|passage| passage.words.end <= *index);
        let inside = passages
            .get(at)
            .is_some_and(|one| one.words.start <= *index);
        word.kind == WordKind::Word && !inside
    });
    outside.take(MIN_WORDS).count() >= MIN_WORDS
}

/// A text that is looked through for foreign passages.
struct Reader<'a> {
    text: &'a str,
    segments: &'a Segments,
    lexicon: &'a Lexicon,
    /// How often whatlang may still be asked.
    guesses: usize,
}

impl<'a> Reader<'a> {
    /// All stretches that are foreign. They may overlap.
    fn candidates(&mut self, around: &Surroundings<'_>) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for &paragraph in &self.segments.paragraphs {
            let range = self.segments.words_in(paragraph);
            let words = &self.segments.words[range.clone()];
            let mut quotations = Vec::new();
            each_quotation(self.text, words, &mut |inside, _| {
                if inside.len() >= 2 && inside.len() <= MAX_QUOTED_WORDS {
                    quotations.push(range.start + inside.start..range.start + inside.end);
                }
            });
            for words in quotations {
                if self.is_foreign(words.clone()) {
                    candidates.push(Candidate {
                        words,
                        whole: false,
                        confidence: 0.9,
                    });
                }
            }
        }
        for &sentence in &self.segments.sentences {
            let words = self.segments.words_in(sentence);
            if words.is_empty() {
                continue;
            }
            if self.is_foreign(words.clone()) {
                candidates.push(Candidate {
                    words,
                    whole: true,
                    confidence: 0.9,
                });
            } else {
                self.inside(words, around, &mut candidates);
            }
        }
        candidates
    }

    /// The foreign stretches inside an English sentence.
    fn inside(
        &mut self,
        sentence: Range<usize>,
        around: &Surroundings<'_>,
        candidates: &mut Vec<Candidate>,
    ) {
        let evidence = self.evidence(sentence.clone());
        for words in scripts(&evidence) {
            let words = sentence.start + words.start..sentence.start + words.end;
            candidates.push(Candidate {
                words,
                whole: false,
                confidence: 0.85,
            });
        }
        let quoted: Vec<bool> = sentence
            .clone()
            .map(|word| around.is_quoted(word))
            .collect();
        let is_mark =
            |word: usize| self.segments.words[sentence.start + word].kind == WordKind::Punctuation;
        let found = runs(&evidence, &quoted).into_iter();
        let found: Vec<(Range<usize>, Range<usize>)> = found
            .map(|run| (run.clone(), up_to_marks(run, &evidence, &is_mark)))
            .collect();
        for (run, words) in found {
            let inner = &evidence[run.clone()];
            let run = sentence.start + run.start..sentence.start + run.end;
            let words = sentence.start + words.start..sentence.start + words.end;
            let spoken = self.spoken(run);
            let Some(guess) = self.guess(&spoken) else {
                continue;
            };
            let capitals = spoken
                .iter()
                .filter(|one| one.starts_with(char::is_uppercase));
            let Some(confidence) = is_foreign_run(inner, &spoken, capitals.count(), guess.as_ref())
            else {
                continue;
            };
            // What has no word outside is the sentence, with its marks.
            let all = self.spoken(sentence.clone()).len();
            let whole = self.spoken(words.clone()).len() == all;
            candidates.push(Candidate {
                words: if whole { sentence.clone() } else { words },
                whole,
                confidence,
            });
        }
    }

    /// The evidence of each word of a sentence, of marks none. A capital makes a name but
    /// at the beginning.
    fn evidence(&self, sentence: Range<usize>) -> Vec<WordEvidence> {
        let mut begun = false;
        let words = self.segments.words[sentence].iter();
        let evidence = words.map(|word| {
            let is_word = word.kind == WordKind::Word;
            let written = word.span.slice(self.text).unwrap_or_default();
            if !is_word || (in_other_script(written) && is_symbol(written)) {
                return WordEvidence::default();
            }
            let names = std::mem::replace(&mut begun, true);
            word_evidence(self.lexicon, written, names)
        });
        evidence.collect()
    }

    /// The words of a stretch that have a letter.
    fn spoken(&self, words: Range<usize>) -> Vec<&'a str> {
        let words = self.segments.words[words].iter();
        let words = words.filter(|word| word.kind == WordKind::Word);
        let words = words.filter_map(|word| word.span.slice(self.text));
        words
            .filter(|word| word.contains(char::is_alphabetic))
            .collect()
    }

    /// What whatlang makes of words; `None` when it may be asked no more. The inner one is
    /// `None` where it makes nothing of them.
    fn guess(&mut self, spoken: &[&str]) -> Option<Option<whatlang::Info>> {
        self.guesses = self.guesses.checked_sub(1)?;
        Some(whatlang::detect(&spoken.join(" ")))
    }

    /// The language of a passage.
    fn language(&mut self, words: Range<usize>) -> Option<String> {
        let spoken = self.spoken(words);
        let mut votes = Votes::default();
        for word in &spoken {
            votes.add(&word_evidence(self.lexicon, word, false));
        }
        let guess = self.guess(&spoken).flatten();
        language_of_words(&spoken.join(" "), &votes, guess.as_ref())
    }

    /// Whether `words`, a whole quotation or sentence, are foreign.
    fn is_foreign(&mut self, words: Range<usize>) -> bool {
        let spoken = self.spoken(words);
        if spoken.is_empty() {
            return false;
        }
        let other_script = spoken.iter().filter(|word| in_other_script(word)).count();
        if other_script * 5 >= spoken.len() * 4 {
            return !spoken.iter().all(|word| is_symbol(word));
        }
        if spoken.len() < MIN_WORDS || distinct(&spoken) < 3 {
            return false;
        }
        let count = |kind: Sign| spoken.iter().filter(|w| english::sign(w) == kind).count();
        let (only, shared) = (count(Sign::Only), count(Sign::Shared));
        if only * 20 > spoken.len() {
            return false;
        }
        let mut foreign: Vec<String> = spoken
            .iter()
            .filter_map(|w| foreign_function_word(w))
            .collect();
        let of_all = foreign.len();
        foreign.sort_unstable();
        foreign.dedup();
        let by_words =
            foreign.len() >= FOREIGN_WORDS && of_all * 5 >= spoken.len() && of_all >= shared;
        let by_content = || self.is_foreign_by_content(&spoken);
        let sure = shared == 0 && spoken.len() >= SURE_WORDS;
        if !(by_words || sure || (shared * 4 <= spoken.len() && by_content())) {
            return false;
        }
        let guess = self.guess(&spoken).flatten();
        let foreign = guess.is_some_and(|guess| {
            guess.lang() != Lang::Eng && (by_words || !sure || guess.confidence() >= SURE)
        });
        foreign && !self.has_english_content(&spoken)
    }

    /// Whether most of the words are listed as words of other languages, and half of them
    /// as words of one.
    fn is_foreign_by_content(&self, spoken: &[&str]) -> bool {
        let mut votes = Votes::default();
        let mut foreign = 0;
        for word in spoken {
            let evidence = word_evidence(self.lexicon, word, false);
            if evidence.is_foreign() && evidence.is_listed {
                foreign += 1;
                votes.add(&evidence);
            }
        }
        let together = votes.most() * 2.0 >= foreign as f32;
        foreign >= MIN_WORDS && foreign * 2 >= spoken.len() && together
    }

    /// Whether the words are English where they are no function words: a sentence of names
    /// and particles, or one that is garbled.
    fn has_english_content(&self, spoken: &[&str]) -> bool {
        let (mut english, mut foreign) = (0, 0);
        for word in spoken {
            let evidence = word_evidence(self.lexicon, word, false);
            english += usize::from(evidence.score <= -0.8);
            foreign += usize::from(evidence.is_foreign());
        }
        english * 2 > foreign
    }
}

/// Runs of words in another script, as indices; marks and numbers between two such words
/// are part of a run.
fn scripts(evidence: &[WordEvidence]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut gap = false;
    for (index, one) in evidence.iter().enumerate() {
        if !one.other_script {
            gap |= one.score != 0.0 || one.is_listed;
            continue;
        }
        match runs.last_mut() {
            Some(last) if !gap && index - last.end <= 2 => last.end = index + 1,
            _ => runs.push(index..index + 1),
        }
        gap = false;
    }
    runs
}
