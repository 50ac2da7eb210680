//! Findings of what is wrong by its form.
//!
//! In: the findings so far, and patterns. Out: one finding for each pattern over exactly
//! its words, among the others. What another finding has within a pattern is part of it;
//! the rest of such a finding stays a finding of its own, if it holds a garbled word. Which
//! patterns become findings is not decided here.

use std::cmp::Reverse;

use super::phrases::parts;
use super::words::{WordRow, WordTable};
use super::{Evidence, Finding, Suggestion, SuggestionSource};
use crate::lm::LanguageModel;
use crate::patterns::{Pattern, PatternKind};

/// Those of `patterns` that do not overlap a graver one, or one that is as grave and surer.
pub(crate) fn apart(mut patterns: Vec<Pattern>) -> Vec<Pattern> {
    patterns.sort_by(|a, b| {
        let length = |one: &Pattern| Reverse(one.words.len());
        (b.severity.cmp(&a.severity))
            .then(b.confidence.total_cmp(&a.confidence))
            .then(length(a).cmp(&length(b)))
            .then(a.words.start.cmp(&b.words.start))
    });
    let mut kept: Vec<Pattern> = Vec::new();
    for pattern in patterns {
        let (start, end) = (pattern.words.start, pattern.words.end);
        let after = kept.partition_point(|other| other.words.end <= start);
        if kept.get(after).is_none_or(|other| end <= other.words.start) {
            kept.insert(after, pattern);
        }
    }
    kept
}

/// The findings of a document with those of patterns added, in text order. `patterns` must
/// be in text order, none overlapping another one.
pub(crate) fn with_patterns(
    findings: Vec<Finding>,
    patterns: &[Pattern],
    table: &WordTable<'_>,
    lm: &dyn LanguageModel,
) -> Vec<Finding> {
    let mut suggestions: Vec<Vec<Suggestion>> = vec![Vec::new(); patterns.len()];
    let mut all: Vec<Finding> = Vec::with_capacity(findings.len() + patterns.len());
    for finding in findings {
        let words = table.segments.words_in(finding.span);
        let first = patterns.partition_point(|pattern| pattern.words.end <= words.start);
        let count = patterns[first..].partition_point(|pattern| pattern.words.start < words.end);
        if count == 0 {
            all.push(finding);
            continue;
        }
        let here = first..first + count;
        for (pattern, own) in patterns[here.clone()]
            .iter()
            .zip(&mut suggestions[here.clone()])
        {
            let fits = |one: &&Suggestion| fits(pattern, one, table);
            own.extend(finding.suggestions.iter().filter(fits).cloned());
        }
        all.extend(outside(&finding, &patterns[here], table, lm));
    }
    let made = patterns.iter().zip(suggestions);
    all.extend(made.map(|(pattern, others)| made_of(pattern, others, table, lm)));
    all.sort_by_key(|finding| finding.span);
    all
}

/// The table with the words of patterns flagged.
#[must_use]
pub(crate) fn flagged_patterns<'a>(table: &WordTable<'a>, patterns: &[Pattern]) -> WordTable<'a> {
    table.with_rows(|word, row| {
        let at = patterns.partition_point(|pattern| pattern.words.end <= word);
        match patterns.get(at).filter(|one| one.words.contains(&word)) {
            None => row.clone(),
            Some(pattern) => WordRow {
                p_garbled: row.p_garbled.max(pattern.confidence),
                garbled: true,
                ..row.clone()
            },
        }
    })
}

/// Whether a suggestion that was made for a finding is one for a pattern too: a pattern is
/// put right as a whole or not at all.
fn fits(pattern: &Pattern, suggestion: &Suggestion, table: &WordTable<'_>) -> bool {
    let words = table.segments.words_in(suggestion.span);
    words.start <= pattern.words.start && pattern.words.end <= words.end
}

/// What is left of a finding outside of patterns.
fn outside(
    finding: &Finding,
    patterns: &[Pattern],
    table: &WordTable<'_>,
    lm: &dyn LanguageModel,
) -> Vec<Finding> {
    let borders = patterns
        .iter()
        .flat_map(|one| [one.words.start, one.words.end]);
    let borders: Vec<usize> = borders.collect();
    let rest = parts(table, table.segments.words_in(finding.span), &borders);
    let rest = rest.into_iter().filter(|part| {
        let mut others = patterns.iter();
        let inside = others.any(|one| one.words.start < part.end && part.start < one.words.end);
        !inside && part.clone().any(|word| table.rows[word].garbled)
    });
    let rest = rest.map(|part| {
        let within = part.clone();
        let mut part = table.finding(part, lm);
        let kept = finding.suggestions.iter().filter(|one| {
            let words = table.segments.words_in(one.span);
            within.start <= words.start && words.end <= within.end && !words.is_empty()
        });
        part.suggestions = kept.cloned().collect();
        part
    });
    rest.collect()
}

