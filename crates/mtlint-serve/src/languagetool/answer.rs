//! A report as LanguageTool's matches.
//!
//! In: the report on a text, and what was asked. Out: the answer of the protocol: a match for
//! each finding, with places in units of UTF-16 of the text as the client has it. A match has
//! one place for all its replacements; it is that of the finding and of its best correction
//! together. How freely a correction may be applied the protocol cannot say.

use std::ops::Range;

use serde::Serialize;

use mtlint::finding::{Category, Finding};
use mtlint::report::rules::{RULES, Rule, index_of};
use mtlint::report::{Analysis, Language, Outcome, Report, message};

use super::form::Form;
use super::language;
use super::utf16::{Utf16Index, units};

/// So much of the text is shown on either side of a match, in characters, as LanguageTool
/// shows it.
const CONTEXT_CHARACTERS: usize = 40;

/// What stands where more text would follow.
const ELLIPSIS: &str = "...";

/// The answer to a check.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    software: Software,
    warnings: Warnings,
    language: AnswerLanguage,
    matches: Vec<Match>,
    sentence_ranges: Vec<[usize; 2]>,
}

/// Which software this is.
#[derive(Debug, Serialize)]
pub(crate) struct SoftwareInfo {
    pub(super) software: Software,
}

/// The software, as LanguageTool describes itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Software {
    name: &'static str,
    version: &'static str,
    api_version: u8,
    premium: bool,
    status: &'static str,
}

impl Default for Software {
    fn default() -> Self {
        Self {
            name: "mtlint",
            version: env!("CARGO_PKG_VERSION"),
            api_version: 1,
            premium: false,
            status: "",
        }
    }
}

/// Whether the text was judged.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Warnings {
    incomplete_results: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete_results_reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnswerLanguage {
    name: String,
    code: String,
    detected_language: DetectedLanguage,
}

#[derive(Debug, Serialize)]
struct DetectedLanguage {
    name: String,
    code: String,
    confidence: f32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    message: String,
    short_message: &'static str,
    replacements: Vec<Replacement>,
    offset: usize,
    length: usize,
    context: MatchContext,
    sentence: String,
    #[serde(rename = "type")]
    kind: MatchType,
    rule: MatchRule,
    ignore_for_incomplete_sentence: bool,
    context_for_sure_match: i32,
}

#[derive(Debug, Serialize)]
struct Replacement {
    value: String,
}

