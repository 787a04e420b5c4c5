//! The `run.log` of a run: what was done with it, and what its agent wrote, in bounds.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::timestamp;

/// What the file is called.
pub const FILE: &str = "run.log";

/// How much of an agent's output is kept, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;

/// A log that is open.
#[derive(Debug)]
pub struct RunLog {
    file: File,
    room: u64,
    /// The last byte of the agent's output was no end of a line.
    is_within_a_line: bool,
}

impl RunLog {
    /// Opens the log of a run's folder.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn open(run: &Path, room: u64) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(run.join(FILE))?;
        Ok(RunLog { file, room, is_within_a_line: false })
    }

    /// Says what was done.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        let end = if std::mem::take(&mut self.is_within_a_line) { "\n" } else { "" };
        self.file.write_all(format!("{end}[{}] assay: {text}\n", timestamp::now()).as_bytes())
    }

    /// Adds what the agent wrote, as it is; no more of it than there is room for.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn add(&mut self, output: &[u8]) -> io::Result<()> {
        let length = u64::try_from(output.len()).unwrap_or(u64::MAX);
        let (kept, rest) = match usize::try_from(self.room) {
            Ok(room) if room < output.len() => output.split_at(room),
            _ => (output, &[][..]),
        };
        if let Some(last) = kept.last() {
            self.file.write_all(kept)?;
            self.is_within_a_line = *last != b'\n';
        }
        let had_room = self.room > 0;
        self.room = self.room.saturating_sub(length);
        if had_room && !rest.is_empty() {
            self.say("the agent wrote more than is kept; the rest is left out")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_kept_in_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = RunLog::open(folder.path(), 8).unwrap();
        for output in ["one\n", "two three", "four"] {
            log.add(output.as_bytes()).unwrap();
        }
        log.say("done").unwrap();
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        let lines: Vec<&str> = text.lines().map(|line| line.rsplit("GMT] ").next().unwrap_or(line)).collect();
        assert_eq!(
            lines,
            ["one", "two ", "assay: the agent wrote more than is kept; the rest is left out", "assay: done"]
        );
    }
}
