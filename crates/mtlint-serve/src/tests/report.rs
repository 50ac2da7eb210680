//! Reports, pages and corrections, as the command line gives them.

use mtlint::correct::{Permission, correct};
use mtlint::document::{Document, Markup};
use mtlint::policy::Acceptance;
use mtlint::report::printer::{Format, PrintOptions, Printer};
use mtlint::report::{json, v1};
use mtlint::{Request, Sensitivity};
use serde_json::json;

use super::*;

/// What the command line prints of a document.
fn printed(
    document: Document,
    siblings: &[Document],
    options: &Options,
    words: bool,
) -> [String; 2] {
    let linter = linter();
    let request = Request {
        articles: linter
            .read_all(siblings, options.language.as_deref())
            .unwrap(),
        ..Request::new(document)
    };
    let report = &linter.lint_each(vec![request], options)[0];
    [Format::Json, Format::Html].map(|format| {
        let options = PrintOptions {
            words,
            ..PrintOptions::default()
        };
        let mut printer = Printer::new(format, options);
        let mut out = Vec::new();
        printer.print(report, None, &mut out).unwrap();
        printer.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    })
}

async fn gives(running: &Running, body: Value, expected: [String; 2]) {
    let answer = running.json("/v1/report", &body).await;
    assert_eq!(answer.text, expected[0], "{body}");
    assert_eq!(answer.header("content-type"), "application/json");
    let answer = running.json("/v1/html", &body).await;
    assert!(answer.text == expected[1], "{body}");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn a_report_is_what_highlight_prints() {
    let running = Running::new();
    let text = |text: &str| Document::from_text("-", text);
    let body = json!({ "text": GARBLED });
    gives(
        &running,
        body,
        printed(text(GARBLED), &[], &Options::default(), false),
    )
    .await;
    let body = json!({ "text": GARBLED, "threshold": 0.3, "words": true });
    gives(&running, body, printed(text(GARBLED), &[], &eager(), true)).await;
    let body = json!({ "text": GARBLED, "sensitivity": "thorough", "id": null });
    let thorough = Options::with_sensitivity(Sensitivity::Thorough);
    gives(
        &running,
        body,
        printed(text(GARBLED), &[], &thorough, false),
    )
    .await;
    for nothing in ["", "\u{feff}", "42", "\0 \u{202e}"] {
        let body = json!({ "text": nothing, "id": "a\u{1b}\"b" });
        let document = Document::from_text("a\u{1b}\"b", nothing);
        gives(
            &running,
            body,
            printed(document, &[], &Options::default(), false),
        )
        .await;
    }
    let body = json!({ "text": "It is unspeakable." });
    let expected = printed(text("It is unspeakable."), &[], &Options::default(), false);
    assert!(expected[0].contains("model_failed"));
    gives(&running, body, expected).await;
}

#[tokio::test]
async fn siblings_markup_language_and_accepted_words_count() {
    let running = Running::new();
    let sibling = "The harbour was calm before the sailing race.";
    let siblings = [
        Document::from_text("a.html#sibling-1", sibling),
        Document::from_text("wire/7", "<p>It was calm.").marked_up(Some(Markup::Html)),
    ];
    let siblings = siblings.map(|one| one.marked_up(Some(Markup::Html)));
    let page = format!("<p>{GARBLED}<script>twaddle</script>");
    let document = Document::from_text("a.html", page.as_str()).marked_up(Some(Markup::Html));
    let body = json!({
        "id": "a.html",
        "text": page,
        "markup": "html",
        "threshold": 0.3,
        "siblings": [sibling, { "id": "wire/7", "text": "<p>It was calm." }],
    });
    gives(
        &running,
        body,
        printed(document, &siblings, &eager(), false),
    )
    .await;

    let mut options = Options {
        language: Some("eng".to_owned()),
        ..eager()
    };
    let accepted = |text: &str, any_case| Acceptance {
        text: text.to_owned(),
        category: None,
        any_case,
    };
    options
        .policy
        .accept(&accepted("gibberish", false))
        .unwrap();
    options.policy.accept(&accepted("TWADDLE", true)).unwrap();
    let expected = printed(Document::from_text("-", GARBLED), &[], &options, false);
    assert!(
        expected[0].contains("\"accepted_findings\": 2"),
        "{}",
        expected[0]
    );
    let body = json!({
        "text": GARBLED,
        "threshold": 0.3,
        "language": "eng",
        "accept": ["gibberish", { "text": "TWADDLE", "case_sensitive": false }],
    });
    gives(&running, body, expected).await;
}

#[tokio::test]
async fn a_text_may_be_sent_as_it_is() {
    let running = Running::new();
    let query = "id=a&threshold=0.3&words=true&accept=gibberish";
    let body = json!({
        "id": "a", "text": GARBLED, "threshold": 0.3, "words": true, "accept": ["gibberish"],
    });
    let as_json = running.json("/v1/report", &body).await;
    let path = format!("/v1/report?{query}");
    for media_type in ["text/plain", "Text/Plain; Charset=\"UTF-8\""] {
        let answer = running.post(&path, media_type, GARBLED).await;
        assert_eq!(answer.text, as_json.text);
    }
    for (media_type, name) in [("text/markdown", "markdown"), ("text/html", "html")] {
        let text = "A *twaddle* `gibberish` <b>race</b>.";
        let body = json!({ "text": text, "markup": name, "threshold": 0.3 });
        let as_json = running.json("/v1/report", &body).await;
        let answer = running
            .post("/v1/report?threshold=0.3", media_type, text)
            .await;
        assert_eq!(answer.text, as_json.text);
    }
}

#[tokio::test]
async fn corrections_are_those_of_the_command_line() {
    let running = Running::new();
    let text = "The talks were held in Varsovie last week.";
    let body = json!({ "id": "a", "text": text });
    let fixed = running.json("/v1/fix", &body).await.json();
    let corrected = text.replace("Varsovie", "Warsaw");
    assert_eq!(fixed["text"], corrected.as_str());
    assert_eq!(fixed["applied"].as_array().unwrap().len(), 1);
    assert_eq!(fixed["applied"][0]["replacement"], "Warsaw");
    let start = fixed["applied"][0]["corrected_start"].as_u64().unwrap() as usize;
    assert!(corrected[start..].starts_with("Warsaw"));
    let linter = linter();
    let reports = |text: &str| {
        let document = Document::from_text("a", text);
        linter.lint(&document, &Options::default()).unwrap()
    };
    let remains = v1::Report::new(&reports(&corrected), json::Options::default());
    assert_eq!(fixed["report"], serde_json::to_value(remains).unwrap());

    // In a quotation a person should look first.
    let quoted = "“They were held in Varsovie last week,” she said.";
    let body = |bold: bool| json!({ "id": "a", "text": quoted, "unsafe": bold });
    let timid = running.json("/v1/fix", &body(false)).await.json();
    assert_eq!(
        (&timid["text"], &timid["applied"]),
        (&json!(quoted), &json!([]))
    );
    let report = reports(quoted);
    let bold = correct(quoted, report.findings(), Permission::SafeAndUnsafe);
    assert_ne!(bold.text, quoted);
    let fixed = running.json("/v1/fix", &body(true)).await.json();
    assert_eq!(fixed["text"], bold.text.as_str());

    // What is not judged comes back as it was.
    let body = json!({ "text": "42" });
    let fixed = running.json("/v1/fix", &body).await.json();
    assert_eq!(fixed["text"], "42");
    assert_eq!(fixed["report"]["status"], "abstained");
}

#[tokio::test]
async fn hostile_markup_and_texts_are_answered() {
    let running = Running::new();
    let deep = "<div>".repeat(15_000);
    let texts = [
        deep.as_str(),
        "<!-- <script> <![CDATA[ <svg onload=alert(1)>",
        "<p lang=fr>twaddle</p><style>*{}</style>&#0;&bogus;&#x110000;",
        "[a](javascript:x) ![b](c) `````",
        &"> ".repeat(10_000),
    ];
    for markup in ["plain", "markdown", "html"] {
        for text in texts {
            let body = json!({ "text": text, "markup": markup, "language": "eng" });
            let report = running.json("/v1/report", &body).await.json();
            assert_eq!(report["schema"], "mtlint.report/1");
            let page = running.json("/v1/html", &body).await.text;
            assert!(!page.contains("<svg onload"));
        }
    }
}

#[tokio::test]
async fn the_page_is_there_and_may_do_nothing_else() {
    let running = Running::new();
    for path in ["/", "/index.html"] {
        let page = running.get(path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.to_lowercase().starts_with("<!doctype html>"));
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn all_that_the_page_loads_is_there() {
    let running = Running::new();
    let files = [
        ("/page.css", "text/css"),
        ("/main.js", "text/javascript"),
        ("/style.css", "text/css"),
        ("/example.txt", "text/plain"),
        ("/example-sibling.txt", "text/plain"),
    ];
    for (path, media_type) in files {
        let file = running.get(path).await;
        assert_eq!(file.status, 200, "{path}");
        let given = file.header("content-type");
        assert!(given.starts_with(media_type), "{path}: {given}");
    }
    let style = running.get("/style.css").await.text;
    assert_eq!(style, mtlint::report::html::STYLE);
}
