//! Where the paths of submissions lead, and opening what is there without following links.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ReadError;
use super::file::{OpenFile, options};

/// Whether links are followed on the way to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// A path that leads through a link is refused: who can put a file somewhere can put a link there to what they may not read.
    #[default]
    Refuse,
    /// Links are followed.
    Follow,
}

/// Where relative paths are looked up, and which folders are trusted to be where they say. A clone is of the same folders.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    search: Vec<Arc<Folder>>,
    links: Links,
}

/// A folder that is opened when something is looked up in it, and then stays open: what its path leads to later is of no account.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    #[cfg(target_os = "linux")]
    opened: std::sync::OnceLock<std::os::fd::OwnedFd>,
}

impl Folder {
    fn new(path: PathBuf) -> Arc<Self> {
        Arc::new(Folder {
            path,
            #[cfg(target_os = "linux")]
            opened: std::sync::OnceLock::new(),
        })
    }
}

impl Folders {
    /// Relative paths are looked up in these folders, in turn; if there are none, in the working directory. `links` says whether links
    /// below them, or anywhere in other absolute paths, are followed. Those on the way to the folders are followed whatever it says, so an
    /// absolute path below one of them is looked up there too.
    pub fn new(search: impl IntoIterator<Item = PathBuf>, links: Links) -> Self {
        Folders { search: search.into_iter().map(Folder::new).collect(), links }
    }

    /// Relative paths are looked up in this folder too, right after the first.
    pub fn add_second(&mut self, folder: PathBuf) {
        self.search.insert(self.search.len().min(1), Folder::new(folder));
    }

    /// Where a path leads: the folder to start from and the way from there. A relative path that is in none of the folders is taken
    /// from the last.
    fn resolved<'a>(&'a self, given: &'a Path) -> (Option<&'a Folder>, &'a Path) {
        let mut folders = self.search.iter().map(|folder| &**folder);
        if given.is_absolute() {
            let below = folders.filter_map(|folder| Some((folder, given.strip_prefix(&folder.path).ok()?)));
            let nearest = below.max_by_key(|(folder, _)| folder.path.as_os_str().len());
            return nearest.map_or((None, given), |(folder, path)| (Some(folder), path));
        }
        let there = |folder: &&Folder| fs::symlink_metadata(folder.path.join(given)).is_ok();
        (folders.clone().find(there).or(folders.next_back()), given)
    }

    /// The path, with the folder that it was found in.
    #[must_use]
    pub fn find(&self, given: &Path) -> PathBuf {
        let (folder, path) = self.resolved(given);
        below(folder, path)
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
            opened = self.open_in(Some(folder), given);
            if !is_missing(&opened) {
                break;
            }
        }
        opened
    }

    fn open_in(&self, folder: Option<&Folder>, path: &Path) -> Result<OpenFile, ReadError> {
        match self.links {
            Links::Follow => OpenFile::open(&below(folder, path)),
            Links::Refuse => OpenFile::new(without_links(folder, path)?),
        }
    }
}

/// A path from a folder on; from the working directory, if there is none.
fn below(folder: Option<&Folder>, path: &Path) -> PathBuf {
    folder.map_or(path.to_owned(), |folder| folder.path.join(path))
}

fn is_missing(opened: &Result<OpenFile, ReadError>) -> bool {
    let missing = |kind| matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    matches!(opened, Err(ReadError::Io(error)) if missing(error.kind()))
}

#[cfg(target_os = "linux")]
impl Folder {
    /// The folder itself, to look up files below it. One that is not there is looked for again the next time.
    fn opened(&self) -> Result<std::os::fd::BorrowedFd<'_>, rustix::io::Errno> {
        use std::os::fd::AsFd;

        use rustix::fs::{Mode, OFlags, open};

        if let Some(opened) = self.opened.get() {
            return Ok(opened.as_fd());
        }
        let opened = open(&self.path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(self.opened.get_or_init(|| opened).as_fd())
    }
}

/// Opens a file below a folder, if no part of its path from there on is a link.
#[cfg(target_os = "linux")]
fn without_links(folder: Option<&Folder>, path: &Path) -> Result<File, ReadError> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
    use rustix::io::Errno;

    use super::file::denied;

    let failed = |error: Errno| ReadError::Io(error.into());
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let from = folder.map_or(Ok(CWD), Folder::opened).map_err(failed)?;
    match openat2(from, path, flags, Mode::empty(), resolve) {
        Ok(file) => Ok(file.into()),
        Err(Errno::ACCESS) => {
            let seen = openat2(from, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), resolve);
            Err(denied(Errno::ACCESS.into(), seen.map(File::from).ok()))
        }
        Err(Errno::LOOP) => Err(ReadError::Link),
        // Before Linux 5.6, and where a container forbids the call.
        Err(Errno::NOSYS | Errno::PERM) => step_by_step(&below(folder, Path::new("")), path),
        // What cannot be opened, as a socket, is no file either.
        Err(Errno::NXIO | Errno::NODEV) => Err(ReadError::NotAFile),
        Err(error) => Err(failed(error)),
    }
}

#[cfg(not(target_os = "linux"))]
fn without_links(folder: Option<&Folder>, path: &Path) -> Result<File, ReadError> {
    step_by_step(&below(folder, Path::new("")), path)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Limits;

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
        let refusing = Folders::new([folder.clone()], Links::Refuse);
        let following = Folders::new([folder.clone()], Links::Follow);
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
        let elsewhere = Folders::new([at("real/runs")], Links::Refuse);
        assert!(matches!(read(&elsewhere, &folder.join("own.csv")), Err(ReadError::Link)));
        assert_eq!(read(&elsewhere, &at("real/runs/own.csv")).unwrap(), b"own");
    }

    /// As if it had been put there while the folder is in use.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_stays_the_one_that_was_opened() {
        use std::os::unix::fs::symlink;

        let place = tempfile::tempdir().unwrap();
        let at = |part: &str| place.path().join(part);
        for (folder, content) in [("runs", "own"), ("private", "secret")] {
            fs::create_dir(at(folder)).unwrap();
            fs::write(at(folder).join("a.csv"), content).unwrap();
        }
        let folders = Folders::new([at("runs")], Links::Refuse);
        let read = |folders: &Folders| folders.open(Path::new("a.csv")).unwrap().read(&Limits::default()).unwrap();
        assert_eq!(read(&folders), b"own");
        fs::rename(at("runs"), at("moved")).unwrap();
        symlink(at("private"), at("runs")).unwrap();
        assert_eq!(read(&folders.clone()), b"own");
    }

    #[test]
    fn a_folder_may_come_later() {
        let place = tempfile::tempdir().unwrap();
        let later = place.path().join("later");
        let folders = Folders::new([later.clone()], Links::Refuse);
        assert!(is_missing(&folders.open(Path::new("a.csv"))));
        fs::create_dir(&later).unwrap();
        fs::write(later.join("a.csv"), "").unwrap();
        assert!(folders.open(Path::new("a.csv")).is_ok());
    }
}
