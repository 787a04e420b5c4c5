//! Competitions by their text.

use assay::Competitions;
use assay_types::competition::Competition;
use pyo3::prelude::*;

use crate::failure::Failure;

/// What is in a `competition.toml` as JSON text, and its digest.
#[pyfunction]
#[pyo3(signature = (text, source=None))]
pub(crate) fn parse_competition(text: &str, source: Option<&str>) -> Result<(String, String), Failure> {
    let mut competitions = Competitions::none();
    let added = match source {
        None => competitions.add(text),
        Some(source) => competitions.add_with_source(text, source),
    };
    let competition = competitions.get(&added.map_err(Failure::call)?)?;
    Ok((serde_json::to_string(&*competition).map_err(Failure::host)?, competition.digest.clone()))
}

/// The file beside a `competition.toml` that is the source of its grader; none if it has none.
#[pyfunction]
pub(crate) fn grader_source(text: &str) -> Result<Option<String>, Failure> {
    let competition = Competition::parse(text, "competition.toml").map_err(Failure::call)?;
    Ok(competition.grader.source)
}
