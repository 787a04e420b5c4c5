//! `assay grade`: a list of submissions.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use assay::list::{Entry, entries};
use assay::{BatchOptions, Competitions, DataDir, Graded, report_file};
use assay_confine::Access;
use assay_evidence::journal::{Journal, Opened, RunId};
use assay_evidence::key::Key;
use assay_evidence::{Recorded, Settled};
use assay_tables::read::{self, Folders, OpenFile};
use assay_types::competition::IssueKind;
use assay_types::excerpt::{listed, names};
use assay_types::report::{BatchReport, ListReceipt, Report};
use assay_types::{Edition, counted, sha256};
use clap::Args;
use directories::BaseDirs;
use indicatif::{ProgressBar, ProgressStyle};

use super::bootstrap::{BootstrapArguments, said};
use super::global::{Compiled, GlobalArguments, Needs, graders_of, may_read};
use super::inputs::{InputArguments, Inputs};
use super::interruption::Interruption;
use super::operator_log::OperatorLogArguments;
use super::output;
use super::{Ended, Failure};

/// Grade a list of submissions and write a report.
///
/// The exit code is 0 if every entry was graded, be the submission valid or not, and 1 if one could not be: an unknown competition,
/// data that are not there, a broken line, a grader that failed. The report has an entry for each, whatever happens. SIGINT and SIGTERM end
/// it with 130 and 143 and without a report; what is finished then, `--resume` takes over.
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
    inputs: InputArguments,
    /// Take over the entries that an interrupted run of the same list into the same folder finished.
    #[arg(long)]
    resume: bool,
    /// The secret that signs what `--resume` takes over: 32 random bytes in a file that only you can read, made when it is not there
    /// [default: assay/key in your data folder].
    #[arg(long, value_name = "FILE", env = "ASSAY_KEY")]
    key: Option<PathBuf>,
    /// How many gradings run at once, and on how many threads: a large submission is read by as many as are idle [default: one a core].
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Name the N gradings that took longest.
    #[arg(long, value_name = "N", default_value_t = 0)]
    slowest: usize,
    #[command(flatten)]
    bootstrap: BootstrapArguments,
    #[command(flatten)]
    operator_log: OperatorLogArguments,
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
    let mut log = arguments.operator_log.open()?;
    let key = key(arguments);
    let mut competitions = global.competitions()?;
    let list_dir = arguments.submission.parent().unwrap_or(Path::new(""));
    let Inputs { data, folders, lock } = arguments.inputs.open(Some(list_dir))?;
    let ids = entries.iter().filter_map(Entry::competition_id);
    let leaderboards = arguments.inputs.leaderboards.used_by(&mut competitions, ids, &data)?;
    // The corrected edition has no leak that is known.
    let is_reference = arguments.inputs.edition() == Edition::Reference;
    if let Some(note) = leaking(&entries, &competitions).filter(|_| is_reference) {
        output::message(&note);
    }
    let mut access = files(&entries, &competitions, &data, &folders);
    access.write_below(&arguments.output_dir);
    let graders = graders_of(&competitions, entries.iter().filter_map(Entry::competition_id));
    let needs = Needs { competitions, graders: Compiled::Ahead(graders), access, uses_answers: true };
    let assay = global.service(needs, |builder| {
        let builder = builder.answers(data.clone()).folders(folders).lock(lock);
        match arguments.threads {
            Some(threads) => builder.threads(threads),
            None => builder,
        }
    })?;
    let mut places = global.places();
    places.extend([("--data-dir", Some(data.folder().to_owned())), ("the list's folder", Some(list_dir.to_owned()))]);
    let list = ListReceipt { path: arguments.submission.display().to_string(), sha256: sha256(&list) };
    let settings = vec![("leaderboards", leaderboards), ("--bootstrap", arguments.bootstrap.told())];
    let run = RunId::new(list.sha256.clone(), places, settings).map_err(Failure::program)?;
    let (journal, finished) = journal(arguments, &run, key)?;

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
    let interruption = Interruption::awaited().context("signals").map_err(Failure::Program)?;
    let threads = arguments.threads.map(NonZero::get);
    // Entries have a thread each, so that there are none left for the draws of one.
    let bootstrap = arguments.bootstrap.asked(Some(NonZero::<usize>::MIN));
    let options = BatchOptions { threads, cancel: interruption.cancel(), bootstrap, ..BatchOptions::default() };
    for (number, graded) in assay.batch(waiting, &options).map_err(Failure::program)? {
        // An entry that was stopped is told neither now nor later; a batch that goes on grades it.
        if interruption.code().is_some() && !graded.report().outcome.is_verdict() {
            continue;
        }
        progress.inc(1);
        if let Some(Err(error)) = journal.as_ref().map(|journal| journal.add(number, graded.recorded())) {
            output::message(&format!("warning: this entry is lost if the run is interrupted: {error}"));
        }
        if let Some(log) = &mut log {
            log.add(Some(number + 1), &graded);
        }
        if let Some(bootstrap) = &graded.report().bootstrap {
            output::message(&format!("entry {}: {}", number + 1, said(bootstrap)));
        }
        slowest.add(&graded);
        if let Some(place) = reports.get_mut(number) {
            *place = Some(graded.into_recorded());
        }
    }
    progress.finish_and_clear();
    let finished = reports.iter().flatten().count();
    if let Some(code) = interruption.code().filter(|_| finished < reports.len()) {
        let all = counted(reports.len(), "entry", "entries");
        let rest = match journal {
            Some(_) => "they are kept: the same command with `--resume` goes on",
            None => "they are lost, since this run has no journal: start it anew",
        };
        output::message(&format!("interrupted: {finished} of {all} finished, and no report is written; {rest}"));
        return Ok(Ended::Interrupted(code));
    }

    let Settled { reports, anchor, lost } = assay.settle(reports.into_iter().flatten().collect());
    let report = BatchReport::new(reports, Some(list)).anchored(anchor);
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
///
/// A submission is opened here, and once more when it is graded: a list may have more of them than a process may hold open. The rule is on
/// the file that was opened here, so that under its path nothing else can be read then.
pub(super) fn files(entries: &[Entry], competitions: &Competitions, data: &DataDir, folders: &Folders) -> Access {
    let mut access = Access::none();
    for path in entries.iter().filter_map(Entry::path) {
        may_read(&mut access, folders.open(path));
    }
    let ids: BTreeSet<&str> = entries.iter().filter_map(Entry::competition_id).collect();
    for competition in ids.into_iter().filter_map(|id| competitions.get(id).ok()) {
        may_read(&mut access, OpenFile::open(&data.answers_file(&competition)));
        may_read(&mut access, OpenFile::open(&data.manifest_file(&competition)));
    }
    access
}

