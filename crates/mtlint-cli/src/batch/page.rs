//! `mtlint batch --page`: the worst documents of a batch on a page.
//!
//! In: the quality of each document as it is linted; at the end, the documents once more.
//! Out: one file of HTML. Only so many qualities are kept as the page has documents; what
//! stands on it is linted a second time, since a batch keeps no texts.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;

use anyhow::bail;
use clap::Args;

use mtlint::report::{Report, html, json};
use mtlint::{Linter, Options};
use mtlint_batch::{Completion, Job, Record, ReportLine, SiblingFinder, Source, Summary};

use crate::output::Streams;
use crate::output_file::OutputFile;

/// Flags about the page.
#[derive(Debug, Args)]
pub struct PageFlags {
    /// Write the worst documents to this file too, as a page to read: each article with its suspect
    /// phrases, the evidence and its siblings. Those documents are read and judged a second time
    #[arg(long, value_name = "FILE")]
    page: Option<String>,

    /// How many documents the page shows at most
    #[arg(long, value_name = "N", default_value_t = 20, requires = "page")]
    page_top: usize,
}

impl PageFlags {
    /// The file that the page goes to.
    pub fn path(&self) -> Option<&str> {
        self.page.as_deref()
    }
}

/// The page of a batch that is being made.
pub struct Page {
    destination: OutputFile,
    top: usize,
    /// Qualities with the places of their documents in the batch; the worst of those so
    /// far are among them.
    worst: Vec<(f32, usize)>,
    seen: usize,
}

impl Page {
    /// The page that the flags ask for, if they do.
    pub fn begin(arguments: &PageFlags, sources: &[Source]) -> anyhow::Result<Option<Self>> {
        let Some(path) = &arguments.page else {
            return Ok(None);
        };
        let only_once = |source: &&Source| !source.can_be_read_again();
        if let Some(once) = sources.iter().find(only_once) {
            let name = match once {
                Source::StandardInput => "standard input".to_owned(),
                pipe => format!("the pipe {}", pipe.name()),
            };
            bail!(
                "--page reads its documents a second time, which {name} cannot: name files, or \
                 leave out --page"
            );
        }
        if path == "-" {
            bail!("--page writes a file: name one");
        }
        Ok(Some(Self {
            destination: OutputFile::create(path)?,
            top: arguments.page_top,
            worst: Vec::new(),
            seen: 0,
        }))
    }

    /// Counts a document, judged or not.
    pub fn count(&mut self, summary: &Summary) {
        if let Some(quality) = summary.quality {
            self.worst.push((quality, self.seen));
            if self.worst.len() > 2 * self.top + 100 {
                self.keep_the_worst();
            }
        }
        self.seen += 1;
    }

    fn keep_the_worst(&mut self) {
        let order = |a: &(f32, usize), b: &(f32, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        self.worst.sort_by(order);
        self.worst.truncate(self.top);
    }

    /// Lints the worst documents once more, out of `records`, which are those of the
    /// batch from its beginning, and writes the page.
    pub fn write(
        mut self,
        records: impl Iterator<Item = Record>,
        (linter, options): (&Linter, &Options),
        siblings: Option<&mut SiblingFinder>,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<()> {
        self.keep_the_worst();
        let wanted: HashSet<usize> = self.worst.iter().map(|(_, place)| *place).collect();
        let last = wanted.iter().max().map_or(0, |last| last + 1);
        let records = records.take(last).enumerate();
        let records = records.filter(|(place, _)| wanted.contains(place));
        let several = wanted.len() > 1;
        let mut sections = Vec::new();
        let mut draw = |report: &Report| {
            let number = sections.len() + 1;
            sections.push(html::section(report, number, several));
        };
        let job = Job {
            linter,
            options,
            json: json::Options::default(),
            run: None,
            siblings,
            // The batch is done; this is short.
            stop: &AtomicBool::new(false),
            on_report: Some(&mut draw),
        };
        let each = |_: ReportLine| Ok::<_, anyhow::Error>(());
        let ended = job.lint_all(records.map(|(_, record)| record), each)?;
        debug_assert_eq!(ended, Completion::Complete);
        let sections: Result<Vec<_>, _> = sections.into_iter().collect();
        let page = html::page(sections?)?;
        self.destination.write(&page, streams.stdout)?;
        self.destination.finish(streams.stdout)?;
        Ok(())
    }
}
