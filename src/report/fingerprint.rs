//! A name for each finding that survives edits elsewhere in its document.
//!
//! In: a judged document. Out: for each finding a short text made of its category, its
//! words and the few words around them, with a number that tells repeats apart. No
//! position goes into it, nor the document's name, so that lines may be put in before
//! it and the file may be renamed.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::checksum::hexadecimal;
use crate::finding::Finding;
use crate::span::{Doc, Span};

use super::{Analysis, message};

/// Words on each side, of the same sentence, that belong to a finding: enough to tell
/// most repeats apart, few enough that an edit nearby rarely reaches them.
const CONTEXT_WORDS: usize = 2;

/// Characters of a word of the context that are looked at: a text without spaces is
/// one word.
const WORD_CHARACTERS: usize = 40;

/// Bytes on each side in which the words of the context are looked for: where a text has
/// no spaces, every finding would else go through all of it.
const CONTEXT_BYTES: usize = 512;

/// Bytes of the hash that are kept.
const HASH_BYTES: usize = 8;

/// The fingerprint of each finding, in the order of the findings: 16 hexadecimal
/// digits, a colon, and which of those with the same digits it is in the document,
/// from 1.
pub fn fingerprints(analysis: &Analysis) -> Vec<String> {
    let text = analysis.document.text();
    let mut seen: HashMap<[u8; HASH_BYTES], usize> = HashMap::new();
    let named = analysis.findings.iter().map(|finding| {
        let hash = hash(text, &analysis.sentences, finding);
        let occurrence = seen.entry(hash).or_default();
        *occurrence += 1;
        format!("{}:{occurrence}", hexadecimal(&hash))
    });
    named.collect()
}

/// Whether a text looks like one.
pub fn is_fingerprint(text: &str) -> bool {
    let Some((hash, occurrence)) = text.split_once(':') else {
        return false;
    };
    hash.len() == 2 * HASH_BYTES
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        && occurrence.parse().is_ok_and(|number: usize| number > 0)
}

fn hash(text: &str, sentences: &[Span<Doc>], finding: &Finding) -> [u8; HASH_BYTES] {
    let span = finding.span;
    let sentence = sentence_of(sentences, span);
    let first = span.start().saturating_sub(CONTEXT_BYTES);
    let first = text.ceil_char_boundary(sentence.start().max(first));
    let last = span.end().saturating_add(CONTEXT_BYTES);
    let last = text.floor_char_boundary(sentence.end().min(last));
    let before = text.get(first..span.start()).unwrap_or_default();
    let after = text.get(span.end()..last).unwrap_or_default();
    let mut hasher = Sha256::new();
    let mut add = |part: &str| {
        hasher.update(part.as_bytes());
        // No text holds this byte, so that no two lists of parts are the same bytes.
        hasher.update([0xff]);
    };
    add(message::category_name(finding.category));
    let mut words: Vec<&str> = before
        .split_whitespace()
        .rev()
        .take(CONTEXT_WORDS)
        .collect();
    words.reverse();
    words.iter().for_each(|word| add(tail(word)));
    add("");
    // However the words are parted: a paragraph may be wrapped anew.
    span.slice(text)
        .unwrap_or_default()
        .split_whitespace()
        .for_each(&mut add);
    add("");
    after
        .split_whitespace()
        .take(CONTEXT_WORDS)
        .for_each(|word| add(head(word)));
    let whole = hasher.finalize();
    let mut hash = [0; HASH_BYTES];
    hash.copy_from_slice(&whole[..HASH_BYTES]);
    hash
}

/// The sentence that a finding begins in, as far as it reaches; the finding alone where
/// there is none.
fn sentence_of(sentences: &[Span<Doc>], span: Span<Doc>) -> Span<Doc> {
    let next = sentences.partition_point(|sentence| sentence.start() <= span.start());
    match next.checked_sub(1).map(|index| sentences[index]) {
        Some(sentence) if span.start() <= sentence.end() => sentence.cover(span),
        _ => span,
    }
}

/// The end of a word of the context, which stands next to the finding. A byte order
/// mark is no part of it.
fn tail(word: &str) -> &str {
    let word = word.trim_start_matches('\u{feff}');
    let start = word.char_indices().rev().nth(WORD_CHARACTERS - 1);
    start.map_or(word, |(start, _)| &word[start..])
}

/// The beginning of a word of the context.
fn head(word: &str) -> &str {
    let end = word.char_indices().nth(WORD_CHARACTERS);
    end.map_or(word, |(end, _)| &word[..end])
}

#[cfg(test)]
mod tests {
    use super::super::{Outcome, fixtures};
    use super::*;
    use crate::finding::Category;

    /// The fingerprints of findings on every `Torwart` in a text.
    fn of(text: &str) -> Vec<String> {
        let findings = text
            .match_indices("Torwart")
            .map(|(start, phrase)| Finding {
                span: Span::new(start, start + phrase.len()),
                ..fixtures::finding(text, "Torwart", Category::Untranslated)
            });
        let report = fixtures::report("a.txt", text, findings.collect());
        let Outcome::Scored(analysis) = report.outcome else {
            panic!("a report with findings is scored")
        };
        fingerprints(&analysis)
    }

    #[test]
    fn edits_elsewhere_do_not_change_it() {
        let before = of("Rain.\nIn the end the Torwart held it all.\n");
        assert!(is_fingerprint(&before[0]) && !is_fingerprint(&before[0][1..]));
        for after in [
            "\u{feff}Snow fell.\r\n\r\nIn the end the Torwart held it all.\r\nMore.",
            "At the very end the  Torwart held it in both hands.",
            "\u{feff}end the Torwart held it all.",
        ] {
            assert_eq!(of(after), before, "{after}");
        }
    }

    #[test]
    fn what_it_says_and_what_stands_beside_it_do() {
        let one = of("In the end the Torwart held it all.");
        assert_ne!(one, of("In the end a Torwart held it all."));
        assert_ne!(one, of("In the end the Torwart has it all."));
        let text = "In the end the Torwart held it all.";
        let named = fixtures::finding(text, "Torwart", Category::Name);
        let report = fixtures::report("a.txt", text, vec![named]);
        let Outcome::Scored(analysis) = report.outcome else {
            panic!("a report with findings is scored")
        };
        assert_ne!(one, fingerprints(&analysis));
    }

    #[test]
    fn repeats_are_numbered() {
        let named = of("Our Torwart slept.\nOur Torwart slept.\nThe Torwart slept.");
        let (first, second) = (named[0].split_once(':'), named[1].split_once(':'));
        assert_eq!(first.unwrap().0, second.unwrap().0);
        assert_eq!((first.unwrap().1, second.unwrap().1), ("1", "2"));
        assert!(named[2].ends_with(":1") && named[2] != named[0]);
    }

    #[test]
    fn words_without_end_are_no_work_without_end() {
        let long = "x".repeat(100_000);
        let cut = "x".repeat(WORD_CHARACTERS);
        let text = |word: &str| format!("{word} Torwart {word}");
        assert_eq!(of(&text(&long)), of(&text(&cut)));
        let far = " ".repeat(CONTEXT_BYTES);
        assert_eq!(of(&text(&format!("{cut}{far}{cut}"))), of(&text(&cut)));
        let wide = "é".repeat(CONTEXT_BYTES);
        assert_eq!(of(&text(&wide)), of(&text(&wide[..2 * WORD_CHARACTERS])));
    }
}
