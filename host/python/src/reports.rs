//! Reports on many submissions.

use std::path::PathBuf;

use assay::report_file;
use assay_evidence::access_log::Anchor;
use assay_types::report::{BatchReport, ListReceipt, Report};
use pyo3::prelude::*;

use crate::failure::Failure;

/// A report's JSON text, read again.
pub(crate) fn report(json: &str) -> Result<Report, Failure> {
    serde_json::from_str(json).map_err(|error| Failure::Call(format!("this is no report of this version: {error}")))
}

/// The report on all of these, as JSON text: sums, and the reports in their order. `list` is the path and the SHA-256 of the list, `use_log`
/// the number of entries and the head of the log of uses.
#[pyfunction]
#[pyo3(signature = (reports, list=None, use_log=None))]
pub(crate) fn batch_report(
    reports: Vec<String>,
    list: Option<(String, String)>,
    use_log: Option<(u64, String)>,
) -> Result<String, Failure> {
    let reports = reports.iter().map(|json| report(json)).collect::<Result<Vec<Report>, _>>()?;
    let list = list.map(|(path, sha256)| ListReceipt { path, sha256 });
    let anchor = use_log.map(|(entries, head)| Anchor { entries, head });
    serde_json::to_string(&BatchReport::new(reports, list).anchored(anchor)).map_err(Failure::host)
}

/// Writes the JSON text of a report on many to a file in a folder, whole or not at all, and returns its path.
#[pyfunction]
pub(crate) fn write_report(py: Python<'_>, json: &str, folder: PathBuf) -> Result<PathBuf, Failure> {
    let report: BatchReport = serde_json::from_str(json).map_err(Failure::host)?;
    let written = py.detach(|| report_file::write(&report, &folder, chrono::Utc::now()));
    written.map_err(|error| Failure::Host(format!("the report cannot be written to {}: {error}", folder.display())))
}
