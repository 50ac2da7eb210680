//! mtlint finds machine-translation garble in an article without its source text.
//!
//! A language model reads the article and gives each token its surprisal. A detector turns
//! these numbers into the probability that a post-editor would change each word. A
//! *sibling*, a cleaner article on the same story, shows what a suspect phrase should be.
//!
//! From a text to its findings:
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
//! The same with a sibling, which is read once and serves any number of documents:
//!
//! ```no_run
//! # use mtlint::{Document, Linter, Options};
//! # let linter = Linter::open("smollm2-135m.gguf")?;
//! let document = Document::from_text("article", "The minister met Vladimir Poutine in Genoa.");
//! let sibling = Document::from_text("sibling", "In Genoa the minister met Vladimir Putin.");
//! let sibling = linter.read(&sibling)?;
//! let report = linter.lint_with_siblings(&document, &[sibling], &Options::default())?;
//! for suggestion in report.findings().iter().flat_map(|finding| &finding.suggestions) {
//!     println!("{:?}: {}", suggestion.span, suggestion.replacement);
//! }
//! # Ok::<(), mtlint::LintError>(())
//! ```
//!
//! A [`Linter`] holds the models: make one and share it. [`Options`] belong to each call:
//! how much to flag, the language, and the [`policy`] of a newsroom. A [`Report`] holds the
//! findings and the score of one document, or says why the document could not be judged;
//! [`report`] prints it as text, JSON, HTML, SARIF and more, and [`correct`](mod@correct)
//! applies its suggestions; [`compare`](mod@compare) says which of several versions of one
//! text is best. Spans count bytes of the document's text;
//! [`Span::slice`](span::Span::slice) gives the text under one.
//!
//! The other modules are the stages of the pipeline, for tools that measure or train them.
//! Data flows one way, left to right; a module uses only those to its left:
//! [`span`] → [`document`] → [`segment`] → [`lexicon`] → [`language`] → [`patterns`] →
//! [`lm`] → [`detect`] → [`rereading`] → [`sibling`] → [`suggest`] → [`finding`] and [`score`] → [`policy`] →
//! [`correct`] → [`report`] → [`compare`](mod@compare) → pipeline → [`linter`].

#![warn(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

pub mod compare;
pub mod correct;
pub mod detect;
pub mod document;
pub mod finding;
pub mod language;
pub mod lexicon;
pub mod linter;
mod network;
pub mod patterns;
mod pipeline;
pub mod policy;
mod rating;
pub mod report;
pub mod rereading;
pub mod score;
pub mod segment;
pub mod sibling;
pub mod suggest;

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
