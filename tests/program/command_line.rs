//! What a user meets: commands, exit codes, reports.

use std::path::PathBuf;
use std::process::Output;

use assay_tests::{Failure, root};
use serde_json::{Value, json};

const EXAMPLE: &str = "breast-cancer-wisconsin";

fn examples() -> PathBuf {
    root().join("examples")
}

fn prediction() -> PathBuf {
    examples().join(EXAMPLE).join("logistic-regression.csv")
}

fn assay(arguments: &[&str]) -> Result<Output, Failure> {
    Ok(assay_tests::assay()?.args(arguments).arg("--competitions").arg(examples()).output()?)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn grade_sample(submission: &str) -> Result<(Value, Output), Failure> {
    let data = examples().display().to_string();
    let output = assay(&["grade-sample", submission, EXAMPLE, "--data-dir", &data])?;
    let report = serde_json::from_slice(&output.stdout).map_err(|error| format!("{error}: {}", stderr(&output)))?;
    Ok((report, output))
}

/// The score is scikit-learn's `roc_auc_score` of the same files, as the example's make.py prints it.
#[test]
fn a_submission_earns_its_medal() -> Result<(), Failure> {
    let path = prediction().display().to_string();
    let (mut report, output) = grade_sample(&path)?;
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr(&output), "");
    assert!(report["created_at"].as_str().is_some_and(|time| time.len() == "2026-01-01T00:00:00.000000".len()));
    let receipt = report["receipt"].take();
    report["created_at"].take();
    // The example is none of the competitions that the program carries.
    let marked = format!("competition `{EXAMPLE}` sha256:{}", receipt["competition"].as_str().unwrap_or_default());
    assert_eq!(
        report,
        json!({
            "competition_id": EXAMPLE,
            "score": 0.98997,
            "gold_threshold": 0.992,
            "silver_threshold": 0.99051,
            "bronze_threshold": 0.98784,
            "median_threshold": 0.98112,
            "any_medal": true,
            "gold_medal": false,
            "silver_medal": false,
            "bronze_medal": true,
            "above_median": true,
            "submission_exists": true,
            "valid_submission": true,
            "is_lower_better": false,
            "created_at": null,
            "submission_path": path,
            "score_exact": 0.9899733333333334,
            "outcome": "scored",
            "reason": null,
            "receipt": null,
            "outside_lock": [marked],
            "known_issues": [],
            "schema": 3,
        })
    );
    let digest = |value: &Value| value.as_str().is_some_and(|text| text.len() == 64);
    for name in ["component", "competition", "contract", "options", "answers", "thresholds", "submission"] {
        assert!(digest(&receipt[name]), "receipt.{name} is {}", receipt[name]);
    }
    assert_eq!(receipt["submission"], assay_types::sha256(&std::fs::read(prediction())?));
    assert_eq!(receipt.get("fuel"), None);
    Ok(())
}

/// The same inputs give the same bits.
#[test]
fn grading_again_gives_the_same() -> Result<(), Failure> {
    let path = prediction().display().to_string();
    let (first, second) = (grade_sample(&path)?.0, grade_sample(&path)?.0);
    assert_eq!(first["score_exact"], second["score_exact"]);
    assert_eq!(first["receipt"], second["receipt"]);
    Ok(())
}

#[test]
fn a_missing_file_is_no_submission() -> Result<(), Failure> {
    for (name, reason) in [("no/such.csv", "there is no such file"), ("Cargo.toml", "does not end in `.csv`")] {
        let (report, output) = grade_sample(name)?;
        assert_eq!(report["submission_exists"], false, "{name}");
        assert_eq!(report["outcome"], "invalid-submission", "{name}");
        assert!(report["reason"].as_str().is_some_and(|text| text.contains(reason)), "{name}: {}", report["reason"]);
        assert_eq!(output.status.code(), Some(1), "{name}");
    }
    Ok(())
}

