//! Building a [`Description`] in a few lines.

use crate::{Description, Direction, Kind, OptionSpec};

impl Description {
    /// Of a grader whose higher scores are better.
    #[must_use]
    pub fn higher(name: &str, version: &str, summary: &str) -> Self {
        Self::new(name, version, summary, Direction::HigherIsBetter)
    }

    /// Of a grader whose lower scores are better.
    #[must_use]
    pub fn lower(name: &str, version: &str, summary: &str) -> Self {
        Self::new(name, version, summary, Direction::LowerIsBetter)
    }

    fn new(name: &str, version: &str, summary: &str, direction: Direction) -> Self {
        Description {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            direction,
            options: Vec::new(),
        }
    }

    /// Adds an option that a competition must set.
    #[must_use]
    pub fn required(self, name: &str, kind: Kind, summary: &str) -> Self {
        self.option(name, kind, true, summary)
    }

    /// Adds an option that has a default, which `summary` states.
    #[must_use]
    pub fn optional(self, name: &str, kind: Kind, summary: &str) -> Self {
        self.option(name, kind, false, summary)
    }

    fn option(mut self, name: &str, kind: Kind, required: bool, summary: &str) -> Self {
        self.options.push(OptionSpec { name: name.into(), kind, required, summary: summary.into() });
        self
    }
}
