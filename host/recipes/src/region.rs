//! A part of a file that is read as if it were a file of its own: what stands in an archive as it is.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// So many bytes of a file from a place on, read one after the other. Copies of it are read on their own.
#[derive(Clone, Debug)]
pub struct Region {
    file: Arc<File>,
    start: u64,
    length: u64,
    /// How many bytes of it were read.
    place: u64,
}

impl Region {
    /// A part of a file.
    #[must_use]
    pub fn new(file: Arc<File>, start: u64, length: u64) -> Self {
        Region { file, start, length, place: 0 }
    }

    /// All of a file.
    pub(crate) fn whole(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Region::new(Arc::new(file), 0, length))
    }
}

impl Read for Region {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length - self.place).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let read = self.file.read_at(&mut buffer[..wanted], self.start + self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

impl Length for Region {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Region {
    type T = io::BufReader<Region>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(io::BufReader::new(Region { place: start.min(self.length), ..self.clone() }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF(format!("{length} bytes are expected at {start} of {}", self.length)));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, self.start + start)?;
        Ok(bytes.into())
    }
}
