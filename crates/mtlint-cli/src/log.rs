//! Notes and errors as lines: for people, or as JSON for what gathers logs.
//!
//! In: words, and numbers where there are any. Out: a line, safe to show. It
//! writes nothing.

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use mtlint::report::text;

/// The format of notes and errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// The weight of a line: a note or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Note,
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Error => "error",
        }
    }
}

impl LogFormat {
    /// Formats `words` as a line.
    pub fn line(self, level: Level, words: &str) -> String {
        self.line_with(level, words, &())
    }

    /// Formats `words` as a line; the `numbers` in them are fields of their own in JSON.
    pub fn line_with(self, level: Level, words: &str, numbers: &impl Serialize) -> String {
        match self {
            // Later lines are indented: a line break in a hostile name cannot
            // pass for a message of its own.
            Self::Text => {
                let lines: Vec<String> = words.lines().map(text::safe).collect();
                format!("{}: {}\n", level.name(), lines.join("\n  "))
            }
            Self::Json => {
                let mut fields = Map::new();
                let now = OffsetDateTime::now_utc().format(&Rfc3339);
                fields.insert("time".to_owned(), now.unwrap_or_default().into());
                fields.insert("level".to_owned(), level.name().into());
                fields.insert("message".to_owned(), words.into());
                if let Ok(Value::Object(numbers)) = serde_json::to_value(numbers) {
                    fields.extend(numbers);
                }
                format!("{}\n", Value::Object(fields))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_is_one_message_in_both_formats() {
        let words = "cannot read a\nerror: b\u{1b}[2J";
        assert_eq!(
            LogFormat::Text.line(Level::Error, words),
            "error: cannot read a\n  error: b\\u{1b}[2J\n"
        );
        #[derive(Serialize)]
        struct Numbers {
            judged: u64,
        }
        let line = LogFormat::Json.line_with(Level::Note, words, &Numbers { judged: 3 });
        assert_eq!(line.matches('\n').count(), 1);
        let fields: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(fields["level"], "note");
        assert_eq!(fields["message"], words);
        assert_eq!(fields["judged"], 3);
        let time = fields["time"].as_str().unwrap();
        assert!(OffsetDateTime::parse(time, &Rfc3339).is_ok(), "{time}");
    }
}
