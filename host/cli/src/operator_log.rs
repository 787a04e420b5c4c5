//! The operator's log: what participants must not see of gradings.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use assay::{Graded, Operator};
use assay_evidence::private_file;
use clap::Args;

use super::Failure;
use super::output;

#[derive(Args)]
pub(super) struct OperatorLogArguments {
    /// A file to which what only the operator may know of each entry is added, as JSON lines: the fuel that the grader used, and what it
    /// said beside the answers, reasons and figures beside the score. It may tell of the answers.
    #[arg(long, value_name = "FILE")]
    operator_log: Option<PathBuf>,
}

/// A log that is open.
pub(super) struct OperatorLog {
    file: File,
}

impl OperatorLogArguments {
    /// Opens the log, if one is asked for.
    pub(super) fn open(&self) -> Result<Option<OperatorLog>, Failure> {
        let Some(path) = &self.operator_log else { return Ok(None) };
        let file = private_file::append(path)
            .with_context(|| format!("--operator-log {}", path.display()))
            .map_err(Failure::Call)?;
        Ok(Some(OperatorLog { file }))
    }
}

impl OperatorLog {
    /// Adds a grading; `entry` is its place in the list, from 1.
    pub(super) fn add(&mut self, entry: Option<usize>, graded: &Graded) {
        let Operator { note, fuel, details, resampled, part: _ } = graded.operator();
        let report = graded.report();
        // JSON has no NaN and no infinity: such a figure is written as null.
        let details: serde_json::Map<_, _> =
            details.iter().map(|detail| (detail.name.clone(), detail.value.into())).collect();
        let mut line = serde_json::json!({
            "entry": entry,
            "competition_id": report.competition_id,
            "submission_path": report.submission_path,
            "outcome": report.outcome,
            "fuel": fuel,
            "grader": note,
            "details": details,
        });
        // The figures are in the report. What the host failed at is for the operator alone.
        if let Some(Err(error)) = resampled
            && let Some(line) = line.as_object_mut()
        {
            line.insert("bootstrap".into(), error.to_string().into());
        }
        if let Err(error) = self.file.write_all(format!("{line}\n").as_bytes()) {
            output::message(&format!("warning: the operator's log cannot be written: {error}"));
        }
    }
}
