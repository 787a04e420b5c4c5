//! A guard of the graders' speed: the fuel that each takes for a fixed task may not grow.
//!
//! Fuel counts what a grader does, so it is the same on every machine however busy it is. `tests/benchmarks/fuel.json` has what it is
//! now. Natively, graders give the same bits. After a change on purpose, `ASSAY_FUEL=renew cargo test --locked --release --workspace --test grading -- fuel` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write;

use assay_sandbox::{Cancel, Outcome, Sandbox, SandboxOptions, Task, Trust};
use assay_tests::{Failure, root, workloads};

/// How much more fuel than before is too much, as a share.
const TOLERANCE: f64 = 0.02;

#[test]
fn graders_take_no_more_fuel_than_before() -> Result<(), Failure> {
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let mut fuel = BTreeMap::new();
    for work in workloads::all(1)? {
        let component = std::fs::read(root().join(format!("target/graders/{}.wasm", work.grader)))?;
        let grader = sandbox.load(&component, Trust::Own)?;
        let (submission, answers) = (&work.submission, &work.answers);
        let task = Task { submission, aligned: submission, answers, options: &work.options };
        let run = grader.grade(&task, &Cancel::new())?;
        let Outcome::Scored(score) = run.outcome else { panic!("{}: {:?}", work.grader, run.outcome) };
        // Vectors of 128 bits or not, the last bit is the same.
        assert_eq!(score.value.to_bits(), work.native()?.grade()?.to_bits(), "{}", work.grader);
        fuel.insert(work.grader.to_owned(), run.fuel);
    }
    let file = root().join("tests/benchmarks/fuel.json");
    if std::env::var_os("ASSAY_FUEL").is_some_and(|value| value == "renew") {
        return Ok(std::fs::write(file, serde_json::to_string_pretty(&fuel)? + "\n")?);
    }
    let before: BTreeMap<String, u64> = serde_json::from_slice(&std::fs::read(file)?)?;
    let mut grown = String::new();
    for (grader, now) in &fuel {
        let before = *before.get(grader).unwrap_or(&0);
        let ratio = *now as f64 / before as f64;
        println!("| {grader} | {before} | {now} | {ratio:.3} |");
        if ratio > 1.0 + TOLERANCE {
            writeln!(grown, "{grader}: {before} before, {now} now")?;
        }
    }
    assert!(grown.is_empty(), "graders take more fuel; if it is on purpose, set ASSAY_FUEL=renew:\n{grown}");
    assert_eq!(before.len(), fuel.len(), "fuel.json names other graders: set ASSAY_FUEL=renew");
    Ok(())
}
