//! Reports made by hand, for tests.

use crate::document::Document;
use crate::finding::{
    Applicability, Category, Evidence, Finding, Severity, SiblingQuote, Suggestion,
    SuggestionSource,
};
use crate::lm::{ModelId, Precision};
use crate::score::Score;
use crate::span::{Doc, Sibling, Span};

use super::{Analysis, Language, Outcome, Report, WordVerdict};

/// The span of the first `phrase` in `text`.
pub(crate) fn at(text: &str, phrase: &str) -> Span<Doc> {
    let start = text.find(phrase).unwrap();
    Span::new(start, start + phrase.len())
}

/// A finding of 20 bits over the first `phrase`, without a suggestion.
pub(crate) fn finding(text: &str, phrase: &str, category: Category) -> Finding {
    Finding {
        span: at(text, phrase),
        category,
        severity: Severity::Major,
        confidence: 0.925,
        evidence: Evidence {
            surprisal_bits: 24.3,
            expected_bits: 4.2,
            p_garbled: 0.91,
            expected: Vec::new(),
            residue_language: None,
            meanings: Vec::new(),
            pattern: None,
        },
        suggestions: Vec::new(),
        known: false,
    }
}

/// Replaces the first `old` by `new`, because the sibling says `quote`.
pub(crate) fn suggestion(text: &str, old: &str, new: &str, quote: &str) -> Suggestion {
    Suggestion {
        span: at(text, old),
        replacement: new.to_owned(),
        confidence: 0.968,
        applicability: Applicability::Safe,
        bits_saved: 23.456,
        source: SuggestionSource::Sibling,
        in_quotation: false,
        sibling: Some(SiblingQuote {
            id: "sibling.txt".to_owned(),
            span: Span::<Sibling>::new(101, 101 + quote.len()),
            text: quote.to_owned(),
        }),
    }
}

/// A scored report with these findings; every line of `text` is a sentence.
pub(crate) fn report(id: &str, text: &str, findings: Vec<Finding>) -> Report {
    let mut sentences = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        sentences.push(Span::new(start, start + line.trim_end().len()));
        start += line.len();
    }
    Report {
        id: id.to_owned(),
        outcome: Outcome::Scored(Box::new(Analysis {
            document: Document::from_text(id, text),
            language: Language {
                code: "eng".to_owned(),
                confidence: 0.98765,
            },
            model: ModelId {
                name: "smollm2-135m".to_owned(),
                sha256: "b179".to_owned(),
                precision: Precision::Int8,
            },
            detector: "surprisal-1".to_owned(),
            score: Score {
                quality: 61.42,
                quality_interval: (57.04, 65.91),
                post_edit_rate: 0.38584,
                bits_per_word: 8.149,
                perplexity: 31.888,
                words: 532,
            },
            sentence_rates: vec![0.38584; sentences.len()],
            sentences,
            findings,
            accepted: 0,
            threshold_shift: 0.0,
            words: vec![WordVerdict {
                span: Span::new(0, 2.min(text.len())),
                surprisal_bits: 3.13652,
                p_garbled: 0.02345,
                garbled: false,
            }],
            siblings: Vec::new(),
        })),
    }
}
