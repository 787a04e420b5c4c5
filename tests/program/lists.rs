//! Lists as Python writes them: what a run left out, what JSON does not have, and what is only carried along.

use std::path::{Path, PathBuf};

use assay_tests::Failure;
use assay_tests::harmless::{EXAMPLE, Run, examples, prediction, program, run};
use serde_json::{Value, json};

/// A folder with a list and a submission, and what becomes of it.
struct Batch {
    folder: tempfile::TempDir,
}

impl Batch {
    fn new(list: &str) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("list.jsonl"), list)?;
        std::fs::copy(prediction(), folder.path().join("good.csv"))?;
        Ok(Batch { folder })
    }

    fn command(&self, arguments: &[&Path]) -> Result<Run, Failure> {
        let mut command = program()?;
        run(command.args(arguments).arg("--data-dir").arg(examples()).arg("--competitions").arg(examples()))
    }

    fn grade(&self, arguments: &[&str]) -> Result<Run, Failure> {
        let (list, out) = (self.folder.path().join("list.jsonl"), self.out());
        let mut all = vec![Path::new("grade"), Path::new("--submission"), &list, Path::new("--output-dir"), &out];
        all.extend(arguments.iter().map(Path::new));
        self.command(&all)
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// Where the report is, and what it says.
    fn report(&self) -> Result<(PathBuf, Value), Failure> {
        for file in std::fs::read_dir(self.out())? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let report = serde_json::from_slice(&std::fs::read(&path)?)?;
                return Ok((path, report));
            }
        }
        Err("there is no report".into())
    }

    fn verify(&self, report: &Path) -> Result<(i32, Vec<String>), Failure> {
        let submissions = self.folder.path();
        let run = self.command(&[
            Path::new("verify"),
            report,
            Path::new("--submissions"),
            submissions,
            "--format=json".as_ref(),
        ])?;
        let verdict: Value = serde_json::from_str(&run.stdout).map_err(|_| run.stderr.clone())?;
        let entries = verdict["differing"].as_array().into_iter().flatten();
        let differences = entries.flat_map(|entry| entry["differences"].as_array().cloned().unwrap_or_default());
        let fields = differences.filter_map(|difference| difference["field"].as_str().map(ToOwned::to_owned)).collect();
        Ok((run.code, fields))
    }
}

fn entry(rest: &str) -> String {
    format!("{{\"competition_id\": \"{EXAMPLE}\", {rest}}}")
}

