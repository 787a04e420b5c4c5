//! The journal of a batch: finished entries, on disk as soon as they are finished, so that a run that is killed can be resumed.
//!
//! It is a file in the output folder, named after the list. The first line says what run it is of, each other one holds an entry's
//! number and report. Each is signed by the operator's [key](crate::key) together with the first, since others may be able to write to that
//! folder: what is not signed is not believed. A line without its end was being written when the run was killed, and does not count; any
//! other line that cannot be read is told. Entries that could not be graded are not in it, so that a resumed run tries them again. The file
//! is gone once the report is written.

mod run_id;

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

pub use self::run_id::RunId;
use crate::Recorded;
use crate::excerpt::excerpt;
use crate::key::{self, Key};
use crate::private_file;
use crate::report::Report;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Start<R> {
    /// Random, so that no line of another journal of the same run is one of this.
    nonce: u64,
    run: R,
}

/// A finished entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finished<R> {
    /// Its place in the list, from 0.
    entry: usize,
    report: R,
}

/// A journal that is open for writing, for any number of threads. No other process writes to it.
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    signer: Signer,
}

/// Signs the lines of a journal.
struct Signer {
    key: Key,
    /// The first line, without its signature.
    start: Vec<u8>,
}

/// What a line starts with, before its signature and after it.
const SIGNED: (&[u8], &[u8]) = (b"{\"hmac\":\"", b"\",");

impl Signer {
    /// A line of a value that is an object with a field or more.
    fn line(&self, value: &impl Serialize) -> io::Result<Vec<u8>> {
        let object = serde_json::to_vec(value)?;
        let fields = object.get(1..).unwrap_or_default();
        let signature = self.key.sign(&[&self.start, fields]);
        Ok([SIGNED.0, signature.as_bytes(), SIGNED.1, fields, b"\n"].concat())
    }

    /// The object that a line is of, if it is signed.
    fn object(&self, line: &[u8]) -> Option<Vec<u8>> {
        let (signature, fields) = parts(line)?;
        self.key.signed(&[&self.start, fields], signature).then(|| [b"{", fields].concat())
    }
}

/// A line's signature, and the rest of its object.
fn parts(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (signature, rest) = line.strip_suffix(b"\n")?.strip_prefix(SIGNED.0)?.split_at_checked(64)?;
    Some((signature, rest.strip_prefix(SIGNED.1)?))
}

/// What opening a journal gives.
pub enum Opened {
    /// The journal, and the entries that are finished already.
    Ready(Journal, HashMap<usize, Report>),
    /// Another process is at the same list in the same folder.
    Busy,
    /// It is of another run, or cannot be read: why.
    Other(String),
    /// It cannot be locked, as on some network file systems.
    Unlockable(io::Error),
}

impl Journal {
    /// Opens the journal of a run in the output folder, signed by a key. With `resume` it keeps the entries that are finished, else it
    /// starts anew.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written, if something else has its name, or if it is not this user's alone.
    pub fn open(folder: &Path, run: &RunId, key: Key, resume: bool) -> io::Result<Opened> {
        let path = run.journal(folder);
        let open = || private_file::read_write(&path);
        let mut file = open()?;
        loop {
            match file.try_lock() {
                // Whoever had the lock may have removed the file since it was opened.
                Ok(()) if is_at(&file, &path)? => break,
                Ok(()) => file = open()?,
                Err(TryLockError::WouldBlock) => return Ok(Opened::Busy),
                Err(TryLockError::Error(error)) => return Ok(Opened::Unlockable(error)),
            }
        }
        private_file::is_ours_alone(&file.metadata()?)?;
        let mut signer = Signer { key, start: Vec::new() };
        let (mut finished, mut length) = (HashMap::new(), 0);
        if resume {
            match read(&file, &mut signer)? {
                Read::Nothing => {}
                Read::Unreadable => return Ok(Opened::Other(format!("{} is no journal", path.display()))),
                Read::Unsigned(line) => {
                    return Ok(Opened::Other(format!(
                        "line {line} of {} is not signed by your key: somebody else wrote it, or it was written under another key",
                        path.display()
                    )));
                }
                Read::Broken(line, error) => {
                    let error = error.to_string();
                    let error = excerpt(&error).unquoted(200);
                    return Ok(Opened::Other(format!("line {line} of {} cannot be read: {error}", path.display())));
                }
                Read::Entries(other, ..) if other != *run => return Ok(Opened::Other(run.unlike(&other))),
                Read::Entries(_, entries, bytes) => (finished, length) = (entries, bytes),
            }
        }
        file.set_len(length)?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(length))?;
        if length == 0 {
            let nonce = u64::from_le_bytes(key::random()?);
            signer.start.clear();
            let line = signer.line(&Start { nonce, run })?;
            file.write_all(&line)?;
            signer.start = line;
        }
        Ok(Opened::Ready(Journal { path, file: Mutex::new(file), signer }, finished))
    }

    /// Adds an entry, if it is finished: if it was graded.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn add(&self, entry: usize, report: &Recorded) -> io::Result<()> {
        let report = report.report();
        if report.outcome.is_worth_another_try() {
            return Ok(());
        }
        let line = self.signer.line(&Finished { entry, report })?;
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
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

