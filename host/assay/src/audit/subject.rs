//! What an audit is of: a file, a grader, a competition, or a grader's source.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_types::competition::source::Language;
use assay_types::competition::{Competition, GraderSource};
use assay_types::excerpt::excerpt;
use thiserror::Error;

use crate::competitions::Competitions;
use crate::graders::GraderCatalog;
use crate::near::{did_you_mean, near};

/// What an audit is of.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A grader at hand, by name.
    Grader(String),
    /// A component's file.
    File(PathBuf),
    /// A competition at hand, by id, with its grader.
    Competition(String),
    /// A competition that is not among those at hand, and the file of its grader's component, if that is not among the graders at hand.
    Given(Arc<Competition>, Option<PathBuf>),
    /// A grader that is source text, without a competition.
    Source(Arc<GraderSource>),
}

/// The kinds of what a name may be of.
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
#[error(
    "there is no {what} {}{}; the name of a component's file ends in `.wasm`, that of a source in `.py` or `.js`",
    excerpt(.name),
    did_you_mean(.near)
)]
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
        graders: &GraderCatalog,
        competitions: &Competitions,
    ) -> Result<Self, Unknown> {
        let is_grader = graders.sources().any(|(known, _)| known == name);
        let is_competition = competitions.ids().any(|known| known == name);
        let is_file = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wasm"));
        match kind {
            Some(Kind::File) => Ok(Subject::File(name.into())),
            None if is_file => Ok(Subject::File(name.into())),
            None | Some(Kind::Grader) if is_grader => Ok(Subject::Grader(name.to_owned())),
            None | Some(Kind::Competition) if is_competition => Ok(Subject::Competition(name.to_owned())),
            _ => {
                let graders = graders.sources().map(|(name, _)| name).filter(|_| kind != Some(Kind::Competition));
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

    /// The names of the graders at hand that it needs.
    #[must_use]
    pub fn graders(&self, competitions: &Competitions) -> Vec<String> {
        match self {
            Subject::Grader(name) => vec![name.clone()],
            Subject::File(_) => Vec::new(),
            Subject::Competition(id) => {
                competitions.get(id).map(|found| found.grader.component.clone()).into_iter().collect()
            }
            Subject::Given(competition, _) => vec![competition.grader.component.clone()],
            Subject::Source(source) => {
                Language::of(&source.file).map(|language| language.interpreter().to_owned()).into_iter().collect()
            }
        }
    }
}
