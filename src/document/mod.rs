//! Bytes to a [`Document`]: a named text that is known to be UTF-8.
//!
//! In: a file, a reader or bytes in memory, with a limit on their number. Out:
//! the original text, byte for byte, a byte order mark included, so that every
//! span points into what the user has on disk; the way from a byte to its line and
//! column; and its prose: what a reader reads of it, without markup and without the marks of
//! the program or the page that the text came from. What cannot be read is a
//! [`DocumentError`] that says so and names the way out. It does not guess encodings
//! beyond recognising them, nor split the text, nor judge whether it is English.

mod error;
mod forms;
mod line_index;
mod markup;
mod paragraphs;
mod prose;

use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};

pub use error::{DocumentError, Encoding};
pub use line_index::{LineIndex, Position};
pub use markup::Markup;
pub(crate) use paragraphs::paragraphs;
pub use prose::Prose;

/// The byte order mark that some programs put before UTF-8 text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A text that is known to be UTF-8, with its name.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
    line_index: OnceLock<LineIndex>,
    markup: Option<Markup>,
    /// What a reader reads of it, where that is not the text as it stands.
    prose: OnceLock<Option<Arc<Prose>>>,
}

impl Document {
    /// A document from a text in memory.
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            line_index: OnceLock::new(),
            markup: None,
            prose: OnceLock::new(),
        }
    }

    /// A document from bytes in memory.
    ///
    /// # Errors
    /// [`DocumentError::NotUtf8`] when the bytes are not UTF-8, or are UTF-8
    /// only by accident: UTF-16 and binary data full of NUL bytes.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, DocumentError> {
        let name = name.into();
        if let Some((offset, encoding)) = error::nul_bytes(&bytes) {
            return Err(DocumentError::NotUtf8 {
                name,
                offset,
                encoding,
            });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::from_text(name, text)),
            Err(not_utf8) => {
                let fault = not_utf8.utf8_error();
                Err(DocumentError::NotUtf8 {
                    name,
                    offset: fault.valid_up_to(),
                    encoding: error::recognize(not_utf8.as_bytes(), fault),
                })
            }
        }
    }

    /// Reads all of `reader`; of a longer one, no more than `max_bytes` + 1
    /// bytes are taken.
    ///
    /// # Errors
    /// [`DocumentError::TooLarge`] beyond `max_bytes`, otherwise as
    /// [`Document::from_bytes`], and [`DocumentError::Unreadable`] when the
    /// reader fails.
    pub fn from_reader(
        name: impl Into<String>,
        reader: impl Read,
        max_bytes: u64,
    ) -> Result<Self, DocumentError> {
        let name = name.into();
        let mut bytes = Vec::new();
        if let Err(source) = reader
            .take(max_bytes.saturating_add(1))
            .read_to_end(&mut bytes)
        {
            return Err(DocumentError::from_io(name, source));
        }
        if bytes.len() as u64 > max_bytes {
            return Err(DocumentError::TooLarge {
                name,
                limit: max_bytes,
                size: None,
            });
        }
        Self::from_bytes(name, bytes)
    }

    /// Opens and reads a file, or anything that can be read like one, such as a
    /// named pipe. The document's name is the path as given. A file that is
    /// known to be longer than `max_bytes` is refused without being read.
    ///
    /// # Errors
    /// Every [`DocumentError`]: a missing file, a folder, a file that may not
    /// be read, one that is too large, one that is not UTF-8.
    pub fn open(path: &Path, max_bytes: u64) -> Result<Self, DocumentError> {
        let name = path.display().to_string();
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(source) => return Err(DocumentError::from_io(name, source)),
        };
        if metadata.is_dir() {
            return Err(DocumentError::IsFolder { name });
        }
        if metadata.is_file() && metadata.len() > max_bytes {
            return Err(DocumentError::TooLarge {
                name,
                limit: max_bytes,
                size: Some(metadata.len()),
            });
        }
        match std::fs::File::open(path) {
            Ok(file) => Self::from_reader(name, file, max_bytes),
            Err(source) => Err(DocumentError::from_io(name, source)),
        }
    }

    /// The name of the document: a path as given, `-` for standard input, or a record's id.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole original text, a byte order mark included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// This document, taken to be marked up as `markup`, or to be plain text if `None`.
    pub fn marked_up(self, markup: Option<Markup>) -> Self {
        Self {
            markup,
            prose: OnceLock::new(),
            ..self
        }
    }

    /// The markup language of the document; `None` for plain text.
    pub fn markup(&self) -> Option<Markup> {
        self.markup
    }

    /// What a reader reads of the document, if that is not its text as it stands: it is marked
    /// up, or its text came with wrapped lines, ligatures, soft hyphens and the like. It is made
    /// when it is first asked for.
    pub fn prose(&self) -> Option<&Arc<Prose>> {
        let prose = || Prose::of(&self.text, self.markup).map(Arc::new);
        self.prose.get_or_init(prose).as_ref()
    }

    /// The text that is judged: what a reader reads of the document.
    pub fn judged(&self) -> &str {
        self.prose().map_or(&self.text, |prose| prose.text())
    }

    /// The byte of the judged text where the content begins: 3 after a byte order mark,
    /// else 0.
    pub fn content_start(&self) -> usize {
        content_start(self.judged())
    }

    /// The index that finds lines and columns by byte of [`Self::text`]. It is made when it is
    /// first asked for.
    pub fn line_index(&self) -> &LineIndex {
        self.line_index.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// The byte of a text where its content begins: 3 after a byte order mark, else 0.
pub fn content_start(text: &str) -> usize {
    if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    }
}

