//! The library as a program of somebody else's uses it: files, bytes and tables, from several threads, with cancellation.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use assay::{Answers, Assay, Cancel, Competitions, Context, GradeError, Step, Submission};
use assay_evidence::access_log::verify;
use assay_tests::{Failure, root};
use assay_types::report::Outcome;

const ID: &str = "breast-cancer-wisconsin";

/// The score of the example's submission, as its README has it.
const SCORE: f64 = 0.989_973_333_333_333_4;

fn competitions() -> Result<Competitions, Failure> {
    let mut competitions = Competitions::none();
    competitions.add_folder(&root().join("examples"))?;
    Ok(competitions)
}

fn example(file: &str) -> std::path::PathBuf {
    root().join("examples").join(ID).join(file)
}

/// A file as a table of texts and numbers.
fn table(path: &Path) -> Result<RecordBatch, Failure> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().ok_or("no header")?.split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let keys: ArrayRef = Arc::new(rows.iter().map(|row| Some(row[0])).collect::<StringArray>());
    let values = rows.iter().map(|row| row[1].parse()).collect::<Result<Vec<f64>, _>>()?;
    let values: ArrayRef = Arc::new(Float64Array::from(values));
    Ok(RecordBatch::try_from_iter([(names[0], keys), (names[1], values)])?)
}

#[test]
fn files_bytes_and_tables_are_graded_from_two_threads() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("uses.jsonl");
    let assay = Assay::builder()
        .competitions(competitions()?)
        .data_dir(root().join("examples"))
        .access_log(&log, false)?
        .build()?;
    let file = example("logistic-regression.csv");
    let (bytes, batch) = (std::fs::read(&file)?, table(&file)?);
    let scores = |submission: Submission<'_>| -> Result<Option<f64>, GradeError> {
        Ok(assay.grade(ID, submission, &Context::default())?.report().score_exact)
    };
    std::thread::scope(|scope| -> Result<(), Failure> {
        let threads = [0, 1].map(|_| {
            scope.spawn(|| {
                (0..5).try_fold(Vec::new(), |mut all, _| {
                    for submission in [Submission::Path(&file), Submission::Bytes(&bytes), Submission::Table(&batch)] {
                        all.push(scores(submission)?);
                    }
                    Ok::<_, GradeError>(all)
                })
            })
        });
        for thread in threads {
            let scores = thread.join().map_err(|_| "a thread panicked")??;
            assert_eq!(scores, [Some(SCORE); 15]);
        }
        Ok(())
    })?;
    // Every one of them is on record, without anybody having asked for it.
    assert_eq!(verify(&log, &[], &[], |_| {})?.anchor.entries, 30);
    Ok(())
}

#[test]
fn answers_may_be_bytes_or_a_table() -> Result<(), Failure> {
    let answers = example("prepared/private/answers.csv");
    let file = std::fs::read(example("logistic-regression.csv"))?;
    for given in [Answers::Bytes(std::fs::read(&answers)?.into()), Answers::Table(table(&answers)?)] {
        let answers = BTreeMap::from([(ID.to_owned(), given)]);
        let assay = Assay::builder().competitions(competitions()?).answers(answers).build()?;
        let graded = assay.grade(ID, Submission::Bytes(&file), &Context::default())?;
        assert_eq!(graded.report().score_exact, Some(SCORE), "{:?}", graded.report());
        assert_eq!(graded.report().submission_path, "-");
    }
    Ok(())
}

#[test]
fn a_cancelled_grading_is_nobody_elses_fault() -> Result<(), Failure> {
    let assay = Assay::builder().competitions(competitions()?).data_dir(root().join("examples")).build()?;
    let file = example("logistic-regression.csv");
    let (cancel, steps) = (Cancel::default(), Mutex::new(Vec::new()));
    let progress = |step: Step| {
        steps.lock().expect("nobody panics").push(step);
        if step == Step::Read {
            cancel.cancel();
        }
    };
    let context = Context { cancel: cancel.clone(), progress: Some(&progress), ..Context::default() };
    let graded = assay.grade(ID, Submission::Path(&file), &context)?;
    assert_eq!((graded.report().outcome, graded.report().score), (Outcome::HostFault, None));
    assert_eq!(*steps.lock().expect("nobody panics"), [Step::Prepare, Step::Read, Step::Record]);
    // The next one is as good as ever.
    let graded = assay.grade(ID, Submission::Path(&file), &Context::default())?;
    assert_eq!(graded.report().score_exact, Some(SCORE));
    Ok(())
}

/// Answers that change are read again.
#[test]
fn answers_are_kept_as_long_as_they_are_the_same() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let private = folder.path().join(ID).join("prepared/private");
    std::fs::create_dir_all(&private)?;
    let answers = std::fs::read_to_string(example("prepared/private/answers.csv"))?;
    std::fs::write(private.join("answers.csv"), &answers)?;
    let assay = Assay::builder().competitions(competitions()?).data_dir(folder.path()).build()?;
    let file = std::fs::read(example("logistic-regression.csv"))?;
    let score = || -> Result<Option<f64>, GradeError> {
        Ok(assay.grade(ID, Submission::Bytes(&file), &Context::default())?.report().score_exact)
    };
    assert_eq!(score()?, Some(SCORE));
    // As many bytes, other values: ones and zeros change places.
    let swapped: String = answers
        .lines()
        .map(|line| match line.rsplit_once(',') {
            Some((key, "0")) => format!("{key},1\n"),
            Some((key, "1")) => format!("{key},0\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(private.join("answers.csv"), swapped)?;
    assert_eq!(score()?.map(|score| (score * 1e12).round()), Some(((1.0 - SCORE) * 1e12).round()));
    Ok(())
}