#[test]
fn a_wrong_call_says_what_is_wrong() -> Result<(), Failure> {
    let path = prediction().display().to_string();
    let data = examples().display().to_string();
    for (arguments, expected) in [
        (vec!["grade-sample", &path, "breast", "--data-dir", &data], "did you mean `breast-cancer-wisconsin`"),
        (vec!["grade-sample", &path, "no-such", "--data-dir", &data], "there is no competition `no-such`"),
        (vec!["grade-sample", &path, EXAMPLE, "--data-dir", "/no/such/folder"], "there is no such folder"),
        (
            vec!["grade-sample", &path, "spaceship-titanic", "--data-dir", &data],
            "prepare the data, or name another folder",
        ),
        (
            vec!["grade", "--submission", "/no/such.jsonl", "--output-dir", "/tmp", "--data-dir", &data],
            "--submission /no/such.jsonl",
        ),
        (vec!["competitions", "--split", "no-such"], "no competition belongs to split `no-such`"),
        (vec!["graders", "show", "no-such"], "there is no grader `no-such`; `assay graders` lists them"),
        (vec!["grade-samples"], "grade-sample"),
    ] {
        let output = assay(&arguments)?;
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    Ok(())
}

/// Whatever is wrong with an entry costs that entry, and nothing else.
#[test]
fn a_batch_reports_every_entry() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    std::fs::copy(prediction(), folder.path().join("good.csv"))?;
    std::fs::write(folder.path().join("bad.csv"), "id,malignant\n\"sample")?;
    let list = folder.path().join("list.jsonl");
    let good = format!("{{\"competition_id\": \"{EXAMPLE}\", \"submission_path\": \"good.csv\", \"seed\": 3}}");
    std::fs::write(
        &list,
        [
            "# a comment",
            &good,
            "// another",
            "",
            &good.replace("good", "bad"),
            "{\"competition_id\": 3}",
            &good.replace("good", "missing"),
            &good.replace(EXAMPLE, "no-such"),
            &good,
        ]
        .join("\n"),
    )?;
    let out = folder.path().join("new/out");
    let output = assay(&[
        "grade",
        "--submission",
        &list.display().to_string(),
        "--output-dir",
        &out.display().to_string(),
        "--data-dir",
        &examples().display().to_string(),
    ])?;
    // Two entries could not be graded: a broken line and an unknown competition.
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    let files: Vec<PathBuf> =
        std::fs::read_dir(&out)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    let [file] = files.as_slice() else { return Err(format!("{files:?}").into()) };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    assert!(name.ends_with("_grading_report.json"), "{name}");
    let report: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    for (field, expected) in [
        ("total_runs", 6),
        ("total_runs_with_submissions", 4),
        ("total_valid_submissions", 2),
        ("total_medals", 2),
        ("total_gold_medals", 0),
        ("total_silver_medals", 0),
        ("total_bronze_medals", 2),
        ("total_above_median", 2),
    ] {
        assert_eq!(report[field], expected, "{field}");
    }
    let reports = report["competition_reports"].as_array().ok_or("no reports")?;
    let outcomes: Vec<&str> = reports.iter().filter_map(|report| report["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["scored", "invalid-submission", "not-graded", "invalid-submission", "not-graded", "scored"]);
    let reasons: Vec<&str> = reports.iter().filter_map(|report| report["reason"].as_str()).collect();
    for (reason, expected) in reasons.iter().zip(["quote", "line 6", "no such file", "no competition `no-such`"]) {
        assert!(reason.contains(expected), "{expected}: {reason}");
    }
    Ok(())
}

#[test]
fn competitions_and_graders_are_listed() -> Result<(), Failure> {
    let list =
        |arguments: &[&str]| -> Result<Value, Failure> { Ok(serde_json::from_slice(&assay(arguments)?.stdout)?) };
    let low = list(&["competitions", "--split", "low"])?;
    assert_eq!(low.as_array().map(Vec::len), Some(22));
    let one = list(&["competitions", "show", EXAMPLE])?;
    assert_eq!(one["grader"]["component"], "roc-auc");
    let table = assay(&["competitions", "--format", "table"])?;
    assert!(String::from_utf8_lossy(&table.stdout).contains("spaceship-titanic"));
    let graders = list(&["graders"])?;
    let auc =
        graders.as_array().and_then(|all| all.iter().find(|grader| grader["name"] == "roc-auc")).ok_or("no roc-auc")?;
    assert_eq!(auc["lower_is_better"], false);
    assert_eq!(auc["source"], "built in");
    let shown = assay(&["graders", "show", "roc-auc", "--format", "table"])?;
    assert!(String::from_utf8_lossy(&shown.stdout).contains("option targets"));
    Ok(())
}

/// Several processes may compile the same grader at once: each takes a whole file from the cache, or none.
#[test]
fn processes_share_a_cache() -> Result<(), Failure> {
    let (cache, graders) = (tempfile::tempdir()?, tempfile::tempdir()?);
    // The program carries the machine code of its own.
    std::fs::copy(root().join("target/graders/roc-auc.wasm"), graders.path().join("roc-auc.wasm"))?;
    let start = || {
        let mut command = assay_tests::assay()?;
        command.arg("grade-sample").arg(prediction()).arg(EXAMPLE).arg("--competitions").arg(examples());
        command.arg("--data-dir").arg(examples()).arg("--cache-dir").arg(cache.path());
        command.arg("--graders").arg(graders.path());
        Ok::<_, Failure>(command.stdout(std::process::Stdio::piped()).spawn()?)
    };
    let processes = (0..4).map(|_| start()).collect::<Result<Vec<_>, _>>()?;
    for process in processes {
        let report: Value = serde_json::from_slice(&process.wait_with_output()?.stdout)?;
        assert_eq!(report["score_exact"], 0.9899733333333334);
    }
    let files: Vec<String> = std::fs::read_dir(cache.path().join("others"))?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()?;
    assert!(matches!(files.as_slice(), [file] if file.ends_with(".cwasm")), "{files:?}");
    Ok(())
}

/// A report holds as long as nothing that it rests on was changed, and `verify` names what was.
#[test]
fn a_report_can_be_verified() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (submission, report) = (folder.path().join("submission.csv"), folder.path().join("report.json"));
    std::fs::copy(prediction(), &submission)?;
    let (original, _) = grade_sample(&submission.display().to_string())?;
    let differing = |changed: &Value| -> Result<(Option<i32>, Vec<String>), Failure> {
        std::fs::write(&report, changed.to_string())?;
        let data = examples().display().to_string();
        let output = assay(&["verify", &report.display().to_string(), "--data-dir", &data])?;
        let verdict: Value = serde_json::from_slice(&output.stdout)?;
        let differences = verdict["differing"][0]["differences"].as_array().cloned().unwrap_or_default();
        let fields = differences.iter().filter_map(|difference| difference["field"].as_str().map(ToOwned::to_owned));
        Ok((output.status.code(), fields.collect()))
    };
    assert_eq!(differing(&original)?, (Some(0), vec![]));

    let changed = |change: fn(&mut Value)| {
        let mut report = original.clone();
        change(&mut report);
        report
    };
    let better = changed(|report| report["score_exact"] = json!(0.9899733333333335));
    assert_eq!(differing(&better)?, (Some(1), vec!["score_exact".into()]));
    let other = changed(|report| report["receipt"]["answers"] = json!("0".repeat(64)));
    assert_eq!(differing(&other)?, (Some(1), vec!["receipt.answers".into()]));
    // Reports of schema 2 do not say what is known of the competition, and hold.
    let older = changed(|report| {
        report["schema"] = json!(2);
        report.as_object_mut().map(|report| report.remove("known_issues"));
    });
    assert_eq!(differing(&older)?, (Some(0), vec![]));
    // Those of schema 1 tell the fuel, which is held against what grading again uses.
    let older = changed(|report| {
        report["schema"] = json!(1);
        report.as_object_mut().map(|report| report.remove("known_issues"));
        report["receipt"]["fuel"] = json!(1);
    });
    assert_eq!(differing(&older)?, (Some(1), vec!["receipt.fuel".into()]));

    std::fs::write(&submission, std::fs::read_to_string(prediction())?.replace("sample_256", "sample_000"))?;
    let (code, fields) = differing(&original)?;
    assert_eq!(code, Some(1));
    assert!(fields.contains(&"receipt.submission".into()), "{fields:?}");

    std::fs::write(&report, "{\"total_runs\": 1}")?;
    let output = assay(&["verify", &report.display().to_string()])?;
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("is no report"), "{}", stderr(&output));
    Ok(())
}
