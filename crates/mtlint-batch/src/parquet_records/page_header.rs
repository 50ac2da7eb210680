//! What the header of a Parquet page says of its size.
//!
//! In: the bytes of a page, from its header on. Out: the numbers that say how much it
//! unpacks to. The header is a struct in Thrift's compact protocol; the Parquet library reads
//! it too, but unpacks a page before anyone can ask how large it is. Nothing is unpacked
//! here.

use std::io::{self, Read};

/// A header may have this many bytes (32 MiB): it may quote the smallest and the largest
/// text of its page.
const MAX_HEADER_BYTES: u64 = 32 << 20;

/// Structs within structs are followed this deep; a header has three levels.
const MAX_DEPTH: usize = 8;

/// The size of a page, as its header says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// Bytes of the header itself.
    pub(super) length: u64,
    /// Whether the page holds cells, and so is read; an index is passed over.
    pub(super) of_cells: bool,
    /// Bytes of the page once it is unpacked.
    pub(super) unpacked: u64,
    /// Bytes of the page in the file.
    pub(super) packed: u64,
    /// The cells in the page, those included that are null.
    pub(super) cells: u64,
    /// Bytes at its front that are never packed.
    pub(super) levels: u64,
    /// Whether the page is left as it is although the column is packed.
    pub(super) plain: bool,
}

/// Reads the header at the front of `page`.
///
/// # Errors
/// When it is cut off or is none.
pub(super) fn read(page: impl Read) -> io::Result<PageHeader> {
    let mut input = Input(page.take(MAX_HEADER_BYTES));
    let mut header = PageHeader::default();
    let mut fields = Fields::default();
    while let Some((field, kind)) = fields.next(&mut input)? {
        match (field, kind) {
            (2, Kind::NUMBER) => header.unpacked = input.size()?,
            (3, Kind::NUMBER) => header.packed = input.size()?,
            (5 | 7 | 8, Kind::STRUCT) => {
                header.of_cells = true;
                of_kind(&mut input, field == 8, &mut header)?;
            }
            (_, kind) => input.skip(kind, 0)?,
        }
    }
    header.length = MAX_HEADER_BYTES - input.0.limit();
    Ok(header)
}

/// Reads the part of a header that belongs to pages of one kind; those of the second version
/// say more.
fn of_kind(input: &mut Input<impl Read>, second: bool, header: &mut PageHeader) -> io::Result<()> {
    let mut fields = Fields::default();
    while let Some((field, kind)) = fields.next(input)? {
        match (field, kind) {
            (1, Kind::NUMBER) => header.cells = input.size()?,
            (5 | 6, Kind::NUMBER) if second => header.levels += input.size()?,
            (7, Kind::FALSE) if second => header.plain = true,
            (_, kind) => input.skip(kind, 0)?,
        }
    }
    Ok(())
}

/// The kind of a field in Thrift's compact protocol.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind(u8);

impl Kind {
    const TRUE: Self = Self(1);
    const FALSE: Self = Self(2);
    const BYTE: Self = Self(3);
    const SHORT: Self = Self(4);
    const NUMBER: Self = Self(5);
    const LONG: Self = Self(6);
    const DOUBLE: Self = Self(7);
    const BINARY: Self = Self(8);
    const LIST: Self = Self(9);
    const SET: Self = Self(10);
    const STRUCT: Self = Self(12);
}

/// The fields of a struct, one after another.
#[derive(Default)]
struct Fields {
    last: i64,
}

impl Fields {
    /// The number and the kind of the next field; none at the end of the struct.
    fn next(&mut self, input: &mut Input<impl Read>) -> io::Result<Option<(i64, Kind)>> {
        let byte = input.byte()?;
        if byte == 0 {
            return Ok(None);
        }
        self.last = match byte >> 4 {
            0 => input.number()?,
            step => self.last.saturating_add(step.into()),
        };
        Ok(Some((self.last, Kind(byte & 0xf))))
    }
}

/// The bytes of a header.
struct Input<R>(io::Take<R>);

