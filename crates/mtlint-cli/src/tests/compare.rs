//! `mtlint compare`.

use mtlint::report::comparison::v1;

use super::*;

const SURE: [&str; 2] = ["--threshold", "0.3"];

fn folder() -> Folder {
    Folder::with(&[
        ("a.txt", GARBLED.as_bytes()),
        ("b.txt", CLEAN.as_bytes()),
        ("same.txt", CLEAN.as_bytes()),
        ("empty.txt", b" \n"),
    ])
}

fn compared(folder: &Folder, names: &[&str], more: &[&str]) -> Ran {
    let paths: Vec<String> = names.iter().map(|name| folder.path(name)).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    ran(
        &[&["compare"][..], &paths, &SURE, more].concat(),
        GARBLED.as_bytes(),
    )
}

#[test]
fn the_best_comes_first_and_the_differing_sentence_is_underlined() {
    let folder = folder();
    let done = compared(&folder, &["a.txt", "b.txt"], &[]);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    let [a, b] = ["a.txt", "b.txt"].map(|name| folder.path(name));
    assert!(
        done.stdout.contains(&format!("\n{b}:1:1: quality ")),
        "{}",
        done.stdout
    );
    assert!(done.stdout.contains(&format!("\n{a}:1:1: quality ")));
    let under = done.stdout.lines().find(|line| line.contains('^')).unwrap();
    assert_eq!(
        under.matches('^').count(),
        "gibberish".len() + "twaddle".len()
    );
    let json = compared(&folder, &["a.txt", "b.txt"], &["--format", "json"]);
    let read: v1::Comparison = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!([&read.versions[0].id, &read.versions[1].id], [&b, &a]);
    assert!(read.versions[1].p_first_better.unwrap() > 0.5);
    assert_eq!(read.versions[1].findings.unwrap().minor, 2);
    assert_eq!(read.passages[0].wordings[1].findings[0].text, "gibberish");
}

#[test]
fn standard_input_is_one_of_them_and_output_goes_to_a_file() {
    let folder = folder();
    let (b, out) = (folder.path("b.txt"), folder.path("out.json"));
    let arguments = ["compare", "-", &b, "--format", "json", "--output", &out];
    let done = ran(&arguments, GARBLED.as_bytes());
    assert_eq!(
        (done.status, done.stdout.as_str()),
        (0, ""),
        "{}",
        done.stderr
    );
    let read: v1::Comparison = serde_json::from_str(&folder.text("out.json")).unwrap();
    assert_eq!(read.versions[1].id, "-");
    let over = ran(&["compare", "-", &b, "--output", &b], b"");
    assert_eq!(over.status, 2);
    assert!(over.stderr.contains("--output would write over"));
    assert_eq!(folder.text("b.txt"), CLEAN);
}

#[test]
fn identical_versions_are_even() {
    let done = compared(&folder(), &["b.txt", "same.txt"], &[]);
    assert_eq!(done.status, 0);
    assert!(done.stdout.contains("50 %"), "{}", done.stdout);
    assert!(done.stdout.contains("All versions have the same text"));
}

#[test]
fn what_cannot_be_compared_is_told() {
    let folder = folder();
    let one = compared(&folder, &["b.txt", "empty.txt"], &[]);
    assert_eq!(one.status, 2);
    assert!(one.stdout.contains("not judged (empty)"));
    assert!(
        one.stderr.contains("nothing was compared"),
        "{}",
        one.stderr
    );
    let missing = compared(&folder, &["a.txt", "b.txt", "gone.txt"], &[]);
    assert_eq!(missing.status, 2);
    assert!(missing.stdout.contains("failed (not_found)"));
    assert!(missing.stdout.contains("1 of 1"), "{}", missing.stdout);
    let noted = compared(&folder, &["a.txt", "b.txt", "empty.txt"], &[]);
    assert_eq!(noted.status, 0);
    assert!(noted.stderr.starts_with("note: "), "{}", noted.stderr);
    assert_eq!(compared(&folder, &["a.txt"], &[]).status, 2);
    assert_eq!(ran(&["compare", "-", "-"], b"").status, 2);
}
