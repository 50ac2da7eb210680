use std::sync::Mutex;

use super::*;
use crate::document::Markup;
use crate::finding::{Applicability, Category, Severity, SuggestionSource};
use crate::lm::stub::Stub;
use crate::lm::{Prefix, TokenScores};
use crate::patterns::PatternKind;
use crate::report::{AbstainReason, FailureKind};

/// Judged with a model to which two words cost far more than any other.
fn reports(requests: Vec<Request>) -> Vec<Report> {
    let lm = Stub::new([("Grenzstadt", 75.0), ("gebracht", 75.0)]);
    let linter = Linter::new(Arc::new(lm)).unwrap();
    linter.lint_all(requests, &thorough()).unwrap()
}

fn thorough() -> Options {
    Options::with_sensitivity(Sensitivity::Thorough)
}

fn request(text: &str, siblings: &[&str]) -> Request {
    let named = |text: &&str| Document::from_text("sibling", *text);
    Request {
        unread: siblings.iter().map(named).collect(),
        ..Request::new(Document::from_text("a", text))
    }
}

fn phrases(report: &Report) -> Vec<&str> {
    let Outcome::Scored(analysis) = &report.outcome else {
        panic!("not scored: {report:?}");
    };
    let text = analysis.document.text();
    let slices = analysis
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
        assert_eq!(phrases(&reports(vec![request(text, &[])])[0]), ["gebracht"]);
    }
}

#[test]
fn a_name_that_the_sibling_spells_alike_is_left_alone() {
    let text = "The bus from Grenzstadt was late again on Monday.";
    let report = &reports(vec![request(text, &[])])[0];
    assert_eq!(phrases(report), ["Grenzstadt"], "{report:?}");
    let sibling = "Commuters in Grenzstadt complained about buses.";
    assert!(phrases(&reports(vec![request(text, &[sibling])])[0]).is_empty());
}

#[test]
fn a_sure_correction_makes_a_finding_as_sure_at_every_sensitivity() {
    let text = "The minister met Vladimir Poutine in Genoa on Monday to talk about grain.";
    let sibling = "On Monday the minister met Vladimir Putin in Genoa to talk about grain.";
    let lm = Arc::new(Stub::new([("Poutine", 30.0)]));
    let linter = Linter::new(lm).unwrap();
    let confidence = |sensitivity| {
        let options = Options::with_sensitivity(sensitivity);
        let requests = vec![request(text, &[sibling])];
        let reports = linter.lint_all(requests, &options).unwrap();
        let Outcome::Scored(analysis) = &reports[0].outcome else {
            panic!("not scored: {reports:?}");
        };
        let safe = analysis.findings.iter().find_map(|finding| {
            let best = finding.suggestions.first()?;
            assert!(finding.confidence >= best.confidence);
            (best.applicability == Applicability::Safe)
                .then_some((finding.confidence, finding.severity))
        });
        safe.unwrap()
    };
    let precise = confidence(Sensitivity::Precise);
    for other in [Sensitivity::Balanced, Sensitivity::Thorough] {
        let (sure, severity) = confidence(other);
        assert!(sure >= precise.0 && severity >= precise.1);
    }
}

#[test]
fn what_was_expected_is_whole_words() {
    let lm = Stub::new([("gebracht", 75.0)]).expecting(["B", "brqx", "brought", "I", "taken"]);
    let linter = Linter::new(Arc::new(lm)).unwrap();
    let text = "The bus has gebracht the children to school again.";
    let report = linter
        .lint(&Document::from_text("a", text), &thorough())
        .unwrap();
    let Outcome::Scored(analysis) = &report.outcome else {
        panic!("not scored: {report:?}");
    };
    let expected = &analysis.findings[0].evidence.expected;
    assert_eq!(*expected, ["brought", "taken"]);
}

#[test]
fn every_request_has_its_report_in_its_place() {
    let requests = vec![
        request("Rain fell on the town all day long.", &[]),
        request("  \n", &[]),
        request("It stopped at night.", &[]),
    ];
    let reports = reports(requests);
    assert_eq!(reports.len(), 3);
    assert!(matches!(reports[0].outcome, Outcome::Scored(_)));
    assert!(matches!(
        reports[1].outcome,
        Outcome::Abstained {
            reason: AbstainReason::Empty,
            ..
        }
    ));
    assert!(matches!(reports[2].outcome, Outcome::Scored(_)));
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
        let document = Document::from_text("a", source).marked_up(Some(markup));
        let reports = reports(vec![Request::new(document)]);
        let phrases = phrases(&reports[0]).into_iter();
        assert_eq!(phrases.filter(|phrase| phrase.contains(found)).count(), 1);
        let Outcome::Scored(analysis) = &reports[0].outcome else {
            panic!("not scored");
        };
        for word in &analysis.words {
            assert!(word.span.slice(source).is_some_and(|word| !word.is_empty()));
        }
        let garbled = analysis.words.iter().filter(|word| word.garbled);
        let garbled = garbled.filter_map(|word| word.span.slice(source));
        let garbled = garbled.filter(|word| word.contains("cht"));
        assert_eq!(garbled.collect::<Vec<_>>(), [found]);
    }
}

