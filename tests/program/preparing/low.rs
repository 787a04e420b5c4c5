//! The words of the README: from an empty folder to the scores of a whole split, of downloads that are already there.

use std::fs;

use assay_tests::{Failure, assay, root};
use serde_json::{Value, json};

#[test]
fn a_split_is_prepared_examined_and_graded() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let mut command = assay()?;
    command.args(["prepare", "--split", "low", "--skip-verification", "--data-dir"]).arg(&data);
    let run = command.arg("--from").arg(root().join("tests/preparation/data")).output()?;
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let told: Value = serde_json::from_slice(&run.stdout)?;
    let told = told.as_array().ok_or("no list")?;
    assert_eq!(told.len(), 22);
    assert!(told.iter().all(|one| one["outcome"] == "prepared"), "{told:?}");

    let run = assay()?.args(["doctor", "--split", "low", "--format", "json", "--data-dir"]).arg(&data).output()?;
    let diagnoses: Value = serde_json::from_slice(&run.stdout)?;
    for diagnosis in diagnoses.as_array().ok_or("no list")? {
        let findings = diagnosis["findings"].as_array().ok_or("no findings")?;
        for examined in ["files", "prepared", "answers"] {
            let state = findings.iter().find(|finding| finding["examined"] == examined).map(|found| &found["state"]);
            assert_eq!(state, Some(&"fine".into()), "{examined}: {diagnosis}");
        }
    }

    let mut list = String::new();
    for one in told {
        let id = one["competition_id"].as_str().ok_or("no id")?;
        let competition = assay_builtin::competitions().find(|(other, _)| *other == id).ok_or("unknown")?.1;
        let competition: toml::Table = competition.parse()?;
        let sample = competition["data"]["sample_submission"].as_str().ok_or("no sample")?;
        let path = data.join(id).join("prepared").join(sample);
        list += &format!("{}\n", json!({ "competition_id": id, "submission_path": path }));
    }
    let (submissions, out) = (folder.path().join("submissions.jsonl"), folder.path().join("out"));
    fs::write(&submissions, list)?;
    let mut command = assay()?;
    command.arg("grade").arg("--submission").arg(&submissions).arg("--data-dir").arg(&data);
    let run = command.arg("--output-dir").arg(&out).output()?;
    let said = String::from_utf8_lossy(&run.stderr);
    let file = fs::read_dir(&out)?.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some());
    let report: Value = serde_json::from_slice(&fs::read(file.ok_or("no report")?)?)?;
    let entries = report["competition_reports"].as_array().ok_or("no entries")?;
    assert_eq!(entries.len(), 22, "{said}");
    for entry in entries {
        let id = &entry["competition_id"];
        // Of so few rows some answers have one class only, of which no metric can be taken.
        assert!(
            ["scored", "grader-fault", "invalid-submission"].contains(&entry["outcome"].as_str().unwrap_or_default()),
            "{id}: {entry}"
        );
        let manifest = fs::read(data.join(id.as_str().ok_or("no id")?).join("prepared/prepared.json"))?;
        assert_eq!(entry["receipt"]["manifest"], assay_types::sha256(&manifest), "{id}");
    }
    let scored = entries.iter().filter(|entry| entry["outcome"] == "scored").count();
    assert!(scored >= 17, "{scored} are scored; {said}");
    Ok(())
}
