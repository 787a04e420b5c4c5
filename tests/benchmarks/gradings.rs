//! How many small submissions one process grades a second: `cargo bench --workspace --bench gradings`.
//!
//! The library as a program of somebody else's uses it: submissions of 100 rows, as bytes, are graded again and again while the answers
//! stay prepared, each in an instance of its own, without a log. Figures are of one thread and of two; `ASSAY_SECONDS` is how long each
//! takes [default: 2].

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use assay::{Answers, Assay, Competitions, Context, Submission};
use assay_tests::Failure;
use assay_types::report::Outcome;

const ROWS: u32 = 100;

/// A competition for a grader of this name.
fn competition(grader: &str, options: &str) -> String {
    format!(
        r#"
id = "{grader}"
title = "One hundred rows"
summary = "Made up."

[data]
answers = "answers.csv"
sample_submission = "sample.csv"

[submission]
key = ["id"]
rows = "same"

[[submission.columns]]
names = ["prediction"]
type = "number"

[grader]
component = "{grader}"
options = {options}
"#
    )
}

/// Keys of text, and a number for each.
fn file(value: impl Fn(u32) -> String) -> Vec<u8> {
    let mut text = String::from("id,prediction\n");
    for row in 0..ROWS {
        let key = row.wrapping_mul(2_654_435_761);
        let _ = writeln!(text, "{key:08x},{}", value(row));
    }
    text.into_bytes()
}

/// How many gradings a second so many threads get done.
fn rate(assay: &Assay, id: &str, submission: &[u8], threads: usize, time: Duration) -> Result<f64, Failure> {
    let done = AtomicU64::new(0);
    let start = Instant::now();
    std::thread::scope(|scope| -> Result<(), Failure> {
        let work = || -> Result<(), String> {
            while start.elapsed() < time {
                let context = Context::default();
                let graded = assay.grade(id, Submission::Bytes(submission), &context).map_err(|e| e.to_string())?;
                if graded.report().outcome != Outcome::Scored {
                    return Err(format!("{:?}", graded.report()));
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            thread.join().map_err(|_| "a thread panicked")??;
        }
        Ok(())
    })?;
    Ok(done.into_inner() as f64 / start.elapsed().as_secs_f64())
}

fn main() -> Result<(), Failure> {
    let seconds = std::env::var("ASSAY_SECONDS").ok().map_or(Ok(2.0), |seconds| seconds.parse())?;
    let time = Duration::from_secs_f64(seconds);
    let mut competitions = Competitions::none();
    let mut answers = BTreeMap::new();
    let target = r#"{ target = "prediction" }"#;
    let graders =
        [("mean-absolute-error", target), ("roc-auc", r#"{ targets = ["prediction"] }"#), ("accuracy", target)];
    let (truth, predicted) = (file(|row| (row % 2).to_string()), file(|row| format!("0.{:04}", row * 7919 % 10_000)));
    for (grader, options) in graders {
        let id = competitions.add(&competition(grader, options))?;
        answers.insert(id, Answers::Bytes(truth.clone().into()));
    }
    let assay = Assay::builder().competitions(competitions).answers(answers).build()?;
    println!("| grader | gradings a second, 1 thread | 2 threads |\n|---|--:|--:|");
    for (grader, _) in graders {
        let submission = if grader == "accuracy" { &truth } else { &predicted };
        // The first prepares the answers.
        rate(&assay, grader, submission, 2, time / 10)?;
        let [one, two] = [rate(&assay, grader, submission, 1, time)?, rate(&assay, grader, submission, 2, time)?];
        println!("| {grader} | {one:.0} | {two:.0} |");
    }
    Ok(())
}
