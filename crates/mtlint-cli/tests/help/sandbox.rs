//! A folder in which the commands that help texts and documents show can be run: it holds the
//! files that they name, and `mtlint` reads with the stand-in model.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use parquet::data_type::ByteArrayType;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::{MTLINT, bash, mtlint, root, stderr};

const GARBLED: &str = "The harbour was gibberish before the twaddle race.\n";
const CLEAN: &str = "The harbour was quiet before the race.\n";

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
    let garbled = r#"{"id":"g","text":"The harbour was gibberish.","post_edit":"The harbour was quiet.","errors":[{"text":"gibberish","category":"mistranslation","severity":"major","fixes":["quiet"]}]}"#;
    vec![
        ("article.txt", GARBLED.into()),
        ("cleaner.txt", CLEAN.into()),
        ("first.txt", CLEAN.into()),
        ("second.txt", CLEAN.into()),
        ("article.html", format!("<p>{GARBLED}</p>").into()),
        ("first.html", format!("<p>{CLEAN}</p>").into()),
        ("token", b"correct-horse-battery\n".into()),
        ("post.md", format!("# A race\n\n{GARBLED}").into()),
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
        ("data/garbled.jsonl", garbled.into()),
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
/// something in the place of what is not installed. A service is ended once it answers.
fn programs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "case \"$1\" in\n\
         score|highlight|compare|baseline|batch|eval|calibrate) case \"$*\" in\n\
             *--model*) exec '{MTLINT}' \"$@\" --quiet ;;\n\
             *) exec '{MTLINT}' \"$@\" --model stub --quiet ;;\n\
             esac ;;\n\
         serve) case \"$*\" in *--port*) ;; *) set -- \"$@\" --port 0 ;; esac\n\
             rm -f address\n\
             '{MTLINT}' \"$@\" --model stub --quiet > address &\n\
             while kill -0 $! && ! [ -s address ]; do sleep 0.05; done\n\
             kill $! && wait $! ;;\n\
         *) exec '{MTLINT}' \"$@\" ;;\n\
         esac"
    );
    program(folder.path(), "mtlint", &script);
    // The address of an article is made up, and no service runs.
    program(folder.path(), "curl", "exec cat article.html");
    for (name, instead) in [
        ("jq", "exec cat"),
        ("less", "exec cat"),
        ("pandoc", "exec cat article.txt"),
    ] {
        let there = bash(&format!("command -v {name}"), folder.path());
        if !there.status.success() {
            program(folder.path(), name, instead);
        }
    }
    folder
}

/// The folder, the programs and where the real models are.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    programs: tempfile::TempDir,
    models: String,
}

impl Sandbox {
    /// All files are as they were at first, and `night.state` knows `tonight.jsonl`.
    pub(crate) fn new() -> Self {
        let models = mtlint(&["models", "path"]);
        let models = Path::new(models.trim()).parent().unwrap();
        let sandbox = Self {
            folder: tempfile::tempdir().unwrap(),
            programs: programs(),
            models: models.display().to_string(),
        };
        for (name, content) in files() {
            sandbox.write(name, &content);
        }
        for entry in std::fs::read_dir(root().join("examples")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("examples/{}", path.file_name().unwrap().display());
                sandbox.write(&name, &std::fs::read(path).unwrap());
            }
        }
        let state = "mtlint batch tonight.jsonl --output reports.jsonl --state night.state";
        let done = sandbox.bash(state);
        assert!(done.status.success(), "{}", stderr(&done));
        sandbox
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn bash(&self, command: &str) -> Output {
        let script = format!(
            "export PATH='{}':\"$PATH\"\n{command}",
            self.programs.path().display()
        );
        bash(&script, self.folder.path())
    }

    /// Runs a command that starts with `mtlint`, or has it in a pipe, and fails if it fails.
    pub(crate) fn run(&self, shown: &str) {
        // Nothing is downloaded for a test: the folder of the model stands in, and the
        // stand-in for other models.
        let mut command = shown.replace("/srv/models", &self.models);
        for model in ["other.gguf", "rust-bert:gpt2/"] {
            command = command.replace(&format!("--model {model}"), "--model stub");
        }
        if command.starts_with("mtlint calibrate") && !command.contains("--calibration") {
            // It is no file that a calibration could stand beside.
            command += " --calibration beside.json";
        }
        // Nobody's own files are touched.
        command = command.replace("~/", "home/");
        let done = self.bash(&command);
        if shown.contains("--aligner minilm") && !cfg!(feature = "rust-bert") {
            assert!(stderr(&done).contains("--features rust-bert"), "{shown}");
            return;
        }
        let gates = shown.contains("--fail-");
        let fine = done.status.success() || gates && done.status.code() == Some(1);
        assert!(fine, "{shown}: {}", stderr(&done));
    }
}
