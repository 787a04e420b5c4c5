//! Reports that somebody changed: `assay verify` finds out every byte but the time, and says what it could not look at.

use std::path::{Path, PathBuf};

use assay_tests::harmless::{EXAMPLE, Run, examples, prediction, program, run};
use assay_tests::{Failure, root};
use serde_json::{Value, json};

/// A report on a list of three entries, whose uses are in a log.
struct Scene {
    folder: tempfile::TempDir,
    report: Value,
}

impl Scene {
    fn new() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        std::fs::copy(prediction(), at("good.csv"))?;
        std::fs::write(at("bad.csv"), "id,malignant\n")?;
        let line = |path: &str, seed: u32| json!({"competition_id": EXAMPLE, "submission_path": path, "seed": seed});
        let lines = [line("good.csv", 1), line("bad.csv", 2), line("good.csv", 3)].map(|line| format!("{line}\n"));
        std::fs::write(at("list.jsonl"), lines.concat())?;
        let mut scene = Scene { folder, report: Value::Null };
        let graded =
            scene.run(&["grade", "--submission", "list.jsonl", "--output-dir", "out", "--use-log", "uses.jsonl"])?;
        assert_eq!(graded.code, 0, "{}", graded.stderr);
        let path = std::fs::read_dir(scene.path("out"))?.next().ok_or("no report")??.path();
        scene.report = serde_json::from_slice(&std::fs::read(path)?)?;
        Ok(scene)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Result<Run, Failure> {
        let mut command = program()?;
        command.current_dir(self.folder.path()).env_remove("ASSAY_USE_LOG").args(arguments);
        run(command.arg("--data-dir").arg(examples()).arg("--competitions").arg(examples()))
    }

    /// Verifies a report with these arguments besides.
    fn verify(&self, report: &Value, arguments: &[&str]) -> Result<Run, Failure> {
        std::fs::write(self.path("report.json"), report.to_string())?;
        self.run(&[&["verify", "report.json", "--format", "json"], arguments].concat())
    }

    /// The exit code, and the fields that differ, of a report that was changed.
    fn forged(&self, change: impl FnOnce(&mut Value)) -> Result<(i32, Vec<String>), Failure> {
        let mut report = self.report.clone();
        change(&mut report);
        let run = self.verify(&report, &["--use-log", "uses.jsonl"])?;
        let verdict: Value = serde_json::from_str(&run.stdout).map_err(|_| run.stderr.clone())?;
        let entries = verdict["differing"].as_array().into_iter().flatten();
        let differences = entries.flat_map(|entry| entry["differences"].as_array().cloned().unwrap_or_default());
        let fields = differences.filter_map(|difference| difference["field"].as_str().map(ToOwned::to_owned)).collect();
        assert_eq!(verdict["holds"], json!(run.code == 0));
        Ok((run.code, fields))
    }
}

fn entries(report: &mut Value) -> &mut Vec<Value> {
    static NONE: &str = "a report has entries";
    report["competition_reports"].as_array_mut().expect(NONE)
}

/// Sets the sums right, as a forger would.
fn summed(report: &mut Value) {
    let entries = entries(report).clone();
    let count = |field: &str| json!(entries.iter().filter(|entry| entry[field] == json!(true)).count());
    report["total_runs"] = json!(entries.len());
    for (total, field) in [
        ("total_runs_with_submissions", "submission_exists"),
        ("total_valid_submissions", "valid_submission"),
        ("total_medals", "any_medal"),
        ("total_bronze_medals", "bronze_medal"),
        ("total_above_median", "above_median"),
    ] {
        report[total] = count(field);
    }
    report["total_outside_lock"] = json!(entries.len());
}

