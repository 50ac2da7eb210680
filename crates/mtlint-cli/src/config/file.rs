//! What may stand in `mtlint.toml`.
//!
//! The types are the one list of keys: the parser, the JSON schema and the complaint about
//! an unknown key are made of them. The documentation of a key is its description in the
//! schema.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use mtlint::finding::{Category, Severity, SuggestionSource};
use mtlint::lm::Precision;
use mtlint::report::rules::RULES;

use super::field::{
    AcceptedText, Bytes, Choice, Field, LanguageCode, Probability, Quality, Reason,
};
use super::patterns::{DocumentPattern, SiblingPattern};
use mtlint::Sensitivity;

/// How mtlint judges the articles beside this file and in the folders below it. Flags on the
/// command line win over what stands here.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(title = "mtlint.toml")]
pub struct Config {
    /// The language model: a name from 'mtlint models list', or a GGUF file, by a path with a
    /// '/' in it that starts at this file's folder.
    #[schemars(with = "String", extend("default" = "smollm2-135m"))]
    pub model: Field<String>,

    /// The numbers the model computes with.
    #[schemars(extend("default" = "int8"))]
    pub precision: Field<Choice<Precision>>,

    /// How much to flag. Not together with 'threshold'.
    #[schemars(extend("default" = "precise"))]
    pub sensitivity: Field<Choice<Sensitivity>>,

    /// Flag words that are garbled with at least this probability. Not together with
    /// 'sensitivity'.
    #[schemars(with = "f32", range(min = 0, max = 1))]
    pub threshold: Field<Probability>,

    /// Sources whose corrections are not wanted.
    #[schemars(extend("default" = Vec::<String>::new()))]
    pub no_suggest: Field<Vec<Choice<SuggestionSource>>>,

    /// Take articles to be in this language (ISO 639-3) instead of guessing.
    #[schemars(with = "String", regex(pattern = "^[a-z]{3}$"))]
    pub language: Field<LanguageCode>,

    /// Refuse articles larger than this: a number of bytes, or text such as "16MiB".
    #[schemars(extend("default" = "8MiB"))]
    pub max_bytes: Field<Bytes>,

    /// When to end with status 1 although the job was done.
    pub gates: Gates,

    /// What is made of each category of findings.
    #[schemars(schema_with = "categories")]
    pub category: BTreeMap<Category, CategoryTable>,

    /// Which files are siblings (cleaner articles on the same story) of which articles.
    pub sibling: Vec<SiblingRule>,

    /// Words and names that are no errors. A finding is left out, and counted, if each of its
    /// suspect words lies in one of them.
    pub accept: Vec<Accept>,
}

/// When to end with status 1 although the job was done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Gates {
    /// If a finding is at least this severe.
    pub fail_on: Field<Choice<Severity>>,

    /// If an article's quality, 0 to 100, is lower.
    #[schemars(with = "f32", range(min = 0, max = 100))]
    pub fail_under: Field<Quality>,
}

/// What is made of a category.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CategoryTable {
    /// Whether its findings are wanted.
    #[schemars(extend("default" = true))]
    pub enabled: Field<bool>,

    /// How severe each of its findings is, whatever was judged.
    pub severity: Field<Choice<Severity>>,
}

/// Which files are siblings of which articles.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SiblingRule {
    /// The articles: a pattern for their paths from this file's folder. '*' is any part of a
    /// name, '**' any number of folders.
    #[serde(rename = "for")]
    #[schemars(with = "String", length(min = 1))]
    pub documents: toml::Spanned<DocumentPattern>,

    /// Their siblings: a path or pattern from this file's folder, in which {name} is the
    /// article's file name, {stem} the same without the last extension, {base} what stands
    /// before its first full stop, and {folder} its folder.
    #[schemars(with = "String", length(min = 1))]
    pub sibling: toml::Spanned<SiblingPattern>,
}

/// A word or name that is no error.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Accept {
    /// One word, or several in a row.
    #[schemars(with = "String", length(min = 1))]
    pub text: toml::Spanned<AcceptedText>,

    /// Why it is right.
    #[schemars(with = "String", length(min = 1))]
    pub reason: toml::Spanned<Reason>,

    /// The only category for which it is accepted; all if there is none.
    #[serde(default)]
    #[schemars(schema_with = "category")]
    pub category: Field<Category>,

    /// Whether capitals and small letters are told apart.
    #[serde(default)]
    #[schemars(extend("default" = true))]
    pub case_sensitive: Field<bool>,
}

/// The names that reports use.
fn category(_: &mut SchemaGenerator) -> Schema {
    let names = RULES.map(|rule| rule.category);
    json_schema!({ "type": "string", "enum": names })
}

/// A table for each category.
fn categories(generator: &mut SchemaGenerator) -> Schema {
    let mut tables = serde_json::Map::new();
    for rule in &RULES {
        let mut table = CategoryTable::json_schema(generator);
        let description = format!("{} \"{}\"", rule.short, rule.bad);
        table.insert("description".to_owned(), description.into());
        tables.insert(rule.category.to_string(), table.into());
    }
    json_schema!({ "type": "object", "properties": tables, "additionalProperties": false })
}

/// The JSON schema of the file, as one tree.
pub fn schema() -> Schema {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Config>()
}
