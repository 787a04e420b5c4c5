//! A new file whose digest is taken while it is written, so that nobody reads it again for that.

use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

/// How much is written at once.
const PIECE: usize = 256 << 10;

/// How many pieces may wait for their digest.
const AHEAD: usize = 8;

/// A file that is written, and a thread that takes its digest.
pub(crate) struct Hashed {
    file: File,
    piece: Vec<u8>,
    bytes: u64,
    /// How many pieces there are.
    pieces: usize,
    /// Those that are written.
    written: Sender<Vec<u8>>,
    /// Those whose digest is taken.
    taken: Receiver<Vec<u8>>,
    digest: JoinHandle<[u8; 32]>,
}

impl Hashed {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = File::create(path)?;
        let (written, to_take) = channel::<Vec<u8>>();
        let (give_back, taken) = channel();
        let digest = thread::Builder::new().spawn(move || {
            let mut sum = Sha256::new();
            for piece in to_take {
                sum.update(&piece);
                // Nobody wants it once all is written.
                let _ = give_back.send(piece);
            }
            sum.finalize().into()
        })?;
        Ok(Hashed { file, piece: Vec::with_capacity(PIECE), bytes: 0, pieces: 1, written, taken, digest })
    }

    /// Writes what is not written, and hands it on.
    fn next(&mut self) -> io::Result<()> {
        self.file.write_all(&self.piece)?;
        self.bytes += self.piece.len() as u64;
        let waited = if self.pieces < AHEAD { None } else { self.taken.recv().ok() };
        self.pieces += usize::from(waited.is_none());
        let mut fresh = waited.unwrap_or_else(|| Vec::with_capacity(PIECE));
        fresh.clear();
        // If the thread is gone, it panicked, which is told in the end.
        let _ = self.written.send(mem::replace(&mut self.piece, fresh));
        Ok(())
    }

    /// Writes the rest. SHA-256 of the file, and its size.
    pub(crate) fn finish(mut self) -> io::Result<([u8; 32], u64)> {
        self.next()?;
        drop(self.written);
        Ok((self.digest.join().unwrap_or_else(|panic| resume_unwind(panic)), self.bytes))
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE {
            self.next()?;
        }
        let (now, _) = bytes.split_at(bytes.len().min(PIECE - self.piece.len()));
        self.piece.extend_from_slice(now);
        Ok(now.len())
    }

    /// What is written is on the way until [`Hashed::finish`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
