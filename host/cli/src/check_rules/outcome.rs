//! What was found, written into files and told.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use assay_types::counted;
use assay_types::excerpt::printable_json;
use assay_violations::report::{Cell, Row, csv, summary};
use serde::Serialize;
use serde_json::Value;

use super::super::output::{self, Format};
use super::super::{Ended, Failure};
use super::asking::{Answered, Planned, left};
use super::{Line, Run};

/// What is told.
#[derive(Serialize)]
struct Told {
    runs: usize,
    /// Runs in which anything was found.
    at_fault: usize,
    /// Questions that were left without an answer.
    not_answered: usize,
    analysis: String,
    findings: String,
    summary: Value,
}

/// Writes the files, and tells what is in them.
pub(super) fn written(
    folder: &Path,
    columns: &[String],
    runs: &[Run<'_>],
    answered: &Answered,
    format: Format,
) -> Result<Ended, Failure> {
    let rows: Vec<Row<'_>> = runs.iter().map(|run| row(run, answered)).collect();
    let summary = summary(columns, &rows);
    let mut findings = String::new();
    for (number, run) in runs.iter().enumerate() {
        for finding in &run.findings {
            let (competition_id, run_id) = (&run.entry.competition_id, run.entry.run_id.as_deref());
            let line = Line { entry: number + 1, competition_id, run_id, finding };
            findings += &printable_json(&serde_json::to_string(&line).map_err(Failure::program)?);
            findings.push('\n');
        }
    }
    let pretty = serde_json::to_string_pretty(&summary).map_err(Failure::program)? + "\n";
    let files = [("analysis", "csv"), ("analysis_summary", "json"), ("findings", "jsonl")];
    let named = || format!("--output-dir {}", folder.display());
    let opened = fresh(folder, files).with_context(named).map_err(Failure::Program)?;
    for ((_, file), text) in opened.iter().zip([csv(columns, &rows), pretty, findings]) {
        let mut file = file;
        file.write_all(text.as_bytes()).with_context(named).map_err(Failure::Program)?;
    }
    let path = |number: usize| opened.get(number).map(|(path, _)| path.display().to_string()).unwrap_or_default();
    let told = Told {
        runs: rows.len(),
        at_fault: rows.iter().filter(|row| row.is_at_fault()).count(),
        not_answered: rows.iter().map(Row::unanswered).sum(),
        analysis: path(0),
        findings: path(2),
        summary,
    };
    match format {
        Format::Json => output::json(&told)?,
        Format::Table => shown(&told)?,
    }
    if told.not_answered > 0 {
        if let Some(why) = rows.iter().flat_map(|row| &row.cells).find_map(unanswered) {
            output::message(&format!("for one: {why}"));
        }
        output::message(&left(told.not_answered));
        return Ok(Ended::Interrupted(3));
    }
    Ok(if told.at_fault > 0 { Ended::AtFault } else { Ended::Fine })
}

fn unanswered(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Unanswered { why } => Some(why),
        Cell::NotAsked | Cell::Answered { .. } => None,
    }
}

fn row<'a>(run: &'a Run<'a>, answered: &Answered) -> Row<'a> {
    let cell = |calls: &Vec<Planned>| Cell::of(&calls.iter().map(|call| answered.get(&call.id)).collect::<Vec<_>>());
    Row { entry: run.entry, cells: run.calls.iter().map(cell).collect(), checks: run.checks.clone() }
}

/// New files of one time, so that none is written over.
fn fresh<const FILES: usize>(folder: &Path, files: [(&str, &str); FILES]) -> std::io::Result<Vec<(PathBuf, File)>> {
    let stamp = chrono::Utc::now().format("%Y-%m-%dT%H-%M-%S-GMT");
    for attempt in 0..1000 {
        let suffix = if attempt == 0 { String::new() } else { format!("_{attempt}") };
        let path = |(name, extension): (&str, &str)| folder.join(format!("{name}_{stamp}{suffix}.{extension}"));
        if files.into_iter().any(|file| path(file).symlink_metadata().is_ok()) {
            continue;
        }
        let open = |file| {
            let path = path(file);
            OpenOptions::new().write(true).create_new(true).open(&path).map(|file| (path, file))
        };
        match files.into_iter().map(open).collect::<std::io::Result<Vec<_>>>() {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened,
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn shown(told: &Told) -> Result<(), Failure> {
    let shares = told.summary.as_object().into_iter().flatten().filter(|(_, share)| !share.is_object());
    let rows = shares.map(|(name, share)| vec![name.clone(), share.as_str().unwrap_or("no answer").to_owned()]);
    output::table(&["", "runs with a violation"], rows)?;
    let (runs, at_fault) = (counted(told.runs, "run", "runs"), told.at_fault);
    output::text(&format!(
        "{runs}, {at_fault} with something found\ntable: {}\nfindings: {}",
        told.analysis, told.findings
    ))
}
