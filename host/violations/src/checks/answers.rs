//! The answers of a competition in what an agent left: copies of their files, digests of these, and values of so many rows that no
//! guess could have met them. What is found is told by its place, never by its content.

mod digests;
mod records;
mod rows;
mod sequence;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use assay_tables::read::{Folders, Limits, OpenFile};
use assay_types::excerpt::{excerpt, listed};
use assay_types::{counted, sha256_of};
use walkdir::WalkDir;

use self::digests::digests;
use self::rows::{Row, Rows};
use self::sequence::Sequence;
use super::tokens::{Token, tokens};
use super::{Check, Finding, Findings};
use crate::gather::Source;

/// The largest file of answers whose rows are looked for, in bytes. Of larger ones there are digests alone.
pub const MAX_BYTES: u64 = 128 << 20;

/// How many files of answers there may be.
const FILES: usize = 1000;

/// How many of participants' files are held against them.
const PUBLIC: usize = 200_000;

/// How many words of an agent's code or logs are looked at.
const WORDS: usize = 8_000_000;

/// How unlikely a guess has to be, in bits: one in 2 to the power of this.
const BITS: f64 = 64.0;

/// Where the answers of a competition are.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Their file.
    pub file: PathBuf,
    /// The folder of all that is kept from participants.
    pub folder: PathBuf,
    /// The folder of what they are given. A file that is there too is no secret.
    pub public_folder: PathBuf,
    /// The columns that say which row it is, which participants know.
    pub key: Vec<String>,
    /// The columns that are to be predicted.
    pub predicted: Vec<String>,
    /// The columns of the files that participants have of the same rows.
    pub public: Vec<String>,
}

/// What there is to be found of answers.
pub struct KnownAnswers {
    /// Digests of files in hexadecimal, and the files' names.
    digests: HashMap<String, String>,
    sizes: HashSet<u64>,
    sequences: Vec<Sequence>,
    /// The answers of rows by the last word of their keys.
    keyed: HashMap<Token, Row>,
    /// Why rows are not looked for.
    pub without_rows: Option<String>,
}

impl Answers {
    /// Reads them.
    #[must_use]
    pub fn known(&self) -> KnownAnswers {
        let mut known = KnownAnswers {
            digests: HashMap::new(),
            sizes: HashSet::new(),
            sequences: Vec::new(),
            keyed: HashMap::new(),
            without_rows: None,
        };
        let below = WalkDir::new(&self.folder).sort_by_file_name().into_iter().flatten();
        let files = below.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path()).take(FILES);
        for file in files {
            known.add_file(&file);
        }
        known.without_public(&self.public_folder);
        match self.rows() {
            Ok(rows) => rows.into_known(&mut known),
            Err(why) => known.without_rows = Some(why),
        }
        known
    }

    fn rows(&self) -> Result<Rows, String> {
        if self.file.extension().is_none_or(|extension| extension != "csv") {
            return Err("the answers are no CSV file".into());
        }
        let limits = Limits { bytes: MAX_BYTES, ..Limits::default() };
        // A message of reading may show what stands in the file.
        let text = OpenFile::open(&self.file).and_then(|file| file.read(&limits));
        let text = text.map_err(|_| "their file cannot be read, or is larger than 128 MiB".to_owned())?;
        Rows::read(&text, self)
    }
}

impl KnownAnswers {
    fn add_file(&mut self, file: &Path) {
        let Some((size, sha256, md5)) = digests(file) else { return };
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.sizes.insert(size);
        self.digests.insert(sha256, name.clone());
        self.digests.insert(md5, name);
    }

    /// Takes out what participants have.
    fn without_public(&mut self, folder: &Path) {
        for entry in WalkDir::new(folder).into_iter().flatten().take(PUBLIC) {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            if !entry.file_type().is_file() || !self.sizes.contains(&size) {
                continue;
            }
            if let Some((_, sha256, md5)) = digests(entry.path()) {
                self.digests.remove(&sha256);
                self.digests.remove(&md5);
            }
        }
    }

    /// Which of an agent's files are copies of files of answers.
    pub fn copies(&self, files: &[(PathBuf, u64)], folders: &Folders, findings: &mut Findings) {
        for (file, size) in files.iter().filter(|(_, size)| self.sizes.contains(size)) {
            let Ok(opened) = folders.open(file) else { continue };
            let Ok(digest) = sha256_of(&mut opened.file().take(*size)) else { continue };
            if let Some(name) = self.digests.get(&digest) {
                let file = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let message = format!("is a copy of {}, which is kept from agents", excerpt(name));
                let file = listed(&file);
                findings.add(Finding { check: Check::Answers, file, line: None, excerpt: None, message });
            }
        }
    }

    /// Looks for digests and rows in a text. Rows in logs are no finding, since right predictions look alike, but are not to be shown either.
    /// The lines that are not to be shown, from 0, are given back in their order.
    pub fn look(&self, source: &Source, is_code: bool, name: &str, findings: &mut Findings) -> Vec<usize> {
        let mut add = |line: usize, message: String| {
            let line = Some(line + 1);
            findings.add(Finding { check: Check::Answers, file: name.to_owned(), line, excerpt: None, message });
        };
        let (mut words, mut lines) = (Vec::new(), Vec::new());
        for (number, line) in source.text.split('\n').enumerate() {
            if let Some(file) = self.digest(line) {
                let file = excerpt(file);
                add(number, format!("has the digest of {file}, which is kept from agents"));
            }
            if words.len() < WORDS {
                words.extend(tokens(line));
                lines.resize(words.len(), number);
            }
        }
        let withheld = self.rows(&words, &lines);
        if let (Some(first), true) = (withheld.first(), is_code) {
            let count = counted(withheld.len(), "line has", "lines have");
            add(*first, format!("{count} values of the answers, more than can be guessed"));
        }
        withheld.into_iter().collect()
    }

