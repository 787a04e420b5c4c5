//! Parquet files of numbers, read and written batch by batch: memory does not grow with the file.

mod read;
mod snappy;
mod thrift;
mod write;

pub(crate) use read::{Reader, Values};
pub(crate) use write::{Versions, Writer};
