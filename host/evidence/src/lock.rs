//! A lock: the digests of all graders and competitions, so that a run with anything else is marked.
//!
//! The program carries graders and competitions, and so a lock of its own. Another one comes as a file in TOML, as `assay lock`
//! prints it; unknown keys are errors.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::excerpt::excerpt;
use crate::report::Report;
use crate::sha256;

/// The largest lock that is read.
pub const MAX_BYTES: u64 = 1 << 20;

/// The form of lock that this program reads and writes.
const VERSION: u32 = 1;

/// The digests of graders and competitions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The form of the lock.
    version: Version,
    /// The version of Rust that the graders say they were compiled with, if they all name the same. Another one gives other
    /// bytes, and so other digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rustc: Option<String>,
    /// Those of graders' components, by name.
    pub graders: BTreeMap<String, Pinned>,
    /// Those of competitions' files, by id.
    pub competitions: BTreeMap<String, Pinned>,
    /// Those of graders' known-answer cases, by the grader's name. A lock without any says nothing of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cases: BTreeMap<String, Pinned>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        VERSION
    }
}

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        if version == VERSION {
            return Ok(Version);
        }
        Err(format!("this is a lock of version {version}; this program reads version {VERSION}"))
    }
}

/// The SHA-256 of something, in hexadecimal. A lock writes it as `sha256:…`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pinned(String);

impl From<Pinned> for String {
    fn from(Pinned(digest): Pinned) -> Self {
        format!("sha256:{digest}")
    }
}

impl TryFrom<String> for Pinned {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digest = text.strip_prefix("sha256:").filter(|digest| {
            digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        match digest {
            Some(digest) => Ok(Pinned(digest.to_owned())),
            None => Err(format!("{} is no digest: one is `sha256:` and 64 digits, lower case", excerpt(&text))),
        }
    }
}

/// Why a file is no lock.
#[derive(Debug, Error)]
#[error("line {line}: {message}")]
pub struct LockError {
    /// The line where it shows.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Something in which two locks differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is: a grader, a competition, or the cases of a grader.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The digest in the lock; none if it is not there.
    pub locked: Option<String>,
    /// The digest of what is at hand; none if there is nothing of that name.
    pub at_hand: Option<String>,
}

impl Lock {
    /// A lock of these graders and competitions, by the bytes of their components and files; `rustc` is the version of Rust that all of
    /// the graders say they were compiled with.
    #[must_use]
    pub fn new<'a>(
        graders: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        competitions: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        rustc: Option<String>,
    ) -> Self {
        let pinned = |(name, bytes): (&str, &[u8])| (name.to_owned(), Pinned(sha256(bytes)));
        Lock {
            version: Version,
            rustc,
            graders: graders.into_iter().map(pinned).collect(),
            competitions: competitions.into_iter().map(pinned).collect(),
            cases: BTreeMap::new(),
        }
    }

    /// The same with known-answer cases: the grader's name, and what its cases hold.
    #[must_use]
    pub fn with_cases<'a>(mut self, cases: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Self {
        self.cases = cases.into_iter().map(|(name, content)| (name.to_owned(), Pinned(sha256(&content)))).collect();
        self
    }

    /// Reads a lock's file.
    ///
    /// # Errors
    ///
    /// If it is not a lock, or of a version that this program does not know; with the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, LockError> {
        let line = |offset: usize| bytes.iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1;
        let text = std::str::from_utf8(bytes)
            .map_err(|error| LockError { line: line(error.valid_up_to()), message: "this is not UTF-8".into() })?;
        toml::from_str(text).map_err(|error| LockError {
            line: line(error.span().map_or(0, |span| span.start)),
            message: excerpt(error.message()).unquoted(300).to_string(),
        })
    }

    /// The grader and the competition of a report, in words, if this lock has another digest of them or none. None if nothing was
    /// graded.
    #[must_use]
    pub fn outside(&self, report: &Report) -> Vec<String> {
        let Some(receipt) = &report.receipt else { return Vec::new() };
        let grader = receipt.grader.id.as_ref().unwrap_or(&receipt.grader.name);
        let competition = report.competition_id.as_deref().unwrap_or_default();
        let component = Some(receipt.digests.component.as_str());
        let file = receipt.digests.competition.as_deref();
        [
            ("grader", grader.as_str(), component, self.graders.get(grader)),
            ("competition", competition, file, self.competitions.get(competition)),
        ]
        .into_iter()
        .filter(|(.., found, locked)| locked.map(|Pinned(digest)| digest.as_str()) != *found || found.is_none())
        .map(|(kind, name, found, _)| match found {
            Some(digest) => format!("{kind} {} sha256:{}", excerpt(name), excerpt(digest).unquoted(64)),
            None => format!("{kind} {} of unknown digest", excerpt(name)),
        })
        .collect()
    }

    /// What differs between this lock and the lock of what is at hand: graders first, by name. Cases are looked at if this lock has some.
    #[must_use]
    pub fn differences(&self, at_hand: &Lock) -> Vec<Difference> {
        let mut differences = Vec::new();
        let cases = (!self.cases.is_empty()).then_some(("cases", &self.cases, &at_hand.cases));
        let others =
            [("grader", &self.graders, &at_hand.graders), ("competition", &self.competitions, &at_hand.competitions)];
        for (kind, locked, found) in others.into_iter().chain(cases) {
            let names: BTreeSet<&String> = locked.keys().chain(found.keys()).collect();
            for name in names {
                let digest = |of: &BTreeMap<String, Pinned>| of.get(name).map(|Pinned(digest)| digest.clone());
                let (locked, at_hand) = (digest(locked), digest(found));
                if locked != at_hand {
                    let name = excerpt(name).unquoted(200).to_string();
                    differences.push(Difference { kind, name, locked, at_hand });
                }
            }
        }
        differences
    }

    /// The lock as a file, with a comment that says what it is.
    ///
    /// # Errors
    ///
    /// If it cannot be written as TOML, which is the program's fault.
    pub fn text(&self) -> Result<String, toml::ser::Error> {
        const COMMENT: &str = "\
            # The SHA-256 of all graders (their components), competitions (their files) and known-answer cases of graders, as `assay lock`\n\
            # prints it. A report on a run with another grader or competition is marked. `cargo xtask run lock > assay.lock` writes this\n\
            # file anew. Another compiler than `rustc` gives graders of other bytes.\n";
        Ok(COMMENT.to_owned() + &toml::to_string(self)?)
    }
}
