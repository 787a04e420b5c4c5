//! `assay validate` and `assay keys`: what is said of a submission without the answers is what grading says.
//!
//! All made-up submissions of `parity/cases.tar.xz` are looked at, in all 82 competitions.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Output;

use assay::{Assay, Competitions, Context, DataDir, Submission, Validation, Verdict};
use assay_tables::align::Expected;
use assay_tables::{key_file, read};
use assay_tests::cases::Cases;
use assay_tests::csv;
use assay_tests::{Failure, assay, graded, service};
use assay_types::competition::{Competition, Rows};
use assay_types::report::{Outcome, Report};
use serde_json::Value;

fn expected(competition: &Competition, data: &Path) -> Result<Expected, Failure> {
    Ok(DataDir::new(data).expected(competition, &read::Limits::default())?)
}

fn validated(assay: &Assay, id: &str, expected: Option<&Expected>, path: &Path) -> Result<Validation, Failure> {
    Ok(assay.validate(id, Submission::Path(path), expected, &Context::default())?)
}

/// The competition's key file.
fn keys(competition: &Competition, data: &Path) -> Result<String, Failure> {
    Ok(key_file::write(competition, &expected(competition, data)?)?)
}

/// Whether grading refuses for a reason that only the answers' values give.
fn needs_values(report: &Report) -> bool {
    let reason = report.reason.as_deref().unwrap_or_default();
    reason == "the grader refused it beside the answers; its reason is for the operator"
        || reason.starts_with("its score is ") && reason.ends_with(": the metric is not defined for these values")
        || reason.starts_with("keys are repeated in place of others, and not all of these keys count")
}

/// What is wrong with a validation, given what grading says.
fn contradiction(validation: &Validation, report: &Report) -> Option<String> {
    let fine = match (validation.verdict, report.outcome) {
        (Verdict::Valid, Outcome::Scored) => true,
        (Verdict::Valid, Outcome::InvalidSubmission) => needs_values(report),
        (Verdict::Invalid, Outcome::InvalidSubmission) => {
            Some(validation.problems.join("\n")) == report.reason && !needs_values(report)
        }
        _ => false,
    };
    (!fine).then(|| {
        let reason = report.reason.as_deref().unwrap_or_default();
        format!(
            "validate says {:?} {:?}, grading {} {reason:?}",
            validation.verdict, validation.problems, report.outcome
        )
    })
}