/// `str(path)`, as the reference has it, names no file: the run counts, without a submission.
#[test]
fn a_run_without_a_submission_keeps_its_competition() -> Result<(), Failure> {
    let paths = [
        ("null", "None"),
        ("5", "5"),
        ("false", "False"),
        ("1.5", "1.5"),
        ("-Infinity", "-inf"),
        ("[\"good.csv\"]", "['good.csv']"),
        ("{\"a\": null}", "{'a': None}"),
        ("\"good\\u0000.csv\"", "good\0.csv"),
        ("\"\\ud800.csv\"", "\u{fffd}.csv"),
        ("\"\"", ""),
    ];
    let lines: Vec<String> = paths.iter().map(|(path, _)| entry(&format!("\"submission_path\": {path}"))).collect();
    let batch = Batch::new(&lines.join("\n"))?;
    let graded = batch.grade(&[])?;
    assert_eq!(graded.code, 0, "{}", graded.stderr);
    let (path, report) = batch.report()?;
    assert_eq!((&report["total_runs"], &report["total_runs_with_submissions"]), (&json!(paths.len()), &json!(0)));
    for ((given, expected), report) in paths.iter().zip(report["competition_reports"].as_array().ok_or("no entries")?) {
        assert_eq!(report["submission_path"], *expected, "{given}");
        assert_eq!(report["competition_id"], EXAMPLE, "{given}");
        assert_eq!(report["outcome"], "invalid-submission", "{given}: {}", report["reason"]);
        assert_eq!(report["submission_exists"], false, "{given}");
        assert_eq!(report["gold_threshold"], 0.992, "{given}");
        assert_eq!(report["is_lower_better"], false, "{given}");
        assert!(report["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{given}");
    }
    assert_eq!(report["competition_reports"][0]["reason"], "there is no submission: its path is `None`, or null");
    assert_eq!(batch.verify(&path)?, (0, vec![]));
    Ok(())
}

#[test]
fn a_list_may_hold_what_only_python_reads() -> Result<(), Failure> {
    let batch = Batch::new(
        &[
            &entry("\"submission_path\": \"good.csv\", \"cost\": NaN"),
            &entry("\"submission_path\": \"good.csv\", \"x\": [Infinity, -Infinity, 1e999, \"\\udc00\"]"),
            "{\"competition_id\": \"no-such\", \"competition_id\": 5, \"submission_path\": null, \"submission_path\": \"good.csv\",
                \"competition_id\": \"breast-cancer-wisconsin\"}"
                .replace('\n', " ")
                .as_str(),
        ]
        .join("\n"),
    )?;
    let graded = batch.grade(&[])?;
    let (_, report) = batch.report()?;
    assert_eq!((graded.code, &report["total_valid_submissions"]), (0, &json!(3)), "{report:#}");
    assert_eq!(report["competition_reports"][0]["tags"], json!({"cost": null}));
    assert_eq!(report["competition_reports"][1]["tags"], json!({"x": [null, null, null, "\u{fffd}"]}));
    assert_eq!(report["competition_reports"][2].get("tags"), None);
    Ok(())
}

#[test]
fn other_fields_of_an_entry_are_its_tags() -> Result<(), Failure> {
    let tags =
        json!({"run_id": "a\u{1b}[2J\u{202e}", "seed": u64::MAX, "logs_path": null, "nested": {"tags": [1, 0.5]}});
    let mut line = tags.clone();
    line["competition_id"] = json!(EXAMPLE);
    line["submission_path"] = json!("good.csv");
    let batch = Batch::new(&format!("{line}\n{}", entry("\"submission_path\": \"bad.csv\", \"seed\": 2")))?;
    let graded = batch.grade(&["--slowest", "2"])?;
    assert_eq!(graded.code, 0, "{}", graded.stderr);
    let (path, report) = batch.report()?;
    assert_eq!(report["competition_reports"][0]["tags"], tags);
    assert_eq!(report["competition_reports"][1]["tags"], json!({"seed": 2}));
    assert_eq!(batch.verify(&path)?, (0, vec![]));
    Ok(())
}

#[test]
fn lines_that_could_not_be_read_hold() -> Result<(), Failure> {
    let batch = Batch::new(
        &[
            "# a comment",
            &format!("{{\"competition_id\": \"{EXAMPLE}\"}}"),
            &entry("\"submission_path\": \"good.csv\""),
            "{\"competition_id\": 5, \"submission_path\": null}",
            "no JSON",
        ]
        .join("\n"),
    )?;
    assert_eq!(batch.grade(&[])?.code, 1);
    let (path, report) = batch.report()?;
    assert_eq!(batch.verify(&path)?, (0, vec![]));

    let forged = |pointer: &str, value: Value| -> Result<Vec<String>, Failure> {
        let mut report = report.clone();
        *report.pointer_mut(pointer).ok_or("there is no such field")? = value;
        let path = batch.folder.path().join("forged.json");
        std::fs::write(&path, report.to_string())?;
        let (code, fields) = batch.verify(&path)?;
        assert_eq!(code, 1, "{pointer}");
        Ok(fields)
    };
    assert_eq!(forged("/competition_reports/0/score", json!(1.0))?, ["score"]);
    assert_eq!(forged("/competition_reports/0/gold_medal", json!(true))?, ["gold_medal", "total_gold_medals"]);
    assert_eq!(forged("/competition_reports/0/outcome", json!("invalid-submission"))?, ["outcome"]);
    assert_eq!(forged("/competition_reports/0/reason", json!("it has no file"))?, ["reason"]);
    assert_eq!(forged("/competition_reports/2/reason", json!("line 3 of the list: x"))?, ["reason"]);
    assert_eq!(forged("/competition_reports/0/submission_path", json!("good.csv"))?, ["submission_path"]);
    assert_eq!(forged("/competition_reports/1/competition_id", Value::Null)?, ["competition_id"]);
    assert_eq!(forged("/total_valid_submissions", json!(2))?, ["total_valid_submissions"]);
    Ok(())
}
