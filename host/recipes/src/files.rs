//! Finding, copying and packing files. What comes out does not depend on the order in which a folder lists them.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sevenz_rust2::{ArchiveEntry, ArchiveWriter};
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;

/// All files below a folder by their path in it, with `/`, in the order of paths part by part: those on the disk, and those of the download
/// that are still in its archive.
pub(crate) fn below(work: &Work, place: &Place) -> Result<Vec<String>, RunError> {
    let mut files = on_disk(&work.path(place))?;
    let packed = work.packed_below(place);
    if !packed.is_empty() {
        files.extend(packed);
        in_order(&mut files);
    }
    Ok(files)
}

fn in_order(files: &mut [String]) {
    files.sort_by(|one, other| one.split('/').cmp(other.split('/')));
}

/// All files below a folder of the disk, as [`below`].
fn on_disk(folder: &Path) -> Result<Vec<String>, RunError> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.map_err(|error| RunError::Io { path: folder.to_owned(), source: error.into() })?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let path = path.to_str().ok_or_else(|| Fault::new(path.to_string_lossy(), "the name is no UTF-8"))?;
            files.push(path.to_owned());
        }
    }
    in_order(&mut files);
    Ok(files)
}

/// True if a path fits a pattern: `*` stands for any letters of a part, `**` for any parts.
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    let (first, pattern_rest) = pattern.split_once('/').map_or((pattern, None), |(part, rest)| (part, Some(rest)));
    let (part, rest) = path.split_once('/').map_or((path, None), |(part, rest)| (part, Some(rest)));
    match (first, pattern_rest) {
        ("**", None) => true,
        ("**", Some(after)) => fits(after, path) || rest.is_some_and(|rest| fits(pattern, rest)),
        _ => {
            part_fits(first.as_bytes(), part.as_bytes())
                && match (pattern_rest, rest) {
                    (None, None) => true,
                    (Some(after), Some(rest)) => fits(after, rest),
                    _ => false,
                }
        }
    }
}

/// True if a name fits a pattern in which `*` stands for any letters.
pub(crate) fn part_fits(pattern: &[u8], name: &[u8]) -> bool {
    // Where to go on when letters after the last `*` do not fit.
    let (mut at, mut in_name, mut star) = (0, 0, None);
    while in_name < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, in_name));
            at += 1;
        } else if pattern.get(at) == Some(&name[in_name]) {
            at += 1;
            in_name += 1;
        } else if let Some((after, taken)) = star {
            (at, in_name) = (after, taken + 1);
            star = Some((after, taken + 1));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// Copies files and whole folders in parallel. Of two for one target, the later counts. `link` says that a second name of the same file
/// will do, since the first one goes.
pub(crate) fn copy_all(work: &Work, pairs: Vec<(Place, PathBuf)>, link: bool) -> Result<(), RunError> {
    // By their text, since there is one way to write a path.
    let mut targets: HashMap<OsString, (Place, Option<usize>)> = HashMap::with_capacity(pairs.len());
    for (from, to) in pairs {
        let packed = work.packed(&from);
        if packed.is_none() && work.path(&from).is_dir() {
            fs::create_dir_all(&to).about(&to)?;
            for path in below(work, &from)? {
                let from = from.with(if from.path.is_empty() { path.clone() } else { format!("{}/{path}", from.path) });
                let packed = work.packed(&from);
                targets.insert(to.join(&path).into(), (from, packed));
            }
        } else {
            targets.insert(to.into(), (from, packed));
        }
    }
    let mut folders: Vec<&Path> = targets.keys().filter_map(|target| Path::new(target).parent()).collect();
    // Most are the same as the one before.
    folders.dedup();
    for folder in folders.into_iter().collect::<BTreeSet<_>>() {
        fs::create_dir_all(folder).about(folder)?;
    }
    let (mut packed, mut others) = (Vec::new(), Vec::new());
    for (to, (from, position)) in targets {
        match position {
            Some(position) => packed.push((position, PathBuf::from(to))),
            None => others.push((from, PathBuf::from(to))),
        }
    }
    // As they stand in the archive, and on the disk.
    packed.sort_unstable();
    others.sort_unstable_by(|(_, one), (_, other)| one.cmp(other));
    if !packed.is_empty() {
        work.unpack(packed)?;
    }
    let threads = rayon::ThreadPoolBuilder::new().num_threads(work.threads.get()).build();
    let threads = threads.map_err(|error| RunError::Io { path: PathBuf::new(), source: io::Error::other(error) })?;
    threads.install(|| {
        others.par_iter().try_for_each(|(from, to)| {
            work.anew(to);
            let from = &work.path(from);
            let linked = if link { linked(from, to).about(from)? } else { None };
            let bytes = match linked {
                Some(bytes) => bytes,
                None => unshare(to).and_then(|()| fs::copy(from, to)).about(from)?,
            };
            work.advance(bytes)
        })
    })
}

/// Gives a file a second name, and returns its size. None if it has to be copied: where it has a second name already, so that two files of
/// prepared data are never one, and where the file system has no such names.
fn linked(from: &Path, to: &Path) -> io::Result<Option<u64>> {
    let link = match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(to)?;
            fs::hard_link(from, to)
        }
        link => link,
    };
    // Whatever else is wrong, copying says it.
    if link.is_err() {
        return Ok(None);
    }
    let metadata = fs::symlink_metadata(to)?;
    if metadata.is_file() && metadata.nlink() == 2 {
        return Ok(Some(metadata.len()));
    }
    fs::remove_file(to)?;
    Ok(None)
}