#[test]
fn validating_says_what_grading_says() -> Result<(), Failure> {
    let (cases, registry, limits) = (Cases::unpack(|_| true)?, Competitions::built_in(), read::Limits::default());
    let assay = service(&cases.data())?;
    let mut wrong = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in registry.ids() {
        let competition = registry.get(id)?;
        let text = keys(&competition, &cases.data())?;
        let told = key_file::read(text.as_bytes(), &competition, &limits)?;
        assert_eq!(told, expected(&competition, &cases.data())?, "{id}");
        for case in cases.list.iter().filter(|case| case.competition_id == id) {
            let path = cases.folder().join(&case.submission_path);
            let report = graded(&assay, id, &path)?;
            let with_keys = validated(&assay, id, Some(&told), &path)?;
            if let Some(problem) = contradiction(&with_keys, &report) {
                writeln!(wrong, "{id}/{}: {problem}", case.case)?;
            }
            // Without keys less is found, and nothing else.
            let without = validated(&assay, id, None, &path)?;
            if without.verdict == Verdict::Unknown
                || !without.problems.iter().all(|problem| with_keys.problems.contains(problem))
            {
                writeln!(wrong, "{id}/{}: without keys {without:?}, with them {with_keys:?}", case.case)?;
            }
            *counts.entry(if with_keys.verdict == Verdict::Valid { "valid" } else { "invalid" }).or_default() += 1;
            if with_keys.verdict == Verdict::Valid && report.outcome != Outcome::Scored {
                *counts.entry("valid, refused beside the answers").or_default() += 1;
            }
            if without.problems.len() < with_keys.problems.len() {
                *counts.entry("less without keys").or_default() += 1;
            }
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "\n{wrong}");
    assert_eq!(counts["valid"] + counts["invalid"], cases.list.len());
    // Were none of a kind there, nothing would be tested of it.
    assert_eq!(counts.len(), 4, "{counts:?}");
    assert!(counts.values().all(|&count| count >= 10), "{counts:?}");
    Ok(())
}

/// The answers with other values in every cell that is no key, and in another order where order is no part of the contract.
fn disguised(competition: &Competition, answers: &str) -> Result<String, Failure> {
    let contract = &competition.submission;
    let mut lines: Vec<String> = if competition.data.answers.ends_with(".jsonl") {
        let line = |(row, line): (usize, &str)| -> Result<String, Failure> {
            let mut object: serde_json::Map<String, Value> = serde_json::from_str(line)?;
            for (name, value) in object.iter_mut().filter(|(name, _)| !contract.key.contains(name)) {
                *value = Value::String(format!("{name} {row}"));
            }
            Ok(Value::Object(object).to_string() + "\n")
        };
        answers.lines().enumerate().map(line).collect::<Result<_, _>>()?
    } else {
        let rows = csv::rows(answers);
        let is_key: Vec<bool> = rows[0].iter().map(|name| contract.key.contains(&name.replace('"', ""))).collect();
        let disguise = |(row, cells): (usize, &Vec<String>)| {
            let cells = cells.iter().zip(&is_key).map(|(cell, &is_key)| match row {
                0 => cell.clone(),
                _ if is_key => cell.clone(),
                _ => format!("other {row}"),
            });
            csv::file(&[cells.collect()], "\n")
        };
        rows.iter().enumerate().map(disguise).collect()
    };
    if contract.rows != Rows::Position {
        let first = usize::from(competition.data.answers.ends_with(".csv"));
        lines[first..].reverse();
    }
    Ok(lines.concat())
}

#[test]
fn a_key_file_is_the_same_whatever_the_answers_are() -> Result<(), Failure> {
    let (cases, registry) = (Cases::unpack(|_| false)?, Competitions::built_in());
    for id in registry.ids() {
        let competition = registry.get(id)?;
        let before = keys(&competition, &cases.data())?;
        let path = DataDir::new(cases.data()).answers_file(&competition);
        let answers = std::fs::read_to_string(&path)?;
        let other = disguised(&competition, &answers)?;
        assert_ne!(answers, other, "{id}");
        std::fs::write(&path, other)?;
        assert_eq!(keys(&competition, &cases.data())?, before, "{id}");
        let contract = &competition.submission;
        let compared = contract.rows != Rows::Sorted && !contract.key.is_empty();
        assert_eq!(before.lines().count() > 1, compared, "{id} lists keys");
    }
    Ok(())
}

fn run(arguments: &[&str]) -> Result<Output, Failure> {
    Ok(assay()?.args(arguments).output()?)
}

const COMPETITION: &str = "spaceship-titanic";

#[test]
fn a_user_validates_by_a_key_file() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let data = cases.data().display().to_string();
    let file = cases.folder().join("keys.jsonl").display().to_string();
    let made = run(&["keys", COMPETITION, "--data-dir", &data, "--output", &file])?;
    assert!(made.status.success() && made.stdout.is_empty(), "{made:?}");
    let printed = run(&["keys", COMPETITION, "--data-dir", &data])?;
    assert_eq!(printed.stdout, std::fs::read(&file)?);

    let good = format!("{}/submissions/{COMPETITION}/no-final-newline.csv", cases.folder().display());
    let bad = cases.folder().join("bad.csv");
    let text = std::fs::read_to_string(&good)?;
    // One key that is not expected, and one value that is none.
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    lines[1] = "nobody,True".into();
    lines[2] += "!";
    std::fs::write(&bad, lines.join("\n"))?;
    let bad = bad.display().to_string();

    for (submission, keys, code, verdict, notes) in [
        (&good, ["--keys", file.as_str()], 0, "valid", 0),
        (&good, ["--data-dir", data.as_str()], 0, "valid", 0),
        (&bad, ["--keys", file.as_str()], 1, "invalid", 0),
        (&bad, ["--data-dir", data.as_str()], 1, "invalid", 0),
        (&good, ["--data-dir", "/"], 0, "valid", 1),
    ] {
        let output = run(&["validate", submission, COMPETITION, keys[0], keys[1]])?;
        let validation: Value = serde_json::from_slice(&output.stdout)?;
        assert_eq!(output.status.code(), Some(code), "{validation}");
        assert!(output.stderr.is_empty(), "{output:?}");
        assert_eq!(validation["verdict"], verdict, "{validation}");
        assert_eq!(validation["notes"].as_array().map(Vec::len), Some(notes), "{validation}");
        assert!(validation.get("score").is_none(), "{validation}");
        let problems = validation["problems"].to_string();
        assert_eq!(problems.contains("nobody"), code == 1, "{problems}");
        assert_eq!(problems.contains("Transported"), code == 1, "{problems}");
    }
    let table = run(&["validate", &bad, COMPETITION, "--keys", &file, "--format", "table"])?;
    assert!(String::from_utf8_lossy(&table.stdout).starts_with("invalid: "), "{table:?}");

    let wrong = |arguments: &[&str], expected: &str| -> Result<(), Failure> {
        let output = run(&[&["validate", &good], arguments].concat())?;
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(output.stdout.is_empty() && stderr.contains(expected), "{stderr}");
        Ok(())
    };
    wrong(&["dog-breed-identification", "--keys", &file], "these are the keys of `spaceship-titanic`")?;
    wrong(&[COMPETITION, "--keys", &good], "this is no key file")?;
    wrong(&[COMPETITION, "--keys", "/no/such"], "--keys /no/such")?;
    wrong(&[COMPETITION, "--keys", &file, "--data-dir", &data], "cannot be used with")?;
    wrong(&["no-such", "--keys", &file], "there is no competition")
}

/// Only which rows count decides whether keys may stand in for others, and that is not told.
#[test]
fn keys_that_stand_in_for_others_are_noted() -> Result<(), Failure> {
    let cases = Cases::unpack(|case| case == "no-final-newline")?;
    let assay = service(&cases.data())?;
    let id = "jigsaw-toxic-comment-classification-challenge";
    let expected = expected(&*assay.competitions().get(id)?, &cases.data())?;
    let path = cases.folder().join(format!("submissions/{id}/no-final-newline.csv"));
    let notes = |path: &Path| -> Result<usize, Failure> {
        let validation = validated(&assay, id, Some(&expected), path)?;
        assert_eq!(validation.verdict, Verdict::Valid, "{validation:?}");
        Ok(validation.notes.len())
    };
    assert_eq!(notes(&path)?, 0);
    let text = std::fs::read_to_string(&path)?;
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1] = lines[2];
    std::fs::write(&path, lines.join("\n"))?;
    assert_eq!(notes(&path)?, 1);
    Ok(())
}
