//! What a request may say, field by field.
//!
//! The types are the one list of fields: the parser, the complaint about an unknown field and
//! the schema in the description of the service are made of them. In: what was sent. Out: the
//! document with its siblings and options; values are checked as the same flags are on the
//! command line.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use mtlint::correct::Permission;
use mtlint::document::{Document, Markup};
use mtlint::finding::Category;
use mtlint::language::known_code;
use mtlint::policy::{Acceptance, Policy};
use mtlint::{Options, Sensitivity};
use mtlint_batch::MAX_ID_BYTES;

use crate::error::RequestError;
use crate::work::Work;

use super::text_or::TextOr;

/// More siblings than this are no siblings but a mistake; each is read like the document.
pub(crate) const MAX_SIBLINGS: usize = 16;

/// The words and names that one request may have accepted: those of a house stand in its
/// configuration.
pub(crate) const MAX_ACCEPTED: usize = 1000;

/// The id of a document that has none: on the command line, that of standard input.
pub(crate) const DEFAULT_ID: &str = "-";

/// A document to lint, and how.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A document to lint")]
pub(crate) struct Fields {
    /// The name that the report has; '-' if there is none.
    #[schemars(length(max = 1024))]
    pub(crate) id: Option<String>,
    /// The text to judge.
    #[schemars(required)]
    pub(crate) text: Option<String>,
    /// How the text and its siblings are marked up; plain if it is not said.
    pub(crate) markup: Option<MarkupName>,
    /// Cleaner articles on the same story.
    #[schemars(length(max = 16))]
    pub(crate) siblings: Option<Vec<TextOr<SiblingField>>>,
    /// How much to flag; what the service was started with if it is not said.
    pub(crate) sensitivity: Option<SensitivityName>,
    /// Flag words that are garbled with at least this probability. Not together with
    /// 'sensitivity'.
    #[schemars(range(min = 0, max = 1))]
    pub(crate) threshold: Option<f32>,
    /// The language that the text is taken to be in (ISO 639-3) instead of guessing.
    #[schemars(regex(pattern = "^[a-z]{3}$"))]
    pub(crate) language: Option<String>,
    /// Whether the report lists every word and mark with its numbers.
    pub(crate) words: Option<bool>,
    /// Words and names that are no errors, besides those that the service accepts anyway.
    #[schemars(length(max = 1000))]
    pub(crate) accept: Option<Vec<TextOr<AcceptField>>>,
    /// For /v1/fix only: whether corrections are applied too that a person should look at.
    pub(crate) r#unsafe: Option<bool>,
}

/// How a text is marked up.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum MarkupName {
    Plain,
    Markdown,
    Html,
}

/// How much to flag, by its name on the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SensitivityName(pub(crate) Sensitivity);

/// A sibling: its text, or its id and text.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiblingField {
    /// The name that the report quotes; the document's with '#sibling-1' and so on behind it if
    /// there is none.
    #[schemars(length(max = 1024))]
    id: Option<String>,
    /// The text.
    text: String,
}

/// A word or name that is no error: its text, or its text and for what it is accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptField {
    /// One word, or several in a row.
    text: String,
    /// The only category for which it is accepted; all if there is none.
    category: Option<Category>,
    /// Whether capitals and small letters are told apart; they are if it is not said.
    case_sensitive: Option<bool>,
}

impl From<String> for SiblingField {
    fn from(text: String) -> Self {
        Self { id: None, text }
    }
}

impl From<String> for AcceptField {
    fn from(text: String) -> Self {
        Self {
            text,
            category: None,
            case_sensitive: None,
        }
    }
}

/// What is to be done with a request.
pub(crate) struct Asked {
    pub(crate) work: Work,
    pub(crate) words: bool,
    pub(crate) permission: Permission,
}

