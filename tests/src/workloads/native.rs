//! Workloads for graders that are compiled natively.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use assay_sdk::{Column, Functions, Options, Setting, Table, Utf8, Values};
use assay_types::competition;

use super::Workload;
use crate::Failure;

/// A native grader, and what it is given.
pub struct Native {
    functions: Functions,
    submission: Table,
    answers: Table,
    options: Options,
}

impl Workload {
    /// The same for the grader compiled natively.
    ///
    /// # Errors
    ///
    /// If there is no such grader, or a column is of a type that no workload has.
    pub fn native(&self) -> Result<Native, Failure> {
        let functions = native_graders::functions(self.grader).ok_or("it is not among the native graders")?;
        let options = self.options.iter().map(|(name, value)| (name.clone(), setting(value))).collect();
        let (submission, answers) = (table(&self.submission)?, table(&self.answers)?);
        Ok(Native { functions, submission, answers, options: Options::new(options) })
    }
}

impl Native {
    /// Validates and grades, as the sandbox does in one call: the score.
    ///
    /// # Errors
    ///
    /// If there is no score.
    pub fn grade(&self) -> Result<f64, Failure> {
        let Native { functions, submission, answers, options } = self;
        (functions.validate)(submission, options).map_err(|problems| format!("{problems:?}"))?;
        let score = (functions.grade)(submission, answers, options).map_err(|error| format!("{error:?}"))?;
        Ok(score.value)
    }
}

/// A table as the contract has it.
fn table(batch: &RecordBatch) -> Result<Table, Failure> {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns()).map(|(field, array)| {
        let values = match array.data_type() {
            DataType::Float64 => Values::Float64(array.as_primitive::<Float64Type>().values().to_vec()),
            DataType::Int64 => Values::Int64(array.as_primitive::<Int64Type>().values().to_vec()),
            DataType::Utf8 => {
                let text = array.as_string::<i32>();
                Values::Utf8(Utf8 { offsets: text.value_offsets().to_vec(), bytes: text.value_data().to_vec() })
            }
            other => return Err(format!("no workload has columns of {other}").into()),
        };
        Ok(Column { name: field.name().clone(), values, validity: None })
    });
    Ok(Table { rows: u32::try_from(batch.num_rows())?, columns: columns.collect::<Result<_, Failure>>()? })
}

fn setting(setting: &competition::Setting) -> Setting {
    match setting.clone() {
        competition::Setting::Boolean(value) => Setting::Boolean(value),
        competition::Setting::Integer(value) => Setting::Integer(value),
        competition::Setting::Number(value) => Setting::Number(value),
        competition::Setting::Text(value) => Setting::Text(value),
        competition::Setting::Texts(values) => Setting::Texts(values),
        competition::Setting::Numbers(values) => Setting::Numbers(values),
    }
}
