//! `assay grade`: a list of submissions.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context;
use assay_host::batch::{Batch, entries};
use assay_host::confine::Access;
use assay_host::counted;
use assay_host::grade::{Graded, Operator};
use assay_host::journal::{Journal, Opened, Run};
use assay_host::listed;
use assay_host::read;
use assay_host::report::{BatchReport, Outcome, Report};
use assay_host::sandbox::sha256;
use assay_host::uses::Purpose;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::lock::Against;
use super::output;
use super::surroundings::{DataDir, Surroundings};
use super::{Ended, Failure};

/// Grade a list of submissions and write a report.
///
/// The exit code is 0 if every entry was graded, be the submission valid or not, and 1 if one could not be: an unknown competition,
/// data that are not there, a broken line, a grader that failed. The report has an entry for each, whatever happens.
#[derive(Args)]
pub(super) struct Arguments {
    /// The list: JSON lines with `competition_id` and `submission_path`. Paths are taken relative to the working directory, else to
    /// the list's folder. Lines that start with `#` or `//` are skipped.
    #[arg(long, value_name = "FILE")]
    submission: PathBuf,
    /// Where `<timestamp>_grading_report.json` is written.
    #[arg(long, value_name = "DIR")]
    output_dir: PathBuf,
    #[command(flatten)]
    data_dir: DataDir,
    /// Take over the entries that an interrupted run of the same list into the same folder finished.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    lock: Against,
    /// How many gradings run at once [default: one a core].
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Name the N gradings that took longest.
    #[arg(long, value_name = "N", default_value_t = 0)]
    slowest: usize,
    /// A file to which what graders said beside the answers is added, as JSON lines: reasons, and figures beside the score. It may tell
    /// of the answers.
    #[arg(long, value_name = "FILE")]
    operator_log: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<Ended, Failure> {
    let limits = read::Limits::default();
    let list = read::load(&arguments.submission, &limits)
        .with_context(|| format!("--submission {}", arguments.submission.display()))
        .map_err(Failure::Call)?;
    let entries = entries(&list);
    if entries.is_empty() {
        return Err(Failure::Call(anyhow::anyhow!(
            "--submission {}: the list has no entries; an entry is a line such as \
             {{\"competition_id\": \"spaceship-titanic\", \"submission_path\": \"submission.csv\"}}",
            arguments.submission.display()
        )));
    }
    std::fs::create_dir_all(&arguments.output_dir)
        .with_context(|| format!("--output-dir {}", arguments.output_dir.display()))
        .map_err(Failure::Call)?;
    let log = arguments.operator_log.as_deref().map(open_log).transpose()?.map(Mutex::new);
    let registry = surroundings.registry()?;
    let data_dir = arguments.data_dir.path()?;
    let list_dir = arguments.submission.parent().unwrap_or(Path::new(""));
    let uses = surroundings.uses(Purpose::Grade)?;
    let lock = arguments.lock.lock()?;
    let batch =
        Batch { registry: &registry, data_dir: &data_dir, list_dir, limits: &limits, uses: uses.as_ref(), lock: &lock };
    surroundings.confine(Access {
        read: batch.files(&entries),
        write: vec![arguments.output_dir.clone()],
        start_itself: false,
    })?;
    let graders = surroundings.graders()?;
    let mut places = surroundings.places();
    places.extend([("--data-dir", Some(data_dir.clone())), ("the list's folder", Some(list_dir.to_owned()))]);
    let run = Run::new(sha256(&list), places).map_err(Failure::program)?;
    let (journal, finished) = journal(arguments, &run)?;

    let progress = progress(entries.len());
    progress.inc(finished.len() as u64);
    let done = |entry: usize, graded: &Graded| {
        progress.inc(1);
        if let Some(Err(error)) = journal.as_ref().map(|journal| journal.add(entry, &graded.report)) {
            output::message(&format!("warning: this entry is lost if the run is interrupted: {error}"));
        }
        if let Some(log) = &log {
            write_note(log, graded);
        }
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads.unwrap_or(0))
        .build()
        .map_err(Failure::program)?;
    let graded = pool.install(|| batch.grade(&graders, &entries, &finished, done));
    progress.finish_and_clear();

    let slowest = slowest(&graded, arguments.slowest);
    let reports = graded.into_iter().map(|graded| graded.report).collect();
    let (reports, anchor) = match &uses {
        Some(uses) => uses.settled(reports),
        None => (reports, None),
    };
    let settled = uses.is_none() || anchor.is_some();
    let report = BatchReport::new(reports).anchored(anchor);
    let path = report
        .write(&arguments.output_dir, chrono::Utc::now())
        .with_context(|| format!("the report cannot be written to {}", arguments.output_dir.display()))
        .map_err(Failure::Program)?;
    // The journal is kept if the log of uses failed, so that `--resume` need not grade again.
    if let Some(Err(error)) = journal.filter(|_| settled).map(Journal::remove) {
        output::message(&format!("warning: the journal of this run cannot be removed: {error}"));
    }
    output::message(&format!("{slowest}{}", summary(&report, &path)));
    Ok(if not_graded(&report) == 0 { Ended::Fine } else { Ended::AtFault })
}

/// The journal, if this run can have one, and the entries that an interrupted run left finished.
fn journal(arguments: &Arguments, run: &Run) -> Result<(Option<Journal>, HashMap<usize, Report>), Failure> {
    let folder = &arguments.output_dir;
    let opened = Journal::open(folder, run, arguments.resume)
        .with_context(|| format!("the journal in {}", folder.display()))
        .map_err(Failure::Program)?;
    let unavailable = match opened {
        Opened::Ready(journal, finished) => return Ok((Some(journal), finished)),
        Opened::Other(why) => {
            return Err(Failure::Call(anyhow::anyhow!("--resume: {why}; start without --resume")));
        }
        Opened::Busy => format!("another process grades this list into {}", folder.display()),
        Opened::Unlockable(error) => format!("the journal in {} cannot be locked ({error})", folder.display()),
    };
    if arguments.resume {
        return Err(Failure::Call(anyhow::anyhow!("--resume: {unavailable}")));
    }
    output::message(&format!("{unavailable}: if this run is interrupted, it cannot be resumed"));
    Ok((None, HashMap::new()))
}

/// How many entries have neither a score nor a refusal.
fn not_graded(report: &BatchReport) -> usize {
    let graded = |outcome| matches!(outcome, Outcome::Scored | Outcome::InvalidSubmission);
    report.competition_reports.iter().filter(|report| !graded(report.outcome)).count()
}

fn progress(entries: usize) -> ProgressBar {
    // It draws on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(entries as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} submissions, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// A line for each of the gradings that took longest.
fn slowest(graded: &[Graded], count: usize) -> String {
    let mut graded: Vec<&Graded> = graded.iter().collect();
    graded.sort_by_key(|graded| std::cmp::Reverse(graded.took));
    let lines = graded.into_iter().take(count).map(|Graded { report, took, .. }| {
        let competition = listed(report.competition_id.as_deref().unwrap_or_default());
        format!("{:>8.1} ms  {competition}  {}\n", took.as_secs_f64() * 1e3, listed(&report.submission_path))
    });
    lines.collect()
}

fn summary(report: &BatchReport, path: &Path) -> String {
    let not_graded = not_graded(report);
    let mut text = format!(
        "{}: {} valid, {} ({} gold, {} silver, {} bronze), {} above the median",
        counted(report.total_runs, "submission", "submissions"),
        report.total_valid_submissions,
        counted(report.total_medals, "medal", "medals"),
        report.total_gold_medals,
        report.total_silver_medals,
        report.total_bronze_medals,
        report.total_above_median,
    );
    if not_graded > 0 {
        text += &format!(", {not_graded} could not be graded (the report says why)");
    }
    if report.total_outside_lock > 0 {
        text += &format!(", {} with what is not in the lock (`outside_lock` names it)", report.total_outside_lock);
    }
    text + &format!("\nreport: {}", path.display())
}

fn open_log(path: &Path) -> Result<std::fs::File, Failure> {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("--operator-log {}", path.display()))
        .map_err(Failure::Call)
}

fn write_note(log: &Mutex<std::fs::File>, graded: &Graded) {
    let Operator { note, details } = &graded.operator;
    if note.is_none() && details.is_empty() {
        return;
    }
    // JSON has no NaN and no infinity: such a figure is written as null.
    let details: serde_json::Map<_, _> =
        details.iter().map(|detail| (detail.name.clone(), detail.value.into())).collect();
    let line = serde_json::json!({
        "competition_id": graded.report.competition_id,
        "submission_path": graded.report.submission_path,
        "outcome": graded.report.outcome,
        "grader": note,
        "details": details,
    });
    let mut log = log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Err(error) = log.write_all(format!("{line}\n").as_bytes()) {
        output::message(&format!("warning: the operator's log cannot be written: {error}"));
    }
}
