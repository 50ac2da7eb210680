//! `batch --page`: the worst documents with their articles.

use super::*;

/// A feed whose documents are the worse the later they stand, but for two that cannot be
/// judged.
fn feed() -> String {
    let text = |odd: usize| {
        let plain =
            (0..12).map(|pier| format!("The ferry left the quiet harbour at pier {pier}. "));
        let odd = (0..odd).map(|day| format!("The gibberish harbour was twaddle on day {day}. "));
        plain.chain(odd).collect::<String>()
    };
    let mut feed = "{\"id\":\"empty\",\"text\":\" \"}\nno record\n".to_owned();
    for number in 0..40 {
        let record = serde_json::json!({ "id": format!("feed/{number}"), "text": text(number) });
        feed += &format!("{record}\n");
    }
    feed
}

fn batch(folder: &Folder, more: &[&str]) -> Ran {
    let (feed, output) = (folder.path("feed.jsonl"), folder.path("out.jsonl"));
    let all = ["batch", &feed, "--output", &output, "--quiet"];
    ran(&[&all[..], more].concat(), b"")
}

/// The names in the index, in its order.
fn index(page: &str) -> Vec<&str> {
    let rows = page.split("<th scope=\"row\"><a href=\"#").skip(1);
    let names = rows.map(|row| row.split_once('>').unwrap().1.split_once('<').unwrap().0);
    names.collect()
}

#[test]
fn the_worst_documents_stand_on_the_page_worst_first() {
    let folder = Folder::with(&[("feed.jsonl", feed().as_bytes())]);
    let page = folder.path("page.html");
    let state = folder.path("night.state");
    let flags = ["--page", &page, "--page-top", "5", "--state", &state];
    // The second night reads nothing anew; the page is the same.
    let mut pages = Vec::new();
    for _ in 0..2 {
        let done = batch(&folder, &flags);
        assert_eq!((done.status, done.stderr.as_str()), (0, ""));
        pages.push(folder.text("page.html"));
        std::fs::remove_file(&page).unwrap();
    }
    assert_eq!(pages[0], pages[1]);
    let mut reports = lines(&folder.text("out.jsonl"));
    assert_eq!(reports.len(), 42);
    reports.retain(|report| report["score"].is_object());
    reports.sort_by(|a, b| {
        let quality = |report: &serde_json::Value| report["score"]["quality"].as_f64().unwrap();
        quality(a).total_cmp(&quality(b))
    });
    let worst: Vec<&str> = reports[..5]
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(index(&pages[0]), worst);
    let read: String = pages[0]
        .split('<')
        .filter_map(|part| Some(part.split_once('>')?.1))
        .collect();
    assert_eq!(
        read.matches("The ferry left the quiet harbour at pier")
            .count(),
        5 * 12
    );
    assert!(pages[0].contains("class=\"card"));
}

#[test]
fn a_page_that_cannot_be_made_is_refused_at_once() {
    let folder = Folder::with(&[("feed.jsonl", feed().as_bytes())]);
    let output = folder.path("out.jsonl");
    let page = folder.path("page.html");
    let streamed = ["batch", "-", "--output", &output, "--page", &page];
    let refused = ran(&streamed, feed().as_bytes());
    assert_eq!(refused.status, 2);
    assert!(
        refused
            .stderr
            .contains("a second time, which standard input cannot")
    );
    let both = ran(&["batch", "-", "--output", &output, "--page", "-"], b"");
    assert_eq!(both.status, 2);
    assert!(both.stderr.contains("which standard input cannot"));
    assert_eq!(batch(&folder, &["--page", "-"]).status, 2);
    let missing = folder.path("missing/page.html");
    assert_eq!(batch(&folder, &["--page", &missing]).status, 2);
    assert!(!folder.0.path().join("out.jsonl").exists());
}

#[test]
fn a_batch_without_a_judged_document_has_an_empty_page() {
    let folder = Folder::with(&[("feed.jsonl", b"{\"id\":\"empty\",\"text\":\" \"}\n")]);
    let page = folder.path("page.html");
    let done = batch(&folder, &["--page", &page]);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert!(folder.text("page.html").contains("0 documents"));
}
