//! `mtlint lsp`: the server that editors talk to.
//!
//! In: the arguments. Out: answers on standard output to what an editor writes to standard
//! input, until the editor is gone. What is answered is decided in mtlint-lsp; here are the
//! configurations and models that it asks for.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use mtlint::Linter;
use mtlint::report::{AbstainReason, Failure, Language};
use mtlint_lsp::{
    ClientSettings, Ending, Host, Loading, ModelChoice, Place, Plan, PlanError, serve,
};
use mtlint_models::{Progress, Stage};

use super::advice;
use super::config::{ConfigError, FILE_NAME, Finder, Rules, Settings, Typed, accept};
use super::flags::{ConsoleFlags, JudgingFlags};
use super::inputs::{self, STANDARD_INPUT};
use super::linter;
use super::load::{load_aligner, load_model, start_threads};
use super::log::LogFormat;
use super::output::{Streams, Terminal};
use super::plan::{self, ConfigFlags};
use super::progress::words;
use super::signals::Signals;
use super::verdict::Verdict;

/// Why a word that an editor accepted is right, until somebody says more.
const REASON: &str = "accepted in the editor";

/// Where siblings come from that an editor names.
const SIBLINGS: &str = "mtlint.siblings";

/// Serve an editor over the Language Server Protocol: findings, evidence and corrections as
/// one writes
///
/// Speaks over standard input and output, and ends when the editor does. Plain text, Markdown and
/// HTML are read. The configuration of each document is the nearest mtlint.toml; the editor can
/// set 'sensitivity', 'model' and 'siblings' too. Flags win over the editor's settings, and these
/// over mtlint.toml, whose rules for siblings come before the editor's. The guide's page on editors
/// shows what to write into theirs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint lsp\n  \
    mtlint lsp --offline --sensitivity balanced\n\n\
    Exit status: 0 when the editor has ended; 1 if it said 'exit' before 'shutdown'; 2 when the \
    job could not be done.")]
pub struct LspArgs {
    /// Speak over standard input and output, which is so in any case; some editors say it
    #[arg(long)]
    stdio: bool,

    #[command(flatten)]
    judging: JudgingFlags,

    #[command(flatten)]
    pub(super) console: ConsoleFlags,

    #[command(flatten)]
    config: ConfigFlags,
}

/// Serves an editor until it has ended.
pub fn run(arguments: &LspArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let LspArgs {
        stdio: _,
        judging,
        config,
        ..
    } = arguments;
    start_threads(&Settings::resolve(&Typed::from(judging), None))?;
    streams.log.hide_texts_of_faults();
    let host = EditorHost {
        judging: judging.clone(),
        config: config.clone(),
        log: streams.log,
        quiet: streams.quiet,
    };
    let (input, output) = standard_streams().context("cannot use the standard streams")?;
    let version = env!("CARGO_PKG_VERSION");
    let ending = serve(BufReader::new(input), output, Arc::new(host), version)?;
    Ok(Verdict {
        // As the protocol wants it.
        gate: ending == Ending::Unasked,
        ..Verdict::default()
    })
}

/// The standard streams, for threads of their own: those of the main thread are held by it.
#[cfg(unix)]
fn standard_streams() -> io::Result<(std::fs::File, std::fs::File)> {
    use std::os::fd::AsFd;
    let input = io::stdin().as_fd().try_clone_to_owned()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    Ok((input.into(), output.into()))
}

/// The standard streams, for threads of their own: those of the main thread are held by it.
#[cfg(windows)]
fn standard_streams() -> io::Result<(std::fs::File, std::fs::File)> {
    use std::os::windows::io::AsHandle;
    let input = io::stdin().as_handle().try_clone_to_owned()?;
    let output = io::stdout().as_handle().try_clone_to_owned()?;
    Ok((input.into(), output.into()))
}

/// What the server has to be told, by flags, configurations and the folder of the models.
struct EditorHost {
    judging: JudgingFlags,
    config: ConfigFlags,
    log: LogFormat,
    quiet: bool,
}

impl EditorHost {
    /// What was typed, with what the editor has set where nothing was.
    fn judging(&self, settings: &ClientSettings) -> JudgingFlags {
        let mut judging = self.judging.clone();
        if judging.threshold.is_none() {
            judging.sensitivity = judging.sensitivity.or(settings.sensitivity);
        }
        judging.model = judging.model.or_else(|| settings.model.clone());
        judging
    }

    fn plan(&self, place: &Place, settings: &ClientSettings) -> anyhow::Result<Plan> {
        let judging = self.judging(settings);
        let file = file(place);
        let typed = Typed::from(&judging);
        let plan = plan::Plan::new([file.as_path()], true, typed, &self.config)?;
        let name = inputs::name(&file);
        let found = plan.settings(&name);
        let siblings = if found.rules.rules.is_empty() {
            named_siblings(place, &settings.siblings)?
        } else {
            plan.siblings(&name).to_vec()
        };
        // They are shown from the working directory.
        let siblings = siblings.iter().map(std::path::absolute);
        Ok(Plan {
            model: ModelChoice {
                name: found.model.value.clone(),
                precision: found.precision.value,
            },
            options: found.options(),
            max_bytes: found.max_bytes.value,
            siblings: siblings.collect::<io::Result<Vec<PathBuf>>>()?,
        })
    }

