//! Admission: a submission's way up to its grader, the same for grading and for `assay validate`. It knows the rules and which rows are
//! expected, and no values of the answers.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use crate::align::{self, Alignment, Expected};
use crate::check;
use crate::finding::Finding;
use crate::read::{self, ReadError, ReadOptions, Table};
use crate::rules::Rules;
use crate::sandbox::{Fault, Problem, Validated, sha256};
use crate::setup::project;

/// Which rows a submission is held against.
#[derive(Clone, Copy)]
pub(crate) struct Against<'a> {
    /// The rows that it must have. None if they are not known: then rows are not checked.
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
    /// Which answer each row is graded against; every row, in the order it has, if the expected rows are not known.
    pub(crate) alignment: Alignment,
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

/// Reads the file at `path`, checks it, and finds the answer of each row. Where columns are as they should be and rows are not, the
/// grader is asked what else is wrong; if it fails at that, the rows alone are reported.
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
    let digest = Some(sha256(&bytes));
    let contract = &rules.competition.submission;
    let keep = |name: &str| rules.hands_over(name) || contract.key.iter().any(|key| key == name);
    let table = match read::read_csv(&bytes, &ReadOptions { limits, columns: Some(&keep) }) {
        Ok(table) => table,
        Err(error) => {
            return Ok(Admission { digest, submission: Err(vec![Finding::new(error.to_string())].into()) });
        }
    };
    drop(bytes);

    let checked = check::check(contract, &table);
    let aligned = match against.expected {
        Some(expected) => align::align(contract, &table, expected, against.scored),
        None => Ok(Alignment::default()),
    };
    let checked = match checked {
        Ok(checked) => checked,
        Err(mut findings) => {
            findings.extend(aligned.err().into_iter().flatten());
            return Ok(Admission { digest, submission: Err(findings.into()) });
        }
    };
    let handed = project(&checked, |name| rules.hands_over(name))?;
    let submission = match aligned {
        Ok(alignment) => Ok(Admitted { table, handed, alignment }),
        Err(findings) => {
            let admitted = Admitted { table, handed, alignment: Alignment::default() };
            Err(admitted.refusal(rules, findings))
        }
    };
    Ok(Admission { digest, submission })
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

    /// The refusal of a submission whose rows are wrong.
    fn refusal(&self, rules: &Rules, mut findings: Vec<Finding>) -> Refusal {
        let found = self.validate(rules).unwrap_or_default();
        findings.extend(found.findings);
        Refusal { findings, fuel: found.fuel }
    }

    /// A grader's problems, with the lines of the file.
    pub(crate) fn findings(&self, problems: Vec<Problem>) -> Vec<Finding> {
        let finding = |problem: Problem| {
            let column = problem.column.map(|column| format!("column `{column}`: ")).unwrap_or_default();
            let mut finding = Finding::new(format!("{column}{}", problem.message));
            if let Some(row) = problem.row.filter(|&row| row < self.handed.num_rows()) {
                finding.add(|| (Some(self.table.line(row)), String::new()));
            }
            finding
        };
        problems.into_iter().map(finding).collect()
    }
}
