use super::*;
use crate::finding::Category;
use crate::report::fixtures::{at, finding, report, suggestion};

const TEXT: &str = "Bernard met Russian Vladimir Poutine.\nThe talks took overweight two hours.\n";

fn fixture(id: &str) -> Report {
    let mut name = finding(TEXT, "Poutine", Category::Name);
    name.suggestions = vec![suggestion(TEXT, "Poutine", "Putin", "Putin")];
    let wrong = finding(TEXT, "overweight", Category::Mistranslation);
    report(id, TEXT, vec![name, wrong])
}

fn drawn(report: &Report) -> String {
    page(vec![section(report, 1, false).unwrap()]).unwrap()
}

#[test]
fn every_finding_has_a_mark_in_the_text_and_a_card() {
    let page = drawn(&fixture("a.txt"));
    for (number, phrase) in [(1, "Poutine"), (2, "overweight")] {
        let mark = format!("id=\"d1m{number}\" data-n=\"{number}\"");
        assert_eq!(page.matches(&mark).count(), 1, "{page}");
        assert_eq!(page.matches(&format!("id=\"d1f{number}\"")).count(), 1);
        assert!(page.contains(&format!(">{phrase}</a>")), "{page}");
    }
    assert!(page.contains("data-copy=\"Putin\""));
}

#[test]
fn the_sibling_stands_beside_with_what_it_tells_marked() {
    let mut report = fixture("a.txt");
    let sibling_text = "Elsewhere. Bernard met the Russian president Putin on Monday.";
    let Outcome::Scored(analysis) = &mut report.outcome else {
        panic!("not scored");
    };
    let quote = at(sibling_text, "Putin").retype();
    let sibling = analysis.findings[0].suggestions[0].sibling.as_mut();
    let sibling = sibling.unwrap();
    sibling.span = quote;
    analysis.siblings = vec![SiblingEntry {
        id: sibling.id.clone(),
        weight: 1.0,
        aligned_share: 0.5,
        quality: Some(90.0),
        doubt: None,
        text: sibling_text.to_owned(),
        prose: None,
        aligned: vec![(analysis.sentences[0], Span::new(11, sibling_text.len()))],
    }];
    let page = drawn(&report);
    assert!(
        page.contains("<span class=\"s\" data-to=\"d1s0-11\">Bernard met"),
        "{page}"
    );
    assert!(page.contains("Elsewhere. <span class=\"t\" id=\"d1s0-11\">Bernard met"));
    assert!(page.contains("president <mark id=\"d1q1-1\">Putin</mark>"));
    // The card quotes the whole sentence.
    let quoted = "Bernard met the Russian president <a href=\"#d1q1-1\">Putin</a> on Monday.";
    assert!(page.contains(quoted), "{page}");
}

#[test]
fn findings_stand_beside_the_text_and_numbers_behind_a_fold() {
    let page = drawn(&fixture("a.txt"));
    let place = |of: &str| page.find(of).unwrap_or_else(|| panic!("no {of} in {page}"));
    assert!(place("class=\"text\"") < place("class=\"findings\""));
    let card = page.split("id=\"d1f1\"").nth(1).unwrap();
    let (seen, folded) = card.split_once("<details>").unwrap();
    assert!(seen.contains("looks like a name in the wrong spelling"));
    let number = |text: &str| text.contains(" %") || text.contains(" bits");
    assert!(!number(seen), "{seen}");
    assert!(number(folded.split_once("</details>").unwrap().0));
}

#[test]
fn several_of_a_kind_are_counted_in_one_word() {
    let text = "Poutine met Varsovie and Londres.";
    let names = ["Poutine", "Varsovie", "Londres"].map(|name| finding(text, name, Category::Name));
    let page = drawn(&report("a.txt", text, names.to_vec()));
    assert!(page.contains("<b>3</b> misspelt names"), "{page}");
}

#[test]
fn the_worst_comes_first_and_what_was_not_judged_last() {
    let mut better = fixture("better.txt");
    if let Outcome::Scored(analysis) = &mut better.outcome {
        analysis.score.quality = 80.0;
    }
    let empty = Report {
        id: "empty.txt".to_owned(),
        outcome: Outcome::Abstained {
            reason: crate::report::AbstainReason::Empty,
            language: None,
        },
    };
    let reports = [empty, better, fixture("worse.txt")];
    let numbered = reports.iter().enumerate();
    let sections = numbered.map(|(index, report)| section(report, index, true).unwrap());
    let page = page(sections.collect()).unwrap();
    let place = |name: &str| page.find(&format!("\">{name}</a></th>")).unwrap();
    assert!(place("worse.txt") < place("better.txt"));
    assert!(place("better.txt") < place("empty.txt"));
    assert!(page.contains("there is nothing in it but white space"));
}

#[test]
fn the_policy_allows_what_the_page_holds_and_nothing_else() {
    let page = drawn(&fixture("a.txt"));
    let between = |open: &str, close: &str| {
        let parts: Vec<&str> = page.split(open).skip(1).collect();
        assert_eq!(parts.len(), 1, "{open}");
        parts[0].split(close).next().unwrap().to_owned()
    };
    let policy = between("http-equiv=\"Content-Security-Policy\" content=\"", "\">");
    // The template escapes the signs of base 64.
    let policy = policy
        .replace("&#39;", "'")
        .replace("&#43;", "+")
        .replace("&#61;", "=");
    let style = hash(&between("<style>", "</style>"));
    let script = hash(&between("<script>", "</script>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; \
             form-action 'none'"
        )
    );
}

#[test]
fn a_fragment_underlines_each_finding_and_obeys_nothing_in_the_text() {
    let shown = fragment(&fixture("a.txt")).unwrap();
    for (line, phrase) in [("solid 2px", "Poutine"), ("solid 2px", "overweight")] {
        let marked = shown.matches(&format!("underline {line}")).count();
        assert_eq!(marked, 2, "{shown}");
        assert!(shown.contains(&format!(">{phrase}</span>")), "{shown}");
    }
    assert!(
        shown.contains("<s>Poutine</s> → <b>Putin</b> (safe to apply"),
        "{shown}"
    );
    assert!(!shown.contains(" id=") && !shown.contains("<style") && !shown.contains("<script"));

    let hostile = "He met <img src=x onerror=alert(1)> \u{202e}Poutine.";
    let mut name = finding(hostile, "Poutine", Category::Name);
    name.evidence.expected = vec!["\"><script>".to_owned()];
    let shown = fragment(&report("<b>\"", hostile, vec![name])).unwrap();
    for forbidden in ["<img", "<script", "<b>\"", "\u{202e}"] {
        assert!(!shown.contains(forbidden), "{forbidden}: {shown}");
    }
    let failed = Report::failed(
        "<i>",
        crate::report::Failure {
            kind: crate::report::FailureKind::Internal,
            message: "<u>".to_owned(),
        },
    );
    let shown = fragment(&failed).unwrap();
    assert!(
        shown.contains("Failed: &#60;u&#62;") && !shown.contains("<i>"),
        "{shown}"
    );
}
