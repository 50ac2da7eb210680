//! A path or id as a URI reference.
//!
//! In: a path as given, and the folder that relative paths start from. Out: a relative
//! reference where the path is relative or lies below that folder, else a `file:` URI.

use std::path::{Component, MAIN_SEPARATOR, Path};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what RFC 3986 leaves unreserved, and the slashes of a path. A colon is
/// encoded too: in the first part of a relative reference it would end a scheme.
const IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The reference to the document that is called `id`.
pub(super) fn uri(id: &str, root: Option<&Path>) -> String {
    let path = Path::new(id);
    let below = root.and_then(|root| path.strip_prefix(root).ok());
    let relative = match below {
        Some(below) => below,
        None if path.is_absolute() => {
            let path = encoded(id);
            // A drive has no slash before it.
            let slash = if path.starts_with('/') { "" } else { "/" };
            return format!("file://{slash}{path}");
        }
        None => path,
    };
    // `./a.txt` and `a.txt` are one file.
    let parts = relative
        .components()
        .filter(|part| *part != Component::CurDir);
    let parts: Vec<_> = parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    match parts.join("/").as_str() {
        // A record's id need be no path; one without any part would be no reference.
        "" => encoded(id),
        path => encoded(path),
    }
}

fn encoded(path: &str) -> String {
    let path = match MAIN_SEPARATOR {
        '/' => path.into(),
        separator => path.replace(separator, "/"),
    };
    utf8_percent_encode(&path, IN_A_PATH).to_string()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_where_they_can_be_and_encoded_always() {
        let root = Some(Path::new("/srv/press"));
        for (id, expected) in [
            ("a.txt", "a.txt"),
            ("./drafts/./a.txt", "drafts/a.txt"),
            ("../a.txt", "../a.txt"),
            ("/srv/press/a b.txt", "a%20b.txt"),
            ("/srv/other/a.txt", "file:///srv/other/a.txt"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
            ("50%#?\n\u{202e}é.txt", "50%25%23%3F%0A%E2%80%AE%C3%A9.txt"),
            ("-", "-"),
            (".", "."),
            ("//host/x", "file:////host/x"),
        ] {
            assert_eq!(uri(id, root), expected);
        }
        assert_eq!(uri("/srv/a.txt", None), "file:///srv/a.txt");
    }
}
