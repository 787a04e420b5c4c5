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
        /// The grading reports of the run. With `--use-log`, the log must have no gradings of other submissions to their competitions before
        /// theirs if the card says that no score was looked at, and it must have had the head that the card names.
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
            let head = card.answers.as_ref().and_then(|answers| answers.log_head.as_deref());
            let log = log_says(global, &reports.iter().collect::<Vec<_>>(), head)?;
            let mut lacks = card.lacks();
            lacks.extend(log.iter().flat_map(|log| log.against(&card)));
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

/// What the log of uses says of these reports, if one is named: how many gradings it has of their competitions that are of other
/// submissions, up to the last grading of theirs, and whether it had this head. What came after the head does not count.
pub(super) fn log_says(
    global: &GlobalArguments,
    reports: &[&GradingReport],
    head: Option<&str>,
) -> Result<Option<LogSays>, Failure> {
    let Some(path) = global.use_log() else { return Ok(None) };
    let entries = || reports.iter().flat_map(|report| &report.entries);
    let ids: BTreeSet<&str> = entries().filter_map(|entry| entry.competition_id.as_deref()).collect();
    let submissions: BTreeSet<&str> =
        entries().filter_map(|entry| entry.receipt.as_ref()?.submission.as_deref()).collect();
    // Others up to now, and up to the last grading of theirs.
    let (mut others, mut before, mut is_over) = (0, None, false);
    let verified = verify(path, &[], &[], |used| {
        is_over |= Some(used.previous.as_str()) == head;
        if used.purpose != Purpose::Grade || !ids.contains(used.competition_id.as_str()) {
            return;
        }
        if !submissions.contains(used.submission.as_str()) {
            others += 1;
        } else if !is_over {
            before = Some(others);
        }
    })
    .context("--use-log")
    .map_err(Failure::Call)?;
    let has_head = head.map(|head| is_over || verified.anchor.head == head);
    // Where the log has none of theirs, it cannot tell when they ended.
    let other_gradings = before.unwrap_or(others);
    Ok(Some(LogSays { other_gradings, later_gradings: others - other_gradings, has_head }))
}
