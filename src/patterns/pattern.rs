//! What a pattern is.
//!
//! In: nothing. Out: [`Pattern`] with the kinds that there are. How each kind is found is
//! said in the file that finds it.

use std::ops::Range;

use crate::rating::{Applicability, Category, Severity};

/// A phrase that is wrong by its form alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// The words and marks of the phrase, as indices into [`Segments::words`](crate::segment::Segments::words); at least one.
    pub words: Range<usize>,
    /// What is wrong.
    pub kind: PatternKind,
    /// The category of the error.
    pub category: Category,
    /// How much the error hurts the reader.
    pub severity: Severity,
    /// The probability that an editor would agree, 0 to 1.
    pub confidence: f32,
    /// What should stand there instead; `None` where that is not known.
    pub replacement: Option<Replacement>,
}

/// What is wrong with the form of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternKind {
    /// A passage left in another language: "The mayor resigned. *Le maire a démissionné.*"
    UntranslatedPassage {
        /// The ISO 639-3 code of the language; `None` where two are about as likely.
        language: Option<String>,
    },
    /// A sentence that the text has had before: "He left. *He left.*"
    RepeatedSentence {
        /// How often the text has the sentence, or one that differs by a word.
        times: usize,
    },
    /// Words that are said again and again: "*olive olive olive*", "*DMC-DMC-DMC*".
    Loop {
        /// What is repeated.
        unit: String,
        /// How often in a row.
        times: usize,
    },
    /// A word that stands twice in a row: "*the the* mayor".
    DoubledWord,
    /// A number in a form that English does not have: "*3,5* million".
    Number(NumberForm),
    /// A date or time that cannot be, or in a form that English does not have:
    /// "*31 June*".
    Date(DateForm),
    /// What a program should have put a text in the place of, or taken out: "*%1$s* people",
    /// "*&nbsp;*".
    Placeholder,
    /// Characters that were read in the wrong encoding: "*ZÃ¼rich*".
    BrokenEncoding,
    /// Words that a missing or superfluous blank glues or tears: "*thatthe* mayor".
    Glued(GluedForm),
    /// A name in the form of another language, or misspelt: "in *Varsovie*".
    ForeignName {
        /// The English name.
        english: String,
        /// The ISO 639-3 code of the language that has the form; `None` where several have
        /// it, and where the name is misspelt.
        language: Option<String>,
        /// Whether it is a slip in the English name and no foreign form: "Joe *Byden*".
        misspelt: bool,
    },
}

/// What is wrong with the form of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberForm {
    /// A decimal comma: "3,5 million".
    DecimalComma,
    /// Groups of digits of unequal length: "2,200,12".
    BrokenGroups,
    /// Full stops between thousands: "1.340.000".
    PointGroups,
    /// Blanks between thousands: "1 340 people".
    BlankGroups,
    /// A number word of another language: "5 milliards".
    ForeignWord,
    /// A blank before a percent sign where the text otherwise has none: "5 %".
    LoosePercent,
    /// A currency sign where the text otherwise does not put it: "5 €".
    LooseCurrency,
}

/// What is wrong with the form of a date or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DateForm {
    /// A day that the month never has: "31 June".
    NoSuchDay,
    /// A day in the form of another language: "the 14 of March", "on 14. March".
    ForeignDay,
    /// A time that no clock shows: "at 25:70".
    NoSuchTime,
    /// An h between hours and minutes: "at 14h30".
    ForeignTime,
}

/// Which blank is missing or superfluous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GluedForm {
    /// Two words are written as one: "thatthe".
    Words,
    /// A mark has no blank behind it: "end.The".
    Mark,
    /// One word is written as two: "hospi tal".
    Torn,
}

impl PatternKind {
    /// The name of the pattern in reports, in snake case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UntranslatedPassage { .. } => "untranslated_passage",
            Self::RepeatedSentence { .. } => "repeated_sentence",
            Self::Loop { .. } => "loop",
            Self::DoubledWord => "doubled_word",
            Self::Number(_) => "number",
            Self::Date(_) => "date",
            Self::Placeholder => "placeholder",
            Self::BrokenEncoding => "broken_encoding",
            Self::Glued(_) => "glued_words",
            Self::ForeignName { .. } => "foreign_name",
        }
    }

    /// The ISO 639-3 code of the language that the phrase was left in.
    pub fn language(&self) -> Option<&str> {
        match self {
            Self::UntranslatedPassage { language } | Self::ForeignName { language, .. } => {
                language.as_deref()
            }
            _ => None,
        }
    }

    /// Whether a sibling that has the very same words shows that they are right: a chant
    /// or a band may be said twice, but no sibling makes a day of 31 June.
    pub fn is_refuted_by_a_copy(&self) -> bool {
        match self {
            Self::UntranslatedPassage { .. }
            | Self::ForeignName { .. }
            | Self::Loop { .. }
            | Self::DoubledWord
            | Self::Glued(_) => true,
            Self::RepeatedSentence { .. }
            | Self::Number(_)
            | Self::Date(_)
            | Self::Placeholder
            | Self::BrokenEncoding => false,
        }
    }
}

/// The text that should stand in the place of a pattern's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The text.
    pub text: String,
    /// How freely it may be put there.
    pub applicability: Applicability,
}

impl Replacement {
    /// A replacement that is shown and never applied.
    pub fn shown(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            applicability: Applicability::DisplayOnly,
        }
    }
}
