//! The policy of a newsroom: which categories of findings it wants, how severe each is to
//! it, and which words and names it accepts.
//!
//! In: the findings of one document. Out: those that are left, with the severity that the
//! policy gives them, and how many were accepted. It is applied once, when all findings
//! are made; what comes after (gates, formats, corrections) sees the result only. Scores
//! and words are not touched: they are the model's.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::finding::{Category, Finding, Severity};
use crate::segment::{Segments, WordKind, normal, segment, without_possessive};

/// The most words and marks that an accepted text may have: it is a word or a name, not a
/// paragraph, and as many words around each finding are compared as the longest of them
/// has.
pub const MAX_ACCEPTED_WORDS: usize = 16;

/// A newsroom's policy: which categories of findings it wants, how severe each is to it,
/// and which words it accepts. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Policy {
    categories: BTreeMap<Category, CategoryRule>,
    /// By their words, as they stand in a text.
    exact: Texts,
    /// By their words in small letters.
    any_case: Texts,
    /// Words of the longest of them.
    longest: usize,
}

/// Acceptance texts, each with the categories for which it is accepted; `None` is all of
/// them.
type Texts = BTreeMap<String, BTreeSet<Option<Category>>>;

/// The rule of a policy for the findings of one category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CategoryRule {
    /// Whether findings of the category are wanted at all.
    pub enabled: bool,
    /// How severe each finding of the category is; `None` keeps the
    /// severity that each has.
    pub severity: Option<Severity>,
}

impl Default for CategoryRule {
    fn default() -> Self {
        Self {
            enabled: true,
            severity: None,
        }
    }
}

/// A word or name that a policy accepts as no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The text that is accepted: one or several words.
    pub text: String,
    /// The only category for which the text is accepted; `None` for all of them.
    pub category: Option<Category>,
    /// Whether capitals and small letters count as the same.
    pub any_case: bool,
}

/// Why a text cannot be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptanceError {
    /// The text holds nothing but white space.
    #[error("a word is expected, got none")]
    NoWord,
    /// The text is too long to be a word or a name.
    #[error("at most {MAX_ACCEPTED_WORDS} words and marks are expected, got {words}")]
    TooLong {
        /// How many words and marks the text has.
        words: usize,
    },
}

/// The words of a document to whose findings a policy is applied.
#[derive(Debug, Clone, Copy)]
pub struct DocumentWords<'a> {
    /// The document's text.
    pub text: &'a str,
    /// The words of the document.
    pub segments: &'a Segments,
    /// For each word whether it is garbled by itself.
    pub garbled: &'a [bool],
}

/// The findings of a document that a policy leaves, and how many it accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyOutcome {
    /// The findings that are left, in the order they had.
    pub findings: Vec<Finding>,
    /// How many findings were taken out because their words are accepted.
    pub accepted: usize,
}

impl Policy {
    /// Makes a policy that follows the rules `categories` and accepts no words.
    pub fn new(categories: BTreeMap<Category, CategoryRule>) -> Self {
        Self {
            categories,
            ..Self::default()
        }
    }

    /// Adds one more text that the policy accepts.
    ///
    /// # Errors
    /// When the text has no word, or more than [`MAX_ACCEPTED_WORDS`].
    pub fn accept(&mut self, accepted: &Acceptance) -> Result<(), AcceptanceError> {
        let segments = segment(&accepted.text);
        let words = segments.words.iter();
        let words = words.map(|word| normal(word.span.slice(&accepted.text).unwrap_or_default()));
        let words: Vec<String> = words.collect();
        match words.len() {
            0 => return Err(AcceptanceError::NoWord),
            1..=MAX_ACCEPTED_WORDS => {}
            words => return Err(AcceptanceError::TooLong { words }),
        }
        let key = words.join(" ");
        let (texts, key) = if accepted.any_case {
            (&mut self.any_case, key.to_lowercase())
        } else {
            (&mut self.exact, key)
        };
        texts.entry(key).or_default().insert(accepted.category);
        self.longest = self.longest.max(words.len());
        Ok(())
    }

