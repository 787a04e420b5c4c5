//! What an agent left, as text. Its names and its content are the word of a stranger: files are read within bounds, links are not followed,
//! and what is not read is told, since it may have been made so on purpose.

use std::fs;
use std::path::{Path, PathBuf};

use assay_tables::read::{Folders, Limits};
use assay_types::excerpt::listed;
use walkdir::WalkDir;

use crate::notebook;

/// How many files and folders are looked at below one path, and how deep.
const ENTRIES: usize = 200_000;
const DEPTH: usize = 32;

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The largest file, in bytes.
    pub file: u64,
    /// All files below one path, in bytes.
    pub all: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { file: 32 << 20, all: 64 << 20 }
    }
}

/// A file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its path below the folder; of a file that is named by itself, its name.
    pub name: String,
    /// Its text; of a notebook, its code cells.
    pub text: String,
}

/// What was found under a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Texts, in the order of their paths.
    pub sources: Vec<Source>,
    /// True if they were found in a folder.
    pub is_folder: bool,
    /// What was not read, and why.
    pub left_out: Vec<(String, String)>,
    /// All regular files, and their sizes in bytes.
    pub files: Vec<(PathBuf, u64)>,
}

impl Gathered {
    /// Whether there is nothing to look at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.iter().all(|source| source.text.trim().is_empty())
    }
}

/// Texts as one, those of a folder with their names between.
#[must_use]
pub fn joined<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>, is_folder: bool) -> String {
    texts.fold(String::new(), |mut all, (name, text)| {
        if is_folder {
            all += &format!("--- {} ---\n", listed(name));
        }
        all += text;
        if is_folder && !all.ends_with('\n') {
            all.push('\n');
        }
        all
    })
}

/// Reads a file, or the `.log`, `.py` and `.ipynb` files of a folder.
#[must_use]
pub fn gather(given: &Path, folders: &Folders, bounds: &Bounds) -> Gathered {
    let path = folders.find(given);
    let name = || path.file_name().map_or_else(|| given.to_string_lossy(), |name| name.to_string_lossy()).into_owned();
    let mut gathered = Gathered::default();
    let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
    if !is_folder {
        let mut room = bounds.all;
        gathered.take(&path, given, name(), folders, bounds, &mut room);
        return gathered;
    }
    gathered.is_folder = true;
    let mut room = bounds.all;
    let walk = WalkDir::new(&path).follow_links(false).max_depth(DEPTH).sort_by_file_name();
    for (number, entry) in walk.into_iter().enumerate() {
        if number >= ENTRIES {
            gathered.left_out.push((listed(&name()), format!("what is past {ENTRIES} files and folders")));
            break;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let at = error.path().unwrap_or(&path).strip_prefix(&path).unwrap_or(&path);
                let why = error.io_error().map_or_else(|| "it cannot be read".into(), ToString::to_string);
                gathered.left_out.push((listed(&at.to_string_lossy()), why));
                continue;
            }
        };
        let below = entry.path().strip_prefix(&path).unwrap_or(entry.path()).to_string_lossy().into_owned();
        if entry.file_type().is_dir() {
            if entry.depth() == DEPTH {
                gathered.left_out.push((listed(&below), format!("folders more than {DEPTH} deep")));
            }
            continue;
        }
        if entry.file_type().is_file() {
            gathered.files.push((entry.path().to_owned(), entry.metadata().map_or(0, |metadata| metadata.len())));
        }
        if entry.file_type().is_symlink() && !is_text(entry.path()) {
            gathered.left_out.push((listed(&below), "it is a link, and links are not followed".into()));
        } else if is_text(entry.path()) {
            let from = if given.is_absolute() { path.join(&below) } else { given.join(&below) };
            gathered.take(entry.path(), &from, below, folders, bounds, &mut room);
        }
    }
    gathered
}

impl Gathered {
    fn take(&mut self, path: &Path, given: &Path, name: String, folders: &Folders, bounds: &Bounds, room: &mut u64) {
        let limits = Limits { bytes: bounds.file.min(*room), ..Limits::default() };
        match folders.open(given).and_then(|file| file.read(&limits)) {
            Ok(bytes) => {
                *room -= (bytes.len() as u64).min(*room);
                let text = match String::from_utf8(bytes) {
                    Ok(text) => text,
                    Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
                };
                // What only calls itself a notebook is looked at as it is.
                let cells = has_extension(path, "ipynb").then(|| notebook::code(&text)).flatten();
                self.sources.push(Source { name, text: cells.unwrap_or(text) });
            }
            Err(error) => self.left_out.push((listed(&name), error.to_string())),
        }
    }
}

fn is_text(path: &Path) -> bool {
    ["log", "py", "ipynb"].iter().any(|extension| has_extension(path, extension))
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use assay_tables::read::Links;

    use super::*;

    #[test]
    fn a_folder_is_read_in_the_order_of_its_names_and_links_are_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::create_dir_all(at("run/sub")).unwrap();
        fs::write(at("secret.py"), "secret").unwrap();
        fs::write(at("run/b.py"), "b = 1").unwrap();
        fs::write(at("run/a.log"), b"caf\xe9\n").unwrap();
        fs::write(at("run/sub/c.ipynb"), r#"{"cells": [{"cell_type": "code", "source": "c"}]}"#).unwrap();
        fs::write(at("run/model.bin"), [0; 9]).unwrap();
        fs::write(at("run/large.py"), "x".repeat(2000)).unwrap();
        symlink("../secret.py", at("run/z.py")).unwrap();
        symlink("..", at("run/up")).unwrap();
        let folders = Folders::new([place.path().to_owned()], Links::Refuse);
        let bounds = Bounds { file: 1000, all: 10_000 };
        let found = gather(Path::new("run"), &folders, &bounds);
        let texts: Vec<(&str, &str)> =
            found.sources.iter().map(|source| (source.name.as_str(), source.text.as_str())).collect();
        assert_eq!(texts, [("a.log", "caf\u{fffd}\n"), ("b.py", "b = 1"), ("sub/c.ipynb", "c")]);
        let left_out: Vec<&str> = found.left_out.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(left_out, ["large.py", "up", "z.py"]);
        assert_eq!(found.files.iter().filter(|(_, size)| *size == 9).count(), 1);
        assert_eq!(
            joined(texts.into_iter(), true),
            "--- a.log ---\ncaf\u{fffd}\n--- b.py ---\nb = 1\n--- sub/c.ipynb ---\nc\n"
        );
        // All files together have a bound too.
        let tight = gather(Path::new("run"), &folders, &Bounds { file: 1000, all: 7 });
        assert_eq!(tight.sources.len(), 1);
        assert_eq!(gather(Path::new("run/b.py"), &folders, &bounds).sources[0].text, "b = 1");
        for given in ["run/z.py", "run/none.py"] {
            let nothing = gather(Path::new(given), &folders, &bounds);
            assert!(nothing.sources.is_empty() && nothing.left_out.len() == 1, "{given}");
        }
    }
}
