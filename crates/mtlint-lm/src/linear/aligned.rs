//! A buffer of bytes that starts at a cache line, as the kernels need it.
//!
//! In: a length. Out: bytes to read and to write. It is not a growable vector: contents are lost
//! when it is resized.

/// The number of bytes in a cache line.
pub(super) const LINE: usize = 64;

/// A buffer of bytes that starts at a cache line.
#[derive(Default)]
pub(crate) struct Aligned {
    bytes: Vec<u8>,
    start: usize,
    length: usize,
}

impl Aligned {
    /// Makes the buffer `length` bytes long. Its contents may be lost.
    pub(crate) fn resize(&mut self, length: usize) {
        if length + LINE > self.bytes.len() {
            self.bytes = vec![0; length + LINE];
            // Where the offset is not known, only speed is lost.
            self.start = self.bytes.as_ptr().align_offset(LINE).min(LINE);
        }
        self.length = length;
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.length]
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + self.length]
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.resize(self.length);
        copy.bytes_mut().copy_from_slice(self.bytes());
        copy
    }
}
