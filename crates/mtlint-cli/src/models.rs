//! `mtlint models`: what models there are, and getting, checking and finding
//! their files.
//!
//! Exit status: 0 when the job was done, 2 when a model is unknown, cannot be
//! had, or is not what it should be.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mtlint::report::json;
use mtlint_models::{self, CacheState, ModelEntry, ModelStore, PipOrigin};
use serde::Serialize;

use super::output::Streams;
use super::progress::ModelProgress;
use super::verdict::Verdict;

/// The language models: list, fetch, verify, and where they are
///
/// mtlint reads a text with a language model. The first command that needs a
/// model fetches it with your own pip, from wherever that pip is configured to
/// look, checks it against a built-in SHA-256, and keeps it; `mtlint models
/// fetch` does so ahead of time.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Environment:
  MTLINT_MODELS   the folder to keep models in
                  (default: mtlint/models in your cache folder)
  MTLINT_PIP      the command that runs pip
                  (default: the first that works of python3 -m pip, pip3, pip,
                  python -m pip)

Examples:
  mtlint models fetch                   get the default model
  mtlint models verify                  read it all and compare its SHA-256
  mtlint models list --format json      for scripts
  MTLINT_MODELS=/srv/models mtlint models fetch
                                        keep it where several users can read it

For a machine without a network, `mtlint models fetch --offline` says what to
run elsewhere and where to put the file.")]
pub struct ModelsArgs {
    #[command(subcommand)]
    action: Action,
    /// Never touch the network; where a model is missing, say how to get it
    #[arg(long, global = true)]
    offline: bool,
    /// No progress and no notes on standard error, only errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show each known model: origin, licence, size, checksum and where it is
    List {
        /// How to show them
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Get models that are not there yet, and print where they are
    Fetch(Names),
    /// Read models from end to end and compare them with their SHA-256
    Verify(Names),
    /// Print where a model's file is, or would be
    Path {
        /// The model [default: the one that is used when none is named]
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Names {
    /// The models [default: the one that is used when none is named]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// A few lines a model, for people
    Text,
    /// One array with an object for each model
    Json,
}

/// One object of `list --format json`.
#[derive(Serialize)]
struct ModelRow<'a> {
    name: &'a str,
    default: bool,
    architecture: &'a str,
    language: &'a str,
    licence: &'a str,
    size: u64,
    sha256: &'a str,
    origin: &'a PipOrigin,
    path: PathBuf,
    state: CacheState,
}

/// Does what the arguments say.
pub fn run(arguments: &ModelsArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let store = ModelStore::from_environment()?;
    match &arguments.action {
        Action::List { format } => list(&store, *format, streams),
        Action::Fetch(names) => fetch(&store, &names.or_default(&store)?, arguments, streams),
        Action::Verify(names) => verify(&store, &names.or_default(&store)?, streams),
        Action::Path { name } => path(&store, name.as_deref(), streams),
    }
}

impl Names {
    fn or_default(&self, store: &ModelStore) -> anyhow::Result<Vec<String>> {
        if self.names.is_empty() {
            return Ok(vec![store.registry().default_entry()?.name.clone()]);
        }
        Ok(self.names.clone())
    }
}

fn list(
    store: &ModelStore,
    format: ListFormat,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    let listed: Vec<ModelRow> = store
        .registry()
        .entries()
        .iter()
        .map(|entry| ModelRow::of(store, entry))
        .collect();
    let words = match format {
        ListFormat::Text => {
            let models: Vec<String> = listed.iter().map(ModelRow::text).collect();
            models.join("\n")
        }
        ListFormat::Json => json::escaped(serde_json::to_string_pretty(&listed)?) + "\n",
    };
    streams.print(&words)?;
    Ok(Verdict::default())
}

impl<'a> ModelRow<'a> {
    fn of(store: &ModelStore, entry: &'a ModelEntry) -> Self {
        Self {
            name: &entry.name,
            default: entry.default,
            architecture: &entry.architecture,
            language: &entry.language,
            licence: &entry.license,
            size: entry.size,
            sha256: &entry.sha256,
            origin: &entry.pip,
            path: store.cache().path(entry),
            state: store.cache().state(entry),
        }
    }

    fn text(&self) -> String {
        let state = match self.state {
            CacheState::Cached => "cached",
            CacheState::Missing => "not fetched yet",
            CacheState::WrongSize => "damaged: its size is wrong; fetch it again",
        };
        format!(
            "{}{}\n  language      {}\n  architecture  {}\n  licence       {}\n  size          {:.1} MB ({} bytes)\n  sha256        {}\n  origin        {} in the Python package {} {}\n  file          {}\n  state         {state}\n",
            self.name,
            if self.default { " (default)" } else { "" },
            self.language,
            self.architecture,
            self.licence,
            self.size as f64 / 1e6,
            self.size,
            self.sha256,
            self.origin.member,
            self.origin.package,
            self.origin.version,
            self.path.display(),
        )
    }
}

fn fetch(
    store: &ModelStore,
    names: &[String],
    arguments: &ModelsArgs,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    for name in names {
        let progress = ModelProgress::new(streams);
        let path = store.fetch(name, arguments.offline, &progress)?;
        drop(progress);
        streams.print(&format!("{}\n", path.display()))?;
    }
    Ok(Verdict::default())
}

fn verify(
    store: &ModelStore,
    names: &[String],
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    let mut all_sound = true;
    for name in names {
        let progress = ModelProgress::new(streams);
        let verdict = store.verify(name, &progress)?;
        drop(progress);
        let words = match &verdict {
            mtlint_models::Verification::Sound => "ok".to_owned(),
            mtlint_models::Verification::Missing => "missing".to_owned(),
            mtlint_models::Verification::WrongSize {
                expected_bytes,
                got_bytes,
            } => format!("wrong size: {got_bytes} bytes, expected {expected_bytes}"),
            mtlint_models::Verification::WrongChecksum { expected, got } => {
                format!("wrong checksum: SHA-256 {got}, expected {expected}")
            }
        };
        streams.print(&format!("{name}: {words}\n"))?;
        if verdict != mtlint_models::Verification::Sound {
            all_sound = false;
            let way = format!("to get it: mtlint models fetch {name}");
            streams.note(&way);
        }
    }
    Ok(Verdict {
        failed: !all_sound,
        gate: false,
    })
}

fn path(
    store: &ModelStore,
    name: Option<&str>,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    let entry = match name {
        Some(name) => store.registry().get(name)?,
        None => store.registry().default_entry()?,
    };
    streams.print(&format!("{}\n", store.cache().path(entry).display()))?;
    if store.cache().state(entry) == CacheState::Missing {
        let name = &entry.name;
        streams.note(&format!(
            "nothing is there yet; to get it: mtlint models fetch {name}"
        ));
    }
    Ok(Verdict::default())
}
