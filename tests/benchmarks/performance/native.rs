//! The metrics in native Rust, over the program's own reader: the least that a grading can take. `native WORK SUBMISSION ANSWERS` prints the score.

use std::error::Error;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use assay_metrics::{
    Directions, average_precision_at_k, levenshtein_distance_text, mean, mean_angular_error, roc_auc_score,
};
use assay_tables::Threads;
use assay_tables::align::{Expected, align, apply};
use assay_tables::read::{Limits, ReadOptions, Table, load, read_csv};

/// A metric of the columns of submission and answers.
type Metric = fn(&RecordBatch, &RecordBatch) -> Result<f64, Box<dyn Error>>;

/// What a kind of work is: the key, how rows are held against each other, and the metric of both sides.
struct Work {
    key: &'static str,
    rows: &'static str,
    metric: Metric,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [work, submission, answers] = arguments.as_slice() else { return Err("native WORK SUBMISSION ANSWERS".into()) };
    let Work { key, rows, metric } = match work.as_str() {
        "auc" => Work { key: "id", rows: "same", metric: auc },
        "angles" => Work { key: "event_id", rows: "set", metric: angles },
        "map" => Work { key: "customer_id", rows: "superset", metric: precision },
        "levenshtein" => Work { key: "image_id", rows: "same", metric: distance },
        other => return Err(format!("no work `{other}`").into()),
    };
    let threads = Threads::default();
    let _at_work = threads.at_work();
    let (submission, answers) = (table(submission, &threads)?, table(answers, &threads)?);
    let contract = toml::from_str(&format!("key = [\"{key}\"]\nrows = \"{rows}\""))?;
    let expected = Expected::of(&contract, &answers)?;
    let alignment = align(&contract, &submission, &expected, None, &threads)
        .map_err(|findings| findings.iter().map(ToString::to_string).collect::<String>())?;
    let submission = apply(&submission.batch, alignment.submission.as_ref(), &threads)?;
    let answers = apply(&answers.batch, alignment.answers.as_ref(), &threads)?;
    println!("{:?}", metric(&submission, &answers)?);
    Ok(())
}

fn table(path: &str, threads: &Threads) -> Result<Table, Box<dyn Error>> {
    let limits = Limits { bytes: 4 << 30, ..Limits::default() };
    let bytes = load(Path::new(path), &limits)?;
    Ok(read_csv(&bytes, &ReadOptions { limits: &limits, columns: None, threads })?)
}

fn numbers(batch: &RecordBatch, name: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    let column = cast(batch.column_by_name(name).ok_or("a column is missing")?, &DataType::Float64)?;
    Ok(column.as_primitive::<Float64Type>().values().to_vec())
}

fn texts(batch: &RecordBatch, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let column = cast(batch.column_by_name(name).ok_or("a column is missing")?, &DataType::Utf8)?;
    let column = column.as_string::<i32>();
    Ok((0..column.len()).map(|row| column.value(row).to_owned()).collect())
}

fn auc(submission: &RecordBatch, answers: &RecordBatch) -> Result<f64, Box<dyn Error>> {
    let labels: Vec<bool> = numbers(answers, "label")?.into_iter().map(|label| label > 0.5).collect();
    Ok(roc_auc_score(&labels, &numbers(submission, "label")?)?)
}

fn angles(submission: &RecordBatch, answers: &RecordBatch) -> Result<f64, Box<dyn Error>> {
    let angles = |batch| Ok::<_, Box<dyn Error>>((numbers(batch, "azimuth")?, numbers(batch, "zenith")?));
    let (truth, predicted) = (angles(answers)?, angles(submission)?);
    let y_true = Directions { azimuth: &truth.0, zenith: &truth.1 };
    let y_pred = Directions { azimuth: &predicted.0, zenith: &predicted.1 };
    Ok(mean_angular_error(y_true, y_pred)?)
}

fn precision(submission: &RecordBatch, answers: &RecordBatch) -> Result<f64, Box<dyn Error>> {
    let (truth, predicted) = (texts(answers, "prediction")?, texts(submission, "prediction")?);
    let items = |list: &str| list.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>();
    let rows = truth.iter().zip(&predicted);
    Ok(mean(
        &rows
            .map(|(truth, predicted)| average_precision_at_k(&items(truth), &items(predicted), 12))
            .collect::<Vec<_>>(),
    )?)
}

fn distance(submission: &RecordBatch, answers: &RecordBatch) -> Result<f64, Box<dyn Error>> {
    let (truth, predicted) = (texts(answers, "InChI")?, texts(submission, "InChI")?);
    let rows = truth.iter().zip(&predicted);
    Ok(mean(&rows.map(|(truth, predicted)| levenshtein_distance_text(truth, predicted) as f64).collect::<Vec<_>>())?)
}
