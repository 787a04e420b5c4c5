//! Gradings by worker processes and on many threads: the same results, and a fault that costs no more than its own grading.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use assay_sandbox::{
    Cache, Cancel, Counted, Exceeded, Execution, Fault, Grader, HostFault, Limits, LoadError, Outcome, Run, Sandbox,
    SandboxOptions, Task, Trust, WorkerProgram,
};
use assay_tests::attacks::{self, Attack};
use assay_tests::{Failure, assay, root};
use assay_types::competition::Setting;

/// A grader that never ends on two rows, and on any other number gives half a point.
const SPINS_ON_TWO_ROWS: &str = r##"
(func (export "#grade") (type $grade)
  (if (i32.eq (local.get 0) (i32.const 2)) (then (call $spin)))
  (call $score (f64.const 0.5)))
"##;

/// Limits under which a grader that spins does so until somebody ends it.
fn endless() -> Limits {
    Limits { fuel_base: u64::MAX, wall_clock: Duration::from_secs(3600), ..Limits::default() }
}

fn sandbox(limits: Limits, untrusted: Execution) -> Result<Sandbox, Failure> {
    Ok(Sandbox::new(SandboxOptions { limits, cache: None, untrusted })?)
}

fn program() -> Result<PathBuf, Failure> {
    Ok(PathBuf::from(assay()?.get_program()))
}

/// A worker that is a shell script, whose `$0` is the argument that tells it to be one.
fn script(script: &str) -> WorkerProgram {
    WorkerProgram { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()] }
}

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

fn fixture(text: &str) -> Result<Vec<u8>, Failure> {
    attacks::component("fixture", text, attacks::VERSION)
}

fn built_in(name: &str) -> Result<Vec<u8>, Failure> {
    Ok(std::fs::read(root().join(format!("target/graders/{name}.wasm")))?)
}

