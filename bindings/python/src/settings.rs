//! How a linter lints, from the arguments of Python's.
//!
//! In: names and numbers. Out: the library's options; values are checked as the same flags are
//! on the command line.

use mtlint::document::{Document, DocumentError, Markup};
use mtlint::finding::Category;
use mtlint::language::known_code;
use mtlint::policy::Acceptance;
use mtlint::{Options, Sensitivity};
use pyo3::prelude::*;
use serde::de::DeserializeOwned;

use crate::error::NativeError;

/// How texts are linted, as Python says it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Arguments {
    sensitivity: String,
    threshold: Option<f32>,
    language: Option<String>,
    no_suggest: Vec<String>,
    /// Texts, the category that each is accepted for, and whether capitals count.
    accept: Vec<(String, Option<String>, bool)>,
    markup: String,
    words: bool,
    max_bytes: u64,
}

/// How texts are linted.
#[derive(Clone)]
pub struct Settings {
    pub options: Options,
    /// Whether reports list every word.
    pub words: bool,
    markup: Option<Markup>,
    max_bytes: u64,
}

impl Settings {
    /// Checks the arguments.
    ///
    /// # Errors
    /// When one has a value that it cannot have.
    pub fn new(arguments: Arguments) -> Result<Self, NativeError> {
        let language = arguments.language.map(|code| {
            let problem = || {
                let expected = "a three-letter code of ISO 639-3 is expected, such as 'eng'";
                wrong("language", format!("{expected}, got {code:?}"))
            };
            let known = known_code(&code).ok_or_else(problem)?;
            Ok::<_, NativeError>(known.to_owned())
        });
        let sources = arguments.no_suggest.iter();
        let mut options = Options {
            sensitivity: sensitivity(&arguments.sensitivity)?,
            threshold: arguments.threshold,
            language: language.transpose()?,
            no_suggestions_of: sources
                .map(|name| named("no_suggest", name))
                .collect::<Result<_, _>>()?,
            ..Options::default()
        };
        if let Some(threshold) = options.threshold
            && !(0.0..=1.0).contains(&threshold)
        {
            let problem = format!("a number from 0 to 1 is expected, got {threshold}");
            return Err(wrong("threshold", problem));
        }
        for (text, category, case_sensitive) in arguments.accept {
            let category = category.map(|name| named::<Category>("accept", &name));
            let accepted = Acceptance {
                category: category.transpose()?,
                any_case: !case_sensitive,
                text,
            };
            let added = options.policy.accept(&accepted);
            added.map_err(|error| wrong("accept", format!("{:?}: {error}", accepted.text)))?;
        }
        Ok(Self {
            options,
            words: arguments.words,
            markup: markup(&arguments.markup)?,
            max_bytes: arguments.max_bytes,
        })
    }

    /// The document with this name and text.
    ///
    /// # Errors
    /// When the text is too large, or is no text.
    pub fn document(&self, name: String, text: &str) -> Result<Document, DocumentError> {
        let document = Document::from_reader(name, text.as_bytes(), self.max_bytes)?;
        Ok(document.marked_up(self.markup))
    }
}

fn wrong(name: &'static str, problem: String) -> NativeError {
    NativeError::Argument { name, problem }
}

fn sensitivity(name: &str) -> Result<Sensitivity, NativeError> {
    Sensitivity::named(name).ok_or_else(|| {
        let names = Sensitivity::ALL.map(Sensitivity::name).join("', '");
        wrong(
            "sensitivity",
            format!("one of '{names}' is expected, got {name:?}"),
        )
    })
}

fn markup(name: &str) -> Result<Option<Markup>, NativeError> {
    match name {
        "plain" => Ok(None),
        "markdown" => Ok(Some(Markup::Markdown)),
        "html" => Ok(Some(Markup::Html)),
        _ => {
            let expected = "one of 'plain', 'markdown', 'html' is expected";
            Err(wrong("markup", format!("{expected}, got {name:?}")))
        }
    }
}

/// A value by the name that it has in reports.
fn named<T: DeserializeOwned>(argument: &'static str, name: &str) -> Result<T, NativeError> {
    let value = serde_json::from_value(name.into());
    value.map_err(|error| wrong(argument, error.to_string()))
}
