//! Which language's runtime a component carries, so that nobody has to tell it by the number of its instructions. What is found is a claim,
//! as all that a component says of itself: names and texts within it, which whoever made the bytes chose.

use std::fmt;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::listing::{harmless_or_none, shown};
use crate::toolchain::{Signs, Toolchain};

/// A runtime that a component seems to carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// Which.
    pub kind: RuntimeKind,
    /// Its version, as far as the component names one.
    #[serde(deserialize_with = "harmless_or_none")]
    pub version: Option<String>,
}

/// The runtimes that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuntimeKind {
    /// CPython, which runs Python.
    CPython,
    /// SpiderMonkey, which runs JavaScript.
    SpiderMonkey,
    /// `QuickJS`, which runs JavaScript.
    QuickJs,
    /// The runtime of Go: its collector of garbage and its scheduler.
    Go,
    /// That of `TinyGo`.
    TinyGo,
}

impl fmt::Display for RuntimeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RuntimeKind::CPython => "CPython",
            RuntimeKind::SpiderMonkey => "SpiderMonkey",
            RuntimeKind::QuickJs => "QuickJS",
            RuntimeKind::Go => "Go",
            RuntimeKind::TinyGo => "TinyGo",
        })
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{} {version}", self.kind),
            None => write!(f, "{}", self.kind),
        }
    }
}

/// Texts in the data of modules by which runtimes are told that name themselves nowhere else.
const MARKS: [(RuntimeKind, &[u8]); 2] =
    [(RuntimeKind::SpiderMonkey, b"spidermonkey"), (RuntimeKind::QuickJs, b"QuickJS")];

/// Gathers the signs of runtimes in a component.
#[derive(Debug, Default)]
pub(super) struct Marks {
    found: [bool; MARKS.len()],
    /// Versions of Python with the date of their build behind them, such as `3.14.0 (main, Jul`.
    python: Option<String>,
}

impl Marks {
    /// Takes a segment of data into account.
    pub(super) fn add(&mut self, data: &[u8]) {
        for (found, (_, mark)) in self.found.iter_mut().zip(MARKS) {
            *found = *found || memmem::find(data, mark).is_some();
        }
        if self.python.is_none() {
            self.python = memmem::find_iter(data, b" (main, ").find_map(|end| version_before(data.get(..end)?));
        }
    }

    /// The likeliest runtime: what the toolchain's signs say comes before a text that may be there for another reason.
    pub(super) fn runtime(self, signs: &Signs) -> Option<Runtime> {
        let of =
            |kind, version: Option<String>| Some(Runtime { kind, version: version.map(|version| shown(&version)) });
        if let Some(minor) = signs.python() {
            let exact = self.python.filter(|version| version.starts_with(&format!("{minor}.")));
            return of(RuntimeKind::CPython, Some(exact.unwrap_or_else(|| minor.to_owned())));
        }
        if let Some((tiny, version)) = signs.go() {
            return of(
                if tiny { RuntimeKind::TinyGo } else { RuntimeKind::Go },
                Some(version.to_owned()).filter(|v| !v.is_empty()),
            );
        }
        match signs.toolchain() {
            Some(Toolchain::ComponentizeJs) => return of(RuntimeKind::SpiderMonkey, None),
            Some(Toolchain::ComponentizeQjs) => return of(RuntimeKind::QuickJs, None),
            _ => {}
        }
        let marked = self.found.iter().zip(MARKS).find_map(|(found, (kind, _))| found.then_some(kind));
        marked.and_then(|kind| of(kind, None))
    }
}

/// The version, such as `3.14.0`, that a text ends with.
fn version_before(text: &[u8]) -> Option<String> {
    let part = |c: &u8| c.is_ascii_digit() || *c == b'.';
    let version: Vec<u8> = text.iter().rev().take(16).take_while(|c| part(c)).copied().collect();
    let version = String::from_utf8(version.into_iter().rev().collect()).ok()?;
    (version.split('.').count() == 3 && version.split('.').all(|part| !part.is_empty())).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_where_python_writes_them() {
        let mut marks = Marks::default();
        marks.add(b"\0 (main, 3.14 (main, 3.14.0 (main, Jul  7 2026)\0");
        assert_eq!(marks.python.as_deref(), Some("3.14.0"));
    }
}
