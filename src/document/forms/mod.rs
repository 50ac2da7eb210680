//! The forms that text arrives in, read as what they stand for.
//!
//! In: a text, or the prose of a marked-up one. Out: the [`Prose`] that a language model should
//! read: line ends of one kind, spaces of one kind, letters with their accents, without soft
//! hyphens and other marks that nobody sees, and of plain text lines that are joined where they
//! were only wrapped, hyphenated or quoted. The same text gives the same prose in each of these
//! forms. Nothing is put right here: what is wrong stays.

mod characters;
mod lines;

use super::prose::{Edit, Prose};

/// What a reader reads of `source`, of which `prose` is known if it is marked up; `None` where
/// that is the source as it stands.
pub(super) fn read(source: &str, prose: Option<Prose>) -> Option<Prose> {
    let is_plain = prose.is_none();
    let mut reading = Reading { source, prose };
    reading.edit(characters::edits);
    if is_plain {
        reading.edit(lines::quotations);
        reading.edit(lines::wraps);
    }
    reading.prose
}

/// A text on its way to what is read of it.
struct Reading<'a> {
    source: &'a str,
    prose: Option<Prose>,
}

impl Reading<'_> {
    fn edit(&mut self, edits: impl Fn(&str) -> Vec<Edit>) {
        let edits = edits(self.prose.as_ref().map_or(self.source, Prose::text));
        if !edits.is_empty() {
            let prose = self.prose.take();
            let prose = prose.unwrap_or_else(|| Prose::verbatim(self.source));
            self.prose = Some(prose.edited(&edits));
        }
    }
}

#[cfg(test)]
mod data_tests;
#[cfg(test)]
mod tests;
