//! The formats, and how reports become one output.
//!
//! In: reports, one after another. Out: what can be written at once, and what can be only
//! when all are there. Drawing a report is the library's; here is what comes before,
//! between and after several.

use clap::ValueEnum;

use mtlint::correct::Correction;
use mtlint::report::sarif::Sarif;
use mtlint::report::{Report, compact, github, html, json, text, tsv};

/// How reports are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Jsonl,
    Compact,
    Sarif,
    Github,
    Tsv,
    Html,
}

impl Format {
    /// Whether it has a place for each word's numbers.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}

/// Makes the text of one report: a command's own.
pub type DrawText = fn(&Report, text::Style) -> String;

/// How to draw, whatever the format.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Makes text.
    pub text: DrawText,
    /// How text looks.
    pub style: text::Style,
    /// In JSON, every word.
    pub words: bool,
    /// Whether there is more than one document.
    pub several: bool,
    /// Whether findings are told from those of a baseline.
    pub compared: bool,
}

/// One output on its way.
pub struct Drawing {
    format: Format,
    manner: Manner,
    begun: bool,
    /// Objects of an array that is written at the end.
    objects: Vec<String>,
    sarif: Sarif,
    /// Parts of a page, which has the worst first.
    sections: Vec<html::Section>,
}

impl Drawing {
    /// Nothing drawn so far.
    pub fn new(format: Format, manner: Manner) -> Self {
        let here = std::env::current_dir().ok();
        Self {
            format,
            manner,
            begun: false,
            objects: Vec::new(),
            sarif: Sarif::new(here.as_deref(), manner.compared),
            sections: Vec::new(),
        }
    }

    /// What can be written as soon as this report is there. JSON says too what was
    /// applied, if a `correction` was asked for.
    pub fn document(
        &mut self,
        report: &Report,
        correction: Option<&Correction>,
    ) -> anyhow::Result<String> {
        let begun = std::mem::replace(&mut self.begun, true);
        let options = json::Options {
            words: self.manner.words,
            fix: correction,
        };
        Ok(match self.format {
            Format::Text => (self.manner.text)(report, self.manner.style),
            Format::Jsonl => json::line(report, options)? + "\n",
            Format::Json if self.manner.several => {
                self.objects.push(json::object(report, options)?);
                String::new()
            }
            Format::Json => json::object(report, options)? + "\n",
            Format::Compact => compact::lines(report),
            Format::Github => github::annotations(report),
            Format::Tsv if begun => tsv::row(report),
            Format::Tsv => tsv::HEADER.to_owned() + &tsv::row(report),
            Format::Sarif => {
                self.sarif.add(report);
                String::new()
            }
            Format::Html => {
                let number = self.sections.len() + 1;
                let section = html::section(report, number, self.manner.several)?;
                self.sections.push(section);
                String::new()
            }
        })
    }

    /// What can be written only when all is there.
    pub fn finish(self) -> anyhow::Result<String> {
        Ok(match self.format {
            Format::Json if self.manner.several => json::array(&self.objects) + "\n",
            Format::Sarif => self.sarif.finish()? + "\n",
            Format::Html => html::page(self.sections)?,
            Format::Tsv if !self.begun => tsv::HEADER.to_owned(),
            _ => String::new(),
        })
    }
}