    /// The file that a digest in a line is of.
    fn digest(&self, line: &str) -> Option<&str> {
        let words = line.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| matches!(word.len(), 32 | 64));
        let mut found = words.filter_map(|word| self.digests.get(&word.to_ascii_lowercase()));
        found.next().map(String::as_str)
    }

    /// The lines in which there are values of the answers.
    fn rows(&self, words: &[Token], lines: &[usize]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for sequence in &self.sequences {
            for place in sequence.places(words) {
                found.extend(&lines[place..place + sequence.window]);
            }
        }
        // Rows in another order, by their keys.
        let (mut keyed, mut seen, mut bits) = (BTreeSet::<usize>::new(), HashSet::new(), 0.0);
        for (at, word) in words.iter().enumerate() {
            let Some(row) = self.keyed.get(word) else { continue };
            let values = words.get(at + 1..at + 1 + row.values.len());
            if !row.values.is_empty() && values == Some(&row.values[..]) {
                keyed.extend(&lines[at..=at + row.values.len()]);
                if seen.insert(*word) {
                    bits += f64::from(row.bits);
                }
            }
        }
        if bits >= BITS {
            found.extend(keyed);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use assay_tables::read::Links;
    use assay_types::sha256;
    use md5::{Digest, Md5};

    use super::*;

    /// Answers of 400 rows: a label of two values, and a number.
    fn world(key: impl Fn(u32) -> String) -> (tempfile::TempDir, KnownAnswers, String) {
        let place = tempfile::tempdir().unwrap();
        let private = place.path().join("private");
        fs::create_dir(&private).unwrap();
        let label = |row: u32| row.wrapping_mul(2_654_435_761) >> 31;
        let rows: String =
            (0..400).map(|row| format!("{},{},{}.25\n", key(row), label(row), row * 7919 % 1009)).collect();
        let text = format!("id,y,z\n{rows}");
        fs::write(private.join("test.csv"), &text).unwrap();
        let columns = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let answers = Answers {
            file: private.join("test.csv"),
            folder: private,
            public_folder: place.path().join("public"),
            key: columns(&["id"]),
            predicted: columns(&["y", "z"]),
            public: Vec::new(),
        };
        let known = answers.known();
        assert_eq!(known.without_rows, None);
        (place, known, text)
    }

    fn found(known: &KnownAnswers, text: &str) -> Vec<(Option<usize>, String)> {
        let mut findings = Findings::default();
        let source = Source { name: "a.py".into(), text: text.into() };
        let withheld = known.look(&source, true, "a.py", &mut findings);
        let told = findings.told();
        assert!(told.iter().all(|finding| finding.excerpt.is_none()));
        assert_eq!(withheld.is_empty(), !told.iter().any(|finding| finding.message.contains("values")));
        told.into_iter().map(|finding| (finding.line, finding.message)).collect()
    }

    #[test]
    fn rows_are_found_in_whatever_form() {
        let (_place, known, text) = world(|row| format!("img_{row:05}"));
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let table = rows[100..130].iter().map(|row| row.join(",")).collect::<Vec<_>>().join("\n");
        let said = found(&known, &format!("import x\nDATA = '''\n{table}\n'''\n"));
        assert_eq!(said, [(Some(3), "30 lines have values of the answers, more than can be guessed".to_owned())]);
        // A dictionary of rows in another order, and a column alone.
        let turned: String =
            rows[50..90].iter().rev().map(|row| format!("'{}': ({}, {}),\n", row[0], row[1], row[2])).collect();
        assert_eq!(found(&known, &turned).len(), 1);
        let labels: Vec<&str> = rows[30..130].iter().map(|row| row[1]).collect();
        assert_eq!(found(&known, &format!("y = [{}]", labels.join(", "))).len(), 1);
    }

    #[test]
    fn what_may_be_chance_is_no_finding() {
        let (_place, known, text) = world(|row| row.to_string());
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
        // The keys, which participants have; a sample submission; a few rows; a few labels; other labels.
        let keys: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        let sample: Vec<String> = keys.iter().map(|key| format!("{key},0,0.0")).collect();
        let few: Vec<String> = rows[..4].iter().map(|row| row.join(",")).collect();
        let labels: Vec<&str> = rows[..30].iter().map(|row| row[1]).collect();
        let others: Vec<String> = (0..300_u32).map(|n| (n.wrapping_mul(40_503) >> 9 & 1).to_string()).collect();
        for text in [keys.join(","), sample.join("\n"), few.join("\n"), labels.join(" "), others.join(",")] {
            assert_eq!(found(&known, &text), [], "{text}");
        }
    }

    #[test]
    fn digests_and_copies_are_found() {
        let (place, known, text) = world(|row| row.to_string());
        let digest = sha256(text.as_bytes()).to_ascii_uppercase();
        let said = found(&known, &format!("x\nassert h == '{digest}'"));
        assert_eq!(said, [(Some(2), "has the digest of `test.csv`, which is kept from agents".to_owned())]);
        let old: String = Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found(&known, &old).len(), 1);
        assert_eq!(found(&known, &"0".repeat(64)), []);
        let at = |name: &str| place.path().join(name);
        fs::write(at("mine.csv"), &text).unwrap();
        fs::write(at("other.csv"), "x".repeat(text.len())).unwrap();
        let size = text.len() as u64;
        let folders = Folders::new([place.path().to_owned()], Links::Refuse);
        let mut findings = Findings::default();
        known.copies(&[(at("mine.csv"), size), (at("other.csv"), size)], &folders, &mut findings);
        let told: Vec<String> = findings.told().into_iter().map(|finding| finding.file).collect();
        assert_eq!(told, ["mine.csv"]);
    }
}
