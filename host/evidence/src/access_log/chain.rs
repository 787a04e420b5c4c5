//! The chain of a log's lines.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Anchor, MAX_LINE, Use};
use crate::excerpt::excerpt;
use crate::sha256;

/// What `FILE.head` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    entries: u64,
    bytes: u64,
    head: String,
}

/// Where a log is broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1, where one is at fault.
    pub line: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl Broken {
    pub(super) fn at(line: u64, what: impl Into<String>) -> Self {
        Broken { line: Some(line), what: what.into() }
    }

    pub(super) fn whole(what: impl Into<String>) -> Self {
        Broken { line: None, what: what.into() }
    }

    pub(super) fn shorter(length: u64, known: u64) -> Self {
        Broken::whole(format!("its last lines are gone: it has {length} bytes, but its head knows of {known}"))
    }

    pub(super) fn unknown_tail(bytes: u64) -> Self {
        Broken::whole(format!("its head does not know its last {bytes} bytes, far more than killed writers leave"))
    }

    pub(super) fn headless() -> Self {
        Broken::whole("its head is gone, so lines may be missing at the end")
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// A chain, as far as it was followed.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    state: State,
}

impl Chain {
    pub(super) fn new() -> Self {
        Chain { state: State { entries: 0, bytes: 0, head: sha256(b"") } }
    }

    /// The chain up to where a head knows it; from the start if the head is empty.
    pub(super) fn from_head(head: &[u8]) -> Result<Self, Broken> {
        if head.is_empty() {
            return Ok(Chain::new());
        }
        let state = serde_json::from_slice(head).map_err(|error| {
            Broken::whole(format!("its head cannot be read: {}", excerpt(&error.to_string()).unquoted(200)))
        })?;
        Ok(Chain { state })
    }

    /// Follows the chain over one more line, line feed included.
    pub(super) fn add(&mut self, line: &[u8]) -> Result<Use, Broken> {
        let State { entries, bytes, head } = &mut self.state;
        // A head is a file that anyone may have written: its numbers may be huge.
        let number = entries.saturating_add(1);
        if line.len() > MAX_LINE {
            return Err(Broken::at(number, format!("it is longer than {MAX_LINE} bytes, as no line of this log is")));
        }
        let entry: Use = serde_json::from_slice(line).map_err(|error| {
            Broken::at(number, format!("it is no entry: {}", excerpt(&error.to_string()).unquoted(200)))
        })?;
        if entry.entry != *entries {
            let found = entry.entry;
            return Err(Broken::at(
                number,
                format!("it is entry {found} where entry {entries} should be: lines were removed, added or moved"),
            ));
        }
        if entry.previous != *head {
            return Err(Broken::at(
                number,
                "it does not continue the line before: that one was changed, or lines were removed, added or moved",
            ));
        }
        if entry.at().is_none() {
            return Err(Broken::at(number, format!("its time is {}, which is none", excerpt(&entry.time))));
        }
        *entries = number;
        *bytes = bytes.saturating_add(line.len() as u64);
        *head = sha256(line);
        Ok(entry)
    }

    /// Holds the chain against what the log's head knows of it, if it has come to that place.
    pub(super) fn meets(&self, known: &Chain) -> Result<(), Broken> {
        let (found, known) = (&self.state, &known.state);
        if found.entries != known.entries || found == known {
            return Ok(());
        }
        if found.head != known.head {
            return Err(Broken::at(
                found.entries.max(1),
                "the log's head knows another line here: it or the head was changed",
            ));
        }
        let State { entries, bytes, .. } = known;
        Err(Broken::whole(format!(
            "its head was changed: it says {bytes} bytes for {entries} entries, which have {}",
            found.bytes
        )))
    }

    pub(super) fn entries(&self) -> u64 {
        self.state.entries
    }

    pub(super) fn bytes(&self) -> u64 {
        self.state.bytes
    }

    /// The digest of the last line.
    pub(super) fn head(&self) -> &str {
        &self.state.head
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn anchor(&self) -> Anchor {
        Anchor { entries: self.state.entries, head: self.state.head.clone() }
    }
}
