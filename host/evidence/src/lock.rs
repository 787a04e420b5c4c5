//! A lock: the digests of all graders and competitions, so that a run with anything else is marked.
//!
//! The program carries graders and competitions, and so a lock of its own. Another one comes as a file in TOML, as `assay lock`
//! prints it; unknown keys are errors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use assay_types::competition::source::Language;
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

/// Whether what is at hand is what a lock has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Locked {
    /// It is, by its digest.
    Same,
    /// The lock has another digest of that name.
    Another,
    /// The lock has nothing of that name.
    Absent,
}

/// The SHA-256 of something, in hexadecimal. A lock writes it as `sha256:…`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pinned {
    digest: OnceLock<String>,
    /// What it is the digest of, as long as nobody has asked for it.
    carried: Carried,
}

/// Bytes that the program carries.
#[derive(Clone, Copy, Debug, Default)]
struct Carried(&'static [u8]);

impl Locked {
    fn by(pinned: Option<&Pinned>, sha256: &str) -> Self {
        match pinned {
            Some(pinned) if pinned.digest() == sha256 => Locked::Same,
            Some(_) => Locked::Another,
            None => Locked::Absent,
        }
    }
}

impl Pinned {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Pinned::known(sha256(bytes))
    }

    /// The same of bytes that the program carries. It is computed when somebody asks for it: a run needs few of them.
    #[must_use]
    pub fn of_carried(bytes: &'static [u8]) -> Self {
        Pinned { digest: OnceLock::new(), carried: Carried(bytes) }
    }

    fn known(digest: String) -> Self {
        Pinned { digest: digest.into(), carried: Carried::default() }
    }

    fn digest(&self) -> &str {
        self.digest.get_or_init(|| sha256(self.carried.0))
    }
}

impl PartialEq for Pinned {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl Eq for Pinned {}

impl From<Pinned> for String {
    fn from(pinned: Pinned) -> Self {
        format!("sha256:{}", pinned.digest())
    }
}

impl TryFrom<String> for Pinned {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digest = text.strip_prefix("sha256:").filter(|digest| {
            digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        match digest {
            Some(digest) => Ok(Pinned::known(digest.to_owned())),
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
    /// A lock of these graders' components and competitions' files; `rustc` is the version of Rust that all of the graders say they were
    /// compiled with.
    #[must_use]
    pub fn new<'a>(
        graders: impl IntoIterator<Item = (&'a str, Pinned)>,
        competitions: impl IntoIterator<Item = (&'a str, Pinned)>,
        rustc: Option<String>,
    ) -> Self {
        let owned = |(name, pinned): (&str, Pinned)| (name.to_owned(), pinned);
        Lock {
            version: Version,
            rustc,
            graders: graders.into_iter().map(owned).collect(),
            competitions: competitions.into_iter().map(owned).collect(),
            cases: BTreeMap::new(),
        }
    }

    /// The same with known-answer cases, by the grader's name.
    #[must_use]
    pub fn with_cases<'a>(mut self, cases: impl IntoIterator<Item = (&'a str, Pinned)>) -> Self {
        self.cases = cases.into_iter().map(|(name, pinned)| (name.to_owned(), pinned)).collect();
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
        // A source is locked with its competition, and what runs it is a grader like any other.
        let grader = match (&receipt.digests.source, Language::of(grader)) {
            (Some(_), Some(language)) => language.interpreter(),
            _ => grader,
        };
        let competition = report.competition_id.as_deref().unwrap_or_default();
        let component = Some(receipt.digests.component.as_str());
        let file = receipt.digests.competition.as_deref();
        [
            ("grader", grader, component, self.graders.get(grader)),
            ("competition", competition, file, self.competitions.get(competition)),
        ]
        .into_iter()
        .filter(|(.., found, locked)| locked.map(Pinned::digest) != *found || found.is_none())
        .map(|(kind, name, found, _)| match found {
            Some(digest) => format!("{kind} {} sha256:{}", excerpt(name), excerpt(digest).unquoted(64)),
            None => format!("{kind} {} of unknown digest", excerpt(name)),
        })
        .collect()
    }

    /// Whether this lock has the grader of that name with that digest, in hexadecimal.
    #[must_use]
    pub fn of_grader(&self, name: &str, sha256: &str) -> Locked {
        Locked::by(self.graders.get(name), sha256)
    }

    /// The same of a competition.
    #[must_use]
    pub fn of_competition(&self, id: &str, sha256: &str) -> Locked {
        Locked::by(self.competitions.get(id), sha256)
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
                let digest = |of: &BTreeMap<String, Pinned>| of.get(name).map(|pinned| pinned.digest().to_owned());
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

    /// The lock of a folder of graders as a file, with a comment that says what it is.
    ///
    /// # Errors
    ///
    /// If it cannot be written as TOML, which is the program's fault.
    pub fn text_of_folder(&self) -> Result<String, toml::ser::Error> {
        const COMMENT: &str = "\
            # The SHA-256 of graders in this folder, and of their known-answer cases, as `assay graders add` pinned them. A grader whose file\n\
            # has another one is not used: `assay graders add FILE --replace` pins it anew.\n";
        Ok(COMMENT.to_owned() + &toml::to_string(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_same_whenever_it_is_computed() {
        let lock = |of: fn(&'static [u8]) -> Pinned| Lock::new([("a", of(b"abc"))], [("b", of(b""))], None);
        let (now, later) = (lock(Pinned::of), lock(Pinned::of_carried));
        // FIPS 180-2, appendix B.1.
        let digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(String::from(later.graders["a"].clone()), digest);
        assert_eq!(now, later);
        assert_eq!(now.differences(&later), []);
        assert_ne!(Pinned::of(b"abc"), Pinned::of_carried(b"abd"));
    }
}
