//! Splits: the competitions that a figure is over.

use std::collections::HashSet;

use assay_types::excerpt::{excerpt, listed};
use thiserror::Error;

/// The largest file of a split, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// Competitions by a name, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Its name, or that of its file.
    pub name: String,
    /// The competitions, in the split's order.
    pub ids: Vec<String>,
}

/// Why a file is no split.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SplitError {
    /// A competition is there twice, so that it would count twice.
    #[error("the split {name} has {} twice, on lines {first} and {second}: take one out", listed(.id))]
    Repeated {
        /// The split.
        name: String,
        /// The competition.
        id: String,
        /// Where it is first.
        first: usize,
        /// Where it is again.
        second: usize,
    },
    /// There is nothing in it.
    #[error("the split {name} has no competitions: write one id a line")]
    Empty {
        /// The split.
        name: String,
    },
    /// It is not text.
    #[error("the split {name} is not UTF-8 text")]
    NotText {
        /// The split.
        name: String,
    },
}

impl Split {
    /// A split of these competitions.
    pub fn new(name: &str, ids: impl IntoIterator<Item = String>) -> Self {
        Split { name: name.to_owned(), ids: ids.into_iter().collect() }
    }

    /// The split of a file: a competition a line, empty lines skipped.
    ///
    /// # Errors
    ///
    /// If it names none, or one twice.
    pub fn parse(text: &[u8], name: &str) -> Result<Self, SplitError> {
        let name = excerpt(name).unquoted(4096).to_string();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let text = std::str::from_utf8(text).map_err(|_| SplitError::NotText { name: name.clone() })?;
        let mut ids: Vec<String> = Vec::new();
        let mut lines = std::collections::HashMap::new();
        for (number, id) in text.lines().map(str::trim).enumerate().filter(|(_, id)| !id.is_empty()) {
            if let Some(first) = lines.insert(id, number + 1) {
                return Err(SplitError::Repeated { name, id: id.to_owned(), first, second: number + 1 });
            }
            ids.push(id.to_owned());
        }
        if ids.is_empty() { Err(SplitError::Empty { name }) } else { Ok(Split { name, ids }) }
    }

    /// The same without some competitions.
    #[must_use]
    pub fn without(&self, excluded: &[String]) -> Split {
        let excluded: HashSet<&String> = excluded.iter().collect();
        Split::new(&self.name, self.ids.iter().filter(|id| !excluded.contains(id)).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_an_id_a_line() {
        let split = Split::parse(b"\xef\xbb\xbfb\r\n\n  a \n", "mine.txt").unwrap();
        assert_eq!(split.ids, ["b", "a"]);
        assert_eq!(split.without(&["b".into()]).ids, ["a"]);
        let message = |text: &[u8]| Split::parse(text, "mine.txt").unwrap_err().to_string();
        assert_eq!(message(b"a\n\na\n"), "the split mine.txt has a twice, on lines 1 and 3: take one out");
        assert_eq!(message(b" \n"), "the split mine.txt has no competitions: write one id a line");
        assert_eq!(message(b"\xff"), "the split mine.txt is not UTF-8 text");
    }
}
