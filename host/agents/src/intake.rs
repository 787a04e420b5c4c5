//! What an agent left, as the engine hands it out: an archive, which is the word of a stranger.
//!
//! Files and folders are taken. Whatever leads elsewhere or is more than data is left out and told: links, devices, pipes, names with `..`,
//! files with holes. An archive of more files or bytes than are allowed is taken up to the last whole file within the bounds.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use assay_types::counted;
use assay_types::excerpt::listed;
use tar::{Archive, Entry, EntryType, PaxExtensions};

/// The longest name, in bytes, and how many folders deep it may be.
const NAME: usize = 4000;
const DEPTH: usize = 64;

/// The largest extension of a header, in bytes.
const EXTENSION: u64 = 64 << 10;

/// How many of what is left out are named.
const NAMED: usize = 5;

/// How much is taken of one folder of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// All files together, in bytes.
    pub bytes: u64,
    /// Files and folders.
    pub entries: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { bytes: 16 << 30, entries: 200_000 }
    }
}

/// What was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many files.
    pub files: u64,
    /// How many bytes.
    pub bytes: u64,
    /// What was left out: how many, and the first of them with the reason.
    pub left_out: u64,
    /// The first of them, with the reason.
    pub examples: Vec<String>,
    /// Why not all was taken, if a bound was met.
    pub cut: Option<&'static str>,
}

impl Taken {
    /// What there is to say of it; `what` is the folder's name.
    #[must_use]
    pub fn note(&self, what: &str) -> Option<String> {
        let mut parts = Vec::new();
        if self.left_out > 0 {
            let more = if self.left_out > NAMED as u64 { ", …" } else { "" };
            let left_out = counted(self.left_out, "entry", "entries");
            parts.push(format!("{left_out} left out: {}{more}", self.examples.join(", ")));
        }
        parts.extend(self.cut.map(ToOwned::to_owned));
        (!parts.is_empty()).then(|| format!("{what}: {}", parts.join("; ")))
    }

    fn leave_out(&mut self, name: &[u8], why: &str) {
        self.left_out += 1;
        if self.examples.len() < NAMED {
            self.examples.push(format!("{} ({why})", listed(&String::from_utf8_lossy(name))));
        }
    }
}

/// Takes an archive of the folder `name` into `place`, an empty folder that becomes it.
///
/// # Errors
///
/// If a file cannot be written, or the archive breaks off: what is whole has been taken then.
pub fn take(archive: impl Read, name: &str, place: &Path, bounds: Bounds) -> io::Result<Taken> {
    let mut taken = Taken::default();
    let mut folders = HashSet::from([PathBuf::new()]);
    let mut extended = Extended::default();
    let mut entries = 0;
    // What is left out is bounded too: an endless archive comes to an end.
    let mut archive =
        Archive::new(archive.take(bounds.bytes.saturating_mul(2).saturating_add(bounds.entries.saturating_mul(4096))));
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        entries += 1;
        if entries > bounds.entries {
            taken.cut = Some("it has more files than are taken");
            break;
        }
        if extended.read(&mut entry)? {
            continue;
        }
        let extended = std::mem::take(&mut extended);
        let full = extended.name.unwrap_or_else(|| entry.path_bytes().into_owned());
        let path = match within(&full, name) {
            Ok(path) => path,
            Err(why) => {
                taken.leave_out(&full, why);
                continue;
            }
        };
        match entry.header().entry_type() {
            EntryType::Directory => match made(place, &path, &mut folders) {
                Err(error) if is_taken(&error) => taken.leave_out(&full, "there twice"),
                made => made?,
            },
            _ if path.as_os_str().is_empty() => taken.leave_out(&full, "not the folder that it should be"),
            EntryType::Regular | EntryType::Continuous if extended.is_odd => {
                taken.leave_out(&full, "a file with holes")
            }
            EntryType::Regular | EntryType::Continuous => {
                let size = entry.size();
                if extended.size.is_some_and(|said| said != size) {
                    taken.leave_out(&full, "larger than can be taken");
                    break;
                }
                if size > bounds.bytes - taken.bytes {
                    taken.cut = Some("it has more bytes than are taken");
                    taken.leave_out(&full, "no room for it");
                    continue;
                }
                let parent = made(place, path.parent().unwrap_or(Path::new("")), &mut folders);
                match parent.and_then(|()| file(&place.join(&path), &mut entry, size)) {
                    Ok(()) => {
                        taken.files += 1;
                        taken.bytes += size;
                    }
                    Err(error) if is_taken(&error) => taken.leave_out(&full, "there twice"),
                    Err(error) => return Err(error),
                }
            }
            EntryType::Link | EntryType::Symlink => taken.leave_out(&full, "a link"),
            EntryType::Char | EntryType::Block => taken.leave_out(&full, "a device"),
            EntryType::Fifo => taken.leave_out(&full, "a pipe"),
            _ => taken.leave_out(&full, "neither file nor folder"),
        }
    }
    Ok(taken)
}

