//! The JSON, key by key, in the order of the contract.

use super::super::fingerprint::fingerprints;
use super::super::{AbstainReason, Failure, FailureKind, Language, Outcome, fixtures};
use super::*;
use crate::document::DocumentError;
use crate::finding::{Category, Finding, Severity};

const TEXT: &str = "Été over.\nThe bank raised its tarif to 4 %.";

fn garbled() -> Finding {
    let mut garbled = fixtures::finding(TEXT, "tarif", Category::Untranslated);
    garbled.severity = Severity::Critical;
    garbled.evidence.expected = vec!["rate".to_owned()];
    garbled.evidence.residue_language = Some("fra".to_owned());
    garbled.suggestions = vec![fixtures::suggestion(TEXT, "tarif", "rate", "its rate")];
    garbled
}

#[test]
fn a_scored_document_has_the_keys_of_the_contract_in_order() {
    let report = fixtures::report("night/0042", TEXT, vec![garbled()]);
    let expected = concat!(
        r#"{"schema":"mtlint.report/1","id":"night/0042","status":"scored","#,
        r#""language":{"code":"eng","confidence":0.988},"#,
        r#""score":{"quality":61.42,"quality_interval":[57.04,65.91],"post_edit_rate":0.3858,"#,
        r#""bits_per_word":8.15,"perplexity":31.89,"words":532},"#,
        r#""model":{"name":"smollm2-135m","sha256":"b179","detector":"surprisal-1","precision":"int8"},"#,
        r#""findings":[{"start":32,"end":37,"char_start":30,"char_end":35,"line":2,"column":21,"#,
        r#""text":"tarif","category":"untranslated","severity":"critical","confidence":0.925,"#,
        r#""message":"\"tarif\" looks like French left untranslated: it is about 20 bits more "#,
        r#"surprising than the text around it would allow, and the language model expected "#,
        r#"\"rate\"; sibling.txt says \"its rate\".","#,
        r#""evidence":{"surprisal_bits":24.3,"expected_bits":4.2,"p_garbled":0.91,"#,
        r#""expected":["rate"],"residue_language":"fra"},"#,
        r#""suggestions":[{"start":32,"end":37,"replacement":"rate","confidence":0.968,"#,
        r#""applicability":"safe","bits_saved":23.46,"source":"sibling","#,
        r#""sibling":{"id":"sibling.txt","start":101,"end":109,"text":"its rate"}}],"#,
        r#""fingerprint":"@"}],"#,
        r#""words":[{"start":0,"end":2,"surprisal_bits":3.14,"p_garbled":0.0235,"garbled":false}]}"#,
    );
    let options = Options {
        words: true,
        fix: None,
    };
    let Outcome::Scored(analysis) = &report.outcome else {
        panic!("a report with findings is scored")
    };
    let expected = expected.replace('@', &fingerprints(analysis)[0]);
    assert_eq!(line(&report, options).unwrap(), expected);
}

#[test]
fn what_has_no_value_is_left_out_and_empty_arrays_stay() {
    let mut plain = garbled();
    plain.evidence.expected.clear();
    plain.evidence.residue_language = None;
    plain.suggestions[0].sibling = None;
    let report = fixtures::report("a", TEXT, vec![plain]);
    let value: serde_json::Value =
        serde_json::from_str(&line(&report, Options::default()).unwrap()).unwrap();
    let finding = &value["findings"][0];
    assert_eq!(finding["evidence"]["expected"], serde_json::json!([]));
    assert!(finding["evidence"].get("residue_language").is_none());
    assert!(finding["suggestions"][0].get("sibling").is_none());
    assert!(value.get("words").is_none());
    assert!(value.get("reason").is_none() && value.get("error").is_none());
    let clean = line(&fixtures::report("a", TEXT, vec![]), Options::default()).unwrap();
    assert!(clean.ends_with(r#""findings":[]}"#), "{clean}");
}

#[test]
fn every_span_slices_its_text_and_counts_characters() {
    let report = fixtures::report("a", TEXT, vec![garbled()]);
    let value: serde_json::Value =
        serde_json::from_str(&object(&report, Options::default()).unwrap()).unwrap();
    let finding = &value["findings"][0];
    let number = |key: &str| finding[key].as_u64().unwrap() as usize;
    assert_eq!(&TEXT[number("start")..number("end")], "tarif");
    let by_characters: String = TEXT
        .chars()
        .skip(number("char_start"))
        .take(number("char_end") - number("char_start"))
        .collect();
    assert_eq!(by_characters, "tarif");
    let line = TEXT.lines().nth(number("line") - 1).unwrap();
    let from_column: String = line.chars().skip(number("column") - 1).collect();
    assert!(from_column.starts_with("tarif"));
}

#[test]
fn what_was_not_judged_says_why_and_has_no_score() {
    let abstained = Report {
        id: "-".to_owned(),
        outcome: Outcome::Abstained {
            reason: AbstainReason::LanguageUnsupported,
            language: Some(Language {
                code: "deu".to_owned(),
                confidence: 1.0,
            }),
        },
    };
    assert_eq!(
        line(&abstained, Options::default()).unwrap(),
        r#"{"schema":"mtlint.report/1","id":"-","status":"abstained","reason":"language_unsupported","language":{"code":"deu","confidence":1.0},"findings":[]}"#
    );
    let bad = Report::failed(
        "7",
        Failure {
            kind: FailureKind::BadRecord,
            message: "line 7 is not a record: no \"text\"".to_owned(),
        },
    );
    assert_eq!(
        line(&bad, Options::default()).unwrap(),
        r#"{"schema":"mtlint.report/1","id":"7","status":"failed","error":{"kind":"bad_record","message":"line 7 is not a record: no \"text\""},"findings":[]}"#
    );
}

#[test]
fn unreadable_documents_keep_their_kind() {
    let error = crate::document::Document::from_reader("x", &b"ab\xff"[..], 10).unwrap_err();
    let report = Report::failed("x", error);
    let value: serde_json::Value =
        serde_json::from_str(&line(&report, Options::default()).unwrap()).unwrap();
    assert_eq!(value["error"]["kind"], "not_utf8");
    let missing: Result<_, DocumentError> =
        crate::document::Document::open(std::path::Path::new("no-such-file"), 10);
    assert_eq!(missing.unwrap_err().kind(), "not_found");
}

#[test]
fn several_objects_make_one_array() {
    let report = fixtures::report("a", TEXT, vec![garbled()]);
    let one = object(&report, Options::default()).unwrap();
    let all = array(&[one.clone(), one]);
    let value: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(value.as_array().unwrap().len(), 2);
    assert_eq!(array(&[]), "[]");
}

/// No number of JSON is infinite: such a perplexity is left out.
#[test]
fn a_perplexity_that_cannot_be_told_is_left_out() {
    let mut report = fixtures::report("a.txt", "All is well.", Vec::new());
    if let Outcome::Scored(analysis) = &mut report.outcome {
        analysis.score.perplexity = f32::INFINITY;
    }
    let line = line(&report, Options::default()).unwrap();
    assert!(line.contains("\"bits_per_word\"") && !line.contains("perplexity"));
    let read: v1::Report = serde_json::from_str(&line).unwrap();
    assert_eq!(read.score.unwrap().perplexity, None);
}