    fn load(&self, model: &ModelChoice, loading: &Loading) -> anyhow::Result<Linter> {
        let judging = JudgingFlags {
            model: Some(model.name.clone()),
            precision: Some(model.precision),
            ..self.judging.clone()
        };
        let settings = Settings::resolve(&Typed::from(&judging), None);
        let mut streams = Streams {
            stdin: &mut io::empty(),
            stdout: &mut io::sink(),
            stderr: &mut io::stderr(),
            log: self.log,
            quiet: self.quiet,
            signals: Signals::default(),
            terminal: Terminal::of_this_process(),
            program: None,
        };
        let aligner = load_aligner(&settings, &streams)?;
        let loaded = load_model(&settings, &EditorProgress(loading))?;
        linter::with_model(&settings, &loaded, aligner, &mut streams)
    }

    /// Adds a word to the configuration that counts for a document, or to a new one in the
    /// folder of the workspace.
    fn accept(&self, place: &Place, text: &str) -> anyhow::Result<PathBuf> {
        let nearest = || -> anyhow::Result<PathBuf> {
            let file = file(place);
            let folder = place.folder.as_deref().or(file.parent());
            let new = || folder.unwrap_or(Path::new(".")).join(FILE_NAME);
            Ok(Finder::default().of(&file)?.unwrap_or_else(new))
        };
        let path = match &self.config.config {
            Some(path) => path.clone(),
            None if self.config.no_config => {
                anyhow::bail!(
                    "mtlint was started with --no-config, so that no word can be accepted"
                )
            }
            None => nearest()?,
        };
        accept(&path, text, REASON)?;
        Ok(path)
    }
}

impl Host for EditorHost {
    fn plan(&self, place: &Place, settings: &ClientSettings) -> Result<Plan, PlanError> {
        let plan = EditorHost::plan(self, place, settings);
        plan.map_err(|error| PlanError {
            message: advice::message(&error),
            configuration: error.downcast_ref().and_then(place_of),
        })
    }

    fn load(&self, model: &ModelChoice, loading: &Loading) -> Result<Linter, String> {
        let loaded = EditorHost::load(self, model, loading);
        loaded.map_err(|error| advice::message(&error))
    }

    fn accept(&self, place: &Place, text: &str) -> Result<PathBuf, String> {
        let accepted = EditorHost::accept(self, place, text);
        accepted.map_err(|error| advice::message(&error))
    }

    fn failure(&self, failure: &Failure) -> String {
        advice::failure(failure)
    }

    fn abstained(&self, reason: AbstainReason, language: Option<&Language>) -> String {
        advice::abstained(reason, language)
    }
}

/// The file of a document; one that was never saved is taken to be in the folder of the
/// workspace, or else in the working directory.
fn file(place: &Place) -> PathBuf {
    let new = || match &place.folder {
        Some(folder) => folder.join(FILE_NAME),
        None => PathBuf::from(STANDARD_INPUT),
    };
    place.path.clone().unwrap_or_else(new)
}

/// The siblings of a document that an editor names, from the folder of the workspace.
fn named_siblings(place: &Place, siblings: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    // A file that is not there yet has none.
    let path = place.path.as_deref().filter(|path| path.exists());
    let Some(path) = path.filter(|_| !siblings.is_empty()) else {
        return Ok(Vec::new());
    };
    let folder = place.folder.as_deref().or(path.parent());
    let rules = Rules::everywhere(SIBLINGS, folder.unwrap_or(path), siblings)?;
    Ok(rules.of(path)?.siblings)
}

/// The file and the line of what is wrong with a configuration.
fn place_of(error: &ConfigError) -> Option<(PathBuf, usize)> {
    let (path, line) = match error {
        ConfigError::UnknownKey { place, .. } | ConfigError::Wrong { place, .. } => {
            (&place.path, place.line)
        }
        ConfigError::Unreadable { path, .. }
        | ConfigError::NotAFile { path }
        | ConfigError::TooLarge { path, .. }
        | ConfigError::NotUtf8 { path, .. } => (path, 1),
    };
    Some((std::path::absolute(path).ok()?, line))
}

/// Progress of getting a model, as the editor shows it.
struct EditorProgress<'a>(&'a Loading);

impl Progress for EditorProgress<'_> {
    fn step(&self, stage: Stage, done: u64, total: Option<u64>) {
        let percentage = total.filter(|total| *total > 0).map(|total| {
            let percentage = done.saturating_mul(100) / total;
            u32::try_from(percentage.min(100)).unwrap_or(100)
        });
        self.0.step(words(stage), percentage);
    }

    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}
