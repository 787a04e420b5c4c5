//! A grader with one fault of many: which one stands in its data, where the test writes it, so that one build gives all of them.

use assay_sdk::{ColumnView, Description, Detail, GradeError, Grader, Kind, Options, Problem, Score, Table, Values};

/// The name of the fault behind the marker, filled up with dots. `tests/grading/faulty.rs` finds and replaces it.
static FAULT: [u8; 48] = *b"ASSAY-FAULT:none................................";

/// True if the component has this fault.
fn has(fault: &str) -> bool {
    // The compiler must not take the array's content for known: it is another one in each component.
    let array = std::hint::black_box(&FAULT);
    let mut rest = array.iter().skip(b"ASSAY-FAULT:".len());
    fault.bytes().all(|byte| rest.next() == Some(&byte)) && rest.next().is_none_or(|&byte| byte == b'.')
}

static mut CALLS: u32 = 0;

/// How often this was called in this instance.
fn calls() -> u32 {
    // SAFETY: a component has one thread.
    unsafe {
        CALLS += 1;
        CALLS
    }
}

/// Weighted errors of the columns `targets`, each relative to the answer, and one for each wrong `label` and `flag`; their mean over the
/// rows.
struct Faulty;

impl Grader for Faulty {
    fn describe() -> Description {
        let summary = if has("says-nothing") {
            "?"
        } else {
            "The mean over rows of weighted |answer - prediction| / (1 + |answer|)."
        };
        let scale = if has("default-unstated") { "a factor" } else { "a factor of the score (default: 1)" };
        let name = if has("other-description") && calls() > 1 { "other" } else { "faulty" };
        let new = if has("direction") { Description::higher } else { Description::lower };
        new(name, "1.0.0", summary)
            .required("targets", Kind::Columns, "columns of numbers")
            .required("label", Kind::Column, "a column of texts")
            .required("flag", Kind::Column, "a column of truth values")
            .optional("weights", Kind::Numbers, "a weight for each target (default: 1 each)")
            .optional("scale", Kind::Number, scale)
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        if has("validate-agrees") {
            return Ok(());
        }
        let problems = problems(submission, options).ok();
        match problems {
            Some(problems) if !problems.is_empty() => Err(problems),
            // What is wrong with the options is told by `grade`.
            _ => Ok(()),
        }
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let (submission, answers) = if has("sides-swapped") { (answers, submission) } else { (submission, answers) };
        score(submission, answers, options)
    }
}

fn missing(column: &ColumnView<'_>) -> Option<usize> {
    if has("null-blind") || has("null-slot") { None } else { column.first_missing() }
}

fn problems(submission: &Table, options: &Options) -> Result<Vec<Problem>, GradeError> {
    let mut problems = Vec::new();
    let targets = options.texts("targets")?;
    let others = [options.text("label")?, options.text("flag")?];
    for (at, name) in targets.iter().map(String::as_str).chain(others).enumerate() {
        let Ok(column) = submission.column(name) else {
            if has("missing-column") {
                panic!("no column");
            }
            problems.push(Problem::of_column(name, if has("says-no-reason") { "" } else { "is not there" }));
            continue;
        };
        let right = match column.values() {
            Values::Utf8(_) => at == targets.len(),
            Values::Boolean(_) => at > targets.len(),
            _ => at < targets.len(),
        };
        if !right {
            if has("other-type") {
                panic!("another type");
            }
            problems.push(Problem::of_column(name, "is of another type"));
        } else if let Some(row) = missing(&column) {
            let row = if has("wrong-row") { row + 1 } else { row };
            problems.push(Problem::of_cell(name, row, "the cell is missing"));
        } else if let Some(numbers) = column.numbers().filter(|_| at < targets.len())
            && let Some(row) =
                numbers.iter().position(|number| !(number.is_finite() || has("null-blind") && number.is_nan()))
        {
            if has("not-finite") {
                panic!("not finite");
            }
            problems.push(Problem::of_cell(name, row, "the number is not finite"));
        }
    }
    Ok(problems)
}

