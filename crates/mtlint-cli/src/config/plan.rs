//! How each article of a call is judged.
//!
//! In: the articles' names and the flags. Out: for each article its settings and the
//! siblings that they give it. Articles with one configuration share its settings, and
//! those with one model share the model.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;

use mtlint::document::{Document, DocumentError};
use mtlint::pipeline::Linter;

use super::error::ConfigError;
use super::find::Finder;
use super::read::ConfigFile;
use super::settings::Settings;
use super::siblings::Found;
use crate::common::{CommonArgs, GateArgs, PrecisionName};
use crate::documents::STANDARD_INPUT;
use crate::load::{Loaded, load_model};
use crate::output::Streams;

/// Which configuration counts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    /// Take the configuration from this file, instead of the nearest mtlint.toml in an article's
    /// folder or above it (for standard input and a batch: the working directory)
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Look for no mtlint.toml
    #[arg(long)]
    pub no_config: bool,
}

/// How each article is judged.
pub struct Plan {
    settings: Vec<Settings>,
    documents: HashMap<String, Planned>,
}

/// How one article is judged.
struct Planned {
    /// Which of the settings.
    settings: usize,
    /// What its configuration's rules say.
    found: Found,
}

impl Plan {
    /// Looks for the configuration of each of `files`, and for siblings if `beside`.
    pub fn new<'a>(
        files: impl IntoIterator<Item = &'a str>,
        beside: bool,
        flags: (&CommonArgs, &GateArgs),
        config: &ConfigArgs,
    ) -> anyhow::Result<Self> {
        let mut planner = Planner::new(flags);
        let mut finder = Finder::default();
        for file in files {
            let which = config.which(|| match file {
                STANDARD_INPUT => finder.here(),
                file => finder.of(Path::new(file)),
            })?;
            planner.add(file, which, beside)?;
        }
        Ok(planner.plan)
    }

    /// One configuration for all: the working directory's, which standard input has too,
    /// and `files` with the siblings that it gives them.
    pub fn of_batch(
        files: impl IntoIterator<Item = String>,
        flags: (&CommonArgs, &GateArgs),
        config: &ConfigArgs,
    ) -> anyhow::Result<Self> {
        let mut planner = Planner::new(flags);
        let which = config.which(|| Finder::default().here())?;
        planner.add(STANDARD_INPUT, which.clone(), false)?;
        // No rules, nothing to remember of each file.
        if !planner.plan.settings(STANDARD_INPUT).rules.rules.is_empty() {
            for file in files {
                planner.add(&file, which.clone(), true)?;
            }
        }
        Ok(planner.plan)
    }

    /// The settings for an article that was planned.
    pub fn settings(&self, file: &str) -> &Settings {
        let planned = self.documents.get(file);
        &self.settings[planned.map_or(0, |planned| planned.settings)]
    }

    /// The siblings that the configuration gives an article.
    pub fn siblings(&self, file: &str) -> &[PathBuf] {
        let planned = self.documents.get(file);
        planned.map_or(&[], |planned| &planned.found.siblings)
    }

    /// The siblings of an article, read.
    pub fn read_siblings(&self, file: &str) -> Result<Vec<Document>, DocumentError> {
        let most = self.settings(file).common.max_bytes;
        let siblings = self.siblings(file).iter();
        siblings.map(|path| Document::open(path, most)).collect()
    }

    /// What is read beside the articles: configurations and siblings.
    pub fn read(&self) -> impl Iterator<Item = String> {
        let files = self.settings.iter().filter_map(|one| one.file.clone());
        let siblings = self.documents.values().flat_map(|one| &one.found.siblings);
        files.chain(siblings.map(|path| path.display().to_string()))
    }

    /// Notes for which articles rules found nothing.
    pub fn tell(&self, streams: &mut Streams<'_>) {
        let mut in_vain: Vec<(&String, &Planned)> = self.documents.iter().collect();
        in_vain.retain(|(_, planned)| !planned.found.in_vain.is_empty());
        let first = in_vain.iter().min_by_key(|(file, _)| *file);
        let Some((file, Planned { settings, found })) = first else {
            return;
        };
        let name = &self.settings[*settings].rules.name;
        let line = found.in_vain.first().copied().unwrap_or_default();
        let mut note =
            format!("{file} has no sibling: the rule at {name}:{line} names no file that is there");
        if in_vain.len() > 1 {
            note += &format!("; and {} more have none", in_vain.len() - 1);
        }
        streams.note(&note);
    }

    /// What judges under each of the settings. A model is loaded once.
    pub fn linters(&self, streams: &mut Streams<'_>) -> anyhow::Result<Linters> {
        if let Some(first) = self.settings.first() {
            first.common.start_threads()?;
        }
        // No configuration names it: it is the same for all.
        let first = self.settings.first();
        let aligner = first.map(|first| first.common.aligner()).transpose()?;
        let aligner = aligner.flatten();
        let mut models: HashMap<(&str, PrecisionName), Rc<Loaded>> = HashMap::new();
        let mut linters = Vec::new();
        for settings in &self.settings {
            let common = &settings.common;
            let key = (common.model.as_str(), common.precision);
            let model = match models.get(&key) {
                Some(model) => Rc::clone(model),
                None => {
                    let model = Rc::new(load_model(common)?);
                    models.insert(key, Rc::clone(&model));
                    model
                }
            };
            let linter = common.analyzer_of(&model, aligner.clone(), streams)?;
            linters.push(linter.under(settings.policy.clone()));
        }
        Ok(Linters(linters))
    }

    /// The one of the analyzers that judges an article.
    pub fn linter<'a>(&self, linters: &'a Linters, file: &str) -> &'a Linter {
        let planned = self.documents.get(file);
        &linters.0[planned.map_or(0, |planned| planned.settings)]
    }
}

