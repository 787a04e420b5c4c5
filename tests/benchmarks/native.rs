//! What the sandbox costs each grader: `cargo bench --workspace --bench native`.
//!
//! The same source runs natively, compiled into this program, and as a component in the sandbox with all of its limits, on the same
//! data; both validate a submission and grade it. The sandbox's side includes a new instance and handing the tables over. Both take
//! turns, so that whatever else the machine does meets both; the ratio is of medians. Names after `--` choose graders.

use std::time::{Duration, Instant};

use assay_sandbox::{Cancel, Outcome, Sandbox, SandboxOptions, Task, Trust};
use assay_tests::workloads::{self, Workload};
use assay_tests::{Failure, root};

/// How often each side runs.
const ROUNDS: usize = 9;

/// How many times as large as the smallest task, so that the metric and not the call is timed.
const TIMES: usize = 20;

/// The medians of both sides, native first.
fn medians(sandbox: &Sandbox, work: &Workload) -> Result<[Duration; 2], Failure> {
    let natively = work.native()?;
    let component = std::fs::read(root().join(format!("target/graders/{}.wasm", work.grader)))?;
    let grader = sandbox.load(&component, Trust::Own)?;
    let task = Task {
        submission: &work.submission,
        aligned: &work.submission,
        answers: &work.answers,
        options: &work.options,
    };
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        let start = Instant::now();
        let expected = natively.grade()?;
        let native = start.elapsed();
        let start = Instant::now();
        let run = grader.grade(&task, &Cancel::new())?;
        let sandboxed = start.elapsed();
        let Outcome::Scored(score) = run.outcome else { return Err(format!("{:?}", run.outcome).into()) };
        if score.value.to_bits() != expected.to_bits() {
            return Err(format!("{expected} natively, {} in the sandbox", score.value).into());
        }
        // The first round warms up.
        if round > 0 {
            times[0].push(native);
            times[1].push(sandboxed);
        }
    }
    Ok(times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    }))
}

fn main() -> Result<(), Failure> {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    println!("| grader | native ms | sandbox ms | ratio |\n|---|--:|--:|--:|");
    let mut ratios = Vec::new();
    for work in workloads::all(TIMES)? {
        if !chosen.is_empty() && !chosen.iter().any(|name| name == work.grader) {
            continue;
        }
        let [native, sandboxed] = medians(&sandbox, &work)
            .map_err(|error| format!("{}: {error}", work.grader))?
            .map(|time| time.as_secs_f64());
        println!("| {} | {:.2} | {:.2} | {:.2} |", work.grader, native * 1e3, sandboxed * 1e3, sandboxed / native);
        ratios.push(sandboxed / native);
    }
    ratios.sort_by(f64::total_cmp);
    if let (Some(worst), Some(median)) = (ratios.last(), ratios.get(ratios.len() / 2)) {
        println!("\nmedian {median:.2}, worst {worst:.2}");
    }
    Ok(())
}
