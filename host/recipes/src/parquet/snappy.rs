//! Snappy's raw format, written as a stream of a length that is known.

use std::io::{self, Write};

use snap::raw::Encoder;

/// Blocks are compressed on their own, so a stream of them is what compressing the whole gives.
const BLOCK: usize = 1 << 16;

/// Compresses what is written to it.
pub(super) struct Snappy<W> {
    out: W,
    encoder: Encoder,
    block: Vec<u8>,
    /// How many bytes were written compressed.
    pub compressed: u64,
}

impl<W: Write> Snappy<W> {
    /// A stream of this many bytes.
    pub(super) fn new(mut out: W, length: u64) -> io::Result<Self> {
        let mut head = Vec::new();
        super::thrift::varint(length, &mut head);
        out.write_all(&head)?;
        let block = Vec::with_capacity(BLOCK);
        Ok(Snappy { out, encoder: Encoder::new(), block, compressed: head.len() as u64 })
    }

    pub(super) fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == BLOCK {
                self.compress()?;
            }
        }
        Ok(())
    }

    fn compress(&mut self) -> io::Result<()> {
        let made = self.encoder.compress_vec(&self.block).map_err(io::Error::other)?;
        // Each has its length before it, which only the whole is to have.
        let mut head = Vec::new();
        super::thrift::varint(self.block.len() as u64, &mut head);
        let made = made.get(head.len()..).unwrap_or_default();
        self.out.write_all(made)?;
        self.compressed += made.len() as u64;
        self.block.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<(W, u64)> {
        if !self.block.is_empty() {
            self.compress()?;
        }
        Ok((self.out, self.compressed))
    }
}
