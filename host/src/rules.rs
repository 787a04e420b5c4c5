//! A competition's rules: what can be known of it without its answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use thiserror::Error;

use crate::competition::{Competition, Setting};
use crate::direction::Direction;
use crate::excerpt::excerpt;
use crate::graders::{GraderError, Graders};
use crate::near::{did_you_mean, near};
use crate::sandbox::{Description, Grader, OptionSpec, SettingKind};

/// A competition whose grader is loaded and whose options are checked: all that a submission can be held against without the answers.
pub struct Rules {
    pub(crate) competition: Competition,
    pub(crate) grader: Arc<Grader>,
    pub(crate) options: Vec<(String, Setting)>,
    /// Columns that options name.
    named: BTreeSet<String>,
}

/// Why there are no rules.
#[derive(Debug, Error)]
pub enum RulesError {
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

impl Rules {
    /// Loads the competition's grader and checks its options.
    ///
    /// # Errors
    ///
    /// If the grader cannot be used, or takes other options.
    pub fn new(competition: Competition, graders: &Graders) -> Result<Self, RulesError> {
        let grader = graders.get(&competition.grader.component)?;
        let (options, named) = options(&competition, grader.description())
            .map_err(|message| RulesError::Options { id: competition.id.clone(), message })?;
        Ok(Rules { competition, grader, options, named })
    }

    /// The competition.
    #[must_use]
    pub fn competition(&self) -> &Competition {
        &self.competition
    }

    /// True for the columns of a submission that the grader gets.
    pub(crate) fn hands_over(&self, column: &str) -> bool {
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
    if description.lower_is_better != competition.leaderboard.lower_is_better {
        let better = Direction::of(description.lower_is_better);
        return Err(format!("for grader {grader} a {better} score is the better one; `leaderboard` says otherwise"));
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
