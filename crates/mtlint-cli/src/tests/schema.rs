//! `schema`: the schemas in `schemas/`, and what is really written.

use mtlint::report::{SiblingDoubt, v1};
use mtlint_batch::Line;
use mtlint_batch::run_report::RunReport;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;

const SIBLING: &str = "The harbour was giberish before the first of the two long race.\n";
const SPANISH: &str = "El perro come la comida en la casa de mi abuela todos los días por la mañana \
                       con mucha alegría y también por la noche.\n";

/// The schema as it is printed.
fn printed(contract: &str) -> String {
    let mut stdout = Vec::new();
    let (status, stderr) = run_into(&["schema", contract], b"", &mut stdout);
    assert_eq!((status, stderr.as_str()), (0, ""));
    String::from_utf8(stdout).unwrap()
}

fn errors(contract: &str, value: &Value) -> Vec<String> {
    let schema = serde_json::from_str(&printed(contract)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(value);
    errors.map(|error| error.to_string()).collect()
}

/// Reads `json` as a `T`, after comparing it with the schema of the contract; nothing of it
/// is lost.
fn read<T: DeserializeOwned + Serialize>(contract: &str, json: &str) -> T {
    let value: Value = serde_json::from_str(json).unwrap();
    assert_eq!(errors(contract, &value), [""; 0], "{json}");
    let read: T = serde_json::from_str(json).unwrap();
    let again = if json.contains('\n') {
        serde_json::to_string_pretty(&read).unwrap()
    } else {
        serde_json::to_string(&read).unwrap()
    };
    assert_eq!(again, json);
    read
}

fn reports(arguments: &[&str], stdin: &str) -> Vec<v1::Report> {
    let flags = ["--format", "jsonl", "--threshold", "0.3", "--quiet"];
    let ran = ran(&[arguments, &flags].concat(), stdin.as_bytes());
    assert!(!ran.stdout.is_empty(), "{}", ran.stderr);
    ran.stdout
        .lines()
        .map(|line| read("report", line))
        .collect()
}

#[test]
fn the_files_are_what_is_printed() {
    let files = [
        ("report", include_str!("../../../../schemas/report.json")),
        ("batch", include_str!("../../../../schemas/batch.json")),
        ("openapi", include_str!("../../../../schemas/openapi.json")),
        (
            "run-report",
            include_str!("../../../../schemas/run-report.json"),
        ),
        ("compare", include_str!("../../../../schemas/compare.json")),
    ];
    for (contract, file) in files {
        let right = printed(contract) == file;
        assert!(right, "mtlint schema {contract} > schemas/{contract}.json");
    }
}

#[test]
fn reports_are_as_the_schema_says() {
    let folder = Folder::with(&[
        ("a.txt", GARBLED.as_bytes()),
        ("sibling.txt", SIBLING.as_bytes()),
        (
            "other.txt",
            b"Prices of wheat and barley fell sharply again on Tuesday.\n",
        ),
        ("nothing.txt", b" \n"),
        ("spanish.txt", SPANISH.as_bytes()),
        ("latin.txt", b"caf\xe9 noir"),
        (
            "mtlint.toml",
            b"[[accept]]\ntext = \"twaddle\"\nreason = \"we like it\"\n",
        ),
    ]);
    let path = |name: &str| folder.path(name);
    let [document, sibling] = [path("a.txt"), path("sibling.txt")];
    let [other, nothing] = [path("other.txt"), path("nothing.txt")];
    let siblings = [
        "--sibling",
        &sibling,
        "--sibling",
        &other,
        "--sibling",
        &nothing,
    ];
    let highlight = [&["highlight", &document, "--words"][..], &siblings].concat();
    let scored = &reports(&highlight, "")[0];
    assert_eq!(scored.status, v1::Status::Scored);
    assert!(scored.score.is_some() && scored.words.is_some());
    let quoted = |finding: &v1::Finding| finding.suggestions.iter().any(|s| s.sibling.is_some());
    assert!(scored.findings.iter().any(quoted));
    assert_eq!(scored.siblings.len(), 3);
    let doubts = [SiblingDoubt::OtherStory, SiblingDoubt::NotJudged];
    assert_eq!(
        [1, 2].map(|at| scored.siblings[at].reason),
        doubts.map(Some)
    );

    let fixed = &reports(&[&highlight[..], &["--fix"]].concat(), "")[0];
    assert_eq!(fixed.fix.as_ref().unwrap().applied.len(), 1);
    let config = path("mtlint.toml");
    let accepting = ["highlight", &document, "--config", &config];
    assert_eq!(reports(&accepting, "")[0].accepted_findings, 1);
    let baseline = path("baseline.json");
    let known = [
        "baseline",
        &document,
        "--output",
        &baseline,
        "--threshold",
        "0.3",
    ];
    assert_eq!(ran(&known, b"").status, 0);
    let compared = ["highlight", &document, "--baseline", &baseline];
    // The other one is accepted by the configuration that lies beside the document.
    assert_eq!(reports(&compared, "")[0].known_findings, 1);

    let [spanish, latin, gone] = ["spanish.txt", "latin.txt", "gone.txt"].map(path);
    let rest = reports(&["score", &spanish, &nothing, &latin, &gone, "--words"], "");
    let statuses: Vec<String> = rest
        .iter()
        .map(|report| report.status.to_string())
        .collect();
    assert_eq!(statuses, ["abstained", "abstained", "failed", "failed"]);
    let kinds = rest.iter().filter_map(|report| report.error.as_ref());
    let kinds: Vec<&v1::FailureKind> = kinds.map(|error| &error.kind).collect();
    assert_eq!(
        kinds,
        [&v1::FailureKind::NotUtf8, &v1::FailureKind::NotFound]
    );
}

#[test]
fn the_examples_are_as_the_schema_says() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    for story in ["dam", "hospital", "transfer"] {
        let path = |kind: &str| format!("{examples}/{story}.{kind}.txt");
        let [garbled, sibling] = ["garbled", "sibling"].map(path);
        let arguments = ["highlight", &garbled, "--sibling", &sibling, "--words"];
        let report = &reports(&arguments, "")[0];
        assert!(report.siblings.len() == 1 && report.words.is_some());
        let whole = ran(&["highlight", &garbled, "--format", "json"], b"");
        read::<v1::Report>("report", whole.stdout.trim_end());
    }
}

