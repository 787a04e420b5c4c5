//! A batch that is killed at any moment: no report is torn, what was finished is taken over, and the log of uses holds.
//!
//! `ASSAY_KILLS=200` kills so many times; without it a few do. `--nocapture` shows what was met.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assay_evidence::access_log::verify;
use assay_tests::cases::Cases;
use assay_tests::{Failure, assay};
use assay_types::report::{BatchReport, Report};

/// How many kills an ordinary run of the tests makes.
const KILLS: u32 = 20;

fn grade(list: &Path, cases: &Cases, folder: &Path, resume: bool) -> Result<Command, Failure> {
    let mut command = assay()?;
    command.arg("grade").arg("--submission").arg(list).arg("--data-dir").arg(cases.data());
    command.arg("--output-dir").arg(folder.join("out")).arg("--use-log").arg(folder.join("uses.jsonl"));
    command.args(["--threads", "2"]).stdout(Stdio::null()).stderr(Stdio::null());
    if resume {
        command.arg("--resume");
    }
    Ok(command)
}

/// The reports in a folder: each of them whole, or this fails.
fn reports(folder: &Path) -> Result<Vec<BatchReport>, Failure> {
    let mut reports = Vec::new();
    for entry in std::fs::read_dir(folder.join("out")).into_iter().flatten() {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            reports.push(serde_json::from_slice(&std::fs::read(path)?)?);
        }
    }
    Ok(reports)
}

struct Journal {
    /// The whole lines, but for the first.
    entries: Vec<String>,
    /// True if the last line is not whole.
    torn: bool,
}

/// A run's journal, if there is one.
fn journal(folder: &Path) -> Result<Option<Journal>, Failure> {
    for entry in std::fs::read_dir(folder.join("out")).into_iter().flatten() {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".partial.jsonl") {
            let text = std::fs::read_to_string(path)?;
            let (whole, rest) = text.split_at(text.rfind('\n').map_or(0, |end| end + 1));
            let entries = whole.lines().skip(1).map(ToOwned::to_owned).collect();
            return Ok(Some(Journal { entries, torn: !rest.is_empty() }));
        }
    }
    Ok(None)
}

/// A report without its time.
fn timeless(report: &Report) -> Result<serde_json::Value, Failure> {
    let mut report = serde_json::to_value(report)?;
    report.as_object_mut().and_then(|fields| fields.remove("created_at"));
    Ok(report)
}

#[test]
fn a_killed_batch_loses_nothing() -> Result<(), Failure> {
    let kills = std::env::var("ASSAY_KILLS").ok().map_or(Ok(KILLS), |kills| kills.parse())?;
    let cases = Cases::unpack(|_| true)?;
    let all = std::fs::read_to_string(cases.jsonl())?;
    let some: Vec<&str> = all.lines().step_by(6).collect();
    // Beside the cases, as their paths are relative.
    let list = cases.folder().join("some.jsonl");
    std::fs::write(&list, some.join("\n"))?;

    // The first run may compile graders.
    assert!(grade(&list, &cases, tempfile::tempdir()?.path(), false)?.status()?.success());
    let whole = tempfile::tempdir()?;
    let start = Instant::now();
    assert!(grade(&list, &cases, whole.path(), false)?.status()?.success());
    let duration = start.elapsed();
    let expected = &reports(whole.path())?[0].competition_reports;
    assert_eq!(expected.len(), some.len());

    let mut random = fastrand::Rng::with_seed(20);
    let (mut before, mut between, mut after, mut torn, mut torn_journals) = (0, 0, 0, 0, 0);
    let mut lengths = Vec::new();
    for kill in 0..kills {
        let folder = tempfile::tempdir()?;
        let mut run = grade(&list, &cases, folder.path(), false)?.spawn()?;
        // A random moment of each of so many parts of the run.
        std::thread::sleep(duration.mul_f64((f64::from(kill) + random.f64()) / f64::from(kills) * 1.1));
        run.kill()?;
        run.wait()?;

        let early = reports(folder.path())?;
        let journaled = journal(folder.path())?.map_or_else(Vec::new, |journal| {
            torn_journals += u32::from(journal.torn);
            journal.entries
        });
        match (early.len(), journaled.len()) {
            (0, 0) => before += 1,
            (0, length) => {
                between += 1;
                lengths.push(length);
            }
            _ => after += 1,
        }
        let log = folder.path().join("uses.jsonl");
        let mut uses = 0;
        if log.exists() {
            torn += u32::from(verify(&log, &[], &[], |_| uses += 1)?.torn);
        }
        assert!(
            uses >= journaled.len(),
            "kill {kill}: {} entries are finished, but {uses} are on record",
            journaled.len()
        );

        assert!(grade(&list, &cases, folder.path(), true)?.status()?.success(), "kill {kill}");
        let resumed = reports(folder.path())?;
        for report in &resumed {
            assert_eq!(report.competition_reports.len(), expected.len());
            for (found, expected) in report.competition_reports.iter().zip(expected) {
                assert_eq!(timeless(found)?, timeless(expected)?, "kill {kill}");
            }
        }
        // What was finished was not graded again.
        let last = resumed.iter().max_by_key(|report| report.use_log.as_ref().map(|anchor| anchor.entries));
        let last = last.ok_or("no report")?;
        if early.is_empty() {
            for line in &journaled {
                let line: serde_json::Value = serde_json::from_str(line)?;
                let place = line["entry"].as_u64().and_then(|entry| usize::try_from(entry).ok()).ok_or("no entry")?;
                assert_eq!(serde_json::to_value(&last.competition_reports[place])?, line["report"], "kill {kill}");
            }
            let again = expected.len() - journaled.len();
            let anchors: Vec<_> = resumed.iter().filter_map(|report| report.use_log.clone()).collect();
            assert_eq!(anchors.len(), 1, "kill {kill}");
            let mut recorded: HashMap<(String, String), usize> = HashMap::new();
            let mut all = 0;
            verify(&log, &anchors, &[], |entry| {
                all += 1;
                *recorded.entry((entry.competition_id, entry.submission)).or_default() += 1;
            })?;
            assert_eq!(all, uses + again, "kill {kill}");
            // Each entry has a use of its own.
            for report in &last.competition_reports {
                let submission = report.receipt.as_ref().and_then(|receipt| receipt.submission.clone());
                let key = (report.competition_id.clone().unwrap_or_default(), submission.unwrap_or_default());
                let left = recorded.get_mut(&key).filter(|left| **left > 0);
                *left.ok_or_else(|| format!("kill {kill}: no use of {key:?} is on record"))? -= 1;
            }
        }
        assert!(journal(folder.path())?.is_none(), "kill {kill}: the journal is still there");
    }
    assert!(between > 0, "no kill hit a run under way");
    lengths.sort_unstable();
    println!(
        "{kills} kills within {:.0?}: {before} before the first entry was finished, {between} between, {after} after the report was \
         written; of {} entries, journals had {} to {}, {} in the median; {torn_journals} lines of journals were torn, and {torn} of logs",
        Duration::mul_f64(duration, 1.1),
        expected.len(),
        lengths[0],
        lengths[lengths.len() - 1],
        lengths[lengths.len() / 2],
    );
    Ok(())
}
