//! Snappy's raw format, written as a stream of a length that is known.

use std::io::{self, Write};

use snap::raw::{Encoder, max_compress_len};

/// Blocks are compressed on their own, so a stream of them is what compressing the whole gives.
const BLOCK: usize = 1 << 16;

/// Compresses what is written to it.
pub(super) struct Snappy<W> {
    out: W,
    encoder: Encoder,
    /// What is too little to be compressed yet.
    block: Vec<u8>,
    /// Where a block is compressed to.
    made: Vec<u8>,
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
        let made = vec![0; max_compress_len(BLOCK)];
        Ok(Snappy { out, encoder: Encoder::new(), block, made, compressed: head.len() as u64 })
    }

    pub(super) fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.block.len()));
            bytes = later;
            if now.len() == BLOCK {
                self.compress(now)?;
                continue;
            }
            self.block.extend_from_slice(now);
            if self.block.len() == BLOCK {
                self.compress_rest()?;
            }
        }
        Ok(())
    }

    fn compress_rest(&mut self) -> io::Result<()> {
        let mut block = std::mem::take(&mut self.block);
        self.compress(&block)?;
        block.clear();
        self.block = block;
        Ok(())
    }

    fn compress(&mut self, block: &[u8]) -> io::Result<()> {
        let length = self.encoder.compress(block, &mut self.made).map_err(io::Error::other)?;
        // Each has its length before it, which only the whole is to have.
        let mut head = Vec::new();
        super::thrift::varint(block.len() as u64, &mut head);
        let made = self.made.get(head.len()..length).unwrap_or_default();
        self.out.write_all(made)?;
        self.compressed += made.len() as u64;
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<(W, u64)> {
        if !self.block.is_empty() {
            self.compress_rest()?;
        }
        Ok((self.out, self.compressed))
    }
}
