//! Hard tables: each comes to a score or to a refusal that says why, and never to a trap. What `grade` refuses for the submission alone,
//! `validate` should have refused.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::DataType;
use assay_sandbox::Outcome;

use super::catalogue::{
    CANARIES, Check, HARD_CONSTANT, HARD_EMPTY, HARD_HUGE, HARD_MISSING_COLUMN, HARD_NOT_FINITE, HARD_NULLS,
    HARD_ONE_CLASS, HARD_ONE_ROW, HARD_TINY, HARD_TYPES, HARD_UNICODE, REFUSAL_TEXT, SCORE_FINITE, VALIDATE,
};
use super::ledger::Ledger;
use super::tables::{
    decimals, mapped, missing, numbers, numbers_mapped, replaced, rotated, taken, texts_mapped, without,
};
use super::trial::{Dataset, Pair, Stop, Trial};

/// Texts that code which takes a byte for a character trips over: combining marks, right to left, beyond the first plane, none at all.
const TEXTS: [&str; 6] = ["é", "e\u{301}́x", "שלום", "🦀🦀 🦀", "", "ẞ\u{200d}ß"];

/// The text that marks cells of answers, and the number.
const CANARY: &str = "canary7391";
const CANARY_NUMBER: f64 = 739_184.25;

pub(super) fn hard(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    for base in data.bases() {
        let mut hard = both_sides(base);
        hard.extend(
            of_the_submission(&base.submission).into_iter().map(|(check, submission)| (check, base.with(submission))),
        );
        for (check, pair) in hard {
            let seen = trial.grade(&pair, &data.options)?;
            if let Some(crash) = seen.crash() {
                ledger.fail(check, format!("{}: {crash}", data.name));
                continue;
            }
            ledger.pass(check, format!("{}: it {}", data.name, seen.told()));
            match seen.refusal() {
                Some(text) if text.trim().is_empty() => {
                    ledger.fail(REFUSAL_TEXT, format!("{}: a refusal without a word (`{}`)", data.name, check.id));
                }
                Some(_) => ledger.pass(REFUSAL_TEXT, format!("{}: each refusal has a text", data.name)),
                None => {}
            }
            // A score beyond what a number can hold is none of the grader's doing.
            let beyond = check.id == HARD_HUGE.id || check.id == HARD_NOT_FINITE.id;
            match &seen.outcome {
                Outcome::Scored(score) if !score.value.is_finite() && !beyond => {
                    ledger.warn(SCORE_FINITE, format!("{}: the score is {} (`{}`)", data.name, score.value, check.id));
                }
                _ => ledger.pass(SCORE_FINITE, format!("{}: scores are finite", data.name)),
            }
        }
        agrees(trial, data, base, ledger)?;
        canaries(trial, data, base, ledger)?;
    }
    Ok(())
}

/// Hard tables of both sides.
fn both_sides(base: &Pair) -> Vec<(&'static Check, Pair)> {
    let cut = |rows: usize| Pair {
        submission: base.submission.slice(0, rows.min(base.submission.num_rows())),
        answers: base.answers.slice(0, rows.min(base.answers.num_rows())),
    };
    let mut hard = vec![(HARD_EMPTY, cut(0)), (HARD_ONE_ROW, cut(1))];
    if let Some(answers) = mapped(&base.answers, constant) {
        hard.push((HARD_ONE_CLASS, Pair { answers, ..base.clone() }));
    }
    for (check, change) in CELLS {
        if let (Some(submission), Some(answers)) = (mapped(&base.submission, change), mapped(&base.answers, change)) {
            hard.push((check, Pair { submission, answers }));
        }
    }
    for index in 0..base.answers.num_columns().min(4) {
        hard.push((HARD_MISSING_COLUMN, Pair { answers: without(&base.answers, index), ..base.clone() }));
    }
    hard
}

type Change = fn(&ArrayRef) -> Option<ArrayRef>;

/// Changes of cells.
const CELLS: [(&Check, Change); 6] = [
    (HARD_HUGE, huge),
    (HARD_TINY, tiny),
    (HARD_NOT_FINITE, |column| {
        numbers(column)
            .map(|n| decimals((0..n.len()).map(|row| if row % 2 == 0 { f64::INFINITY } else { f64::NEG_INFINITY })))
    }),
    (HARD_UNICODE, |column| texts_mapped(column, |row, _| TEXTS[row % TEXTS.len()].to_owned())),
    (HARD_UNICODE, |column| texts_mapped(column, |row, text| format!("{text}{}", TEXTS[row % TEXTS.len()]))),
    (HARD_CONSTANT, constant),
];

/// Hard submissions.
fn of_the_submission(submission: &RecordBatch) -> Vec<(&'static Check, RecordBatch)> {
    let mut hard: Vec<(&Check, RecordBatch)> =
        CELLS.iter().filter_map(|(check, change)| Some((*check, mapped(submission, change)?))).collect();
    for index in 0..submission.num_columns().min(4) {
        let column = submission.column(index);
        hard.push((HARD_MISSING_COLUMN, without(submission, index)));
        hard.extend(others(column).into_iter().map(|other| (HARD_TYPES, replaced(submission, index, other))));
        let rows = column.len();
        if rows > 0 {
            hard.extend(missing(column, rows / 2, false).map(|gap| (HARD_NULLS, replaced(submission, index, gap))));
            hard.push((HARD_NULLS, replaced(submission, index, decimals(std::iter::repeat_n(f64::NAN, rows)))));
        }
    }
    hard
}

fn constant(column: &ArrayRef) -> Option<ArrayRef> {
    (!column.is_empty()).then(|| taken(column, &vec![0; column.len()])).flatten()
}

