//! Bytes that start at a cache line, as the kernels want them.

/// Bytes in a cache line.
pub(super) const LINE: usize = 64;

/// A buffer of bytes that starts at a cache line.
#[derive(Default)]
pub(crate) struct Aligned {
    bytes: Vec<u8>,
    start: usize,
    length: usize,
}

impl Aligned {
    /// Makes it at least `length` long. What it held may be lost.
    pub fn resize(&mut self, length: usize) {
        if length + LINE > self.bytes.len() {
            self.bytes = vec![0; length + LINE];
            // An offset that cannot be told would only cost speed.
            self.start = self.bytes.as_ptr().align_offset(LINE).min(LINE);
        }
        self.length = length;
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.length]
    }

    pub fn bytes_mut(&mut self) -> &mut [u8] {
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
