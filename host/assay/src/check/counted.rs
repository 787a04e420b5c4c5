//! Everything that is handed over counts, and nothing else does: each row, each column, missing cells, numbers of either type.

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::DataType;
use assay_sandbox::Outcome;

use super::catalogue::{COLUMN_IGNORED, NULL_BLIND, NULL_SLOT, NUMBER_TYPES, PROBLEM_ROWS, ROW_IGNORED};
use super::ledger::Ledger;
use super::tables::{decimals, flipped, missing, numbers, numbers_mapped, replaced, rotated, taken, texts_mapped};
use super::trial::{Dataset, Seen, Stop, Trial};

/// How many columns are tried of a wide table.
const COLUMNS: usize = 6;

pub(super) fn counted(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    columns(trial, data, ledger)?;
    if !data.unpaired {
        rows(trial, data, ledger)?;
    }
    for index in tried(data) {
        nulls(trial, data, index, ledger)?;
        number_types(trial, data, index, ledger)?;
    }
    Ok(())
}

/// The columns that are tried: some of those that are not the key's.
fn tried(data: &Dataset) -> impl Iterator<Item = usize> {
    let schema = data.given.submission.schema_ref();
    (0..schema.fields().len()).filter(|&index| !data.key.contains(schema.field(index).name())).take(COLUMNS)
}

/// The cells of one row as other rows have them, or far off.
fn row_changed(submission: &RecordBatch, row: usize) -> Vec<RecordBatch> {
    let rows = submission.num_rows();
    let mut changed = Vec::new();
    for other in [1, rows / 2, rows.saturating_sub(2)].into_iter().filter(|&other| other < rows && other != row) {
        let order: Vec<u32> = (0..rows).map(|at| if at == row { other as u32 } else { at as u32 }).collect();
        changed.push(super::tables::rows(submission, &order));
    }
    for far in [-1000.0, 1000.0, 0.5] {
        let off =
            |column: &ArrayRef| numbers_mapped(column, |at, number| if at == row { number + far } else { number });
        changed.extend(super::tables::mapped(submission, off));
    }
    let other = |column: &ArrayRef| {
        texts_mapped(column, |at, text| if at == row { format!("{text}x") } else { text.to_owned() })
    };
    changed.extend(super::tables::mapped(submission, other));
    changed
}

