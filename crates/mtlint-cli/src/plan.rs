//! The settings, the siblings and the linter of each article of a call.
//!
//! In: the articles' names and what was typed. Out: for each article its settings and the
//! siblings that they give it. Articles with one configuration share its settings, and
//! those with one model share the model. No article is read here.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;
use clap::Args;

use mtlint::document::{Document, DocumentError};
use mtlint::{Article, Linter, Options, Report, Request};

use super::config::{ConfigError, ConfigFile, Finder, RuleMatches, Settings, Typed};
use super::inputs::{STANDARD_INPUT, is_standard_input, name};
use super::linter;
use super::load::{LoadedModel, load_aligner, load_model, start_threads};
use super::output::Streams;
use super::progress::ModelProgress;

/// The flags that say which configuration counts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigFlags {
    /// Take the configuration from this file, instead of the nearest mtlint.toml in an article's
    /// folder or above it (for standard input and a batch: the working directory)
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Look for no mtlint.toml
    #[arg(long)]
    pub no_config: bool,
}

/// The settings and the siblings of each article.
pub struct Plan {
    settings: Vec<Settings>,
    documents: HashMap<String, Entry>,
}

/// The settings and the siblings of one article.
struct Entry {
    /// An index into the settings of the plan.
    settings: usize,
    /// The siblings that the rules of its configuration name.
    matches: RuleMatches,
}

impl Plan {
    /// Looks for the configuration of each of `files`, and for their siblings where
    /// `with_siblings` says so.
    ///
    /// # Errors
    /// When a configuration cannot be read.
    pub fn new<'a>(
        files: impl IntoIterator<Item = &'a Path>,
        with_siblings: bool,
        typed: Typed<'_>,
        config: &ConfigFlags,
    ) -> anyhow::Result<Self> {
        let mut planner = Planner::new(typed);
        let mut finder = Finder::default();
        for file in files {
            let standard = is_standard_input(file);
            let source = config.source(|| match standard {
                true => finder.here(),
                false => finder.of(file),
            })?;
            let path = (with_siblings && !standard).then_some(file);
            planner.add(name(file), path, source)?;
        }
        Ok(planner.plan)
    }

    /// Plans a batch: one configuration for all, that of the working directory, and
    /// `files` with the siblings that it gives them.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn of_batch<'a>(
        files: impl IntoIterator<Item = &'a Path>,
        typed: Typed<'_>,
        config: &ConfigFlags,
    ) -> anyhow::Result<Self> {
        let mut planner = Planner::new(typed);
        let source = config.source(|| Finder::default().here())?;
        planner.add(STANDARD_INPUT.to_owned(), None, source.clone())?;
        // No rules, nothing to remember of each file.
        if !planner.plan.settings(STANDARD_INPUT).rules.rules.is_empty() {
            for file in files {
                planner.add(name(file), Some(file), source.clone())?;
            }
        }
        Ok(planner.plan)
    }

    /// The settings for an article that was planned.
    pub fn settings(&self, file: &str) -> &Settings {
        let entry = self.documents.get(file);
        &self.settings[entry.map_or(0, |entry| entry.settings)]
    }

    /// The siblings that the configuration gives an article.
    pub fn siblings(&self, file: &str) -> &[PathBuf] {
        let entry = self.documents.get(file);
        entry.map_or(&[], |entry| &entry.matches.siblings)
    }

    /// Reads the siblings that the configuration gives an article.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn read_siblings(&self, file: &str) -> Result<Vec<Document>, DocumentError> {
        let max_bytes = self.settings(file).max_bytes.value;
        let siblings = self.siblings(file).iter();
        siblings
            .map(|path| Document::open(path, max_bytes))
            .collect()
    }

    /// The paths of all that is read besides the articles: configurations and siblings.
    pub fn read(&self) -> impl Iterator<Item = PathBuf> {
        let files = self.settings.iter().filter_map(|one| one.file.as_ref());
        let siblings = self
            .documents
            .values()
            .flat_map(|one| &one.matches.siblings);
        files.map(PathBuf::from).chain(siblings.cloned())
    }

    /// Notes for which articles rules found nothing.
    pub fn note_missing_siblings(&self, streams: &mut Streams<'_>) {
        let mut missing: Vec<(&String, &Entry)> = self.documents.iter().collect();
        missing.retain(|(_, entry)| !entry.matches.without_file.is_empty());
        let first = missing.iter().min_by_key(|(file, _)| *file);
        let Some((file, Entry { settings, matches })) = first else {
            return;
        };
        let name = &self.settings[*settings].rules.name;
        let line = matches.without_file.first().copied().unwrap_or_default();
        let mut note =
            format!("{file} has no sibling: the rule at {name}:{line} names no file that is there");
        if missing.len() > 1 {
            note += &format!("; and {} more have none", missing.len() - 1);
        }
        streams.note(&note);
    }

    /// Makes a linter for each of the settings. A model is loaded once.
    ///
    /// # Errors
    /// When a model, an aligner or a calibration cannot be used.
    pub fn linters(&self, streams: &mut Streams<'_>) -> anyhow::Result<Linters> {
        // No configuration names threads and aligner: they are the same for all.
        let mut aligner = None;
        if let Some(first) = self.settings.first() {
            start_threads(first)?;
            aligner = load_aligner(first, streams)?;
        }
        let mut models: HashMap<(&str, &str), Rc<LoadedModel>> = HashMap::new();
        let mut linters = Vec::new();
        for settings in &self.settings {
            let key = (
                settings.model.value.as_str(),
                settings.precision.value.name(),
            );
            let model = match models.get(&key) {
                Some(model) => Rc::clone(model),
                None => {
                    let model = Rc::new(load_model(settings, &ModelProgress::new(streams))?);
                    models.insert(key, Rc::clone(&model));
                    model
                }
            };
            linters.push(PlannedLinter {
                linter: linter::with_model(settings, &model, aligner.clone(), streams)?,
                options: settings.options(),
                siblings: OnceCell::new(),
            });
        }
        Ok(Linters(linters))
    }

    /// The index of the settings of an article.
    fn number(&self, file: &str) -> usize {
        self.documents.get(file).map_or(0, |entry| entry.settings)
    }
}

