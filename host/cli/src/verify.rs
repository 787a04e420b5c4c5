//! `assay verify`: does a report hold?

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use anyhow::Context;
use assay::list::{Entry, entries};
use assay::verify::{Claims, Difference, Form, differences, is_refused, lacks, parse};
use assay::{BatchOptions, Bootstrap};
use assay_evidence::access_log::{self, AccessLogError, Purpose};
use assay_tables::read::{self, Folders};
use assay_types::excerpt::{excerpt, listed};
use assay_types::report::{ListReceipt, Report, Reported};
use assay_types::{counted, sha256};
use clap::Args;
use serde::Serialize;

use super::global::{Compiled, GlobalArguments, Needs};
use super::grade::files;
use super::inputs::{InputArguments, Inputs};
use super::output::{self, Format};
use super::{Ended, Failure};

/// Grade what a report is on again, and compare every byte but the times: scores, refusals, digests, sums, the list, the log of uses.
///
/// The exit code is 0 if everything is the same, and 1 if something differs or could not be looked at. Reports of the reference and of older
/// schemas are compared as far as they go, and a message says what they lack. Graders are compiled anew.
#[derive(Args)]
pub(super) struct Arguments {
    /// A report that `assay grade` or the reference wrote, or `assay grade-sample` printed as JSON.
    report: PathBuf,
    #[command(flatten)]
    inputs: InputArguments,
    /// Where submissions are looked up that are not in the working directory [default: the report's folder].
    #[arg(long, value_name = "DIR")]
    submissions: Option<PathBuf>,
    /// The list that the report is on [default: as the report names it, looked up as submissions are].
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// The form of the result [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// What came of it.
#[derive(Serialize)]
struct Verdict {
    /// True if nothing differs.
    holds: bool,
    /// The form that the report has.
    verified_as: String,
    /// How many entries it has.
    entries: usize,
    differing: Vec<Differing>,
}

/// An entry that differs.
#[derive(Serialize)]
struct Differing {
    /// Its place in the report, from 1; none for what is said of all entries.
    entry: Option<usize>,
    competition_id: Option<String>,
    submission_path: Option<String>,
    differences: Vec<Difference>,
}

/// An entry graded again.
struct Again {
    report: Report,
    fuel: Option<u64>,
}

/// What the report says of the whole, held against what is there.
struct Whole {
    /// What is to be graded again.
    entries: Vec<Entry>,
    differences: Vec<Difference>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let limits = read::Limits::default();
    let named = || format!("{}", arguments.report.display());
    let text = read::load(&arguments.report, &limits).with_context(named).map_err(Failure::Call)?;
    let claims = parse(&text).with_context(|| format!("{} is no report", named())).map_err(Failure::Call)?;
    drop(text);
    output::message(&format!("{}: verified as {}", named(), claims.form));
    let mut competitions = global.competitions()?;
    let folder = arguments.report.parent().unwrap_or(Path::new(""));
    let inputs = arguments.inputs.open(Some(arguments.submissions.as_deref().unwrap_or(folder)))?;
    let Inputs { data, mut folders, lock } = inputs;
    let Some(Whole { entries, mut differences }) = whole(&claims, arguments, &mut folders)? else {
        return Ok(Ended::AtFault);
    };
    match log(&claims, global)? {
        Some(found) => differences.extend(found),
        None => return Ok(Ended::AtFault),
    }
    let ids = entries.iter().filter_map(Entry::competition_id);
    arguments.inputs.leaderboards.used_by(&mut competitions, ids, &data)?;
    let access = files(&entries, &competitions, &data, &folders);
    let needs = Needs { competitions, graders: Compiled::Anew, access, uses_answers: true };
    let assay = global.service(needs, |builder| builder.answers(data).folders(folders).lock(lock))?;
    let options = BatchOptions { purpose: Purpose::Verify, bootstrap: bootstrap(&claims), ..BatchOptions::default() };
    let mut again: Vec<(usize, Again)> = assay
        .batch(entries.into_iter().enumerate().collect::<Vec<_>>(), &options)
        .map_err(Failure::program)?
        .map(|(number, graded)| {
            let fuel = graded.operator().fuel;
            (number, Again { report: graded.into_recorded().into_report(), fuel })
        })
        .collect();
    again.sort_by_key(|(number, _)| *number);
    let again: Vec<Again> = again.into_iter().map(|(_, again)| again).collect();
    assay.sync().map_err(Failure::program)?;

