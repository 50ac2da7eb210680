//! The log as readers of SARIF see it. That it is valid by the schema is tested in
//! `integrations/ci`.

use serde_json::Value;

use super::super::{AbstainReason, FailureKind, fixtures};
use super::*;
use crate::finding::Category;

const TEXT: &str = "\u{feff}Été over.\r\nThe bank {raised} its tarif to [4](1) %.";

fn log(reports: &[Report], compared: bool) -> Value {
    let mut sarif = Sarif::new(None, compared);
    reports.iter().for_each(|report| sarif.add(report));
    serde_json::from_str(&sarif.finish().unwrap()).unwrap()
}

fn garbled() -> Finding {
    let mut finding = fixtures::finding(TEXT, "tarif", Category::WordOrder);
    finding.severity = Severity::Critical;
    let safe = fixtures::suggestion(TEXT, "its tarif", "its rate", "{its} rate");
    let mut bold = fixtures::suggestion(TEXT, "tarif", "rate", "rate");
    bold.applicability = Applicability::Unsafe;
    let mut idea = fixtures::suggestion(TEXT, "tarif", "rates", "rate");
    idea.applicability = Applicability::DisplayOnly;
    finding.suggestions = vec![safe, bold, idea];
    finding
}

#[test]
fn a_result_has_its_place_rule_and_fixes() {
    let log = log(&[fixtures::report("a b.txt", TEXT, vec![garbled()])], false);
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["level"], "error");
    assert_eq!(result["rank"], 92.5);
    let rule = result["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
    assert_eq!(result["ruleId"], "word_order");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.txt");
    assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    let region = &place["region"];
    let (start, length) = (&region["byteOffset"], &region["byteLength"]);
    let start = start.as_u64().unwrap() as usize;
    let end = start + length.as_u64().unwrap() as usize;
    assert_eq!(&TEXT[start..end], "tarif");
    assert_eq!(region["snippet"]["text"], "tarif");
    for (key, expected) in [
        ("startLine", 2),
        ("startColumn", 23),
        ("endLine", 2),
        ("endColumn", 28),
    ] {
        assert_eq!(region[key], expected, "{key}");
    }
    let fixes = result["fixes"].as_array().unwrap();
    let freely: Vec<&Value> = fixes
        .iter()
        .map(|fix| &fix["properties"]["applicability"])
        .collect();
    assert_eq!(freely, ["safe", "unsafe"]);
    let change = &fixes[0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(change["insertedContent"]["text"], "its rate");
    assert_eq!(change["deletedRegion"]["byteLength"], "its tarif".len());
    assert!(result.get("baselineState").is_none());
}

#[test]
fn a_text_makes_no_arguments_and_no_links() {
    let mut finding = fixtures::finding(TEXT, "to [4](1)", Category::Wording);
    finding.evidence.expected = vec!["{0}".to_owned()];
    let log = log(&[fixtures::report("a", TEXT, vec![finding])], false);
    let message = &log["runs"][0]["results"][0]["message"]["text"];
    let message = message.as_str().unwrap();
    assert!(message.contains("\\[4\\](1)"), "{message}");
    assert!(message.contains("\"{{0}}\""), "{message}");
    let fix = super::plain("a\u{202e}b\n{x}");
    assert_eq!(fix.text, "a\\u{{202e}}b {{x}}");
}

#[test]
fn what_was_not_judged_is_a_notification() {
    let abstained = Report {
        id: "empty.txt".to_owned(),
        outcome: Outcome::Abstained {
            reason: AbstainReason::Empty,
            language: None,
        },
    };
    let fine = log(std::slice::from_ref(&abstained), false);
    let invocation = &fine["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["descriptor"]["id"], "abstained");
    assert_eq!(notification["properties"]["reason"], "empty");
    let place = &notification["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "empty.txt");
    let failure = Failure {
        kind: FailureKind::NotUtf8,
        message: "line 7 is not UTF-8: its byte 3 cannot stand there".to_owned(),
    };
    let failed = Report::failed("7", failure);
    let bad = log(&[abstained, failed], false);
    let invocation = &bad["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][1];
    assert_eq!(notification["level"], "error");
    assert_eq!(notification["properties"]["reason"], "not_utf8");
    assert_eq!(bad["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn known_findings_are_marked_and_stay() {
    let mut known = fixtures::finding(TEXT, "raised", Category::Wording);
    known.known = true;
    let report = fixtures::report("a", TEXT, vec![known, garbled()]);
    let log = log(&[report], true);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let states: Vec<&Value> = results.iter().map(|r| &r["baselineState"]).collect();
    assert_eq!(states, ["unchanged", "new"]);
}
