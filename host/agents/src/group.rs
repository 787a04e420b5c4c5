//! Run groups as folders: `<runs>/<timestamp>_run-group_<agent>`, with a folder `<competition>_<uuid>` for each run and the metadata.
//!
//! One process at a time has a group. What it knows is on the disk before anybody is told.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::AgentsError;
use crate::metadata::{self, Conditions, Metadata, Run};
use crate::timestamp;

/// What a process holds that has the group.
const LOCK: &str = ".lock";

/// The metadata that are not whole yet.
const PART: &str = ".metadata.json.part";

/// What is put before the number of an attempt that was given up.
const ATTEMPT: &str = "attempt-";

/// How folders are called that are being taken in. One that is left is not whole.
pub(crate) const INCOMING: &str = ".incoming-";

/// A run group that this process has.
#[derive(Debug)]
pub struct Group {
    folder: PathBuf,
    metadata: Mutex<Metadata>,
    /// Held as long as the group is had.
    _lock: File,
}

impl Group {
    /// Makes a group: a run for each seed and competition, seeds outermost.
    ///
    /// # Errors
    ///
    /// If a file or folder cannot be made.
    pub fn create(
        runs: &Path,
        agent: &str,
        competitions: &[String],
        conditions: Conditions,
    ) -> Result<Self, AgentsError> {
        let (folder, created_at) = made(runs, agent)?;
        let lock = locked(&folder)?;
        let run_group = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let seeds = conditions.seeds;
        let all = (0..seeds).flat_map(|seed| competitions.iter().map(move |id| (id, seed)));
        let runs = all.map(|(id, seed)| Ok((format!("{id}_{}", uuid()?), Run::waiting(id, seed))));
        let runs = runs.collect::<Result<Vec<_>, AgentsError>>()?;
        for (run, _) in &runs {
            let run = folder.join(run);
            fs::create_dir(&run).map_err(AgentsError::file(&run))?;
        }
        let metadata = Mutex::new(Metadata { run_group, created_at, runs, conditions });
        let group = Group { folder, metadata, _lock: lock };
        group.write(&group.metadata())?;
        Ok(group)
    }

    /// Takes up a group that was left.
    ///
    /// # Errors
    ///
    /// If it is none, another process has it, or its metadata cannot be read.
    pub fn open(folder: &Path) -> Result<Self, AgentsError> {
        let metadata = read(folder)?;
        let lock = locked(folder)?;
        Ok(Group { folder: folder.to_owned(), metadata: Mutex::new(metadata), _lock: lock })
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of a run.
    #[must_use]
    pub fn run_folder(&self, run: &str) -> PathBuf {
        self.folder.join(run)
    }

    /// What is known of it.
    #[must_use]
    pub fn metadata(&self) -> Metadata {
        self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is known of a run; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn change(&self, run: &str, change: impl FnOnce(&mut Run)) -> Result<Run, AgentsError> {
        let mut metadata = self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, known)) = metadata.runs.iter_mut().find(|(id, _)| id == run) else {
            return Err(AgentsError::Group { folder: self.folder.clone(), message: format!("it has no run {run}") });
        };
        change(known);
        let changed = known.clone();
        self.write(&metadata)?;
        Ok(changed)
    }

    /// Removes what was being taken in when an earlier process was killed.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub fn clear(&self, run: &str) -> Result<(), AgentsError> {
        let folder = self.run_folder(run);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(AgentsError::file(&folder))?,
        };
        for name in entries.flatten().map(|entry| entry.file_name()) {
            if name.to_string_lossy().starts_with(INCOMING) {
                let part = folder.join(name);
                fs::remove_dir_all(&part).map_err(AgentsError::file(&part))?;
            }
        }
        Ok(())
    }

    /// Puts what an attempt left in a folder of its own, so that the next finds the run's folder empty.
    ///
    /// # Errors
    ///
    /// If a file cannot be moved.
    pub fn set_aside(&self, run: &str, attempt: u32) -> Result<(), AgentsError> {
        let folder = self.run_folder(run);
        fs::create_dir_all(&folder).map_err(AgentsError::file(&folder))?;
        self.clear(run)?;
        let entries = fs::read_dir(&folder).map_err(AgentsError::file(&folder))?;
        let names = entries.flatten().map(|entry| entry.file_name());
        let left: Vec<_> = names.filter(|name| !name.to_string_lossy().starts_with(ATTEMPT)).collect();
        if left.is_empty() {
            return Ok(());
        }
        let aside = folder.join(format!("{ATTEMPT}{attempt}"));
        fs::create_dir_all(&aside).map_err(AgentsError::file(&aside))?;
        for name in left {
            let (from, to) = (folder.join(&name), aside.join(&name));
            fs::rename(&from, &to).map_err(AgentsError::file(&from))?;
        }
        Ok(())
    }

    fn write(&self, metadata: &Metadata) -> Result<(), AgentsError> {
        let (part, place) = (self.folder.join(PART), self.folder.join(metadata::FILE));
        let text = serde_json::to_string_pretty(metadata).map_err(|error| AgentsError::Machine(error.to_string()))?;
        let written = File::create(&part).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&part, &place)?;
            File::open(&self.folder)?.sync_all()
        });
        written.map_err(AgentsError::file(place))
    }
}

