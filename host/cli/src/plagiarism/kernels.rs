//! The popular notebooks of a competition, as their user downloaded them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assay_plagiarism::{File, Kind, Parameters};
use assay_tables::Threads;
use assay_tables::read::{self, ReadError};
use assay_types::counted;
use assay_types::excerpt::{listed, names};

use super::code::Unread;
use super::summary::KernelSummary;

/// The most notebooks of a competition, and the largest list of them, in bytes.
const MAX_KERNELS: usize = 1000;
const IDS_BYTES: u64 = 1 << 20;

/// How many of those that are not compared are named on stderr.
const NAMED: usize = 10;

/// The notebooks of a competition.
pub(super) struct Kernels {
    /// Those that can be compared, in the order of their names.
    pub(super) files: Vec<File>,
    /// Those that cannot.
    unread: Vec<Unread>,
    /// Those that the list of the competition has, and the folder has not.
    missing: Vec<String>,
}

impl Kernels {
    /// Reads them: DIR/ID/*.py and *.ipynb, and those in DIR/ID/kernels. Each has its time.
    pub(super) fn read(
        folder: &Path,
        ids: &Path,
        id: &str,
        parameters: &Parameters,
        threads: &Threads,
        timeout: Duration,
    ) -> Self {
        let mut kernels = Kernels { files: Vec::new(), unread: Vec::new(), missing: Vec::new() };
        let mut paths: Vec<PathBuf> = [folder.join(id), folder.join(id).join("kernels")]
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
            .filter(|path| Kind::of(path).is_some())
            .collect();
        paths.sort();
        if let Some(first) = paths.get(MAX_KERNELS) {
            let why = format!("it and those after it are more than {MAX_KERNELS}, and are not compared");
            kernels.unread.push(Unread::new(first, why));
        }
        paths.truncate(MAX_KERNELS);
        let list = ids.join(id).join("kernels.txt");
        match missing(&list, &paths) {
            Ok(missing) => kernels.missing = missing,
            Err(error) => kernels.unread.push(Unread::new(&list, error)),
        }
        for result in threads.map(paths, |path| one(&path, parameters, timeout)) {
            match result {
                Ok(file) => kernels.files.push(file),
                Err(unread) => kernels.unread.push(unread),
            }
        }
        kernels
    }

    /// What there is to say of them on stderr.
    pub(super) fn note(&self, id: &str) -> Option<String> {
        let missing = (!self.missing.is_empty()).then(|| {
            let count = counted(self.missing.len(), "notebook is", "notebooks are");
            format!("{}: {count} missing: {}", listed(id), names(&self.missing))
        });
        let unread = self.unread.iter().take(NAMED);
        let unread = unread.map(|one| format!("{} is not compared: {}", listed(&one.file), listed(&one.why)));
        let lines: Vec<String> = missing.into_iter().chain(unread).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    pub(super) fn summary(&self) -> KernelSummary {
        KernelSummary { compared: self.files.len(), missing: self.missing.clone(), unread: self.unread.clone() }
    }
}

fn one(path: &Path, parameters: &Parameters, timeout: Duration) -> Result<File, Unread> {
    let started = Instant::now();
    let kind = Kind::of(path).ok_or_else(|| Unread::new(path, "it is not Python"))?;
    let limits = read::Limits { bytes: kind.most_bytes() as u64, ..read::Limits::default() };
    let bytes = read::load(path, &limits).map_err(|error| Unread::new(path, error))?;
    let name = path.display().to_string();
    let stop = || started.elapsed() > timeout;
    File::read(name, kind, &bytes, parameters, &stop).map_err(|error| Unread::new(path, error))
}

/// Which notebooks of a list are not there. Kaggle's program calls AUTHOR/NAME `NAME.ipynb`, and the reference `AUTHOR_NAME.py`.
fn missing(list: &Path, paths: &[PathBuf]) -> Result<Vec<String>, ReadError> {
    if !list.exists() {
        return Ok(Vec::new());
    }
    let text = read::load(list, &read::Limits { bytes: IDS_BYTES, ..read::Limits::default() })?;
    let text = String::from_utf8_lossy(&text);
    let there: HashSet<&str> = paths.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
    let is_there = |id: &str| match id.split_once('/') {
        Some((author, name)) => there.contains(name) || there.contains(format!("{author}_{name}").as_str()),
        None => there.contains(id),
    };
    let ids = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(ids.filter(|id| !is_there(id)).map(ToOwned::to_owned).collect())
}
