//! Workers as processes: when they start and end, what they hold, and that a fault costs no more than its own grading.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use assay_sandbox::{
    Cache, Cancel, Exceeded, Execution, Fault, Grader, HostFault, Limits, Outcome, Run, Sandbox, SandboxOptions, Trust,
    WorkerProgram,
};
use assay_tests::{Failure, assay, attacks, root};

use super::{endless, fixture, on, program, rows, sandbox, score, script};

/// A grader that never ends on two rows, and on any other number gives half a point.
const SPINS_ON_TWO_ROWS: &str = r##"
(func (export "#grade") (type $grade)
  (if (i32.eq (local.get 0) (i32.const 2)) (then (call $spin)))
  (call $score (f64.const 0.5)))
"##;

/// The program as a worker, which leaves its number in a file first, and does what `before` does.
fn numbered(numbers: &Path, before: &str) -> Result<WorkerProgram, Failure> {
    Ok(script(&format!("{before}\necho $$ >>'{}'\nexec '{}' \"$0\"", numbers.display(), program()?.display())))
}

/// The numbers of the workers that were started, in this order.
fn numbers(file: &Path) -> Result<Vec<u32>, Failure> {
    Ok(std::fs::read_to_string(file)?.lines().map(str::parse).collect::<Result<_, _>>()?)
}

/// False once a process has ended with all its threads, be it waited for or not.
fn is_running(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    let has_ended = line("State:").starts_with('Z') && line("Threads:") == "1";
    !status.is_empty() && !has_ended
}

/// The processor time that a process has used, in ticks of a hundredth of a second.
fn processor_time(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

/// The processes that a process started.
fn children(process: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_child = |child: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        after_name.split_whitespace().nth(1) == Some(process.to_string().as_str())
    };
    numbers.filter(is_child).collect()
}

/// Waits until something is so.
fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_worker_is_for_one_grader_and_many_gradings() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let started = folder.path().join("workers");
    let cache = Cache::open(&folder.path().join("cache"))?;
    let untrusted = Execution::Workers(numbered(&started, "")?);
    let sandbox = Sandbox::new(SandboxOptions { cache: Some(cache), untrusted, ..SandboxOptions::default() })?;
    let component = fixture(SPINS_ON_TWO_ROWS)?;
    let grader = sandbox.load(&component, Trust::Others)?;
    for _ in 0..5 {
        assert_eq!(score(&grader.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.5));
    }
    // One compiled, the other described itself and graded.
    let first = numbers(&started)?;
    assert_eq!(first.len(), 2);
    until(|| !is_running(first[0]));
    assert!(is_running(first[1]));
    // Out of the cache, nothing is compiled; and the grader is another one, so its worker is.
    let again = sandbox.load(&component, Trust::Others)?;
    assert_eq!(score(&again.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.5));
    assert_eq!(numbers(&started)?.len(), 3);
    // Two graders take turns, each by workers of its own.
    let other = sandbox.load(&fixture(&SPINS_ON_TWO_ROWS.replace("0.5", "0.25"))?, Trust::Others)?;
    for _ in 0..2 {
        assert_eq!(score(&grader.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.5));
        assert_eq!(score(&other.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.25));
    }
    // A file of the cache that is broken is made anew.
    for file in std::fs::read_dir(folder.path().join("cache/others"))? {
        std::fs::write(file?.path(), "no machine code")?;
    }
    let third = sandbox.load(&component, Trust::Others)?;
    assert_eq!(score(&third.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.5));
    drop((grader, again, other, third));
    for process in numbers(&started)? {
        until(|| !is_running(process));
    }
    Ok(())
}

/// Starts a grading that does not end by itself, and waits until its worker, the last one of the list, computes.
fn spinning(
    grader: &Grader,
    cancel: &Cancel,
    started: &Path,
) -> Result<(u32, mpsc::Receiver<Result<Run, HostFault>>), Failure> {
    let worker = numbers(started)?.pop().ok_or("there is no worker")?;
    let before = processor_time(worker);
    let (ended, end) = mpsc::channel();
    let (grader, cancel, table) = (grader.clone(), cancel.clone(), rows(2)?);
    std::thread::spawn(move || ended.send(grader.grade(&on(&table), &cancel)));
    until(|| processor_time(worker) >= before + 5);
    Ok((worker, end))
}

#[test]
fn a_worker_that_dies_costs_its_own_grading() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let started = folder.path().join("workers");
    let sandbox = sandbox(endless(), Execution::Workers(numbered(&started, "")?))?;
    let grader = sandbox.load(&fixture(SPINS_ON_TWO_ROWS)?, Trust::Others)?;
    let dies = |signal: &str| -> Result<Result<Run, HostFault>, Failure> {
        let (worker, end) = spinning(&grader, &Cancel::new(), &started)?;
        assert!(Command::new("kill").args([signal, &worker.to_string()]).status()?.success());
        let end = end.recv()?;
        assert_eq!(score(&grader.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.5), "the next one is graded");
        Ok(end)
    };
    // It crashed: as if what the grader did had been too much for the engine.
    let crashed = dies("-ABRT")?;
    let of_the_grader = |text: &String| text.starts_with("the worker died: signal: 6");
    assert!(
        matches!(&crashed, Ok(Run { outcome: Outcome::Fault(Fault::Grader(text)), .. }) if of_the_grader(text)),
        "{crashed:?}"
    );
    // Somebody killed it: as the system does when there is no memory left.
    let killed = dies("-KILL")?;
    assert!(matches!(killed, Err(HostFault::Resources(_))), "{killed:?}");
    // It used up its processor time.
    let exhausted = dies("-XCPU")?.map(|run| run.outcome);
    let expected = Outcome::Fault(Fault::Exceeded(Exceeded::WallClock(endless().wall_clock)));
    assert_eq!(exhausted, Ok(expected));
    // It was killed while it waited, which costs nothing.
    let waits = numbers(&started)?.pop().ok_or("there is no worker")?;
    assert!(Command::new("kill").args(["-KILL", &waits.to_string()]).status()?.success());
    until(|| !is_running(waits));
    assert_eq!(score(&grader.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.5));
    Ok(())
}

