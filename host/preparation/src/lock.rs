//! One process at a time prepares a competition. Whoever is killed holds nothing any longer.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;

use crate::progress::{Progress, Stage};

/// How often it is looked whether the other process is done.
const PAUSE: Duration = Duration::from_millis(100);

/// That this process prepares the competition.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until nobody else prepares the competition. None: it is to stop.
    pub(crate) fn take(path: &Path, progress: &dyn Progress) -> io::Result<Option<Self>> {
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let file = OpenOptions::new().write(true).create(true).truncate(false).custom_flags(flags).open(path)?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Lock { _file: file })),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if progress.cancelled() => return Ok(None),
                Err(TryLockError::WouldBlock) => {
                    if !std::mem::replace(&mut told, true) {
                        progress.stage(Stage::Waiting);
                    }
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }
}