/// True if the path is still that of the file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let file = file.metadata()?;
    match std::fs::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (file.dev(), file.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

enum Read {
    Nothing,
    Unreadable,
    /// A whole line that somebody else wrote.
    Unsigned(usize),
    /// A whole line that is no entry.
    Broken(usize, serde_json::Error),
    /// The run and its finished entries, and how many bytes they take.
    Entries(RunId, HashMap<usize, Report>, u64),
}

/// Reads as far as lines are whole. The first one becomes what the others are signed with.
fn read(file: &File, signer: &mut Signer) -> io::Result<Read> {
    let mut reader = BufReader::new(file);
    let mut next = || -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        Ok(line.ends_with(b"\n").then_some(line))
    };
    let Some(first) = next()? else { return Ok(Read::Nothing) };
    if parts(&first).is_none() {
        return Ok(Read::Unreadable);
    }
    let Some(object) = signer.object(&first) else { return Ok(Read::Unsigned(1)) };
    let Ok(Start { run, .. }) = serde_json::from_slice::<Start<RunId>>(&object) else { return Ok(Read::Unreadable) };
    let mut bytes = first.len() as u64;
    signer.start = first;
    let (mut finished, mut number) = (HashMap::new(), 1);
    while let Some(line) = next()? {
        number += 1;
        let Some(object) = signer.object(&line) else { return Ok(Read::Unsigned(number)) };
        match serde_json::from_slice::<Finished<Report>>(&object) {
            Ok(Finished { entry, report }) => finished.insert(entry, report),
            Err(error) => return Ok(Read::Broken(number, error)),
        };
        bytes += line.len() as u64;
    }
    Ok(Read::Entries(run, finished, bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use assay_types::tags::Tags;
    use chrono::DateTime;

    use crate::report::Outcome;

    fn run(list: &str, data: &str) -> RunId {
        RunId::new(list.repeat(64), vec![("--data-dir", Some(data.into()))], vec![("leaderboards", None)]).unwrap()
    }

    fn recorded(report: Report) -> Recorded {
        crate::Evidence::new(None, crate::lock::Lock::new([], [], None)).resumed(report)
    }

    fn scored(path: &str) -> Recorded {
        recorded(Report {
            outcome: Outcome::Scored,
            score_exact: Some(0.1),
            ..Report::new(Some("a"), path, DateTime::UNIX_EPOCH)
        })
    }

    fn key() -> Key {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, [7; 32]).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        Key::open(&path).unwrap()
    }

    fn ready(folder: &Path, run: &RunId, resume: bool) -> (Journal, HashMap<usize, Report>) {
        match Journal::open(folder, run, key(), resume).unwrap() {
            Opened::Ready(journal, finished) => (journal, finished),
            Opened::Busy => panic!("it is busy"),
            Opened::Other(why) => panic!("{why}"),
            Opened::Unlockable(error) => panic!("{error}"),
        }
    }

    #[test]
    fn finished_entries_are_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, finished) = ready(folder.path(), &run("1", "data"), false);
        assert!(finished.is_empty());
        let tags: Tags = serde_json::from_str("{\"seed\": 4}").unwrap();
        journal.add(4, &recorded(Report { tags: tags.clone(), ..scored("four.csv").into_report() })).unwrap();
        journal.add(2, &scored("two.csv")).unwrap();
        journal.add(3, &recorded(Report::new(Some("a"), "three.csv", DateTime::UNIX_EPOCH))).unwrap();
        let path = journal.path.clone();
        drop(journal);
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"entry\":5,\"repo").unwrap();

        let (journal, finished) = ready(folder.path(), &run("1", "data"), true);
        let paths = |finished: &HashMap<usize, Report>| {
            let mut paths: Vec<_> =
                finished.iter().map(|(entry, report)| (*entry, report.submission_path.clone())).collect();
            paths.sort();
            paths
        };
        let expected = [(2, "two.csv".to_owned()), (4, "four.csv".to_owned())];
        assert_eq!(paths(&finished), expected, "neither the torn line nor the entry that was not graded");
        assert_eq!(finished[&2].score_exact, Some(0.1));
        assert_eq!(finished[&4].tags, tags);
        journal.add(5, &scored("five.csv")).unwrap();
        drop(journal);
        assert_eq!(ready(folder.path(), &run("1", "data"), true).1.len(), 3, "the torn line is cut off");

        let (journal, finished) = ready(folder.path(), &run("1", "data"), false);
        assert!(finished.is_empty(), "it starts anew");
        journal.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn nobody_else_may_write_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = ready(folder.path(), &run("1", "data"), false);
        assert!(matches!(Journal::open(folder.path(), &run("1", "data"), key(), false), Ok(Opened::Busy)));
        ready(folder.path(), &run("2", "data"), false);
        journal.remove().unwrap();
        ready(folder.path(), &run("1", "data"), false);
    }

    #[test]
    fn entries_of_another_run_are_not_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = ready(folder.path(), &run("1", "data"), false);
        let path = journal.path.clone();
        drop(journal);
        let refused = |run: &RunId| match Journal::open(folder.path(), run, key(), true).unwrap() {
            Opened::Other(why) => why,
            _ => panic!("it is taken over"),
        };
        let why = refused(&run("1", "/elsewhere"));
        assert!(why.contains("--data-dir was") && why.contains("and is /elsewhere"), "{why}");
        assert!(!why.contains("version"), "{why}");
        let why = refused(&RunId { host: "0.0.9".into(), ..run("1", "data") });
        assert!(why.contains("version was"), "{why}");
        let whole = std::fs::read(&path).unwrap();
        let signer = Signer { key: key(), start: whole.clone() };
        std::fs::write(&path, [whole, signer.line(&serde_json::json!({"entry": 0})).unwrap()].concat()).unwrap();
        let why = refused(&run("1", "data"));
        assert!(why.starts_with("line 2 of ") && why.contains("cannot be read: missing field `report`"), "{why}");
        std::fs::write(path, "[]\n").unwrap();
        assert!(refused(&run("1", "data")).contains("is no journal"));
    }

    /// Whatever byte is another, of whichever line, and lines of another journal of the same run.
    #[test]
    fn nothing_is_believed_that_is_not_signed() {
        let folder = tempfile::tempdir().unwrap();
        let run = run("1", "data");
        let written = || {
            let (journal, _) = ready(folder.path(), &run, false);
            journal.add(0, &scored("zero.csv")).unwrap();
            journal.add(1, &scored("one.csv")).unwrap();
            (journal.path.clone(), std::fs::read(&journal.path).unwrap())
        };
        let lines = |bytes: &[u8]| bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (_, before) = written();
        let (path, bytes) = written();
        let resumed = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            match Journal::open(folder.path(), &run, key(), true).unwrap() {
                Opened::Ready(_, finished) => Ok(finished.len()),
                Opened::Other(why) => Err(why),
                _ => panic!("it is not opened"),
            }
        };
        assert_eq!(resumed(&bytes), Ok(2));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let last_line_feed = at + 1 == bytes.len();
            assert_eq!(resumed(&changed).ok(), last_line_feed.then_some(1), "byte {at}");
        }
        let (before, now) = (lines(&before), lines(&bytes));
        let why = resumed(&[now[0].clone(), now[1].clone(), before[2].clone()].concat()).unwrap_err();
        assert!(why.starts_with("line 3 of ") && why.contains("is not signed by your key"), "{why}");
        // Signed by another.
        let other = Signer { key: Key::open(&folder.path().join("key")).unwrap(), start: now[0].clone() };
        let forged = other.line(&Finished { entry: 0, report: scored("zero.csv").report() }).unwrap();
        assert!(resumed(&[now[0].clone(), forged].concat()).unwrap_err().starts_with("line 2 of "));
    }

    #[test]
    fn what_others_put_in_its_place_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = ready(folder.path(), &run("1", "data"), false);
        let path = journal.path.clone();
        journal.remove().unwrap();
        let precious = folder.path().join("precious");
        std::fs::write(&precious, "precious").unwrap();
        let opened =
            || Journal::open(folder.path(), &run("1", "data"), key(), false).err().map(|error| error.to_string());
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        assert!(opened().is_some_and(|why| why.contains("link, which is not followed")));
        std::fs::remove_file(&path).unwrap();
        std::fs::set_permissions(&precious, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::hard_link(&precious, &path).unwrap();
        assert!(opened().is_some_and(|why| why.contains("second name")));
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(opened().is_some_and(|why| why.contains("others may read or write it")));
        assert_eq!(std::fs::read(&precious).unwrap(), b"precious");
    }

    #[test]
    fn a_file_that_was_replaced_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let open = || private_file::read_write(&path).unwrap();
        let file = open();
        assert!(is_at(&file, &path).unwrap());
        std::fs::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        let another = open();
        assert!(!is_at(&file, &path).unwrap() && is_at(&another, &path).unwrap());
    }
}