/// A text without a byte order mark, which language models never saw.
pub fn content(text: &str) -> &str {
    text.get(content_start(text)..).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u64 = 8 << 20;

    fn kind_and_message(result: Result<Document, DocumentError>) -> (&'static str, String) {
        let error = result.expect_err("this input cannot be read");
        (error.kind(), error.to_string())
    }

    #[test]
    fn a_byte_order_mark_stays_in_the_text_and_before_the_content() {
        let document = Document::from_bytes("a.txt", b"\xef\xbb\xbfHens lay.".to_vec()).unwrap();
        assert_eq!(document.content_start(), 3);
        assert_eq!(&document.text()[document.content_start()..], "Hens lay.");
        assert_eq!(Document::from_text("b", "Hens lay.").content_start(), 0);
    }

    #[test]
    fn a_missing_file_a_folder_and_a_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.txt");
        std::fs::write(&file, "Rain fell.").unwrap();

        let document = Document::open(&file, LIMIT).unwrap();
        assert_eq!(document.text(), "Rain fell.");
        assert_eq!(document.name(), file.display().to_string());

        let (kind, message) = kind_and_message(Document::open(&folder.path().join("none"), LIMIT));
        assert_eq!(kind, "not_found");
        assert!(message.contains("none"), "{message}");
        let (kind, _) = kind_and_message(Document::open(&file.join("inside"), LIMIT));
        assert_eq!(kind, "not_found");
        let (kind, message) = kind_and_message(Document::open(folder.path(), LIMIT));
        assert_eq!(kind, "is_folder");
        assert!(message.contains("is a folder"), "{message}");
    }

    #[test]
    fn fifty_megabytes_are_refused_without_being_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.txt");
        // A hole of 50 MB: reading it would give NUL bytes, another error.
        std::fs::File::create(&path)
            .unwrap()
            .set_len(50_000_000)
            .unwrap();
        let (kind, message) = kind_and_message(Document::open(&path, LIMIT));
        assert_eq!(kind, "too_large");
        assert!(message.contains("50000000"), "{message}");
        assert!(message.contains("8388608"), "{message}");
    }

    #[test]
    fn a_reader_gives_at_most_one_byte_more_than_the_limit() {
        struct Counting<'a>(&'a mut u64);
        impl Read for Counting<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                buffer.fill(b'a');
                *self.0 += buffer.len() as u64;
                Ok(buffer.len())
            }
        }
        let mut taken = 0;
        let (kind, _) = kind_and_message(Document::from_reader("-", Counting(&mut taken), 1000));
        assert_eq!(kind, "too_large");
        assert_eq!(taken, 1001);
        let exact = Document::from_reader("-", &[b'a'; 1000][..], 1000).unwrap();
        assert_eq!(exact.text().len(), 1000);
        assert!(Document::from_reader("-", &b"whole"[..], u64::MAX).is_ok());
    }

    #[test]
    fn a_reader_that_fails_is_unreadable() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("the cable was pulled"))
            }
        }
        let (kind, message) = kind_and_message(Document::from_reader("-", Failing, 10));
        assert_eq!(kind, "unreadable");
        assert!(message.contains("the cable was pulled"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn a_named_pipe_is_read_like_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let writer = {
            let path = path.clone();
            std::thread::spawn(move || std::fs::write(path, "through the pipe"))
        };
        let document = Document::open(&path, LIMIT).unwrap();
        writer.join().unwrap().unwrap();
        assert_eq!(document.text(), "through the pipe");
    }

    #[test]
    fn an_empty_file_is_a_document() {
        let document = Document::from_bytes("-", Vec::new()).unwrap();
        assert_eq!(document.text(), "");
        assert_eq!(document.line_index().position(0).line, 1);
    }
}
