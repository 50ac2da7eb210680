//! The values of a configuration file, each with where it stands.
//!
//! In: what the parser of TOML hands over. Out: values that were checked as the same flags
//! are on the command line. What is wrong is told with expected and got; the parser adds
//! the place.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use clap::ValueEnum;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use mtlint::policy::{Acceptance, Policy};

use crate::values::{bytes, language, within};

/// A value that a file may give.
#[derive(Debug, Clone)]
pub struct Field<T>(Option<Spanned<T>>);

impl<T> Field<T> {
    /// The value, if the file gives it.
    pub fn value(&self) -> Option<&T> {
        self.0.as_ref().map(Spanned::get_ref)
    }

    /// Where it stands in the file, in bytes.
    pub fn span(&self) -> Option<Range<usize>> {
        self.0.as_ref().map(Spanned::span)
    }
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

/// That of the value: TOML has no way to give none.
impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// One of the values that a flag takes too, by the same names.
#[derive(Debug, Clone, Copy)]
pub struct Choice<T>(pub T);

impl<T: ValueEnum> Choice<T> {
    fn names() -> Vec<String> {
        let values = T::value_variants().iter();
        let values = values.filter_map(ValueEnum::to_possible_value);
        values.map(|value| value.get_name().to_owned()).collect()
    }
}

impl<'de, T: ValueEnum> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        T::from_str(&name, false).map(Self).map_err(|_| {
            let names = Self::names();
            let expected = match names.as_slice() {
                [one, other] => format!("`{one}` or `{other}`"),
                names => format!("one of `{}`", names.join("`, `")),
            };
            D::Error::custom(format!("unknown variant `{name}`, expected {expected}"))
        })
    }
}

impl<T: ValueEnum> JsonSchema for Choice<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Choice".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::names() })
    }
}

/// A probability, 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Probability(pub f32);

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = deserializer.deserialize_any(Number)?;
        within(number, 0.0, 1.0).map(Self).map_err(D::Error::custom)
    }
}

/// A quality, 0 to 100.
#[derive(Debug, Clone, Copy)]
pub struct Quality(pub f32);

impl<'de> Deserialize<'de> for Quality {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = deserializer.deserialize_any(Number)?;
        within(number, 0.0, 100.0)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// Takes a number, whole or not.
struct Number;

impl Visitor<'_> for Number {
    type Value = f32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f32, E> {
        Ok(number as f32)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<f32, E> {
        Ok(number as f32)
    }
}

/// A code of ISO 639-3.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct LanguageCode(pub String);

impl TryFrom<String> for LanguageCode {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        let known = language(&code).map(Self);
        known.map_err(|expected| format!("{expected}, got {code:?}"))
    }
}

/// A number of bytes, or text as for `--max-bytes`.
#[derive(Debug, Clone, Copy)]
pub struct Bytes(pub u64);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrText).map(Self)
    }
}

/// Takes a number of bytes.
struct NumberOrText;

impl Visitor<'_> for NumberOrText {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of bytes, such as 500000, \"500kB\" or \"16MiB\"")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
        let bytes = u64::try_from(number).ok().filter(|&bytes| bytes > 0);
        bytes.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
        bytes(text).map_err(|expected| E::custom(format!("{expected}, got {text:?}")))
    }
}

impl JsonSchema for Bytes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "pattern": "^[0-9]+ *([kKmMgG]?[bB]|[kKmMgG]([iI][bB])?)?$" },
            ],
        })
    }
}

/// A word or name that can be accepted.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct AcceptedText(pub String);

impl TryFrom<String> for AcceptedText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let accepted = Acceptance {
            text,
            category: None,
            any_case: false,
        };
        let tried = Policy::default().accept(&accepted);
        tried.map_err(|error| error.to_string())?;
        Ok(Self(accepted.text))
    }
}

/// Why a word or name is accepted.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Reason(pub String);

impl TryFrom<String> for Reason {
    type Error = String;

    fn try_from(reason: String) -> Result<Self, String> {
        if reason.trim().is_empty() {
            return Err("a reason is expected, got none".to_owned());
        }
        Ok(Self(reason))
    }
}
