//! What tests end to end share.

pub mod attacks;
pub mod cases;
pub mod cgroup;
pub mod csv;
pub mod docker;
pub mod fuzzing;
pub mod harmless;
pub mod verdict;
pub mod workloads;

use std::path::{Path, PathBuf};
use std::process::Command;

use assay::{Assay, Context, Submission};
use assay_types::report::{BatchReport, Report};

use crate::verdict::Verdict;

/// A competition `toy` with a number for each id, as its file `competition.toml` says it.
pub const TOY: &str = r#"
id = "toy"
title = "Toy"
summary = "For each id, a number. Scored by the root mean squared error."

[data]
answers = "private/test.csv"
sample_submission = "public/sample_submission.csv"

[submission]
key = ["id"]
rows = "same"

[[submission.columns]]
names = ["y"]
type = "number"

[grader]
component = "root-mean-squared-error"
options = { target = "y" }
"#;

/// Why a test cannot go on.
pub type Failure = Box<dyn std::error::Error>;

/// The folder of the interpreters that `cargo xtask interpreters` builds; none if they were not built, which is said. Where
/// `ASSAY_INTERPRETERS` is set, they have to be.
///
/// # Panics
///
/// If they have to be there and are not.
#[must_use]
pub fn interpreters() -> Option<PathBuf> {
    let folder = root().join("target/interpreters");
    let built = ["python.wasm", "javascript.wasm"].iter().all(|file| folder.join(file).is_file());
    assert!(built || std::env::var_os("ASSAY_INTERPRETERS").is_none(), "run `cargo xtask interpreters` first");
    if !built {
        eprintln!("not tested: `cargo xtask interpreters` builds the interpreters");
    }
    built.then_some(folder)
}

/// The workspace.
#[must_use]
pub fn root() -> PathBuf {
    xtask::workspace()
}

/// The program, as `cargo xtask test` builds it before the tests.
///
/// # Errors
///
/// If it is not there.
pub fn assay() -> Result<Command, Failure> {
    // A test is in target/release/deps/, and the program in target/release/.
    let test = std::env::current_exe()?;
    let program = test.ancestors().nth(2).map(|folder| folder.join("assay")).filter(|program| program.is_file());
    let mut command = Command::new(program.ok_or("the program is not built: run the tests by `cargo xtask test`")?);
    // Not the key of whoever runs the tests.
    command.env("ASSAY_KEY", root().join("target/tests-key"));
    Ok(command)
}

/// A service with the graders and competitions that the program carries, and answers from this data directory.
///
/// # Errors
///
/// If it cannot be set up.
pub fn service(data: &Path) -> Result<Assay, Failure> {
    Ok(Assay::builder().data_dir(data).build()?)
}

/// The report on a file.
///
/// # Errors
///
/// If the competition cannot be graded.
pub fn graded(assay: &Assay, id: &str, file: &Path) -> Result<Report, Failure> {
    Ok(assay.grade(id, Submission::Path(file), &Context::default())?.report().clone())
}

/// What comes of a file, with the fuel that its grading used.
///
/// # Errors
///
/// If the competition cannot be graded.
pub fn verdict(assay: &Assay, id: &str, file: &Path) -> Result<Verdict, Failure> {
    let graded = assay.grade(id, Submission::Path(file), &Context::default())?;
    Ok(Verdict::of(graded.report(), graded.operator().fuel))
}

/// What the program, with these arguments besides, makes of the submissions of a list, with the fuel that its operator's log tells of.
///
/// # Errors
///
/// If it writes no report, or its log cannot be read.
pub fn verdicts(list: &Path, data: &Path, arguments: &[&str]) -> Result<Vec<Verdict>, Failure> {
    let log = tempfile::NamedTempFile::new()?;
    let path = log.path().to_str().ok_or("no text")?;
    let reports = reports(list, data, &[arguments, &["--operator-log", path]].concat())?;
    let mut fuel = vec![None; reports.len()];
    for line in std::fs::read_to_string(log.path())?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let place = line["entry"].as_u64().and_then(|entry| usize::try_from(entry).ok()).ok_or("no entry")?;
        *fuel.get_mut(place - 1).ok_or("no such entry")? = line["fuel"].as_u64();
    }
    Ok(reports.iter().zip(fuel).map(|(report, fuel)| Verdict::of(report, fuel)).collect())
}

/// What the program, with these arguments besides, reports of the submissions of a list.
///
/// # Errors
///
/// If it writes no report.
pub fn reports(list: &Path, data: &Path, arguments: &[&str]) -> Result<Vec<Report>, Failure> {
    let out = tempfile::tempdir()?;
    let run = assay()?
        .arg("grade")
        .args(["--submission".as_ref(), list.as_os_str()])
        .args(["--data-dir".as_ref(), data.as_os_str()])
        .args(["--output-dir".as_ref(), out.path().as_os_str()])
        .args(arguments)
        .output()?;
    let report = std::fs::read_dir(&out)?.next().ok_or_else(|| String::from_utf8_lossy(&run.stderr).into_owned())??;
    let report: BatchReport = serde_json::from_slice(&std::fs::read(report.path())?)?;
    Ok(report.competition_reports)
}