/// Removes a file that has another name, so that writing it anew does not write the other.
pub(crate) fn unshare(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.nlink() > 1 => fs::remove_file(path),
        _ => Ok(()),
    }
}

/// Makes a zip archive of the file at `from`, or of all files below it. Members are called by their path behind `prefix`. Their time is
/// that of no run, so that the same files give the same archive.
pub(crate) fn zip(work: &Work, from: &Path, prefix: &str, stored: bool, into: &Path) -> Result<(), RunError> {
    let method = if stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
    let options = SimpleFileOptions::default().compression_method(method).large_file(false);
    let mut archive = ZipWriter::new(io::BufWriter::new(fs::File::create(into).about(into)?));
    for (path, name) in members(from, prefix)? {
        let mut file = fs::File::open(&path).about(&path)?;
        let length = file.metadata().about(&path)?.len();
        archive
            .start_file(name, options.large_file(length >= u64::from(u32::MAX)))
            .map_err(io::Error::from)
            .about(into)?;
        work.advance(io::copy(&mut file, &mut archive).about(&path)?)?;
    }
    archive.finish().map_err(io::Error::from).about(into)?;
    Ok(())
}

/// Makes a plain tar archive, as [`zip()`].
pub(crate) fn tar(work: &Work, from: &Path, prefix: &str, into: &Path) -> Result<(), RunError> {
    let mut archive = tar::Builder::new(io::BufWriter::new(fs::File::create(into).about(into)?));
    archive.mode(tar::HeaderMode::Deterministic);
    for (path, name) in members(from, prefix)? {
        archive.append_path_with_name(&path, name).about(&path)?;
        work.advance(fs::metadata(&path).about(&path)?.len())?;
    }
    archive.finish().about(into)
}

/// Makes a 7z archive, as [`zip()`]; `folder` puts in the folder's own entry instead of its files.
pub(crate) fn seven(work: &Work, from: &Path, prefix: &str, folder: bool, into: &Path) -> Result<(), RunError> {
    let failed = |source: sevenz_rust2::Error| RunError::Archive { path: into.to_owned(), source: Box::new(source) };
    let mut archive = ArchiveWriter::create(into).map_err(failed)?;
    if folder {
        let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        archive.push_archive_entry::<&[u8]>(ArchiveEntry::new_directory(&name), None).map_err(failed)?;
    } else {
        for (path, name) in members(from, prefix)? {
            let file = fs::File::open(&path).about(&path)?;
            archive.push_archive_entry(ArchiveEntry::new_file(&name), Some(file)).map_err(failed)?;
            work.advance(fs::metadata(&path).about(&path)?.len())?;
        }
    }
    archive.finish().about(into)?;
    Ok(())
}

fn members(from: &Path, prefix: &str) -> Result<Vec<(PathBuf, String)>, RunError> {
    if from.is_dir() {
        return Ok(on_disk(from)?.into_iter().map(|path| (from.join(&path), format!("{prefix}{path}"))).collect());
    }
    let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(vec![(from.to_owned(), format!("{prefix}{name}"))])
}
