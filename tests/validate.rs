//! `assay validate` and key files: a submission can be checked without the answers, as a grading would.

use std::path::Path;

use assay_host::graders::Graders;
use assay_host::registry::Registry;
use assay_host::report::{Outcome, Report};
use assay_host::rules::Rules;
use assay_host::sandbox::{Limits, Sandbox};
use assay_host::validate::{Validation, validate};
use assay_host::{key_file, read, setup};
use assay_tests::cases::Cases;
use assay_tests::csv;
use assay_tests::{Failure, assay, reports, root};

/// What participants are told when the grader's reason would need the answers.
const WITHHELD: &str = "the grader refused it beside the answers; its reason is for the operator";

/// What `validate` says of all cases, with the keys of the answers or of a key file.
fn validated(cases: &Cases, from_key_files: bool) -> Result<Vec<Validation>, Failure> {
    let (registry, limits) = (Registry::embedded(), read::Limits::default());
    let graders = Graders::embedded(Sandbox::new(Limits::default(), None)?);
    let folder = tempfile::tempdir()?;
    let mut validations = Vec::new();
    let mut ready: Option<(Rules, read::Table)> = None;
    for case in &cases.list {
        let id = &case.competition_id;
        let (rules, keys) = match ready {
            Some(ready) if ready.0.competition().id == *id => ready,
            _ => {
                let competition = registry.get(id)?;
                let mut keys = setup::keys(&competition, &cases.data(), &limits)?;
                if from_key_files {
                    let path = folder.path().join(id);
                    std::fs::write(&path, key_file::derive(&competition, &keys)?)?;
                    keys = key_file::read(&competition, &path, &limits)?;
                }
                (Rules::new(competition, &graders)?, keys)
            }
        };
        let path = cases.folder().join(&case.submission_path);
        validations.push(validate(&rules, Some(&keys), &path, &case.submission_path, &limits)?);
        ready = Some((rules, keys));
    }
    Ok(validations)
}

/// True if a refusal lies in the answers' values, so that `validate` cannot know of it.
fn needs_the_answers(report: &Report) -> bool {
    let reason = report.reason.as_deref().unwrap_or_default();
    reason == WITHHELD
        || reason.starts_with("its score is ")
        || reason.starts_with("keys are repeated in place of others")
}

#[test]
fn validate_says_what_a_grading_says() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let reports = reports(&cases.jsonl(), &cases.data(), &[])?;
    let validations = validated(&cases, false)?;
    let (mut valid, mut withheld) = (0, 0);
    for (report, validation) in reports.iter().zip(&validations) {
        let case = &report.submission_path;
        let reason = report.reason.as_deref().unwrap_or_default();
        if validation.valid {
            valid += 1;
            assert!(report.outcome == Outcome::Scored || needs_the_answers(report), "{case} is valid, but: {reason}");
            withheld += usize::from(report.outcome != Outcome::Scored);
        } else {
            assert_eq!(report.outcome, Outcome::InvalidSubmission, "{case}: {:?}", validation.problems);
            assert_eq!(validation.problems.join("\n"), reason, "{case}");
        }
    }
    // The cases are mostly of refusals: each side has many.
    assert!(valid > 2000 && valid < 3500 && withheld < 200, "{valid} valid, {withheld} of them refused by a grading");
    Ok(())
}

#[test]
fn a_key_file_does_for_the_answers() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let (answers, files) = (validated(&cases, false)?, validated(&cases, true)?);
    for (answers, file) in answers.iter().zip(&files) {
        let case = &answers.submission_path;
        assert_eq!(answers.valid, file.valid, "{case}: {:?} against {:?}", answers.problems, file.problems);
        // The first keys of many are others where the rows are in another order.
        let kinds = |validation: &Validation| -> Vec<String> {
            let starts =
                validation.problems.iter().map(|problem| problem.split(": ").next().unwrap_or_default().to_owned());
            starts.collect()
        };
        assert_eq!(kinds(answers), kinds(file), "{case}");
    }
    Ok(())
}

