//! The sentences that a person reads.
//!
//! In: the numbers and quotes of a finding, a reason, an error. Out: one plain
//! English sentence without a full stop that depends on the format. All prose
//! about documents is made here; nothing is decided here. The texts quote
//! documents as they are: whoever shows them makes them safe to show.

use crate::finding::{Applicability, Category, Evidence, Finding, Suggestion, SuggestionSource};
use crate::lexicon::ForeignLanguage;
use crate::patterns::{DateForm, GluedForm, NumberForm, PatternKind};

use super::{AbstainReason, Language, SiblingDoubt, SiblingEntry, visible};

/// A quoted phrase takes at most this many columns of a sentence; the span
/// says where the rest is.
const QUOTE_COLUMNS: usize = 60;

/// How many of the model's expected words a sentence names.
const EXPECTED_NAMED: usize = 3;

/// The whole message of a finding: what is wrong, how it was detected, and what
/// the sibling says. `text` is the document's text.
pub fn finding(text: &str, finding: &Finding) -> String {
    let mut sentence = why(text, finding);
    if let Some(sibling) = finding
        .suggestions
        .iter()
        .find_map(|suggestion| suggestion.sibling.as_ref())
    {
        sentence += &format!("; {} says {}", sibling.id, quoted(&sibling.text));
    }
    sentence + "."
}

/// What is wrong and how it was detected, without the sibling's words and
/// without a full stop.
pub fn why(text: &str, finding: &Finding) -> String {
    let claim = claim(text, finding);
    let reasons = [surprise(finding), expectation(finding)];
    let reasons: Vec<String> = reasons.into_iter().flatten().collect();
    let reasons = reasons.join(", and ");
    if reasons.is_empty() {
        let chance = percent(finding.confidence);
        format!("{claim}: an editor would change it with a chance of {chance}")
    } else {
        format!("{claim}: {reasons}")
    }
}

/// What is wrong, without how it was detected and without a full stop.
pub fn claim(text: &str, finding: &Finding) -> String {
    let phrase = &quoted(finding.span.slice(text).unwrap_or_default());
    if let Some(pattern) = &finding.evidence.pattern {
        return pattern_claim(phrase, pattern);
    }
    match finding.category {
        Category::Untranslated => untranslated_claim(phrase, &finding.evidence),
        Category::Name => format!("{phrase} looks like a name in the wrong spelling"),
        Category::Mistranslation => {
            format!("{phrase} can hardly be what was meant here")
        }
        Category::Wording => format!("{phrase} is an odd choice of words here"),
        Category::Grammar => format!("{phrase} does not fit the grammar of its sentence"),
        Category::WordOrder => format!("the words of {phrase} seem to be in the wrong order"),
        Category::Omission => format!("something seems to be missing at {phrase}"),
        Category::Inconsistency => {
            format!("{phrase} does not agree with the other article on this story")
        }
        Category::Punctuation => {
            format!("a mark at {phrase} seems to be wrong or missing")
        }
        Category::Number => format!("{phrase} is no number or date as English has it"),
    }
}

/// What is left untranslated, and what it means.
fn untranslated_claim(phrase: &str, evidence: &Evidence) -> String {
    let language = evidence.residue_language.as_deref().map(language_name);
    let claim = match language {
        Some(language) if several(phrase) => {
            format!("{phrase} has a word that looks like {language} left untranslated")
        }
        Some(language) => format!("{phrase} looks like {language} left untranslated"),
        None if several(phrase) => {
            format!("{phrase} seems to have something in it that was left untranslated")
        }
        None => format!("{phrase} looks like a word left untranslated"),
    };
    let meanings: Vec<String> = evidence.meanings.iter().map(|one| quoted(one)).collect();
    match meanings.is_empty() {
        true => claim,
        false => format!("{claim} (a dictionary has {})", listed(&meanings, "or")),
    }
}

/// Whether a phrase is of several words.
fn several(phrase: &str) -> bool {
    phrase.contains(char::is_whitespace)
}