    /// Applies the policy to the findings of a document: takes out those that are not wanted
    /// or are accepted, and gives the others the severity of their rule.
    ///
    /// A finding is accepted if each of its suspect words lies in an accepted text: those
    /// that are garbled by themselves, or all its words where none is or where a sibling
    /// contradicts it.
    pub fn apply(&self, findings: Vec<Finding>, document: DocumentWords<'_>) -> PolicyOutcome {
        let mut kept = PolicyOutcome {
            findings: Vec::with_capacity(findings.len()),
            accepted: 0,
        };
        for mut finding in findings {
            let rule = self.categories.get(&finding.category);
            let rule = rule.copied().unwrap_or_default();
            if !rule.enabled {
                continue;
            }
            if self.accepts(&finding, document) {
                kept.accepted += 1;
                continue;
            }
            finding.severity = rule.severity.unwrap_or(finding.severity);
            kept.findings.push(finding);
        }
        kept
    }

    fn accepts(&self, finding: &Finding, document: DocumentWords<'_>) -> bool {
        if self.longest == 0 {
            return false;
        }
        let words = document.segments.words_in(finding.span);
        let is_word = |word: &usize| document.segments.words[*word].kind == WordKind::Word;
        let garbled = |word: &usize| document.garbled.get(*word).copied().unwrap_or_default();
        let some = |wanted: &dyn Fn(&usize) -> bool| -> Vec<usize> {
            words.clone().filter(wanted).collect()
        };
        let mut wanted = match finding.category {
            Category::Inconsistency => Vec::new(),
            _ => some(&|word| is_word(word) && garbled(word)),
        };
        if wanted.is_empty() {
            wanted = some(&is_word);
        }
        if wanted.is_empty() {
            wanted = words.clone().collect();
        }
        let covered = self.covered(finding.category, words, document);
        !wanted.is_empty() && wanted.iter().all(|word| covered.contains(word))
    }

    /// The words that lie in accepted texts, of all that could reach into `words`.
    fn covered(
        &self,
        category: Category,
        words: std::ops::Range<usize>,
        document: DocumentWords<'_>,
    ) -> BTreeSet<usize> {
        let all = &document.segments.words;
        let here = |word: usize| normal(all[word].span.slice(document.text).unwrap_or_default());
        let mut covered = BTreeSet::new();
        for start in words.start.saturating_sub(self.longest.saturating_sub(1))..words.end {
            let mut key = String::new();
            for word in start..all.len().min(start + self.longest) {
                if word > start {
                    key.push(' ');
                }
                key += &here(word);
                if self.has(&key, category) || self.has(without_possessive(&key), category) {
                    covered.extend(start..=word);
                }
            }
        }
        covered
    }