fn table(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, Failure> {
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// A table of so many rows with a column `y`.
fn rows(count: u32) -> Result<RecordBatch, Failure> {
    table(vec![("y", Arc::new(Float64Array::from_iter_values((0..count).map(f64::from))))])
}

fn on(table: &RecordBatch) -> Task<'_> {
    Task { submission: table, aligned: table, answers: table, options: &[] }
}

fn score(run: &Run) -> Option<f64> {
    match &run.outcome {
        Outcome::Scored(score) => Some(score.value),
        _ => None,
    }
}

/// There are 64 places for graders in a process. Whoever comes when all are taken waits.
#[test]
fn more_threads_than_places_all_grade() -> Result<(), Failure> {
    let sandbox = sandbox(Limits::default(), Execution::Refuse)?;
    let grader = sandbox.load(&built_in("roc-auc")?, Trust::Own)?;
    let submission = table(vec![(
        "y",
        Arc::new(Float64Array::from_iter_values((0..50_000_u32).map(|row| f64::from(row.wrapping_mul(2_654_435_761))))),
    )])?;
    let answers =
        table(vec![("y", Arc::new(Int64Array::from_iter_values((0..50_000).map(|row| i64::from(row % 3 == 0)))))])?;
    let options = [("targets".to_owned(), Setting::Texts(vec!["y".into()]))];
    let task = Task { submission: &submission, aligned: &submission, answers: &answers, options: &options };
    let expected = grader.grade(&task, &Cancel::new())?;
    assert!(score(&expected).is_some(), "{expected:?}");
    let together = Barrier::new(96);
    let runs: Vec<Result<Run, HostFault>> = std::thread::scope(|scope| {
        let grade = || {
            together.wait();
            (0..3).map(|_| grader.grade(&task, &Cancel::new())).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..96).map(|_| scope.spawn(grade)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    assert_eq!(runs.len(), 288);
    assert!(runs.iter().all(|run| run.as_ref() == Ok(&expected)), "{:?}", runs.iter().find(|run| run.is_err()));
    Ok(())
}

/// Columns of every type, with and without missing cells, in slices that start anywhere; every kind of option; scores, refusals and
/// limits. The whole list of cases, by all graders, is `determinism::it_does_not_matter_who_compiled_a_grader`.
#[test]
fn a_worker_gives_what_this_process_gives() -> Result<(), Failure> {
    let by_workers = sandbox(Limits::default(), Execution::Workers(program()?.into()))?;
    let both = |component: &[u8]| -> Result<[Grader; 2], Failure> {
        Ok([by_workers.load(component, Trust::Own)?, by_workers.load(component, Trust::Others)?])
    };
    let everything = table(vec![
        ("id", Arc::new(StringArray::from_iter((0..40).map(|row| (row % 9 != 4).then(|| format!("é{row}")))))),
        ("flag", Arc::new(BooleanArray::from_iter((0..40).map(|row| (row % 5 != 1).then_some(row % 3 == 0))))),
        ("y", Arc::new(Float64Array::from_iter_values((0..40).map(|row| f64::from(row % 2))))),
    ])?;
    let texts = |names: &[&str]| Setting::Texts(names.iter().map(|&name| name.to_owned()).collect());
    let same = |[here, there]: &[Grader; 2], task: &Task<'_>| -> Result<Outcome, Failure> {
        let runs = [here.grade(task, &Cancel::new())?, there.grade(task, &Cancel::new())?];
        // A NaN is equal to none, not even to itself.
        assert_eq!(serde_json::to_string(&runs[0])?, serde_json::to_string(&runs[1])?);
        let validated = [here, there].map(|grader| grader.validate(task.submission, task.options, &Cancel::new()));
        assert_eq!(validated[0], validated[1]);
        let [run, _] = runs;
        Ok(run.outcome)
    };

    let roc_auc = both(&built_in("roc-auc")?)?;
    assert_eq!(roc_auc[0].description(), roc_auc[1].description());
    assert_eq!(roc_auc[0].digest(), roc_auc[1].digest());
    for part in [everything.clone(), everything.slice(3, 21), everything.slice(8, 16)] {
        let options = [("targets".to_owned(), texts(&["y"]))];
        let task = Task { submission: &part, aligned: &part, answers: &part, options: &options };
        assert!(matches!(same(&roc_auc, &task)?, Outcome::Scored(score) if score.value == 1.0));
    }
    // The answers have one class alone.
    let one_class = everything.slice(0, 1);
    let options = [("targets".to_owned(), texts(&["y"]))];
    let task = Task { submission: &one_class, aligned: &one_class, answers: &one_class, options: &options };
    assert!(!matches!(same(&roc_auc, &task)?, Outcome::Scored(_)));

    for attack in [
        Attack::a_million_details,
        Attack::answers_in_a_failure,
        Attack::answers_in_a_refusal,
        Attack::bits_of_a_nan,
        Attack::deep_recursion,
        Attack::detail_that_is_not_a_number,
        Attack::details_at_the_limit,
        Attack::grow_for_ever,
        Attack::problems_at_the_limit,
        Attack::refusal_of_5_mib,
        Attack::score_that_is_infinite,
        Attack::spin_in_grade,
        Attack::spin_in_validate,
        Attack::unreachable,
    ] {
        let graders = both(&attack.component()?)?;
        same(&graders, &on(&everything)).map_err(|error| format!("{}: {error}", attack.name()))?;
    }
    Ok(())
}

/// What is wrong with a component is said in the same words, whoever looks.
#[test]
fn a_worker_says_why_a_component_is_no_grader() -> Result<(), Failure> {
    let here = sandbox(Limits::default(), Execution::InProcess)?;
    let there = sandbox(Limits::default(), Execution::Workers(program()?.into()))?;
    for attack in [
        Attack::another_world,
        Attack::grading_of_other_types,
        Attack::huge_memory,
        Attack::name_in_capitals,
        Attack::spin_in_describe,
        Attack::two_memories,
    ] {
        let (name, component) = (attack.name(), attack.component()?);
        let [here, there] = [&here, &there].map(|sandbox| sandbox.load(&component, Trust::Others).err());
        assert!(here.is_some(), "{name}");
        assert_eq!(here, there, "{name}");
    }
    Ok(())
}

#[test]
fn a_worker_is_for_one_grader_and_many_gradings() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let started = folder.path().join("workers");
    let cache = Cache::open(&folder.path().join("cache"))?;
    let untrusted = Execution::Workers(numbered(&started, "")?);
    let sandbox = Sandbox::new(SandboxOptions { limits: Limits::default(), cache: Some(cache), untrusted })?;
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

#[test]
fn a_grading_in_this_process_can_be_called_off() -> Result<(), Failure> {
    let sandbox = sandbox(endless(), Execution::InProcess)?;
    for attack in [Attack::spin_in_grade, Attack::spin_in_validate, Attack::spin_in_realloc] {
        let grader = sandbox.load(&attack.component()?, Trust::Others)?;
        let (cancel, table) = (Cancel::new(), rows(3)?);
        std::thread::scope(|scope| {
            let grading = scope.spawn(|| grader.grade(&on(&table), &cancel));
            std::thread::sleep(Duration::from_millis(50));
            assert!(!grading.is_finished());
            cancel.cancel();
            assert_eq!(grading.join().ok(), Some(Err(HostFault::Cancelled)), "{}", attack.name());
        });
    }
    Ok(())
}

/// A frame of the protocol: its length, and the header.
fn frame(header: &str) -> Vec<u8> {
    let length = u32::try_from(header.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), header.as_bytes()].concat()
}

/// What a worker gives that says it compiled something, and then, asked to grade, `answers`, whatever it is told.
fn liar(folder: &Path, description: &str, answer: &str) -> Result<WorkerProgram, Failure> {
    std::fs::write(folder.join("compiled"), [&frame("{\"Compiled\":{\"bytes\":4}}")[..], b"code"].concat())?;
    let graded = [frame("\"Loaded\""), frame(description), frame(answer)].concat();
    std::fs::write(folder.join("graded"), graded)?;
    let folder = folder.display();
    Ok(script(&format!(
        "if head -c 20 | grep -q Compile; then cat '{folder}/compiled'; else cat '{folder}/graded'; fi; exec cat >/dev/null"
    )))
}

fn description(name: &str) -> String {
    format!(r#"{{"Described":{{"name":"{name}","version":"1","summary":"","lower_is_better":false,"options":[]}}}}"#)
}

#[test]
fn what_a_worker_says_is_not_taken_as_it_stands() -> Result<(), Failure> {
    let component = built_in("roc-auc")?;
    let graded = |answer: &str| -> Result<Result<Run, HostFault>, Failure> {
        let folder = tempfile::tempdir()?;
        let sandbox =
            sandbox(Limits::default(), Execution::Workers(liar(folder.path(), &description("liar"), answer)?))?;
        let grader = sandbox.load(&component, Trust::Others)?;
        Ok(grader.grade(&on(&rows(3)?), &Cancel::new()))
    };
    let outcome = |outcome: &str| graded(&format!(r#"{{"Graded":{{"outcome":{outcome},"fuel":7}}}}"#));
    let half = 0.5_f64.to_bits();

    // The test's own liar can say something true.
    let run = outcome(&format!(r#"{{"Scored":{{"value":{half},"details":[]}}}}"#))?;
    assert_eq!(run.as_ref().ok().and_then(score), Some(0.5), "{run:?}");

    let details = vec![format!(r#"{{"name":"a","value":{half}}}"#); 1025].join(",");
    let run = outcome(&format!(r#"{{"Scored":{{"value":{half},"details":[{details}]}}}}"#))?;
    let expected = Exceeded::Returned { what: Counted::Details, limit: 1024 };
    assert_eq!(run.map(|run| run.outcome), Ok(Outcome::Fault(Fault::Exceeded(expected))));

    let run = outcome(r#"{"Refused":"a\u001b[2J\u202eb"}"#)?;
    assert_eq!(run.map(|run| run.outcome), Ok(Outcome::Refused(r"a [2J\u{202e}b".into())));

    let run = outcome(r#"{"Fault":{"Exceeded":{"Memory":7}}}"#)?;
    assert_eq!(run.map(|run| run.outcome), Ok(Outcome::Fault(Fault::Exceeded(Exceeded::Memory(1 << 30)))));

    let of_the_worker = |run: Result<Run, HostFault>| assert!(matches!(run, Err(HostFault::Worker(_))), "{run:?}");
    of_the_worker(outcome(r#"{"Invalid":[]}"#)?);
    of_the_worker(graded(&format!(
        r#"{{"Graded":{{"outcome":{{"Scored":{{"value":{half},"details":[]}}}},"fuel":18446744073709551615}}}}"#
    ))?);
    of_the_worker(graded("\"Loaded\"")?);
    of_the_worker(graded("{\"Compiled\":{\"bytes\":1099511627776}}")?);
    of_the_worker(graded("[[[[")?);

    let folder = tempfile::tempdir()?;
    let capitals = liar(folder.path(), &description("LIAR"), "\"Loaded\"")?;
    let error = sandbox(Limits::default(), Execution::Workers(capitals))?.load(&component, Trust::Others).err();
    assert!(matches!(error, Some(LoadError::Describe(_))), "{error:?}");
    Ok(())
}

#[test]
fn what_is_no_worker_is_the_hosts_fault() -> Result<(), Failure> {
    let component = built_in("roc-auc")?;
    let says = |text: &str, expected: &str| -> Result<(), Failure> {
        let sandbox = sandbox(Limits::default(), Execution::Workers(script(text)))?;
        let error = sandbox.load(&component, Trust::Others).err();
        let is_said = |said: &String| said.contains(expected);
        assert!(matches!(&error, Some(LoadError::Host(HostFault::Worker(said))) if is_said(said)), "{text}: {error:?}");
        Ok(())
    };
    // What it is sent comes back.
    says("exec cat", "none of the protocol")?;
    says("exit 0", "ended without an answer")?;
    says("echo 'no such option' >&2; exit 2", "exit status: 2): no such option")?;
    // A header of 4 GiB; machine code of a terabyte; and much of it that is none, which no process runs but the next worker.
    let folder = tempfile::tempdir()?;
    let writes = |bytes: &[u8], then: &str| -> Result<String, Failure> {
        let file = folder.path().join("written");
        std::fs::write(&file, bytes)?;
        Ok(format!("exec 3<&0; cat <&3 >/dev/null & cat '{}'; exec {then}", file.display()))
    };
    says(&writes(b"\xff\xff\xff\xff", "cat >/dev/null")?, "4294967295 bytes, more than the limit")?;
    says(&writes(&frame(r#"{"Compiled":{"bytes":1099511627776}}"#), "cat >/dev/null")?, "more than the limit")?;
    says(&writes(&frame(r#"{"Compiled":{"bytes":99999999}}"#), "cat /dev/zero")?, "not asked")?;
    // It neither reads nor writes, and what it started does neither; or it never stops complaining.
    let limits = Limits { compile_time: Duration::from_secs(1), ..Limits::default() };
    for endless in ["sleep 1000 & sleep 1000", "exec 3<&0; cat <&3 >/dev/null & yes >&2"] {
        let sandbox = sandbox(limits.clone(), Execution::Workers(script(endless)))?;
        let error = sandbox.load(&component, Trust::Others).err();
        assert_eq!(error, Some(LoadError::Exceeded(Exceeded::CompileTime(limits.compile_time))), "{endless}");
    }
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
