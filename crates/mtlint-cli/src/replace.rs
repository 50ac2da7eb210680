//! Files that are replaced as a whole or not at all.
//!
//! In: a path, what was read there, and what is to stand there. Out: the file
//! with its new content, or the old one untouched and why. The new content is
//! written to a file beside it, brought to the disk, and then takes the name.

use std::fs::{File, Metadata};
use std::io::Write;
use std::path::Path;

use super::output::OutputError;
use super::partial::temporary_file;

/// Why a file was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// A pipe or a device holds nothing that could be replaced.
    #[error(
        "cannot write {path}: it is not a file; leave out --write to get the corrected text on \
         standard output"
    )]
    NotAFile {
        /// Path as given.
        path: String,
    },
    /// Somebody else has written to it.
    #[error("{path} was changed while it was judged and is left as it is; run the command again")]
    Changed {
        /// Path as given.
        path: String,
    },
    /// The system refused.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Puts `new` in the place of `old` in the file at `path`. A link is followed.
/// Permissions stay, and so do owner and group where the system allows it.
pub fn replace(path: &Path, old: &str, new: &str) -> Result<(), ReplaceError> {
    let shown = || path.display().to_string();
    let failed = |error| OutputError::new(shown(), error);
    let target = std::fs::canonicalize(path).map_err(failed)?;
    let metadata = std::fs::metadata(&target).map_err(failed)?;
    if !metadata.is_file() {
        let path = shown();
        return Err(ReplaceError::NotAFile { path });
    }
    // A new file could take the place of one that may not be written to.
    let opened = File::options().read(true).write(true).open(&target);
    drop(opened.map_err(failed)?);
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = temporary_file(folder, Some(&metadata)).map_err(failed)?;
    file.write_all(new.as_bytes()).map_err(failed)?;
    keep_owner(file.as_file(), &metadata);
    // Once more, since the system takes away what its mask says.
    let permissions = metadata.permissions();
    file.as_file()
        .set_permissions(permissions)
        .map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    if std::fs::read(&target).map_err(failed)? != old.as_bytes() {
        let path = shown();
        return Err(ReplaceError::Changed { path });
    }
    file.persist(&target).map_err(|error| failed(error.error))?;
    // The new name is safe once its folder is on the disk, where folders can
    // be opened; the content is, either way.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Only an administrator may give files away: that the system refuses is no
/// reason to stop.
fn keep_owner(file: &File, metadata: &Metadata) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()));
    }
    #[cfg(not(unix))]
    let _ = (file, metadata);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, "Written by somebody else.").unwrap();
        let refused = replace(&path, "As it was read.", "Corrected.").unwrap_err();
        assert!(matches!(refused, ReplaceError::Changed { .. }), "{refused}");
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "Written by somebody else."
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_permissions_kept() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        let link = folder.path().join("link.txt");
        std::fs::write(&file, "old").unwrap();
        // More than the usual mask leaves a new file.
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o676)).unwrap();
        std::os::unix::fs::symlink("a.txt", &link).unwrap();
        replace(&link, "old", "new").unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o676);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let refused = replace(folder.path(), "", "text").unwrap_err();
        assert!(
            matches!(refused, ReplaceError::NotAFile { .. }),
            "{refused}"
        );
        let missing = folder.path().join("none.txt");
        assert!(matches!(
            replace(&missing, "", "text"),
            Err(ReplaceError::Output(_))
        ));
    }
}
