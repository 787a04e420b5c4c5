//! Answers never reach participants: whatever is in them, nothing that participants may see holds it, in any competition.

use std::path::Path;

use assay_host::registry::Registry;
use assay_host::setup;
use assay_tests::cases::Cases;
use assay_tests::csv;
use assay_tests::{Failure, assay};

/// What the answers hold in every cell that is no key, and nothing else holds.
const TEXT: &str = "canary-3f1d0c9a";

/// The same as a number.
const NUMBER: &str = "73164090.0625";

/// What of it could be in a message: a number may be rounded or written another way.
const DIGITS: &str = "73164090";

/// Writes the canary into every cell of the answers but keys.
fn spoil(cases: &Cases, canary: impl Fn(&str) -> String) -> Result<(), Failure> {
    let registry = Registry::embedded();
    for id in registry.ids() {
        let competition = registry.get(id)?;
        let path = setup::answers(&cases.data(), &competition);
        let text = std::fs::read_to_string(&path)?;
        let key = &competition.submission.key;
        let spoiled = if path.extension().is_some_and(|extension| extension == "csv") {
            let mut rows = csv::rows(&text);
            let header: Vec<String> = rows[0].iter().map(|name| name.trim_matches('"').to_owned()).collect();
            for row in &mut rows[1..] {
                for (cell, name) in row.iter_mut().zip(&header) {
                    if !key.contains(name) {
                        *cell = canary(cell);
                    }
                }
            }
            csv::file(&rows, "\n")
        } else {
            let mut lines = String::new();
            for line in text.lines() {
                let mut object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
                object
                    .iter_mut()
                    .filter(|(name, _)| !key.contains(name))
                    .for_each(|(_, value)| *value = canary("x").into());
                lines += &format!("{}\n", serde_json::to_string(&object)?);
            }
            lines
        };
        std::fs::write(path, spoiled)?;
    }
    Ok(())
}

/// Some submissions of each competition: valid ones and all kinds that are not.
fn list(cases: &Cases) -> Result<std::path::PathBuf, Failure> {
    let all = std::fs::read_to_string(cases.jsonl())?;
    let path = cases.folder().join("some.jsonl");
    let some: Vec<&str> = all.lines().step_by(3).collect();
    std::fs::write(&path, some.join("\n"))?;
    Ok(path)
}

/// All that participants may see of a batch, score aside, and what the operator may see.
fn graded(cases: &Cases) -> Result<(String, String), Failure> {
    let out = tempfile::tempdir()?;
    let (notes, uses) = (out.path().join("operator.jsonl"), out.path().join("uses.jsonl"));
    let run = assay()?
        .arg("grade")
        .arg("--submission")
        .arg(list(cases)?)
        .arg("--data-dir")
        .arg(cases.data())
        .arg("--output-dir")
        .arg(out.path().join("out"))
        .arg("--operator-log")
        .arg(&notes)
        .arg("--use-log")
        .arg(&uses)
        .output()?;
    let mut visible = String::from_utf8_lossy(&run.stderr).into_owned() + &String::from_utf8_lossy(&run.stdout);
    visible += &std::fs::read_to_string(uses)?;
    for report in std::fs::read_dir(out.path().join("out"))? {
        let mut report: serde_json::Value = serde_json::from_slice(&std::fs::read(report?.path())?)?;
        for entry in report["competition_reports"].as_array_mut().ok_or("no reports")? {
            // A score is a number made of the answers: an error of these answers is as large as they are.
            let entry = entry.as_object_mut().ok_or("no report")?;
            entry.remove("score");
            entry.remove("score_exact");
        }
        visible += &report.to_string();
    }
    Ok((visible, std::fs::read_to_string(notes)?))
}

fn around(text: &str, canary: &str) -> String {
    text.find(canary).map(|at| text.chars().skip(at.saturating_sub(400)).take(800).collect()).unwrap_or_default()
}

#[test]
fn no_text_of_the_answers_is_seen() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    spoil(&cases, |_| TEXT.into())?;
    let (visible, operator) = graded(&cases)?;
    assert!(!visible.contains(TEXT), "{}", around(&visible, TEXT));
    assert!(operator.contains(TEXT), "no grader says anything of the answers: the canary is not where it should be");
    Ok(())
}

#[test]
fn no_number_of_the_answers_is_seen() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    spoil(&cases, |cell| if cell.trim_matches('"').parse::<f64>().is_ok() { NUMBER.into() } else { cell.to_owned() })?;
    let (visible, operator) = graded(&cases)?;
    assert!(!visible.contains(DIGITS), "{}", around(&visible, DIGITS));
    assert!(operator.contains(DIGITS), "no grader says anything of the answers: the canary is not where it should be");
    Ok(())
}

/// Nor by `assay validate`, which does not even look at them.
#[test]
fn validate_never_sees_the_answers() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let said = |data: &Path| -> Result<Vec<Vec<u8>>, Failure> {
        let mut said = Vec::new();
        for case in cases.list.iter().step_by(40) {
            let run = assay()?
                .args(["validate", &case.submission_path, &case.competition_id, "--data-dir"])
                .arg(data)
                .current_dir(cases.folder())
                .output()?;
            said.push(run.stdout);
        }
        Ok(said)
    };
    let before = said(&cases.data())?;
    spoil(&cases, |_| TEXT.into())?;
    assert!(before == said(&cases.data())?, "what validate says depends on the answers' values");
    Ok(())
}
