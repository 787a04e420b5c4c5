//! Alignment: which answer each row of a submission is graded against. It knows keys, and nothing of metrics.

mod direct;
#[cfg(test)]
mod equality;
mod expected;
mod gather;
mod hashed;
mod index;
mod keys;
mod numpy_order;
mod order;
mod side;
#[cfg(test)]
mod tests;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::error::ArrowError;

pub use self::expected::{Expected, ExpectedError};

use self::index::{Index, NONE};
use self::keys::Keys;
use self::order::order as order_of;
use self::side::Side;
use crate::competition::{Contract, Pairing, Rows};
use crate::excerpt::list;
use crate::finding::{Finding, NAMED, ONE_ROW_EACH, Place};
use crate::read::Table;
use crate::threads::Threads;

/// Which rows of both sides belong together, in the order of the answers where each answer has one row. None: every row, in the
/// order it has, which is also what a grader gets that pairs rows itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// Rows of the submission.
    pub submission: Option<Vec<u32>>,
    /// Rows of the answers.
    pub answers: Option<Vec<u32>>,
}

impl Alignment {
    /// The pairs whose answer counts.
    fn scored(self, scored: &[bool]) -> Self {
        let answers = self.answers.unwrap_or_else(|| (0..scored.len() as u32).collect());
        let submission = self.submission.unwrap_or_else(|| (0..answers.len() as u32).collect());
        let pairs = submission.into_iter().zip(answers);
        let (submission, answers) = pairs.filter(|&(_, answer)| counts(Some(scored), answer as usize)).unzip();
        Alignment { submission: Some(submission), answers: Some(answers) }
    }
}

/// True if a row of the answers counts.
fn counts(scored: Option<&[bool]>, answer: usize) -> bool {
    scored.is_none_or(|scored| scored.get(answer) == Some(&true))
}

/// Finds which answer each row of a submission is graded against; `scored` says which answers count, all if it is none.
///
/// # Errors
///
/// Everything that is wrong with the submission's keys and number of rows. Keys of the answers are named there, in the order of the
/// keys, values never. But for which answers count, these are the same for [`Expected::told`] as for all that is expected.
pub fn align(
    contract: &Contract,
    submission: &Table,
    expected: &Expected,
    scored: Option<&[bool]>,
    threads: &Threads,
) -> Result<Alignment, Vec<Finding>> {
    let alignment = align_all(contract, submission, expected, scored, threads)?;
    Ok(match scored {
        _ if contract.pairing == Pairing::Grader => Alignment::default(),
        Some(scored) => alignment.scored(scored),
        None => alignment,
    })
}

fn align_all(
    contract: &Contract,
    submission: &Table,
    expected: &Expected,
    scored: Option<&[bool]>,
    threads: &Threads,
) -> Result<Alignment, Vec<Finding>> {
    let rows = submission.batch.num_rows();
    let mut findings = Vec::new();
    if let Some(expected) = expected.rows.filter(|&expected| rows != expected) {
        // Who does not know how many are expected says the same of a submission without rows.
        findings.push(if rows == 0 {
            Finding::no_rows()
        } else {
            Finding::new(format!("the submission has {rows} rows, but {expected} are expected")).remedy(ONE_ROW_EACH)
        });
    }
    let none = (rows == 0 && expected.rows.is_none()).then(Finding::no_rows);
    if contract.key.is_empty() {
        return if findings.is_empty() { Ok(Alignment::default()) } else { Err(findings) };
    }

    let ours: Option<Vec<ArrayRef>> = contract.key.iter().map(|name| submission.column(name).cloned()).collect();
    let Some(ours) = ours else {
        findings.push(keys::lacking(&contract.key));
        return Err(findings);
    };
    let theirs = &expected.keys;
    if contract.rows == Rows::Sorted {
        if !findings.is_empty() {
            return Err(findings);
        }
        let (submission, answers) = threads.join(|| order_of(&ours), || order_of(theirs));
        return Ok(Alignment { submission: Some(submission), answers: Some(answers) });
    }
    // Mostly a submission keeps the order of the answers: then nothing has to be encoded or looked up.
    let same = |(ours, theirs): (&ArrayRef, &ArrayRef)| ours.null_count() == 0 && ours == theirs;
    if ours.len() == theirs.len() && ours.iter().zip(theirs).all(same) {
        return Ok(Alignment::default());
    }
    let keys = match Keys::new(&contract.key, submission, theirs) {
        Ok(keys) => keys,
        Err(finding) => {
            findings.push(finding);
            return Err(findings);
        }
    };
    // Among rows that are left out anyway, those without a key do no harm.
    if contract.rows != Rows::Superset {
        let mut missing = Finding::new(format!("rows without a key ({})", list(&contract.key)));
        keys.missing_rows(|row| missing.add(|| Place::line(submission.line(row))));
        findings.extend(missing.if_any());
    }

    let matching = Matching { contract, submission, keys: &keys, ours: &ours, theirs, scored, threads };
    match matching.alignment(&mut findings) {
        Some(alignment) if findings.is_empty() => Ok(alignment),
        _ => Err(none.into_iter().chain(findings).collect()),
    }
}

