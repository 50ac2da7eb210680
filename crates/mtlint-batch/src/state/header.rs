//! Whose a file is, by its first bytes.
//!
//! In: a path. Out: whether there is a state, another database, or nothing that could be
//! lost. A file of any other kind is an error, so that a file of the user's is neither
//! written to nor moved. SQLite is not asked: it changes what it opens.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::error::StateError;

/// "mtli" in ASCII: what SQLite keeps in the file's header for us.
pub(super) const APPLICATION_ID: i32 = 0x6d74_6c69;

/// How every database of SQLite begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The length of the header of SQLite's files.
const LENGTH: usize = 100;

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// There is no file.
    Missing,
    /// The file holds nothing.
    Empty,
    /// The file is a state, though its content may be damaged.
    State,
    /// The file is a database, and its header does not say that it is a state.
    Database,
}

/// Looks at the first bytes of the file at `path`.
///
/// # Errors
/// When the file cannot be read, and when it is neither empty nor a database.
pub(super) fn look(path: &Path) -> Result<Header, StateError> {
    let unusable = |source| StateError::Unusable {
        path: path.to_owned(),
        source,
    };
    let foreign = || StateError::Foreign {
        path: path.to_owned(),
    };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Header::Missing),
        Err(error) => return Err(unusable(error)),
        Ok(metadata) if metadata.is_dir() => {
            return Err(unusable(io::ErrorKind::IsADirectory.into()));
        }
        // A pipe would be waited for.
        Ok(metadata) if !metadata.is_file() => return Err(foreign()),
        Ok(_) => {}
    }
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LENGTH as u64).read_to_end(&mut start))
        .map_err(unusable)?;
    let is_database = start.starts_with(MAGIC);
    if start.is_empty() {
        Ok(Header::Empty)
    } else if is_marked(&start) {
        Ok(Header::State)
    } else if is_database {
        Ok(Header::Database)
    } else {
        Err(foreign())
    }
}

/// Whether the header has our mark, where SQLite keeps it, before 20 bytes that are always
/// zero: no text has those, and a state whose very first bytes are damaged does.
fn is_marked(start: &[u8]) -> bool {
    start.get(68..72) == Some(&APPLICATION_ID.to_be_bytes())
        && start
            .get(72..92)
            .is_some_and(|reserved| reserved.iter().all(|&byte| byte == 0))
}
