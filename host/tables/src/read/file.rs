//! Files that others may have put there: opened without waiting for anybody, and read within limits.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek};
use std::path::Path;

use super::{Limits, ReadError};
use crate::threads::Threads;

/// The size from which on a file must not have holes, in bytes: they take memory when they are read, and none on the disk. The zeros that
/// are read of one are refused in any text that matters, so smaller files are told where the first of those is.
const SPARSE: u64 = 16 << 20;

/// How large the pieces are in which large files are read, in bytes.
const PIECE: usize = 4 << 20;

/// What tells one file of this machine from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileId {
    device: u64,
    inode: u64,
}

/// A regular file that was opened once: it stays the same file wherever its path leads later.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    size: u64,
    id: Option<FileId>,
}

impl OpenFile {
    /// Opens a regular file of a disk; links are followed.
    ///
    /// # Errors
    ///
    /// If there is none, or if it is no regular file.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        // To open a device may do something, so the path is looked at first, and what was opened again.
        if !fs::metadata(path)?.is_file() {
            return Err(ReadError::NotAFile);
        }
        match options().open(path) {
            Ok(file) => OpenFile::new(file),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(denied(error, seen(path))),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn new(file: File) -> Result<Self, ReadError> {
        let metadata = file.metadata()?;
        if !is_regular(&file, &metadata)? {
            return Err(ReadError::NotAFile);
        }
        #[cfg(unix)]
        let id = {
            use std::os::unix::fs::MetadataExt;
            Some(FileId { device: metadata.dev(), inode: metadata.ino() })
        };
        #[cfg(not(unix))]
        let id = None;
        Ok(OpenFile { file, size: metadata.len(), id })
    }

    /// What tells it from every other file, where the system can tell.
    #[must_use]
    pub fn id(&self) -> Option<FileId> {
        self.id
    }

    /// The file itself, for rules on what a process keeps.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// How many bytes it has to be read, by its size when it was opened.
    ///
    /// # Errors
    ///
    /// If it is refused unread: it has more bytes than allowed, or is large and not on the disk in whole.
    pub fn size(&self, limits: &Limits) -> Result<u64, ReadError> {
        if self.size > limits.bytes {
            return Err(ReadError::Bytes { limit: limits.bytes });
        }
        match if self.size > SPARSE { hole(&self.file, self.size) } else { None } {
            Some(at) => Err(ReadError::Hole { at, size: self.size }),
            None => Ok(self.size),
        }
    }

    /// The whole file, as often as one likes.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or has more bytes than allowed.
    pub fn read(&self, limits: &Limits) -> Result<Vec<u8>, ReadError> {
        self.read_on(limits, Threads::one())
    }

    /// The same; a large file is read in pieces, on whatever threads are idle.
    ///
    /// # Errors
    ///
    /// As [`OpenFile::read`].
    pub fn read_on(&self, limits: &Limits, threads: &Threads) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.pieces(limits, threads)? {
            return Ok(bytes);
        }
        let size = self.size(limits)?;
        (&self.file).rewind()?;
        let mut bytes = Vec::new();
        let expected = usize::try_from(size).unwrap_or(usize::MAX);
        bytes.try_reserve_exact(expected.saturating_add(64)).map_err(|error| ReadError::Io(error.into()))?;
        // The file may grow in the meantime.
        (&self.file).take(limits.bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limits.bytes {
            return Err(ReadError::Bytes { limit: limits.bytes });
        }
        Ok(bytes)
    }

    /// The file read in pieces. None, if it is not large, or no longer as large as it was.
    #[cfg(unix)]
    fn pieces(&self, limits: &Limits, threads: &Threads) -> Result<Option<Vec<u8>>, ReadError> {
        use std::os::unix::fs::FileExt;

        let size = usize::try_from(self.size(limits)?).unwrap_or(usize::MAX);
        if size < 2 * PIECE || threads.count().get() == 1 {
            return Ok(None);
        }
        // Whether there is room is asked first: what follows would not tell.
        Vec::<u8>::new().try_reserve_exact(size).map_err(|error| ReadError::Io(error.into()))?;
        let mut bytes = vec![0; size];
        let read = |(piece, bytes): (usize, &mut [u8])| self.file.read_exact_at(bytes, (piece * PIECE) as u64);
        let read: io::Result<()> =
            threads.map(bytes.chunks_mut(PIECE).enumerate().collect(), read).into_iter().collect();
        let has_grown = || self.file.read_at(&mut [0], size as u64).map_or(true, |read| read > 0);
        Ok((read.is_ok() && !has_grown()).then_some(bytes))
    }

    #[cfg(not(unix))]
    fn pieces(&self, _: &Limits, _: &Threads) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(None)
    }
}

