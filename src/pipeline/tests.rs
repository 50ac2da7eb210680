use super::*;
use crate::document::Markup;
use crate::lm::stub::Stub;
use crate::report::AbstainReason;

/// Judged with a model to which two words cost far more than any other.
fn reports(inputs: Vec<Input>) -> Vec<Report> {
    let lm = Stub::new([("Grenzstadt", 75.0), ("gebracht", 75.0)]);
    let options = Options {
        operating_point: OperatingPoint::Thorough,
        language: None,
    };
    Analyzer::new(Arc::new(lm), options)
        .unwrap()
        .judge(inputs)
        .unwrap()
}

fn input(text: &str, siblings: &[&str]) -> Input {
    let named = |text: &&str| Document::from_text("sibling", *text);
    Input {
        id: "a".to_owned(),
        document: Ok(Document::from_text("a", text)),
        siblings: siblings.iter().map(named).collect(),
    }
}

fn phrases(report: &Report) -> Vec<&str> {
    let Outcome::Scored(judgement) = &report.outcome else {
        panic!("not scored: {report:?}");
    };
    let text = judgement.document.text();
    let slices = judgement
        .findings
        .iter()
        .map(|f| f.span.slice(text).unwrap());
    slices.collect()
}

#[test]
fn a_byte_order_mark_moves_no_span() {
    let plain = "The bus has gebracht the children to school again.";
    let marked = format!("\u{feff}{plain}");
    for text in [plain, &marked] {
        assert_eq!(phrases(&reports(vec![input(text, &[])])[0]), ["gebracht"]);
    }
}

#[test]
fn a_name_that_the_sibling_spells_alike_is_left_alone() {
    let text = "The bus from Grenzstadt was late again on Monday.";
    let report = &reports(vec![input(text, &[])])[0];
    assert_eq!(phrases(report), ["Grenzstadt"], "{report:?}");
    let sibling = "Commuters in Grenzstadt complained about buses.";
    assert!(phrases(&reports(vec![input(text, &[sibling])])[0]).is_empty());
}

#[test]
fn every_input_has_its_report_in_its_place() {
    let broken = Input {
        document: Document::from_bytes("b", vec![0xff, 0xfe, 0x00]),
        ..input("", &[])
    };
    let inputs = vec![
        input("Rain fell on the town all day long.", &[]),
        broken,
        input("  \n", &[]),
        input("It stopped at night.", &[]),
    ];
    let reports = reports(inputs);
    assert_eq!(reports.len(), 4);
    assert!(matches!(reports[0].outcome, Outcome::Scored(_)));
    assert!(matches!(reports[1].outcome, Outcome::Failed(_)));
    assert!(matches!(
        reports[2].outcome,
        Outcome::Abstained {
            reason: AbstainReason::Empty,
            ..
        }
    ));
    assert!(matches!(reports[3].outcome, Outcome::Scored(_)));
}

#[test]
fn spans_of_marked_up_text_point_into_its_source() {
    let markdown = "# News\n\nThe *bus* has **gebracht** the children,\n`gebracht` is code.\n\n\
                    <!-- mtlint-disable-next-line -->\nIt has gebracht them.\n";
    let html = "<h1>News</h1><p>The <b>bus</b> has gebr&#97;cht the children, <code>gebracht</code> \
                is code.<p lang=de>Er hat sie gebracht.";
    for (source, markup, found) in [
        (markdown, Markup::Markdown, "gebracht"),
        (html, Markup::Html, "gebr&#97;cht"),
    ] {
        let mut input = input(source, &[]);
        input.document = input
            .document
            .map(|document| document.marked_up(Some(markup)));
        let reports = reports(vec![input]);
        let phrases = phrases(&reports[0]).into_iter();
        assert_eq!(phrases.filter(|phrase| phrase.contains(found)).count(), 1);
        let Outcome::Scored(judgement) = &reports[0].outcome else {
            panic!("not scored");
        };
        for word in &judgement.words {
            assert!(word.span.slice(source).is_some_and(|word| !word.is_empty()));
        }
        let garbled = judgement.words.iter().filter(|word| word.garbled);
        let garbled = garbled.filter_map(|word| word.span.slice(source));
        let garbled = garbled.filter(|word| word.contains("cht"));
        assert_eq!(garbled.collect::<Vec<_>>(), [found]);
    }
}
