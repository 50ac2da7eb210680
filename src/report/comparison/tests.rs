//! What people see and what programs read of a comparison.

use super::super::text::Style;
use super::super::{AbstainReason, fixtures};
use super::*;
use crate::finding::Category;

const DRAFT: &str = "The bank raised its tarif.\nIt rained.";
const EDITED: &str = "The bank raised its rate.\nIt rained.";

const PLAIN: Style = Style {
    width: 70,
    color: false,
};

fn version(report: Report, p: Option<f32>) -> Version {
    Version {
        report,
        same_as: None,
        aligned_share: p.map(|_| 1.0),
        p_best_better: p,
    }
}

/// An edited version, a draft with a finding, and an empty one.
fn comparison(p: f32) -> Comparison {
    let finding = fixtures::finding(DRAFT, "tarif", Category::Untranslated);
    let draft = fixtures::report("draft.txt", DRAFT, vec![finding]);
    let edited = fixtures::report("edited.txt", EDITED, Vec::new());
    let empty = Report {
        id: "empty.txt".to_owned(),
        outcome: Outcome::Abstained {
            reason: AbstainReason::Empty,
            language: None,
        },
    };
    let wording = |text: &str, quality, findings| {
        Some(Wording {
            span: Span::new(0, text.find('\n').unwrap()),
            quality,
            findings,
        })
    };
    Comparison {
        versions: vec![
            version(edited, None),
            version(draft, Some(p)),
            version(empty, None),
        ],
        passages: vec![Passage {
            wordings: vec![
                wording(EDITED, 92.3, Vec::new()),
                wording(DRAFT, 61.0, vec![0]),
            ],
        }],
    }
}

#[test]
fn a_comparison_is_a_table_a_verdict_and_the_places() {
    assert_eq!(
        text::draw(&comparison(0.97), PLAIN),
        r#"version     quality          bits/word  findings     first is better
edited.txt  61.4 (57 to 66)  8.1        none
draft.txt   61.4 (57 to 66)  8.1        1 (1 major)  97 %
empty.txt   not judged (empty)

edited.txt is best: better than draft.txt with a probability of 97 %.
1 place differs in which a version has a finding or is clearly better:

1 of 1
edited.txt:1:1: quality 92
 | The bank raised its rate.
draft.txt:1:1: quality 61
 | The bank raised its tarif.
 |                     ^^^^^
 = major[untranslated]: "tarif" looks like a word left untranslated:
                        it is about 20 bits more surprising than the
                        text around it would allow
"#
    );
}

#[test]
fn the_verdict_is_no_surer_than_the_numbers() {
    let says = |comparison: &Comparison, words: &str| {
        let drawn = text::draw(comparison, PLAIN);
        assert!(drawn.replace('\n', " ").contains(words), "{drawn}");
    };
    says(&comparison(0.8), "edited.txt is probably best: ");
    says(
        &comparison(0.6),
        "No version is clearly best: edited.txt is better than draft.txt ",
    );
    let mut same = comparison(0.5);
    same.versions[1].same_as = Some(0);
    says(&same, "All versions have the same text: none is better.");
    says(&same, "draft.txt has the same text as edited.txt.");
    let mut other = comparison(0.9);
    other.versions[1].aligned_share = Some(0.1);
    says(
        &other,
        "draft.txt shares hardly a sentence with edited.txt: ",
    );
    let mut alone = comparison(0.9);
    alone.versions.remove(0);
    alone.passages.clear();
    says(
        &alone,
        "Nothing can be compared: fewer than two versions were judged.",
    );
}

#[test]
fn the_json_has_what_the_schema_asks_for_and_is_read_back() {
    let json = v1::json(&comparison(0.97)).unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["schema"], "mtlint.compare/1");
    assert_eq!(value["versions"][1]["p_first_better"], 0.97);
    assert_eq!(value["versions"][1]["findings"]["major"], 1);
    assert!(value["versions"][0].get("p_first_better").is_none());
    assert_eq!(value["versions"][2]["reason"], "empty");
    assert!(value["versions"][2].get("findings").is_none());
    let wording = &value["passages"][0]["wordings"][1];
    assert_eq!(
        (&wording["version"], &wording["end"]),
        (&1.into(), &26.into())
    );
    assert_eq!(wording["findings"][0]["text"], "tarif");
    let schema = super::super::schema::schema_of::<v1::Comparison>().to_value();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&value));
    let read: v1::Comparison = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string_pretty(&read).unwrap(), json);
}
