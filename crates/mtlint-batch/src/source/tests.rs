//! Folders, patterns, pipes and links, and the sources that they give.

use std::path::PathBuf;

use super::*;

/// A folder with files in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[&str]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for name in files {
            let path = folder.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "Rain fell.").unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn argument(&self, name: &str) -> OsString {
        self.path(name).into_os_string()
    }

    fn text(&self, name: &str) -> Source {
        Source::Text(self.path(name))
    }

    fn find(&self, name: &str) -> Inputs {
        sources(&[self.argument(name)]).unwrap()
    }
}

fn told(inputs: &Inputs) -> Vec<String> {
    inputs.notes.iter().map(SourceNote::to_string).collect()
}

#[test]
fn folders_patterns_and_files_are_found_in_order() {
    let folder = Folder::with(&["b.txt", "a.TXT", "deep/c.txt", "notes.md", "page.html"]);
    for (name, text) in [
        ("records", " {\"text\":\"a\"}"),
        ("more.jsonl", ""),
        ("day.Parquet", ""),
        ("rows.csv.gz", ""),
        ("plain", "Rain fell."),
    ] {
        std::fs::write(folder.path(name), text).unwrap();
    }
    let all = folder.find("");
    let names = ["a.TXT", "b.txt", "deep/c.txt", "notes.md", "page.html"];
    assert_eq!(all.sources, names.map(|name| folder.text(name)));
    assert_eq!(
        told(&all),
        [format!(
            "passed over in {}: 2 without an ending, 1 .gz, 1 .jsonl, 1 .parquet",
            folder.path("").display()
        )]
    );
    assert_eq!(folder.find("*.txt").sources, [folder.text("b.txt")]);
    let below = folder.find("**/*.txt").sources;
    assert_eq!(below, [folder.text("b.txt"), folder.text("deep/c.txt")]);
    assert_eq!(folder.find("de?p/*").sources, [folder.text("deep/c.txt")]);
    let names = [
        "records",
        "more.jsonl",
        "day.Parquet",
        "rows.csv.gz",
        "plain",
    ];
    let mut arguments: Vec<OsString> = names.map(|name| folder.argument(name)).into();
    arguments.push("-".into());
    assert_eq!(
        sources(&arguments).unwrap().sources,
        [
            Source::JsonLines(folder.path("records")),
            Source::JsonLines(folder.path("more.jsonl")),
            Source::Parquet(folder.path("day.Parquet")),
            Source::Csv(folder.path("rows.csv.gz")),
            folder.text("plain"),
            Source::StandardInput
        ]
    );
    // A missing text is a failed document of the batch; anything else stops it.
    let gone = folder.find("gone.txt");
    assert_eq!(gone.sources, [folder.text("gone.txt")]);
    let refused = |name: &str| sources(&[folder.argument(name)]).unwrap_err();
    assert!(matches!(
        refused("gone.jsonl"),
        SourceError::Unreadable { .. }
    ));
    assert!(matches!(refused("["), SourceError::BadPattern { .. }));
    assert!(matches!(refused("gone/*.txt"), SourceError::NoMatch { .. }));
    let twice = ["-".into(), "-".into()];
    assert!(matches!(
        sources(&twice),
        Err(SourceError::StandardInputTwice)
    ));
}

#[test]
fn what_is_empty_is_said_and_is_no_error() {
    let folder = Folder::with(&["other/scan.pdf"]);
    std::fs::create_dir(folder.path("empty")).unwrap();
    let shown = |name: &str| folder.path(name).display().to_string();
    for (name, notes) in [
        (
            "empty",
            vec![format!(
                "the folder {} holds no text (.txt, .md, .html and the like)",
                shown("empty")
            )],
        ),
        (
            "other",
            vec![
                format!(
                    "the folder {} holds no text (.txt, .md, .html and the like)",
                    shown("other")
                ),
                format!("passed over in {}: 1 .pdf", shown("other")),
            ],
        ),
        (
            "empty/*",
            vec![format!("no file fits the pattern {}", shown("empty/*"))],
        ),
        (
            "*.jsonl*",
            vec![format!("no file fits the pattern {}", shown("*.jsonl*"))],
        ),
    ] {
        let inputs = folder.find(name);
        assert!(inputs.sources.is_empty(), "{name}");
        assert_eq!(told(&inputs), notes, "{name}");
    }
}