/// What extensions say of the entry behind them.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_odd: bool,
}

impl Extended {
    /// Reads the entry if it is an extension of the next.
    fn read(&mut self, entry: &mut Entry<'_, impl Read>) -> io::Result<bool> {
        let kind = entry.header().entry_type();
        match kind {
            EntryType::XGlobalHeader => return Ok(true),
            EntryType::XHeader | EntryType::GNULongName | EntryType::GNULongLink => {}
            _ => return Ok(false),
        }
        if entry.size() > EXTENSION {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an extension of a header is longer than 64 KiB"));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        if kind == EntryType::GNULongName {
            bytes.truncate(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
            self.name = Some(bytes);
        } else if kind == EntryType::XHeader {
            for extension in PaxExtensions::new(&bytes) {
                let extension = extension?;
                match extension.key_bytes() {
                    b"path" => self.name = Some(extension.value_bytes().to_vec()),
                    b"size" => self.size = extension.value().ok().and_then(|size| size.parse().ok()).or(Some(u64::MAX)),
                    key if key.starts_with(b"GNU.sparse") => self.is_odd = true,
                    _ => {}
                }
            }
        }
        Ok(true)
    }
}

/// The path below the folder that an entry's name is; empty for the folder itself.
fn within(full: &[u8], name: &str) -> Result<PathBuf, &'static str> {
    if full.len() > NAME || full.contains(&0) {
        return Err("no name of a file");
    }
    let mut path = PathBuf::new();
    let mut parts = Path::new(OsStr::from_bytes(full)).components().filter(|part| *part != Component::CurDir);
    if parts.next() != Some(Component::Normal(OsStr::new(name))) {
        return Err("outside of the folder");
    }
    for part in parts {
        match part {
            Component::Normal(part) if part.len() <= 255 => path.push(part),
            Component::Normal(_) => return Err("no name of a file"),
            _ => return Err("outside of the folder"),
        }
    }
    if path.components().count() > DEPTH { Err("too many folders deep") } else { Ok(path) }
}

/// Makes a folder and those above it, each of which was made here too: no link is followed.
fn made(place: &Path, folder: &Path, folders: &mut HashSet<PathBuf>) -> io::Result<()> {
    let mut missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folders.contains(*folder)).collect();
    while let Some(folder) = missing.pop() {
        fs::DirBuilder::new().mode(0o755).create(place.join(folder))?;
        folders.insert(folder.to_owned());
    }
    Ok(())
}

/// True if there is a file already where a file or a folder was to be.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory)
}

/// Writes a file, or none at all.
fn file(path: &Path, content: &mut impl Read, size: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(path)?;
    let written = io::copy(content, &mut file)
        .and_then(|written| if written == size { file.flush() } else { Err(io::ErrorKind::UnexpectedEof.into()) });
    if written.is_err() {
        drop(file);
        // A part of a submission is none.
        let _ = fs::remove_file(path);
    }
    written
}