/// What judges under each of the settings of a plan.
pub struct Linters(Vec<Linter>);

/// A configuration, and whether it was found, not named.
type Which = Option<(PathBuf, bool)>;

impl ConfigArgs {
    /// The configuration that the flags name, or else the nearest one.
    fn which(
        &self,
        nearest: impl FnOnce() -> Result<Option<PathBuf>, ConfigError>,
    ) -> Result<Which, ConfigError> {
        match &self.config {
            Some(path) => Ok(Some((path.clone(), false))),
            None if self.no_config => Ok(None),
            None => Ok(nearest()?.map(|path| (path, true))),
        }
    }
}

/// A plan on its way.
struct Planner<'a> {
    plan: Plan,
    flags: (&'a CommonArgs, &'a GateArgs),
    /// Which settings were made of which file.
    made: HashMap<Option<PathBuf>, usize>,
}

impl<'a> Planner<'a> {
    fn new(flags: (&'a CommonArgs, &'a GateArgs)) -> Self {
        let plan = Plan {
            settings: Vec::new(),
            documents: HashMap::new(),
        };
        Self {
            plan,
            flags,
            made: HashMap::new(),
        }
    }

    fn add(&mut self, file: &str, which: Which, beside: bool) -> anyhow::Result<()> {
        let settings = self.settings(which)?;
        let rules = &self.plan.settings[settings].rules;
        let found = if beside && file != STANDARD_INPUT {
            rules.of(Path::new(file))?
        } else {
            Found::default()
        };
        let planned = Planned { settings, found };
        self.plan.documents.insert(file.to_owned(), planned);
        Ok(())
    }

    fn settings(&mut self, which: Which) -> Result<usize, ConfigError> {
        let path = which.as_ref().map(|(path, _)| path.clone());
        if let Some(made) = self.made.get(&path) {
            return Ok(*made);
        }
        let file = which.map(|(path, found)| ConfigFile::open(&path, found));
        let file = file.transpose()?;
        let (common, gates) = self.flags;
        let number = self.plan.settings.len();
        let settings = Settings::new(common, gates, file.as_ref());
        self.plan.settings.push(settings);
        self.made.insert(path, number);
        Ok(number)
    }
}
