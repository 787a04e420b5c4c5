//! A file as it is compared: the fingerprints of its text, and where in it they are.

use std::path::Path;

use assay_types::counted;
use thiserror::Error;

use crate::notebook::{self, Place};
use crate::tokens::Token;
use crate::winnow::{Parameters, chosen};
use crate::{hash, tokens};

/// The largest script, in bytes, and the largest of what a notebook has in its cells.
pub const MAX_SOURCE: usize = 1 << 20;

/// The largest notebook, in bytes: most of one is pictures.
pub const MAX_NOTEBOOK: usize = 64 << 20;

/// A file that can be compared.
#[derive(Clone, Debug)]
pub struct File {
    /// What reports call it.
    pub name: String,
    /// Its fingerprints, in their order.
    pub fingerprints: Vec<Fingerprint>,
    /// The hashes of its fingerprints, each once, in the order of their values.
    pub(crate) hashes: Vec<u32>,
    /// Where the lines of a notebook are.
    pub(crate) places: Option<Vec<Place>>,
}

/// A hash that winnowing chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The hash of its tokens.
    pub hash: u32,
    /// The lines of its first and its last token, counted from 0.
    pub rows: (u32, u32),
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Python script.
    Script,
    /// A Jupyter notebook.
    Notebook,
}

impl Kind {
    /// By the ending of a file's name. None: it is not Python.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        match () {
            () if ending.eq_ignore_ascii_case("py") => Some(Kind::Script),
            () if ending.eq_ignore_ascii_case("ipynb") => Some(Kind::Notebook),
            () => None,
        }
    }

    /// The largest file of this kind, in bytes.
    #[must_use]
    pub fn most_bytes(self) -> usize {
        match self {
            Kind::Script => MAX_SOURCE,
            Kind::Notebook => MAX_NOTEBOOK,
        }
    }
}

/// Why a file cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// It is too large.
    #[error("it has {}, and at most {limit} are compared", counted(*bytes as u64, "byte of source", "bytes of source"))]
    Bytes {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
    /// It is no notebook.
    #[error("it is no notebook: {0}")]
    Notebook(String),
    /// It was made to take long.
    #[error("its syntax takes the parser more steps than any program that was written to be run")]
    Steps,
    /// Time was up.
    #[error("time was up while it was read; --timeout gives more")]
    Stopped,
    /// The parser cannot be set up.
    #[error("the parser: {0}")]
    Parser(String),
}

impl File {
    /// Reads a file. Bytes that are no UTF-8 are replacement characters; a syntax error costs the part that it is in. It ends early when
    /// `stop` says so.
    ///
    /// # Errors
    ///
    /// If it is too large, takes too long, or is no notebook though it is called one.
    pub fn read(
        name: String,
        kind: Kind,
        bytes: &[u8],
        parameters: &Parameters,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, Unreadable> {
        within(bytes.len(), kind.most_bytes())?;
        let script = match kind {
            Kind::Script => None,
            Kind::Notebook => Some(notebook::script(bytes)?),
        };
        let (text, places) = match script {
            None => (String::from_utf8_lossy(bytes), None),
            Some(script) => (script.text.into(), Some(script.places)),
        };
        // A replacement character is up to three times as long as what it stands for.
        within(text.len(), 3 * MAX_SOURCE)?;
        let tokens = tokens::of(&text, stop)?;
        let fingerprints = fingerprints(&tokens, parameters);
        let mut hashes: Vec<u32> = fingerprints.iter().map(|fingerprint| fingerprint.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Ok(File { name, fingerprints, hashes, places })
    }

    /// True if it is a notebook.
    #[must_use]
    pub fn is_notebook(&self) -> bool {
        self.places.is_some()
    }
}

pub(crate) fn within(bytes: usize, limit: usize) -> Result<(), Unreadable> {
    if bytes > limit { Err(Unreadable::Bytes { bytes, limit }) } else { Ok(()) }
}

fn fingerprints(tokens: &[Token], parameters: &Parameters) -> Vec<Fingerprint> {
    let k = parameters.kgram_length.get();
    let hashes = hash::of_kgrams(tokens.iter().map(|token| token.hash), k);
    let of = |place: usize| {
        let tokens = tokens.get(place..place + k)?;
        Some(Fingerprint { hash: *hashes.get(place)?, rows: (tokens.first()?.row, tokens.last()?.row) })
    };
    chosen(&hashes, parameters.kgrams_in_window.get()).into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, bytes: &[u8]) -> Result<File, Unreadable> {
        File::read("x".into(), kind, bytes, &Parameters::default(), &|| false)
    }

    #[test]
    fn kinds_are_told_by_endings() {
        let of = |name: &str| Kind::of(Path::new(name));
        assert_eq!(["a.py", "b.PY", "c.ipynb"].map(of), [Some(Kind::Script), Some(Kind::Script), Some(Kind::Notebook)]);
        assert_eq!(["a.r", "py", ".py", "a.py.txt", ""].map(of), [None; 5]);
    }

    #[test]
    fn short_files_have_no_fingerprints() {
        // An assignment has 12 tokens, and the file around it 3; a fingerprint takes 23.
        assert_eq!(read(Kind::Script, b"x = 1\n").unwrap().fingerprints, []);
        let rows: Vec<_> =
            read(Kind::Script, b"x = 1\ny = 2\n").unwrap().fingerprints.iter().map(|one| one.rows).collect();
        assert!(!rows.is_empty() && rows.iter().all(|rows| *rows == (0, 1)), "{rows:?}");
    }

    #[test]
    fn bytes_that_are_no_text_are_read() {
        let file = read(Kind::Script, b"x = '\xff\xfe\x80'\n\0\xc3\x28 = 5\n").unwrap();
        assert_eq!(file.fingerprints.len(), file.hashes.len());
    }

    #[test]
    fn what_is_too_large_says_so() {
        let error = read(Kind::Script, &vec![b'#'; MAX_SOURCE + 1]).unwrap_err();
        assert_eq!(error.to_string(), "it has 1048577 bytes of source, and at most 1048576 are compared");
        assert!(read(Kind::Notebook, &vec![b' '; MAX_NOTEBOOK + 1]).is_err());
        // As characters of their own, they are more bytes.
        assert!(read(Kind::Script, &vec![0xff; MAX_SOURCE]).is_ok());
    }
}
