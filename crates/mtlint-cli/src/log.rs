//! Notes and errors as lines: for people, or as JSON for what gathers logs.
//!
//! In: words, and numbers where there are any. Out: a line, safe to show. It
//! writes nothing but where the program has a fault.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use mtlint::report::{json, text};

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
    /// The format that `arguments` ask for, where they are otherwise wrong: a program that
    /// gathers JSON gets the complaint about them as JSON too.
    pub fn asked_for(arguments: &[OsString]) -> Self {
        const FLAG: &str = "--log-format";
        let flags = arguments.iter().take_while(|argument| *argument != "--");
        let flags: Vec<&OsString> = flags.collect();
        let json = |(index, argument): (usize, &&OsString)| {
            let value = match argument.to_str() {
                Some(FLAG) => flags.get(index + 1).and_then(|value| value.to_str()),
                Some(argument) => argument
                    .strip_prefix(FLAG)
                    .and_then(|rest| rest.strip_prefix('=')),
                None => None,
            };
            value == Some("json")
        };
        if flags.iter().enumerate().any(json) {
            Self::Json
        } else {
            Self::Text
        }
    }

    /// Says from now on of a fault of the program where it is, and no more: its own words may
    /// quote the text on which it failed.
    pub fn hide_texts_of_faults(self) {
        std::panic::set_hook(Box::new(move |fault| {
            let place = fault.location().map(ToString::to_string);
            let words = format!("a fault of mtlint, at {}", place.unwrap_or_default());
            // That nobody reads it is no reason to stop.
            let _ = io::stderr().write_all(self.line(Level::Error, &words).as_bytes());
        }));
    }

    /// Formats a complaint about arguments, which has several lines and quotes them.
    pub fn usage(self, complaint: &str) -> String {
        match self {
            Self::Text => text::safe_message(complaint, "") + "\n",
            Self::Json => {
                let words = complaint.trim_end();
                self.line(Level::Error, words.strip_prefix("error: ").unwrap_or(words))
            }
        }
    }

    /// Formats `words` as a line.
    pub fn line(self, level: Level, words: &str) -> String {
        self.line_with(level, words, &())
    }

    /// Formats `words` as a line; the `numbers` in them are fields of their own in JSON.
    pub fn line_with(self, level: Level, words: &str, numbers: &impl Serialize) -> String {
        match self {
            // Later lines are indented: a line break in a hostile name cannot
            // pass for a message of its own.
            Self::Text => format!("{}: {}\n", level.name(), text::safe_message(words, "  ")),
            Self::Json => {
                let mut fields = Map::new();
                let now = OffsetDateTime::now_utc().format(&Rfc3339);
                fields.insert("time".to_owned(), now.unwrap_or_default().into());
                fields.insert("level".to_owned(), level.name().into());
                fields.insert("message".to_owned(), words.into());
                if let Ok(Value::Object(numbers)) = serde_json::to_value(numbers) {
                    fields.extend(numbers);
                }
                json::escaped(Value::Object(fields).to_string()) + "\n"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_is_one_message_in_both_formats() {
        let words = "cannot read a\nerror: b\u{1b}[2J\n::error::c##[error]\u{9b}\u{202e}";
        assert_eq!(
            LogFormat::Text.line(Level::Error, words),
            "error: cannot read a\n  error: b\\u{1b}[2J\n  \\u{3a}:error::c#\\u{23}[error]\\u{9b}\\u{202e}\n"
        );
        #[derive(Serialize)]
        struct Numbers {
            judged: u64,
        }
        let line = LogFormat::Json.line_with(Level::Note, words, &Numbers { judged: 3 });
        assert_eq!(line.matches('\n').count(), 1);
        assert!(!line.contains(['\u{9b}', '\u{202e}']) && !line.contains("##["));
        let fields: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(fields["level"], "note");
        assert_eq!(fields["message"], words);
        assert_eq!(fields["judged"], 3);
        let time = fields["time"].as_str().unwrap();
        assert!(OffsetDateTime::parse(time, &Rfc3339).is_ok(), "{time}");
    }
}
