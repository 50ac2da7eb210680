//! The page: files that are in the program.
//!
//! In: the files of the folder `page`, and those that it shares with other parts of mtlint. Out: a
//! route for each of them, `/` for `index.html`. A policy lets the page load nothing from
//! elsewhere.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::routing::get;
use include_dir::{Dir, File, include_dir};

/// The files of the page.
static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page");

/// What the page has in common with others: the style of every page of mtlint, and an article
/// with its sibling to try it with.
const SHARED: [(&str, &str); 3] = [
    ("style.css", mtlint::report::html::STYLE),
    (
        "example.txt",
        include_str!("../../../../examples/dam.garbled.txt"),
    ),
    (
        "example-sibling.txt",
        include_str!("../../../../examples/dam.sibling.txt"),
    ),
];

/// What the page may do: run and show what comes from this service, and ask it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The types of the files, by the endings of their names.
const TYPES: [(&str, &str); 7] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("txt", "text/plain; charset=utf-8"),
];

/// A route for each file of the page.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let mut router = Router::new();
    let own = files(&PAGE).into_iter().map(|file| {
        let name = file.path().to_string_lossy().replace('\\', "/");
        (name, file.contents())
    });
    let shared = SHARED.map(|(name, text)| (name.to_owned(), text.as_bytes()));
    for (name, contents) in own.chain(shared) {
        let headers = [
            (CONTENT_TYPE, media_type(&name)),
            (CONTENT_SECURITY_POLICY, POLICY),
            // The page of another version is asked for anew.
            (CACHE_CONTROL, "no-cache"),
        ];
        let handler = move || async move { (headers, contents) };
        if name == "index.html" {
            router = router.route("/", get(handler.clone()));
        }
        router = router.route(&format!("/{name}"), get(handler));
    }
    router
}

/// The files of a folder and of the folders in it.
fn files(folder: &'static Dir<'static>) -> Vec<&'static File<'static>> {
    let inside = folder.dirs().flat_map(files);
    folder.files().chain(inside).collect()
}

fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let found = TYPES.iter().find(|(name, _)| Some(*name) == ending);
    found.map_or("application/octet-stream", |(_, media_type)| media_type)
}
