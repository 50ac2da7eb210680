//! Why a document could not be read, and what its bytes look like instead.
//!
//! In: an operating system's error, or bytes that are not UTF-8. Out: a
//! [`DocumentError`] whose message names the document, what was met and the way
//! out. It recognises encodings to name them; it never converts.

use std::fmt;
use std::io;
use std::str::Utf8Error;
use std::sync::Arc;

/// Why a document could not be read. Errors are cheap to clone.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The bytes are not UTF-8 text.
    #[error("{name}: not UTF-8 text (byte {offset}): {encoding}")]
    NotUtf8 {
        /// The document's name.
        name: String,
        /// Offset of the first bad byte, from 0.
        offset: usize,
        /// What the bytes look like.
        encoding: Encoding,
    },
    /// There are more bytes than the limit allows.
    #[error(
        "{name}: too large ({}; the limit is {limit} bytes)",
        size.map_or_else(|| format!("more than {limit} bytes"), |size| format!("{size} bytes"))
    )]
    TooLarge {
        /// The document's name.
        name: String,
        /// The limit, in bytes.
        limit: u64,
        /// The size in bytes, where it is known without reading everything.
        size: Option<u64>,
    },
    /// The operating system refused or failed.
    #[error("{name}: cannot be read: {cause}")]
    Unreadable {
        /// The document's name.
        name: String,
        /// What the operating system said.
        cause: Arc<io::Error>,
    },
    /// A folder stands where a file was expected.
    #[error("{name}: is a folder, not a file")]
    IsFolder {
        /// The folder's name.
        name: String,
    },
    /// There is no such file.
    #[error("{name}: no such file")]
    NotFound {
        /// The path as given.
        name: String,
    },
}

impl DocumentError {
    /// The short name of the error that reports carry, in `snake_case`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } => "not_utf8",
            Self::TooLarge { .. } => "too_large",
            Self::Unreadable { .. } => "unreadable",
            Self::IsFolder { .. } => "is_folder",
            Self::NotFound { .. } => "not_found",
        }
    }

    pub(super) fn from_io(name: String, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotFound { name },
            io::ErrorKind::IsADirectory => Self::IsFolder { name },
            _ => Self::Unreadable {
                name,
                cause: Arc::new(source),
            },
        }
    }
}

/// What bytes that are not UTF-8 look like. The text of an encoding says the way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-16, with a byte order mark.
    Utf16,
    /// UTF-16, least significant byte first, without a mark.
    Utf16LittleEndian,
    /// UTF-16, most significant byte first, without a mark.
    Utf16BigEndian,
    /// UTF-32, with a byte order mark.
    Utf32,
    /// Text in one of the older encodings of one byte a character.
    OneByte,
    /// UTF-8 that ends in the middle of a character.
    CutOff,
    /// A zip archive, as office documents are.
    Zip,
    /// A gzip file.
    Gzip,
    /// A PDF file.
    Pdf,
    /// No text at all.
    Binary,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 => "looks like UTF-16; convert it with iconv -f UTF-16 -t UTF-8",
            Self::Utf16LittleEndian => {
                "looks like UTF-16; convert it with iconv -f UTF-16LE -t UTF-8"
            }
            Self::Utf16BigEndian => "looks like UTF-16; convert it with iconv -f UTF-16BE -t UTF-8",
            Self::Utf32 => "looks like UTF-32; convert it with iconv -f UTF-32 -t UTF-8",
            Self::OneByte => {
                "looks like text in an older encoding; convert it, for Western European text with \
                 iconv -f WINDOWS-1252 -t UTF-8"
            }
            Self::CutOff => "ends in the middle of a character; the file seems to be cut off",
            Self::Zip => {
                "looks like a zip archive or an office document; unpack it or save it as plain text"
            }
            Self::Gzip => "looks like a gzip file; unpack it with gzip -d",
            Self::Pdf => "looks like a PDF; extract its text first, for instance with pdftotext",
            Self::Binary => "looks like binary data; give plain text",
        })
    }
}

/// How many bytes at the front are looked at to recognize an encoding.
const LOOKED_AT: usize = 8192;

/// Refuses bytes with so many NULs (more than one in 20 at the front) that they
/// cannot be UTF-8 text, even where every byte is valid: UTF-16 without a mark
/// is. Gives the offset of the first NUL. A stray NUL is let through.
pub(super) fn nul_bytes(bytes: &[u8]) -> Option<(usize, Encoding)> {
    let front = &bytes[..bytes.len().min(LOOKED_AT)];
    let nuls = front.iter().filter(|&&byte| byte == 0).count();
    if nuls * 20 <= front.len() || starts_with_mark(bytes).is_some() {
        return None;
    }
    let first = front.iter().position(|&byte| byte == 0)?;
    let odd = front.iter().skip(1).step_by(2);
    let nuls_at_odd = odd.filter(|&&byte| byte == 0).count();
    // English in UTF-16 has a NUL in nearly every second byte.
    let pairs = front.len() / 2;
    let encoding = if nuls * 2 < pairs {
        Encoding::Binary
    } else if nuls_at_odd * 10 >= nuls * 9 && nuls < front.len() * 3 / 4 {
        Encoding::Utf16LittleEndian
    } else if nuls_at_odd * 10 <= nuls && nuls < front.len() * 3 / 4 {
        Encoding::Utf16BigEndian
    } else {
        Encoding::Binary
    };
    Some((first, encoding))
}

