//! One document to lint, with all that its report depends on.
//!
//! In: a document, its siblings, and how they are to be linted. Out: the same with the key
//! under which the report is found again, and the sizes that count for groups and caches. It
//! lints nothing.

use sha2::{Digest, Sha256};

use mtlint::Options;
use mtlint::document::{Document, Markup};
use mtlint::finding::SuggestionSource;

/// In memory a report or a sibling that was read has about this many bytes for each byte of
/// its texts: each word has its place and its numbers.
const BYTES_IN_MEMORY: usize = 10;

/// A SHA-256 of all that a report, or the reading of a sibling, depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

/// A document to lint with its siblings.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) document: Document,
    pub(crate) siblings: Vec<Document>,
    pub(crate) options: Options,
}

impl Work {
    /// The key under which the report is found again.
    pub(crate) fn key(&self) -> Key {
        let mut hasher = Hasher::default();
        hasher.options(&self.options);
        hasher.document(&self.document);
        for sibling in &self.siblings {
            hasher.document(sibling);
        }
        hasher.finish()
    }

    /// The bytes of text that are to be read.
    pub(crate) fn bytes(&self) -> usize {
        let siblings = self.siblings.iter().map(|sibling| sibling.text().len());
        self.document.text().len() + siblings.sum::<usize>()
    }

    /// About how many bytes the report has in memory.
    pub(crate) fn report_size(&self) -> usize {
        self.bytes() * BYTES_IN_MEMORY
    }
}

/// The key under which the reading of a sibling is found again. Of the options only the
/// language counts for it.
pub(crate) fn sibling_key(sibling: &Document, language: Option<&str>) -> Key {
    let mut hasher = Hasher::default();
    hasher.optional(language);
    hasher.document(sibling);
    hasher.finish()
}

/// About how many bytes a sibling that was read has in memory.
pub(crate) fn sibling_size(sibling: &Document) -> usize {
    sibling.text().len() * BYTES_IN_MEMORY
}

/// Hashes fields so that no two lists of them give the same bytes.
#[derive(Default)]
struct Hasher(Sha256);

impl Hasher {
    fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn optional(&mut self, text: Option<&str>) {
        self.field(&[u8::from(text.is_some())]);
        self.field(text.unwrap_or_default().as_bytes());
    }

    fn document(&mut self, document: &Document) {
        self.field(document.name().as_bytes());
        self.optional(document.markup().map(Markup::name));
        self.field(document.text().as_bytes());
    }

    fn options(&mut self, options: &Options) {
        // Taken apart as a whole: a field that is added has to be thought of here.
        let Options {
            sensitivity,
            threshold,
            language,
            no_suggestions_of,
            policy,
        } = options;
        self.field(sensitivity.name().as_bytes());
        let threshold = threshold.map(|threshold| threshold.to_bits().to_string());
        self.optional(threshold.as_deref());
        self.optional(language.as_deref());
        let sources = no_suggestions_of.iter().map(SuggestionSource::to_string);
        self.field(sources.collect::<Vec<_>>().join(" ").as_bytes());
        // A policy is plain data; that it could not be written would make its hash another
        // one's, so such a one is told apart by how it looks.
        let policy = serde_json::to_vec(policy);
        self.field(&policy.unwrap_or_else(|_| format!("{options:?}").into_bytes()));
    }

    fn finish(self) -> Key {
        Key(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mtlint::Sensitivity;
    use mtlint::document::Markup;
    use mtlint::policy::{Acceptance, Policy};

    use super::*;

    fn work(text: &str, siblings: &[(&str, &str)], options: Options) -> Work {
        let siblings = siblings.iter();
        Work {
            document: Document::from_text("a", text),
            siblings: siblings
                .map(|(name, text)| Document::from_text(*name, *text))
                .collect(),
            options,
        }
    }

    #[test]
    fn whatever_changes_a_report_changes_its_key() {
        let plain = || work("Rain.", &[("s", "Wet."), ("t", "Dry.")], Options::default());
        let with = |options| work("Rain.", &[("s", "Wet."), ("t", "Dry.")], options);
        let mut policy = Policy::default();
        let text = "Rain".to_owned();
        let accepted = Acceptance {
            text,
            category: None,
            any_case: false,
        };
        policy.accept(&accepted).unwrap();
        let mut marked_up = plain();
        marked_up.document = marked_up.document.marked_up(Some(Markup::Html));
        let mut renamed = plain();
        renamed.document = Document::from_text("b", "Rain.");
        let others = [
            work("Rain!", &[("s", "Wet."), ("t", "Dry.")], Options::default()),
            work("Rain.", &[("r", "Wet."), ("t", "Dry.")], Options::default()),
            work("Rain.", &[("t", "Dry."), ("s", "Wet.")], Options::default()),
            work("Rain.", &[("s", "Wet.")], Options::default()),
            with(Options::with_sensitivity(Sensitivity::Thorough)),
            with(Options::with_threshold(0.0)),
            with(Options::with_threshold(0.5)),
            with(Options {
                language: Some("eng".to_owned()),
                ..Options::default()
            }),
            with(Options {
                no_suggestions_of: BTreeSet::from([SuggestionSource::Model]),
                ..Options::default()
            }),
            with(Options {
                policy,
                ..Options::default()
            }),
            marked_up,
            renamed,
        ];
        assert_eq!(plain().key(), plain().key());
        let keys = others.iter().map(Work::key).chain([plain().key()]);
        let different: std::collections::HashSet<Key> = keys.collect();
        assert_eq!(different.len(), others.len() + 1);
    }

    #[test]
    fn a_sibling_is_read_again_for_another_language_only() {
        let sibling = Document::from_text("s", "Wet.");
        let key = sibling_key(&sibling, None);
        assert_eq!(key, sibling_key(&sibling.clone(), None));
        assert_ne!(key, sibling_key(&sibling, Some("eng")));
        assert_ne!(key, sibling_key(&sibling, Some("")));
    }
}
