//! By what a report is found again.
//!
//! In: a document's text, its siblings and how it was judged. Out: a key that
//! is the same only where the report would be the same. It reads no database.

use sha2::{Digest, Sha256};

use mtlint::document::Document;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

/// Everything apart from a text and its siblings that a report depends on, as names and
/// values: the model, the threshold, the version and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    pub(super) text: String,
    pub(super) hash: Hash,
}

impl Fingerprint {
    /// The fingerprint of the names and values in `parts`, in their order.
    pub fn new<'a>(parts: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut text = String::new();
        let mut hasher = Sha256::new();
        for (name, value) in parts {
            field(&mut hasher, name.as_bytes());
            field(&mut hasher, value.as_bytes());
            text += &format!("{name}={value}\n");
        }
        Self {
            text,
            hash: hasher.finalize().into(),
        }
    }
}

/// The key under which a state keeps a report: hashes of the text, of the siblings and of the
/// [`Fingerprint`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub(super) content: Hash,
    pub(super) siblings: Hash,
    pub(super) fingerprint: Hash,
}

impl Key {
    pub(super) fn new(
        document: &Document,
        siblings: &[Document],
        fingerprint: &Fingerprint,
    ) -> Self {
        let mut hasher = Sha256::new();
        for sibling in siblings {
            // The report quotes the sibling's name. A bare sibling is named
            // after its document, whose report then serves no other.
            field(&mut hasher, sibling.name().as_bytes());
            field(&mut hasher, sibling.text().as_bytes());
        }
        let mut content = Sha256::new();
        if let Some(markup) = document.markup() {
            // The same bytes as plain text are another document.
            field(&mut content, markup.name().as_bytes());
        }
        content.update(document.text().as_bytes());
        Self {
            content: content.finalize().into(),
            siblings: hasher.finalize().into(),
            fingerprint: fingerprint.hash,
        }
    }
}

/// Adds a field so that no two lists of fields give the same bytes.
pub(super) fn field(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, siblings: &[(&str, &str)], version: &str) -> Key {
        let fingerprint = Fingerprint::new([("version", version.to_owned())]);
        let siblings: Vec<_> = siblings
            .iter()
            .map(|(name, text)| Document::from_text(*name, *text))
            .collect();
        Key::new(&Document::from_text("a", text), &siblings, &fingerprint)
    }

    #[test]
    fn whatever_changes_a_report_changes_its_key() {
        let one = key("Rain.", &[("s", "Wet."), ("t", "Dry.")], "1");
        assert_eq!(one, key("Rain.", &[("s", "Wet."), ("t", "Dry.")], "1"));
        for other in [
            key("Rain!", &[("s", "Wet."), ("t", "Dry.")], "1"),
            key("Rain.", &[("s", "Wet!"), ("t", "Dry.")], "1"),
            key("Rain.", &[("r", "Wet."), ("t", "Dry.")], "1"),
            key("Rain.", &[("t", "Dry."), ("s", "Wet.")], "1"),
            key("Rain.", &[("s", "Wet.")], "1"),
            key("Rain.", &[("s", "Wet.t"), ("", "Dry.")], "1"),
            key("Rain.", &[("s", "Wet."), ("t", "Dry.")], "2"),
        ] {
            assert_ne!(one, other);
        }
    }
}
