//! The code that a submission names: files of strangers, in a folder of strangers.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use assay_plagiarism::{File, Kind, Parameters};
use assay_tables::Threads;
use assay_tables::read::{self, Folders};
use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

/// How much of a submission's code is compared: how many files in Python of how many in all, how many folders deep, and bytes in all.
const MAX_FILES: usize = 10_000;
const MAX_ENTRIES: usize = 200_000;
const MAX_DEPTH: usize = 64;
const MAX_BYTES: u64 = 256 << 20;

/// A submission's code.
pub(super) struct Code {
    /// What can be compared, in the order of the names.
    pub(super) files: Vec<File>,
    /// What cannot.
    pub(super) unread: Vec<Unread>,
}

/// A file that is not compared.
#[derive(Clone, Serialize)]
pub(super) struct Unread {
    pub(super) file: String,
    pub(super) why: String,
}

impl Unread {
    pub(super) fn new(file: &Path, why: impl ToString) -> Self {
        Unread { file: file.display().to_string(), why: why.to_string() }
    }
}

/// Reads the Python files of a path: it may be one, or a folder of them. Links are not followed, unless the folders say so.
pub(super) fn read(
    path: &Path,
    folders: &Folders,
    parameters: &Parameters,
    threads: &Threads,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Code, String> {
    let found = folders.find(path);
    let metadata = std::fs::symlink_metadata(&found).map_err(|error| error.to_string())?;
    let mut code = Code { files: Vec::new(), unread: Vec::new() };
    let paths = if metadata.is_dir() { below(path, &found, &mut code.unread) } else { vec![path.to_owned()] };
    let total = AtomicU64::new(0);
    let one = |path: PathBuf| -> Option<Result<File, Unread>> {
        let kind = Kind::of(&path)?;
        Some(if stop() {
            Err(Unread::new(&path, "time was up before it was read; --timeout gives more"))
        } else {
            let limits = read::Limits { bytes: kind.most_bytes() as u64, ..read::Limits::default() };
            match folders.open(&path).and_then(|file| file.read(&limits)) {
                Err(error) => Err(Unread::new(&path, error)),
                Ok(bytes) if total.fetch_add(bytes.len() as u64, Ordering::Relaxed) > MAX_BYTES => Err(Unread::new(
                    &path,
                    format!("the other files have {MAX_BYTES} bytes, and more are not compared"),
                )),
                Ok(bytes) => File::read(path.display().to_string(), kind, &bytes, parameters, stop)
                    .map_err(|error| Unread::new(&path, error)),
            }
        })
    };
    for result in threads.map(paths, one).into_iter().flatten() {
        match result {
            Ok(file) => code.files.push(file),
            Err(unread) => code.unread.push(unread),
        }
    }
    Ok(code)
}

/// The Python files below a folder, in the order of their names, each as a path from `given` on. What leads elsewhere is told.
fn below(given: &Path, folder: &Path, unread: &mut Vec<Unread>) -> Vec<PathBuf> {
    let named = |path: &Path| given.join(path.strip_prefix(folder).unwrap_or(path));
    let mut paths = Vec::new();
    let walk = WalkDir::new(folder).follow_root_links(false).max_depth(MAX_DEPTH).sort_by_file_name();
    for (count, entry) in walk.into_iter().enumerate() {
        if count >= MAX_ENTRIES || paths.len() >= MAX_FILES {
            let why =
                format!("it has more than {MAX_ENTRIES} files, or {MAX_FILES} in Python: the rest is not compared");
            unread.push(Unread::new(given, why));
            break;
        }
        match entry.as_ref().map(|entry| (entry, left_out(entry))) {
            Err(error) => {
                let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                unread.push(Unread::new(&error.path().map_or(given.to_owned(), named), why));
            }
            Ok((entry, Some(why))) => unread.push(Unread::new(&named(entry.path()), why)),
            Ok((entry, None)) if entry.file_type().is_file() && Kind::of(entry.path()).is_some() => {
                paths.push(named(entry.path()));
            }
            Ok(_) => {}
        }
    }
    paths
}

/// Why something that may be code is left out.
fn left_out(entry: &DirEntry) -> Option<String> {
    let kind = entry.file_type();
    if kind.is_symlink() {
        // One that leads to a folder may have any name.
        Some("it is a link, which is not followed".into())
    } else if kind.is_dir() && entry.depth() == MAX_DEPTH {
        Some(format!("it lies {MAX_DEPTH} folders deep: what is in it is not compared"))
    } else {
        (!kind.is_dir() && !kind.is_file() && Kind::of(entry.path()).is_some())
            .then(|| "it is not a regular file".into())
    }
}