/// Puts a folder that was taken into its place; what was there is replaced.
///
/// # Errors
///
/// If it cannot be moved.
pub fn put(taken: &Path, place: &Path) -> io::Result<()> {
    let old = taken.with_added_extension("old");
    if place.symlink_metadata().is_ok() {
        fs::rename(place, &old)?;
    }
    fs::rename(taken, place)?;
    if old.is_dir() { fs::remove_dir_all(&old) } else { Ok(()) }?;
    File::open(place)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use tar::{Builder, Header};

    use super::*;

    const BOUNDS: Bounds = Bounds { bytes: 10_000, entries: 100 };

    /// An archive as whoever makes it likes it, whatever names it has.
    struct Made(Builder<Vec<u8>>);

    impl Made {
        fn new() -> Self {
            Made(Builder::new(Vec::new()))
        }

        fn add(mut self, kind: EntryType, name: &str, content: &[u8]) -> Self {
            let mut header = Header::new_ustar();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(kind);
            header.set_mode(0o4777);
            header.set_size(content.len() as u64);
            header.set_link_name("/etc/passwd").unwrap();
            header.set_cksum();
            self.0.append(&header, content).unwrap();
            self
        }

        fn file(self, name: &str, content: &str) -> Self {
            self.add(EntryType::Regular, name, content.as_bytes())
        }

        fn taken(self, bounds: Bounds) -> (tempfile::TempDir, io::Result<Taken>) {
            let folder = tempfile::tempdir().unwrap();
            let taken = take(Cursor::new(self.0.into_inner().unwrap()), "submission", folder.path(), bounds);
            (folder, taken)
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = walkdir::WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter().flatten();
        entries.map(|entry| entry.path().strip_prefix(folder).unwrap().display().to_string()).collect()
    }

    #[test]
    fn files_and_folders_are_taken() {
        let archive = Made::new()
            .add(EntryType::Directory, "submission/", b"")
            .file("submission/submission.csv", "id\n1\n")
            .file("submission/a/b/c", "x");
        let (folder, taken) = archive.taken(BOUNDS);
        let taken = taken.unwrap();
        assert_eq!((taken.files, taken.bytes, taken.note("submission")), (2, 6, None));
        assert_eq!(names(folder.path()), ["a", "a/b", "a/b/c", "submission.csv"]);
        let mode = std::os::unix::fs::MetadataExt::mode(&folder.path().join("a/b/c").metadata().unwrap());
        assert_eq!(mode & 0o7133, 0, "{mode:o}");
    }

    #[test]
    fn what_leads_elsewhere_is_left_out() {
        let archive = Made::new()
            .file("submission/../../x", "x")
            .file("/etc/x", "x")
            .file("submission", "x")
            .file("other/x", "x")
            .add(EntryType::Symlink, "submission/link", b"")
            .file("submission/link/x", "through a link?")
            .add(EntryType::Link, "submission/hard", b"")
            .add(EntryType::Char, "submission/null", b"")
            .add(EntryType::Block, "submission/disk", b"")
            .add(EntryType::Fifo, "submission/pipe", b"")
            .file("submission/submission.csv", "id\n")
            .file("submission/submission.csv", "another\n");
        let (folder, taken) = archive.taken(BOUNDS);
        let taken = taken.unwrap();
        assert_eq!(names(folder.path()), ["link", "link/x", "submission.csv"]);
        assert!(folder.path().join("link").symlink_metadata().unwrap().is_dir());
        assert_eq!(fs::read_to_string(folder.path().join("submission.csv")).unwrap(), "id\n");
        assert_eq!(taken.left_out, 10);
        let note = taken.note("submission").unwrap();
        assert!(
            note.starts_with("submission: 10 entries left out: submission/../../x (outside of the folder)"),
            "{note}"
        );
    }

    #[test]
    fn bounds_hold() {
        let large = "x".repeat(6000);
        let archive =
            Made::new().file("submission/a", &large).file("submission/b", &large).file("submission/c", "small");
        let (folder, taken) = archive.taken(BOUNDS);
        let taken = taken.unwrap();
        assert_eq!(names(folder.path()), ["a", "c"]);
        assert_eq!(taken.cut, Some("it has more bytes than are taken"));

        let many = (0..200).fold(Made::new(), |made, file| made.file(&format!("submission/{file}"), ""));
        let (folder, taken) = many.taken(BOUNDS);
        assert_eq!(taken.unwrap().cut, Some("it has more files than are taken"));
        assert_eq!(names(folder.path()).len(), 100);
    }

    #[test]
    fn an_endless_archive_comes_to_an_end() {
        let mut header = Header::new_ustar();
        header.set_path("submission/a").unwrap();
        header.set_size(1 << 50);
        header.set_entry_type(EntryType::Regular);
        header.set_cksum();
        let endless = Cursor::new(header.as_bytes().to_vec()).chain(io::repeat(0));
        let folder = tempfile::tempdir().unwrap();
        let taken = take(endless, "submission", folder.path(), BOUNDS);
        assert!(taken.is_err() || taken.is_ok_and(|taken| taken.cut.is_some()));
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn an_archive_that_breaks_off_leaves_no_part_of_a_file() {
        let bytes =
            Made::new().file("submission/a", "whole").file("submission/b", &"x".repeat(2000)).0.into_inner().unwrap();
        let folder = tempfile::tempdir().unwrap();
        take(Cursor::new(&bytes[..2000]), "submission", folder.path(), BOUNDS).unwrap_err();
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn long_names_are_taken_and_longer_ones_bounded() {
        let long = format!("submission/{}/x.csv", ["folder-with-a-long-name"; 12].join("/"));
        let mut builder = Builder::new(Vec::new());
        let mut header = Header::new_gnu();
        header.set_size(1);
        header.set_cksum();
        builder.append_data(&mut header, &long, &b"x"[..]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let taken = take(Cursor::new(builder.into_inner().unwrap()), "submission", folder.path(), BOUNDS).unwrap();
        assert_eq!((taken.files, taken.left_out), (1, 0));

        let huge = Made::new().add(EntryType::GNULongName, "././@LongLink", &vec![b'a'; 70_000]);
        assert!(huge.taken(Bounds { bytes: 1 << 20, entries: 9 }).1.is_err());
    }

    #[test]
    fn what_was_there_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("submission");
        for text in ["one", "two"] {
            let taken = folder.path().join(".taken");
            fs::create_dir(&taken).unwrap();
            fs::write(taken.join("a"), text).unwrap();
            put(&taken, &place).unwrap();
            assert_eq!(fs::read_to_string(place.join("a")).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["submission", "submission/a"]);
    }
}
