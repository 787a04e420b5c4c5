//! What an audit is of: a file, a grader or a competition.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::competitions::Competitions;
use crate::graders::Graders;
use crate::near::{did_you_mean, near};
use assay_types::excerpt::excerpt;

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
#[error("there is no {what} {}{}; the name of a component's file ends in `.wasm`", excerpt(.name), did_you_mean(.near))]
pub struct Unknown {
    what: &'static str,
    name: String,
    /// Names that look like it.
    pub near: Vec<String>,
}

impl Subject {
    /// What `name` names. What ends in `.wasm` is a file; else it is a grader, if there is one of that name, else a competition.
    /// `kind` decides otherwise.
    ///
    /// # Errors
    ///
    /// If there is no grader or competition of that name. Whether a file is there is not looked at.
    pub fn find(
        name: &str,
        kind: Option<Kind>,
        graders: &Graders,
        competitions: &Competitions,
    ) -> Result<Self, Unknown> {
        let is_grader = graders.catalog().sources().any(|(known, _)| known == name);
        let is_competition = competitions.ids().any(|known| known == name);
        let is_file = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wasm"));
        match kind {
            Some(Kind::File) => Ok(Subject::File(name.into())),
            None if is_file => Ok(Subject::File(name.into())),
            None | Some(Kind::Grader) if is_grader => Ok(Subject::Grader(name.to_owned())),
            None | Some(Kind::Competition) if is_competition => Ok(Subject::Competition(name.to_owned())),
            _ => {
                let graders =
                    graders.catalog().sources().map(|(name, _)| name).filter(|_| kind != Some(Kind::Competition));
                let competitions = competitions.ids().filter(|_| kind != Some(Kind::Grader));
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
