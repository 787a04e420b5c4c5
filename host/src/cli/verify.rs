//! `assay verify`: does a report hold?

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use assay_host::batch::Batch;
use assay_host::confine::Access;
use assay_host::counted;
use assay_host::listed;
use assay_host::read;
use assay_host::report::Report;
use assay_host::uses::Purpose;
use assay_host::verify::{Difference, differences, entries, parse};
use clap::Args;
use serde::Serialize;

use super::lock::Against;
use super::output::{self, Format};
use super::surroundings::{DataDir, Surroundings};
use super::{Ended, Failure};

/// Grade the entries of a report again and compare every bit: scores, refusals, digests, fuel.
///
/// The exit code is 0 if everything is the same, and 1 if something differs.
#[derive(Args)]
pub(super) struct Arguments {
    /// A report that `assay grade` wrote, or `assay grade-sample` printed as JSON.
    report: PathBuf,
    #[command(flatten)]
    data_dir: DataDir,
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
    /// Its place in the report, from 1.
    entry: usize,
    competition_id: Option<String>,
    submission_path: String,
    differences: Vec<Difference>,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<Ended, Failure> {
    let limits = read::Limits::default();
    let named = || format!("{}", arguments.report.display());
    let text = read::load(&arguments.report, &limits).with_context(named).map_err(Failure::Call)?;
    let reports = parse(&text).with_context(|| format!("{} is no report", named())).map_err(Failure::Call)?;
    let registry = surroundings.registry()?;
    let data_dir = arguments.data_dir.path()?;
    let folder = arguments.report.parent().unwrap_or(Path::new(""));
    let list_dir = arguments.submissions.as_deref().unwrap_or(folder);
    let uses = surroundings.uses(Purpose::Verify)?;
    let lock = arguments.lock.lock()?;
    let batch =
        Batch { registry: &registry, data_dir: &data_dir, list_dir, limits: &limits, uses: uses.as_ref(), lock: &lock };
    let entries = entries(&reports);
    surroundings.confine(Access { read: batch.files(&entries), ..Access::default() })?;
    let again = batch.grade(&surroundings.graders()?, &entries, &HashMap::new(), |_, _| {});
    if let Some(uses) = &uses {
        uses.sync().map_err(Failure::program)?;
    }

    let differing: Vec<Differing> = reports
        .iter()
        .zip(&again)
        .enumerate()
        .map(|(index, (reported, found))| differing(index + 1, reported, &found.report))
        .filter(|entry| !entry.differences.is_empty())
        .collect();
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&differing)?,
        Format::Table => output::text(&shown(&differing, reports.len()))?,
    }
    let outside = again.iter().filter(|graded| !graded.report.outside_lock.is_empty()).count();
    if outside > 0 {
        let entries = counted(outside, "entry was", "entries were");
        output::message(&format!("{entries} graded again with what is not in the lock"));
    }
    Ok(if differing.is_empty() { Ended::Fine } else { Ended::AtFault })
}

fn differing(entry: usize, reported: &Report, found: &Report) -> Differing {
    Differing {
        entry,
        competition_id: reported.competition_id.clone(),
        submission_path: reported.submission_path.clone(),
        differences: differences(reported, found),
    }
}

fn shown(differing: &[Differing], entries: usize) -> String {
    let mut text = String::new();
    for Differing { entry, competition_id, submission_path, differences } in differing {
        let competition = listed(competition_id.as_deref().unwrap_or_default());
        text += &format!("entry {entry}: {competition} {}\n", listed(submission_path));
        for difference in differences {
            text += &format!("  {difference}\n");
        }
    }
    let all = counted(entries, "entry is", "entries are");
    text + &format!("{} of {all} the same, bit for bit", entries - differing.len())
}
