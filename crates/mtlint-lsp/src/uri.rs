//! Addresses of documents, as clients give them, and paths of files.

use std::path::{Path, PathBuf};

use lsp_types::Uri;
use url::Url;

/// The path of a file; `None` for a document that is none, such as a new one without a name.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    let parsed = Url::parse(&uri.0).ok()?;
    if parsed.scheme() != "file" {
        return None;
    }
    parsed.to_file_path().ok()
}

/// The address of a file; `None` for a relative path.
pub(crate) fn uri(path: &Path) -> Option<Uri> {
    Url::from_file_path(path).ok().map(|url| Uri(url.into()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_from_their_addresses() {
        for (address, file) in [
            ("file:///srv/a%20b.txt", Some("/srv/a b.txt")),
            ("file:///srv/%C3%A9%F0%9F%A6%8A.txt", Some("/srv/é🦊.txt")),
            ("untitled:Untitled-1", None),
            ("https://example.org/a.txt", None),
            ("no address", None),
            ("", None),
        ] {
            let found = path(&Uri(address.to_owned()));
            assert_eq!(found.as_deref(), file.map(Path::new), "{address}");
        }
        let hash = Path::new("/srv/50%#?.txt");
        assert_eq!(path(&uri(hash).unwrap()).as_deref(), Some(hash));
        assert_eq!(uri(Path::new("a.txt")), None);
    }
}
