//! How far a batch is: a bar on a terminal, lines elsewhere.
//!
//! In: the reports, and how much was read. Out: counts, the rate and the time
//! left on standard error, unless quiet is wanted.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use mtlint::report::{Status, text};
use mtlint_batch::{BytesRead, Line, ReportLine, Source};

use crate::advice;
use crate::log::{Level, LogFormat};
use crate::output::Streams;

/// The time between notes of progress where it cannot be redrawn in place.
const NOTE_EVERY: Duration = Duration::from_secs(10);

/// The most failed documents that are named at the end; all of them are in the output.
const MAX_NAMED: usize = 3;

/// The time that a batch runs before its rate and the time left are shown.
const SETTLING: Duration = Duration::from_secs(5);

/// Counts, and says how far the batch is.
pub struct Progress {
    bar: ProgressBar,
    /// Notes instead of a bar, where none can be drawn.
    notes: bool,
    log: LogFormat,
    begun: Instant,
    noted: Instant,
    /// Bytes of all inputs, where that is known.
    total: Option<u64>,
    read: BytesRead,
    counts: Counts,
    /// The first documents that failed, and why.
    failures: Vec<String>,
}

/// The number of documents of each kind so far.
#[derive(Debug, Default, Serialize)]
pub struct Counts {
    judged: u64,
    abstained: u64,
    failed: u64,
    /// Documents whose report was in the state.
    known: u64,
    /// Documents that were judged with an article of the pool.
    with_sibling: u64,
    near_copies: u64,
}

/// The counts and how fast they grow, as a log has them.
#[derive(Serialize)]
struct Numbers<'a> {
    done: bool,
    #[serde(flatten)]
    counts: &'a Counts,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_left: Option<u64>,
}

impl Progress {
    /// Begins with nothing counted. The bytes read of the sources are counted in `read`.
    pub fn new(sources: &[Source], read: &BytesRead, streams: &Streams<'_>) -> Self {
        let draw = streams.draws_progress();
        let total = total_bytes(sources);
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        bar.set_draw_target(if draw {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        let template = if total.is_some() {
            "{percent} % {wide_bar} {msg}"
        } else {
            "{spinner} {wide_msg} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            notes: !draw && !streams.quiet,
            log: streams.log,
            begun: Instant::now(),
            noted: Instant::now(),
            total,
            read: read.clone(),
            counts: Counts::default(),
            failures: Vec::new(),
        }
    }

    /// The number of documents so far, judged or not.
    fn documents(&self) -> u64 {
        let counts = &self.counts;
        counts.judged + counts.abstained + counts.failed
    }

    /// The number of documents that could not be read.
    pub fn failed(&self) -> u64 {
        self.counts.failed
    }

    /// Counts a document, and shows the progress if it is time to.
    pub fn count(&mut self, document: &ReportLine, stderr: &mut dyn Write) {
        let counts = &mut self.counts;
        match document.summary.status {
            Status::Scored => counts.judged += 1,
            Status::Abstained => counts.abstained += 1,
            Status::Failed => {
                counts.failed += 1;
                if self.failures.len() < MAX_NAMED {
                    self.failures.push(failure(document));
                }
            }
        }
        counts.known += u64::from(document.from_state);
        counts.with_sibling += u64::from(document.links.sibling.is_some());
        counts.near_copies += u64::from(document.links.copy_of.is_some());
        if !self.bar.is_hidden() {
            // The message first: each of the two draws.
            self.bar.set_message(self.words(false));
            self.bar.set_position(self.read.get());
        }
        if self.notes && self.noted.elapsed() >= NOTE_EVERY {
            self.noted = Instant::now();
            self.note(false, stderr);
        }
    }

    fn numbers(&self, done: bool) -> Numbers<'_> {
        let counts = &self.counts;
        let elapsed = self.begun.elapsed();
        let seconds = elapsed.as_secs_f64();
        let documents = self.documents();
        let settled = elapsed >= SETTLING && documents > 0;
        let read = self.read.get();
        // All of a small input is read before it is judged; nobody knows then.
        let left = self.total.filter(|&total| 0 < read && read < total);
        let left = left.map(|total| seconds * (total - read) as f64 / read as f64);
        Numbers {
            done,
            counts,
            seconds: (seconds * 10.0).round() / 10.0,
            documents_per_second: settled.then(|| rounded(documents as f64 / seconds)),
            seconds_left: left
                .filter(|_| settled && !done)
                .map(|left| left.round() as u64),
        }
    }

    fn words(&self, done: bool) -> String {
        let counts = &self.counts;
        let mut words = format!(
            "{} judged, {} not judged, {} failed",
            counts.judged, counts.abstained, counts.failed
        );
        if counts.known > 0 {
            words += &format!("; {} of them known from the state", counts.known);
        }
        if counts.with_sibling > 0 {
            words += &format!("; {} with a sibling from the pool", counts.with_sibling);
        }
        if counts.near_copies > 0 {
            words += &format!("; near copies: {}", counts.near_copies);
        }
        let numbers = self.numbers(done);
        if let Some(rate) = numbers.documents_per_second {
            words += &format!("; {rate} a second");
        }
        if let Some(left) = numbers.seconds_left {
            words += &format!("; {} left", HumanDuration(Duration::from_secs(left)));
        }
        words
    }

    fn note(&self, done: bool, stderr: &mut dyn Write) {
        let lead = if done { "" } else { "so far: " };
        let words = format!("{lead}{}", self.words(done));
        let line = self.log.line_with(Level::Note, &words, &self.numbers(done));
        // That nobody reads progress is no reason to stop.
        let _ = stderr.write_all(line.as_bytes());
    }

    /// Takes the bar away, and notes the counts and the first documents that failed, or that
    /// there was none in the `whole` input.
    pub fn finish(self, whole: bool, stderr: &mut dyn Write) {
        let drawn = !self.bar.is_hidden();
        self.bar.finish_and_clear();
        if self.notes || drawn {
            self.note(true, stderr);
            let more = self.counts.failed - self.failures.len() as u64;
            let more = (more > 0).then(|| format!("failed: {more} more, named in the output"));
            let none = whole && self.documents() == 0;
            let none = none.then(|| "there was no document to judge".to_owned());
            for words in self.failures.iter().chain(&more).chain(&none) {
                let _ = stderr.write_all(self.log.line(Level::Note, words).as_bytes());
            }
        }
    }
}

/// The id of a document that failed and the reason, as its report says.
fn failure(document: &ReportLine) -> String {
    let line = serde_json::from_str(&document.line);
    let failure = line.ok().and_then(|Line(report)| report.error);
    let why = failure.as_ref().map(advice::failure).unwrap_or_default();
    // Of a file it begins with the path.
    let path = format!("{}: ", document.id);
    let why = why.strip_prefix(&path).unwrap_or(&why);
    format!("failed: {}: {why}", text::safe_name(&document.id))
}

/// Three digits, as a rate is told.
fn rounded(rate: f64) -> f64 {
    let digits = if rate < 10.0 { 10.0 } else { 1.0 };
    (rate * digits).round() / digits
}

/// Bytes of all inputs; none where one is no file, such as standard input.
fn total_bytes(sources: &[Source]) -> Option<u64> {
    let bytes = |source: &Source| match (source, source.path()?.metadata()) {
        (Source::Broken(..), _) => Some(0),
        (_, Ok(metadata)) => metadata.is_file().then_some(metadata.len()),
        // What is not there will not be read.
        (_, Err(_)) => Some(0),
    };
    sources.iter().map(bytes).sum()
}
