//! Memory for what is kept long, in pieces of one size.
//!
//! In: numbers and bytes, one after the other. Out: the same again, in the same order. Pieces that
//! are given back are used again by what is kept next. Buffers of many sizes, which live long
//! among others that live shortly, would leave holes in the memory of the process that nothing
//! fits into, and it would grow for hours.

use std::sync::{Arc, Mutex, PoisonError};

/// The number of bytes in a piece.
const PIECE: usize = 1 << 16;

/// The pieces that nothing is kept in.
#[derive(Default, Clone)]
pub(super) struct Pieces(Arc<Mutex<Vec<Box<[u8]>>>>);

impl Pieces {
    /// A piece; what stands in it is of no use.
    fn take(&self) -> Box<[u8]> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_else(|| vec![0; PIECE].into())
    }

    fn give_back(&self, pieces: &mut Vec<Box<[u8]>>) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.append(pieces);
    }

    /// Gives the pieces that nothing is kept in back to the system.
    pub(super) fn release(&self) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *free = Vec::new();
    }

    /// Something with nothing in it, to be kept in pieces of these.
    pub(super) fn pack(&self) -> Packed {
        Packed {
            from: self.clone(),
            pieces: Vec::new(),
            length: 0,
        }
    }
}

/// Numbers and bytes that are kept in pieces, which are given back when it is dropped.
pub(super) struct Packed {
    from: Pieces,
    pieces: Vec<Box<[u8]>>,
    /// How many bytes of the pieces are in use, the last ones of the last piece not.
    length: usize,
}

impl Drop for Packed {
    fn drop(&mut self) {
        self.from.give_back(&mut self.pieces);
    }
}

impl Packed {
    /// The number of bytes that it has in memory.
    pub(super) fn bytes(&self) -> usize {
        self.pieces.len() * PIECE
    }

    /// Adds bytes at the end.
    pub(super) fn put_bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let used = self.length % PIECE;
            if used == 0 {
                self.pieces.push(self.from.take());
            }
            let Some(piece) = self.pieces.last_mut() else {
                return;
            };
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - used));
            piece[used..used + now.len()].copy_from_slice(now);
            self.length += now.len();
            bytes = later;
        }
    }

    /// Adds a number at the end.
    pub(super) fn put_number(&mut self, number: u32) {
        self.put_bytes(&number.to_ne_bytes());
    }

    /// Adds numbers at the end.
    pub(super) fn put_floats(&mut self, numbers: &[f32]) {
        let mut bytes = [0; 1024];
        for some in numbers.chunks(bytes.len() / 4) {
            let bytes = &mut bytes[..some.len() * 4];
            for (four, number) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(some) {
                *four = number.to_ne_bytes();
            }
            self.put_bytes(bytes);
        }
    }

    /// What was put in, from the first on.
    pub(super) fn unpack(&self) -> Unpacking<'_> {
        Unpacking {
            packed: self,
            at: 0,
        }
    }
}

/// What is taken out of something packed, in the order in which it was put in.
pub(super) struct Unpacking<'a> {
    packed: &'a Packed,
    at: usize,
}

impl Unpacking<'_> {
    /// Fills a slice with the next bytes. There must be as many.
    pub(super) fn bytes(&mut self, mut out: &mut [u8]) {
        while !out.is_empty() {
            let piece = &self.packed.pieces[self.at / PIECE][self.at % PIECE..];
            let (now, later) = out.split_at_mut(piece.len().min(out.len()));
            now.copy_from_slice(&piece[..now.len()]);
            self.at += now.len();
            out = later;
        }
    }

    /// The next number.
    pub(super) fn number(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.bytes(&mut bytes);
        u32::from_ne_bytes(bytes)
    }

    /// The next `count` numbers.
    pub(super) fn floats(&mut self, count: usize) -> Vec<f32> {
        let mut bytes = [0; 1024];
        let mut numbers = Vec::with_capacity(count);
        while numbers.len() < count {
            let some = (count - numbers.len()).min(bytes.len() / 4);
            let bytes = &mut bytes[..some * 4];
            self.bytes(bytes);
            numbers.extend(
                bytes
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .copied()
                    .map(f32::from_ne_bytes),
            );
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again_and_pieces_are_used_again() {
        let pieces = Pieces::default();
        let floats: Vec<f32> = (0..2 * PIECE / 4 + 5).map(|i| i as f32).collect();
        let bytes: Vec<u8> = (0..PIECE + 3).map(|i| i as u8).collect();
        for _ in 0..3 {
            let mut packed = pieces.pack();
            packed.put_number(7);
            packed.put_bytes(&bytes);
            packed.put_floats(&floats);
            packed.put_number(u32::MAX);
            assert_eq!(packed.bytes(), 4 * PIECE);
            let mut out = packed.unpack();
            assert_eq!(out.number(), 7);
            let mut again = vec![0; bytes.len()];
            out.bytes(&mut again);
            assert_eq!(again, bytes);
            assert_eq!(out.floats(floats.len()), floats);
            assert_eq!(out.number(), u32::MAX);
        }
        assert_eq!(pieces.0.lock().unwrap().len(), 4);
        pieces.release();
        assert!(pieces.0.lock().unwrap().is_empty());
    }
}
