//! Extracts an archive.

use std::fs;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, RunError};
use crate::place::Place;
use crate::run::Work;

/// Extracts an archive into a folder, which is made if it is not there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extract {
    /// The archive.
    archive: Place,
    /// The folder, below work as a rule.
    into: Place,
}

impl Action for Extract {
    fn words(&self) -> String {
        format!("extracting {}", self.archive)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let (archive, into) = (work.path(&self.archive), work.target(&self.into)?);
        fs::create_dir_all(&into).about(&into)?;
        work.extractor.extract(&archive, &into).map_err(|source| RunError::Archive { path: archive, source })
    }
}