#[test]
fn entries_are_those_of_the_list() -> Result<(), Failure> {
    let scene = Scene::new()?;
    assert_eq!(scene.forged(|_| {})?, (0, vec![]));
    assert_eq!(scene.forged(summed)?, (0, vec![]), "the sums are right as they are");
    let contains = |change: &dyn Fn(&mut Value), expected: &str| -> Result<(), Failure> {
        let (code, fields) = scene.forged(|report| {
            change(report);
            summed(report);
        })?;
        assert!(code == 1 && fields.iter().any(|field| field == expected), "{expected}: {fields:?}");
        Ok(())
    };
    contains(&|report| drop(entries(report).remove(1)), "competition_reports.length")?;
    contains(&|report| drop(entries(report).pop()), "competition_reports.length")?;
    contains(
        &|report| {
            let best = entries(report)[0].clone();
            entries(report).extend(std::iter::repeat_n(best, 75));
        },
        "competition_reports.length",
    )?;
    contains(&|report| entries(report).swap(0, 1), "submission_path")?;
    contains(&|report| entries(report).swap(0, 2), "tags.seed")?;
    contains(&|report| entries(report)[1] = entries(report)[0].clone(), "submission_path")?;
    contains(&|report| entries(report)[1]["tags"]["seed"] = json!(9), "tags.seed")?;
    contains(&|report| report["list"]["sha256"] = json!("0".repeat(64)), "list.sha256")?;
    // A list that was changed to fit is not the one that was graded.
    let list = std::fs::read_to_string(scene.path("list.jsonl"))?;
    std::fs::write(scene.path("list.jsonl"), list.lines().take(1).collect::<String>())?;
    contains(&|report| entries(report).truncate(1), "list.sha256")?;
    Ok(())
}

#[test]
fn sums_are_added_up_again() -> Result<(), Failure> {
    let scene = Scene::new()?;
    let totals: Vec<String> = scene.report.as_object().ok_or("no object")?.keys().cloned().collect();
    let totals: Vec<&String> = totals.iter().filter(|name| name.starts_with("total_")).collect();
    assert_eq!(totals.len(), 9);
    for total in totals {
        assert_eq!(scene.forged(|report| report[total] = json!(7))?, (1, vec![total.clone()]));
    }
    Ok(())
}

/// What is needed to verify a report and is not there is named, with what to do.
#[test]
fn what_cannot_be_looked_at_is_not_verified() -> Result<(), Failure> {
    let scene = Scene::new()?;
    let log = ["--use-log", "uses.jsonl"];
    let unverified = |report: &Value, arguments: &[&str], expected: &str| -> Result<(), Failure> {
        let run = scene.verify(report, arguments)?;
        assert!(run.code == 1 && run.stderr.contains(expected), "{}: {}", run.code, run.stderr);
        assert!(run.stderr.contains("not verified") && run.stdout.is_empty(), "{}", run.stdout);
        Ok(())
    };
    unverified(&scene.report, &[], "name it by --use-log FILE, or ASSAY_USE_LOG")?;
    let mut unlisted = scene.report.clone();
    unlisted["list"] = Value::Null;
    unverified(&unlisted, &log, "does not name its list; name it by --list FILE")?;
    let list = scene.path("list.jsonl");
    assert_eq!(scene.verify(&unlisted, &[&log[..], &["--list", "list.jsonl"]].concat())?.code, 0);
    std::fs::rename(&list, scene.path("moved.jsonl"))?;
    unverified(&scene.report, &log, "the report's list `list.jsonl`: ")?;
    assert_eq!(scene.verify(&scene.report, &[&log[..], &["--list", "moved.jsonl"]].concat())?.code, 0);
    // Who names the list in a report names no link to what only the operator may read.
    std::os::unix::fs::symlink(scene.path("moved.jsonl"), &list)?;
    unverified(&scene.report, &log, "link")?;
    Ok(())
}

