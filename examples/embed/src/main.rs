//! A program of one's own that grades: a file, bytes and an Arrow table, from two threads, one of which is stopped.
//!
//! `cargo run --release --package embed`, from the root of the repository.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use assay::{Assay, Cancel, Competitions, Context, Submission};

const ID: &str = "breast-cancer-wisconsin";

fn main() -> Result<()> {
    let mut competitions = Competitions::built_in();
    competitions.add_folder(Path::new("examples"))?;
    // Clones share graders, answers and the log. Whatever `grade` returns is on record already.
    let assay = Assay::builder().competitions(competitions).data_dir("examples").build()?;
    let file = Path::new("examples").join(ID).join("logistic-regression.csv");
    let bytes = std::fs::read(&file)?;
    let table = table(std::str::from_utf8(&bytes)?)?;

    let cancel = Cancel::default();
    std::thread::scope(|scope| -> Result<()> {
        let first = scope.spawn(|| -> Result<()> {
            for (name, submission) in [
                ("a file", Submission::Path(&file)),
                ("bytes", Submission::Bytes(&bytes)),
                ("a table", Submission::Table(&table)),
            ] {
                let graded = assay.grade(ID, submission, &Context::default())?;
                let report = graded.report();
                println!("{name}: {} {:?}, medal: {}", report.outcome, report.score_exact, report.medals);
            }
            Ok(())
        });
        let second = scope.spawn(|| -> Result<()> {
            let context = Context { cancel: cancel.clone(), name: Some("stopped"), ..Context::default() };
            let graded = assay.grade(ID, Submission::Bytes(&bytes), &context)?;
            println!("stopped: {}", graded.report().outcome);
            Ok(())
        });
        cancel.cancel();
        for thread in [first, second] {
            thread.join().map_err(|_| anyhow!("a thread panicked"))??;
        }
        Ok(())
    })
}

/// A submission as a table: its key is text, its prediction a number.
fn table(csv: &str) -> Result<RecordBatch> {
    let cells = csv.lines().skip(1).map(|line| line.split_once(',').context("two columns are expected"));
    let cells = cells.collect::<Result<Vec<(&str, &str)>>>()?;
    let keys: ArrayRef = Arc::new(cells.iter().map(|(key, _)| Some(*key)).collect::<StringArray>());
    let values = cells.iter().map(|(_, value)| Ok(value.parse()?)).collect::<Result<Vec<f64>>>()?;
    let values: ArrayRef = Arc::new(Float64Array::from(values));
    Ok(RecordBatch::try_from_iter([("id", keys), ("malignant", values)])?)
}
