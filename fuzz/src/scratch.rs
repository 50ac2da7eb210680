//! The file of a target that reads files and not bytes.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// Calls `read` with the path of a file that holds `bytes` and is called `name`, in a folder
/// where nothing else stands.
///
/// # Panics
/// When the file cannot be written.
pub(crate) fn with_file(name: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    FOLDER.with_borrow_mut(|kept| {
        let folder = kept.get_or_insert_with(|| tempfile::tempdir().expect("no temporary folder"));
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("the temporary folder cannot be written to");
        read(&path);
        for left in fs::read_dir(folder.path()).expect("the temporary folder is gone") {
            let left = left.expect("the temporary folder cannot be read").path();
            fs::remove_file(left).expect("the temporary folder cannot be emptied");
        }
    });
}
