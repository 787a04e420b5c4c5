//! A part of a file that is read as if it were a file of its own: what stands in an archive as it is.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// Who sees what is read of a region, so that it need not be read once more to be checked.
pub trait Watch: Debug + Send + Sync {
    /// These bytes stand at a place of it. Whoever reads may read them again, and others in between.
    fn read(&self, place: u64, bytes: &[u8]);
}

/// So many bytes of a file from a place on, read one after the other. Copies of it are read on their own.
#[derive(Clone, Debug)]
pub struct Region {
    file: Arc<File>,
    start: u64,
    length: u64,
    /// How many bytes of it were read.
    place: u64,
    watch: Option<Arc<dyn Watch>>,
}

impl Region {
    /// A part of a file.
    #[must_use]
    pub fn new(file: Arc<File>, start: u64, length: u64) -> Self {
        Region { file, start, length, place: 0, watch: None }
    }

    /// The same, and somebody sees what is read of it.
    #[must_use]
    pub fn watched(self, watch: Arc<dyn Watch>) -> Self {
        Region { watch: Some(watch), ..self }
    }

    /// All of a file.
    pub(crate) fn whole(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Region::new(Arc::new(file), 0, length))
    }

    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Reads what stands at a place of it, as much as comes at once.
    pub(crate) fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(place)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let read = self.file.read_at(&mut buffer[..wanted], self.start + place)?;
        if let Some(watch) = &self.watch {
            watch.read(place, &buffer[..read]);
        }
        Ok(read)
    }
}

impl Read for Region {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_at(buffer, self.place)?;
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
