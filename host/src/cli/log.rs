//! `assay log`: what the log of uses says.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use assay_host::read;
use assay_host::report::BatchReport;
use assay_host::uses::{Anchor, Summary, Use, UseLogError, Verified, summarize, verify};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::output::{self, Format};
use super::{Ended, Failure};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Is the log what was written to it? The exit code is 1 if a line was changed, removed, added or moved.
    Verify {
        /// The log.
        log: PathBuf,
        /// Reports of `assay grade`: the log must still hold what it held when they were written.
        #[arg(long, value_name = "FILE", num_args = 1..)]
        report: Vec<PathBuf>,
        /// The form of the result [default: text on a terminal, JSON elsewhere].
        #[arg(long)]
        format: Option<Format>,
    },
    /// How often were answers used, for which submissions? The log is verified first.
    Summary {
        /// The log.
        log: PathBuf,
        /// Only uses of one competition's answers.
        #[arg(long, value_name = "ID")]
        competition: Option<String>,
        /// Only uses from this time on, such as 2026-01-31T12:00:00Z, or the start of one.
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Only uses before this time.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// The form of the summary [default: a table on a terminal, JSON elsewhere].
        #[arg(long)]
        format: Option<Format>,
    },
}

/// What became of a verification.
#[derive(Serialize)]
struct Verdict {
    holds: bool,
    #[serde(flatten)]
    verified: Option<Verified>,
    broken: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    match &arguments.command {
        Command::Verify { log, report, format } => {
            let anchors = report.iter().map(|path| anchor(path)).collect::<Result<Vec<_>, _>>()?;
            let (verified, broken) = match verify(log, &anchors, |_| {}) {
                Ok(verified) => (Some(verified), None),
                Err(error @ UseLogError::Broken { .. }) => (None, Some(error.to_string())),
                Err(error) => return Err(Failure::call(error)),
            };
            let result = Verdict { holds: verified.is_some(), verified, broken };
            match Format::or_by_terminal(*format) {
                Format::Json => output::json(&result)?,
                Format::Table => output::text(&shown(&result))?,
            }
            Ok(if result.holds { Ended::Fine } else { Ended::AtFault })
        }
        Command::Summary { log, competition, since, until, format } => {
            let mut uses = Vec::new();
            let wanted = |entry: &Use| {
                competition.as_ref().is_none_or(|id| *id == entry.competition_id)
                    && since.as_ref().is_none_or(|since| entry.time >= *since)
                    && until.as_ref().is_none_or(|until| entry.time < *until)
            };
            match verify(log, &[], |entry| uses.extend(Some(entry).filter(wanted))) {
                Ok(_) => {}
                Err(error @ UseLogError::Broken { .. }) => {
                    output::message(&format!("error: {error}"));
                    return Ok(Ended::AtFault);
                }
                Err(error) => return Err(Failure::call(error)),
            }
            let summary = summarize(uses);
            match Format::or_by_terminal(*format) {
                Format::Json => output::json(&summary)?,
                Format::Table => table(summary)?,
            }
            Ok(Ended::Fine)
        }
    }
}

/// The log's state when a report was written.
fn anchor(report: &Path) -> Result<Anchor, Failure> {
    let named = || format!("--report {}", report.display());
    let text = read::load(report, &read::Limits::default()).with_context(named).map_err(Failure::Call)?;
    let batch: BatchReport = serde_json::from_slice(&text)
        .with_context(|| format!("{} is no report of `assay grade`", named()))
        .map_err(Failure::Call)?;
    batch.use_log.ok_or_else(|| Failure::Call(anyhow!("{} was graded without --use-log", named())))
}

fn shown(result: &Verdict) -> String {
    match (&result.verified, &result.broken) {
        (Some(Verified { anchor, torn }), _) => {
            let torn =
                if *torn { "; its last line was cut short when its writer was killed, and does not count" } else { "" };
            format!("the log holds: {} uses, head sha256:{}{torn}", anchor.entries, anchor.head)
        }
        (None, broken) => format!("the log does not hold: {}", broken.as_deref().unwrap_or_default()),
    }
}

fn table(summary: Summary) -> Result<(), Failure> {
    let rows = summary.usages.into_iter().map(|usage| {
        let purposes = usage.purposes.iter().map(|(purpose, uses)| format!("{purpose:?} {uses}").to_lowercase());
        vec![
            usage.competition_id,
            usage.submission.chars().take(16).collect(),
            usage.uses.to_string(),
            purposes.collect::<Vec<_>>().join(", "),
            usage.scored.to_string(),
            usage.first,
            usage.last,
        ]
    });
    output::table(&["competition", "submission", "uses", "purposes", "scored", "first", "last"], rows)?;
    output::data(&format!("{} uses in {} competitions; the log holds", summary.uses, summary.competitions))
}