    let differing = differing(&claims, differences, &again).map_err(Failure::program)?;
    let verdict = Verdict {
        holds: differing.is_empty(),
        verified_as: claims.form.to_string(),
        entries: claims.entries.len(),
        differing,
    };
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&verdict)?,
        Format::Table => output::text(&shown(&verdict))?,
    }
    for note in notes(&claims, &again) {
        output::message(&note);
    }
    let outside = again.iter().filter(|again| !again.report.outside_lock.is_empty()).count();
    if outside > 0 {
        let entries = counted(outside, "entry was", "entries were");
        output::message(&format!("{entries} graded again with what is not in the lock"));
    }
    Ok(if verdict.holds { Ended::Fine } else { Ended::AtFault })
}

/// The bootstrap that the report has, so that it is drawn again. All entries of a report have one and the same.
fn bootstrap(claims: &Claims) -> Option<Bootstrap> {
    let claimed = claims.entries.iter().find_map(|entry| entry.bootstrap.as_ref())?;
    let (replicates, threads) = (NonZero::new(claimed.draws)?, NonZero::<usize>::MIN);
    output::message(&format!("the report has a bootstrap of {replicates} draws an entry, which are drawn again"));
    Some(Bootstrap { replicates, seed: claimed.seed, threads })
}

/// Holds the report against its list. Where there is one, it is what is graded again, so that no entry can be left out, added or moved.
/// None if it is not there, which is said.
fn whole(claims: &Claims, arguments: &Arguments, folders: &mut Folders) -> Result<Option<Whole>, Failure> {
    let limits = read::Limits::default();
    let bytes = match (&arguments.list, &claims.list) {
        (Some(file), _) => {
            let named = || format!("--list {}", file.display());
            read::load(file, &limits).with_context(named).map_err(Failure::Call)?
        }
        (None, Some(list)) => {
            let path = Path::new(&list.path);
            match folders.open(path).and_then(|file| file.read(&limits)) {
                Ok(bytes) => bytes,
                Err(error) => {
                    let path = excerpt(&list.path);
                    output::message(&format!(
                        "not verified: the report's list {path}: {error}; name it by --list FILE"
                    ));
                    return Ok(None);
                }
            }
        }
        (None, None) if claims.totals.is_some() && matches!(claims.form, Form::Current | Form::Older(2..)) => {
            output::message("not verified: the report does not name its list; name it by --list FILE");
            return Ok(None);
        }
        (None, None) => return Ok(Some(Whole { entries: claims.to_grade(), differences: Vec::new() })),
    };
    let found = sha256(&bytes);
    if let Some(ListReceipt { sha256: reported, .. }) = claims.list.as_ref().filter(|list| list.sha256 != found) {
        let difference =
            Difference { field: "list.sha256".into(), reported: reported.clone().into(), found: found.into() };
        return Ok(Some(Whole { entries: claims.to_grade(), differences: vec![difference] }));
    }
    let entries = entries(&bytes);
    let mut differences = Vec::new();
    if entries.len() != claims.entries.len() {
        let (reported, found) = (claims.entries.len().into(), entries.len().into());
        differences.push(Difference { field: "competition_reports.length".into(), reported, found });
    }
    // Its submissions may be beside it.
    let list = arguments.list.as_deref().or(claims.list.as_ref().map(|list| Path::new(&list.path)));
    let beside = list.map(|list| folders.find(list)).and_then(|list| list.parent().map(Path::to_owned));
    if let Some(beside) = beside.filter(|_| arguments.submissions.is_none()) {
        folders.add_second(beside);
    }
    Ok(Some(Whole { entries, differences }))
}