fn score(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
    let refused = |text: &str| GradeError::InvalidSubmission(text.to_owned());
    let targets: Vec<&str> = match options.texts("targets") {
        Err(_) if has("option-kind") => panic!("no list"),
        targets => targets?.iter().map(String::as_str).collect(),
    };
    if has("validate-agrees") && !problems_of(submission, options)?.is_empty() {
        return Err(refused("the submission has cells that are missing or of another type"));
    }
    let rows = answers.len();
    if rows == 0 {
        if has("empty") {
            panic!("no rows");
        }
        return Err(refused("there are no rows"));
    }
    if rows == 1 && has("one-row") {
        panic!("one row");
    }
    let weights = options.numbers("weights").map_or_else(|_| vec![1.0; targets.len()], <[f64]>::to_vec);
    if weights.len() != targets.len() {
        return Err(GradeError::Failure("`weights` must have a number for each of `targets`".into()));
    }
    let scale = match options.number_or_none("scale")? {
        _ if has("option-ignored") => 1.0,
        None if has("other-default") => 2.0,
        scale => scale.unwrap_or(1.0),
    };
    let first = usize::from(has("first-row") && rows > 1);
    let last = if has("last-row") && rows > 1 { rows - 1 } else { rows };
    let mut total = 0.0;
    for (at, name) in targets.iter().enumerate() {
        if has("column-ignored") && at == 1 {
            continue;
        }
        let weight = if has("weights-swapped") { weights[targets.len() - 1 - at] } else { weights[at] };
        let predictions = match submission.columns.iter().filter(|column| numeric(&column.values)).nth(at) {
            Some(column) if has("column-order") => column.name.as_str(),
            _ => name,
        };
        let (truths, predicted) = (answers.numbers(name)?, numbers(submission, predictions)?);
        let spelled = spelled(submission, predictions);
        while has("endless") && std::hint::black_box(rows > 1 && predicted[0] == predicted[1]) {}
        let errors = (first..last).map(|row| {
            let (truth, prediction) = (truths[row], predicted[row]);
            let error = (truth - prediction).abs() / (1.0 + truth.abs());
            if has("row-order") {
                error * (row + 1) as f64
            } else if has("ties") && row > 0 && predicted[row] == predicted[row - 1] && row % 2 == 0 {
                error + 1.0
            } else if has("as-text") {
                f64::from(u8::from(spelled[row] != format!("{truth}")))
            } else if has("overflow") {
                i64::checked_mul(prediction as i64, 1000).expect("no overflow") as f64 * 0.0 + error
            } else if has("null-blind") && prediction.is_nan() {
                (truth - predicted[0]).abs() * 0.0 + nan_as_was(&truths, row)
            } else {
                error
            }
        });
        // In an order of the errors, so that the order of rows does not show in the last bits.
        let mut errors: Vec<f64> = errors.collect();
        errors.sort_by(f64::total_cmp);
        total += weight * errors.iter().sum::<f64>();
    }
    if has("quadratic") {
        let numbers = numbers(submission, targets.first().copied().unwrap_or_default())?;
        let equal =
            (0..rows).map(|row| numbers.iter().filter(|&&number| number == numbers[row]).count()).sum::<usize>();
        total += equal as f64 * 0.0;
    }
    total += others(submission, answers, options, first..last)?;
    if has("one-class")
        && targets.iter().all(|name| answers.numbers(name).is_ok_and(|all| all.iter().all(|x| *x == all[0])))
    {
        return Ok(f64::NAN.into());
    }
    finished(total, rows, scale)
}

fn problems_of(submission: &Table, options: &Options) -> Result<Vec<Problem>, GradeError> {
    problems(submission, options)
}

fn nan_as_was(_: &[f64], _: usize) -> f64 {
    0.0
}

fn numeric(values: &Values) -> bool {
    !matches!(values, Values::Utf8(_) | Values::Boolean(_))
}

fn numbers(table: &Table, name: &str) -> Result<Vec<f64>, GradeError> {
    let column = table.column(name)?;
    // Whatever is stored below missing cells.
    Ok(match column.values() {
        Values::Int64(values) => values.iter().map(|&value| value as f64).collect(),
        Values::Uint64(values) => values.iter().map(|&value| value as f64).collect(),
        _ => table.numbers(name)?.into_owned(),
    })
}

/// Numbers as text: with a point where they are decimals.
fn spelled(table: &Table, name: &str) -> Vec<String> {
    match table.column(name).map(|column| column.values()) {
        Ok(Values::Int64(values)) => values.iter().map(i64::to_string).collect(),
        Ok(Values::Float64(values)) => values.iter().map(|value| format!("{value:?}")).collect(),
        _ => vec![String::new(); table.len()],
    }
}

/// One for each wrong label and flag.
fn others(
    submission: &Table,
    answers: &Table,
    options: &Options,
    rows: std::ops::Range<usize>,
) -> Result<f64, GradeError> {
    let (label, flag) = (options.text("label")?, options.text("flag")?);
    let (truths, labels) = (answers.column(label)?, submission.column(label)?);
    let mut wrong = 0.0;
    for row in rows.clone() {
        let (truth, label) = (truths.text(row).unwrap_or_default(), labels.text(row).unwrap_or_default());
        if has("unicode") && !label.is_empty() {
            wrong += f64::from(label[..1].len() as u32) - 1.0;
        }
        if has("leaks") && truth.starts_with("canary") {
            return Err(GradeError::InvalidSubmission(format!("row {row}: {label} is not {truth}")));
        }
        wrong += f64::from(u8::from(truth != label));
    }
    let (truths, flags) = (answers.column(flag)?, submission.column(flag)?);
    let (Values::Boolean(truths), Values::Boolean(flags)) = (truths.values(), flags.values()) else {
        return Err(GradeError::InvalidSubmission(format!("column `{flag}` is not of truth values")));
    };
    let bit = |bits: &[u8], row: usize| bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1);
    for row in rows {
        let flag = bit(flags, row) ^ has("flag-backwards");
        wrong += f64::from(u8::from(bit(truths, row) != flag));
    }
    Ok(wrong)
}

fn finished(total: f64, rows: usize, scale: f64) -> Result<Score, GradeError> {
    let divisor = match () {
        () if has("sum-for-mean") => 1.0,
        () if has("off-by-one") && rows > 1 => (rows - 1) as f64,
        () => rows as f64,
    };
    let mut value = total / divisor * scale;
    if !value.is_finite() {
        return Err(GradeError::InvalidSubmission("the error is beyond what a number can hold".into()));
    }
    if has("clipped") {
        value = value.min(1.0);
    }
    if has("constant") {
        value = 0.5;
    }
    if has("counter") {
        value += f64::from(calls() - 1);
    }
    if has("uninitialised") {
        let fresh: Vec<u8> = Vec::with_capacity(64);
        // SAFETY: none; that is the fault. The host hands over memory that is zero.
        value += f64::from(unsafe { std::ptr::read_volatile(fresh.as_ptr().add(40)) }) * 0.0;
    }
    let mut details = vec![Detail { name: "rows".into(), value: rows as f64 }];
    if has("details-lie") {
        details.push(Detail { name: "score".into(), value: value * 0.5 });
    }
    if has("details-nan") {
        details.push(Detail { name: "spread".into(), value: f64::NAN });
    }
    Ok(Score { value, details })
}

assay_sdk::export!(Faulty);
