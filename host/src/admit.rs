//! The way of a submission as far as it goes without the answers' values: read, check, align on the keys. Grading and validating share
//! it, so that they find the same problems.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use crate::align::{self, Alignment};
use crate::check;
use crate::finding::Finding;
use crate::read::{self, ReadError, ReadOptions, Table};
use crate::rules::Rules;
use crate::sandbox::Problem;
use crate::setup::project;

/// A submission that may go to the grader.
pub(crate) struct Admitted {
    /// The file.
    pub(crate) table: Table,
    /// The columns that the grader gets, in the file's order.
    pub(crate) submission: RecordBatch,
    /// Which answers its rows belong to.
    pub(crate) alignment: Alignment,
}

/// The keys that a submission's are held against.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a> {
    /// A table with the key's columns.
    pub(crate) table: &'a Table,
    /// Which rows count; all if it is none.
    pub(crate) scored: Option<&'a [bool]>,
}

/// The bytes of a submission's file, or why it is none.
pub(crate) fn load(path: &Path, limits: &read::Limits) -> Result<Vec<u8>, String> {
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        return Err("the submission's name does not end in `.csv`".into());
    }
    read::load(path, limits).map_err(|error| match error {
        ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => "there is no such file".into(),
        other => other.to_string(),
    })
}

/// Reads, checks and aligns a submission; without keys it is not aligned. The inner error is everything that is wrong with it.
pub(crate) fn admit(
    rules: &Rules,
    bytes: Vec<u8>,
    keys: Option<Keys<'_>>,
    limits: &read::Limits,
) -> Result<Result<Admitted, Vec<String>>, ArrowError> {
    let contract = &rules.competition.submission;
    let keep = |name: &str| rules.hands_over(name) || contract.key.iter().any(|key| key == name);
    let table = match read::read_csv(&bytes, &ReadOptions { limits, columns: Some(&keep) }) {
        Ok(table) => table,
        Err(error) => return Ok(Err(vec![error.to_string()])),
    };
    drop(bytes);

    let checked = check::check(contract, &table);
    let aligned = match keys {
        Some(Keys { table: keys, scored }) => align::align(contract, &table, keys, scored),
        None => Ok(Alignment::default()),
    };
    Ok(match (checked, aligned) {
        (Ok(checked), Ok(alignment)) => {
            let submission = project(&checked, |name| rules.hands_over(name))?;
            Ok(Admitted { table, submission, alignment })
        }
        (checked, aligned) => {
            let findings = [checked.err(), aligned.err()].into_iter().flatten().flatten();
            Err(findings.map(|finding| finding.to_string()).collect())
        }
    })
}

/// What a grader's `validate` found, with the lines of the file.
pub(crate) fn told(problems: Vec<Problem>, table: &Table) -> Vec<String> {
    let told = problems.into_iter().map(|problem| {
        let column = problem.column.map(|column| format!("column `{column}`: ")).unwrap_or_default();
        let mut finding = Finding::new(format!("{column}{}", problem.message));
        if let Some(row) = problem.row.filter(|&row| row < table.batch.num_rows()) {
            finding.add(|| (Some(table.line(row)), String::new()));
        }
        finding.to_string()
    });
    told.collect()
}
