//! What an audit is of: a file, a grader or a competition.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::excerpt::excerpt;
use crate::graders::Graders;
use crate::registry::Registry;

/// The longest name that others are compared with.
const LONGEST: usize = 128;

/// How many near names are told.
const NEAR: usize = 5;

/// What an audit is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A grader at hand, by name.
    Grader(String),
    /// A component's file.
    File(PathBuf),
    /// A competition at hand, by id, with its grader.
    Competition(String),
}

/// The kinds of what an audit is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// [`Subject::File`].
    File,
    /// [`Subject::Grader`].
    Grader,
    /// [`Subject::Competition`].
    Competition,
}

/// There is nothing of that name.
#[derive(Debug, Error)]
#[error("there is no {what} {}{}; `assay graders` and `assay competitions` list them, and a file's name ends in `.wasm`", excerpt(.name), did_you_mean(.near))]
pub struct Unknown {
    what: &'static str,
    name: String,
    /// Names that look like it.
    pub near: Vec<String>,
}

fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => {
            format!(" (did you mean {}?)", near.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    }
}

impl Subject {
    /// What `name` names. What ends in `.wasm` is a file; else it is a grader, if there is one of that name, else a competition.
    /// `kind` decides otherwise.
    ///
    /// # Errors
    ///
    /// If there is no grader or competition of that name. Whether a file is there is not looked at.
    pub fn find(name: &str, kind: Option<Kind>, graders: &Graders, registry: &Registry) -> Result<Self, Unknown> {
        let is_grader = graders.sources().any(|(known, _)| known == name);
        let is_competition = registry.ids().any(|known| known == name);
        let is_file = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wasm"));
        match kind {
            Some(Kind::File) => Ok(Subject::File(name.into())),
            None if is_file => Ok(Subject::File(name.into())),
            None | Some(Kind::Grader) if is_grader => Ok(Subject::Grader(name.to_owned())),
            None | Some(Kind::Competition) if is_competition => Ok(Subject::Competition(name.to_owned())),
            _ => {
                let graders = graders.sources().map(|(name, _)| name).filter(|_| kind != Some(Kind::Competition));
                let competitions = registry.ids().filter(|_| kind != Some(Kind::Grader));
                let what = match kind {
                    Some(Kind::Competition) => "competition",
                    Some(Kind::Grader) => "grader",
                    _ => "grader or competition",
                };
                Err(Unknown { what, name: name.to_owned(), near: near(name, graders.chain(competitions)) })
            }
        }
    }
}

/// The names that look most like one, nearest first: those that hold it, and those that a few letters tell from it.
fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    if name.is_empty() || name.len() > LONGEST {
        return Vec::new();
    }
    let allowed = name.chars().count() / 3;
    let mut near: Vec<(usize, &str)> = known
        .filter_map(|known| {
            let lower = known.to_lowercase();
            let steps = if lower.contains(&name) { 0 } else { distance(&name, &lower) };
            (steps <= allowed).then_some((steps, known))
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(NEAR).map(|(_, name)| name.to_owned()).collect()
}

/// Levenshtein's distance: how many letters have to be put in, left out or exchanged.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, c) in from.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&to) {
            let exchanged = diagonal + usize::from(c != *other);
            diagonal = *cell;
            left = exchanged.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("roc-auc", "roc-auc", 0),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn names_that_look_like_it() {
        let known = ["roc-auc", "log-loss", "weighted-roc-auc", "accuracy"];
        assert_eq!(near("rocauc", known.into_iter()), ["roc-auc"]);
        assert_eq!(near("AUC", known.into_iter()), ["roc-auc", "weighted-roc-auc"]);
        assert_eq!(near("qqqqqq", known.into_iter()), [""; 0]);
        assert_eq!(near("", known.into_iter()), [""; 0]);
    }
}
