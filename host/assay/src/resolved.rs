//! A resolved competition: its grader is loaded and its options are checked. That is all that can be known of it without its answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use assay_sandbox::Grader;
use assay_types::competition::{Competition, Leaderboard, Setting};
use assay_types::excerpt::excerpt;
use assay_types::grader::{Description, OptionSpec, SettingKind};
use thiserror::Error;

use crate::graders::{GraderError, Graders};
use crate::interpreted;
use crate::near::{did_you_mean, near};

/// A competition whose grader is loaded and whose options are checked: all that a submission can be held against without the answers.
pub(crate) struct ResolvedCompetition {
    pub(crate) competition: Arc<Competition>,
    pub(crate) grader: Grader,
    /// What the grader says of itself; of a source, what that declares.
    pub(crate) description: Description,
    pub(crate) options: Vec<(String, Setting)>,
    /// Columns that options name.
    named: BTreeSet<String>,
}

/// Why a competition cannot be resolved.
#[derive(Clone, Debug, Error)]
pub enum ResolveError {
    /// The grader cannot be used.
    #[error(transparent)]
    Grader(#[from] GraderError),
    /// The options are not what the grader takes.
    #[error("competition `{id}`: {message}")]
    Options {
        /// The competition.
        id: String,
        /// What is wrong, and the remedy.
        message: String,
    },
}

impl ResolveError {
    /// True if the host failed, so that another try may succeed.
    #[must_use]
    pub fn is_host_fault(&self) -> bool {
        matches!(self, ResolveError::Grader(error) if error.is_host_fault())
    }
}

impl ResolvedCompetition {
    /// Loads the competition's grader and checks its options.
    ///
    /// # Errors
    ///
    /// If the grader cannot be used, or takes other options.
    pub(crate) fn new(competition: Arc<Competition>, graders: &Graders) -> Result<Self, ResolveError> {
        let unusable = |message| ResolveError::Options { id: competition.id.clone(), message };
        let component = &competition.grader.component;
        if let Some(source) = &competition.source
            && graders.catalog().source(component).is_none()
        {
            return Err(unusable(interpreted::without_interpreter(source, component)));
        }
        let grader = graders.get(component)?;
        let (description, (options, named)) = match &competition.source {
            None => {
                let description = grader.description().clone();
                let options = options(&competition, &description).map_err(unusable)?;
                (description, options)
            }
            Some(source) => interpreted::resolve(&competition, source, grader.description()).map_err(unusable)?,
        };
        direction(&competition, &description).map_err(unusable)?;
        Ok(ResolvedCompetition { competition, grader, description, options, named })
    }

    /// True for the columns of a submission that the grader gets.
    pub(crate) fn gives_grader(&self, column: &str) -> bool {
        self.named.contains(column) || self.competition.submission.column_names().any(|name| name == column)
    }
}

pub(crate) type Options = (Vec<(String, Setting)>, BTreeSet<String>);

/// The options in the form that the grader takes, and the columns they name.
pub(crate) fn options(competition: &Competition, description: &Description) -> Result<Options, String> {
    let grader = excerpt(&competition.grader.component);
    let given = &competition.grader.options;
    if let Some(name) = given.keys().find(|name| !description.options.iter().any(|spec| &spec.name == *name)) {
        let known: Vec<&str> = description.options.iter().map(|spec| spec.name.as_str()).collect();
        let near = did_you_mean(&near(name, known.iter().copied()));
        let has = if known.is_empty() { "none".into() } else { known.join(", ") };
        return Err(format!("grader {grader} has no option {}{near}; it has {has}", excerpt(name)));
    }
    let mut options = Vec::new();
    let mut named = BTreeSet::new();
    for spec in &description.options {
        match given.get(&spec.name) {
            None if spec.required => {
                return Err(format!("grader {grader} needs option `{}`: {}", spec.name, spec.summary));
            }
            None => {}
            Some(value) => {
                let setting = fitting(value, spec)
                    .ok_or_else(|| format!("option `{}` of grader {grader} must be {}", spec.name, spec.kind))?;
                match (&setting, spec.kind) {
                    (Setting::Text(name), SettingKind::Column) => named.extend([name.clone()]),
                    (Setting::Texts(names), SettingKind::Columns) => named.extend(names.iter().cloned()),
                    _ => {}
                }
                options.push((spec.name.clone(), setting));
            }
        }
    }
    let (keys, others) = (&competition.submission.key, &competition.answers.columns);
    let known = || keys.iter().chain(others).map(String::as_str).chain(competition.submission.column_names());
    if let Some(name) = named.iter().find(|name| !known().any(|column| column == *name)) {
        let near = did_you_mean(&near(name, known()));
        let name = excerpt(name);
        return Err(format!("an option names column {name}, which neither `submission` nor `answers` has{near}"));
    }
    Ok((options, named))
}

/// Grader and leaderboard say the same of which score is the better one.
fn direction(competition: &Competition, description: &Description) -> Result<(), String> {
    let says_otherwise = |board: &Leaderboard| board.direction != description.direction;
    if competition.leaderboard.as_ref().is_some_and(says_otherwise) {
        let grader = excerpt(competition.grader.source.as_ref().unwrap_or(&competition.grader.component));
        let better = description.direction;
        return Err(format!("for grader {grader} a {better} score is the better one; `leaderboard` says otherwise"));
    }
    Ok(())
}

fn fitting(value: &Setting, spec: &OptionSpec) -> Option<Setting> {
    match (spec.kind, value) {
        (SettingKind::Number, Setting::Integer(value)) => Some(Setting::Number(*value as f64)),
        // An empty list could be one of either kind.
        (SettingKind::Numbers, Setting::Texts(texts)) if texts.is_empty() => Some(Setting::Numbers(Vec::new())),
        (SettingKind::Boolean, Setting::Boolean(_))
        | (SettingKind::Integer, Setting::Integer(_))
        | (SettingKind::Number, Setting::Number(_))
        | (SettingKind::Text | SettingKind::Column, Setting::Text(_))
        | (SettingKind::Texts | SettingKind::Columns, Setting::Texts(_))
        | (SettingKind::Numbers, Setting::Numbers(_)) => Some(value.clone()),
        _ => None,
    }
}
