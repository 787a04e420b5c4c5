//! `assay verify`: does a report hold?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use assay::BatchOptions;
use assay::verify::{Claims, Difference, differences, is_refused, lacks, parse};
use assay_confine::Access;
use assay_evidence::access_log::Purpose;
use assay_tables::read;
use assay_types::counted;
use assay_types::excerpt::listed;
use assay_types::report::{Report, Reported};
use clap::Args;
use serde::Serialize;

use super::global::{DataArguments, GlobalArguments, Needs, graders_of};
use super::grade::files;
use super::links::LinkArguments;
use super::lock::Against;
use super::output::{self, Format};
use super::{Ended, Failure};

/// Grade the entries of a report again and compare every bit: scores, refusals, digests, fuel.
///
/// The exit code is 0 if everything is the same, and 1 if something differs. Reports of the reference are compared as far as they go,
/// and a message says what they lack.
#[derive(Args)]
pub(super) struct Arguments {
    /// A report that `assay grade` or the reference wrote, or `assay grade-sample` printed as JSON.
    report: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    links: LinkArguments,
    #[command(flatten)]
    lock: Against,
    /// Where submissions are looked up that are not in the working directory [default: the report's folder].
    #[arg(long, value_name = "DIR")]
    submissions: Option<PathBuf>,
    /// The form of the result [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// An entry that differs.
#[derive(Serialize)]
struct Differing {
    /// Its place in the report, from 1; none for the sums over all entries.
    entry: Option<usize>,
    competition_id: Option<String>,
    submission_path: Option<String>,
    differences: Vec<Difference>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let limits = read::Limits::default();
    let named = || format!("{}", arguments.report.display());
    let text = read::load(&arguments.report, &limits).with_context(named).map_err(Failure::Call)?;
    let claims = parse(&text).with_context(|| format!("{} is no report", named())).map_err(Failure::Call)?;
    drop(text);
    let competitions = global.competitions()?;
    let data = arguments.data.open()?;
    let folder = arguments.report.parent().unwrap_or(Path::new(""));
    let folders = arguments.links.folders(Some(arguments.submissions.as_deref().unwrap_or(folder)))?;
    let lock = arguments.lock.lock()?;
    let entries = claims.to_grade();
    let read = files(&entries, &competitions, &data, &folders);
    global.compile_ahead(graders_of(&competitions, entries.iter().filter_map(|entry| entry.competition_id())))?;
    let needs = Needs { competitions, access: Access { read, ..Access::default() }, uses_answers: true };
    let assay = global.service(needs, |builder| builder.answers(data).folders(folders).lock(lock))?;
    let options = BatchOptions { purpose: Purpose::Verify, ..BatchOptions::default() };
    let mut again: Vec<(usize, Report)> = assay
        .batch(entries.into_iter().enumerate().collect::<Vec<_>>(), &options)
        .map_err(Failure::program)?
        .map(|(number, graded)| (number, graded.into_recorded().into_report()))
        .collect();
    again.sort_by_key(|(number, _)| *number);
    assay.sync().map_err(Failure::program)?;

    let differing = differing(&claims, again.iter().map(|(_, report)| report)).map_err(Failure::program)?;
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&differing)?,
        Format::Table => output::text(&shown(&differing, claims.entries.len()))?,
    }
    for note in notes(&claims, again.iter().map(|(_, report)| report)) {
        output::message(&note);
    }
    let outside = again.iter().filter(|(_, report)| !report.outside_lock.is_empty()).count();
    if outside > 0 {
        let entries = counted(outside, "entry was", "entries were");
        output::message(&format!("{entries} graded again with what is not in the lock"));
    }
    Ok(if differing.is_empty() { Ended::Fine } else { Ended::AtFault })
}

/// The entries that differ, and the sums if they do.
fn differing<'a>(
    claims: &Claims,
    again: impl Iterator<Item = &'a Report>,
) -> Result<Vec<Differing>, serde_json::Error> {
    let entry = |(index, (reported, found)): (usize, (&Reported, &Report))| {
        Ok(Differing {
            entry: Some(index + 1),
            competition_id: reported.competition_id.clone(),
            submission_path: Some(reported.submission_path.clone()),
            differences: differences(reported, found)?,
        })
    };
    let totals = claims.wrong_totals().map(|differences| Differing {
        entry: None,
        competition_id: None,
        submission_path: None,
        differences,
    });
    let differs = |entry: &Result<Differing, _>| entry.as_ref().map_or(true, |entry| !entry.differences.is_empty());
    claims.entries.iter().zip(again).enumerate().map(entry).chain([totals]).filter(differs).collect()
}

/// What was not compared, in words.
fn notes<'a>(claims: &Claims, again: impl Iterator<Item = &'a Report>) -> Vec<String> {
    let mut notes = Vec::new();
    let lacking: Vec<Vec<&str>> = claims.entries.iter().map(lacks).filter(|lacks| !lacks.is_empty()).collect();
    if !lacking.is_empty() {
        let fields: BTreeSet<&str> = lacking.iter().flatten().copied().collect();
        let fields = fields.into_iter().collect::<Vec<_>>().join("`, `");
        notes.push(format!("{} entries lack fields that were not compared therefore: `{fields}`", lacking.len()));
    }
    let refused = claims.entries.iter().zip(again).filter(|(reported, found)| is_refused(reported, found)).count();
    if refused > 0 {
        notes.push(format!(
            "{refused} entries have a score that is not finite, which the reference counts as one: `score` and \
             `valid_submission` were not compared, since such a submission is refused here"
        ));
    }
    notes
}

fn shown(differing: &[Differing], entries: usize) -> String {
    let mut text = String::new();
    let mut same = entries;
    for Differing { entry, competition_id, submission_path, differences } in differing {
        match entry {
            Some(entry) => {
                same -= 1;
                let competition = listed(competition_id.as_deref().unwrap_or_default());
                let path = listed(submission_path.as_deref().unwrap_or_default());
                text += &format!("entry {entry}: {competition} {path}\n");
            }
            None => text += "the sums over all entries:\n",
        }
        for difference in differences {
            text += &format!("  {difference}\n");
        }
    }
    let all = counted(entries, "entry is", "entries are");
    text + &format!("{same} of {all} the same, bit for bit")
}
