//! Every example that a help text shows is run as it stands, in a folder that has the files
//! it names, with the stand-in model.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use parquet::data_type::ByteArrayType;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::{MTLINT, bash, commands, mtlint, stderr};

const GARBLED: &str = "The harbour was gibberish before the twaddle race.\n";
const CLEAN: &str = "The harbour was quiet before the race.\n";

/// The lines of `Examples:`, without what is said beside them.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    // A line that is indented deeper goes on with what is said.
    let commands = lines.filter_map(|line| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')));
    commands
        .map(|line| line.split("   ").next().unwrap().trim().to_owned())
        .collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// A table with one text.
fn parquet(text: &str) -> Vec<u8> {
    let schema = "message articles { required binary text (STRING); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let mut group = file.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let written = column
        .typed::<ByteArrayType>()
        .write_batch(&[text.into()], None, None);
    written.unwrap();
    column.close().unwrap();
    group.close().unwrap();
    file.close().unwrap();
    bytes
}

/// Sentences with words that editors changed, of two that the stand-in model knows as odd
/// and some that it does not.
fn labelled() -> String {
    let sentence = |at: usize| {
        let odd = ["gibberish", "quiet", "twaddle", "little"][at % 4];
        let day = ["Monday", "Friday", "Sunday"][at % 3];
        let tokens = ["The", odd, "harbour", "was", "closed", "on", day, "."];
        let changed = |token: &str| {
            let known = token == "gibberish" || token == "twaddle";
            known || token == "closed" && at.is_multiple_of(2)
        };
        let tags = tokens.map(|token| if changed(token) { "BAD" } else { "OK" });
        let bad = tags.iter().filter(|tag| **tag == "BAD").count() as f32;
        let mt = tokens[..7].join(" ") + ".";
        serde_json::json!({
            "id": at.to_string(), "doc": (at / 5).to_string(), "mt": mt, "tokens": tokens,
            "tags": tags, "hter": bad / 8.0, "pe": mt.replace(odd, "old"),
        })
    };
    let lines = (0..1200).map(|at| format!("{}\n", sentence(at)));
    lines.collect()
}

/// Articles in which nothing is odd.
fn articles() -> String {
    let article = |at: usize| {
        let sentence = format!("The old harbour was closed again in week {at} of the year. ");
        serde_json::json!({ "id": at.to_string(), "text": sentence.repeat(12) })
    };
    (0..40).map(|at| format!("{}\n", article(at))).collect()
}

/// The files that the examples name.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let record = |id: &str, text: &str| {
        format!(
            "{{\"id\":\"{id}\",\"date\":\"2026-03-31\",\"text\":\"{}\"}}\n",
            text.trim()
        )
    };
    let night = record("a", GARBLED) + &record("b", CLEAN);
    let edited = r#"{"id":"1","doc":"d","mt":"The harbour was gibberish.","tokens":["The","harbour","was","gibberish","."],"tags":["OK","OK","OK","BAD","OK"]}"#;
    let rated = r#"{"id":"2","doc":"e","system":"S","seg":1,"mt":"The harbour was gibberish.","spans":[{"start":16,"end":25,"severity":"major"}]}"#;
    let story = r#"{"id":"s","mt":["The harbour was gibberish on 4 May."],"reference":["The harbour was quiet on 4 May."],"sibling":["The harbour was quiet on 4 May."],"tokens":[["The","harbour","was","gibberish","on","4","May","."]],"tags":[["OK","OK","OK","BAD","OK","OK","OK","OK"]]}"#;
    vec![
        ("article.txt", GARBLED.into()),
        ("cleaner.txt", CLEAN.into()),
        ("article.html", format!("<p>{GARBLED}</p>").into()),
        ("drafts/one.txt", GARBLED.into()),
        ("drafts/two.txt", CLEAN.into()),
        ("articles/one.txt", GARBLED.into()),
        ("more/two.txt", CLEAN.into()),
        ("archive/three.txt", CLEAN.into()),
        ("tonight.jsonl", night.clone().into()),
        ("wire.jsonl", night.clone().into()),
        ("feed/one.jsonl.gz", gzip(&night)),
        ("more.csv", format!("id,text\nc,{CLEAN}").into()),
        ("export/one.parquet", parquet(CLEAN)),
        ("data/ro-en.dev.jsonl.gz", gzip(edited)),
        ("data/rated.jsonl.gz", gzip(rated)),
        ("data/stories.jsonl.gz", gzip(story)),
        ("sentences.jsonl.gz", gzip(&labelled())),
        ("articles.jsonl.gz", gzip(&articles())),
        ("labelled/sentences.jsonl.gz", gzip(&labelled())),
        ("labelled/articles.jsonl.gz", gzip(&articles())),
    ]
}

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A folder for the `PATH`: mtlint with the stand-in model where a command takes one, and
/// something in the place of what is not installed.
fn programs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "case \"$1\" in\n\
         score|highlight|baseline|batch|eval) exec '{MTLINT}' \"$@\" --model stub --quiet ;;\n\
         calibrate) case \"$*\" in\n\
             *--model*) exec '{MTLINT}' \"$@\" --quiet ;;\n\
             *) exec '{MTLINT}' \"$@\" --model stub --quiet ;;\n\
             esac ;;\n\
         *) exec '{MTLINT}' \"$@\" ;;\n\
         esac"
    );
    program(folder.path(), "mtlint", &script);
    for (name, instead) in [("jq", "exec cat"), ("pandoc", "exec cat article.txt")] {
        let there = bash(&format!("command -v {name}"), folder.path());
        if !there.status.success() {
            program(folder.path(), name, instead);
        }
    }
    folder
}

#[test]
fn every_example_runs() {
    let programs = programs();
    let models = mtlint(&["models", "path"]);
    let models = Path::new(models.trim())
        .parent()
        .unwrap()
        .display()
        .to_string();
    let path = std::env::var("PATH").unwrap();
    let mut run = BTreeSet::new();
    for (words, help) in commands() {
        let all = examples(&help);
        // Those below `models` are told of there.
        let needs_none = words.len() > 1;
        assert!(needs_none || !all.is_empty(), "{words:?} has no example");
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files() {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let run_it = |command: &str| {
            let script = format!(
                "export PATH='{}':'{path}'\n{command}",
                programs.path().display()
            );
            bash(&script, folder.path())
        };
        let state = "mtlint batch tonight.jsonl --output reports.jsonl --state night.state";
        assert!(run_it(state).status.success());
        for example in all {
            // Nothing is downloaded for a test: the folder of the model stands in, and the
            // stand-in for other models.
            let mut command = example.replace("/srv/models", &models);
            for model in ["other.gguf", "rust-bert:gpt2/"] {
                command = command.replace(&format!("--model {model}"), "--model stub");
            }
            if command.starts_with("mtlint calibrate") && !command.contains("--calibration") {
                // It is no file that a calibration could stand beside.
                command += " --calibration beside.json";
            }
            let done = run_it(&command);
            if example.contains("--aligner minilm") && !cfg!(feature = "rust-bert") {
                assert!(stderr(&done).contains("--features rust-bert"), "{example}");
                continue;
            }
            let gates = example.contains("--fail-");
            let fine = done.status.success() || gates && done.status.code() == Some(1);
            assert!(fine, "{example}: {}", stderr(&done));
            run.insert(example);
        }
    }
    assert!(run.len() > 30, "{run:?}");
}
