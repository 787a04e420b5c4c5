//! Editions of a competition's data.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which data of a competition are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// The reference's, byte for byte, with whatever is wrong with them.
    #[default]
    Reference,
    /// Without the defects that are known of them. Scores on it do not compare with scores on the reference's.
    Corrected,
}

impl Edition {
    /// All of them.
    pub const ALL: [Edition; 2] = [Edition::Reference, Edition::Corrected];

    /// The folder that holds the prepared data, below that of the competition.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Edition::Reference => "prepared",
            Edition::Corrected => "corrected",
        }
    }

    /// The file beside `competition.toml` that says how they are made.
    #[must_use]
    pub fn recipe_file(self) -> &'static str {
        match self {
            Edition::Reference => "preparation.toml",
            Edition::Corrected => "preparation.corrected.toml",
        }
    }

    /// True if these are the reference's.
    #[must_use]
    pub fn is_reference(&self) -> bool {
        *self == Edition::Reference
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Edition::Reference => "reference",
            Edition::Corrected => "corrected",
        })
    }
}
