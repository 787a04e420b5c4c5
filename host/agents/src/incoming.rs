//! An archive on its way from the engine.

use std::io::{self, Read};

use bollard::errors::Error;
use bytes::Bytes;
use tokio::sync::mpsc;

/// An archive that comes from the engine, for a thread that reads it.
pub struct Incoming {
    receiver: mpsc::Receiver<Result<Bytes, Error>>,
    chunk: Bytes,
    start: usize,
}

impl Incoming {
    pub(crate) fn new(receiver: mpsc::Receiver<Result<Bytes, Error>>, first: Bytes) -> Self {
        Incoming { receiver, chunk: first, start: 0 }
    }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.start == self.chunk.len() {
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(chunk) => {
                    (self.chunk, self.start) = (chunk.map_err(|error| io::Error::other(error.to_string()))?, 0)
                }
            }
        }
        let mut rest = self.chunk.get(self.start..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.start += read;
        Ok(read)
    }
}