/// Reads the metadata of a group, whoever has it.
///
/// # Errors
///
/// If there are none, or they are those of another program.
pub fn read(folder: &Path) -> Result<Metadata, AgentsError> {
    let path = folder.join(metadata::FILE);
    let mut text = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(metadata::MAX_BYTES + 1).read_to_end(&mut text))
        .map_err(AgentsError::file(&path))?;
    let wrong = |message: String| AgentsError::Group { folder: folder.to_owned(), message };
    if u64::try_from(text.len()).is_ok_and(|length| length > metadata::MAX_BYTES) {
        return Err(wrong(format!("its metadata have more than {} bytes", metadata::MAX_BYTES)));
    }
    let metadata: Metadata = serde_json::from_slice(&text).map_err(|error| {
        wrong(format!("its {} is not what `assay run` writes, so that it cannot be taken up: {error}", metadata::FILE))
    })?;
    match metadata.runs.iter().find(|(run, _)| !is_name(run)) {
        Some((run, _)) => Err(wrong(format!("its run {run:?} has no name of a folder"))),
        None => Ok(metadata),
    }
}

/// Whether a process has the group.
#[must_use]
pub fn is_had(folder: &Path) -> bool {
    let lock = File::open(folder.join(LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// True for a plain name of a folder.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0']) && !name.starts_with('.')
}

/// A folder that nobody else made, and the time in its name.
fn made(runs: &Path, agent: &str) -> Result<(PathBuf, String), AgentsError> {
    fs::create_dir_all(runs).map_err(AgentsError::file(runs))?;
    loop {
        let time = timestamp::now();
        let folder = runs.join(format!("{time}_run-group_{agent}"));
        match fs::create_dir(&folder) {
            // Another was begun in this second.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                std::thread::sleep(Duration::from_millis(300));
            }
            Err(error) => return Err(AgentsError::File { path: folder, error }),
            Ok(()) => return Ok((folder, time)),
        }
    }
}

fn locked(folder: &Path) -> Result<File, AgentsError> {
    let path = folder.join(LOCK);
    let file = File::create(&path).map_err(AgentsError::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = "another process runs it; `assay run status` shows how far it is".into();
            Err(AgentsError::Group { folder: folder.to_owned(), message })
        }
        Err(TryLockError::Error(error)) => Err(AgentsError::File { path, error }),
    }
}

/// What a group's containers are labelled with: nobody else's have it.
///
/// # Errors
///
/// If there are no random numbers.
pub fn new_id() -> Result<String, AgentsError> {
    uuid()
}

