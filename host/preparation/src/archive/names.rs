//! Names of entries: only such as stay within a folder, each once.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::fault::Fault;

/// The longest name of an entry, and of one part of it, in bytes: what file systems take.
const NAME_BYTES: usize = 4000;
const PART_BYTES: usize = 255;

/// How many folders deep an entry may be.
const DEPTH: usize = 64;

/// The names that an archive has used.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// True where a name is a file's. They are kept as bytes, which are compared faster than paths: there is one way to write each.
    used: HashMap<Box<[u8]>, bool>,
}

impl Names {
    /// Where an entry goes, below the folder. A folder may be named as often as it likes; the folder itself has an empty path.
    pub(crate) fn add(&mut self, name: &[u8], is_file: bool) -> Result<PathBuf, Fault> {
        let path = within(name)?;
        if path.as_os_str().is_empty() {
            return if is_file { Err(Fault::Name("is empty")) } else { Ok(path) };
        }
        let name = path.as_os_str().as_bytes();
        let mut folder = name;
        while let Some(end) = folder.iter().rposition(|byte| *byte == b'/') {
            folder = &folder[..end];
            match self.used.get(folder) {
                // The folders above it are known then.
                Some(false) => break,
                Some(true) => return Err(Fault::Name("has a folder in it that is a file of the same archive")),
                None => drop(self.used.insert(folder.into(), false)),
            }
        }
        match self.used.get(name) {
            Some(&was_file) if is_file || was_file => return Err(Fault::Twice),
            _ => drop(self.used.insert(name.into(), is_file)),
        }
        Ok(path)
    }
}

/// The path that a name is, if it stays within the folder it is unpacked into.
fn within(name: &[u8]) -> Result<PathBuf, Fault> {
    if name.contains(&0) {
        return Err(Fault::Name("has a zero byte in it"));
    }
    if name.len() > NAME_BYTES {
        return Err(Fault::Name("is longer than 4,000 bytes"));
    }
    let mut path = PathBuf::new();
    for part in Path::new(OsStr::from_bytes(name)).components() {
        match part {
            Component::Normal(part) if part.len() > PART_BYTES => {
                return Err(Fault::Name("has a part that is longer than 255 bytes"));
            }
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(Fault::Outside),
        }
    }
    if path.components().count() > DEPTH {
        return Err(Fault::Name("is more than 64 folders deep"));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_the_folder() {
        for name in ["../a", "a/../../b", "/etc/passwd", "a/..", "..", "//a"] {
            assert!(matches!(Names::default().add(name.as_bytes(), true), Err(Fault::Outside)), "{name}");
        }
        for (name, path) in [("a", "a"), ("./a//b", "a/b"), ("a\\..\\b", "a\\..\\b"), ("..a/b..", "..a/b..")] {
            assert_eq!(Names::default().add(name.as_bytes(), true).unwrap(), Path::new(path));
        }
        let long = [vec![b'a'; 256], vec![b'a'; 5000], b"a/".repeat(65), b"a\0b".to_vec(), b"".to_vec(), b".".to_vec()];
        for name in long {
            assert!(matches!(Names::default().add(&name, true), Err(Fault::Name(_))));
        }
    }

    #[test]
    fn a_name_is_there_once() {
        let mut names = Names::default();
        names.add(b"a/b", true).unwrap();
        assert!(matches!(names.add(b"./a/b", true), Err(Fault::Twice)));
        assert!(matches!(names.add(b"a", true), Err(Fault::Twice)));
        assert!(matches!(names.add(b"a/b/c", true), Err(Fault::Name(_))));
        assert!(matches!(names.add(b"a/b", false), Err(Fault::Twice)));
        names.add(b"a", false).unwrap();
        names.add(b"a/", false).unwrap();
        names.add(b"A/B", true).unwrap();
    }
}