/// The stand-in, writing down whole texts that it reads.
struct Noting(Stub, Mutex<Vec<String>>);

impl LanguageModel for Noting {
    fn id(&self) -> &ModelId {
        self.0.id()
    }
    fn layers(&self) -> usize {
        self.0.layers()
    }
    fn read(
        &self,
        texts: &[&str],
        options: crate::lm::ReadOptions<'_>,
    ) -> Result<Vec<TokenScores>, LmError> {
        let texts_read = texts.iter().map(|text| (*text).to_owned());
        self.1.lock().unwrap().extend(texts_read);
        self.0.read(texts, options)
    }
    fn read_continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        self.0.read_continuations(prefixes)
    }
    fn token_text(&self, id: u32) -> String {
        self.0.token_text(id)
    }
}

#[test]
fn a_sibling_of_several_documents_is_read_once_and_judged_like_any() {
    let lm = Arc::new(Noting(
        Stub::new([("gebracht", 75.0), ("Genf", 60.0)]),
        Mutex::default(),
    ));
    let linter = Linter::new(Arc::<Noting>::clone(&lm)).unwrap();
    let shared = "The bus brought the children to school in Geneva. It was early.";
    let requests = || {
        [
            request("The bus has gebracht the children to school.", &[shared]),
            request("It was late in Genf.", &["It was late.", shared]),
            request("In Genf the bus was early.", &[shared]),
        ]
    };
    let together = linter.lint_all(requests().into(), &thorough()).unwrap();
    let read = std::mem::take(&mut *lm.1.lock().unwrap());
    assert_eq!(read.iter().filter(|text| *text == shared).count(), 1);
    let qualities = |report: &Report| match &report.outcome {
        Outcome::Scored(analysis) => {
            let siblings = analysis.siblings.iter();
            siblings.map(|one| one.quality).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    for (request, together) in requests().into_iter().zip(&together) {
        let alone = &linter.lint_all(vec![request], &thorough()).unwrap()[0];
        assert_eq!(phrases(alone), phrases(together));
        assert_eq!(qualities(alone), qualities(together));
    }
    assert_eq!(qualities(&together[0]), qualities(&together[2]));
    assert!(qualities(&together[0])[0].is_some());
}

/// Three English sentences, one of them left in French.
const HALF_FRENCH: &str = "The bus was late again on Monday. Les habitants du quartier ne sont \
                           pas contents du maire. Nobody said a word about it.";

fn quality(report: &Report) -> f32 {
    let Outcome::Scored(analysis) = &report.outcome else {
        panic!("not scored: {report:?}");
    };
    analysis.score.quality
}

#[test]
fn a_passage_left_in_another_language_is_one_critical_finding() {
    let lm = Stub::new([("habitants", 75.0), ("contents", 75.0), ("Nobody", 75.0)]);
    let linter = Linter::new(Arc::new(lm)).unwrap();
    let report = linter.lint_all(vec![request(HALF_FRENCH, &[])], &Options::default());
    let report = &report.unwrap()[0];
    let finding = &report.findings()[0];
    let passage = "Les habitants du quartier ne sont pas contents du maire.";
    assert_eq!(finding.span.slice(HALF_FRENCH), Some(passage));
    assert_eq!(finding.category, Category::Untranslated);
    assert_eq!(finding.severity, Severity::Critical);
    assert_eq!(finding.evidence.residue_language.as_deref(), Some("fra"));
    let name = finding.evidence.pattern.as_ref().map(PatternKind::name);
    assert_eq!(name, Some("untranslated_passage"));
    let Outcome::Scored(analysis) = &report.outcome else {
        panic!("not scored: {report:?}");
    };
    let inside = analysis
        .words
        .iter()
        .filter(|word| finding.span.contains(word.span));
    assert!(inside.clone().count() == 11 && inside.clone().all(|word| word.garbled));
    let plain = "The bus was late again on Monday. Nobody said a word about it.";
    assert!(quality(report) < quality(&reports(vec![request(plain, &[])])[0]) - 10.0);
}

#[test]
fn a_passage_that_the_sibling_has_or_that_is_quoted_is_no_finding() {
    let sibling = HALF_FRENCH.replace("again", "once more");
    let passages = |report: &Report| {
        let findings = report.findings().iter();
        findings
            .filter(|one| one.evidence.pattern.is_some())
            .count()
    };
    let alone = &reports(vec![request(HALF_FRENCH, &[])])[0];
    assert_eq!(passages(alone), 1);
    let beside = &reports(vec![request(HALF_FRENCH, &[&sibling])])[0];
    assert_eq!(passages(beside), 0);
    let quoted = HALF_FRENCH
        .replace("Les", "“Les")
        .replace("maire.", "maire.”");
    let report = &reports(vec![request(&quoted, &[])])[0];
    assert_eq!(passages(report), 0);
}

#[test]
fn a_pattern_below_the_threshold_is_no_finding() {
    let linter = Linter::new(Arc::new(Stub::new([]))).unwrap();
    let options = Options::with_threshold(0.99);
    let reports = linter.lint_all(vec![request(HALF_FRENCH, &[])], &options);
    assert!(reports.unwrap()[0].findings().is_empty());
}

/// The suggestions of a report, with their sources and how freely they may be applied.
fn suggestions(report: &Report) -> Vec<(&str, SuggestionSource, Applicability)> {
    let all = report.findings().iter().flat_map(|one| &one.suggestions);
    let all = all.map(|one| (one.replacement.as_str(), one.source, one.applicability));
    all.collect()
}

#[test]
fn a_name_is_put_right_without_a_sibling_where_the_context_agrees() {
    let text = "The talks were held in Varsovie last week.";
    let lint = |bits: f32, text: &str, options: &Options| {
        let lm = Stub::new([("Varsovie", 30.0), ("Warsaw", bits), ("“Varsovie", 30.0)]);
        let linter = Linter::new(Arc::new(lm)).unwrap();
        let reports = linter.lint_all(vec![request(text, &[])], options);
        reports.unwrap().remove(0)
    };
    let options = Options::default();
    let gazetteer = SuggestionSource::Gazetteer;
    let found = lint(3.0, text, &options);
    assert_eq!(
        suggestions(&found),
        [("Warsaw", gazetteer, Applicability::Safe)]
    );
    let saved = found.findings()[0].suggestions[0].bits_saved;
    assert!((saved - 27.0).abs() < 1e-3, "{saved}");
    // The language model would rather have the other one.
    let found = lint(60.0, text, &options);
    assert_eq!(
        suggestions(&found),
        [("Warsaw", gazetteer, Applicability::Unsafe)]
    );
    // Nobody is quoted with other words unasked.
    let quoted = "“They were held in Varsovie last week,” she said.";
    let found = lint(3.0, quoted, &options);
    assert_eq!(
        suggestions(&found),
        [("Warsaw", gazetteer, Applicability::Unsafe)]
    );
    assert!(found.findings()[0].suggestions[0].in_quotation);
    // The source is not wanted.
    let without = Options {
        no_suggestions_of: [gazetteer].into(),
        ..Options::default()
    };
    let found = lint(3.0, text, &without);
    assert_eq!(
        (suggestions(&found), phrases(&found)),
        (vec![], vec!["Varsovie"])
    );
}

/// Sentences that differ, as many as are wanted.
fn prose(sentences: usize) -> String {
    let sentence = |number: usize| {
        format!("On day {number} the bus to Riverton brought {number} children to school. ")
    };
    (0..sentences).map(sentence).collect()
}

#[test]
fn a_long_text_is_read_in_parts_and_judged_as_a_whole() {
    let text = format!("{}At last it has gebracht nobody.", prose(2000));
    let report = &reports(vec![request(&text, &[])])[0];
    let Outcome::Scored(analysis) = &report.outcome else {
        panic!("not scored: {report:?}");
    };
    assert_eq!(analysis.sentence_rates.len(), analysis.sentences.len());
    assert!(
        phrases(report)
            .iter()
            .any(|phrase| phrase.contains("gebracht"))
    );
    let mut end = 0;
    for word in &analysis.words {
        assert!(word.span.start() >= end && word.span.slice(&text).is_some());
        end = word.span.end();
    }
    assert_eq!(end, text.len());
}

#[test]
fn a_run_of_words_without_an_end_is_judged() {
    for text in ["bus ".repeat(30_000), "the bus and ".repeat(9000)] {
        let lm = Arc::new(Stub::new([]));
        let english = Options {
            language: Some("eng".to_owned()),
            ..Options::default()
        };
        let linter = Linter::new(lm).unwrap();
        let reports = linter.lint_all(vec![request(&text, &[])], &english);
        let reports = reports.unwrap();
        let Outcome::Scored(analysis) = &reports[0].outcome else {
            panic!("not scored");
        };
        assert!(analysis.score.quality.is_finite());
        assert_eq!(analysis.sentence_rates.len(), analysis.sentences.len());
    }
}

#[test]
fn a_sibling_longer_than_is_compared_is_no_fault() {
    // The last sentence that is compared goes on beyond the last word that is.
    let sibling = format!(
        "{}The bus to Geneva {} in Geneva.",
        prose(1660),
        "brought children to the school and ".repeat(60)
    );
    let text = "The bus to Genf brought children to the school and in Genf. It was late.";
    let lm = Stub::new([("Genf", 60.0)]);
    let linter = Linter::new(Arc::new(lm)).unwrap();
    let reports = linter.lint_all(vec![request(text, &[&sibling])], &thorough());
    assert!(!phrases(&reports.unwrap()[0]).is_empty());
}

#[test]
fn a_text_that_the_model_fails_on_is_no_failure_of_the_others() {
    let lm = Stub::new([("gebracht", 75.0)]).failing_on("Unaussprechlich");
    let linter = Linter::new(Arc::new(lm)).unwrap();
    let named = |name: &str, text: &str, sibling: Option<&str>| Request {
        unread: sibling
            .map(|text| Document::from_text("wire/7", text))
            .into_iter()
            .collect(),
        ..Request::new(Document::from_text(name, text))
    };
    let bus = "The bus has gebracht the children to school again.";
    let requests = vec![
        named("a", bus, None),
        named("b", "The bus from Unaussprechlich was late again.", None),
        named("c", bus, Some("The Unaussprechlich bus was late.")),
        named("d", bus, Some("The bus brought the children.")),
        named("e", "", None),
    ];
    let alone = linter.lint_all(vec![requests[3].clone()], &thorough());
    let reports = linter.lint_each(requests, &thorough());
    let ids: Vec<&str> = reports.iter().map(|report| report.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    let messages = reports.iter().map(|report| match &report.outcome {
        Outcome::Failed(failure) => Some(failure.message.as_str()),
        _ => None,
    });
    assert_eq!(
        messages.collect::<Vec<_>>(),
        [
            None,
            Some(
                "b: the language model failed: the tokenizer of stub failed: Unaussprechlich is \
                 no word"
            ),
            Some(
                "c: the language model failed on its sibling wire/7: the tokenizer of stub \
                 failed: Unaussprechlich is no word"
            ),
            None,
            None
        ]
    );
    assert_eq!(phrases(&reports[0]), ["gebracht"]);
    assert_eq!(phrases(&reports[3]), phrases(&alone.unwrap()[0]));
    assert!(linter.lint_each(Vec::new(), &thorough()).is_empty());
}

#[test]
fn a_text_that_mtlint_panics_on_is_no_end_of_the_others() {
    let lm = Stub::new([("gebracht", 75.0)]).panicking_on("Unaussprechlich");
    let linter = Linter::new(Arc::new(lm)).unwrap();
    let bus = "The bus has gebracht the children to school again.";
    let requests = [
        bus,
        "The bus from Unaussprechlich was late again.",
        bus,
        bus,
    ];
    let mut requests = requests.map(|text| Request::new(Document::from_text("bus", text)));
    requests[3].unread = vec![Document::from_text("wire/7", "The Unaussprechlich bus.")];
    let reports = linter.lint_each(requests.to_vec(), &thorough());
    let failures = reports.iter().map(|report| match &report.outcome {
        Outcome::Failed(failure) => {
            assert_eq!(failure.kind, FailureKind::Internal);
            Some(failure.message.as_str())
        }
        _ => None,
    });
    assert_eq!(
        failures.collect::<Vec<_>>(),
        [
            None,
            Some(
                "bus: mtlint failed, which is a fault of its own; please report it: \
                 Unaussprechlich is no word"
            ),
            None,
            Some(
                "bus: mtlint failed on its sibling wire/7, which is a fault of its own; please \
                 report it: Unaussprechlich is no word"
            ),
        ]
    );
    assert_eq!(phrases(&reports[2]), ["gebracht"]);
}
