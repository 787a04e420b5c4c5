//! What commands on reports share: grading reports, splits, and what is known of their competitions, as files and names give them.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use assay::Competitions;
use assay_benchmark::leaks::KnownIssues;
use assay_benchmark::reading::GradingReport;
use assay_benchmark::split::{self, Split};
use assay_tables::read;

use super::Failure;

/// The largest grading report that is read, in bytes. One of 75 competitions and three seeds has some 400 KB.
const REPORT_BYTES: u64 = 256 << 20;

/// Reads a small file within a limit; `flag` is what messages call it.
pub(super) fn bounded(path: &Path, bytes: u64, flag: &str) -> Result<Vec<u8>, Failure> {
    let limits = read::Limits { bytes, ..read::Limits::default() };
    let named = || if flag.is_empty() { path.display().to_string() } else { format!("{flag} {}", path.display()) };
    read::load(path, &limits).with_context(named).map_err(Failure::Call)
}

/// Reads a grading report.
pub(super) fn report(path: &Path) -> Result<GradingReport, Failure> {
    let text = bounded(path, REPORT_BYTES, "")?;
    GradingReport::parse(&text, &path.display().to_string()).map_err(Failure::call)
}

/// Reads grading reports.
pub(super) fn reports(paths: &[PathBuf]) -> Result<Vec<GradingReport>, Failure> {
    paths.iter().map(|path| report(path)).collect()
}

/// The split of a name, else the one competition of this id, else the split of a file.
pub(super) fn split(given: &str, competitions: &Competitions) -> Result<Split, Failure> {
    let path = Path::new(given);
    let unknown = match competitions.of_split(Some(given)) {
        Ok(found) => return Ok(Split::new(given, found.iter().map(|competition| competition.id.clone()))),
        Err(error) => error,
    };
    if competitions.get(given).is_ok() {
        return Ok(Split::new(given, [given.to_owned()]));
    }
    if path.exists() {
        let text = bounded(path, split::MAX_BYTES, "--split")?;
        return Split::parse(&text, given).map_err(Failure::call);
    }
    let hint =
        "\nhint: --split takes a name that `assay competitions` lists, a competition, or a file with an id a line";
    Err(Failure::Call(anyhow!("--split: {unknown}{hint}")))
}

/// What is known to be wrong with the competitions of a split. One that is not at hand has no such notes.
pub(super) fn known_issues<'a>(ids: impl IntoIterator<Item = &'a String>, competitions: &Competitions) -> KnownIssues {
    let of = |id: &'a String| Some((id.clone(), competitions.get(id).ok()?.issues.clone()));
    ids.into_iter().filter_map(of).filter(|(_, issues)| !issues.is_empty()).collect()
}
