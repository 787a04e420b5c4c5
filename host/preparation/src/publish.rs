//! What was made takes its place, by one rename.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with, syncfs};

use crate::layout::MANIFEST;
use crate::to_disk::FEW;

/// Moves a folder, which has these files and a manifest, to its place. What was there is left in the folder's old place.
pub(crate) fn publish<'f>(
    made: &Path,
    files: impl ExactSizeIterator<Item = &'f String>,
    place: &Path,
) -> io::Result<()> {
    let parent = File::open(place.parent().unwrap_or(Path::new(".")))?;
    // What the rename shows is on the disk by then, whatever becomes of the machine.
    if files.len() <= FEW {
        // The files themselves are.
        File::open(made.join(MANIFEST))?.sync_all()?;
        let above = |file: &'f String| Path::new(file).ancestors().skip(1);
        let folders: BTreeSet<&Path> = files.flat_map(above).chain(["".as_ref()]).collect();
        // Those further down first.
        folders.into_iter().rev().try_for_each(|folder| File::open(made.join(folder))?.sync_all())?;
    } else {
        syncfs(&parent)?;
    }
    if place.symlink_metadata().is_ok() {
        // Where the file system cannot exchange, there is a moment without either; the next call finds what was made.
        if renameat_with(CWD, made, CWD, place, RenameFlags::EXCHANGE).is_err() {
            let old = made.with_added_extension("old");
            remove(&old)?;
            fs::rename(place, &old)?;
            fs::rename(made, place)?;
            remove(&old)?;
        }
    } else {
        fs::rename(made, place)?;
    }
    parent.sync_all()
}

/// Removes a folder and what is in it, if it is there.
pub(crate) fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (made, place) = (folder.path().join("made"), folder.path().join("place"));
        for text in ["one", "two"] {
            remove(&made).unwrap();
            fs::create_dir(&made).unwrap();
            fs::write(made.join("a"), text).unwrap();
            fs::write(made.join(MANIFEST), "{}").unwrap();
            publish(&made, ["a".to_owned()].iter(), &place).unwrap();
            assert_eq!(fs::read_to_string(place.join("a")).unwrap(), text);
        }
        assert_eq!(fs::read_to_string(made.join("a")).unwrap(), "one");
        remove(&folder.path().join("nothing")).unwrap();
    }
}