/// Reads a whole file into memory; links are followed. It does not wait for anybody: not for the other end of a pipe either.
///
/// # Errors
///
/// If it is no regular file of a disk, cannot be read, or has more bytes than allowed.
pub fn load(path: &Path, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    OpenFile::open(path)?.read(limits)
}

/// How files are opened: without waiting for the other end of what turns out to be a pipe, and without taking a terminal for our own.
pub(super) fn options() -> fs::OpenOptions {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    options
}

/// Where the first hole of a file is, if it has one and the file system tells.
#[cfg(target_os = "linux")]
fn hole(file: &File, size: u64) -> Option<u64> {
    rustix::fs::seek(file, rustix::fs::SeekFrom::Hole(0)).ok().filter(|&at| at < size)
}

#[cfg(not(target_os = "linux"))]
fn hole(_: &File, _: u64) -> Option<u64> {
    None
}

/// Why there is no opening what a path leads to, and what was seen of it: a process that is confined may look at what it may not open.
pub(super) fn denied(error: io::Error, seen: Option<File>) -> ReadError {
    let regular = |seen: File| seen.metadata().and_then(|metadata| is_regular(&seen, &metadata));
    match seen.map(regular) {
        Some(Ok(false)) => ReadError::NotAFile,
        _ => error.into(),
    }
}

/// What a path leads to, not to be read, but to be looked at.
#[cfg(target_os = "linux")]
fn seen(path: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).map(File::from).ok()
}

#[cfg(not(target_os = "linux"))]
fn seen(_: &Path) -> Option<File> {
    None
}

/// True for a regular file of a disk.
fn is_regular(file: &File, metadata: &Metadata) -> io::Result<bool> {
    Ok(metadata.is_file() && !is_made_up(file)?)
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
    use crate::read::Folders;

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

    #[cfg(target_os = "linux")]
    #[test]
    fn large_files_have_no_holes() {
        let mut file = file(b"id,y\n");
        file.as_file().set_len(SPARSE + 1).unwrap();
        let read = |limits| load(file.path(), limits);
        assert!(matches!(read(&Limits::default()), Err(ReadError::Hole { at: 1.., .. })));
        file.write_all(&vec![b'1'; SPARSE as usize - 4]).unwrap();
        assert_eq!(load(file.path(), &Limits::default()).unwrap().len() as u64, SPARSE + 1);
    }

    #[test]
    fn a_large_file_is_the_same_in_pieces() {
        let bytes: Vec<u8> = (0..2 * PIECE + 12_345).map(|at| (at % 251) as u8).collect();
        let file = file(&bytes);
        let opened = OpenFile::open(file.path()).unwrap();
        for count in [1, 2, 3, 7] {
            let threads = Threads::new(std::num::NonZero::new(count).unwrap());
            assert!(opened.read_on(&Limits::default(), &threads).unwrap() == bytes);
        }
        // What has changed since it was opened is read as it is now.
        let threads = Threads::new(std::num::NonZero::new(2).unwrap());
        for size in [bytes.len() + 1, bytes.len() - 1] {
            file.as_file().set_len(size as u64).unwrap();
            assert_eq!(opened.read_on(&Limits::default(), &threads).unwrap().len(), size);
        }
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
        let opened = |path: &Path| options().open(path).map_err(ReadError::from).and_then(OpenFile::new);
        assert!(matches!(opened(&pipe), Err(ReadError::NotAFile)));
        assert!(matches!(opened(Path::new("/dev/zero")), Err(ReadError::NotAFile)));
        assert!(matches!(Folders::default().open(&pipe), Err(ReadError::NotAFile)));
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
