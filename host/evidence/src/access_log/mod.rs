//! The log of uses: who held which submission against the answers, and when.
//!
//! Test answers are spent by looking at them: a score that was asked for a thousand times is worth less than one that was asked for
//! once. So every grading adds a line to a log, before its outcome is told to anybody. The lines are JSON, and each holds the SHA-256 of
//! the one before, so that none can be changed, taken out or moved without a trace ([`verify`]). Beside the log, `FILE.head` holds how
//! many lines there are and the last one's digest, which shows that the last lines were taken out. Whoever can rewrite the log can
//! rewrite both from the start; what they cannot rewrite is the [`Anchor`] in every report that was already handed out.
//!
//! Several processes may write to one log, and any of them may be killed at any moment. A line is written first and the head after it.
//! Lines that the head does not know yet count if they continue the chain; a line without its end was never told to anybody, and
//! the next writer cuts it off.
//!
//! What is written survives a kill, but a power cut only from the next [`AccessLog::sync`] on, which comes before a report is written. It can
//! take the lines of a batch under way, of which no report was written. Their head may survive them, as may a journal. The log then looks
//! as if its last lines were taken out, nothing more is graded with it, and the operator starts another one.

mod chain;
mod summary;
#[cfg(test)]
mod tests;
mod verify;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::private_file::{self, LOCK_WAIT};
use crate::report::{Outcome, Report};
use chain::Chain;

pub use crate::report::Anchor;
pub use chain::Broken;
pub use summary::{Summary, Tally, Usage};
pub use verify::{Verified, verify, verify_uses};

/// The longest line of a log, in bytes.
const MAX_LINE: usize = 4096;

/// The most bytes of lines after those that the head counts. A writer that is killed between line and head leaves one such line, and
/// the next writer brings the head up to date.
const MAX_TAIL: u64 = 64 << 10;

/// Why answers were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the commands of these names document them")]
pub enum Purpose {
    Grade,
    Verify,
    Doctor,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// Its place in the log, from 0.
    pub entry: u64,
    /// When: UTC, ISO 8601.
    pub time: String,
    /// Why.
    pub purpose: Purpose,
    /// Whose answers.
    pub competition_id: String,
    /// SHA-256 of the submission.
    pub submission: String,
    /// What came of it.
    pub outcome: Outcome,
    /// SHA-256 of the grader.
    pub component: String,
    /// SHA-256 of the answers.
    pub answers: String,
    /// The version of the program.
    pub host: String,
    /// The score, if the operator wants it in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// SHA-256 of the line before; of nothing for the first.
    pub previous: String,
}

impl Use {
    /// When; none if the line's time is not in ISO 8601.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(&self.time).ok().map(|time| time.to_utc())
    }
}

/// Why nothing can be added to a log.
#[derive(Debug, Error)]
pub enum AccessLogError {
    /// A file cannot be read or written.
    #[error("the log of uses {}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// The log is not what was written to it.
    #[error("the log of uses {}: {broken}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        broken: Broken,
    },
}

/// A log that is open for writing, for any number of threads.
pub struct AccessLog {
    path: PathBuf,
    with_scores: bool,
    files: Mutex<Files>,
}

struct Files {
    log: File,
    /// None if it was gone when the log was opened.
    head: Option<File>,
}

