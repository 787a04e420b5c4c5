//! What a grader says of itself, checked.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

use super::bindings::{self, GraderPre};
use super::checked;
use super::engine::{LoadError, Sandbox};
use super::run::{Fault, Instance, State};
use crate::excerpt::excerpt;

/// What a grader says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// Its name: lower-case words with hyphens.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it computes.
    pub summary: String,
    /// True if a lower score is the better one.
    pub lower_is_better: bool,
    /// The options it takes.
    pub options: Vec<OptionSpec>,
}

/// An option that a grader takes.
#[derive(Clone, Debug, Serialize)]
pub struct OptionSpec {
    /// Its name.
    pub name: String,
    /// What kind of value it takes.
    pub kind: SettingKind,
    /// True if a competition must set it.
    pub required: bool,
    /// What it is for.
    pub summary: String,
}

/// What kind of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the WIT file documents them")]
pub enum SettingKind {
    Boolean,
    Integer,
    Number,
    Text,
    Texts,
    Numbers,
    Column,
    Columns,
}

impl fmt::Display for SettingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SettingKind::Boolean => "a boolean",
            SettingKind::Integer => "an integer",
            SettingKind::Number => "a number",
            SettingKind::Text => "a text",
            SettingKind::Texts => "a list of texts",
            SettingKind::Numbers => "a list of numbers",
            SettingKind::Column => "a column's name",
            SettingKind::Columns => "a list of columns' names",
        })
    }
}

pub(super) fn describe(sandbox: &Sandbox, grader: &GraderPre<State>) -> Result<Description, LoadError> {
    let load_error = |fault| match fault {
        Fault::Exceeded(exceeded) => LoadError::Describe(exceeded.to_string()),
        Fault::Grader(text) => LoadError::Describe(text),
    };
    let mut instance = Instance::new(sandbox, grader, 0).map_err(load_error)?;
    let description = instance.describe().map_err(load_error)?;
    check(description, sandbox).map_err(load_error)
}

fn check(description: bindings::Description, sandbox: &Sandbox) -> Result<Description, Fault> {
    let limits = sandbox.limits();
    checked::count("options", description.options.len(), limits.options)?;
    let options = description
        .options
        .into_iter()
        .map(|option| {
            Ok(OptionSpec {
                name: checked::name(&option.name, limits)?,
                kind: match option.kind {
                    bindings::SettingKind::Boolean => SettingKind::Boolean,
                    bindings::SettingKind::Integer => SettingKind::Integer,
                    bindings::SettingKind::Number => SettingKind::Number,
                    bindings::SettingKind::Text => SettingKind::Text,
                    bindings::SettingKind::Texts => SettingKind::Texts,
                    bindings::SettingKind::Numbers => SettingKind::Numbers,
                    bindings::SettingKind::Column => SettingKind::Column,
                    bindings::SettingKind::Columns => SettingKind::Columns,
                },
                required: option.required,
                summary: checked::text(&option.summary, limits),
            })
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let mut names = HashSet::new();
    if let Some(twice) = options.iter().find(|option| !names.insert(&option.name)) {
        return Err(Fault::Grader(format!("it lists two options named `{}`", twice.name)));
    }
    let name = checked::name(&description.name, limits)?;
    if !of_words(&name) {
        let name = excerpt(&name);
        return Err(Fault::Grader(format!("its name is {name}: lower-case words with hyphens are expected")));
    }
    Ok(Description {
        name,
        version: checked::name(&description.version, limits)?,
        summary: checked::text(&description.summary, limits),
        lower_is_better: description.direction == bindings::Direction::LowerIsBetter,
        options,
    })
}

/// True for lower-case words with hyphens, such as `roc-auc` and `f1-macro`.
fn of_words(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(word)
}