/// The finding of a pattern, with the suggestions that others had for it.
fn made_of(
    pattern: &Pattern,
    others: Vec<Suggestion>,
    table: &WordTable<'_>,
    lm: &dyn LanguageModel,
) -> Finding {
    let plain = table.finding(pattern.words.clone(), lm);
    let own = pattern.replacement.iter().map(|replacement| Suggestion {
        span: plain.span,
        replacement: replacement.text.clone(),
        confidence: pattern.confidence,
        applicability: replacement.applicability,
        bits_saved: 0.0,
        source: match pattern.kind {
            PatternKind::ForeignName { .. } => SuggestionSource::Gazetteer,
            _ => SuggestionSource::Rule,
        },
        in_quotation: false,
        sibling: None,
    });
    Finding {
        category: pattern.category,
        severity: pattern.severity,
        confidence: pattern.confidence,
        evidence: Evidence {
            p_garbled: plain.evidence.p_garbled.max(pattern.confidence),
            // What was expected in place of one word says nothing about the whole.
            expected: Vec::new(),
            residue_language: pattern.kind.language().map(str::to_owned),
            meanings: Vec::new(),
            pattern: Some(pattern.kind.clone()),
            ..plain.evidence
        },
        suggestions: others.into_iter().chain(own).collect(),
        ..plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::word_surprisals;
    use crate::finding::phrases::findings;
    use crate::lexicon::Lexicon;
    use crate::lm::TokenScores;
    use crate::lm::stub::Stub;
    use crate::rating::{Category, Severity};
    use crate::segment::segment;
    use std::ops::Range;

    fn pattern(words: Range<usize>, confidence: f32) -> Pattern {
        Pattern {
            words,
            kind: PatternKind::UntranslatedPassage {
                language: Some("fra".to_owned()),
            },
            category: Category::Untranslated,
            severity: Severity::Critical,
            confidence,
            replacement: None,
        }
    }

    /// The phrases of all findings, where the words `garbled` are flagged.
    fn found(text: &str, garbled: &[&str], patterns: &[Pattern]) -> Vec<(String, bool)> {
        let segments = segment(text);
        let scores = TokenScores::default();
        let rows = word_surprisals(&segments, &scores).into_iter();
        let rows = rows.map(|surprisal| {
            let garbled = garbled.contains(&surprisal.span.slice(text).unwrap());
            WordRow {
                surprisal,
                p_garbled: if garbled { 0.9 } else { 0.1 },
                p_phrase: if garbled { 0.9 } else { 0.1 },
                begins_phrase: false,
                threshold: 0.5,
                balanced: 0.5,
                garbled,
            }
        });
        let table = WordTable {
            text,
            segments: &segments,
            scores: &scores,
            lexicon: &Lexicon::embedded().unwrap(),
            kinds: &[],
            phrases: None,
            rows: rows.collect(),
        };
        let lm = Stub::new([]);
        let all = with_patterns(findings(&table, &lm), patterns, &table, &lm);
        let flagged = flagged_patterns(&table, patterns);
        for finding in &all {
            let mut words = segments.words_in(finding.span);
            assert!(words.any(|word| flagged.rows[word].garbled), "{finding:?}");
        }
        let phrase = |one: &Finding| one.span.slice(text).unwrap().to_owned();
        let phrases = all
            .iter()
            .map(|one| (phrase(one), one.evidence.pattern.is_some()));
        phrases.collect()
    }

    #[test]
    fn a_pattern_swallows_what_lies_in_it_and_cuts_off_what_reaches_into_it() {
        // We saw | le grand chat | on road
        let text = "We saw le grand chat on road";
        let all = ["saw", "le", "chat", "on"];
        let phrases = found(text, &all, &[pattern(2..5, 0.9)]);
        let expected = [("saw", false), ("le grand chat", true), ("on", false)];
        let expected = expected.map(|(phrase, made)| (phrase.to_owned(), made));
        assert_eq!(phrases, expected);
        assert_eq!(found(text, &["grand"], &[pattern(2..5, 0.9)]).len(), 1);
    }

    #[test]
    fn of_two_patterns_that_overlap_the_surer_one_stays() {
        let kept = apart(vec![
            pattern(0..3, 0.7),
            pattern(2..5, 0.9),
            pattern(5..6, 0.6),
        ]);
        let words: Vec<Range<usize>> = kept.into_iter().map(|one| one.words).collect();
        assert_eq!(words, [2..5, 5..6]);
    }
}