/// What is wrong with a phrase by its form.
fn pattern_claim(phrase: &str, pattern: &PatternKind) -> String {
    match pattern {
        PatternKind::UntranslatedPassage { language } => match language.as_deref() {
            Some(code) => format!("{phrase} was left in {}", language_name(code)),
            None => format!("{phrase} was left untranslated"),
        },
        PatternKind::RepeatedSentence { times } => {
            format!("{phrase} says a sentence again: it stands {times} times")
        }
        PatternKind::Loop { unit, times } => {
            format!("{} is said {times} times in a row", quoted(unit))
        }
        PatternKind::DoubledWord => format!("{phrase} is one word twice"),
        PatternKind::Number(form) => format!("{phrase} {}", number_claim(*form)),
        PatternKind::Date(form) => format!("{phrase} {}", date_claim(*form)),
        PatternKind::Placeholder => {
            format!("{phrase} is left of a program: a text should stand in its place, or nothing")
        }
        PatternKind::BrokenEncoding => {
            format!("{phrase} has characters that were read in the wrong encoding")
        }
        PatternKind::Glued(form) => match form {
            GluedForm::Words => format!("{phrase} is two words without a blank between them"),
            GluedForm::Mark => format!("a blank is missing behind the mark in {phrase}"),
            GluedForm::Torn => format!("{phrase} is one word with a blank in it"),
        },
        PatternKind::ForeignName {
            english,
            language,
            misspelt,
        } => match language.as_deref() {
            _ if *misspelt => format!("{phrase} looks like a misspelling of {english}"),
            Some(code) => format!("{phrase} is the {} form of {english}", language_name(code)),
            None => format!("{phrase} is a foreign form of {english}"),
        },
    }
}

/// What is wrong with the form of a number, behind the number.
fn number_claim(form: NumberForm) -> &'static str {
    match form {
        NumberForm::DecimalComma => "has a decimal comma; English has a point",
        NumberForm::BrokenGroups => "has groups of digits of unequal length: its value is in doubt",
        NumberForm::PointGroups => "has a full stop between thousands; English has a comma",
        NumberForm::BlankGroups => "has a blank between thousands; English has a comma",
        NumberForm::ForeignWord => "has a number word of another language",
        NumberForm::LoosePercent => {
            "has a blank before the percent sign, unlike the rest of the text"
        }
        NumberForm::LooseCurrency => {
            "has the currency sign in another place than the rest of the text"
        }
    }
}

/// What is wrong with a date or a time, behind it.
fn date_claim(form: DateForm) -> &'static str {
    match form {
        DateForm::NoSuchDay => "is a day that no calendar has",
        DateForm::ForeignDay => "is a day in a form that English does not have",
        DateForm::NoSuchTime => "is a time that no clock shows",
        DateForm::ForeignTime => "is a time in a form that English does not have",
    }
}

/// How surprising the phrase is, without a full stop; `None` where that is no reason.
pub fn surprise(finding: &Finding) -> Option<String> {
    let evidence = &finding.evidence;
    // It is wrong whether it is surprising or not.
    if evidence.pattern.is_some() {
        return None;
    }
    let excess = (evidence.surprisal_bits - evidence.expected_bits).round();
    let unit = if excess > 1.0 { "bits" } else { "bit" };
    (excess >= 1.0).then(|| {
        format!(
            "it is about {excess:.0} {unit} more surprising than the text around it would allow"
        )
    })
}

/// What the language model expected in place of the phrase, without a full stop; `None`
/// where that is no reason.
pub fn expectation(finding: &Finding) -> Option<String> {
    let evidence = &finding.evidence;
    if evidence.pattern.is_some() {
        return None;
    }
    let expected: Vec<String> = evidence
        .expected
        .iter()
        .map(|word| word.trim())
        .filter(|word| !word.is_empty())
        .take(EXPECTED_NAMED)
        .map(quoted)
        .collect();
    let named = listed(&expected, "or");
    (!expected.is_empty()).then(|| format!("the language model expected {named}"))
}

/// A correction in one line, who proposes it first:
/// `sibling.txt says "Vladimir Putin": Poutine → Putin (97 %)`.
pub fn suggestion(text: &str, suggestion: &Suggestion) -> String {
    let source = match &suggestion.sibling {
        Some(sibling) => format!("{} says {}", sibling.id, quoted(&sibling.text)),
        None => source(suggestion.source).to_owned(),
    };
    let old = suggestion.span.slice(text).unwrap_or_default();
    let new = &suggestion.replacement;
    let edit = match (old.trim().is_empty(), new.trim().is_empty()) {
        (false, true) => format!("delete {}", quoted(old)),
        (true, _) => format!("insert {}", quoted(new)),
        (false, false) => format!(
            "{} → {}",
            visible::shortened(old, QUOTE_COLUMNS),
            visible::shortened(new, QUOTE_COLUMNS)
        ),
    };
    let caution = match suggestion.applicability {
        Applicability::Safe => "",
        Applicability::Unsafe => ", look before you apply it",
        Applicability::DisplayOnly => ", only an idea",
    };
    let quotation = match suggestion.in_quotation {
        true => ", changes a quotation",
        false => "",
    };
    let confidence = percent(suggestion.confidence);
    format!("{source}: {edit} ({confidence}{caution}{quotation})")
}

