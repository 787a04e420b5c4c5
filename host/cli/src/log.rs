//! `assay log`: what the log of uses says.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use assay_evidence::access_log::{AccessLogError, Anchor, Summary, Tally, Use, Verified, verify};
use assay_tables::read;
use assay_types::excerpt::listed;
use assay_types::{counted, python_json};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

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
        /// Reports of `assay grade` or `assay grade-sample`: the log must still hold what it held when they were written.
        #[arg(long, value_name = "FILE", num_args = 1..)]
        report: Vec<PathBuf>,
        /// Digests that `assay log verify` gave as the log's head before: one of its lines must have it.
        #[arg(long, value_name = "HASH", value_parser = digest)]
        head: Vec<String>,
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
        /// Only uses from this time on: a day, such as 2026-01-31, or a time, such as 2026-01-31T12:00:00+01:00; in UTC if nothing else is said.
        #[arg(long, value_name = "TIME", value_parser = time)]
        since: Option<DateTime<Utc>>,
        /// Only uses before this time.
        #[arg(long, value_name = "TIME", value_parser = time)]
        until: Option<DateTime<Utc>>,
        /// The form of the summary [default: a table on a terminal, JSON elsewhere].
        #[arg(long)]
        format: Option<Format>,
    },
}

/// The result of verifying a log.
#[derive(Serialize)]
struct Verdict {
    holds: bool,
    #[serde(flatten)]
    verified: Option<Verified>,
    broken: Option<String>,
}

/// The part of a report that `assay log verify --report` needs.
#[derive(Deserialize)]
struct Anchored {
    use_log: Option<Anchor>,
}

/// A summary, with the result of verifying the log that it is of.
#[derive(Serialize)]
struct Summarized {
    log: Verdict,
    #[serde(flatten)]
    summary: Summary,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    match &arguments.command {
        Command::Verify { log, report, head, format } => {
            let anchors = report.iter().map(|path| anchor(path)).collect::<Result<Vec<_>, _>>()?;
            let (verified, broken) = match verify(log, &anchors, head, |_| {}) {
                Ok(verified) => (Some(verified), None),
                Err(error @ AccessLogError::Broken { .. }) => (None, Some(error.to_string())),
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
            let wanted = |entry: &Use| {
                competition.as_ref().is_none_or(|id| *id == entry.competition_id)
                    && since.is_none_or(|since| entry.at().is_some_and(|time| time >= since))
                    && until.is_none_or(|until| entry.at().is_some_and(|time| time < until))
            };
            let mut tally = Tally::default();
            let add = |entry| {
                if wanted(&entry) {
                    tally.add(entry);
                }
            };
            let verified = match verify(log, &[], &[], add) {
                Ok(verified) => verified,
                Err(error @ AccessLogError::Broken { .. }) => {
                    output::message(&format!("error: {error}"));
                    return Ok(Ended::AtFault);
                }
                Err(error) => return Err(Failure::call(error)),
            };
            let verified = Verdict { holds: true, verified: Some(verified), broken: None };
            let summary = tally.summary();
            match Format::or_by_terminal(*format) {
                Format::Json => output::json(&Summarized { log: verified, summary })?,
                Format::Table => table(summary, &verified)?,
            }
            Ok(Ended::Fine)
        }
    }
}

/// A digest as it is printed.
fn digest(text: &str) -> Result<String, &'static str> {
    let digest = text.strip_prefix("sha256:").unwrap_or(text).to_ascii_lowercase();
    let right = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if right { Ok(digest) } else { Err("expected 64 hexadecimal digits") }
}

/// A day or a time.
fn time(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    let utc = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().or_else(day);
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .ok()
        .or_else(|| utc().map(|time| time.and_utc()))
        .ok_or("expected a day or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z")
}

/// The log's state when a report was written.
fn anchor(report: &Path) -> Result<Anchor, Failure> {
    let named = || format!("--report {}", report.display());
    let text = read::load(report, &read::Limits::default()).with_context(named).map_err(Failure::Call)?;
    let report: Anchored = python_json::from_slice(&text)
        .map_err(|error| Failure::Call(anyhow!("{} is no report: {}", named(), listed(&error.in_lines(&text)))))?;
    report.use_log.ok_or_else(|| Failure::Call(anyhow!("{} was graded without --use-log", named())))
}

fn shown(result: &Verdict) -> String {
    match (&result.verified, &result.broken) {
        (Some(Verified { anchor, torn }), _) => {
            let torn =
                if *torn { "; its last line was cut short when its writer was killed, and does not count" } else { "" };
            let uses = counted(anchor.entries, "use", "uses");
            format!("the log holds: {uses}, head sha256:{}{torn}", anchor.head)
        }
        (None, broken) => format!("the log does not hold: {}", broken.as_deref().unwrap_or_default()),
    }
}

fn table(summary: Summary, verdict: &Verdict) -> Result<(), Failure> {
    let rows = summary.usages.into_iter().map(|usage| {
        let purposes = usage.purposes.iter().map(|(purpose, uses)| format!("{purpose:?} {uses}").to_lowercase());
        let outcomes = usage.outcomes.iter().map(|(outcome, uses)| format!("{outcome} {uses}"));
        vec![
            usage.competition_id,
            usage.submission.chars().take(16).collect(),
            usage.uses.to_string(),
            purposes.collect::<Vec<_>>().join(", "),
            outcomes.collect::<Vec<_>>().join(", "),
            usage.first,
            usage.last,
        ]
    });
    output::table(&["competition", "submission", "uses", "purposes", "outcomes", "first", "last"], rows)?;
    let uses = counted(summary.uses, "use", "uses");
    let competitions = counted(summary.competitions, "competition", "competitions");
    output::text(&format!("{uses} in {competitions}; {}", shown(verdict)))
}
