//! The journal of a batch: finished entries, on disk as soon as they are finished, so that a run that is killed can be resumed.
//!
//! It is a file in the output folder, named after the list. The first line says what run it is of, each other one holds an entry's
//! number and report. A line without its end was being written when the run was killed, and does not count. The file is gone once the
//! report is written.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::report::Report;

/// What decides which run a journal is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// SHA-256 of the list.
    pub list: String,
    /// The version of the program.
    pub host: String,
    /// Where the data, and competitions and graders beside the program's own, come from.
    pub folders: Vec<Option<PathBuf>>,
}

/// A finished entry.
#[derive(Serialize, Deserialize)]
struct Finished<R> {
    /// Its place in the list, from 0.
    entry: usize,
    report: R,
}

/// A journal that is open for writing, for any number of threads. No other process writes to it.
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

/// What opening a journal gives.
pub enum Opened {
    /// The journal, and the entries that are finished already.
    Ready(Journal, HashMap<usize, Report>),
    /// Another process is at the same list in the same folder.
    Busy,
    /// It is of another run, which it tells.
    Other(Box<Run>),
}

impl Journal {
    /// Opens the journal of a run in the output folder. With `resume` it keeps the entries that are finished, else it starts anew.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written.
    pub fn open(folder: &Path, run: &Run, resume: bool) -> io::Result<Opened> {
        let name: String = run.list.chars().take(16).collect();
        let path = folder.join(format!(".{name}.partial.jsonl"));
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Opened::Busy),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let (mut finished, mut length) = (HashMap::new(), 0);
        if resume {
            match read(&file)? {
                Read::Nothing => {}
                Read::Entries(found, bytes) if found.0 == *run => (finished, length) = (found.1, bytes),
                Read::Entries(found, _) => return Ok(Opened::Other(Box::new(found.0))),
            }
        }
        file.set_len(length)?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(length))?;
        if length == 0 {
            line(&mut file, run)?;
        }
        Ok(Opened::Ready(Journal { path, file: Mutex::new(file) }, finished))
    }

    /// Adds a finished entry.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn add(&self, entry: usize, report: &Report) -> io::Result<()> {
        line(&mut self.file.lock().unwrap_or_else(PoisonError::into_inner), &Finished { entry, report })
    }

    /// Removes the journal: the report is written.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub fn remove(self) -> io::Result<()> {
        std::fs::remove_file(self.path)
    }
}

fn line(file: &mut File, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)
}

enum Read {
    Nothing,
    /// The run and its finished entries, and how many bytes they take.
    Entries((Run, HashMap<usize, Report>), u64),
}

/// Reads as far as lines are whole.
fn read(file: &File) -> io::Result<Read> {
    let mut reader = BufReader::new(file);
    let mut next = || -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        Ok(line.ends_with(b"\n").then_some(line))
    };
    let Some(first) = next()? else { return Ok(Read::Nothing) };
    let run = serde_json::from_slice(&first)?;
    let (mut finished, mut bytes) = (HashMap::new(), first.len() as u64);
    while let Some(line) = next()? {
        let Ok(Finished { entry, report }) = serde_json::from_slice::<Finished<Report>>(&line) else { break };
        finished.insert(entry, report);
        bytes += line.len() as u64;
    }
    Ok(Read::Entries((run, finished), bytes))
}