/// A linter for each of the settings of a plan.
pub struct Linters(Vec<PlannedLinter>);

/// A linter with the options of one of the settings.
struct PlannedLinter {
    linter: Linter,
    options: Options,
    /// The siblings of all articles, once one of them was linted: they are read once.
    siblings: OnceCell<Vec<Article>>,
}

impl Linters {
    /// Lints an article of the plan beside the siblings of all articles, and beside
    /// those of its own. An article that the language model fails on has a report that says
    /// so.
    ///
    /// # Errors
    /// When the language model fails on a sibling of all articles.
    pub fn lint(
        &self,
        plan: &Plan,
        document: Document,
        siblings: &[Document],
        own: Vec<Document>,
    ) -> anyhow::Result<Report> {
        let planned = &self.0[plan.number(document.name())];
        let language = planned.options.language.as_deref();
        let read = match planned.siblings.get() {
            Some(read) => read.clone(),
            None => {
                let read = read_siblings(&planned.linter, siblings, language)?;
                planned.siblings.get_or_init(|| read).clone()
            }
        };
        let name = document.name().to_owned();
        let request = Request {
            articles: read,
            unread: own,
            ..Request::new(document)
        };
        let mut reports = planned.linter.lint_each(vec![request], &planned.options);
        reports
            .pop()
            .with_context(|| format!("{name} has no report"))
    }
}

/// Reads the siblings of all articles together.
///
/// # Errors
/// When the language model fails on one, which the error then names.
fn read_siblings(
    linter: &Linter,
    siblings: &[Document],
    language: Option<&str>,
) -> anyhow::Result<Vec<Article>> {
    let error = match linter.read_all(siblings, language) {
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    for sibling in siblings {
        linter
            .read_all(std::slice::from_ref(sibling), language)
            .with_context(|| format!("the sibling {} cannot be used", sibling.name()))?;
    }
    Err(error.into())
}

/// Where a configuration is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ConfigSource {
    /// There is none.
    Nowhere,
    /// A flag names the file.
    Named(PathBuf),
    /// The file was found near the article.
    Nearby(PathBuf),
}

impl ConfigFlags {
    /// The configuration that the flags name, or else the nearest one.
    fn source(
        &self,
        nearest: impl FnOnce() -> Result<Option<PathBuf>, ConfigError>,
    ) -> Result<ConfigSource, ConfigError> {
        match &self.config {
            Some(path) => Ok(ConfigSource::Named(path.clone())),
            None if self.no_config => Ok(ConfigSource::Nowhere),
            None => Ok(nearest()?.map_or(ConfigSource::Nowhere, ConfigSource::Nearby)),
        }
    }
}

/// A plan that is being made.
struct Planner<'a> {
    plan: Plan,
    typed: Typed<'a>,
    /// The index of the settings that each configuration made.
    made: HashMap<ConfigSource, usize>,
}

impl<'a> Planner<'a> {
    fn new(typed: Typed<'a>) -> Self {
        let plan = Plan {
            settings: Vec::new(),
            documents: HashMap::new(),
        };
        Self {
            plan,
            typed,
            made: HashMap::new(),
        }
    }

    /// Adds the article of this name, with the siblings that the rules name for its `path` if
    /// there is one.
    fn add(
        &mut self,
        name: String,
        path: Option<&Path>,
        source: ConfigSource,
    ) -> anyhow::Result<()> {
        let settings = self.settings(source)?;
        let rules = &self.plan.settings[settings].rules;
        let matches = path.map_or_else(|| Ok(RuleMatches::default()), |path| rules.of(path))?;
        let entry = Entry { settings, matches };
        self.plan.documents.insert(name, entry);
        Ok(())
    }

    /// The number of the settings that a configuration makes.
    fn settings(&mut self, source: ConfigSource) -> Result<usize, ConfigError> {
        if let Some(made) = self.made.get(&source) {
            return Ok(*made);
        }
        let file = match &source {
            ConfigSource::Nowhere => None,
            ConfigSource::Named(path) => Some(ConfigFile::open(path, false)?),
            ConfigSource::Nearby(path) => Some(ConfigFile::open(path, true)?),
        };
        let number = self.plan.settings.len();
        let settings = Settings::resolve(&self.typed, file.as_ref());
        self.plan.settings.push(settings);
        self.made.insert(source, number);
        Ok(number)
    }
}