fn huge(column: &ArrayRef) -> Option<ArrayRef> {
    let length = column.len();
    match column.data_type() {
        DataType::Float64 => Some(decimals((0..length).map(|row| if row % 2 == 0 { 1e308 } else { -1e308 }))),
        DataType::Int64 => Some(Arc::new(Int64Array::from_iter_values(
            (0..length).map(|row| if row % 2 == 0 { i64::MAX } else { i64::MIN }),
        ))),
        _ => None,
    }
}

fn tiny(column: &ArrayRef) -> Option<ArrayRef> {
    numbers(column)?;
    match column.data_type() {
        DataType::Float64 => Some(decimals((0..column.len()).map(|row| if row % 2 == 0 { 5e-324 } else { -0.0 }))),
        _ => numbers_mapped(column, |_, _| 0.0),
    }
}

/// Columns of every other type.
fn others(column: &ArrayRef) -> Vec<ArrayRef> {
    let length = column.len();
    let all: [ArrayRef; 5] = [
        Arc::new(StringArray::from_iter_values((0..length).map(|row| TEXTS[row % TEXTS.len()]))),
        Arc::new(StringArray::from_iter_values((0..length).map(|row| format!("{}e-1", row % 7)))),
        Arc::new((0..length).map(|row| Some(row % 2 == 0)).collect::<BooleanArray>()),
        Arc::new(Int64Array::from_iter_values((0..length).map(|row| row as i64 % 3))),
        Arc::new(Float64Array::from_iter_values((0..length).map(|row| row as f64 / 2.0))),
    ];
    all.into_iter().filter(|other| other.data_type() != column.data_type()).collect()
}

/// A refusal by `grade` in the same words beside other answers, of a submission that has no score beside itself either, is one that
/// `validate` could have given. It is only asked for what the host's own checks let through.
fn agrees(trial: &Trial<'_>, data: &Dataset, base: &Pair, ledger: &mut Ledger) -> Result<(), Stop> {
    let other_answers = mapped(&base.answers, |column| rotated(column, 1)).unwrap_or_else(|| base.answers.clone());
    if data.unpaired {
        let why = "the grader pairs the rows, so that what it refuses may depend on the keys of the answers";
        ledger.skip(VALIDATE, format!("{}: {why}", data.name));
        return Ok(());
    }
    if trial.score(base, &data.options)?.is_none() {
        return Ok(());
    }
    for (check, submission) in of_the_submission(&base.submission) {
        // Whether a number is too large to compute with may depend on the answer beside it.
        if check.id == HARD_HUGE.id {
            continue;
        }
        // Nor are keys, which the host looks at.
        let has_other_key =
            data.key.iter().any(|key| submission.column_by_name(key) != base.submission.column_by_name(key));
        let Some(submission) = data.handed_over(&submission).filter(|_| !has_other_key) else { continue };
        let pair = base.with(submission);
        let Outcome::Refused(text) = trial.grade(&pair, &data.options)?.outcome else { continue };
        let agreeable = Pair { answers: with_columns_of(&pair.answers, &pair.submission), ..pair.clone() };
        let other = trial.grade(&Pair { answers: other_answers.clone(), ..pair }, &data.options)?.outcome;
        if other == Outcome::Refused(text.clone()) && trial.score(&agreeable, &data.options)?.is_none() {
            ledger.warn(
                VALIDATE,
                format!("{}: `grade` refuses what `validate` accepted (`{}`): {text}", data.name, check.id),
            );
        }
    }
    ledger.pass(VALIDATE, format!("{}: `grade` refuses nothing that `validate` could have refused", data.name));
    Ok(())
}

/// The answers with the submission's columns in the place of those of the same names.
fn with_columns_of(answers: &RecordBatch, submission: &RecordBatch) -> RecordBatch {
    let mut all = answers.clone();
    for (field, column) in submission.schema_ref().fields().iter().zip(submission.columns()) {
        if let Ok(index) = all.schema_ref().index_of(field.name())
            && column.len() == all.num_rows()
        {
            all = replaced(&all, index, Arc::clone(column));
        }
    }
    all
}

/// Marks every cell of the answers, and looks for the marks in refusals.
fn canaries(trial: &Trial<'_>, data: &Dataset, base: &Pair, ledger: &mut Ledger) -> Result<(), Stop> {
    let marked = |column: &ArrayRef| match column.data_type() {
        DataType::Utf8 => texts_mapped(column, |row, _| format!("{CANARY}{row}")),
        DataType::Float64 => Some(decimals((0..column.len()).map(|row| CANARY_NUMBER + row as f64))),
        _ => numbers_mapped(column, |row, _| CANARY_NUMBER + row as f64),
    };
    let Some(answers) = mapped(&base.answers, marked) else { return Ok(()) };
    let submissions = of_the_submission(&base.submission).into_iter().map(|(_, submission)| submission);
    for submission in submissions.chain([base.submission.clone()]) {
        let seen = trial.grade(&Pair { submission, answers: answers.clone() }, &data.options)?;
        let quoted = |text: &String| text.contains(CANARY) || text.contains("7391");
        // A failure blames the answers themselves, and may say which cell of them.
        let blames_answers = matches!(seen.outcome, Outcome::Fault(_));
        match seen.refusal().filter(|text| !blames_answers && quoted(text)) {
            Some(text) => {
                let text: String = text.chars().take(160).collect();
                ledger.warn(CANARIES, format!("{}: a refusal quotes a cell of the answers: {text}", data.name));
            }
            None => ledger.pass(CANARIES, format!("{}: no cell of the answers is quoted", data.name)),
        }
    }
    Ok(())
}