impl AccessLog {
    /// Opens a log, or starts one; with the scores, if wanted.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn open(path: &Path, with_scores: bool) -> Result<Self, AccessLogError> {
        let open = |path: &Path| {
            private_file::read_write(path).map_err(|error| AccessLogError::Io { path: path.to_owned(), error })
        };
        let log = open(path)?;
        let head = head_of(path);
        // Whoever writes the first line has made the head before.
        let written = log.metadata().map_err(|error| AccessLogError::Io { path: path.to_owned(), error })?.len() > 0;
        let head = if written && !head.is_symlink() && !head.exists() { None } else { Some(open(&head)?) };
        Ok(AccessLog { path: path.to_owned(), with_scores, files: Mutex::new(Files { log, head }) })
    }

    /// Adds a use, if the answers were used for this report: its submission could be read.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or the log was tampered with. What the report says must then not be told to anybody.
    pub(crate) fn record(&self, report: &Report, purpose: Purpose) -> Result<(), AccessLogError> {
        let (Some(competition_id), Some(receipt)) = (&report.competition_id, &report.receipt) else { return Ok(()) };
        let Some(submission) = &receipt.submission else { return Ok(()) };
        let mut entry = Use {
            entry: 0,
            time: Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true),
            purpose,
            competition_id: competition_id.clone(),
            submission: submission.clone(),
            outcome: report.outcome,
            component: receipt.digests.component.clone(),
            answers: receipt.digests.answers.clone(),
            host: receipt.host.clone(),
            score: report.score_exact.filter(|_| self.with_scores),
            previous: String::new(),
        };
        self.locked(|files| {
            let (mut chain, end) = self.end(files)?;
            entry.entry = chain.entries();
            chain.head().clone_into(&mut entry.previous);
            let mut line = serde_json::to_vec(&entry).map_err(|error| self.io(error.into()))?;
            line.push(b'\n');
            // The line is checked as a reader checks it before it is written.
            chain.add(&line).map_err(|broken| self.broken(broken))?;
            files.log.write_all_at(&line, end).map_err(|error| self.io(error))?;
            self.write_head(files, &chain)
        })
    }

    /// Makes sure that all lines survive a power cut, and returns the log's state, for reports to hold.
    ///
    /// # Errors
    ///
    /// If the log cannot be written, or was tampered with.
    pub fn sync(&self) -> Result<Anchor, AccessLogError> {
        self.locked(|files| {
            let (chain, _) = self.end(files)?;
            self.write_head(files, &chain)?;
            let head = self.head(files)?;
            files.log.sync_data().and_then(|()| head.sync_data()).map_err(|error| self.io(error))?;
            Ok(chain.anchor())
        })
    }

    /// Runs `act` while no other thread or process writes.
    fn locked<T>(&self, act: impl FnOnce(&Files) -> Result<T, AccessLogError>) -> Result<T, AccessLogError> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        private_file::lock(&files.log, LOCK_WAIT).map_err(|error| self.io(error))?;
        let done = act(&files);
        files.log.unlock().map_err(|error| self.io(error))?;
        done
    }

    /// The chain up to the last whole line, and where that ends. Whatever a killed writer left after it is cut off.
    fn end(&self, files: &Files) -> Result<(Chain, u64), AccessLogError> {
        let io = |error| self.io(error);
        let head = read(self.head(files)?).map_err(io)?;
        let mut chain = Chain::from_head(&head).map_err(|broken| self.broken(broken))?;
        let length = files.log.metadata().map_err(io)?.len();
        let known = chain.bytes();
        if length < known {
            return Err(self.broken(Broken::shorter(length, known)));
        }
        if length - known > MAX_TAIL {
            return Err(self.broken(Broken::unknown_tail(length - known)));
        }
        let mut tail = vec![0; usize::try_from(length - known).unwrap_or(0)];
        files.log.read_exact_at(&mut tail, known).map_err(io)?;
        for line in tail.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n")) {
            chain.add(line).map_err(|broken| self.broken(broken))?;
        }
        if chain.bytes() < length {
            files.log.set_len(chain.bytes()).map_err(io)?;
        }
        let end = chain.bytes();
        Ok((chain, end))
    }

    fn write_head(&self, files: &Files, chain: &Chain) -> Result<(), AccessLogError> {
        let mut head = serde_json::to_vec(&chain.state()).map_err(|error| self.io(error.into()))?;
        head.push(b'\n');
        // Its numbers only grow, so it never gets shorter, and one write replaces it as a whole.
        self.head(files)?.write_all_at(&head, 0).map_err(|error| self.io(error))
    }

    fn head<'a>(&self, files: &'a Files) -> Result<&'a File, AccessLogError> {
        files.head.as_ref().ok_or_else(|| self.broken(Broken::headless()))
    }

    fn io(&self, error: io::Error) -> AccessLogError {
        AccessLogError::Io { path: self.path.clone(), error }
    }

    fn broken(&self, broken: Broken) -> AccessLogError {
        AccessLogError::Broken { path: self.path.clone(), broken }
    }
}

/// Where the head of a log is.
#[must_use]
pub fn head_of(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".head");
    name.into()
}

/// What a head holds.
fn read(head: &File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; MAX_LINE];
    let mut filled = 0;
    loop {
        match head.read_at(&mut bytes[filled..], filled as u64)? {
            0 => break,
            read => filled += read,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