    fn has(&self, key: &str, category: Category) -> bool {
        let fits = |categories: &BTreeSet<Option<Category>>| {
            categories.contains(&None) || categories.contains(&Some(category))
        };
        self.exact.get(key).is_some_and(fits)
            || self.any_case.get(&key.to_lowercase()).is_some_and(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Evidence;
    use crate::span::Span;

    const TEXT: &str = "Litiger is, says Vladimir Poutine’s aide, the Zoe\u{301} of the past.";

    fn accepted(text: &str) -> Acceptance {
        Acceptance {
            text: text.to_owned(),
            category: None,
            any_case: false,
        }
    }

    fn finding(phrase: &str, category: Category) -> Finding {
        let start = TEXT.find(phrase).unwrap();
        Finding {
            span: Span::new(start, start + phrase.len()),
            category,
            severity: Severity::Major,
            confidence: 0.9,
            evidence: Evidence::default(),
            suggestions: Vec::new(),
            known: false,
        }
    }

    /// What is left of findings on `phrases`, each with the words of it that are garbled.
    fn left(
        policy: &Policy,
        phrases: &[(&str, Category, &[&str])],
    ) -> (Vec<(Category, Severity)>, usize) {
        let segments = segment(TEXT);
        let mut garbled = vec![false; segments.words.len()];
        let mut findings = Vec::new();
        for (phrase, category, suspect) in phrases {
            let finding = finding(phrase, *category);
            for word in segments.words_in(finding.span) {
                let spelling = segments.words[word].span.slice(TEXT).unwrap();
                garbled[word] = suspect.contains(&spelling);
            }
            findings.push(finding);
        }
        let document = DocumentWords {
            text: TEXT,
            segments: &segments,
            garbled: &garbled,
        };
        let kept = policy.apply(findings, document);
        let rest = kept.findings.iter().map(|f| (f.category, f.severity));
        (rest.collect(), kept.accepted)
    }

    fn accepts(texts: &[Acceptance], phrase: (&str, Category, &[&str])) -> bool {
        let mut policy = Policy::default();
        for text in texts {
            policy.accept(text).unwrap();
        }
        left(&policy, &[phrase]).1 == 1
    }

    #[test]
    fn categories_are_switched_off_and_made_as_severe_as_wanted() {
        let rules = BTreeMap::from([
            (
                Category::Wording,
                CategoryRule {
                    enabled: false,
                    severity: None,
                },
            ),
            (
                Category::Name,
                CategoryRule {
                    enabled: true,
                    severity: Some(Severity::Minor),
                },
            ),
        ]);
        let phrases = [
            ("Litiger", Category::Wording, &[][..]),
            ("Poutine’s", Category::Name, &[][..]),
            ("past", Category::Grammar, &[][..]),
        ];
        let (rest, accepted) = left(&Policy::new(rules), &phrases);
        let expected = [
            (Category::Name, Severity::Minor),
            (Category::Grammar, Severity::Major),
        ];
        assert_eq!((rest.as_slice(), accepted), (&expected[..], 0));
        let (untouched, _) = left(&Policy::default(), &phrases);
        assert_eq!(untouched.len(), 3);
    }

    #[test]
    fn a_finding_is_accepted_if_all_its_suspect_words_are() {
        let name = ("Vladimir Poutine’s", Category::Name, &["Poutine’s"][..]);
        assert!(accepts(&[accepted("Poutine")], name));
        assert!(accepts(&[accepted("Vladimir Poutine")], name));
        assert!(accepts(&[accepted("Poutine's aide")], name));
        assert!(!accepts(&[accepted("Vladimir")], name));
        assert!(!accepts(&[accepted("Poutine's friend")], name));
        let both = (
            "Vladimir Poutine’s",
            Category::Name,
            &["Vladimir", "Poutine’s"][..],
        );
        assert!(!accepts(&[accepted("Poutine")], both));
        assert!(accepts(&[accepted("Poutine"), accepted("Vladimir")], both));
        // Nothing is garbled by itself: the whole phrase counts.
        let weak = ("Vladimir Poutine’s", Category::Name, &[][..]);
        assert!(!accepts(&[accepted("Poutine")], weak));
        let fact = (
            "Vladimir Poutine’s",
            Category::Inconsistency,
            &["Vladimir"][..],
        );
        assert!(!accepts(&[accepted("Vladimir")], fact));
    }

    #[test]
    fn a_possessive_is_accepted_with_its_name_however_it_is_written() {
        let mut policy = Policy::default();
        policy.accept(&accepted("POUTINE")).unwrap();
        policy.accept(&accepted("Poutine")).unwrap();
        for written in ["POUTINE'S", "POUTINE’S", "Poutineʼs", "Poutine’s"] {
            let text = format!("Thus says {written} aide.");
            let segments = segment(&text);
            let finding = Finding {
                span: segments.words[2].span,
                ..finding("Litiger", Category::Name)
            };
            let document = DocumentWords {
                text: &text,
                segments: &segments,
                garbled: &[],
            };
            let outcome = policy.apply(vec![finding], document);
            assert_eq!(outcome.accepted, 1, "{written}");
        }
    }

    #[test]
    fn case_and_category_count_as_they_are_told_to() {
        let word = ("Litiger", Category::Untranslated, &["Litiger"][..]);
        assert!(accepts(&[accepted("Litiger")], word));
        assert!(!accepts(&[accepted("litiger")], word));
        let any_case = Acceptance {
            any_case: true,
            ..accepted("LITIGER")
        };
        assert!(accepts(&[any_case], word));
        let only = |category| Acceptance {
            category: Some(category),
            ..accepted("Litiger")
        };
        assert!(accepts(&[only(Category::Untranslated)], word));
        assert!(!accepts(&[only(Category::Name)], word));
    }

    #[test]
    fn letters_may_be_composed_either_way_and_marks_can_be_accepted() {
        let name = ("Zoe\u{301}", Category::Name, &["Zoe\u{301}"][..]);
        assert!(accepts(&[accepted("Zo\u{e9}")], name));
        let mark = (",", Category::Punctuation, &[","][..]);
        assert!(accepts(&[accepted(",")], mark));
        assert!(!accepts(&[accepted(".")], mark));
    }

    #[test]
    fn what_is_no_word_or_name_is_refused() {
        let mut policy = Policy::default();
        let none = policy.accept(&accepted(" \t"));
        assert_eq!(none, Err(AcceptanceError::NoWord));
        let long = "word ".repeat(MAX_ACCEPTED_WORDS + 1);
        let long = policy.accept(&accepted(&long));
        let words = MAX_ACCEPTED_WORDS + 1;
        assert_eq!(long, Err(AcceptanceError::TooLong { words }));
        assert_eq!(policy, Policy::default());
    }
}