/// Holds the report against the log of uses that it knows a state of. None if nobody says where that is, which is said.
fn log(claims: &Claims, global: &GlobalArguments) -> Result<Option<Vec<Difference>>, Failure> {
    let Some(anchor) = &claims.use_log else { return Ok(Some(Vec::new())) };
    let Some(path) = global.use_log() else {
        output::message(
            "not verified: the report is on record in a log of uses; name it by --use-log FILE, or ASSAY_USE_LOG",
        );
        return Ok(None);
    };
    let differs = |found: String| {
        let reported = serde_json::to_value(anchor).map_err(Failure::program)?;
        Ok(Some(vec![Difference { field: "use_log".into(), reported, found: found.into() }]))
    };
    match access_log::verify_uses(path, anchor, &claims.entries) {
        Ok(missing) => match missing.first() {
            None => Ok(Some(Vec::new())),
            Some(first) => differs(format!(
                "no use of the answers for entry {} is on record, nor for {} others",
                first + 1,
                missing.len() - 1
            )),
        },
        Err(error @ AccessLogError::Broken { .. }) => differs(error.to_string()),
        Err(error) => Err(Failure::call(error)),
    }
}

/// The entries that differ, and what differs of the whole.
fn differing(
    claims: &Claims,
    mut whole: Vec<Difference>,
    again: &[Again],
) -> Result<Vec<Differing>, serde_json::Error> {
    let entry = |(index, (reported, again)): (usize, (&Reported, &Again))| {
        Ok(Differing {
            entry: Some(index + 1),
            competition_id: reported.competition_id.clone(),
            submission_path: Some(reported.submission_path.clone()),
            differences: differences(reported, &again.report, again.fuel)?,
        })
    };
    whole.extend(claims.wrong_totals()?);
    let whole = Differing { entry: None, competition_id: None, submission_path: None, differences: whole };
    let differs = |entry: &Result<Differing, _>| entry.as_ref().map_or(true, |entry| !entry.differences.is_empty());
    claims.entries.iter().zip(again).enumerate().map(entry).chain([Ok(whole)]).filter(differs).collect()
}

/// What was not compared, in words.
fn notes(claims: &Claims, again: &[Again]) -> Vec<String> {
    let mut notes = Vec::new();
    let lacking: Vec<Vec<&str>> = claims.entries.iter().map(lacks).filter(|lacks| !lacks.is_empty()).collect();
    if !lacking.is_empty() {
        let fields: BTreeSet<&str> = lacking.iter().flatten().copied().collect();
        let fields = fields.into_iter().collect::<Vec<_>>().join("`, `");
        notes.push(format!("{} entries lack fields that were not compared therefore: `{fields}`", lacking.len()));
    }
    let refused =
        claims.entries.iter().zip(again).filter(|(reported, again)| is_refused(reported, &again.report)).count();
    if refused > 0 {
        notes.push(format!(
            "{refused} entries have a score that is not finite, which the reference counts as one: `score` and \
             `valid_submission` were not compared, since such a submission is refused here"
        ));
    }
    notes
}

fn shown(verdict: &Verdict) -> String {
    let mut text = String::new();
    let mut same = verdict.entries;
    for Differing { entry, competition_id, submission_path, differences } in &verdict.differing {
        match entry {
            Some(entry) => {
                same -= 1;
                let competition = listed(competition_id.as_deref().unwrap_or_default());
                let path = listed(submission_path.as_deref().unwrap_or_default());
                text += &format!("entry {entry}: {competition} {path}\n");
            }
            None => text += "of all entries:\n",
        }
        for difference in differences {
            text += &format!("  {difference}\n");
        }
    }
    let all = counted(verdict.entries, "entry is", "entries are");
    text + &format!("{same} of {all} the same, bit for bit")
}
