//! Files that are the operator's alone: logs and journals. Who can put a file into a folder can put a link there to what they may not
//! write, so none is followed; what is made new is readable by its owner alone; and nobody waits for ever for what another process holds.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

/// How long another process may hold a file. Whoever works properly holds it for a fraction of a second.
pub const LOCK_WAIT: Duration = Duration::from_secs(30);

/// Read and write permissions of the owner.
const OWNER_ALONE: u32 = 0o600;

/// Opens a file to read and write it, and makes it if it is not there.
///
/// # Errors
///
/// If it cannot be opened, is a link, is no regular file, or if others may write to it.
pub fn read_write(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().read(true).write(true).create(true).truncate(false)).and_then(written_by_owner)
}

/// Opens a file to add to its end, and makes it if it is not there.
///
/// # Errors
///
/// If it cannot be opened, is a link, is no regular file, or if others may write to it.
pub fn append(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().append(true).create(true)).and_then(written_by_owner)
}

/// Opens a file to read it.
///
/// # Errors
///
/// If it cannot be opened, is a link, or is no regular file.
pub fn read(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().read(true))
}

/// Waits until nobody else has the file, but not for ever.
///
/// # Errors
///
/// If it cannot be locked, as on some network file systems, or somebody holds it for all of `wait`.
pub fn lock(file: &File, wait: Duration) -> io::Result<()> {
    locked(File::try_lock, file, wait)
}

/// Waits until nobody writes to the file, but not for ever.
///
/// # Errors
///
/// If it cannot be locked, or somebody holds it for all of `wait`.
pub fn lock_shared(file: &File, wait: Duration) -> io::Result<()> {
    locked(File::try_lock_shared, file, wait)
}

/// An error if the file is not this user's alone: another's, or one that others may read or write, or with a second name elsewhere.
pub(crate) fn is_ours_alone(metadata: &Metadata) -> io::Result<()> {
    let mode = metadata.mode() & 0o777;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        Err(io::Error::other(format!("it belongs to another user (id {})", metadata.uid())))
    } else if mode & 0o077 != 0 {
        Err(io::Error::other(format!(
            "others may read or write it (mode {mode:04o}): `chmod 600` it, if you trust what it holds"
        )))
    } else if metadata.nlink() > 1 {
        Err(io::Error::other("it has a second name elsewhere: remove it"))
    } else {
        Ok(())
    }
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // What turns out to be a pipe is not waited for.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let opened = options.mode(OWNER_ALONE).custom_flags(flags.bits().cast_signed()).open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => {
            io::Error::other("this is a link, which is not followed: name the file itself")
        }
        // A pipe without a reader, or a socket.
        Some(code) if code == rustix::io::Errno::NXIO.raw_os_error() => not_regular(),
        _ => error,
    })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_regular()) }
}

fn not_regular() -> io::Error {
    io::Error::other("this is not a regular file")
}

fn written_by_owner(file: File) -> io::Result<File> {
    let mode = file.metadata()?.mode() & 0o777;
    if mode & 0o022 == 0 {
        return Ok(file);
    }
    Err(io::Error::other(format!(
        "others may write to it (mode {mode:04o}), so it proves nothing: `chmod go-w` it, or name another file"
    )))
}

fn locked(try_lock: impl Fn(&File) -> Result<(), TryLockError>, file: &File, wait: Duration) -> io::Result<()> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(50);
    loop {
        match try_lock(file) {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() >= wait => {
                let waited = wait.as_secs_f64();
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!(
                        "another process has held its lock for {waited} s, perhaps one that was stopped: `fuser` with the file's \
                         name shows which; end it, and try again"
                    ),
                ));
            }
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(20));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_is_made_is_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (name, open) in [("a", read_write as fn(&Path) -> io::Result<File>), ("b", append)] {
            let path = folder.path().join(name);
            assert_eq!(open(&path).unwrap().metadata().unwrap().mode() & 0o777, 0o600);
            // One that is there keeps its mode.
            for (mode, is_taken) in [(0o644, true), (0o664, false), (0o646, false)] {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
                let opened = open(&path).map_err(|error| error.to_string());
                assert_eq!(opened.is_ok(), is_taken, "{opened:?}");
                assert!(opened.err().is_none_or(|error| error.contains("others may write") && error.contains("chmod")));
                assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, mode);
            }
        }
    }

    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        symlink(&target, &link).unwrap();
        for there in [false, true] {
            if there {
                std::fs::write(&target, "precious").unwrap();
            }
            for opened in [read_write(&link), append(&link), read(&link)] {
                assert!(opened.unwrap_err().to_string().contains("link, which is not followed"));
            }
            assert_eq!(target.exists(), there);
        }
        assert!(read_write(folder.path()).is_err());
        assert!(append(Path::new("/dev/null")).unwrap_err().to_string().contains("not a regular file"));
    }

    #[test]
    fn a_lock_is_not_waited_for_for_ever() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (holder, waiter) = (file.reopen().unwrap(), file.reopen().unwrap());
        holder.lock().unwrap();
        for lock in [lock, lock_shared] {
            let error = lock(&waiter, Duration::from_millis(20)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert!(error.to_string().contains("another process has held its lock for 0.02 s"), "{error}");
        }
        holder.unlock().unwrap();
        lock(&waiter, Duration::ZERO).unwrap();
    }
}