/// Which competitions of a list are known to leak their answers to participants.
fn leaking(entries: &[Entry], competitions: &Competitions) -> Option<String> {
    let ids: BTreeSet<&str> = entries.iter().filter_map(Entry::competition_id).collect();
    let leaks = |id: &&str| {
        let competition = competitions.get(id).ok();
        competition.is_some_and(|competition| competition.issues.iter().any(|issue| issue.kind == IssueKind::Leak))
    };
    let leaking: Vec<&str> = ids.into_iter().filter(leaks).collect();
    let hint = "`assay competitions show ID` says how, `assay aggregate --exclude-known-leaks` leaves them out";
    (!leaking.is_empty()).then(|| format!("note: known to leak answers to participants: {}; {hint}", names(&leaking)))
}

/// The operator's key, or why there is none. It is read while the program may still read it.
fn key(arguments: &Arguments) -> Result<Key, String> {
    let ours = || BaseDirs::new().map(|folders| folders.data_local_dir().join("assay/key"));
    let Some(path) = arguments.key.clone().or_else(ours) else {
        return Err("there is no home folder to keep a key in: name one by --key".into());
    };
    Key::open(&path).map_err(|error| format!("the key {}: {error}", path.display()))
}

/// The journal, if this run can have one, and the entries that an interrupted run left finished.
fn journal(
    arguments: &Arguments,
    run: &RunId,
    key: Result<Key, String>,
) -> Result<(Option<Journal>, HashMap<usize, Report>), Failure> {
    let folder = arguments.output_dir.display();
    let unavailable = match key.map(|key| Journal::open(&arguments.output_dir, run, key, arguments.resume)) {
        Ok(Ok(Opened::Ready(journal, finished))) => return Ok((Some(journal), finished)),
        Ok(Ok(Opened::Other(why))) => {
            return Err(Failure::Call(anyhow::anyhow!(
                "--resume: {why}; start without --resume, or name the key of that run by --key"
            )));
        }
        Ok(Ok(Opened::Busy)) => format!("another process grades this list into {folder}"),
        Ok(Ok(Opened::Unlockable(error))) => format!("the journal in {folder} cannot be locked ({error})"),
        Ok(Err(error)) => format!("the journal {}: {error}", run.journal(&arguments.output_dir).display()),
        Err(error) => error,
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
        counted(report.totals.total_runs, "submission", "submissions"),
        report.totals.total_valid_submissions,
        counted(report.totals.total_medals, "medal", "medals"),
        report.totals.total_gold_medals,
        report.totals.total_silver_medals,
        report.totals.total_bronze_medals,
        report.totals.total_above_median,
    );
    if not_graded > 0 {
        text += &format!(", {not_graded} could not be graded (the report says why)");
    }
    let outside = report.totals.total_outside_lock.unwrap_or_default();
    if outside > 0 {
        text += &format!(", {} with what is not in the lock (`outside_lock` names it)", outside);
    }
    text + &format!("\nreport: {}", path.display())
}
