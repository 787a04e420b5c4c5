//! A machine that gives few threads and processes: whatever that costs, nobody else is blamed for it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use assay_tests::{Failure, assay, root};
use serde_json::Value;

/// Users that have no other process, one for each test. The system counts those of a user, and root's not at all.
const FIRST: u32 = 54_321;
const SECOND: u32 = 54_322;

/// Copies what another user must be able to read.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else {
        fs::copy(from, to)?;
    }
    Ok(fs::set_permissions(to, Permissions::from_mode(0o755))?)
}

/// The program as a user who may have so many threads and processes, itself included. None: this machine, or whoever runs the tests, cannot
/// do that.
fn limited(folder: &Path, user: u32, processes: u32) -> Option<Command> {
    let user = user.to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "prlimit"]);
    command.arg(format!("--nproc={processes}")).arg("--");
    let mut tried = Command::new("setpriv");
    tried.args(["--reuid", &user, "--regid", &user, "--clear-groups", "prlimit", "--nproc=9", "--", "true"]);
    if !tried.output().is_ok_and(|run| run.status.success()) {
        return None;
    }
    command.arg(folder.join("assay")).current_dir(folder);
    Some(command)
}

fn examined(run: &Output) -> Result<String, Failure> {
    let said = String::from_utf8(run.stderr.clone())?;
    assert!(matches!(run.status.code(), Some(0 | 1 | 3)), "{}: {said}", run.status);
    assert!(!said.contains("panicked") && !said.contains("internal error"), "{said}");
    Ok(said)
}

/// One submission and a batch, by graders of the program's own and by those of others, with ever more threads and processes until there are
/// enough. Nothing ends in a panic, and nothing is the grader's fault or the call's.
#[test]
fn too_few_processes_are_the_hosts_fault() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let at = |part: &str| folder.path().join(part);
    copy(Path::new(assay()?.get_program()), &at("assay"))?;
    copy(&root().join("examples"), &at("examples"))?;
    fs::create_dir(at("graders"))?;
    fs::set_permissions(at("graders"), Permissions::from_mode(0o755))?;
    copy(&root().join("target/graders/roc-auc.wasm"), &at("graders/roc-auc.wasm"))?;
    let submission = "examples/breast-cancer-wisconsin/logistic-regression.csv";
    let entry = format!("{{\"competition_id\": \"breast-cancer-wisconsin\", \"submission_path\": \"{submission}\"}}\n");
    fs::write(at("list.jsonl"), entry.repeat(3))?;
    let common = ["--competitions", "examples", "--data-dir", "examples"];
    for graders in [&[][..], &["--graders", "graders"]] {
        let (mut failed, mut graded) = (0, 0);
        for processes in 1..=24 {
            let Some(mut sample) = limited(folder.path(), FIRST, processes) else {
                eprintln!("not tested: there is no way to limit a user's processes here");
                return Ok(());
            };
            let writable = at(&format!("{}-{processes}", graders.len()));
            fs::create_dir(&writable)?;
            std::os::unix::fs::chown(&writable, Some(FIRST), Some(FIRST))?;
            let run = sample
                .args(["grade-sample", "--format", "json", submission, "breast-cancer-wisconsin", "--cache-dir"])
                .arg(writable.join("cache"))
                .args(common)
                .args(graders)
                .output()?;
            let said = examined(&run)?;
            let report: Value = serde_json::from_slice(&run.stdout).unwrap_or_default();
            match report["outcome"].as_str() {
                Some("scored") => graded += 1,
                Some("host-fault") => failed += 1,
                None if run.status.code() == Some(3) => failed += 1,
                other => return Err(format!("{processes} processes: {other:?}: {said}").into()),
            }
            let Some(mut batch) = limited(folder.path(), FIRST, processes) else { continue };
            let run = batch
                .args(["grade", "--submission", "list.jsonl", "--threads", "2", "--output-dir"])
                .arg(writable.join("out"))
                .arg("--cache-dir")
                .arg(writable.join("cache"))
                .args(common)
                .args(graders)
                .output()?;
            let said = examined(&run)?;
            for report in fs::read_dir(writable.join("out")).into_iter().flatten().flatten() {
                let Ok(report) = serde_json::from_slice::<Value>(&fs::read(report.path())?) else { continue };
                for report in report["competition_reports"].as_array().into_iter().flatten() {
                    let outcome = report["outcome"].as_str();
                    assert!(
                        matches!(outcome, Some("scored" | "host-fault")),
                        "{processes} processes: {report}: {said}"
                    );
                }
            }
        }
        // There were both: too few, and enough.
        assert!(failed > 0 && graded > 0, "{failed} failed, {graded} graded");
    }
    Ok(())
}

/// Machine code that a process runs itself it does not keep: what a grading that was taken over wrote there would run in the next one, before
/// that is confined. The program carries what its own graders need, so that it grades where there are too few processes for a worker.
#[test]
fn a_process_keeps_no_code_that_it_runs() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    copy(Path::new(assay()?.get_program()), &folder.path().join("assay"))?;
    copy(&root().join("examples"), &folder.path().join("examples"))?;
    let kept = |confine: &str| -> Result<Option<usize>, Failure> {
        // Itself, the engine's clock, and one thread more: too few for a worker and those who talk to it.
        let Some(mut sample) = limited(folder.path(), SECOND, 3) else { return Ok(None) };
        let writable = folder.path().join(confine);
        fs::create_dir(&writable)?;
        std::os::unix::fs::chown(&writable, Some(SECOND), Some(SECOND))?;
        sample
            .args(["grade-sample", "--format", "json", "--confine", confine])
            .args(["examples/breast-cancer-wisconsin/logistic-regression.csv", "breast-cancer-wisconsin"])
            .args(["--competitions", "examples", "--data-dir", "examples", "--cache-dir"])
            .arg(writable.join("cache"));
        let mut run = sample.output()?;
        if confine == "require" && String::from_utf8_lossy(&run.stderr).contains("--confine require") {
            return Ok(None);
        }
        // A worker that could not be kept counts until the system has done away with it, which may be a moment too long.
        for _ in 0..50 {
            if run.status.code() != Some(3) {
                break;
            }
            run = sample.output()?;
        }
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let files = fs::read_dir(writable.join("cache"))?.flatten().filter(|entry| entry.path().is_file());
        Ok(Some(files.count()))
    };
    let (Some(confined), Some(free)) = (kept("require")?, kept("off")?) else {
        eprintln!("not tested: this machine, or whoever runs the tests, cannot do that");
        return Ok(());
    };
    assert_eq!((confined, free), (0, 0));
    Ok(())
}
