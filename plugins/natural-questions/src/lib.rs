//! Long and short answers to questions about an article, as spans of its tokens.

mod annotation;
mod prediction;

use std::collections::{BTreeMap, BTreeSet};

use assay_sdk::{ColumnView, Description, Detail, GradeError, Grader, Kind, Options, Problem, Score, Table, excerpt};

use self::annotation::Annotation;
use self::prediction::Prediction;

struct NaturalQuestions;

impl Grader for NaturalQuestions {
    fn describe() -> Description {
        Description::higher(
            "natural-questions",
            env!("CARGO_PKG_VERSION"),
            "The share of right predictions, over long and short answers of the Natural Questions data. A prediction is a span `start:end` of \
             tokens, `YES`, `NO`, or blank; it is right if it is one of the example's answers, or blank where there is none. (It is \
             scikit-learn's f1_score(average=\"micro\") of two classes, `answered` and `not`.) Details: the share of long and of short ones.",
        )
        .required("key", Kind::Column, "the column of the submission that names the example, with `_long` or `_short` behind it")
        .required("target", Kind::Column, "the column of predictions")
        .required("example", Kind::Column, "the column of the answers that names the example")
        .required("annotations", Kind::Column, "the column of the answers with lists of annotations, as JSON; the first one counts")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let column = |option| options.text(option).and_then(|name| submission.column(name));
        let (Ok(keys), Ok(predictions)) = (column("key"), column("target")) else { return Ok(()) };
        let mut problems = Problem::of_cells(&keys, |row| {
            let key = keys.python_text(row);
            Question::of(&key).is_none().then(|| format!("{} ends neither in `_long` nor in `_short`", excerpt(&key)))
        });
        problems.extend(repeated(&keys));
        problems.extend(Problem::of_cells(&predictions, |row| {
            let why = Prediction::read(&text(&predictions, row)).err()?;
            Some(format!("{} {why}", excerpt(&text(&predictions, row))))
        }));
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Quirk: that there is rightly no answer counts like any right answer, so the score is an accuracy. The F1 that goes by this name
    /// leaves true negatives out, and so would a corrected grader.
    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let annotations = annotations(answers, options)?;
        let keys = submission.column(options.text("key")?)?;
        let predictions = submission.column(options.text("target")?)?;
        asked_once_each(&keys, &annotations)?;
        let (mut long, mut short) = (Share::default(), Share::default());
        for row in 0..submission.len() {
            let key = keys.python_text(row);
            let known = |example| annotations.get(example).ok_or_else(|| unexpected(&key));
            let (share, answers) = match Question::of(&key) {
                Some(Question::Long(example)) => (&mut long, known(example)?.long_answers()),
                Some(Question::Short(example)) => (&mut short, known(example)?.short_answers()),
                None => return Err(unexpected(&key)),
            };
            let cell = text(&predictions, row);
            let prediction = Prediction::read(&cell)
                .map_err(|why| GradeError::InvalidSubmission(format!("row {row}: {} {why}", excerpt(&cell))))?;
            share.rows += 1;
            share.right += u32::from(prediction.is_right(&answers));
        }
        let all = Share { right: long.right + short.right, rows: long.rows + short.rows };
        let detail = |name: &str, share: Share| Detail { name: name.into(), value: share.value() };
        Ok(Score { value: all.value(), details: vec![detail("long", long), detail("short", short)] })
    }
}

/// What a row of the submission predicts.
enum Question<'a> {
    Long(&'a str),
    Short(&'a str),
}

impl<'a> Question<'a> {
    fn of(key: &'a str) -> Option<Self> {
        let long = key.strip_suffix("_long").map(Question::Long);
        long.or_else(|| key.strip_suffix("_short").map(Question::Short))
    }
}

#[derive(Clone, Copy, Default)]
struct Share {
    right: u32,
    rows: u32,
}

impl Share {
    fn value(self) -> f64 {
        f64::from(self.right) / f64::from(self.rows)
    }
}

/// The first annotation of each example.
fn annotations(answers: &Table, options: &Options) -> Result<BTreeMap<String, Annotation>, GradeError> {
    let examples = answers.column(options.text("example")?)?;
    let lists = answers.column(options.text("annotations")?)?;
    let annotation = |row| {
        let example = examples.python_text(row).into_owned();
        let annotation = Annotation::first_of(lists.text(row).unwrap_or_default())
            .map_err(|why| GradeError::Failure(format!("annotations of example `{example}`: {why}")))?;
        Ok((example, annotation))
    };
    (0..answers.len()).map(annotation).collect()
}

/// Each example is asked for its long and for its short answer, so as many different keys as that are all of them, if none is
/// unexpected.
fn asked_once_each(keys: &ColumnView<'_>, annotations: &BTreeMap<String, Annotation>) -> Result<(), GradeError> {
    let asked = 2 * annotations.len();
    let different: BTreeSet<_> = (0..keys.len()).map(|row| keys.python_text(row)).collect();
    if keys.len() != asked || different.len() != asked {
        return Err(GradeError::InvalidSubmission(format!(
            "there are {} rows with {} different keys, but {asked} are asked for",
            keys.len(),
            different.len()
        )));
    }
    Ok(())
}

/// Keys that stood before.
fn repeated(keys: &ColumnView<'_>) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let first: Vec<bool> = (0..keys.len()).map(|row| seen.insert(keys.python_text(row))).collect();
    Problem::of_cells(keys, |row| {
        (!first[row]).then(|| format!("{} stands there twice: give each answer once", excerpt(&keys.python_text(row))))
    })
}

fn unexpected(key: &str) -> GradeError {
    GradeError::InvalidSubmission(format!("key {} is not asked for", excerpt(key)))
}

fn text(column: &ColumnView<'_>, row: usize) -> String {
    if column.is_missing(row) { String::new() } else { column.python_text(row).into_owned() }
}

assay_sdk::export!(NaturalQuestions);