/// Who proposes a correction, as the beginning of a line that goes on with the correction.
pub fn source(source: SuggestionSource) -> &'static str {
    match source {
        SuggestionSource::Sibling => "a sibling",
        SuggestionSource::Gazetteer => "the list of names has",
        SuggestionSource::Dictionary => "a dictionary has",
        SuggestionSource::Model => "the language model would write",
        SuggestionSource::Rule => "mtlint would write",
    }
}

/// A few words for a category, to stand next to the phrase.
pub fn category_label(category: Category) -> &'static str {
    match category {
        Category::Untranslated => "not translated",
        Category::Name => "misspelt name",
        Category::Mistranslation => "wrong word",
        Category::Wording => "odd wording",
        Category::Grammar => "grammar",
        Category::WordOrder => "word order",
        Category::Omission => "something missing",
        Category::Inconsistency => "contradicted",
        Category::Punctuation => "punctuation",
        Category::Number => "number",
    }
}

/// What so many findings of a category are called: "misspelt names".
pub fn category_count(category: Category, count: usize) -> &'static str {
    match category {
        _ if count == 1 => category_label(category),
        Category::Name => "misspelt names",
        Category::Mistranslation => "wrong words",
        Category::Wording => "odd wordings",
        Category::Omission => "places where something is missing",
        Category::Number => "numbers",
        Category::Untranslated
        | Category::Grammar
        | Category::WordOrder
        | Category::Inconsistency
        | Category::Punctuation => category_label(category),
    }
}

/// Why a document was not judged.
pub fn abstained(reason: AbstainReason, language: Option<&Language>) -> String {
    match reason {
        AbstainReason::Empty => "there is nothing in it but white space".to_owned(),
        AbstainReason::TooShort => "no word with a letter is in it".to_owned(),
        AbstainReason::NotText => {
            "it holds hardly any words, only symbols, numbers, emoji or data".to_owned()
        }
        AbstainReason::LanguageUnsupported => {
            let seems = match language {
                Some(language) => {
                    format!("it seems to be in {}", language_name(&language.code))
                }
                None => "it does not seem to be in English".to_owned(),
            };
            format!("{seems}, which this model cannot judge")
        }
        AbstainReason::LanguageUncertain => {
            "nothing in it shows that it is in English, the only language that this model can judge"
                .to_owned()
        }
    }
}

/// Why a sibling is not trusted in full, and how far it is; `None` where it is trusted.
pub fn doubt(sibling: &SiblingEntry) -> Option<String> {
    let why = match sibling.doubt? {
        SiblingDoubt::NotJudged => "it is empty or not in English".to_owned(),
        SiblingDoubt::OtherStory => "it seems to tell another story".to_owned(),
        SiblingDoubt::Copy => "it is a copy of the article, which confirms nothing".to_owned(),
        SiblingDoubt::Garbled => {
            let quality = sibling.quality.unwrap_or_default();
            format!("it is garbled itself, of quality {quality:.0}")
        }
    };
    let trusted = if sibling.weight > 0.0 {
        format!("counts by {} only", percent(sibling.weight))
    } else {
        "does not count".to_owned()
    };
    Some(format!("sibling {} {trusted}: {why}", sibling.id))
}

/// A chance as people read it: `97 %`, and never 100 % for what is not
/// certain.
pub fn percent(probability: f32) -> String {
    let rounded = (probability * 100.0).round();
    if probability < 1.0 && rounded >= 100.0 {
        "over 99 %".to_owned()
    } else {
        format!("{rounded:.0} %")
    }
}

/// The English name of the language with this code of ISO 639-3, or the code where no name is
/// known.
pub fn language_name(code: &str) -> &str {
    let of_words = ForeignLanguage::from_code(code).map(ForeignLanguage::name);
    let of_texts = || whatlang::Lang::from_code(code).map(|language| language.eng_name());
    of_words.or_else(of_texts).unwrap_or(code)
}

fn quoted(phrase: &str) -> String {
    format!("\"{}\"", visible::shortened(phrase.trim(), QUOTE_COLUMNS))
}

fn listed(items: &[String], joint: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {joint} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