/// What bytes that are not UTF-8 look like.
pub(super) fn recognize(bytes: &[u8], fault: Utf8Error) -> Encoding {
    if let Some(encoding) = starts_with_mark(bytes) {
        return encoding;
    }
    let front = &bytes[..bytes.len().min(LOOKED_AT)];
    let controls = front
        .iter()
        .filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c))
        .count();
    if controls * 50 > front.len() {
        Encoding::Binary
    } else if fault.error_len().is_none() && bytes.len() > 1 {
        Encoding::CutOff
    } else if let Some(bad) = bytes.get(fault.valid_up_to())
        && *bad >= 0x80
        && mostly_text(front)
    {
        Encoding::OneByte
    } else {
        Encoding::Binary
    }
}

fn starts_with_mark(bytes: &[u8]) -> Option<Encoding> {
    let marks: [(&[u8], Encoding); 7] = [
        (&[0xff, 0xfe, 0, 0], Encoding::Utf32),
        (&[0, 0, 0xfe, 0xff], Encoding::Utf32),
        (&[0xff, 0xfe], Encoding::Utf16),
        (&[0xfe, 0xff], Encoding::Utf16),
        (b"PK\x03\x04", Encoding::Zip),
        (&[0x1f, 0x8b], Encoding::Gzip),
        (b"%PDF-", Encoding::Pdf),
    ];
    let mut marks = marks.into_iter();
    marks
        .find(|(mark, _)| bytes.starts_with(mark))
        .map(|(_, encoding)| encoding)
}

/// Whether most bytes are ASCII letters, spaces or bytes above ASCII: older
/// encodings of any alphabet look so, compressed data does not.
fn mostly_text(front: &[u8]) -> bool {
    let likely = front
        .iter()
        .filter(|&&byte| byte.is_ascii_alphabetic() || byte.is_ascii_whitespace() || byte >= 0xa0)
        .count();
    likely * 4 >= front.len() * 3
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    fn fault(bytes: &[u8]) -> (usize, Encoding) {
        match Document::from_bytes("-", bytes.to_vec()) {
            Err(DocumentError::NotUtf8 {
                offset, encoding, ..
            }) => (offset, encoding),
            other => panic!("{other:?}"),
        }
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn the_first_bad_byte_is_named() {
        let (offset, encoding) = fault(b"The caf\xe9 on the corner closes at nine.");
        assert_eq!((offset, encoding), (7, Encoding::OneByte));
        let error = Document::from_bytes("menu.txt", b"caf\xe9 noir".to_vec()).unwrap_err();
        assert_eq!(error.kind(), "not_utf8");
        let message = error.to_string();
        assert!(message.starts_with("menu.txt: not UTF-8 text (byte 3)"));
        assert!(message.contains("iconv -f WINDOWS-1252 -t UTF-8"));
    }

    #[test]
    fn utf16_is_recognised_with_and_without_a_mark() {
        let text = "The harvest was good this year.";
        let with_mark = utf16(&format!("\u{feff}{text}"), u16::to_le_bytes);
        assert_eq!(fault(&with_mark), (0, Encoding::Utf16));
        let with_mark = utf16(&format!("\u{feff}{text}"), u16::to_be_bytes);
        assert_eq!(fault(&with_mark), (0, Encoding::Utf16));
        let little = utf16(text, u16::to_le_bytes);
        assert_eq!(fault(&little), (1, Encoding::Utf16LittleEndian));
        let big = utf16(text, u16::to_be_bytes);
        assert_eq!(fault(&big), (0, Encoding::Utf16BigEndian));
        let message = Encoding::Utf16.to_string();
        assert!(message.contains("iconv -f UTF-16 -t UTF-8"));
    }

    #[test]
    fn binary_data_is_called_so() {
        assert_eq!(fault(&[0; 64]), (0, Encoding::Binary));
        let noise: Vec<u8> = (0..4000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 23) as u8)
            .collect();
        assert_eq!(fault(&noise).1, Encoding::Binary);
        let program = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0";
        assert_eq!(fault(program).1, Encoding::Binary);
        assert_eq!(
            fault(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbH").1,
            Encoding::Gzip
        );
        assert_eq!(
            fault(b"PK\x03\x04\x14\0\0\0\x08\0\xff\xff").1,
            Encoding::Zip
        );
    }

    #[test]
    fn a_cut_off_character_is_told_from_another_encoding() {
        let whole = "The price rose by 5 €".as_bytes();
        let cut = &whole[..whole.len() - 1];
        assert_eq!(fault(cut), (whole.len() - 3, Encoding::CutOff));
    }

    #[test]
    fn a_stray_nul_in_a_text_is_let_through() {
        let text = "A long enough line with one odd \0 byte in it.";
        let document = Document::from_bytes("-", text.as_bytes().to_vec()).unwrap();
        assert_eq!(document.text(), text);
    }

    #[test]
    fn errors_can_be_cloned_and_say_their_cause_once() {
        let error = DocumentError::from_io(
            "locked.txt".to_owned(),
            io::Error::from(io::ErrorKind::PermissionDenied),
        );
        let copy = error.clone();
        assert_eq!(copy.kind(), "unreadable");
        assert_eq!(copy.to_string(), error.to_string());
        assert!(copy.to_string().ends_with("permission denied"), "{copy}");
        assert!(std::error::Error::source(&copy).is_none());
    }
}
