//! What a client may set.
//!
//! In: the JSON of `initializationOptions` or of `workspace/didChangeConfiguration`. Out:
//! [`ClientSettings`], or what is wrong with them. Unknown keys are passed over, since clients
//! send those of other programs too.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use mtlint::Sensitivity;

/// The name of the table that holds mtlint's settings, where a client sends those of several
/// programs.
const SECTION: &str = "mtlint";

/// What a client has set; what it has not set is decided by whoever runs the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientSettings {
    /// How much to flag.
    pub sensitivity: Option<Sensitivity>,
    /// The language model: a name, or the path of a file.
    pub model: Option<String>,
    /// Where the siblings of documents are: paths or patterns, as in a rule of `mtlint.toml`,
    /// from the folder of the workspace. They count where no rule stands in the configuration.
    pub siblings: Vec<String>,
}

/// Why the settings of a client cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    /// There is no such sensitivity.
    #[error(
        "mtlint.sensitivity: one of {} is expected, got {got:?}",
        sensitivities()
    )]
    NoSensitivity {
        /// What was sent.
        got: String,
    },
    /// A value is not of its type.
    #[error("the settings of mtlint cannot be read: {0}")]
    Invalid(String),
}

/// The settings as they are sent.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    sensitivity: Option<String>,
    model: Option<String>,
    siblings: OneOrSeveral,
}

/// One path, or several.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

impl ClientSettings {
    /// Reads what a client sent, with or without a table around it. Nothing at all is the
    /// default.
    pub(crate) fn read(sent: &Value) -> Result<Self, SettingsError> {
        let sent = sent.get(SECTION).unwrap_or(sent);
        if sent.is_null() {
            return Ok(Self::default());
        }
        let sent = Sent::deserialize(sent);
        let sent = sent.map_err(|error| SettingsError::Invalid(error.to_string()))?;
        // An empty field of a form is none.
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let sensitivity = given(sent.sensitivity).map(|name| {
            Sensitivity::named(&name).ok_or(SettingsError::NoSensitivity { got: name })
        });
        let siblings = match sent.siblings {
            OneOrSeveral::None => Vec::new(),
            OneOrSeveral::One(one) => vec![one],
            OneOrSeveral::Several(several) => several,
        };
        let siblings: BTreeSet<String> = siblings
            .into_iter()
            .filter_map(|one| given(Some(one)))
            .collect();
        Ok(Self {
            sensitivity: sensitivity.transpose()?,
            model: given(sent.model),
            siblings: siblings.into_iter().collect(),
        })
    }
}

fn sensitivities() -> String {
    Sensitivity::ALL.map(Sensitivity::name).join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_stand_alone_or_in_their_table() {
        let bare = json!({ "sensitivity": "thorough", "model": "m", "siblings": "s.txt", "x": 1 });
        let settings = ClientSettings::read(&bare).unwrap();
        assert_eq!(settings.sensitivity, Some(Sensitivity::Thorough));
        assert_eq!(settings.model.as_deref(), Some("m"));
        assert_eq!(settings.siblings, ["s.txt"]);
        let tables = json!({ "mtlint": bare, "other": { "sensitivity": 7 } });
        assert_eq!(ClientSettings::read(&tables).unwrap(), settings);
        let several = json!({ "siblings": ["b.txt", "", "a.txt", "b.txt"] });
        let several = ClientSettings::read(&several).unwrap();
        assert_eq!(several.siblings, ["a.txt", "b.txt"]);
    }

    #[test]
    fn nothing_and_empty_fields_are_the_default() {
        let empty = json!({ "sensitivity": "", "model": null, "siblings": null });
        for sent in [Value::Null, json!({}), json!({ "mtlint": null }), empty] {
            let settings = ClientSettings::read(&sent).unwrap();
            assert_eq!(settings, ClientSettings::default());
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = ClientSettings::read(&json!({ "sensitivity": "high" })).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "mtlint.sensitivity: one of precise, balanced, thorough is expected, got \"high\""
        );
        for sent in [
            json!(7),
            json!([1]),
            json!({ "model": 7 }),
            json!({ "siblings": { } }),
        ] {
            assert!(ClientSettings::read(&sent).is_err(), "{sent}");
        }
    }
}