#[test]
fn what_is_no_report_is_refused() {
    let scored = r#"{"schema":"mtlint.report/1","id":"a","status":"scored","findings":[]}"#;
    let value: Value = serde_json::from_str(scored).unwrap();
    assert!(!errors("report", &value).is_empty(), "it has no score");
    let (right, wrong) = (r#""status":"failed""#, r#""status":"lost""#);
    let failed = scored.replace(
        r#""status":"scored""#,
        r#""status":"failed","error":{"kind":"stolen","message":"m"}"#,
    );
    for (json, valid) in [
        (failed.clone(), true),
        (failed.replace(right, wrong), false),
        (failed.replace("report/1", "report/2"), false),
        (
            failed.replace("\"findings\":[]", "\"findings\":null"),
            false,
        ),
        (
            failed.replace("\"findings\":[]", "\"findings\":[],\"later\":1"),
            true,
        ),
    ] {
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(errors("report", &value).is_empty(), valid, "{json}");
        let read = serde_json::from_str::<v1::Report>(&json);
        assert_eq!(read.is_ok(), valid, "{json}");
    }
}

#[test]
fn a_batch_and_its_run_report_are_as_the_schemas_say() {
    let record = |id: &str, text: &str| format!("{}\n", serde_json::json!({"id":id,"text":text}));
    let article = format!(
        "{GARBLED}{}",
        "The ferry left the quay at noon. ".repeat(12)
    );
    let copy = article.replace("gibberish", "quiet");
    let feed = record("a", &article) + &record("es", SPANISH) + "no record\n" + &record("b", CLEAN);
    let folder = Folder::with(&[
        ("feed.jsonl", feed.as_bytes()),
        ("pool.jsonl", record("wire/1", &copy).as_bytes()),
    ]);
    let [input, output, pool, state] =
        ["feed.jsonl", "out.jsonl", "pool.jsonl", "night.state"].map(|name| folder.path(name));
    let judge = |more: &[&str]| {
        let batch = [
            "batch", &input, "--output", &output, "--state", &state, "--quiet",
        ];
        let flags = ["--threshold", "0.3", "--words"];
        let done = ran(&[&batch[..], &flags, more].concat(), b"");
        assert_eq!((done.status, done.stderr.as_str()), (0, ""));
        let lines = folder.text("out.jsonl");
        let lines = lines.lines().map(|line| read::<Line>("batch", line).0);
        lines.collect::<Vec<v1::Report>>()
    };
    let lines = judge(&["--pool", &pool]);
    let statuses: Vec<String> = lines.iter().map(|line| line.status.to_string()).collect();
    assert_eq!(statuses, ["scored", "abstained", "failed", "scored"]);
    assert_eq!(lines[0].copy_of.as_deref(), Some("wire/1"));

    let run_report = || {
        let mut stdout = Vec::new();
        let arguments = ["report", &state, "--format", "json"];
        let (status, stderr) = run_into(&arguments, b"", &mut stdout);
        assert_eq!((status, stderr.as_str()), (0, ""));
        let json = String::from_utf8(stdout).unwrap();
        read::<RunReport>("run-report", json.trim_end())
    };
    let first = run_report();
    assert_eq!((first.totals.judged, first.not_judged.len()), (2, 2));
    assert!(first.changes.is_none());
    let changed = feed.replace("gibberish", "calm") + &record("c", "The gibberish rose.");
    std::fs::write(&input, changed).unwrap();
    judge(&["--pool", &pool]);
    let changes = run_report().changes.unwrap();
    assert_eq!((changes.new, changes.changed), (1, 1));
    assert!(!changes.documents[0].fixed.is_empty());
}
