//! `assay grade`: a list of submissions.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use assay::list::{Entry, entries};
use assay::{BatchOptions, Competitions, DataDir, Graded, Operator, report_file};
use assay_confine::Access;
use assay_evidence::journal::{Journal, Opened, RunId};
use assay_evidence::{Recorded, Settled};
use assay_tables::read::{self, Folders};
use assay_types::excerpt::listed;
use assay_types::report::{BatchReport, Report};
use assay_types::{counted, sha256};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::global::{DataArguments, GlobalArguments, Needs, graders_of};
use super::links::LinkArguments;
use super::lock::Against;
use super::output;
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
    data: DataArguments,
    #[command(flatten)]
    links: LinkArguments,
    /// Take over the entries that an interrupted run of the same list into the same folder finished.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    lock: Against,
    /// How many gradings run at once [default: one a core].
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Name the N gradings that took longest.
    #[arg(long, value_name = "N", default_value_t = 0)]
    slowest: usize,
    /// A file to which what graders said beside the answers is added, as JSON lines: reasons, and figures beside the score. It may tell
    /// of the answers.
    #[arg(long, value_name = "FILE")]
    operator_log: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
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
    let log = arguments.operator_log.as_deref().map(open_log).transpose()?;
    let competitions = global.competitions()?;
    let data = arguments.data.open()?;
    let list_dir = arguments.submission.parent().unwrap_or(Path::new(""));
    let folders = arguments.links.folders(Some(list_dir))?;
    let lock = arguments.lock.lock()?;
    let read = files(&entries, &competitions, &data, &folders);
    let access = Access { read, write: vec![arguments.output_dir.clone()], start_itself: false };
    global.compile_ahead(graders_of(&competitions, entries.iter().filter_map(Entry::competition_id)))?;
    let needs = Needs { competitions, access, uses_answers: true };
    let assay = global.service(needs, |builder| builder.answers(data.clone()).folders(folders).lock(lock))?;
    let mut places = global.places();
    places.extend([("--data-dir", Some(data.folder().to_owned())), ("the list's folder", Some(list_dir.to_owned()))]);
    let run = RunId::new(sha256(&list), places).map_err(Failure::program)?;
    let (journal, finished) = journal(arguments, &run)?;

    let progress = progress(entries.len());
    progress.inc(finished.len() as u64);
    let mut reports: Vec<Option<Recorded>> = vec![None; entries.len()];
    let mut slowest = Slowest::new(arguments.slowest);
    let waiting: Vec<(usize, Entry)> =
        entries.into_iter().enumerate().filter(|(number, _)| !finished.contains_key(number)).collect();
    for (number, report) in finished {
        if let Some(place) = reports.get_mut(number) {
            *place = Some(assay.resumed(report));
        }
    }
    let options = BatchOptions { threads: arguments.threads.map(NonZero::get), ..BatchOptions::default() };
    for (number, graded) in assay.batch(waiting, &options).map_err(Failure::program)? {
        progress.inc(1);
        if let Some(Err(error)) = journal.as_ref().map(|journal| journal.add(number, graded.recorded())) {
            output::message(&format!("warning: this entry is lost if the run is interrupted: {error}"));
        }
        if let Some(log) = &log {
            write_note(log, &graded);
        }
        slowest.add(&graded);
        if let Some(place) = reports.get_mut(number) {
            *place = Some(graded.into_recorded());
        }
    }
    progress.finish_and_clear();

    let Settled { reports, anchor, lost } = assay.settle(reports.into_iter().flatten().collect());
    let report = BatchReport::new(reports).anchored(anchor);
    let path = report_file::write(&report, &arguments.output_dir, chrono::Utc::now())
        .with_context(|| format!("the report cannot be written to {}", arguments.output_dir.display()))
        .map_err(Failure::Program)?;
    // The journal is kept if the log of uses failed, so that `--resume` need not grade again.
    if let Some(Err(error)) = journal.filter(|_| !lost).map(Journal::remove) {
        output::message(&format!("warning: the journal of this run cannot be removed: {error}"));
    }
    output::message(&format!("{}{}", slowest.lines(), summary(&report, &path)));
    Ok(if not_graded(&report) == 0 { Ended::Fine } else { Ended::AtFault })
}

/// The files that grading these entries reads: submissions that can be opened, and the answers of their competitions.
pub(super) fn files(entries: &[Entry], competitions: &Competitions, data: &DataDir, folders: &Folders) -> Vec<PathBuf> {
    let ids: BTreeSet<&str> = entries.iter().filter_map(Entry::competition_id).collect();
    let answers = ids.into_iter().filter_map(|id| competitions.get(id).ok());
    let submissions = entries.iter().filter_map(Entry::path).filter(|path| folders.open(path).is_ok());
    submissions
        .map(|path| folders.find(path))
        .chain(answers.map(|competition| data.answers_file(&competition)))
        .collect()
}

/// The journal, if this run can have one, and the entries that an interrupted run left finished.
fn journal(arguments: &Arguments, run: &RunId) -> Result<(Option<Journal>, HashMap<usize, Report>), Failure> {
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
    report.competition_reports.iter().filter(|report| !report.outcome.is_verdict()).count()
}

fn progress(entries: usize) -> ProgressBar {
    // It draws on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(entries as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} submissions, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// The gradings that took longest.
struct Slowest {
    count: usize,
    lines: Vec<(Duration, String)>,
}

impl Slowest {
    fn new(count: usize) -> Self {
        Slowest { count, lines: Vec::new() }
    }

    fn add(&mut self, graded: &Graded) {
        let took = graded.took();
        let place = self.lines.partition_point(|(other, _)| *other >= took);
        if place < self.count {
            let report = graded.report();
            let competition = listed(report.competition_id.as_deref().unwrap_or_default());
            let path = listed(&report.submission_path);
            let line = format!("{:>8.1} ms  {competition}  {path}\n", took.as_secs_f64() * 1e3);
            self.lines.insert(place, (took, line));
            self.lines.truncate(self.count);
        }
    }

    fn lines(&self) -> String {
        self.lines.iter().map(|(_, line)| line.as_str()).collect()
    }
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

fn write_note(mut log: &std::fs::File, graded: &Graded) {
    let Operator { note, details } = graded.operator();
    if note.is_none() && details.is_empty() {
        return;
    }
    let report = graded.report();
    // JSON has no NaN and no infinity: such a figure is written as null.
    let details: serde_json::Map<_, _> =
        details.iter().map(|detail| (detail.name.clone(), detail.value.into())).collect();
    let line = serde_json::json!({
        "competition_id": report.competition_id,
        "submission_path": report.submission_path,
        "outcome": report.outcome,
        "grader": note,
        "details": details,
    });
    if let Err(error) = log.write_all(format!("{line}\n").as_bytes()) {
        output::message(&format!("warning: the operator's log cannot be written: {error}"));
    }
}
