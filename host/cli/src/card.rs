//! `assay card`: run cards.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use assay_benchmark::card::{self, Card, Lack, LogSays};
use assay_benchmark::reading::GradingReport;
use assay_evidence::access_log::{Purpose, verify};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::global::GlobalArguments;
use super::output::{self, Format};
use super::reports::{bounded, reports};
use super::{Ended, Failure};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What does a run card lack? The exit code is 1 if anything is missing, or the log of uses says otherwise.
    Check {
        /// The card: TOML or JSON.
        card: PathBuf,
        /// The grading reports of the run. With `--use-log`, the log must have no other gradings of their competitions if the card says that
        /// no score was looked at.
        #[arg(long, value_name = "FILE", num_args = 1..)]
        grading_reports: Vec<PathBuf>,
        /// The form of what is missing [default: text on a terminal, JSON elsewhere].
        #[arg(long)]
        format: Option<Format>,
    },
    /// Print the JSON schema of run cards.
    Schema,
}

/// What a check came to.
#[derive(Serialize)]
struct Checked {
    complete: bool,
    lacks: Vec<Lack>,
    /// What the log of uses says; none if none was given.
    log: Option<LogSays>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    match &arguments.command {
        Command::Schema => output::json(&schemars::schema_for!(Card)).map(|()| Ended::Fine),
        Command::Check { card, grading_reports, format } => {
            let card = read(card)?;
            let reports = reports(grading_reports)?;
            let log = if reports.is_empty() { None } else { log_says(global, &reports.iter().collect::<Vec<_>>())? };
            let mut lacks = card.lacks();
            lacks.extend(log.and_then(|log| log.against(&card)));
            let checked = Checked { complete: lacks.is_empty(), lacks, log };
            match Format::or_by_terminal(*format) {
                Format::Json => output::json(&checked)?,
                Format::Table => shown(&checked)?,
            }
            Ok(if checked.complete { Ended::Fine } else { Ended::AtFault })
        }
    }
}

fn shown(checked: &Checked) -> Result<(), Failure> {
    if checked.complete {
        return output::text("the card is complete");
    }
    for Lack { field, message } in &checked.lacks {
        output::text(&format!("{field}: {message}"))?;
    }
    Ok(())
}

/// Reads a card.
pub(super) fn read(path: &Path) -> Result<Card, Failure> {
    let text = bounded(path, card::MAX_BYTES, "")?;
    Card::parse(&text, &path.display().to_string()).map_err(Failure::call)
}

/// What the log of uses says of these reports, if one is named: how many gradings it has of their competitions that are of other submissions.
pub(super) fn log_says(global: &GlobalArguments, reports: &[&GradingReport]) -> Result<Option<LogSays>, Failure> {
    let Some(path) = global.use_log() else { return Ok(None) };
    let entries = || reports.iter().flat_map(|report| &report.entries);
    let ids: BTreeSet<&str> = entries().filter_map(|entry| entry.competition_id.as_deref()).collect();
    let submissions: BTreeSet<&str> =
        entries().filter_map(|entry| entry.receipt.as_ref()?.submission.as_deref()).collect();
    let mut says = LogSays::default();
    verify(path, &[], &[], |used| {
        let is_other = used.purpose == Purpose::Grade
            && ids.contains(used.competition_id.as_str())
            && !submissions.contains(used.submission.as_str());
        says.other_gradings += u64::from(is_other);
    })
    .context("--use-log")
    .map_err(Failure::Call)?;
    Ok(Some(says))
}
