//! The journal of a batch: finished entries, on disk as soon as they are finished, so that a run that is killed can be resumed.
//!
//! It is a file in the output folder, named after the list. The first line says what run it is of, each other one holds an entry's
//! number and report. A line without its end was being written when the run was killed, and does not count; any other line that cannot
//! be read is told. Entries that could not be
//! graded are not in it, so that a resumed run tries them again. The file is gone once the report is written.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::Recorded;
use crate::excerpt::excerpt;
use crate::report::Report;

/// What decides which run a journal is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunId {
    /// SHA-256 of the list.
    list: String,
    /// The version of the program.
    host: String,
    /// Where submissions, data and the rest come from, and where uses are recorded.
    places: BTreeMap<String, Option<PathBuf>>,
}

impl RunId {
    /// A run of this version over a list, told by its digest, with these places by name. Relative ones are of the working directory, where
    /// paths in the list are looked up too.
    ///
    /// # Errors
    ///
    /// If there is no working directory.
    pub fn new(list: String, places: Vec<(&str, Option<PathBuf>)>) -> io::Result<Self> {
        let here = std::env::current_dir()?;
        let mut places: BTreeMap<String, _> =
            places.into_iter().map(|(name, path)| (name.into(), path.map(|path| here.join(path)))).collect();
        places.insert("the working directory".into(), Some(here));
        Ok(RunId { list, host: env!("CARGO_PKG_VERSION").into(), places })
    }

    /// What tells another run from this one.
    fn unlike(&self, other: &RunId) -> String {
        let shown = |path: Option<&Option<PathBuf>>| {
            path.and_then(Option::as_ref).map_or_else(|| "none".into(), |path| path.display().to_string())
        };
        let different = |name: &&String| self.places.get(*name) != other.places.get(*name);
        let places = self.places.keys().filter(different).map(|name| {
            let (ours, theirs) = (shown(self.places.get(name)), shown(other.places.get(name)));
            format!("{name} was {} and is {}", excerpt(&theirs).unquoted(200), excerpt(&ours).unquoted(200))
        });
        let version = format!("it was of version {}, this is {}", excerpt(&other.host), self.host);
        let differences: Vec<String> =
            Some(version).filter(|_| self.host != other.host).into_iter().chain(places).collect();
        format!("the interrupted run was another: {}", differences.join("; "))
    }
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
    /// It is of another run, or cannot be read: why.
    Other(String),
    /// It cannot be locked, as on some network file systems.
    Unlockable(io::Error),
}

impl Journal {
    /// Opens the journal of a run in the output folder. With `resume` it keeps the entries that are finished, else it starts anew.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written.
    pub fn open(folder: &Path, run: &RunId, resume: bool) -> io::Result<Opened> {
        let name: String = run.list.chars().take(16).collect();
        let path = folder.join(format!(".{name}.partial.jsonl"));
        let mut file = open(&path)?;
        loop {
            match file.try_lock() {
                // Whoever had the lock may have removed the file since it was opened.
                Ok(()) if is_at(&file, &path)? => break,
                Ok(()) => file = open(&path)?,
                Err(TryLockError::WouldBlock) => return Ok(Opened::Busy),
                Err(TryLockError::Error(error)) => return Ok(Opened::Unlockable(error)),
            }
        }
        let (mut finished, mut length) = (HashMap::new(), 0);
        if resume {
            match read(&file)? {
                Read::Nothing => {}
                Read::Unreadable => return Ok(Opened::Other(format!("{} is no journal", path.display()))),
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
            line(&mut file, run)?;
        }
        Ok(Opened::Ready(Journal { path, file: Mutex::new(file) }, finished))
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

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// True if the path is still that of the file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let file = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (file.dev(), file.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn line(file: &mut File, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)
}

enum Read {
    Nothing,
    Unreadable,
    /// A whole line that is no entry.
    Broken(usize, serde_json::Error),
    /// The run and its finished entries, and how many bytes they take.
    Entries(RunId, HashMap<usize, Report>, u64),
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
    let Ok(run) = serde_json::from_slice(&first) else { return Ok(Read::Unreadable) };
    let (mut finished, mut bytes) = (HashMap::new(), first.len() as u64);
    while let Some(line) = next()? {
        match serde_json::from_slice::<Finished<Report>>(&line) {
            Ok(Finished { entry, report }) => finished.insert(entry, report),
            Err(error) => return Ok(Read::Broken(finished.len() + 2, error)),
        };
        bytes += line.len() as u64;
    }
    Ok(Read::Entries(run, finished, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_types::tags::Tags;

    use crate::report::Outcome;

    fn run(list: &str, data: &str) -> RunId {
        RunId::new(list.repeat(64), vec![("--data-dir", Some(data.into()))]).unwrap()
    }

    fn recorded(report: Report) -> Recorded {
        crate::Evidence::new(None, crate::lock::Lock::new([], [], None)).resumed(report)
    }

    fn scored(path: &str) -> Recorded {
        recorded(Report { outcome: Outcome::Scored, score_exact: Some(0.1), ..Report::new(Some("a"), path) })
    }

    fn ready(folder: &Path, run: &RunId, resume: bool) -> (Journal, HashMap<usize, Report>) {
        match Journal::open(folder, run, resume).unwrap() {
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
        journal.add(3, &recorded(Report::new(Some("a"), "three.csv"))).unwrap();
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
        assert!(matches!(Journal::open(folder.path(), &run("1", "data"), false), Ok(Opened::Busy)));
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
        let refused = |run: &RunId| match Journal::open(folder.path(), run, true).unwrap() {
            Opened::Other(why) => why,
            _ => panic!("it is taken over"),
        };
        let why = refused(&run("1", "/elsewhere"));
        assert!(why.contains("--data-dir was") && why.contains("and is /elsewhere"), "{why}");
        assert!(!why.contains("version"), "{why}");
        let why = refused(&RunId { host: "0.0.9".into(), ..run("1", "data") });
        assert!(why.contains("it was of version"), "{why}");
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, whole + "{\"entry\":0}\n").unwrap();
        let why = refused(&run("1", "data"));
        assert!(why.starts_with("line 2 of ") && why.contains("cannot be read: missing field `report`"), "{why}");
        std::fs::write(path, "[]\n").unwrap();
        assert!(refused(&run("1", "data")).contains("is no journal"));
    }

    #[test]
    fn a_file_that_was_replaced_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let file = open(&path).unwrap();
        assert!(is_at(&file, &path).unwrap());
        std::fs::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        let another = open(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap() && is_at(&another, &path).unwrap());
    }
}
