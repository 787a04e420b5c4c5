//! Any number of threads, on any number of cores: a batch ends, and its report is the same.

use std::path::{Path, PathBuf};

use assay::Competitions;
use assay_tests::cases::{Case, Cases};
use assay_tests::{Failure, assay, harmless};
use serde_json::Value;

/// More threads than there are cores.
const MANY: usize = 24;

/// More threads than graders may run at once.
const TOO_MANY: usize = 96;

/// How often a batch is started that has to compile its graders. A quarter of such batches once held themselves up.
const COLD_RUNS: usize = 50;

/// The graders that are compiled soonest, so that most of a run is compiling side by side.
const SMALL: [&str; 8] = [
    "kl-divergence",
    "log-loss",
    "mean-angular-error",
    "pearson-correlation",
    "probabilistic-f1",
    "root-mean-squared-error",
    "root-mean-squared-log-error",
    "weighted-roc-auc",
];

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
fn reports(list: &Path, data: &Path, cache: &Path, threads: usize) -> Result<Vec<Value>, Failure> {
    let out = tempfile::tempdir()?;
    let mut command = assay()?;
    command.arg("grade").arg("--submission").arg(list).arg("--data-dir").arg(data);
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

/// Where there is no cache, graders are compiled when they are first needed, by whichever threads: that holds nothing up.
#[test]
fn cold_runs_end() -> Result<(), Failure> {
    let (cases, registry) = (Cases::unpack(|_| true)?, Competitions::built_in());
    let small = |id: &str| registry.get(id).is_ok_and(|of| SMALL.contains(&of.grader.component.as_str()));
    let list = list(&cases, |place, case| place % 8 == 0 && small(&case.competition_id))?;
    let mut first = None;
    for run in 1..=COLD_RUNS {
        // A folder that others may write to is none.
        let cache = tempfile::tempdir()?;
        std::fs::set_permissions(cache.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777))?;
        let run = format!("run {run}");
        let found = reports(&list, &cases.data(), cache.path(), MANY).map_err(|error| format!("{run}: {error}"))?;
        equal(&found, first.get_or_insert_with(|| found.clone()), &run);
        assert_eq!(std::fs::read_dir(cache.path())?.count(), 0, "{run}: components in the cache");
    }
    Ok(())
}

#[test]
fn the_number_of_threads_changes_nothing() -> Result<(), Failure> {
    let (cases, cache) = (Cases::unpack(|_| true)?, tempfile::tempdir()?);
    // Some of each competition.
    let list = list(&cases, |place, _| place % 16 == 0)?;
    let expected = reports(&list, &cases.data(), cache.path(), 1)?;
    for threads in [2, 12, TOO_MANY] {
        equal(&reports(&list, &cases.data(), cache.path(), threads)?, &expected, &format!("{threads} threads"));
    }
    Ok(())
}

/// Where all threads are in the midst of a grading, none fails for want of a place to run in.
#[test]
fn more_threads_than_graders_may_run_at_once() -> Result<(), Failure> {
    const COMPETITION: &str = "bms-molecular-translation";
    /// The time that a distance takes grows with the square of this: a grading lasts longer than a thread's turn.
    const CHARACTERS: usize = 4000;
    let folder = tempfile::tempdir()?;
    let file = |name: &str, letter: &str| -> Result<(), Failure> {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        Ok(std::fs::write(path, format!("image_id,InChI\n1,{}\n", letter.repeat(CHARACTERS)))?)
    };
    file(&format!("{COMPETITION}/prepared/private/test.csv"), "a")?;
    file("submission.csv", "b")?;
    let list = folder.path().join("list.jsonl");
    let entry = format!("{{\"competition_id\": \"{COMPETITION}\", \"submission_path\": \"submission.csv\"}}\n");
    std::fs::write(&list, entry.repeat(300))?;
    let found = reports(&list, folder.path(), &folder.path().join("cache"), TOO_MANY)?;
    let scored = found.iter().filter(|report| report["score_exact"].as_f64() == Some(CHARACTERS as f64)).count();
    assert_eq!(scored, 300, "{}", found[found.len() - 2]);
    Ok(())
}
