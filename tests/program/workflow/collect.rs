//! Run groups become lists, and no run is lost.

use std::path::Path;

use assay_tests::Failure;
use assay_tests::harmless::{Run, TRICKS, program, run};
use serde_json::{Value, json};

fn collect(folder: &Path, arguments: &[&str]) -> Result<Run, Failure> {
    run(program()?.arg("collect").args(arguments).current_dir(folder))
}

fn file(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    Ok(std::fs::write(path, "id,x\n")?)
}

/// What the reference's script makes of this group is each line up to `code_path`.
#[test]
fn every_run_becomes_a_line() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let group = folder.path().join("runs/group");
    let whole = group.join("spooky-author-identification_1a");
    for path in ["submission/submission.csv", "logs/agent.log", "code/train.py"] {
        file(&whole.join(path))?;
    }
    file(&group.join("leaf-classification_2b/logs/agent.log"))?;
    file(&group.join("mlsp-2013-birds_3c/submission/mlsp-2013-birds_best.csv"))?;
    for name in ["submission/dogs_a.csv", "submission/dogs_b.csv"] {
        file(&group.join("dogs_4d").join(name))?;
    }
    file(&group.join("nounderscore/submission/submission.csv"))?;
    let metadata = json!({"run_group": "group", "created_at": "x", "runs": {
        "spooky-author-identification_1a": {"success": true},
        "leaf-classification_2b": {"success": false},
        "mlsp-2013-birds_3c": {"success": false},
        "dogs_4d": {"success": true},
        "nounderscore": {},
        "gone_5e": {"success": true},
        "../group_6f": {"success": true},
    }});
    std::fs::write(group.join("metadata.json"), metadata.to_string())?;
    let run = collect(folder.path(), &["--metadata", "runs/group/metadata.json"])?;
    assert_eq!(run.code, 0, "{}", run.stderr);
    let list = std::fs::read_to_string(folder.path().join("submission.jsonl"))?;
    let lines: Vec<Value> = list.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!(lines.len(), 7, "{list}");
    assert_eq!(
        lines[0],
        json!({"competition_id": "spooky-author-identification",
            "submission_path": "runs/group/spooky-author-identification_1a/submission/submission.csv",
            "logs_path": "runs/group/spooky-author-identification_1a/logs/agent.log",
            "code_path": "runs/group/spooky-author-identification_1a/code/train.py",
            "run_id": "spooky-author-identification_1a", "run_group": "group", "success": true})
    );
    assert_eq!((&lines[1]["submission_path"], &lines[1]["code_path"]), (&Value::Null, &Value::Null));
    assert_eq!(lines[2]["submission_path"], "runs/group/mlsp-2013-birds_3c/submission/mlsp-2013-birds_best.csv");
    assert_eq!((&lines[3]["competition_id"], &lines[3]["submission_path"]), (&json!("dogs"), &Value::Null));
    assert_eq!(lines[6]["submission_path"], Value::Null, "nothing outside of the group is taken");
    for expected in [
        "leaf-classification_2b: it failed, and left no submission",
        "mlsp-2013-birds_3c: it failed, but left a submission, which is graded",
        "dogs_4d: it left several files submission/dogs*.csv: name one by --rel-submission-path",
        "nounderscore: its name is not <competition>_<id>",
        "gone_5e: its folder is not there",
        "../group_6f: its name is not that of a folder",
        "7 runs, 3 with a submission, 6 with something to look at",
    ] {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }

    let other = ["--run-group", "runs/group", "--output", "-", "--rel-submission-path", "submission/dogs_b.csv"];
    let run = collect(folder.path(), &other)?;
    let lines: Vec<Value> = run.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let dogs = lines.iter().find(|line| line["run_id"] == "dogs_4d").ok_or("no dogs")?;
    assert_eq!(dogs["submission_path"], "runs/group/dogs_4d/submission/dogs_b.csv");
    assert_eq!(dogs.get("success"), None, "nobody said it");
    Ok(())
}

#[test]
fn what_is_no_run_group_says_why() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let refused = |text: &str| -> Result<String, Failure> {
        std::fs::write(folder.path().join("metadata.json"), text)?;
        let run = collect(folder.path(), &["--metadata", "metadata.json"])?;
        assert_eq!(run.code, 2, "{text}");
        Ok(run.stderr)
    };
    assert!(refused("{\"runs\": {\"a_1\": {\"succ")?.contains("is not the metadata of a run group"));
    assert!(refused("{\"run_group\": \"a\"}")?.contains("missing field `runs`"));
    assert!(refused("{\"runs\": {}}")?.contains("metadata.json has no runs"));
    assert!(refused("[]")?.contains("it is no JSON object"));
    std::fs::remove_file(folder.path().join("metadata.json"))?;
    let gone = collect(folder.path(), &["--metadata", "metadata.json"])?;
    assert!(gone.code == 2 && gone.stderr.contains("--run-group"), "{}", gone.stderr);

    let tricks = json!({"runs": {format!("{TRICKS}_1"): {"success": true}}});
    std::fs::write(folder.path().join("metadata.json"), tricks.to_string())?;
    // That nothing plays tricks on a terminal is looked at by whoever runs it.
    assert_eq!(collect(folder.path(), &["--metadata", "metadata.json"])?.code, 0);
    Ok(())
}
