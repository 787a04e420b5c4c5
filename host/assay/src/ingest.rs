//! A submission's way up to its grader, the same for grading and for validating: it is read, checked and aligned. Nothing here knows
//! values of the answers, only which rows are expected.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use assay_sandbox::{Cancel, Fault, HostFault, Problem, Validated};
use assay_tables::align::{self, Alignment, Expected};
use assay_tables::read::{self, FileId, Folders, OpenFile, ReadError, ReadOptions, Table};
use assay_tables::{Finding, Place, Threads, check};
use assay_types::sha256;
use thiserror::Error;

use crate::hashed::hashed;
use crate::prepared::project;
use crate::resolved::ResolvedCompetition;

/// A submission, wherever it is.
#[derive(Clone, Copy, Debug)]
pub enum Submission<'a> {
    /// A CSV file, looked up in the [folders](Folders) of the service. Its name ends in `.csv`, as the reference asks for.
    Path(&'a Path),
    /// The bytes of a CSV file.
    Bytes(&'a [u8]),
    /// A table, of the types that [`Table::from_batch`] takes.
    Table(&'a RecordBatch),
}

/// A submission that has been opened, once and for all: it stays the same file wherever its path leads by now.
pub(crate) enum Opened<'a> {
    File(Result<OpenFile, String>),
    Bytes(&'a [u8]),
    Table(&'a RecordBatch),
}

impl<'a> Submission<'a> {
    /// Opens it. Why a file is no submission is told once it is read.
    pub(crate) fn open(self, folders: &Folders) -> Opened<'a> {
        match self {
            Submission::Path(path) => Opened::File(file(path, folders)),
            Submission::Bytes(bytes) => Opened::Bytes(bytes),
            Submission::Table(batch) => Opened::Table(batch),
        }
    }
}

impl Opened<'_> {
    /// How much memory reading it begins with, in bytes: none for what is refused unread.
    pub(crate) fn size(&self, limits: &read::Limits) -> u64 {
        match self {
            Opened::File(file) => file.as_ref().ok().and_then(|file| file.size(limits).ok()).unwrap_or(0),
            Opened::Bytes(bytes) => bytes.len() as u64,
            Opened::Table(batch) => batch.get_array_memory_size() as u64,
        }
    }
}

/// What to do about a submission that is too large.
const LEAVE_OUT: &str = "leave out rows and columns that are not asked for";

/// What stops a submission on its way, without being the submission's or the grader's fault.
#[derive(Debug, Error)]
pub(crate) enum IngestError {
    #[error(transparent)]
    Host(#[from] HostFault),
    /// The program's own: tables that it made do not fit together.
    #[error("internal error: {0}")]
    Arrow(#[from] ArrowError),
}

/// Which rows a submission is held against.
#[derive(Clone, Copy)]
pub(crate) struct Against<'a> {
    /// The rows that it must have. None: nobody knows, so rows are not looked at.
    pub(crate) expected: Option<&'a Expected>,
    /// Which of them count. None: all.
    pub(crate) scored: Option<&'a [bool]>,
    /// The file of the answers, which is no submission.
    pub(crate) answers_file: Option<FileId>,
}

/// What became of a submission on its way to the grader.
pub(crate) struct Ingestion {
    /// SHA-256 of the file; none if it cannot be read.
    pub(crate) digest: Option<String>,
    /// The submission, or why it goes no further.
    pub(crate) submission: Result<Ingested, Refusal>,
}

/// A submission that its grader may see.
pub(crate) struct Ingested {
    pub(crate) table: Table,
    /// The columns that the grader gets, rows in the file's order.
    pub(crate) grader_columns: RecordBatch,
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

    /// The same with cells shown as they are written. For that a file is read again, since its bytes are dropped while a submission may
    /// still be right. If it has changed since, cells are shown as the table has them.
    fn spelled(mut self, submission: &Opened<'_>, digest: &str, limits: &read::Limits) -> Self {
        let cells: Vec<read::Cell> = self.findings.iter().flat_map(Finding::shown_cells).collect();
        if cells.is_empty() {
            return self;
        }
        let again = match submission {
            Opened::File(file) => {
                let bytes = file.as_ref().ok().and_then(|file| file.read(limits).ok());
                bytes.filter(|bytes| sha256(bytes) == digest).map(Cow::Owned)
            }
            Opened::Bytes(bytes) => Some(Cow::Borrowed(*bytes)),
            Opened::Table(_) => None,
        };
        if let Some(bytes) = again {
            let written = read::written(&bytes, cells.into_iter(), limits);
            self.findings.iter_mut().for_each(|finding| finding.spell(&written));
        }
        self
    }
}

/// Reads a submission, checks it, and finds the answer of each row. Where columns are as they should be and rows are not, the grader is
/// asked what else is wrong; if it cannot tell, what was found is enough for a refusal.
pub(crate) fn ingest(
    resolved: &ResolvedCompetition,
    against: Against<'_>,
    submission: &Opened<'_>,
    limits: &read::Limits,
    threads: &Threads,
    cancel: &Cancel,
) -> Result<Ingestion, IngestError> {
    let contract = &resolved.competition.submission;
    let keep = |name: &str| resolved.gives_grader(name) || contract.key.iter().any(|key| key == name);
    let Loaded { digest, table } = load(submission, &keep, against.answers_file, limits, threads);
    let refused = |refusal| Ok(Ingestion { digest: digest.clone(), submission: Err(refusal) });
    let (table, surplus) = match table {
        Ok(loaded) => loaded,
        Err(finding) => return refused(vec![finding].into()),
    };
    if let Some(finding) = check::separator(contract, &table.header) {
        return refused(vec![finding].into());
    }
    if cancel.is_cancelled() {
        return Err(HostFault::Cancelled.into());
    }

    let row_labels = surplus.map(|surplus| check::row_labels(&table, surplus));
    let refused = |refusal: Refusal| {
        let known = digest.as_deref().unwrap_or_default();
        refused(refusal.beside(row_labels.as_ref()).spelled(submission, known, limits))
    };
    let checked = check::check(contract, &table);
    let aligned = match against.expected {
        Some(expected) => align::align(contract, &table, expected, against.scored, threads),
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
    let grader_columns = project(&checked, |name| resolved.gives_grader(name))?;
    match aligned {
        Ok(alignment) => {
            Ok(Ingestion { digest, submission: Ok(Ingested { table, grader_columns, alignment, row_labels }) })
        }
        Err(mut findings) => {
            let ingested = Ingested { table, grader_columns, alignment: Alignment::default(), row_labels: None };
            let found = ingested.validate(resolved, cancel)?.unwrap_or_default();
            findings.extend(found.findings);
            refused(Refusal { findings, fuel: found.fuel })
        }
    }
}

/// A submission as columns.
struct Loaded {
    /// SHA-256 of the file or table; none if it cannot be had.
    digest: Option<String>,
    /// The table, and why its rows are longer than its header, if they are.
    table: Result<(Table, Option<(usize, read::Surplus)>), Finding>,
}

fn load(
    submission: &Opened<'_>,
    keep: &(dyn Fn(&str) -> bool + Sync),
    answers: Option<FileId>,
    limits: &read::Limits,
    threads: &Threads,
) -> Loaded {
    let refused = |message: String| Loaded { digest: None, table: Err(Finding::new(message)) };
    let options = ReadOptions { limits, columns: Some(keep), threads };
    let of_bytes = |bytes: &[u8]| {
        let (digest, table) = hashed(bytes, threads, || read::read_csv(bytes, &options));
        let table = table.map(|table| {
            let surplus = read::surplus(bytes, &table, limits);
            (table, surplus)
        });
        Loaded { digest: Some(digest), table: table.map_err(|error| Finding::new(error.to_string())) }
    };
    match submission {
        Opened::File(Ok(file)) if answers.is_some() && file.id() == answers => {
            refused("this is the file of the answers, which is no submission".into())
        }
        Opened::File(Ok(file)) => match file.read_on(limits, threads) {
            Ok(bytes) => of_bytes(&bytes),
            Err(error) => refused(told(error)),
        },
        Opened::File(Err(message)) => refused(message.clone()),
        Opened::Bytes(bytes) if bytes.len() as u64 > limits.bytes => {
            refused(told(ReadError::Bytes { limit: limits.bytes }))
        }
        Opened::Bytes(bytes) => of_bytes(bytes),
        Opened::Table(batch) => match read::batch_digest(batch) {
            Ok(digest) => {
                let table = Table::from_batch(batch, Some(keep)).map_err(|error| Finding::new(error.to_string()));
                Loaded { digest: Some(digest), table: table.map(|table| (table, None)) }
            }
            Err(error) => refused(error.to_string()),
        },
    }
}

/// A submission's file, or why it is none.
fn file(path: &Path, folders: &Folders) -> Result<OpenFile, String> {
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        return Err("the submission's name does not end in `.csv`".into());
    }
    folders.open(path).map_err(told)
}

fn told(error: ReadError) -> String {
    match error {
        ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound => "there is no such file".to_owned(),
        error @ ReadError::Bytes { .. } => format!("{error}; {LEAVE_OUT}"),
        error => error.to_string(),
    }
}

impl Ingested {
    /// What the grader finds wrong with it, without the answers.
    pub(crate) fn validate(
        &self,
        resolved: &ResolvedCompetition,
        cancel: &Cancel,
    ) -> Result<Result<Refusal, Fault>, HostFault> {
        let Validated { problems, fuel } = resolved.grader.validate(&self.grader_columns, &resolved.options, cancel)?;
        Ok(problems.map(|problems| Refusal { findings: self.findings(problems), fuel: Some(fuel) }))
    }

    /// A grader's problems, with the lines of the file.
    pub(crate) fn findings(&self, problems: Vec<Problem>) -> Vec<Finding> {
        let finding = |problem: Problem| {
            let column = problem.column.map(|column| format!("column `{column}`: ")).unwrap_or_default();
            let mut finding = Finding::new(format!("{column}{}", problem.message));
            if let Some(row) = problem.row.filter(|&row| row < self.grader_columns.num_rows()) {
                finding.add(|| Place::line(self.table.line(row)));
            }
            finding
        };
        Refusal::from(problems.into_iter().map(finding).collect::<Vec<_>>()).beside(self.row_labels.as_ref()).findings
    }
}
