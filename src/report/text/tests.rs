//! What people see, as they see it.

use super::super::{AbstainReason, Place, RecordError, fixtures};
use super::*;
use crate::finding::Category;
use crate::span::Span;

const WARD: &str = "The ward was full.\n\
    The nurse gave the patient a Spritze after lunch, and the doctor, who had been called from \
    another ward, wrote down in the book what had happened.\n";

fn plain(width: usize) -> Style {
    Style {
        width,
        colour: false,
    }
}

fn ward() -> Report {
    let mut garbled = fixtures::finding(WARD, "Spritze", Category::Untranslated);
    garbled.severity = Severity::Critical;
    garbled.evidence.residue_language = Some("deu".to_owned());
    garbled.suggestions = vec![fixtures::suggestion(
        WARD,
        "Spritze",
        "injection",
        "an injection",
    )];
    fixtures::report("ward.txt", WARD, vec![garbled])
}

/// The line that shows `phrase` and the columns that are underlined below it.
fn underlined(drawn: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = drawn.lines().collect();
    let mut found = Vec::new();
    for pair in lines.windows(2) {
        let Some(bare) = pair[1].strip_prefix(" | ") else {
            continue;
        };
        let carets: Vec<usize> = bare.match_indices('^').map(|(column, _)| column).collect();
        let (Some(first), Some(last)) = (carets.first(), carets.last()) else {
            continue;
        };
        let mut column = 0;
        let mut under = String::new();
        let source = pair[0].strip_prefix(" | ").unwrap();
        for character in source.chars() {
            if (*first..=*last).contains(&column) {
                under.push(character);
            }
            column += visible::columns_of(character);
        }
        found.push((source.to_owned(), under));
    }
    found
}

#[test]
fn a_finding_at_60_columns() {
    assert_eq!(
        highlight(&ward(), plain(60)),
        r#"ward.txt:2:30: critical[untranslated] "Spritze"
 |
 | The nurse gave the patient a
 | Spritze after lunch, and the doctor, who had been called
 | ^^^^^^^ not translated, 93 % sure
 | from another ward, wrote down in the book what had
 | happened.
 |
 = why: "Spritze" looks like German left untranslated: it is
        about 20 bits more surprising than the text around
        it would allow
 = fix: sibling.txt says "an injection": Spritze → injection
        (97 %)

ward.txt: 1 finding (1 critical); quality 61.4 (57 to 66); about 38.6 % of the words need an editor
"#
    );
}

#[test]
fn a_finding_at_80_columns() {
    assert_eq!(
        highlight(&ward(), plain(80)),
        r#"ward.txt:2:30: critical[untranslated] "Spritze"
 |
 | The nurse gave the patient a Spritze after lunch, and the doctor, who had
 |                              ^^^^^^^ not translated, 93 % sure
 | been called from another ward, wrote down in the book what had happened.
 |
 = why: "Spritze" looks like German left untranslated: it is about 20 bits more
        surprising than the text around it would allow
 = fix: sibling.txt says "an injection": Spritze → injection (97 %)

ward.txt: 1 finding (1 critical); quality 61.4 (57 to 66); about 38.6 % of the words need an editor
"#
    );
}

#[test]
fn a_finding_at_120_columns() {
    let drawn = highlight(&ward(), plain(120));
    assert!(
        drawn.contains(
            " | The nurse gave the patient a Spritze after lunch, and the doctor, who had been \
             called from another ward, wrote down\n"
        ),
        "{drawn}"
    );
}

#[test]
fn no_line_of_a_finding_is_wider_than_the_terminal() {
    let sentence = format!(
        "{} the goalkeeper was Torwart of the match, {}.",
        "the rain went on and".repeat(50),
        "the crowd sang and".repeat(50)
    );
    let findings = vec![fixtures::finding(&sentence, "Torwart", Category::Wording)];
    let report = fixtures::report("cup.txt", &sentence, findings);
    for width in [40, 60, 80, 120] {
        let drawn = highlight(&report, plain(width));
        let (block, _) = drawn.split_once("\n\n").unwrap();
        for line in block.lines() {
            assert!(visible::columns(line) <= width, "{width}: {line}");
        }
        let marks = underlined(&drawn);
        assert_eq!(marks.len(), 1);
        assert_eq!(marks[0].1, "Torwart");
        let sentence_lines = block.lines().filter(|line| line.starts_with(" | ")).count();
        assert!(sentence_lines <= 8, "{drawn}");
        assert!(block.contains(" | … ") && block.contains(" …"), "{drawn}");
    }
}

