//! What a configuration may say, and what is said about one that is wrong.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::CommandFactory;
use serde_json::{Value, json};

use mtlint_fuzz::mutation::Mutations;

use super::file::schema;
use super::read::ConfigFile;

/// The example of the guide.
fn example() -> &'static str {
    let page = include_str!("../../../../docs/src/configuration.md");
    let (_, rest) = page.split_once("```toml\n# mtlint.toml\n").unwrap();
    rest.split_once("```").unwrap().0
}

fn parse(text: &str) -> Result<ConfigFile, String> {
    let parsed = ConfigFile::parse("c.toml".to_owned(), PathBuf::new(), text.to_owned());
    parsed.map_err(|error| error.to_string())
}

/// Every key of a schema, with the tables it is in.
fn keys(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        for inner in [inner, &inner["items"]] {
            keys(inner, &path, found);
        }
        found.insert(path);
    }
}

#[test]
fn the_schema_accepts_the_example_and_the_example_has_every_key() {
    let schema = schema().to_value();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let table: toml::Table = toml::from_str(example()).unwrap();
    let example_value = serde_json::to_value(table).unwrap();
    let errors = validator.iter_errors(&example_value);
    let errors: Vec<String> = errors.map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    parse(example()).unwrap();
    let mut all = BTreeSet::new();
    keys(&schema, "", &mut all);
    assert!(
        all.contains(".gates.fail-on") && all.contains(".accept.reason"),
        "{all:?}"
    );
    for key in &all {
        let name = key.rsplit('.').next().unwrap();
        assert!(
            example().contains(name),
            "{key} is not in the guide's example"
        );
    }
    for wrong in [
        json!({ "sensitivty": "precise" }),
        json!({ "threshold": 2 }),
        json!({ "accept": [{ "text": "Litiger" }] }),
        json!({ "category": { "nmae": {} } }),
        json!({ "max-bytes": "8 parsecs" }),
        json!({ "gates": { "fail-on": null } }),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

/// The parser and the schema are made of the same types; this holds them to it.
#[test]
fn the_parser_knows_the_keys_of_the_schema_and_no_others() {
    let values = [
        ("model", "\"m\""),
        ("precision", "\"f32\""),
        ("sensitivity", "\"thorough\""),
        ("threshold", "0.5"),
        ("no-suggest", "[\"model\", \"rule\"]"),
        ("language", "\"eng\""),
        ("max-bytes", "1"),
        ("gates", "{ fail-on = \"minor\", fail-under = 100 }"),
        (
            "category",
            "{ word_order = { enabled = false, severity = \"minor\" } }",
        ),
        ("sibling", "[{ for = \"*\", sibling = \"{name}.s\" }]"),
        (
            "accept",
            "[{ text = \"a\", reason = \"b\", category = \"name\", case-sensitive = false }]",
        ),
    ];
    let schema = schema().to_value();
    let known: BTreeSet<&str> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let tried: BTreeSet<&str> = values.iter().map(|(key, _)| *key).collect();
    assert_eq!(known, tried);
    for (key, value) in values {
        parse(&format!("{key} = {value}")).unwrap();
        assert!(parse(&format!("{key} = 1979-05-27")).is_err(), "{key}");
        let unknown = parse(&format!("{key}x = {value}")).unwrap_err();
        let expected = format!("c.toml:1:1: unknown key `{key}x`; did you mean `{key}`?");
        assert_eq!(unknown, expected);
    }
}

#[test]
fn each_flag_that_a_file_can_stand_for_exists() {
    let command = crate::Cli::command();
    for name in ["score", "highlight", "batch"] {
        let command = command.find_subcommand(name).unwrap();
        let ids: Vec<&str> = command
            .get_arguments()
            .map(|one| one.get_id().as_str())
            .collect();
        for id in [
            "model",
            "precision",
            "sensitivity",
            "threshold",
            "language",
            "max_bytes",
        ] {
            assert!(ids.contains(&id), "{name} {id}");
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_was_expected() {
    for (text, expected) in [
        (
            "\n\n  sensitivty = 3",
            "c.toml:3:3: unknown key `sensitivty`; did you mean `sensitivity`?",
        ),
        (
            "[gates]\nmodel = 'x'",
            "c.toml:2:1: unknown key `model`; the keys of gates are `fail-on`, `fail-under`",
        ),
        (
            "[gates]\nfail_on = 'x'",
            "c.toml:2:1: unknown key `fail_on`; did you mean `fail-on`?",
        ),
        (
            "[category.nmae]\nenabled = true",
            "c.toml:1:11: unknown key `nmae`; did you mean `name`?",
        ),
        (
            "[[accept]]\ntext = 'a'\nreason = 'b'\ncase-sensitiv = true",
            "c.toml:4:1: unknown key `case-sensitiv`; did you mean `case-sensitive`?",
        ),
        (
            "model = 3",
            "c.toml:1:9: `model`: invalid type: integer `3`, expected a string",
        ),
        (
            "[gates]\nfail-under = 'low'",
            "c.toml:2:14: `gates.fail-under`: invalid type: string \"low\", expected a number",
        ),
        (
            "threshold = 1.5",
            "c.toml:1:13: `threshold`: a number from 0 to 1 is expected, got 1.5",
        ),
        (
            "threshold = nan",
            "c.toml:1:13: `threshold`: a number from 0 to 1 is expected, got NaN",
        ),
        (
            "sensitivity = 'precis'",
            "c.toml:1:15: `sensitivity`: unknown variant `precis`, expected one of `precise`, `balanced`, `thorough`",
        ),
        (
            "language = 'en'",
            "c.toml:1:12: `language`: a three-letter code of ISO 639-3 is expected, such as eng for English, got \"en\"",
        ),
        (
            "max-bytes = 0",
            "c.toml:1:13: `max-bytes`: invalid value: integer `0`, expected a number of bytes, such as 500000, \"500kB\" or \"16MiB\"",
        ),
        (
            "max-bytes = -1",
            "c.toml:1:13: `max-bytes`: invalid value: integer `-1`, expected a number of bytes, such as 500000, \"500kB\" or \"16MiB\"",
        ),
        (
            "max-bytes = '8 parsecs'",
            "c.toml:1:13: `max-bytes`: the units are B, kB, MB, GB, KiB, MiB and GiB, got \"8 parsecs\"",
        ),
        (
            "max-bytes = true",
            "c.toml:1:13: `max-bytes`: invalid type: boolean `true`, expected a number of bytes, such as 500000, \"500kB\" or \"16MiB\"",
        ),
        (
            "[[accept]]\ntext = 'a'\nreason = ' '",
            "c.toml:3:10: `accept.reason`: a reason is expected, got none",
        ),
        (
            "[[accept]]\ntext = ''\nreason = 'a'",
            "c.toml:2:8: `accept.text`: a word is expected, got none",
        ),
        (
            "[[accept]]\ntext = 'a'",
            "c.toml:1:1: `accept`: missing field `reason`",
        ),
        (
            "[[sibling]]\nfor = '*'\nsibling = '../{name}'",
            "c.toml:3:11: `sibling.sibling`: a path below the folder of the configuration is expected, without '..', got \"../{name}\"",
        ),
        (
            "sensitivity = 'precise'\nthreshold = 0.4",
            "c.toml:2:13: `threshold`: `sensitivity` stands there too; either says how much to flag",
        ),
    ] {
        assert_eq!(parse(text).unwrap_err(), expected, "{text}");
    }
    for broken in [
        "model =",
        "model = 'a'\nmodel = 'b'",
        "[gates",
        "\u{0}",
        "é = '\u{7}'",
    ] {
        let error = parse(broken).unwrap_err();
        assert!(error.starts_with("c.toml:"), "{error}");
    }
}

#[test]
fn a_byte_order_mark_is_no_key() {
    let file = parse("\u{feff}model = 'stub'\r\nthreshold = 1\r\n").unwrap();
    assert_eq!(file.config.model.value().map(String::as_str), Some("stub"));
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!("accept = {}", "[".repeat(500_000));
    assert!(parse(&deep).unwrap_err().starts_with("c.toml:1:"));
    let deep = format!("{}model = 1", "a.".repeat(200_000));
    assert!(parse(&deep).is_err());
    let deep = format!("category = {}", "{ name = ".repeat(100_000));
    assert!(parse(&deep).is_err());
}

#[test]
fn a_damaged_configuration_is_refused_in_a_few_words_and_never_ends_the_program() {
    let seeds = vec![
        example().as_bytes().to_vec(),
        b"sensitivity = 'thorough'\n[category.name]\nseverity = \"minor\"\n".to_vec(),
    ];
    let (mut read, mut refused) = (0, 0);
    for input in Mutations::new(seeds, 1, 8192).take(3000) {
        match parse(&String::from_utf8_lossy(&input)) {
            Ok(_) => read += 1,
            Err(problem) => {
                refused += 1;
                assert!(problem.len() < 2000, "{problem}");
                assert!(!problem.contains('\u{1b}'), "{problem:?}");
            }
        }
    }
    assert!(read > 100 && refused > 100, "{read} {refused}");
}