/// The answers' values have no way into a key file: shuffled among the rows, they leave it as it is.
#[test]
fn a_key_file_tells_nothing_of_the_answers() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| false)?;
    let (registry, limits) = (Registry::embedded(), read::Limits::default());
    let mut random = fastrand::Rng::with_seed(11);
    let mut tried = 0;
    for id in registry.ids() {
        let competition = registry.get(id)?;
        let path = setup::answers(&cases.data(), &competition);
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let derived = || -> Result<String, Failure> {
            Ok(key_file::derive(&competition, &setup::keys(&competition, &cases.data(), &limits)?)?)
        };
        let before = derived()?;
        let mut rows = csv::rows(&std::fs::read_to_string(&path)?);
        // Whole rows move where their order is no part of the contract; elsewhere values move from row to row.
        let position = competition.submission.rows == assay_host::competition::Rows::Position;
        if position {
            let key = &competition.submission.key;
            let columns: Vec<usize> = (0..rows[0].len())
                .filter(|&column| !key.iter().any(|key| key == rows[0][column].trim_matches('"')))
                .collect();
            for column in columns {
                let mut cells: Vec<String> = rows[1..].iter().map(|row| row[column].clone()).collect();
                random.shuffle(&mut cells);
                rows[1..].iter_mut().zip(cells).for_each(|(row, cell)| row[column] = cell);
            }
        } else {
            random.shuffle(&mut rows[1..]);
        }
        std::fs::write(&path, csv::file(&rows, "\n"))?;
        assert!(before == derived()?, "{id}: the key file depends on more than the keys");
        let header = before.lines().next().unwrap_or_default();
        let expected = competition.submission.key.join(",");
        assert_eq!(header, if expected.is_empty() { "row" } else { &expected }, "{id}");
        tried += 1;
    }
    assert!(tried >= 80, "only {tried} were tried");
    Ok(())
}

#[test]
fn the_program_validates_without_answers() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (keys, submission) = (folder.path().join("keys.csv"), folder.path().join("submission.csv"));
    let examples = root().join("examples");
    let run = |arguments: &[&Path], format: &str| -> Result<(Option<i32>, String, String), Failure> {
        let mut command = assay()?;
        command.args(arguments).arg("--competitions").arg(&examples);
        if !format.is_empty() {
            command.args(["--format", format]);
        }
        // Nobody's data are there by default.
        let run = command.env("HOME", folder.path()).env_remove("XDG_CACHE_HOME").output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((run.status.code(), text(&run.stdout), text(&run.stderr)))
    };
    let id = Path::new("breast-cancer-wisconsin");
    let derive = ["keys".as_ref(), id, "--data-dir".as_ref(), &examples, "--output".as_ref(), &keys];
    assert_eq!(run(&derive, "")?.0, Some(0));
    let text = std::fs::read_to_string(&keys)?;
    assert!(text.starts_with("id\nsample_0"), "{text}");

    let good = examples.join("breast-cancer-wisconsin/logistic-regression.csv");
    let (code, said, _) = run(&["validate".as_ref(), &good, id, "--keys".as_ref(), &keys], "table")?;
    assert_eq!((code, said.as_str()), (Some(0), "the submission is valid\n"));
    let (code, said, _) = run(&["validate".as_ref(), &good, id], "table")?;
    assert_eq!(code, Some(0));
    assert!(said.contains("not held against the keys"), "{said}");

    std::fs::write(&submission, "id,malignant\nsample_001,1.5\nnobody,0.5\n")?;
    let (code, said, _) = run(&["validate".as_ref(), &submission, id, "--keys".as_ref(), &keys], "json")?;
    let validation: serde_json::Value = serde_json::from_str(&said)?;
    assert_eq!(code, Some(1));
    assert_eq!(validation["valid"], false);
    assert_eq!(validation["problems"].as_array().map(Vec::len), Some(4), "{said}");
    assert!(!said.contains("score"), "{said}");

    std::fs::write(&keys, "other\n1\n")?;
    let (code, _, said) = run(&["validate".as_ref(), &good, id, "--keys".as_ref(), &keys], "")?;
    assert_eq!(code, Some(2));
    assert!(said.contains("there is no column `id`"), "{said}");
    Ok(())
}