#[test]
fn many_endings_are_told_shortly() {
    let endings = ["a", "b", "c", "d", "e", "f", "g"].map(|ending| format!("x.{ending}"));
    let names: Vec<&str> = endings.iter().map(String::as_str).chain(["y.g"]).collect();
    let folder = Folder::with(&names);
    assert!(
        told(&folder.find(""))[1].ends_with(": 2 .g, 1 .a, 1 .b, 1 .c, 1 .d, 2 others"),
        "{:?}",
        told(&folder.find(""))
    );
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_folder_is_entered_once_whatever_links_lead_to_it() {
        let folder = Folder::with(&["w/t.txt", "w/deep/u.txt", "beside/v.txt"]);
        for (to, link) in [
            (".", "w/a"),
            (".", "w/b"),
            ("../..", "w/deep/up"),
            ("deep", "w/deeper"),
            ("../beside", "w/side"),
            ("../beside", "w/side2"),
            ("t.txt", "w/same.txt"),
            ("itself", "w/itself"),
        ] {
            symlink(to, folder.path(link)).unwrap();
        }
        let documents = |inputs: &Inputs| -> Vec<Source> {
            let texts = inputs.sources.iter();
            texts
                .filter(|source| matches!(source, Source::Text(_)))
                .cloned()
                .collect()
        };
        let found = folder.find("w");
        // "deep/up" comes before "side", and leads to what that leads to.
        let names = [
            "w/deep/u.txt",
            "w/deep/up/beside/v.txt",
            "w/same.txt",
            "w/t.txt",
        ];
        let expected = names.map(|name| folder.text(name));
        let mut sorted = documents(&found);
        sorted.sort_by(|one, other| one.path().cmp(&other.path()));
        assert_eq!(sorted, expected);
        // A link in a ring leads nowhere, which is said.
        let broken = found
            .sources
            .iter()
            .filter(|one| matches!(one, Source::Broken(..)));
        assert_eq!(broken.count(), 1);
        let found = folder.find("w/**/*.txt");
        let mut sorted = documents(&found);
        sorted.sort_by(|one, other| one.path().cmp(&other.path()));
        assert_eq!(sorted, expected);
        assert_eq!(documents(&folder.find("w/**")).len(), expected.len());
    }

    #[test]
    fn pipes_are_passed_over_unless_they_are_named() {
        let folder = Folder::with(&["w/a.txt"]);
        for name in ["w/pipe.txt", "w/pipe.jsonl", "w/pipe"] {
            let made = Command::new("mkfifo").arg(folder.path(name)).status();
            assert!(made.unwrap().success());
        }
        for name in ["w", "w/*", "w/**/*"] {
            let found = folder.find(name);
            assert_eq!(found.sources, [folder.text("w/a.txt")], "{name}");
            assert_eq!(
                told(&found),
                [format!(
                    "passed over in {}: 3 that are no files, such as pipes; one that is named \
                     itself is read",
                    folder.path(name).display()
                )]
            );
        }
        // Nothing is opened: that would wait for a writer.
        assert_eq!(
            folder.find("w/pipe.txt").sources,
            [folder.text("w/pipe.txt")]
        );
        for name in ["w/pipe.jsonl", "w/pipe"] {
            let found = folder.find(name).sources;
            assert_eq!(found, [Source::JsonLines(folder.path(name))]);
            assert!(!found[0].can_be_read_again());
        }
    }

    #[test]
    fn names_that_are_no_utf8_are_found() {
        let folder = Folder::with(&["w/a.txt"]);
        let odd = folder.path("w").join(OsStr::from_bytes(b"caf\xe9.txt"));
        std::fs::write(&odd, "Rain fell.").unwrap();
        let expected = [folder.text("w/a.txt"), Source::Text(odd.clone())];
        for name in ["w", "w/*.txt", "**/*.txt"] {
            assert_eq!(folder.find(name).sources, expected, "{name}");
        }
        let alone = sources(&[odd.into_os_string()]).unwrap();
        assert_eq!(alone.sources, expected[1..]);
    }

    #[test]
    fn what_cannot_be_looked_into_is_a_broken_source_and_the_rest_is_found() {
        let folder = Folder::with(&["w/a.txt", "w/z.txt", "w/x.tar.gz"]);
        // A folder too deep for any path: nobody may look into it, not even root.
        let deep = "mkdir -p w/m && cd w/m && for n in $(seq 30); do \
                    d=$(printf 'd%.0s' $(seq 200)); mkdir $d && cd $d; done";
        let made = Command::new("bash")
            .args(["-c", deep])
            .current_dir(folder.0.path())
            .status();
        assert!(made.unwrap().success());
        for name in ["w", "w/**/*"] {
            let sources = folder.find(name).sources;
            let broken = sources.iter().filter_map(|source| match source {
                Source::Broken(_, error) => Some(error.to_string()),
                _ => None,
            });
            let broken: Vec<String> = broken.collect();
            assert!(
                broken
                    .iter()
                    .any(|one| one.contains("cannot be read: File name too long")),
                "{name}: {broken:?}"
            );
            for text in ["w/a.txt", "w/z.txt"] {
                assert!(sources.contains(&folder.text(text)), "{name}");
            }
        }
        // A packed file of another kind among others is one failure; named itself it is refused.
        let packed = folder.find("w/*.gz").sources;
        assert!(
            matches!(&packed[..], [Source::Broken(_, error)] if error.to_string().contains("is packed"))
        );
        let named = sources(&[folder.argument("w/x.tar.gz")]);
        assert!(matches!(named, Err(SourceError::Packed { .. })));
        // So is a link that leads nowhere.
        symlink("gone", folder.path("w/link.jsonl")).unwrap();
        let links = folder.find("w/*.jsonl").sources;
        assert!(matches!(&links[..], [Source::Broken(..)]));
        assert!(sources(&[folder.argument("w/link.jsonl")]).is_err());
    }
}
