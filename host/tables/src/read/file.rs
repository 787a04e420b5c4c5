//! Opening files that others may have put there, and reading them within limits.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use super::{Limits, ReadError};

/// The size from which on a file must not have holes, in bytes: they take memory when they are read, and none on the disk. The zeros that
/// are read of one are refused in any text that matters, so smaller files are told where the first of those is.
const SPARSE: u64 = 16 << 20;

/// Whether links are followed on the way to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// A path that leads through a link is refused: who can put a file somewhere can put a link there to what they may not read.
    #[default]
    Refuse,
    /// Links are followed.
    Follow,
}

/// Where relative paths are looked up, and which folders are trusted to be where they say.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// The folders in which a relative path is looked up, in turn. Links on the way to them are followed whatever `links` says, so an
    /// absolute path below one of them is looked up there too. None: the working directory.
    pub search: Vec<PathBuf>,
    /// Whether links below these folders, or anywhere in other absolute paths, are followed.
    pub links: Links,
}

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

impl Folders {
    /// Where a path leads: the folder to start from and the way from there. A relative path that is in none of the folders is taken
    /// from the last.
    fn resolved<'a>(&'a self, given: &'a Path) -> (&'a Path, &'a Path) {
        if given.is_absolute() {
            let below =
                self.search.iter().filter_map(|folder| Some((folder.as_path(), given.strip_prefix(folder).ok()?)));
            return below.max_by_key(|(folder, _)| folder.as_os_str().len()).unwrap_or((Path::new(""), given));
        }
        let there = |folder: &&PathBuf| fs::symlink_metadata(folder.join(given)).is_ok();
        let folder = self.search.iter().find(there).or(self.search.last());
        (folder.map_or(Path::new(""), PathBuf::as_path), given)
    }

    /// The path, with the folder that it was found in.
    #[must_use]
    pub fn find(&self, given: &Path) -> PathBuf {
        let (folder, path) = self.resolved(given);
        folder.join(path)
    }

    /// Opens a regular file of a disk.
    ///
    /// # Errors
    ///
    /// If there is none, if it is no regular file, or if its path leads through a link and links are not followed.
    pub fn open(&self, given: &Path) -> Result<OpenFile, ReadError> {
        if given.is_absolute() || self.search.is_empty() {
            let (folder, path) = self.resolved(given);
            return self.open_in(folder, path);
        }
        let mut opened = Err(io::Error::from(io::ErrorKind::NotFound).into());
        for folder in &self.search {
            opened = self.open_in(folder, given);
            if !is_missing(&opened) {
                break;
            }
        }
        opened
    }

    fn open_in(&self, folder: &Path, path: &Path) -> Result<OpenFile, ReadError> {
        match self.links {
            Links::Follow => OpenFile::open(&folder.join(path)),
            Links::Refuse => OpenFile::new(without_links(folder, path)?),
        }
    }
}

fn is_missing(opened: &Result<OpenFile, ReadError>) -> bool {
    let missing = |kind| matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    matches!(opened, Err(ReadError::Io(error)) if missing(error.kind()))
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

    fn new(file: File) -> Result<Self, ReadError> {
        let metadata = file.metadata()?;
        if !is_regular(&file)? {
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
fn options() -> fs::OpenOptions {
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

/// Opens a file below a folder, if no part of its path from there on is a link.
#[cfg(target_os = "linux")]
fn without_links(folder: &Path, path: &Path) -> Result<File, ReadError> {
    use std::os::fd::AsFd;

    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
    use rustix::io::Errno;

    let below = |error: Errno| ReadError::Io(error.into());
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let opened = if folder.as_os_str().is_empty() {
        None
    } else {
        let directory = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Some(rustix::fs::open(folder, directory, Mode::empty()).map_err(below)?)
    };
    let from = opened.as_ref().map_or(CWD, AsFd::as_fd);
    match openat2(from, path, flags, Mode::empty(), resolve) {
        Ok(file) => Ok(file.into()),
        Err(Errno::ACCESS) => {
            let seen = openat2(from, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), resolve);
            Err(denied(Errno::ACCESS.into(), seen.map(File::from).ok()))
        }
        Err(Errno::LOOP) => Err(ReadError::Link),
        // Before Linux 5.6, and where a container forbids the call.
        Err(Errno::NOSYS | Errno::PERM) => step_by_step(folder, path),
        // What cannot be opened, as a socket, is no file either.
        Err(Errno::NXIO | Errno::NODEV) => Err(ReadError::NotAFile),
        Err(error) => Err(below(error)),
    }
}

#[cfg(not(target_os = "linux"))]
fn without_links(folder: &Path, path: &Path) -> Result<File, ReadError> {
    step_by_step(folder, path)
}

/// The same where the system cannot do it at once: a link that is put there between look and opening is followed.
fn step_by_step(folder: &Path, path: &Path) -> Result<File, ReadError> {
    let mut at = folder.to_owned();
    for part in path.components() {
        at.push(part);
        if fs::symlink_metadata(&at)?.is_symlink() {
            return Err(ReadError::Link);
        }
    }
    if !fs::metadata(&at)?.is_file() {
        return Err(ReadError::NotAFile);
    }
    Ok(options().open(&at)?)
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
fn denied(error: io::Error, seen: Option<File>) -> ReadError {
    match seen.map(|seen| is_regular(&seen)) {
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
fn is_regular(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.is_file() && !is_made_up(file)?)
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

    #[cfg(unix)]
    #[test]
    fn links_below_a_folder_are_refused() {
        use std::os::unix::fs::symlink;

        let place = tempfile::tempdir().unwrap();
        let at = |part: &str| place.path().join(part);
        fs::create_dir_all(at("real/runs")).unwrap();
        fs::write(at("real/answers.csv"), "secret").unwrap();
        fs::write(at("real/runs/own.csv"), "own").unwrap();
        symlink(at("real"), at("linked")).unwrap();
        symlink("../answers.csv", at("real/runs/link.csv")).unwrap();
        symlink("..", at("real/runs/up")).unwrap();
        symlink("/proc/self/fd/0", at("real/runs/magic.csv")).unwrap();
        let folder = at("linked/runs");
        let refusing = Folders { search: vec![folder.clone()], links: Links::Refuse };
        let following = Folders { links: Links::Follow, ..refusing.clone() };
        let read = |folders: &Folders, path: &Path| folders.open(path)?.read(&Limits::default());

        // A link on the way to the folder is the operator's.
        assert_eq!(read(&refusing, Path::new("own.csv")).unwrap(), b"own");
        assert_eq!(read(&refusing, &folder.join("own.csv")).unwrap(), b"own");
        for link in ["link.csv", "up/answers.csv", "magic.csv"] {
            let refused = |path: &Path| matches!(read(&refusing, path), Err(ReadError::Link));
            assert!(refused(Path::new(link)) && refused(&folder.join(link)), "{link}");
            assert!(matches!(step_by_step(&folder, Path::new(link)), Err(ReadError::Link)), "{link}");
        }
        assert_eq!(read(&following, Path::new("link.csv")).unwrap(), b"secret");
        // Elsewhere, the whole path counts.
        let elsewhere = Folders { search: vec![at("real/runs")], links: Links::Refuse };
        assert!(matches!(read(&elsewhere, &folder.join("own.csv")), Err(ReadError::Link)));
        assert_eq!(read(&elsewhere, &at("real/runs/own.csv")).unwrap(), b"own");
    }
}
