//! What was made takes its place, by one rename.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with, syncfs};

use crate::examine::LARGE;
use crate::progress::Progress;

/// Moves a folder to its place. What was there is left in the folder's old place.
pub(crate) fn publish(made: &Path, place: &Path) -> io::Result<()> {
    let parent = File::open(place.parent().unwrap_or(Path::new(".")))?;
    // What the rename shows is on the disk by then, whatever becomes of the machine.
    syncfs(&parent)?;
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

/// Brings the large ones of these files to the disk, where they have to be before they are published, while others work.
pub(crate) fn to_disk(folder: &Path, names: &[(&str, u64)], progress: &dyn Progress) -> io::Result<()> {
    for (name, _) in names.iter().filter(|(_, size)| *size >= LARGE) {
        if progress.cancelled() {
            break;
        }
        File::open(folder.join(name))?.sync_data()?;
    }
    Ok(())
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
            publish(&made, &place).unwrap();
            assert_eq!(fs::read_to_string(place.join("a")).unwrap(), text);
        }
        assert_eq!(fs::read_to_string(made.join("a")).unwrap(), "one");
        remove(&folder.path().join("nothing")).unwrap();
    }
}
