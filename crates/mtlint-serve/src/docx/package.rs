//! The package that a .docx document is: a ZIP archive of parts.
//!
//! In: the bytes of the file. Out: its main part, unpacked while it is read. No other part is
//! unpacked but the one that names it.

use std::io::{BufReader, Cursor, Read};

use quick_xml::events::Event;
use quick_xml::reader::Reader;
use zip::ZipArchive;
use zip::result::ZipError;

use super::error::DocxError;

/// The XML of a document has at most this many bytes, 64 MiB: about ten times as many as its text,
/// of which no request has more than 8 MiB.
pub(super) const MAX_XML_BYTES: u64 = 64 << 20;

/// The part that names the main part.
const RELATIONSHIPS: &str = "_rels/.rels";

/// The part that names the main part has at most this many bytes: it has some lines.
const MAX_RELATIONSHIPS_BYTES: u64 = 64 << 10;

/// How the relationship to the main part ends, in both editions of the format.
const MAIN: &str = "/officeDocument";

/// The first bytes of old files of Word, and of those with a password.
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0";

/// The main part of a document.
pub(super) struct MainPart<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    name: String,
}

impl<'a> MainPart<'a> {
    /// The main part of the document that `bytes` are.
    ///
    /// # Errors
    /// When they are no .docx document.
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, DocxError> {
        if bytes.starts_with(COMPOUND_FILE) {
            return Err(DocxError::OldOrLocked);
        }
        let archive = ZipArchive::new(Cursor::new(bytes));
        let mut archive = archive.map_err(|_| DocxError::NoDocx)?;
        let relationships = archive
            .by_name(RELATIONSHIPS)
            .map_err(|error| match error {
                ZipError::FileNotFound => DocxError::NoDocx,
                error => DocxError::damaged(error),
            })?;
        let mut xml = String::new();
        let mut relationships = relationships.take(MAX_RELATIONSHIPS_BYTES);
        let read = relationships.read_to_string(&mut xml);
        read.map_err(DocxError::damaged)?;
        drop(relationships);
        let name = main_name(&xml)?;
        Ok(Self { archive, name })
    }

    /// The XML of the part. No more than [`MAX_XML_BYTES`] and one byte of it is unpacked.
    ///
    /// # Errors
    /// When the part is not there, or packed in another way.
    pub(super) fn open(&mut self) -> Result<BufReader<std::io::Take<impl Read>>, DocxError> {
        let part = self.archive.by_name(&self.name);
        let part = part.map_err(DocxError::damaged)?;
        Ok(BufReader::new(part.take(MAX_XML_BYTES + 1)))
    }
}

/// The name of the main part in the archive, by the part that names it.
fn main_name(relationships: &str) -> Result<String, DocxError> {
    let mut reader = Reader::from_str(relationships);
    loop {
        let element = match reader.read_event().map_err(DocxError::damaged)? {
            Event::Start(element) | Event::Empty(element) => element,
            Event::Eof => return Err(DocxError::NoDocx),
            _ => continue,
        };
        let attribute = |name| {
            let found = element.try_get_attribute(name).ok().flatten();
            found.map(|attribute| attribute.value.into_owned())
        };
        if attribute("Type").is_some_and(|kind| kind.ends_with(MAIN)) {
            let target = attribute("Target").unwrap_or_default();
            return Ok(target.trim_start_matches('/').to_owned());
        }
    }
}
