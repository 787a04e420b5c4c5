//! What each protection costs, as ratios in one run: `cargo bench --workspace --bench protections`.
//!
//! Graders run on made-up tables under engines that have none, one, or all of the protections of the sandbox; components are compiled
//! and submissions graded in this process and by workers; and whole runs of the program are confined or not. Variants take turns, so
//! that whatever else the machine does meets all of them; ratios are of medians.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Float64Array, RecordBatch};
use assay_sandbox::{Cancel, Execution, Sandbox, SandboxOptions, Trust};
use assay_tests::cases::Cases;
use assay_tests::{Failure, assay, root};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

mod contract {
    wasmtime::component::bindgen!({ path: "../wit/0.1.0", world: "grader" });
}

use contract::GraderPre;
use contract::exports::assay::grader::grading::{Column, Setting, Table, Utf8, Values};

/// How often each variant runs.
const ROUNDS: usize = 15;

/// How many gradings a round of small ones has.
const REPEATED: u32 = 20;

/// The rows of the tables.
const ROWS: u32 = 200_000;

/// The protections of an engine.
#[derive(Clone, Copy, Debug, Default)]
struct Protections {
    fuel: bool,
    epochs: bool,
    canonical_nans: bool,
}

const VARIANTS: [(&str, Protections); 5] = [
    ("none", Protections { fuel: false, epochs: false, canonical_nans: false }),
    ("fuel", Protections { fuel: true, epochs: false, canonical_nans: false }),
    ("epochs", Protections { fuel: false, epochs: true, canonical_nans: false }),
    ("canonical NaNs", Protections { fuel: false, epochs: false, canonical_nans: true }),
    ("all three", Protections { fuel: true, epochs: true, canonical_nans: true }),
];

/// A grader under one engine.
struct Ready {
    engine: Engine,
    grader: GraderPre<()>,
    protections: Protections,
}

impl Ready {
    fn new(component: &[u8], protections: Protections) -> wasmtime::Result<Self> {
        let mut config = Config::new();
        config
            .consume_fuel(protections.fuel)
            .epoch_interruption(protections.epochs)
            .cranelift_nan_canonicalization(protections.canonical_nans);
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, component)?;
        let grader = GraderPre::new(Linker::new(&engine).instantiate_pre(&component)?)?;
        Ok(Ready { engine, grader, protections })
    }

    /// The time of one call of `grade`, without making the instance.
    fn grade(&self, task: &Task) -> wasmtime::Result<Duration> {
        let mut store = Store::new(&self.engine, ());
        if self.protections.fuel {
            store.set_fuel(u64::MAX)?;
        }
        if self.protections.epochs {
            store.set_epoch_deadline(u64::MAX / 2);
        }
        let grader = self.grader.instantiate(&mut store)?;
        let start = Instant::now();
        let graded =
            grader.assay_grader_grading().call_grade(&mut store, &task.submission, &task.answers, &task.options)?;
        let took = start.elapsed();
        graded.map(|_| took).map_err(|error| wasmtime::Error::msg(format!("{error:?}")))
    }
}

/// What a grader is given.
struct Task {
    grader: &'static str,
    submission: Table,
    answers: Table,
    options: Vec<(String, Setting)>,
}

fn table(name: &str, values: Values) -> Table {
    Table { rows: ROWS, columns: vec![Column { name: name.into(), values, validity: None }] }
}

fn numbers(mut number: impl FnMut(u32) -> f64) -> Table {
    table("target", Values::Float64((0..ROWS).map(&mut number).collect()))
}

fn texts(mut text: impl FnMut(u32) -> String) -> Table {
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for row in 0..ROWS {
        bytes.extend(text(row).into_bytes());
        offsets.push(i32::try_from(bytes.len()).unwrap_or(i32::MAX));
    }
    table("target", Values::Utf8(Utf8 { offsets, bytes }))
}