impl Fields {
    /// The fields of a JSON object.
    ///
    /// # Errors
    /// When `bytes` are no JSON, or have another shape.
    pub(crate) fn from_json(bytes: &[u8]) -> Result<Self, RequestError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let byte = error.valid_up_to();
            RequestError::NotUtf8(format!(
                "the body is not UTF-8: its byte {byte} cannot stand there"
            ))
        })?;
        serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => RequestError::Invalid(error.to_string()),
            _ => RequestError::BadJson(error.to_string()),
        })
    }

    /// The document with its siblings, and `defaults` with what the fields say instead.
    ///
    /// # Errors
    /// When a value is not as it should be, or there is no text.
    pub(crate) fn asked(self, defaults: &Options) -> Result<Asked, RequestError> {
        let options = self.options(defaults)?;
        let id = self.id.unwrap_or_else(|| DEFAULT_ID.to_owned());
        check_id(&id, "the id")?;
        let markup = self.markup.and_then(MarkupName::markup);
        let text = self.text.ok_or_else(|| invalid("missing field `text`"))?;
        let siblings = self.siblings.unwrap_or_default();
        if siblings.len() > MAX_SIBLINGS {
            let count = siblings.len();
            return Err(invalid(format!(
                "siblings: at most {MAX_SIBLINGS} are read, got {count}"
            )));
        }
        let siblings = siblings
            .into_iter()
            .zip(1..)
            .map(|(TextOr(sibling), number)| {
                let name = sibling
                    .id
                    .unwrap_or_else(|| format!("{id}#sibling-{number}"));
                check_id(&name, "the id of a sibling")?;
                Ok(Document::from_text(name, sibling.text).marked_up(markup))
            });
        let siblings = siblings.collect::<Result<Vec<Document>, RequestError>>()?;
        Ok(Asked {
            work: Work {
                document: Document::from_text(id, text).marked_up(markup),
                siblings,
                options,
            },
            words: self.words.unwrap_or_default(),
            permission: match self.r#unsafe {
                Some(true) => Permission::SafeAndUnsafe,
                _ => Permission::Safe,
            },
        })
    }

    /// `defaults` with what the fields say instead.
    ///
    /// # Errors
    /// When a value is not as it should be.
    pub(crate) fn options(&self, defaults: &Options) -> Result<Options, RequestError> {
        let mut options = defaults.clone();
        match (self.sensitivity, self.threshold) {
            (Some(_), Some(_)) => {
                return Err(invalid(
                    "sensitivity and threshold say the same thing: give one of them",
                ));
            }
            (Some(SensitivityName(sensitivity)), None) => {
                options.sensitivity = sensitivity;
                options.threshold = None;
            }
            (None, Some(threshold)) => {
                if !(0.0..=1.0).contains(&threshold) {
                    return Err(invalid(format!(
                        "threshold: a number from 0 to 1 is expected, got {threshold}"
                    )));
                }
                options.threshold = Some(threshold);
            }
            (None, None) => {}
        }
        if let Some(language) = &self.language {
            let code = known_code(language).ok_or_else(|| {
                invalid(
                    "language: a three-letter code of ISO 639-3 is expected, such as eng for English",
                )
            })?;
            options.language = Some(code.to_owned());
        }
        if let Some(accept) = &self.accept {
            add_accepted(&mut options.policy, accept)?;
        }
        Ok(options)
    }
}

fn add_accepted(policy: &mut Policy, accept: &[TextOr<AcceptField>]) -> Result<(), RequestError> {
    if accept.len() > MAX_ACCEPTED {
        let count = accept.len();
        return Err(invalid(format!(
            "accept: at most {MAX_ACCEPTED} texts can be accepted, got {count}"
        )));
    }
    for TextOr(accept) in accept {
        let accepted = Acceptance {
            text: accept.text.clone(),
            category: accept.category,
            any_case: accept.case_sensitive == Some(false),
        };
        let added = policy.accept(&accepted);
        added.map_err(|error| invalid(format!("accept: {error}")))?;
    }
    Ok(())
}

fn check_id(id: &str, what: &str) -> Result<(), RequestError> {
    if id.len() <= MAX_ID_BYTES {
        return Ok(());
    }
    Err(RequestError::TooLarge {
        what: what.to_owned(),
        limit: MAX_ID_BYTES as u64,
    })
}

/// The error of a value that is not as it should be.
pub(crate) fn invalid(what: impl Into<String>) -> RequestError {
    RequestError::Invalid(what.into())
}

impl MarkupName {
    /// The markup of that name; `None` is plain text.
    pub(crate) fn markup(self) -> Option<Markup> {
        match self {
            Self::Plain => None,
            Self::Markdown => Some(Markup::Markdown),
            Self::Html => Some(Markup::Html),
        }
    }
}

impl<'de> Deserialize<'de> for SensitivityName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = Sensitivity::named(&name);
        found.map(Self).ok_or_else(|| {
            let names = Sensitivity::ALL.map(Sensitivity::name).join("`, `");
            D::Error::custom(format!("unknown sensitivity, expected one of `{names}`"))
        })
    }
}

impl JsonSchema for SensitivityName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Sensitivity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Sensitivity::ALL.map(Sensitivity::name) })
    }
}
