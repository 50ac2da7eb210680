//! What the sentences say.

use super::super::fixtures;
use super::*;

const TEXT: &str = "The nurse gave the patient a Spritze after lunch.";

#[test]
fn a_finding_is_told_in_one_sentence() {
    let mut garbled = fixtures::finding(TEXT, "Spritze", Category::Untranslated);
    garbled.evidence.residue_language = Some("deu".to_owned());
    garbled.evidence.expected = vec![" drink".to_owned(), "glass".to_owned(), " ".to_owned()];
    garbled.suggestions = vec![fixtures::suggestion(
        TEXT,
        "Spritze",
        "injection",
        "an injection",
    )];
    assert_eq!(
        finding(TEXT, &garbled),
        "\"Spritze\" looks like German left untranslated: it is about 20 bits more surprising \
         than the text around it would allow, and the language model expected \"drink\" or \
         \"glass\"; sibling.txt says \"an injection\"."
    );
}

#[test]
fn a_word_left_untranslated_is_told_with_its_meaning() {
    let mut garbled = fixtures::finding(TEXT, "Spritze", Category::Untranslated);
    garbled.evidence.residue_language = Some("deu".to_owned());
    garbled.evidence.meanings = vec!["syringe".to_owned(), "injection".to_owned()];
    let told = finding(TEXT, &garbled);
    let claim = "\"Spritze\" looks like German left untranslated (a dictionary has \"syringe\" or \"injection\"): ";
    assert!(told.starts_with(claim), "{told}");
}

#[test]
fn no_language_is_named_without_evidence() {
    let garbled = fixtures::finding(TEXT, "Spritze", Category::Untranslated);
    let sentence = finding(TEXT, &garbled);
    assert!(sentence.starts_with("\"Spritze\" looks like a word left untranslated: it is about"));
    assert!(!sentence.contains("German"));
}

#[test]
fn an_unsurprising_finding_is_told_by_its_chance() {
    let mut garbled = fixtures::finding(TEXT, "after", Category::Grammar);
    garbled.evidence.surprisal_bits = 2.0;
    assert_eq!(
        finding(TEXT, &garbled),
        "\"after\" does not fit the grammar of its sentence: \
         an editor would change it with a chance of 93 %."
    );
}

#[test]
fn corrections_say_who_proposes_what() {
    let mut edit = fixtures::suggestion(TEXT, "Spritze", "injection", "an injection");
    assert_eq!(
        suggestion(TEXT, &edit),
        "sibling.txt says \"an injection\": Spritze → injection (97 %)"
    );
    edit.applicability = Applicability::DisplayOnly;
    edit.sibling = None;
    edit.source = SuggestionSource::Rule;
    edit.confidence = 0.31;
    assert_eq!(
        suggestion(TEXT, &edit),
        "mtlint would write: Spritze → injection (31 %, only an idea)"
    );
    edit.in_quotation = true;
    assert_eq!(
        suggestion(TEXT, &edit),
        "mtlint would write: Spritze → injection (31 %, only an idea, changes a quotation)"
    );
    edit.in_quotation = false;
    edit.replacement = String::new();
    edit.applicability = Applicability::Unsafe;
    assert_eq!(
        suggestion(TEXT, &edit),
        "mtlint would write: delete \"Spritze\" (31 %, look before you apply it)"
    );
}

#[test]
fn every_category_reads_differently() {
    let categories = [
        Category::Untranslated,
        Category::Name,
        Category::Mistranslation,
        Category::Wording,
        Category::Grammar,
        Category::WordOrder,
        Category::Omission,
        Category::Inconsistency,
        Category::Punctuation,
        Category::Number,
    ];
    let mut claims: Vec<String> = categories
        .iter()
        .map(|&category| why(TEXT, &fixtures::finding(TEXT, "patient", category)))
        .collect();
    assert!(claims.iter().all(|claim| claim.contains("\"patient\"")));
    claims.sort();
    claims.dedup();
    assert_eq!(claims.len(), categories.len());
    for category in categories {
        assert_eq!(
            serde_json::to_value(category).unwrap(),
            category.to_string()
        );
    }
}

#[test]
fn a_pattern_says_what_is_seen() {
    let said = |pattern| {
        let mut one = fixtures::finding(TEXT, "patient", Category::Wording);
        one.evidence.pattern = Some(pattern);
        why(TEXT, &one)
    };
    let unit = "olive".to_owned();
    let looped = said(PatternKind::Loop { unit, times: 7 });
    assert!(
        looped.starts_with("\"olive\" is said 7 times in a row"),
        "{looped}"
    );
    let again = said(PatternKind::RepeatedSentence { times: 6 });
    assert!(again.contains("it stands 6 times"), "{again}");
    let forms = [
        PatternKind::DoubledWord,
        PatternKind::Number(NumberForm::DecimalComma),
        PatternKind::Number(NumberForm::PointGroups),
        PatternKind::Date(DateForm::NoSuchDay),
        PatternKind::Date(DateForm::NoSuchTime),
        PatternKind::Placeholder,
        PatternKind::BrokenEncoding,
        PatternKind::Glued(GluedForm::Words),
        PatternKind::Glued(GluedForm::Torn),
    ];
    let mut claims: Vec<String> = forms.iter().cloned().map(said).collect();
    claims.sort();
    claims.dedup();
    assert_eq!(claims.len(), forms.len());
}

#[test]
fn long_phrases_are_quoted_by_their_ends() {
    let text = format!("Start {} finish", "and so on ".repeat(50));
    let garbled = Finding {
        span: crate::span::Span::new(0, text.len()),
        ..fixtures::finding(&text, "Start", Category::Wording)
    };
    let sentence = finding(&text, &garbled);
    assert!(sentence.starts_with("\"Start and"), "{sentence}");
    assert!(sentence.contains("finish\" is an odd"), "{sentence}");
    assert!(sentence.len() < 250);
}

#[test]
fn reasons_give_the_way_out() {
    let german = Language {
        code: "deu".to_owned(),
        confidence: 0.9,
    };
    let reason = abstained(AbstainReason::LanguageUnsupported, Some(&german));
    assert!(reason.contains("German"));
}

#[test]
fn what_is_not_certain_is_not_called_certain() {
    assert_eq!(percent(0.974), "97 %");
    assert_eq!(percent(0.998), "over 99 %");
    assert_eq!(percent(1.0), "100 %");
    assert_eq!(percent(0.0), "0 %");
}

#[test]
fn a_passage_is_told_with_its_language_and_its_chance() {
    let mut passage = fixtures::finding(TEXT, "gave the patient", Category::Untranslated);
    let language = Some("fra".to_owned());
    passage.evidence.pattern = Some(PatternKind::UntranslatedPassage { language });
    assert_eq!(
        finding(TEXT, &passage),
        "\"gave the patient\" was left in French: \
         an editor would change it with a chance of 93 %."
    );
}

#[test]
fn a_name_in_foreign_form_is_told_with_the_english_name_and_the_language() {
    let told = |language: Option<&str>, misspelt| {
        let mut garbled = fixtures::finding(TEXT, "patient", Category::Name);
        garbled.evidence.pattern = Some(PatternKind::ForeignName {
            english: "London".to_owned(),
            language: language.map(str::to_owned),
            misspelt,
        });
        why(TEXT, &garbled)
    };
    let sentence = told(Some("fra"), false);
    assert!(sentence.starts_with("\"patient\" is the French form of London"));
    assert!(told(None, false).contains("is a foreign form of London"));
    assert!(told(None, true).contains("looks like a misspelling of London"));
}