fn tasks() -> Vec<Task> {
    let mut random = fastrand::Rng::with_seed(7);
    let one = || vec![("target".to_owned(), Setting::Text("target".into()))];
    let many = || vec![("targets".to_owned(), Setting::Texts(vec!["target".into()]))];
    let (mut first, mut second) = (random.fork(), random.fork());
    let mut truth = random.fork();
    let word = |random: &mut fastrand::Rng| (0..8).map(|_| random.lowercase()).collect::<String>();
    vec![
        Task {
            grader: "roc-auc",
            submission: numbers(|_| first.f64()),
            answers: numbers(|_| f64::from(truth.u8(0..2))),
            options: many(),
        },
        Task {
            grader: "mean-absolute-error",
            submission: numbers(|_| second.f64()),
            answers: numbers(|_| second.f64()),
            options: one(),
        },
        Task {
            grader: "root-mean-squared-log-error",
            submission: numbers(|_| random.f64()),
            answers: numbers(|_| random.f64()),
            options: one(),
        },
        Task {
            grader: "levenshtein-distance",
            submission: texts(|_| word(&mut first)),
            answers: texts(|_| word(&mut second)),
            options: one(),
        },
    ]
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The medians of variants that take turns.
fn in_turns<V>(variants: &[V], mut run: impl FnMut(&V) -> Result<Duration, Failure>) -> Result<Vec<Duration>, Failure> {
    let mut times = vec![Vec::new(); variants.len()];
    for round in 0..=ROUNDS {
        for (variant, times) in variants.iter().zip(&mut times) {
            let took = run(variant)?;
            // The first round warms up.
            if round > 0 {
                times.push(took);
            }
        }
    }
    Ok(times.into_iter().map(median).collect())
}

fn shown(what: &str, names: &[&str], medians: &[Duration]) {
    for (name, median) in names.iter().zip(medians) {
        let ratio = median.as_secs_f64() / medians[0].as_secs_f64();
        println!("| {what} | {name} | {:.2} | {ratio:.3} |", median.as_secs_f64() * 1e3);
    }
}

fn running() -> Result<(), Failure> {
    for task in tasks() {
        let component = std::fs::read(root().join(format!("target/graders/{}.wasm", task.grader)))?;
        let ready: Vec<Ready> = VARIANTS
            .iter()
            .map(|(_, protections)| Ready::new(&component, *protections))
            .collect::<wasmtime::Result<_>>()?;
        let medians = in_turns(&ready, |ready| Ok(ready.grade(&task)?))?;
        shown(&format!("{} on {ROWS} rows", task.grader), &VARIANTS.map(|(name, _)| name), &medians);
    }
    Ok(())
}

/// A sandbox that has components of others compiled and run by the program.
fn sandbox() -> Result<Sandbox, Failure> {
    let program = std::path::PathBuf::from(assay()?.get_program());
    let untrusted = Execution::Workers(program.into());
    Ok(Sandbox::new(SandboxOptions { untrusted, ..SandboxOptions::default() })?)
}

fn compiling() -> Result<(), Failure> {
    let sandbox = sandbox()?;
    for grader in ["root-mean-squared-error", "natural-questions"] {
        let component = std::fs::read(root().join(format!("target/graders/{grader}.wasm")))?;
        let medians = in_turns(&[Trust::Own, Trust::Others], |trust| {
            let start = Instant::now();
            sandbox.load(&component, *trust)?;
            Ok(start.elapsed())
        })?;
        shown(&format!("compiling {grader}"), &["in this process", "by a worker"], &medians);
    }
    Ok(())
}

/// Gradings in this process and by a worker that is there already: of tables as small as the example's, and large ones.
fn by_workers() -> Result<(), Failure> {
    let component = std::fs::read(root().join("target/graders/roc-auc.wasm"))?;
    let sandbox = sandbox()?;
    let graders = [sandbox.load(&component, Trust::Own)?, sandbox.load(&component, Trust::Others)?];
    let options = [("targets".to_owned(), assay_types::competition::Setting::Texts(vec!["target".into()]))];
    for rows in [114, ROWS] {
        let mut random = fastrand::Rng::with_seed(7);
        let scores = Float64Array::from_iter_values((0..rows).map(|_| random.f64()));
        let labels = Float64Array::from_iter_values((0..rows).map(|_| f64::from(random.u8(0..2))));
        let submission = RecordBatch::try_from_iter([("target", Arc::new(scores) as ArrayRef)])?;
        let answers = RecordBatch::try_from_iter([("target", Arc::new(labels) as ArrayRef)])?;
        let task =
            assay_sandbox::Task { submission: &submission, aligned: &submission, answers: &answers, options: &options };
        let medians = in_turns(&graders, |grader| {
            let start = Instant::now();
            for _ in 0..REPEATED {
                grader.grade(&task, &Cancel::new())?;
            }
            Ok(start.elapsed() / REPEATED)
        })?;
        shown(&format!("a grading by roc-auc of {rows} rows"), &["in this process", "by a worker"], &medians);
    }
    Ok(())
}

fn confined() -> Result<(), Failure> {
    let timed = |command: &mut Command| -> Result<Duration, Failure> {
        let start = Instant::now();
        let run = command.output()?;
        let took = start.elapsed();
        let said = String::from_utf8_lossy(&run.stderr);
        if run.status.success() { Ok(took) } else { Err(format!("{}: {said}", run.status).into()) }
    };
    let names = ["off", "require"];
    let example = root().join("examples");
    let sample = in_turns(&names, |confine| {
        timed(
            assay()?
                .args(["grade-sample", "--format", "json", "--confine", confine])
                .arg(example.join("breast-cancer-wisconsin/logistic-regression.csv"))
                .arg("breast-cancer-wisconsin")
                .args(["--competitions".as_ref(), example.as_os_str()])
                .args(["--data-dir".as_ref(), example.as_os_str()]),
        )
    })?;
    shown("assay grade-sample", &["not confined", "confined"], &sample);

    let cases = Cases::unpack(|_| true)?;
    let out = tempfile::tempdir()?;
    let batch =
        in_turns(&names, |confine| batch(&cases, out.path(), confine).and_then(|mut command| timed(&mut command)))?;
    shown(&format!("assay grade, {} submissions", cases.list.len()), &["not confined", "confined"], &batch);
    Ok(())
}

fn batch(cases: &Cases, out: &Path, confine: &str) -> Result<Command, Failure> {
    let mut command = assay()?;
    command
        .args(["grade", "--confine", confine])
        .args(["--submission".as_ref(), cases.jsonl().as_os_str()])
        .args(["--data-dir".as_ref(), cases.data().as_os_str()])
        .args(["--output-dir".as_ref(), out.as_os_str()]);
    Ok(command)
}

fn main() -> Result<(), Failure> {
    println!("| what | with | median ms | ratio |\n|---|---|--:|--:|");
    running()?;
    compiling()?;
    by_workers()?;
    confined()
}
