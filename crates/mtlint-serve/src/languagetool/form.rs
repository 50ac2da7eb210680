//! The form of a check.
//!
//! In: the fields that LanguageTool knows, in a form or in the address. Out: the text and what
//! is wanted of it. Fields that have no meaning here, such as the mother tongue, are passed
//! over, as LanguageTool's own server passes over unknown ones.

use std::collections::BTreeSet;

use mtlint::finding::Category;
use mtlint::{Options, Sensitivity};

use crate::error::RequestError;
use crate::request::fields::invalid;
use crate::token::Token;

use super::annotated::AnnotatedText;
use super::language::{self, Known};

/// What a check is asked for.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) text: AnnotatedText,
    /// The language that the text is said to be in; none if it is to be guessed.
    pub(super) language: Option<Known>,
    enabled: BTreeSet<String>,
    disabled: BTreeSet<String>,
    enabled_only: bool,
    picky: bool,
}

impl Form {
    /// The form in the body, with the fields of the query before it.
    ///
    /// # Errors
    /// When there is no text or no language, or a field is not as it should be.
    pub(super) fn parse(query: &str, body: &[u8]) -> Result<Self, RequestError> {
        let (mut text, mut language) = (None, None);
        let (mut enabled, mut disabled) = (BTreeSet::new(), BTreeSet::new());
        let (mut enabled_only, mut picky) = (false, false);
        let pairs = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(body));
        for (name, value) in pairs {
            match name.as_ref() {
                "text" => text = Some(AnnotatedText::plain(value.into_owned())),
                "data" => {
                    let data = serde_json::from_str(&value);
                    let data =
                        data.map_err(|error| invalid(format!("'data' is wrong: {error}")))?;
                    text = AnnotatedText::of(data).or(text);
                }
                "language" => language = Some(value.into_owned()),
                "enabledRules" | "enabledCategories" => enabled.extend(names(&value)),
                "disabledRules" | "disabledCategories" => disabled.extend(names(&value)),
                "enabledOnly" => enabled_only = matches!(value.as_ref(), "true" | "yes"),
                "level" => picky = value == "picky",
                _ => {}
            }
        }
        let text = text.ok_or_else(|| invalid("Missing 'text' or 'data' parameter"))?;
        let code = language.ok_or_else(|| {
            invalid("Missing 'language' parameter, e.g. 'language=en-US' or 'language=auto'")
        })?;
        let language = match code.as_str() {
            "auto" => None,
            code => Some(language::find(code).ok_or_else(|| {
                invalid(
                    "this language is not known here: use 'en', 'en-US' and the like, or 'auto'",
                )
            })?),
        };
        if enabled_only && enabled.is_empty() {
            return Err(invalid(
                "'enabledOnly' needs 'enabledRules' or 'enabledCategories'",
            ));
        }
        Ok(Self {
            text,
            language,
            enabled,
            disabled,
            enabled_only,
            picky,
        })
    }

    /// `defaults` with what the form says instead.
    pub(super) fn options(&self, defaults: &Options) -> Options {
        let mut options = defaults.clone();
        if self.language.is_some() {
            options.language = Some("eng".to_owned());
        }
        if self.picky {
            options.sensitivity = Sensitivity::Balanced;
            options.threshold = None;
        }
        options
    }

    /// Whether findings of a category are wanted.
    pub(super) fn wants(&self, category: Category) -> bool {
        let name = category.to_string();
        let only = !self.enabled_only || self.enabled.contains(&name);
        only && !self.disabled.contains(&name)
    }
}

/// Whether the form in a body has this token as its `apiKey`. An address is no place for one: it is
/// written down on the way.
pub(super) fn shows(body: &[u8], token: &Token) -> bool {
    let mut pairs = form_urlencoded::parse(body);
    let key = pairs.find(|(name, _)| name == "apiKey");
    key.is_some_and(|(_, key)| token.is(key.as_bytes()))
}

/// The names in a list with commas, in small letters: LanguageTool's own are in capitals.
fn names(list: &str) -> impl Iterator<Item = String> {
    let names = list.split(',').map(|name| name.trim().to_ascii_lowercase());
    names.filter(|name| !name.is_empty())
}
