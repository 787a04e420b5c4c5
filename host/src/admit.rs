//! Admission: a submission's way up to its grader, the same for grading and for `assay validate`. It knows the rules and which rows are
//! expected, and no values of the answers.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use crate::align::{self, Alignment, Expected};
use crate::check;
use crate::finding::{Finding, Place};
use crate::read::{self, ReadError, ReadOptions, Table};
use crate::rules::Rules;
use crate::sandbox::{Fault, Problem, Validated, sha256};
use crate::setup::project;

/// Which rows a submission is held against.
#[derive(Clone, Copy)]
pub(crate) struct Against<'a> {
    /// The rows that it must have. None: nobody knows, so rows are not looked at.
    pub(crate) expected: Option<&'a Expected>,
    /// Which of them count. None: all.
    pub(crate) scored: Option<&'a [bool]>,
}

/// What became of a submission on its way to the grader.
pub(crate) struct Admission {
    /// SHA-256 of the file; none if it cannot be read.
    pub(crate) digest: Option<String>,
    /// The submission, or why it goes no further.
    pub(crate) submission: Result<Admitted, Refusal>,
}

/// A submission that its grader may see.
pub(crate) struct Admitted {
    pub(crate) table: Table,
    /// What the grader gets, rows in the file's order.
    pub(crate) handed: RecordBatch,
    /// Which answer each row is graded against. None: nobody knows.
    pub(crate) alignment: Alignment,
    /// That its first cells are row labels, if they are: told if anything else is wrong.
    row_labels: Option<Finding>,
}

/// Why a submission is refused.
#[derive(Default)]
pub(crate) struct Refusal {
    /// Everything that is wrong with it.
    pub(crate) findings: Vec<Finding>,
    /// The fuel that the grader used to look at it; none if it did not.
    pub(crate) fuel: Option<u64>,
}

impl From<Vec<Finding>> for Refusal {
    fn from(findings: Vec<Finding>) -> Self {
        Refusal { findings, fuel: None }
    }
}

impl Refusal {
    /// The same with a finding that explains others put before them.
    fn beside(mut self, explanation: Option<&Finding>) -> Self {
        if !self.findings.is_empty() {
            self.findings.splice(0..0, explanation.cloned());
        }
        self
    }

    /// The same with cells shown as they are written. For that the file is read again, since its bytes are dropped while a submission
    /// may still be right. If it has changed since, cells are shown as the table has them.
    fn spelled(mut self, path: &Path, digest: &str, limits: &read::Limits) -> Self {
        let cells: Vec<read::Cell> = self.findings.iter().flat_map(Finding::shown_cells).collect();
        if cells.is_empty() {
            return self;
        }
        if let Some(bytes) = read::load(path, limits).ok().filter(|bytes| sha256(bytes) == digest) {
            let written = read::written(&bytes, cells.into_iter(), limits);
            self.findings.iter_mut().for_each(|finding| finding.spell(&written));
        }
        self
    }
}

/// Reads the file at `path`, checks it, and finds the answer of each row. Where columns are as they should be and rows are not, the
/// grader is asked what else is wrong; should it fail, that is not told, since the submission is refused anyway.
pub(crate) fn admit(
    rules: &Rules,
    against: Against<'_>,
    path: &Path,
    limits: &read::Limits,
) -> Result<Admission, ArrowError> {
    let bytes = match load(path, limits) {
        Ok(bytes) => bytes,
        Err(finding) => return Ok(Admission { digest: None, submission: Err(vec![finding].into()) }),
    };
    let digest = sha256(&bytes);
    let refused = |refusal| Ok(Admission { digest: Some(digest.clone()), submission: Err(refusal) });
    let contract = &rules.competition.submission;
    let keep = |name: &str| rules.hands_over(name) || contract.key.iter().any(|key| key == name);
    let table = match read::read_csv(&bytes, &ReadOptions { limits, columns: Some(&keep) }) {
        Ok(table) => table,
        Err(error) => return refused(vec![Finding::new(error.to_string())].into()),
    };
    if let Some(finding) = check::separator(contract, &table.header) {
        return refused(vec![finding].into());
    }
    let row_labels = read::surplus(&bytes, &table, limits).map(|surplus| check::row_labels(&table, surplus));
    drop(bytes);

    let refused = |refusal: Refusal| refused(refusal.beside(row_labels.as_ref()).spelled(path, &digest, limits));
    let checked = check::check(contract, &table);
    let aligned = match against.expected {
        Some(expected) => align::align(contract, &table, expected, against.scored),
        None => Ok(Alignment::default()),
    };
    let checked = match checked {
        Ok(checked) => checked,
        Err(mut findings) => {
            let others = aligned.err().unwrap_or_default();
            // That there are no rows is found on both ways.
            findings.retain(|finding| !others.contains(finding));
            findings.extend(others);
            return refused(findings.into());
        }
    };
    let handed = project(&checked, |name| rules.hands_over(name))?;
    match aligned {
        Ok(alignment) => {
            let submission = Ok(Admitted { table, handed, alignment, row_labels });
            Ok(Admission { digest: Some(digest), submission })
        }
        Err(mut findings) => {
            let admitted = Admitted { table, handed, alignment: Alignment::default(), row_labels: None };
            let found = admitted.validate(rules).unwrap_or_default();
            findings.extend(found.findings);
            refused(Refusal { findings, fuel: found.fuel })
        }
    }
}

fn load(path: &Path, limits: &read::Limits) -> Result<Vec<u8>, Finding> {
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        return Err(Finding::new("the submission's name does not end in `.csv`"));
    }
    read::load(path, limits).map_err(|error| match error {
        ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => Finding::new("there is no such file"),
        error => Finding::new(error.to_string()),
    })
}

impl Admitted {
    /// What the grader finds wrong with it, without the answers.
    pub(crate) fn validate(&self, rules: &Rules) -> Result<Refusal, Fault> {
        match rules.grader.validate(&self.handed, &rules.options) {
            Ok(Validated { problems, fuel }) => Ok(Refusal { findings: self.findings(problems?), fuel: Some(fuel) }),
            Err(unsupported) => Ok(vec![Finding::new(unsupported.to_string())].into()),
        }
    }

    /// A grader's problems, with the lines of the file.
    pub(crate) fn findings(&self, problems: Vec<Problem>) -> Vec<Finding> {
        let finding = |problem: Problem| {
            let column = problem.column.map(|column| format!("column `{column}`: ")).unwrap_or_default();
            let mut finding = Finding::new(format!("{column}{}", problem.message));
            if let Some(row) = problem.row.filter(|&row| row < self.handed.num_rows()) {
                finding.add(|| Place::line(self.table.line(row)));
            }
            finding
        };
        Refusal::from(problems.into_iter().map(finding).collect::<Vec<_>>()).beside(self.row_labels.as_ref()).findings
    }
}
