//! The bytes of a file, whatever its path leads to.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::{Limits, ReadError};

/// Reads a whole file into memory. It does not wait for anybody: not for the other end of a pipe either.
///
/// # Errors
///
/// If it is no regular file of a disk (a link to one will do), cannot be read, or has more bytes than allowed.
pub fn load(path: &Path, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    // To open a device may do something, so the path is looked at first, and what was opened again.
    if !fs::metadata(path)?.is_file() {
        return Err(ReadError::NotAFile);
    }
    let file = open(path)?;
    let too_large = ReadError::Bytes { limit: limits.bytes };
    let size = file.metadata()?.len();
    if size > limits.bytes {
        return Err(too_large);
    }
    let mut bytes = Vec::new();
    let expected = usize::try_from(size).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(expected.saturating_add(64)).map_err(|error| ReadError::Io(error.into()))?;
    // The file may grow in the meantime.
    file.take(limits.bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.bytes {
        return Err(too_large);
    }
    Ok(bytes)
}

/// Opens a regular file. Something else may have been put in its place since it was looked at: a pipe must not hold the program up, and
/// a terminal not become its own.
fn open(path: &Path) -> Result<File, ReadError> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() || is_made_up(&file)? {
        return Err(ReadError::NotAFile);
    }
    Ok(file)
}

/// True for what the kernel makes up while it is read, as in /proc: among it are the secrets of this process, such as its environment,
/// and a message shows the beginning of what it refuses.
#[cfg(target_os = "linux")]
fn is_made_up(file: &File) -> io::Result<bool> {
    const SYSFS_MAGIC: rustix::fs::FsWord = 0x6265_6572;
    let kind = rustix::fs::fstatfs(file)?.f_type;
    Ok(matches!(kind, rustix::fs::PROC_SUPER_MAGIC | SYSFS_MAGIC))
}

#[cfg(not(target_os = "linux"))]
fn is_made_up(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn a_file_is_loaded_up_to_the_limit() {
        let file = file(b"12345");
        let limits = |bytes| Limits { bytes, ..Limits::default() };
        assert_eq!(load(file.path(), &limits(5)).unwrap(), b"12345");
        assert!(matches!(load(file.path(), &limits(4)), Err(ReadError::Bytes { limit: 4 })));
    }

    #[test]
    fn a_file_that_is_not_there_is_told_from_others() {
        let error = load(Path::new("no/such/file.csv"), &Limits::default()).unwrap_err();
        assert!(matches!(error, ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound));
    }

    /// What was seen growing is still held to the limit.
    #[test]
    fn a_file_may_grow_while_it_is_read() {
        use std::sync::atomic::{AtomicBool, Ordering};

        let file = file(b"id,y\n");
        let limits = Limits { bytes: 1 << 20, ..Limits::default() };
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut end = file.reopen().unwrap();
                std::io::Seek::seek(&mut end, io::SeekFrom::End(0)).unwrap();
                while !done.load(Ordering::Relaxed) && end.metadata().unwrap().len() < 64 << 20 {
                    end.write_all(&[b'1'; 1 << 16]).unwrap();
                }
            });
            loop {
                match load(file.path(), &limits) {
                    Ok(bytes) => assert!(bytes.len() <= 1 << 20 && bytes.starts_with(b"id,y\n")),
                    Err(ReadError::Bytes { .. }) => break,
                    Err(other) => panic!("{other}"),
                }
            }
            done.store(true, Ordering::Relaxed);
        });
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_and_links_to_them_are_loaded() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| matches!(load(path, &Limits::default()), Err(ReadError::NotAFile));
        assert!(refused(folder.path()));
        assert!(refused(Path::new("/dev/zero")));
        let file = file(b"a");
        let link = folder.path().join("link.csv");
        symlink(file.path(), &link).unwrap();
        assert_eq!(load(&link, &Limits::default()).unwrap(), b"a");
        let to_device = folder.path().join("device.csv");
        symlink("/dev/zero", &to_device).unwrap();
        assert!(refused(&to_device));
    }

    /// As if it had been put there after the path was looked at.
    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_waits_for_the_other_end_of_a_pipe() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.csv");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let start = std::time::Instant::now();
        assert!(matches!(open(&pipe), Err(ReadError::NotAFile)));
        assert!(matches!(open(Path::new("/dev/zero")), Err(ReadError::NotAFile)));
        assert!(start.elapsed().as_secs() < 10);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_kernel_makes_up_is_no_file() {
        for path in ["/proc/self/environ", "/proc/self/cmdline", "/sys/kernel/uevent_seqnum"] {
            if Path::new(path).exists() {
                assert!(matches!(load(Path::new(path), &Limits::default()), Err(ReadError::NotAFile)), "{path}");
            }
        }
    }
}