#[test]
fn a_worker_is_killed_when_its_time_is_over() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let started = folder.path().join("workers");
    // Its own clock is stopped, as that of one that was taken over could be.
    let limits = Limits { wall_clock: Duration::from_secs(1), ..endless() };
    let sandbox = sandbox(limits.clone(), Execution::Workers(numbered(&started, "")?))?;
    let grader = sandbox.load(&fixture(SPINS_ON_TWO_ROWS)?, Trust::Others)?;
    let worker = numbers(&started)?.pop().ok_or("there is no worker")?;
    assert!(Command::new("kill").args(["-STOP", &worker.to_string()]).status()?.success());
    let run = grader.grade(&on(&rows(3)?), &Cancel::new())?;
    assert_eq!(run.outcome, Outcome::Fault(Fault::Exceeded(Exceeded::WallClock(limits.wall_clock))));
    until(|| !is_running(worker));
    Ok(())
}

#[test]
fn a_grading_by_a_worker_can_be_called_off() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let started = folder.path().join("workers");
    let sandbox = sandbox(endless(), Execution::Workers(numbered(&started, "")?))?;
    let grader = sandbox.load(&fixture(SPINS_ON_TWO_ROWS)?, Trust::Others)?;
    let cancel = Cancel::new();
    let (worker, end) = spinning(&grader, &cancel, &started)?;
    cancel.cancel();
    assert_eq!(end.recv()?, Err(HostFault::Cancelled));
    until(|| !is_running(worker));
    assert_eq!(grader.grade(&on(&rows(3)?), &cancel), Err(HostFault::Cancelled), "it stays called off");
    assert_eq!(score(&grader.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.5));
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_holds_nothing_of_its_parent() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let started = folder.path().join("workers");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "")?;
    let before = format!("exec 7<'{}'", secret.display());
    let sandbox = sandbox(Limits::default(), Execution::Workers(numbered(&started, &before)?))?;
    let grader = sandbox.load(&fixture(SPINS_ON_TWO_ROWS)?, Trust::Others)?;
    let worker = numbers(&started)?.pop().ok_or("there is no worker")?;
    let open: Vec<PathBuf> = std::fs::read_dir(format!("/proc/{worker}/fd"))?
        .map(|entry| Ok(std::fs::read_link(entry?.path())?))
        .collect::<Result<_, Failure>>()?;
    let pipes = open.iter().filter(|target| target.to_string_lossy().starts_with("pipe:")).count();
    assert_eq!(pipes, 3, "{open:?}");
    assert!(!open.contains(&secret), "{open:?}");
    let environment = std::fs::read(format!("/proc/{worker}/environ"))?;
    // What the shell itself adds.
    assert!(String::from_utf8_lossy(&environment).split('\0').all(|pair| pair.is_empty()
        || pair.starts_with("PWD=")
        || pair.starts_with("OLDPWD=")
        || pair.starts_with("SHLVL=")
        || pair.starts_with("_=")));
    let status = std::fs::read_to_string(format!("/proc/{worker}/status"))?;
    assert!(status.contains("\nSeccomp:\t2\n"), "{status}");
    let limits = std::fs::read_to_string(format!("/proc/{worker}/limits"))?;
    let unlimited = |name: &str| limits.lines().any(|line| line.starts_with(name) && line.contains("unlimited"));
    assert!(!unlimited("Max data size") && !unlimited("Max cpu time") && !unlimited("Max file size"), "{limits}");
    assert_eq!(score(&grader.grade(&on(&rows(3)?), &Cancel::new())?), Some(0.5));
    Ok(())
}

/// However a program ends, its workers do not outlive it.
#[cfg(target_os = "linux")]
#[test]
fn workers_end_with_their_program() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    std::fs::write(
        folder.path().join("roc-auc.wasm"),
        attacks::component("roc-auc", attacks::SPINS, attacks::VERSION)?,
    )?;
    let examples = root().join("examples");
    let mut run = assay()?
        .args(["grade-sample", "--format", "json"])
        .arg(examples.join("breast-cancer-wisconsin/logistic-regression.csv"))
        .arg("breast-cancer-wisconsin")
        .args(["--competitions".as_ref(), examples.as_os_str()])
        .args(["--graders".as_ref(), folder.path().as_os_str()])
        .args(["--cache-dir".as_ref(), folder.path().join("cache").as_os_str()])
        .args(["--data-dir".as_ref(), examples.as_os_str()])
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    let mut worker = 0;
    until(|| {
        worker = children(run.id()).into_iter().find(|&child| processor_time(child) > 20).unwrap_or(0);
        worker != 0
    });
    run.kill()?;
    run.wait()?;
    until(|| !is_running(worker));
    Ok(())
}
