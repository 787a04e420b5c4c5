//! Are prepared data still what their manifest says?

use std::cmp::Reverse;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::digest::{Digests, digests};
use crate::manifest::{Manifest, listed};
use crate::progress::Progress;

/// From which size on a file is large.
pub(crate) const LARGE: u64 = 64 << 20;

/// How prepared data differ from their manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// What is not there.
    pub missing: Vec<String>,
    /// What is not as it was.
    pub changed: Vec<String>,
    /// What is there besides.
    pub surplus: Vec<String>,
    /// How many files were read as a whole.
    pub read: usize,
}

impl Differences {
    /// True if what the manifest names is there as it was.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty()
    }
}

/// Compares the data in a folder with its manifest: all names and sizes, and the digests of those files that pass `reads`.
///
/// # Errors
///
/// If files cannot be read.
pub fn compare(
    folder: &Path,
    manifest: &Manifest,
    reads: impl Fn(&str, &Digests) -> bool,
    threads: NonZeroUsize,
    progress: &dyn Progress,
) -> io::Result<Differences> {
    let there = listed(folder)?;
    let mut differences = Differences::default();
    let mut read = Vec::new();
    for (name, expected) in &manifest.files {
        match there.get(name) {
            None => differences.missing.push(name.clone()),
            Some(size) if *size != expected.bytes => differences.changed.push(name.clone()),
            Some(size) if reads(name, expected) => read.push((name.as_str(), *size)),
            Some(_) => {}
        }
    }
    let surplus = there.keys().filter(|name| !manifest.files.contains_key(*name));
    differences.surplus = surplus.cloned().collect();
    let found = all_digests(folder, &read, |_| false, threads, progress)?;
    differences.read = found.len();
    for ((name, _), found) in read.iter().zip(found) {
        if manifest.files.get(*name).is_some_and(|expected| expected.sha256 != found.sha256) {
            differences.changed.push((*name).to_owned());
        }
    }
    differences.changed.sort_unstable();
    Ok(differences)
}

/// The digests of files below a folder, which have these sizes, in their order; with MD5 of those that pass `md5`. They are taken on all
/// threads, large ones first, so that none of them is read alone at the end.
pub(crate) fn all_digests(
    folder: &Path,
    names: &[(impl AsRef<str> + Sync, u64)],
    md5: impl Fn(&str) -> bool + Sync,
    threads: NonZeroUsize,
    progress: &dyn Progress,
) -> io::Result<Vec<Digests>> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    // The others stay in order, in which they mostly are on the disk.
    order.sort_by_key(|number| Reverse(names.get(*number).map(|(_, size)| *size).filter(|size| *size >= LARGE)));
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let found: Mutex<Vec<Option<Digests>>> = Mutex::new(vec![None; names.len()]);
    let failed: Mutex<Option<(usize, io::Error)>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads.get().min(names.len()) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let Some(&number) = order.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    let Some((name, _)) = names.get(number) else { break };
                    let name = name.as_ref();
                    let error = match digests(&folder.join(name), md5(name), progress) {
                        Ok(Some(digests)) => {
                            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                            if let Some(place) = found.get_mut(number) {
                                *place = Some(digests);
                            }
                            continue;
                        }
                        Ok(None) => io::Error::from(io::ErrorKind::Interrupted),
                        Err(error) => io::Error::new(error.kind(), format!("{name}: {error}")),
                    };
                    stop.store(true, Ordering::Relaxed);
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    if failed.as_ref().is_none_or(|(known, _)| number < *known) {
                        *failed = Some((number, error));
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, error)) => Err(error),
        None => Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()),
    }
}