#[test]
fn a_phrase_over_several_lines_is_underlined_on_each() {
    let text = "It was the overweight interference of the courtroom that the minister said.";
    let phrase = "overweight interference of the courtroom that";
    let findings = vec![fixtures::finding(text, phrase, Category::WordOrder)];
    let drawn = highlight(&fixtures::report("a", text, findings), plain(40));
    let marks = underlined(&drawn);
    let joined: Vec<&str> = marks.iter().map(|(_, under)| under.as_str()).collect();
    assert_eq!(joined.join(" "), phrase, "{drawn}");
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let text = "The \u{202e}bank\u{1b}[31m paid\t東京 👨\u{200d}👩 a tarif of 4 %.";
    let mut garbled = fixtures::finding(text, "tarif", Category::Untranslated);
    let mut edit = fixtures::suggestion(text, "tarif", "rate\u{200f}", "a \u{7}rate");
    if let Some(sibling) = &mut edit.sibling {
        sibling.id = "sib\u{9b}ling\n.txt".to_owned();
    }
    garbled.suggestions = vec![edit];
    garbled.evidence.expected = vec!["\u{2066}rate".to_owned()];
    let report = fixtures::report("in\u{202e}/a\nb.txt", text, vec![garbled]);
    let drawn = highlight(&report, plain(100));
    assert_eq!(
        drawn,
        r#"in\u{202e}/a\u{a}b.txt:1:30: major[untranslated] "tarif"
 |
 | The \u{202e}bank\u{1b}[31m paid    東京 👨\u{200d}👩 a tarif of 4 %.
 |                                                        ^^^^^ not translated, 93 % sure
 = why: "tarif" looks like a word left untranslated: it is about 20 bits more surprising than the
        text around it would allow, and the language model expected "\u{2066}rate"
 = fix: sib\u{9b}ling .txt says "a \u{7}rate": tarif → rate\u{200f} (97 %)

in\u{202e}/a\u{a}b.txt: 1 finding (1 major); quality 61.4 (57 to 66); about 38.6 % of the words need an editor
"#
    );
    assert_eq!(underlined(&drawn)[0].1, "tarif");
    let summary = score(&report, plain(100));
    assert_eq!(summary.lines().count(), 1);
    assert!(summary.starts_with(r"in\u{202e}/a\u{a}b.txt: quality 61.4"));
}

#[test]
fn a_megabyte_without_a_line_break_is_shown_by_its_part() {
    let text = format!("{}Torwart{}", "x".repeat(500_000), "y ".repeat(250_000));
    let findings = vec![fixtures::finding(&text, "Torwart", Category::Wording); 20];
    let drawn = highlight(&fixtures::report("a", &text, findings), plain(80));
    assert!(drawn.len() < 40_000);
    assert_eq!(underlined(&drawn)[0].1, "Torwart", "{drawn}");
    let whole = Finding {
        span: Span::new(0, text.len()),
        ..fixtures::finding(&text, "Torwart", Category::Wording)
    };
    let drawn = highlight(&fixtures::report("a", &text, vec![whole]), plain(80));
    assert!(drawn.len() < 4_000, "{drawn}");
}

#[test]
fn many_findings_in_one_sentence_each_have_their_block() {
    let text = "He had the Spritze, the Torwart and the Zeugnis in his bag.";
    let findings = ["Spritze", "Torwart", "Zeugnis"]
        .map(|phrase| fixtures::finding(text, phrase, Category::Untranslated));
    let drawn = highlight(&fixtures::report("a", text, findings.into()), plain(80));
    let marks = underlined(&drawn);
    let phrases: Vec<&str> = marks.iter().map(|(_, under)| under.as_str()).collect();
    assert_eq!(phrases, ["Spritze", "Torwart", "Zeugnis"]);
    assert!(marks.iter().all(|(sentence, _)| sentence == text));
    assert!(drawn.contains("a: 3 findings (3 major);"));
}

#[test]
fn something_missing_is_shown_where_it_is_missing() {
    let text = "She opened window.";
    for (at, under) in [(11, "w"), (0, "S"), (text.len(), ".")] {
        let gap = Finding {
            span: Span::new(at, at),
            ..fixtures::finding(text, "window", Category::Omission)
        };
        let drawn = highlight(&fixtures::report("a", text, vec![gap]), plain(80));
        assert_eq!(underlined(&drawn)[0].1, under, "{drawn}");
    }
}

#[test]
fn a_sentence_that_was_wrapped_in_the_file_is_one_here() {
    let text = "First one. The old\r\nharbour was gibberish. Last one.";
    let mut report = fixtures::report("a", text, Vec::new());
    if let Outcome::Scored(analysis) = &mut report.outcome {
        analysis.sentences = [(0, 10), (11, 42), (43, 52)]
            .map(|(start, end)| Span::new(start, end))
            .into();
        analysis.findings = vec![fixtures::finding(text, "gibberish", Category::Wording)];
    }
    let drawn = highlight(&report, plain(80));
    assert!(drawn.starts_with("a:2:13: major[wording] \"gibberish\"\n"));
    assert_eq!(
        underlined(&drawn),
        [(
            "The old harbour was gibberish.".to_owned(),
            "gibberish".to_owned()
        )]
    );
}

#[test]
fn colour_changes_nothing_but_colour() {
    let style = Style {
        width: 80,
        colour: true,
    };
    let coloured = highlight(&ward(), style);
    assert!(coloured.contains("\u{1b}["));
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, highlight(&ward(), plain(80)));
    assert!(!highlight(&ward(), plain(80)).contains('\u{1b}'));
}

#[test]
fn one_line_says_what_became_of_a_document() {
    let clean = fixtures::report("clean.txt", "All was well.", Vec::new());
    assert_eq!(
        score(&clean, plain(80)),
        "clean.txt: quality 61.4 (57 to 66), post-edit rate 38.6 %, 8.1 bits per word, \
         no findings\n"
    );
    assert_eq!(
        highlight(&clean, plain(80)),
        "clean.txt: no findings; quality 61.4 (57 to 66); about 38.6 % of the words need an \
         editor\n"
    );
    let abstained = Report {
        id: "table.txt".to_owned(),
        outcome: Outcome::Abstained {
            reason: AbstainReason::NotText,
            language: None,
        },
    };
    assert_eq!(
        highlight(&abstained, plain(80)),
        "table.txt: not judged (not_text)\n"
    );
    let failed = Report {
        id: "4".to_owned(),
        outcome: Outcome::BadRecord(RecordError::NotUtf8 {
            place: Place::Line(4),
            byte: 9,
        }),
    };
    assert_eq!(score(&failed, plain(80)), "4: failed (not_utf8)\n");
}