#[derive(Debug, Serialize)]
struct MatchContext {
    text: String,
    offset: usize,
    length: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MatchType {
    type_name: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MatchRule {
    id: String,
    description: &'static str,
    issue_type: &'static str,
    category: MatchCategory,
}

#[derive(Debug, Serialize)]
struct MatchCategory {
    id: String,
    name: &'static str,
}

impl Answer {
    /// The answer that a report gives to a form.
    pub(super) fn new(report: &Report, form: &Form) -> Self {
        let mut answer = Self {
            software: Software::default(),
            warnings: Warnings {
                incomplete_results: false,
                incomplete_results_reason: None,
            },
            language: AnswerLanguage::new(None, form),
            matches: Vec::new(),
            sentence_ranges: Vec::new(),
        };
        match &report.outcome {
            Outcome::Scored(analysis) => {
                answer.language = AnswerLanguage::new(Some(&analysis.language), form);
                answer.fill(analysis, form);
            }
            Outcome::Abstained { reason, language } => {
                answer.language = AnswerLanguage::new(language.as_ref(), form);
                let why = message::abstained(*reason, language.as_ref());
                answer.warn(format!("not judged: {why}"));
            }
            // It is answered with an error instead.
            Outcome::Failed(failure) => answer.warn(failure.message.clone()),
        }
        answer
    }

    /// Says why the text was not judged: that nothing was found does not say that it is good.
    fn warn(&mut self, why: String) {
        self.warnings.incomplete_results = true;
        self.warnings.incomplete_results_reason = Some(why);
    }

    fn fill(&mut self, analysis: &Analysis, form: &Form) {
        let source = form.text.source();
        let mut index = Utf16Index::new(source);
        for sentence in &analysis.sentences {
            let place = form.text.place(sentence.range()).source;
            let range = [index.unit(place.start), index.unit(place.end)];
            self.sentence_ranges.push(range);
        }
        let wanted = analysis.new_findings();
        let wanted = wanted.filter(|finding| form.wants(finding.category));
        let mut matches: Vec<(Range<usize>, Match)> = wanted
            .map(|finding| matched(finding, analysis, form))
            .collect();
        matches.sort_by_key(|(place, _)| place.start);
        let mut index = Utf16Index::new(source);
        for (place, mut one) in matches {
            one.offset = index.unit(place.start);
            one.length = units(source.get(place).unwrap_or_default());
            self.matches.push(one);
        }
    }
}

impl AnswerLanguage {
    fn new(detected: Option<&Language>, form: &Form) -> Self {
        let unknown = Language {
            code: "und".to_owned(),
            confidence: 0.0,
        };
        let detected = detected.unwrap_or(&unknown);
        let (name, code) = language::detected(detected);
        let said = form
            .language
            .map(|known| (known.name.to_owned(), known.long_code.to_owned()));
        let (said_name, said_code) = said.unwrap_or_else(|| (name.clone(), code.clone()));
        Self {
            name: said_name,
            code: said_code,
            detected_language: DetectedLanguage {
                name,
                code,
                confidence: detected.confidence,
            },
        }
    }
}

/// The match of a finding, with its place in bytes of the source.
fn matched(finding: &Finding, analysis: &Analysis, form: &Form) -> (Range<usize>, Match) {
    let text = analysis.document.text();
    let best = finding.suggestions.first();
    let span = best.map_or(finding.span, |best| finding.span.cover(best.span));
    let place = form.text.place(span.range());
    let mut replacements: Vec<String> = Vec::new();
    if place.verbatim {
        for suggestion in &finding.suggestions {
            let before = text.get(span.start()..suggestion.span.start());
            let after = text.get(suggestion.span.end()..span.end());
            // One that reaches beyond the place of the match cannot be told.
            if let (Some(before), Some(after)) = (before, after) {
                let value = format!("{before}{}{after}", suggestion.replacement);
                if !replacements.contains(&value) {
                    replacements.push(value);
                }
            }
        }
    }
    let sentence = analysis
        .sentences
        .iter()
        .find(|sentence| sentence.overlaps(finding.span));
    let sentence = sentence.and_then(|sentence| sentence.slice(text));
    let rule = &RULES[index_of(finding.category)];
    let one = Match {
        message: message::finding(text, finding),
        short_message: rule.title,
        replacements: replacements
            .into_iter()
            .map(|value| Replacement { value })
            .collect(),
        offset: 0,
        length: 0,
        context: MatchContext::new(text, span.range()),
        sentence: sentence.unwrap_or_default().to_owned(),
        kind: MatchType { type_name: "Other" },
        rule: MatchRule::of(rule),
        ignore_for_incomplete_sentence: false,
        context_for_sure_match: 0,
    };
    (place.source, one)
}

impl MatchRule {
    fn of(rule: &Rule) -> Self {
        let id = rule.category.to_string();
        Self {
            description: rule.short,
            issue_type: issue_type(rule.category),
            category: MatchCategory {
                id: id.clone(),
                name: rule.title,
            },
            id,
        }
    }
}

/// The kind of an error by the names of ITS 2.0, by which clients choose colors.
fn issue_type(category: Category) -> &'static str {
    match category {
        Category::Untranslated => "untranslated",
        Category::Name => "misspelling",
        Category::Mistranslation => "mistranslation",
        Category::Wording => "style",
        Category::Grammar | Category::WordOrder => "grammar",
        Category::Omission => "omission",
        Category::Inconsistency => "inconsistency",
        Category::Punctuation => "typographical",
        Category::Number => "numbers",
    }
}

impl MatchContext {
    /// What stands around bytes of `text`, line breaks as blanks.
    fn new(text: &str, place: Range<usize>) -> Self {
        let before = text.get(..place.start).unwrap_or_default();
        let after = text.get(place.end..).unwrap_or_default();
        let first = before.char_indices().rev().take(CONTEXT_CHARACTERS).last();
        let start = first.map_or(place.start, |(byte, _)| byte);
        let last = after.char_indices().nth(CONTEXT_CHARACTERS);
        let end = last.map_or(text.len(), |(byte, _)| place.end + byte);
        let part = |range: Range<usize>| text.get(range).unwrap_or_default();
        let left = if start > 0 { ELLIPSIS } else { "" };
        let right = if end < text.len() { ELLIPSIS } else { "" };
        let shown = format!("{left}{}{right}", part(start..end));
        Self {
            text: shown.replace(['\n', '\r'], " "),
            offset: units(left) + units(part(start..place.start)),
            length: units(part(place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_cut_on_characters_and_points_at_its_match() {
        let text = format!("{}🦊 the fox\nran {}", "é".repeat(60), "ü".repeat(60));
        let start = text.find("fox").unwrap();
        let context = MatchContext::new(&text, start..start + 3);
        let units: Vec<u16> = context.text.encode_utf16().collect();
        let found = &units[context.offset..context.offset + context.length];
        assert_eq!(String::from_utf16(found).unwrap(), "fox");
        assert!(context.text.starts_with("...é") && context.text.ends_with("ü..."));
        assert!(!context.text.contains('\n'));
        let whole = MatchContext::new("fox", 0..3);
        assert_eq!(
            (whole.text.as_str(), whole.offset, whole.length),
            ("fox", 0, 3)
        );
    }
}