/// A random UUID, of version 4.
fn uuid() -> Result<String, AgentsError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| AgentsError::Machine(format!("there are no random numbers: {error}")))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = assay_types::hexadecimal(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default());
    Ok(parts.join("-"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::config::ContainerConfig;
    use crate::metadata::{Image, Network, Outcome, State};

    pub(crate) fn conditions(seeds: u32) -> Conditions {
        Conditions {
            version: "0".into(),
            group_id: "g".into(),
            agent: "dummy/dev".into(),
            agent_config: String::new(),
            privileged: false,
            image: Image { name: "dummy".into(), id: "sha256:0".into(), digests: Vec::new() },
            engine: String::new(),
            cores: 2,
            memory: 1 << 30,
            container: ContainerConfig::reference(2),
            time_limit: Some(60),
            grace: 10,
            disk: None,
            network: Network::AllowList(vec!["a.b".into()]),
            collect_every: 600,
            seeds,
            retain: false,
        }
    }

    #[test]
    fn a_group_is_laid_out_as_the_references() {
        let runs = tempfile::tempdir().unwrap();
        let ids = ["one".to_owned(), "two_2".to_owned()];
        let group = Group::create(runs.path(), "dummy", &ids, conditions(2)).unwrap();
        let name = group.folder().file_name().unwrap().to_str().unwrap().to_owned();
        assert!(name.ends_with("-GMT_run-group_dummy"), "{name}");
        let metadata: serde_json::Value =
            serde_json::from_slice(&fs::read(group.folder().join("metadata.json")).unwrap()).unwrap();
        assert_eq!(metadata["run_group"], name);
        let order: Vec<(String, u64)> = metadata["runs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(run, fields)| {
                assert!(group.run_folder(run).is_dir());
                assert_eq!(fields["success"], serde_json::Value::Null);
                let (id, uuid) = run.rsplit_once('_').unwrap();
                assert_eq!((uuid.len(), uuid.as_bytes()[14]), (36, b'4'));
                (id.to_owned(), fields["seed"].as_u64().unwrap())
            })
            .collect();
        let expected = [("one", 0), ("two_2", 0), ("one", 1), ("two_2", 1)].map(|(id, seed)| (id.to_owned(), seed));
        assert_eq!(order, expected);
    }

    #[test]
    fn one_process_at_a_time_has_a_group() {
        let runs = tempfile::tempdir().unwrap();
        let group = Group::create(runs.path(), "dummy", &["one".to_owned()], conditions(1)).unwrap();
        let folder = group.folder().to_owned();
        assert!(is_had(&folder));
        assert!(Group::open(&folder).unwrap_err().to_string().contains("another process runs it"));
        drop(group);
        assert!(!is_had(&folder));
        Group::open(&folder).unwrap();
    }

    #[test]
    fn what_changes_is_on_the_disk() {
        let runs = tempfile::tempdir().unwrap();
        let group = Group::create(runs.path(), "dummy", &["one".to_owned()], conditions(1)).unwrap();
        let run = group.metadata().runs[0].0.clone();
        assert!(group.metadata().runs[0].1.is_due());
        group
            .change(&run, |run| {
                run.state = State::Ended;
                run.outcome = Some(Outcome::Failed);
            })
            .unwrap();
        let read = read(group.folder()).unwrap();
        assert_eq!(read, group.metadata());
        assert!(!read.runs[0].1.is_due());
        group.change(&run, |run| run.outcome = Some(Outcome::Machine)).unwrap();
        assert!(group.metadata().runs[0].1.is_due());
        assert!(group.change("other", |_| {}).is_err());
    }

    #[test]
    fn an_earlier_attempt_is_set_aside() {
        let runs = tempfile::tempdir().unwrap();
        let group = Group::create(runs.path(), "dummy", &["one".to_owned()], conditions(1)).unwrap();
        let run = group.metadata().runs[0].0.clone();
        let folder = group.run_folder(&run);
        for attempt in [1, 2] {
            fs::write(folder.join("run.log"), attempt.to_string()).unwrap();
            group.set_aside(&run, attempt).unwrap();
        }
        group.set_aside(&run, 3).unwrap();
        assert_eq!(fs::read_to_string(folder.join("attempt-2/run.log")).unwrap(), "2");
        assert_eq!(fs::read_to_string(folder.join("attempt-1/run.log")).unwrap(), "1");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let runs = tempfile::tempdir().unwrap();
        let group = Group::create(runs.path(), "dummy", &["one".to_owned()], conditions(1)).unwrap();
        let file = group.folder().join("metadata.json");
        let text = fs::read_to_string(&file).unwrap();
        let run = group.metadata().runs[0].0.clone();
        fs::write(&file, text.replace(&run, "../one")).unwrap();
        assert!(read(group.folder()).unwrap_err().to_string().contains("no name of a folder"));
        fs::write(&file, "{\"runs\": {}}").unwrap();
        assert!(read(group.folder()).unwrap_err().to_string().contains("cannot be taken up"));
    }
}