/// The rows of a key's columns in the order of their keys.
#[must_use]
pub fn order(columns: &[ArrayRef]) -> Vec<u32> {
    order_of(columns)
}

/// Applies one side of an alignment, on whatever threads are idle.
///
/// # Errors
///
/// If a row is not in the batch.
pub fn apply(batch: &RecordBatch, rows: Option<&Vec<u32>>, threads: &Threads) -> Result<RecordBatch, ArrowError> {
    match rows {
        None => Ok(batch.clone()),
        Some(rows) => gather::gather(batch, rows, threads),
    }
}

struct Matching<'a> {
    contract: &'a Contract,
    submission: &'a Table,
    keys: &'a Keys,
    ours: &'a [ArrayRef],
    theirs: &'a [ArrayRef],
    scored: Option<&'a [bool]>,
    threads: &'a Threads,
}

impl Matching<'_> {
    /// The alignment, or none with what is wrong added to `findings`.
    fn alignment(&self, findings: &mut Vec<Finding>) -> Option<Alignment> {
        let (ours, theirs) = (&self.keys.submission, &self.keys.answers);
        if self.contract.rows == Rows::Position {
            let mut other = Finding::new("keys that differ from the one expected in that row")
                .remedy("keep the order of the sample submission");
            for row in (0..ours.len().min(theirs.len())).filter(|&row| !ours.is_same(row, theirs, row)) {
                other.add(|| self.place(row));
            }
            findings.extend(other.if_any());
            return Some(Alignment::default());
        }
        // Keys may be equal and of other types, as `12` and `12.0` are.
        if self.keys.are_in_order() {
            return Some(Alignment::default());
        }
        let index = match Index::new(self.keys, self.threads) {
            Ok(index) => index,
            Err(finding) => {
                findings.push(finding);
                return None;
            }
        };
        // Mostly each answer has one row, of which nothing else can be said.
        let one_each = match self.contract.rows {
            Rows::Same | Rows::Set if index.submission.len() == index.count() => index.positions(),
            Rows::Superset => index.positions(),
            _ => None,
        };
        if one_each.is_some() {
            return Some(Alignment { submission: one_each, answers: None });
        }
        self.compare_sets(&index, findings);
        if !findings.is_empty() {
            return None;
        }
        match self.contract.rows {
            Rows::Merge | Rows::Subset => Some(Alignment { submission: None, answers: Some(index.submission) }),
            Rows::Known => self.known_by_rank(&index, findings),
            _ => self.by_rank(&index, findings),
        }
    }

    /// Keys that are unknown, missing, or there too often.
    fn compare_sets(&self, index: &Index, findings: &mut Vec<Finding>) {
        let mut unknown = Finding::new("keys that are not expected").remedy("use the keys of the sample submission");
        let mut repeated = Finding::new("keys that are there more often than expected").remedy("give each row once");
        let (given, expected) = (index.given(), index.expected());
        let mut seen = vec![0; index.count()];
        for row in 0..index.submission.len() {
            let place = || self.place(row);
            match index.row(row) {
                None if self.contract.rows == Rows::Superset || self.keys.is_missing(row) => {}
                None => unknown.add(place),
                Some(key) => {
                    seen[key] += 1;
                    if self.contract.rows == Rows::Same && seen[key] > expected[key] {
                        repeated.add(place);
                    }
                }
            }
        }
        let mut absent = Finding::new("keys that are missing").remedy(ONE_ROW_EACH);
        for row in self.absent(index, &given) {
            absent.add(|| Place::value(keys::spelled(self.theirs, row)));
        }
        findings.extend([unknown, repeated, absent].into_iter().filter_map(Finding::if_any));
    }

    /// Answers whose keys the submission should have and has not. Those that are named are in the order of their keys: the order of the answers
    /// may tell of their values.
    fn absent(&self, index: &Index, given: &[u32]) -> Vec<usize> {
        let mut asked = vec![0; index.count()];
        let mut absent = Vec::new();
        for row in 0..index.count() {
            let key = index.answer(row);
            asked[key] += 1;
            let lacking = match self.contract.rows {
                Rows::Known | Rows::Subset => false,
                Rows::Same => asked[key] > given[key],
                _ => given[key] == 0 && asked[key] == 1,
            };
            if lacking {
                absent.push(row);
            }
        }
        let theirs = &self.keys.answers;
        let compare = |a: &usize, b: &usize| theirs.compare(*a, *b).then(a.cmp(b));
        if absent.len() > NAMED {
            absent.select_nth_unstable_by(NAMED, compare);
        }
        let named = absent.len().min(NAMED);
        absent[..named].sort_unstable_by(compare);
        absent
    }

    /// A row of the submission, and its key.
    fn place(&self, row: usize) -> Place {
        let names = self.contract.key.iter().map(String::as_str);
        Place::cells(self.submission, row, names, keys::spelled(self.ours, row))
    }

    /// Pairs both sides in the order of their keys, as far as the shorter one goes. Among equal keys it is the order in which
    /// the reference's sort leaves them.
    fn by_rank(&self, index: &Index, findings: &mut Vec<Finding>) -> Option<Alignment> {
        let mut known = order_of(self.ours);
        if self.contract.rows == Rows::Superset {
            // The reference drops the other rows before it sorts.
            let rows = (0..).zip(&index.submission);
            let kept: Vec<u32> = rows.filter(|(_, key)| **key != NONE).map(|(row, _)| row).collect();
            let some = match gather::pick(self.ours, &kept, self.threads) {
                Ok(some) => some,
                Err(error) => {
                    findings.push(Finding::new(error.to_string()));
                    return None;
                }
            };
            known = order_of(&some).into_iter().map(|position| kept[position as usize]).collect();
        }
        let mut answers = order_of(self.theirs);
        let pairs = known.len().min(answers.len());
        known.truncate(pairs);
        answers.truncate(pairs);
        Some(Alignment { submission: Some(known), answers: Some(answers) })
    }

    /// Pairs the rows that count of both sides in the order of their keys.
    fn known_by_rank(&self, index: &Index, findings: &mut Vec<Finding>) -> Option<Alignment> {
        let order = |columns: &[ArrayRef], keys: &Side| -> Vec<u32> {
            // The reference has keys as an index, and pandas leaves an index that is in order as it is.
            if keys.is_sorted() { (0..keys.len() as u32).collect() } else { order_of(columns) }
        };
        let mut submission = order(self.ours, &self.keys.submission);
        submission.retain(|&row| index.row(row as usize).is_some_and(|key| counts(self.scored, key)));
        let mut answers = order(self.theirs, &self.keys.answers);
        answers.retain(|&row| counts(self.scored, index.answer(row as usize)));
        if submission.len() != answers.len() {
            findings.push(
                Finding::new("keys are repeated in place of others, and not all of these keys count")
                    .remedy("give each row once"),
            );
            return None;
        }
        Some(Alignment { submission: Some(submission), answers: Some(answers) })
    }
}
