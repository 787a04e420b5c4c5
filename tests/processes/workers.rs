//! Gradings by worker processes and on many threads come to the same as one grading in this process.

mod processes;
mod protocol;

use std::path::PathBuf;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use assay_sandbox::{
    Cache, Cancel, Carried, Execution, Grader, HostFault, Limits, LoadError, Outcome, Run, Sandbox, SandboxOptions,
    Task, Trust, WorkerProgram,
};
use assay_tests::attacks::{self, Attack};
use assay_tests::{Failure, assay, root};
use assay_types::competition::Setting;

/// Limits under which a grader that spins does so until somebody ends it.
fn endless() -> Limits {
    Limits { fuel_base: u64::MAX, wall_clock: Duration::from_secs(3600), ..Limits::default() }
}

fn sandbox(limits: Limits, untrusted: Execution) -> Result<Sandbox, Failure> {
    Ok(Sandbox::new(SandboxOptions { limits, cache: None, carried: Carried::default(), untrusted })?)
}

fn program() -> Result<PathBuf, Failure> {
    Ok(PathBuf::from(assay()?.get_program()))
}

/// A worker that is a shell script, whose `$0` is the argument that tells it to be one.
fn script(script: &str) -> WorkerProgram {
    WorkerProgram { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()], confined: false }
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

/// A worker that the system cannot confine in full: before it starts, the process is given as many Landlock domains as it can have.
fn hard_to_confine(confined: bool) -> Result<WorkerProgram, Failure> {
    const SCRIPT: &str = "
import ctypes, os, sys
call = ctypes.CDLL(None, use_errno=True).syscall
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
handled = ctypes.c_uint64(1 << 12)
ruleset = call(444, ctypes.byref(handled), 8, 0)
while call(446, ruleset, 0) == 0:
    pass
os.execv(sys.argv[1], sys.argv[1:])
";
    let arguments = vec!["-c".into(), SCRIPT.into(), program()?.into_os_string()];
    Ok(WorkerProgram {
        program: "/usr/bin/env".into(),
        arguments: [vec!["python3".into()], arguments].concat(),
        confined,
    })
}

#[test]
fn a_worker_that_keeps_too_much_is_told_of_or_runs_nothing() -> Result<(), Failure> {
    let roc_auc = built_in("roc-auc")?;
    let load = |program: WorkerProgram| -> Result<_, Failure> {
        Ok(sandbox(Limits::default(), Execution::Workers(program))?.load(&roc_auc, Trust::Others))
    };
    let whole = WorkerProgram { confined: true, ..program()?.into() };
    assert!(!load(whole)?.map_err(|error| error.to_string())?.is_partly_confined());
    assert!(load(hard_to_confine(false)?)?.map_err(|error| error.to_string())?.is_partly_confined());
    match load(hard_to_confine(true)?)? {
        Err(LoadError::Host(fault)) => assert!(fault.to_string().contains("does not confine it in full"), "{fault}"),
        other => return Err(format!("it ran: {}", other.is_ok()).into()),
    }
    Ok(())
}

/// Workers map machine code from the cache. If it is gone when another worker needs it, it is compiled again, and nobody's grading fails.
#[test]
fn machine_code_that_left_the_cache_is_made_again() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let cache = Cache::open(folder.path())?;
    let open = || -> Result<Sandbox, Failure> {
        let untrusted = Execution::Workers(program()?.into());
        Ok(Sandbox::new(SandboxOptions {
            limits: Limits::default(),
            cache: Some(cache.clone()),
            carried: Carried::default(),
            untrusted,
        })?)
    };
    let component = built_in("root-mean-squared-error")?;
    open()?.load(&component, Trust::Others)?;
    let grader = open()?.load(&component, Trust::Others)?;
    let mut removed = 0;
    for file in std::fs::read_dir(cache.others())? {
        std::fs::remove_file(file?.path())?;
        removed += 1;
    }
    assert_eq!(removed, 1, "the machine code is in one file");
    let table = rows(10)?;
    let options = [("target".to_owned(), Setting::Text("y".into()))];
    let task = Task { submission: &table, aligned: &table, answers: &table, options: &options };
    // One worker waits since the grader was loaded; the others have to be started.
    let together = Barrier::new(4);
    let scores: Vec<Result<Option<f64>, HostFault>> = std::thread::scope(|scope| {
        let grade = || {
            together.wait();
            grader.grade(&task, &Cancel::new()).map(|run| score(&run))
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(grade)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    assert_eq!(scores, vec![Ok(Some(0.0)); 4]);
    Ok(())
}
