//! Answers as they come, on the disk, by all that decides them: a call that was answered once is not made again.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_evidence::private_file;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;

/// What the file is called.
pub const FILE: &str = "answers.jsonl";

/// The largest, in bytes.
const MAX_BYTES: u64 = 1 << 30;

/// How long another process may have it.
const WAIT: Duration = Duration::from_secs(1);

/// The answers in a folder, which one process at a time has.
pub struct Kept {
    path: PathBuf,
    file: File,
    answers: HashMap<String, Answer>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    call: String,
    answer: Answer,
}

impl Kept {
    /// Opens those in a folder; with `again`, they are thrown away. A line without an end was being written when a process was killed, and
    /// does not count.
    ///
    /// # Errors
    ///
    /// If they cannot be read or written, others may write to them, or another process has them.
    pub fn open(folder: &Path, again: bool) -> io::Result<Self> {
        let path = folder.join(FILE);
        let mut file = private_file::read_write(&path)?;
        private_file::lock(&file, WAIT)?;
        let mut text = Vec::new();
        if !again {
            (&file).take(MAX_BYTES + 1).read_to_end(&mut text)?;
        }
        if text.len() as u64 > MAX_BYTES {
            return Err(io::Error::other(format!("it has more than {MAX_BYTES} bytes: name another folder")));
        }
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        text.truncate(whole);
        let mut answers = HashMap::new();
        for (number, line) in text.split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let Line { call, answer } = serde_json::from_slice(line).map_err(|_| {
                let number = number + 1;
                io::Error::other(format!("line {number} is no answer: mend it, or begin anew by --again"))
            })?;
            answers.insert(call, answer);
        }
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Kept { path, file, answers })
    }

    /// Where they are.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The answer to a call.
    #[must_use]
    pub fn get(&self, call: &str) -> Option<&Answer> {
        self.answers.get(call)
    }

    /// One more.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn add(&mut self, call: &str, answer: Answer) -> io::Result<()> {
        let line = Line { call: call.to_owned(), answer };
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        self.answers.insert(line.call, line.answer);
        self.file.write_all(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_outlast_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let answer = |yes| Answer { yes, reason: "why".into(), tokens: Some((1, 2)) };
        let mut kept = Kept::open(folder.path(), false).unwrap();
        kept.add("a", answer(true)).unwrap();
        kept.add("b", answer(false)).unwrap();
        drop(kept);
        let path = folder.path().join(FILE);
        let mut text = std::fs::read(&path).unwrap();
        text.extend(b"{\"call\": \"c\", \"ans");
        std::fs::write(&path, &text).unwrap();
        let mut kept = Kept::open(folder.path(), false).unwrap();
        assert_eq!((kept.get("a"), kept.get("c")), (Some(&answer(true)), None));
        kept.add("d", answer(true)).unwrap();
        drop(kept);
        let kept = Kept::open(folder.path(), false).unwrap();
        assert_eq!((kept.get("b"), kept.get("d")), (Some(&answer(false)), Some(&answer(true))));
        drop(kept);
        assert_eq!(Kept::open(folder.path(), true).unwrap().get("a"), None);
        std::fs::write(&path, "nonsense\n").unwrap();
        let error = Kept::open(folder.path(), false).err().unwrap().to_string();
        assert!(error.contains("line 1 is no answer") && error.contains("--again"), "{error}");
    }
}
