//! Graders as they describe themselves, and the contract that they keep.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::direction::Direction;

/// The version of the contract with graders that this program keeps: the only place that says so.
macro_rules! version {
    () => {
        "0.1.0"
    };
}

/// The version of the contract with graders that this program keeps.
pub const WIT_VERSION: &str = version!();

/// The contract with graders that this program keeps.
pub const WIT: &str = concat!("assay:grader@", version!());

/// The interface that a grader exports, as a component names it, but for the version.
pub const INTERFACE: &str = "assay:grader/grading@";

/// What a grader says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Its name: lower-case words with hyphens.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it computes.
    pub summary: String,
    /// Which score is the better one.
    #[serde(rename = "lower_is_better")]
    pub direction: Direction,
    /// The options it takes.
    pub options: Vec<OptionSpec>,
}

/// An option that a grader takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
