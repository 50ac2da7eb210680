//! mtlint finds machine-translation garble in an article without its source text. A
//! language model reads the article and gives each token its surprisal; a detector says
//! how likely each word is one that a post-editor would change; a cleaner *sibling*
//! article on the same story says what it should be.
//!
//! A text and what is found in it:
//!
//! ```no_run
//! use mtlint::{Document, Linter, Options};
//!
//! let linter = Linter::open("smollm2-135m.gguf")?;
//! let document = Document::from_text("article", "It closed after the tragédie of Monday.");
//! let report = linter.lint(&document, &Options::default())?;
//! for finding in report.findings() {
//!     println!("{:?}: {:?}", finding.span.slice(document.text()), finding.category);
//! }
//! # Ok::<(), mtlint::LintError>(())
//! ```
//!
//! Beside a sibling, which is read once and may serve any number of documents:
//!
//! ```no_run
//! # use mtlint::{Document, Linter, Options};
//! # let linter = Linter::open("smollm2-135m.gguf")?;
//! let document = Document::from_text("article", "The minister met Vladimir Poutine in Genoa.");
//! let sibling = Document::from_text("sibling", "In Genoa the minister met Vladimir Putin.");
//! let sibling = linter.read(&sibling)?;
//! let report = linter.lint_beside(&document, &[sibling], &Options::default())?;
//! for suggestion in report.findings().iter().flat_map(|finding| &finding.suggestions) {
//!     println!("{:?}: {}", suggestion.span, suggestion.replacement);
//! }
//! # Ok::<(), mtlint::LintError>(())
//! ```
//!
//! Spans are bytes of the document's text, and [`Span::slice`](span::Span::slice) gives
//! what they stand for. [`report`] draws reports as text, JSON, HTML, SARIF and more.
//!
//! Data flows one way, left to right; a module uses only what stands before it:
//! [`span`] → [`document`] → [`segment`] → [`language`] → [`lexicon`] → [`lm`] →
//! [`detect`] → [`sibling`] → [`finding`] and [`score`] → [`policy`] → [`correct`] →
//! [`report`] → pipeline → [`linter`].

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod correct;
pub mod detect;
pub mod document;
pub mod finding;
pub mod language;
pub mod lexicon;
pub mod linter;
mod network;
mod pipeline;
pub mod policy;
pub mod report;
pub mod score;
pub mod segment;
pub mod sibling;

pub use document::Document;
pub use linter::{Article, LintError, Linter, Options, Request, Sensitivity};
pub use mtlint_lm as lm;
pub use mtlint_lm::{checksum, span};
pub use report::Report;

// The code in the guide's page for users of the library, compiled with the tests of the
// documentation.
#[cfg(doctest)]
#[doc = include_str!("../docs/src/library.md")]
mod guide {}