fn rows(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    let rows = data.given.submission.num_rows();
    if rows < 5 {
        return Ok(());
    }
    let counts = |row: usize| -> Result<bool, Stop> {
        for base in data.bases() {
            let first = trial.grade(base, &data.options)?;
            for submission in row_changed(&base.submission, row) {
                if !trial.grade(&base.with(submission), &data.options)?.same(&first) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    };
    for within in [rows / 3, rows / 2, rows - 2] {
        if !counts(within)? {
            ledger.skip(ROW_IGNORED, format!("{}: single rows make no difference to this metric", data.name));
            return Ok(());
        }
    }
    for (name, row) in [("first", 0), ("last", rows - 1)] {
        if counts(row)? {
            ledger.pass(ROW_IGNORED, format!("{}: first and last row count", data.name));
        } else {
            ledger.fail(ROW_IGNORED, format!("{}: whatever the {name} row holds, the score is the same", data.name));
        }
    }
    Ok(())
}

fn columns(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    for index in tried(data) {
        let name = data.given.submission.schema_ref().field(index).name().clone();
        let mut counts = false;
        for base in data.bases() {
            let first = trial.grade(base, &data.options)?;
            let Some(column) = base.submission.columns().get(index) else { continue };
            let rows = column.len() as u32;
            let changes = [
                rotated(column, 1),
                taken(column, &(0..rows).rev().collect::<Vec<_>>()),
                numbers_mapped(column, |row, number| number + 1.0 + row as f64),
                flipped(column),
                texts_mapped(column, |_, text| format!("{text}x")),
                texts_mapped(column, |_, _| String::new()),
            ];
            for changed in changes.into_iter().flatten() {
                let seen = trial.grade(&base.with(replaced(&base.submission, index, changed)), &data.options)?;
                counts |= !seen.same(&first);
            }
        }
        if counts {
            ledger.pass(COLUMN_IGNORED, format!("{}: columns count", data.name));
        } else {
            ledger
                .warn(COLUMN_IGNORED, format!("{}: whatever column `{name}` holds, the score is the same", data.name));
        }
    }
    Ok(())
}

/// A missing cell makes a difference; what is stored below it makes none; and a problem that `validate` has with it names its row.
fn nulls(trial: &Trial<'_>, data: &Dataset, index: usize, ledger: &mut Ledger) -> Result<(), Stop> {
    let name = data.given.submission.schema_ref().field(index).name().clone();
    let (mut tried, mut differs, mut counts) = (false, false, false);
    for base in data.bases() {
        let first = trial.grade(base, &data.options)?;
        let Some(column) = base.submission.columns().get(index) else { continue };
        let length = column.len();
        if first.score().is_none() || column.null_count() > 0 {
            continue;
        }
        for row in [0, length / 3, length / 2, length.saturating_sub(1)].into_iter().filter(|&row| row < length) {
            let with =
                |other: bool| missing(column, row, other).map(|gap| base.with(replaced(&base.submission, index, gap)));
            let (Some(gap), Some(other)) = (with(false), with(true)) else { continue };
            let seen = trial.grade(&gap, &data.options)?;
            (tried, differs) = (true, differs || !seen.same(&first));
            for other in cell_changed(column, row).into_iter().filter(|_| !counts).collect::<Vec<_>>() {
                let other = trial.grade(&base.with(replaced(&base.submission, index, other)), &data.options)?;
                counts |= other.score().is_some() && !other.same(&first);
            }
            if *column.data_type() != DataType::Float64 {
                if seen.same(&trial.grade(&other, &data.options)?) {
                    ledger.pass(NULL_SLOT, format!("{}: the same whatever is stored there", data.name));
                } else {
                    ledger.fail(
                        NULL_SLOT,
                        format!(
                            "{}: with a cell of column `{name}` missing, what is stored below it changes the outcome",
                            data.name
                        ),
                    );
                }
            }
            problem_rows(&seen, row, data, ledger);
        }
    }
    if tried && differs {
        ledger.pass(NULL_BLIND, format!("{}: a missing cell changes the outcome", data.name));
    } else if tried && !counts {
        ledger.skip(NULL_BLIND, format!("{}: no other cell of column `{name}` changes the score either", data.name));
    } else if tried {
        ledger.fail(NULL_BLIND, format!("{}: with cells of column `{name}` missing, the score is the same", data.name));
    }
    Ok(())
}

/// The column with another cell in a row: as another row has it, or far off.
fn cell_changed(column: &ArrayRef, row: usize) -> Vec<ArrayRef> {
    let rows = column.len() as u32;
    let from = |other: u32| (0..rows).map(|at| if at as usize == row { other } else { at }).collect::<Vec<_>>();
    let off = |row: usize, far: f64| numbers_mapped(column, |at, number| if at == row { number + far } else { number });
    let text = texts_mapped(column, |at, text| if at == row { format!("{text}x") } else { text.to_owned() });
    let others = [1, rows / 2].map(|other| taken(column, &from(other.min(rows.saturating_sub(1)))));
    others.into_iter().chain([off(row, 1000.0), off(row, -0.5), text]).flatten().collect()
}

fn problem_rows(seen: &Seen, row: usize, data: &Dataset, ledger: &mut Ledger) {
    let Outcome::Invalid(problems) = &seen.outcome else { return };
    for named in problems.iter().filter_map(|problem| problem.row) {
        if named == row {
            ledger.pass(PROBLEM_ROWS, format!("{}: the right row is named", data.name));
        } else {
            ledger.fail(
                PROBLEM_ROWS,
                format!("{}: a cell of row {row} is missing, and `validate` names row {named}", data.name),
            );
        }
    }
}

fn number_types(trial: &Trial<'_>, data: &Dataset, index: usize, ledger: &mut Ledger) -> Result<(), Stop> {
    for base in data.bases() {
        let Some(column) = base.submission.columns().get(index).filter(|column| column.null_count() == 0) else {
            continue;
        };
        let whole = numbers(column).filter(|all| all.iter().all(|number| number.fract() == 0.0 && number.abs() < 1e15));
        let Some(whole) = whole else { continue };
        let other: ArrayRef = match column.data_type() {
            DataType::Float64 => {
                std::sync::Arc::new(arrow::array::Int64Array::from_iter_values(whole.iter().map(|&x| x as i64)))
            }
            _ => decimals(whole),
        };
        let other = base.with(replaced(&base.submission, index, other));
        if let (Some(one), Some(two)) = (trial.score(base, &data.options)?, trial.score(&other, &data.options)?) {
            let name = base.submission.schema_ref().field(index).name();
            if one.to_bits() == two.to_bits() {
                ledger.pass(NUMBER_TYPES, format!("{}: the same as either type", data.name));
            } else {
                ledger.warn(
                    NUMBER_TYPES,
                    format!(
                        "{}: column `{name}` scores {one} as {}, and {two} as the other type of number",
                        data.name,
                        column.data_type()
                    ),
                );
            }
        }
    }
    Ok(())
}