impl<R: Read> Input<R> {
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.0.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn unsigned(&mut self) -> io::Result<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(damaged())
    }

    fn number(&mut self) -> io::Result<i64> {
        let folded = self.unsigned()?;
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }

    /// A number that is a size.
    fn size(&mut self) -> io::Result<u64> {
        u64::try_from(self.number()?).map_err(|_| damaged())
    }

    fn skip_bytes(&mut self, count: u64) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.0).take(count), &mut io::sink())?;
        if skipped < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Passes over a field of this kind, within so many other structs and lists.
    fn skip(&mut self, kind: Kind, depth: usize) -> io::Result<()> {
        if depth > MAX_DEPTH {
            return Err(damaged());
        }
        match kind {
            Kind::TRUE | Kind::FALSE => Ok(()),
            Kind::BYTE => self.skip_bytes(1),
            Kind::SHORT | Kind::NUMBER | Kind::LONG => self.unsigned().map(drop),
            Kind::DOUBLE => self.skip_bytes(8),
            Kind::BINARY => {
                let length = self.unsigned()?;
                self.skip_bytes(length)
            }
            Kind::LIST | Kind::SET => {
                let byte = self.byte()?;
                let length = match byte >> 4 {
                    15 => self.unsigned()?,
                    length => length.into(),
                };
                let kind = match Kind(byte & 0xf) {
                    // In a list each of them has a byte.
                    Kind::TRUE | Kind::FALSE => Kind::BYTE,
                    kind => kind,
                };
                (0..length).try_for_each(|_| self.skip(kind, depth + 1))
            }
            Kind::STRUCT => {
                let mut fields = Fields::default();
                while let Some((_, kind)) = fields.next(self)? {
                    self.skip(kind, depth + 1)?;
                }
                Ok(())
            }
            _ => Err(damaged()),
        }
    }
}

fn damaged() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the header of a page is damaged",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_of_pages_of_both_versions_are_read() {
        // type 0, unpacked 300, packed 20, checksum, { cells 7, encodings, { min } }.
        let first = [
            0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x28, 0x15, 0x01, 0x1c, 0x15, 0x0e, 0x15, 0x00,
            0x15, 0x06, 0x15, 0x06, 0x1c, 0x28, 0x02, b'a', b'b', 0x00, 0x00, 0x00, 0xff,
        ];
        let expected = PageHeader {
            unpacked: 300,
            packed: 20,
            cells: 7,
            length: 26,
            of_cells: true,
            ..PageHeader::default()
        };
        assert_eq!(read(&first[..]).unwrap(), expected);
        // { cells 7, nulls 1, rows 7, encoding, levels 3 and 4, not packed }.
        let second = [
            0x15, 0x06, 0x15, 0xd8, 0x04, 0x15, 0x28, 0x5c, 0x15, 0x0e, 0x15, 0x02, 0x15, 0x0e,
            0x15, 0x00, 0x15, 0x06, 0x15, 0x08, 0x12, 0x00, 0x00,
        ];
        let expected = PageHeader {
            length: 23,
            levels: 7,
            plain: true,
            ..expected
        };
        assert_eq!(read(&second[..]).unwrap(), expected);
        for bytes in [&first[..], &second[..]] {
            for end in 0..bytes.len() - 1 {
                assert!(read(&bytes[..end]).is_err(), "{end}");
            }
        }
    }

    #[test]
    fn no_bytes_bring_it_down() {
        let deep = [0x1c; 1000];
        assert!(read(&deep[..]).is_err());
        let negative = [0x15, 0x00, 0x15, 0x01, 0x00];
        assert!(read(&negative[..]).is_err());
        // A list with 2^60 elements, and a text with as many bytes.
        for kind in [0xf5, 0x08] {
            let field = if kind == 0x08 { 0x18 } else { 0x19 };
            let mut bytes = vec![field];
            if kind != 0x08 {
                bytes.push(kind);
            }
            bytes.extend([0x80; 8]);
            bytes.extend([0x10, 0x00]);
            assert!(read(&bytes[..]).is_err());
        }
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                let _ = read(&[first, second, 0x7f, 0x15, 0xff, 0x01, 0x00][..]);
            }
        }
    }
}