#[test]
fn the_log_of_uses_has_what_a_report_says() -> Result<(), Failure> {
    let scene = Scene::new()?;
    let head = scene.report["use_log"]["head"].as_str().ok_or("no anchor")?.to_owned();
    for anchor in [
        json!({"entries": 3, "head": "0".repeat(64)}),
        json!({"entries": 2, "head": head}),
        json!({"entries": 300, "head": head}),
        // The log had other uses then.
        json!({"entries": 0, "head": assay_types::sha256(b"")}),
    ] {
        assert_eq!(scene.forged(|report| report["use_log"] = anchor.clone())?, (1, vec!["use_log".into()]), "{anchor}");
    }
    // A use of another submission, of other answers, or with another outcome is none.
    let (code, fields) = scene.forged(|report| report["competition_reports"][0]["receipt"]["answers"] = json!("0"))?;
    assert_eq!((code, fields), (1, vec!["receipt.answers".into(), "use_log".into()]));
    let run = scene.verify(&scene.report, &["--use-log", "elsewhere.jsonl"])?;
    assert!(run.code == 2 && run.stderr.contains("elsewhere.jsonl"), "{}", run.stderr);
    Ok(())
}

/// The form is said first, so that what was made to look like an older report shows.
#[test]
fn the_form_that_a_report_has_is_said() -> Result<(), Failure> {
    let scene = Scene::new()?;
    let said = |report: &Value| -> Result<(i32, String), Failure> {
        let run = scene.verify(report, &["--use-log", "uses.jsonl"])?;
        Ok((run.code, run.stderr.lines().next().unwrap_or_default().to_owned()))
    };
    assert_eq!(said(&scene.report)?, (0, "report.json: verified as schema 3".into()));
    let mut stripped = scene.report.clone();
    let fields = stripped.as_object_mut().ok_or("no object")?;
    fields.remove("schema");
    fields.remove("total_outside_lock");
    assert!(said(&stripped)?.1.contains("is no report: unknown field `list`"));
    stripped.as_object_mut().ok_or("no object")?.remove("list");
    for entry in entries(&mut stripped) {
        let entry = entry.as_object_mut().ok_or("no object")?;
        for field in ["score_exact", "outcome", "reason", "receipt", "outside_lock", "known_issues"] {
            entry.remove(field);
        }
    }
    let (code, form) = said(&stripped)?;
    assert!(code == 0 && form.contains("verified as the reference's form, without a schema"), "{code}: {form}");
    stripped["schema"] = json!(1);
    assert!(said(&stripped)?.1.contains("the report lacks `total_outside_lock`, which every report of schema 1 has"));
    let mut older = scene.report.clone();
    older["schema"] = json!(1);
    older.as_object_mut().ok_or("no object")?.remove("list");
    for entry in entries(&mut older) {
        entry["receipt"]["fuel"] = Value::Null;
        entry.as_object_mut().ok_or("no object")?.remove("known_issues");
    }
    let (code, form) = said(&older)?;
    assert!(code == 1 && form.contains("verified as schema 1: it does not name its list"), "{code}: {form}");
    Ok(())
}

/// What an earlier run left in the cache decides nothing.
#[test]
fn the_cache_is_not_believed() -> Result<(), Failure> {
    let scene = Scene::new()?;
    let (cache, graders) = (scene.path("cache"), scene.path("graders"));
    // The program carries the machine code of its own.
    std::fs::create_dir(&graders)?;
    std::fs::copy(root().join("target/graders/roc-auc.wasm"), graders.join("roc-auc.wasm"))?;
    let with_cache = |arguments: &[&str]| -> Result<Run, Failure> {
        let mut command = assay_tests::assay()?;
        command
            .current_dir(scene.folder.path())
            .args(arguments)
            .arg("--cache-dir")
            .arg(&cache)
            .arg("--graders")
            .arg(&graders);
        run(command.arg("--data-dir").arg(examples()).arg("--competitions").arg(examples()))
    };
    std::fs::write(scene.path("report.json"), scene.report.to_string())?;
    let is_file = |entry: &std::fs::DirEntry| entry.path().is_file();
    let files = |folder: &Path| std::fs::read_dir(folder).map_or(0, |found| found.flatten().filter(is_file).count());
    let verified = with_cache(&["verify", "report.json", "--use-log", "uses.jsonl"])?;
    assert_eq!((verified.code, files(&cache.join("others"))), (0, 0), "{}", verified.stderr);
    with_cache(&["grade-sample", "good.csv", EXAMPLE])?;
    assert_eq!(files(&cache.join("others")), 1, "other commands keep what they compiled");
    Ok(())
}
