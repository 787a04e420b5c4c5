//! Any number of threads, on any number of cores: a batch ends, and its report is the same.

use std::path::{Path, PathBuf};

use assay_tests::cases::{Case, Cases};
use assay_tests::{Failure, assay, harmless};
use serde_json::Value;

/// More threads than most machines have cores.
const MANY: usize = 12;

/// More threads than graders may run at once.
const TOO_MANY: usize = 96;

/// How often a batch is started that has to compile its graders.
const COLD_RUNS: usize = 50;

/// A list of those cases that pass, by their place in the list of all.
fn list(cases: &Cases, wanted: impl Fn(usize, &Case) -> bool) -> Result<PathBuf, Failure> {
    let all = std::fs::read_to_string(cases.jsonl())?;
    let lines = all.lines().zip(&cases.list).enumerate();
    let some: Vec<&str> = lines.filter(|(place, (_, case))| wanted(*place, case)).map(|(_, (line, _))| line).collect();
    // Beside the cases, as their paths are relative.
    let path = cases.folder().join("some.jsonl");
    std::fs::write(&path, some.join("\n"))?;
    Ok(path)
}

/// What a batch reports, but for when. It fails if the run does not end.
fn reports(cases: &Cases, list: &Path, cache: &Path, threads: usize) -> Result<Vec<Value>, Failure> {
    let out = tempfile::tempdir()?;
    let mut command = assay()?;
    command.arg("grade").arg("--submission").arg(list).arg("--data-dir").arg(cases.data());
    command.arg("--output-dir").arg(out.path()).arg("--cache-dir").arg(cache);
    let run = harmless::run(command.args(["--threads", &threads.to_string()]))?;
    let file = std::fs::read_dir(&out)?.next().ok_or(run.stderr)??;
    let mut report: Value = serde_json::from_slice(&std::fs::read(file.path())?)?;
    let mut reports = report["competition_reports"].as_array().cloned().ok_or("no reports")?;
    for report in &mut reports {
        report.as_object_mut().and_then(|fields| fields.remove("created_at")).ok_or("no time")?;
    }
    report.as_object_mut().and_then(|fields| fields.remove("competition_reports"));
    // Sums over all entries.
    reports.push(report);
    Ok(reports)
}

/// Names the first entry that differs: all of them would be megabytes.
fn equal(found: &[Value], expected: &[Value], run: &str) {
    assert_eq!(found.len(), expected.len(), "{run}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected, "{run}");
    }
}

/// Graders are compiled when they are first needed, by whichever threads: that holds nothing up.
#[test]
fn cold_runs_end() -> Result<(), Failure> {
    let cases = Cases::unpack(|case| case == "no-final-newline")?;
    // Some graders, each waited for by many entries, beside entries that wait for none: a run of all 37 graders takes too long.
    let ids = ["aerial-cactus-identification", "spaceship-titanic", "dogs-vs-cats-redux-kernels-edition"];
    let list = list(&cases, |_, case| case.case == "no-final-newline" && ids.contains(&case.competition_id.as_str()))?;
    let some = std::fs::read_to_string(&list)?;
    let unknown = "{\"competition_id\": \"unknown\", \"submission_path\": \"a.csv\"}\n".repeat(40);
    std::fs::write(&list, format!("{some}\n{unknown}").repeat(10))?;
    let mut first = None;
    for run in 1..=COLD_RUNS {
        let cache = tempfile::tempdir()?;
        let run = format!("run {run}");
        let found = reports(&cases, &list, cache.path(), MANY).map_err(|error| format!("{run}: {error}"))?;
        equal(&found, first.get_or_insert_with(|| found.clone()), &run);
    }
    Ok(())
}

#[test]
fn the_number_of_threads_changes_nothing() -> Result<(), Failure> {
    let (cases, cache) = (Cases::unpack(|_| true)?, tempfile::tempdir()?);
    // Some of each competition.
    let list = list(&cases, |place, _| place % 16 == 0)?;
    let expected = reports(&cases, &list, cache.path(), 1)?;
    for threads in [2, MANY, TOO_MANY] {
        equal(&reports(&cases, &list, cache.path(), threads)?, &expected, &format!("{threads} threads"));
    }
    Ok(())
}
