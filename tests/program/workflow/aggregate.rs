//! Aggregates are the reference's: 100 calls of its script, with the figures or the refusal that it gave (`tests/aggregate/`).

use std::path::{Path, PathBuf};

use assay_tests::harmless::{Run, program, run};
use assay_tests::{Failure, root};
use serde_json::{Value, json};

fn cases() -> PathBuf {
    root().join("tests/aggregate")
}

fn aggregate(arguments: &[&str]) -> Result<Run, Failure> {
    run(program()?.arg("aggregate").args(arguments))
}

/// How far two figures may differ, relative to them: sums may be taken in another order.
const TOLERANCE: f64 = 1e-12;

/// Where two values differ by more than that.
fn differs(ours: &Value, theirs: &Value, at: &str) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names = |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<Vec<_>>();
            if names(ours) != names(theirs) {
                return Some(format!("{at}: {:?} instead of {:?}", names(ours), names(theirs)));
            }
            ours.iter().find_map(|(name, value)| differs(value, &theirs[name], &format!("{at}.{name}")))
        }
        _ => {
            let [one, other] = [ours, theirs].map(|value| value.as_f64().unwrap_or(f64::NAN));
            let close = (one - other).abs() <= TOLERANCE * other.abs().max(1.0);
            (!close).then(|| format!("{at}: {ours} instead of {theirs}"))
        }
    }
}

#[test]
fn figures_and_refusals_are_the_references() -> Result<(), Failure> {
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(cases().join("expected.json"))?)?;
    assert_eq!(cases.len(), 100);
    let mut refused = 0;
    for case in &cases {
        let arguments = &case["args"];
        let seeds = format!("--num-seeds={}", arguments["num_seeds"]);
        let split = arguments["split"].as_str().ok_or("no split")?;
        let reports = case["reports"].as_array().ok_or("no reports")?.iter().filter_map(Value::as_str);
        let files: Vec<String> =
            reports.map(|name| root().join("tests/aggregate").join(name).display().to_string()).collect();
        let mut call = vec![seeds.as_str(), "--split", split, "--format=json", "--grading-reports"];
        call.extend(files.iter().map(String::as_str));
        if arguments["pad_missing"] == true {
            call.insert(0, "--pad-missing");
        }
        let run = aggregate(&call)?;
        let what = format!("{}, {arguments}", case["name"]);
        if case.get("error").is_some() {
            refused += 1;
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{what}");
            assert!(run.stderr.contains("seeds were asked for, and"), "{what}: {}", run.stderr);
            continue;
        }
        assert_eq!(run.code, 0, "{what}: {}", run.stderr);
        let ours: Value = serde_json::from_str(&run.stdout)?;
        assert_eq!(differs(&ours, &case["result"], "result"), None, "{what}");
    }
    assert_eq!(refused, 28);
    Ok(())
}

/// What those calls do not reach, by hand: reports are taken by name whatever the order of the call; a report may have a competition
/// several times; others than those of the split count for nothing; and seeds that lack a competition are left out, or filled up.
#[test]
fn seeds_are_made_by_the_references_rules() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let entry = |id: &str, medal: &str| {
        json!({"competition_id": id, "score": 1.0, "gold_threshold": 1.0, "silver_threshold": 1.0, "bronze_threshold": 1.0,
            "median_threshold": 1.0, "any_medal": !medal.is_empty(), "gold_medal": medal == "gold", "silver_medal": medal == "silver",
            "bronze_medal": medal == "bronze", "above_median": !medal.is_empty(), "submission_exists": true, "valid_submission": true,
            "is_lower_better": false, "created_at": "2026-01-01T00:00:00", "submission_path": "x.csv"})
    };
    let file = |name: &str, entries: &[(&str, &str)]| -> Result<String, Failure> {
        let entries: Vec<Value> = entries.iter().map(|(id, medal)| entry(id, medal)).collect();
        let path = folder.path().join(name);
        std::fs::write(&path, json!({"total_runs": entries.len(), "competition_reports": entries}).to_string())?;
        Ok(path.display().to_string())
    };
    let first = file("1_grading_report.json", &[("other", "gold"), ("a", "gold")])?;
    let second = file("2_grading_report.json", &[("b", "bronze"), ("a", "")])?;
    let third = file("3_grading_report.json", &[("a", "silver")])?;
    let split = folder.path().join("split.txt");
    std::fs::write(&split, "a\nb\n")?;
    let split = split.display().to_string();
    let of = |more: &[&str], reports: &[&String]| -> Result<Value, Failure> {
        let mut call = vec!["--format=json", "--split", &split];
        call.extend(more);
        call.push("--grading-reports");
        call.extend(reports.iter().map(|report| report.as_str()));
        let run = aggregate(&call)?;
        assert_eq!(run.code, 0, "{}", run.stderr);
        Ok(serde_json::from_str(&run.stdout)?)
    };
    let figures = |aggregate: &Value, share: &str| {
        let figure = |name: &str| aggregate["metrics"][share][name].as_f64().unwrap_or(f64::NAN);
        [figure("mean"), figure("standard_error"), figure("ci_lower"), figure("ci_upper")]
    };
    let close = |ours: [f64; 4], expected: [f64; 4]| {
        assert!(ours.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-12), "{ours:?} {expected:?}");
    };

    // The one complete seed is a of the first report and b of the second. Of one seed the error is 0.
    let complete = of(&[], &[&third, &second, &first])?;
    assert_eq!((&complete["num_seeds_averaged"], &complete["num_competitions_per_seed"]), (&json!(1), &json!(2)));
    close(figures(&complete, "any_medal_percentage"), [100.0, 0.0, 100.0, 100.0]);
    close(figures(&complete, "gold_medal_percentage"), [50.0, 0.0, 50.0, 50.0]);

    // Filled up there are three: 100, 0 and 50 %, whose sample deviation is 50.
    let padded = of(&["--pad-missing"], &[&second, &third, &first])?;
    assert_eq!(padded["num_seeds_averaged"], 3);
    let error = 50.0 / 3.0_f64.sqrt();
    let around = |mean: f64, error: f64| [mean, error, mean - 1.96 * error, mean + 1.96 * error];
    close(figures(&padded, "any_medal_percentage"), around(50.0, error));
    // Submissions exist in 100, 50 and 50 %.
    close(
        figures(&padded, "submission_exists_percentage"),
        around(200.0 / 3.0, (2500.0_f64 / 3.0).sqrt() / 3.0_f64.sqrt()),
    );
    close(figures(&padded, "total_competitions"), [2.0, 0.0, 2.0, 2.0]);
    let two = of(&["--pad-missing", "--num-seeds", "2"], &[&first, &second, &third])?;
    close(figures(&two, "any_medal_percentage"), around(50.0, 50.0));

    // A run group of three seeds has one report.
    let group = [("a", "gold"), ("b", ""), ("a", ""), ("b", ""), ("b", ""), ("a", "gold")];
    let group = of(&[], &[&file("group_grading_report.json", &group)?])?;
    assert_eq!(group["num_seeds_averaged"], 3);
    close(figures(&group, "gold_medal_percentage"), around(100.0 / 3.0, (2500.0_f64 / 3.0).sqrt() / 3.0_f64.sqrt()));

    // One competition is a split of its own.
    let one = aggregate(&[
        "--format=json",
        "--split",
        "spooky-author-identification",
        "--grading-reports",
        &report("one-seed", 0),
    ])?;
    let one: Value = serde_json::from_str(&one.stdout)?;
    assert_eq!(one["num_competitions_per_seed"], 1);
    Ok(())
}

fn report(of: &str, number: usize) -> String {
    cases().join(format!("reports/{of}/group{number}_grading_report.json")).display().to_string()
}

#[test]
fn run_groups_of_an_experiment_are_found() -> Result<(), Failure> {
    let runs = tempfile::tempdir()?;
    let group = |name: &str, reports: &[(&str, String)]| -> Result<(), Failure> {
        let folder = runs.path().join(name);
        std::fs::create_dir(&folder)?;
        for (file, from) in reports {
            std::fs::copy(from, folder.join(file))?;
        }
        Ok(())
    };
    group("g0", &[("2026_grading_report.json", report("three-complete-seeds", 0))])?;
    group("g1", &[("2026_grading_report_x.json", report("three-complete-seeds", 1))])?;
    group(
        "g2",
        &[("a_grading_report.json", report("three-complete-seeds", 2)), ("notes.json", report("one-seed", 0))],
    )?;
    group("empty", &[])?;
    let two = [("a_grading_report.json", report("one-seed", 0)), ("b_grading_report.json", report("one-seed", 0))];
    group("two", &two)?;
    let table = "experiment_id,run_group\nmine,g1\nmine, g0\nmine,g2\n\nmine,empty\nmine,gone\nother,two\nnone,empty\n";
    std::fs::write(runs.path().join("run_group_experiments.csv"), table)?;
    let folder = runs.path().display().to_string();
    let of = |id: &str| aggregate(&["--experiment-id", id, "--runs", &folder, "--split", "low"]);

    let found = of("mine")?;
    assert_eq!(found.code, 0, "{}", found.stderr);
    let files = [0, 1, 2].map(|number| report("three-complete-seeds", number));
    let named = aggregate(&["--split", "low", "--grading-reports", &files[0], &files[1], &files[2]])?;
    assert_eq!(found.stdout, named.stdout);
    assert!(found.stderr.contains("run group `empty` has no grading report"), "{}", found.stderr);
    assert!(found.stderr.contains("run group `gone` has no folder"), "{}", found.stderr);
    for (id, expected) in [
        ("other", "run group two has 2 grading reports (`a_grading_report.json`, `b_grading_report.json`)"),
        ("none", "none of the 1 run groups of experiment `none` has a grading report"),
        ("nowhere", "has no experiment `nowhere`; it has `mine`, `other`, `none`"),
    ] {
        let refused = of(id)?;
        assert!(refused.code == 2 && refused.stderr.contains(expected), "{id}: {}", refused.stderr);
    }
    Ok(())
}

#[test]
fn what_cannot_be_aggregated_says_why() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str, text: &str| -> Result<String, Failure> {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path.display().to_string())
    };
    let good = report("one-seed", 0);
    let text = std::fs::read_to_string(&good)?;
    let half = file("half.json", &text[..text.len() / 2])?;
    let foreign = file("foreign.json", "{\"runs\": {}}")?;
    let later = file("later.json", &text.replacen('{', "{\"schema\": 99,", 1))?;
    let copy = file("copy.json", &text)?;
    let twice = file("twice.txt", "a\nb\na\n")?;
    let absent = folder.path().join("absent.json").display().to_string();
    for (arguments, expected) in [
        (vec!["--grading-reports", &half], "half.json is no whole grading report: "),
        (vec!["--grading-reports", &foreign], "missing field `competition_reports`"),
        (vec!["--grading-reports", &later], "has schema 99, but this program knows reports up to schema"),
        (vec!["--grading-reports", &absent], "absent.json"),
        (vec!["--grading-reports", &good, &copy], "are the same report"),
        (vec!["--grading-reports", &good, "--split", &twice], "has a twice, on lines 1 and 3"),
        (vec!["--grading-reports", &good, "--split", "lo"], "hint: --split takes a name"),
        (vec!["--grading-reports", &good, "--num-seeds", "0"], "0 seeds were asked for"),
        (vec!["--grading-reports", &good, "--num-seeds", "-2"], "invalid value '-2'"),
        (vec!["--grading-reports", &good, "--experiment-id", "x"], "cannot be used with"),
        (vec![], "--grading-reports"),
    ] {
        let refused = aggregate(&arguments.iter().map(|argument| &**argument).collect::<Vec<_>>())?;
        assert!(refused.code == 2 && refused.stderr.contains(expected), "{arguments:?}: {}", refused.stderr);
    }
    let some = file("some.txt", "spooky-author-identification\nno-such-competition\n")?;
    let missing = aggregate(&["--split", &some, "--grading-reports", &good])?;
    let expected = "no report has an entry for 1 of the 2 competitions of split";
    assert!(missing.code == 2 && missing.stderr.contains(expected), "{}", missing.stderr);
    let padded = aggregate(&["--split", &some, "--pad-missing", "--grading-reports", &good])?;
    assert!(padded.code == 0 && padded.stderr.contains("1 place is filled up"), "{}", padded.stderr);
    Ok(())
}

/// The figure without the competitions that are known to leak is that over the rest.
#[test]
fn known_leaks_can_be_left_out() -> Result<(), Failure> {
    let files = [0, 1, 2].map(|number| report("three-complete-seeds", number));
    let reports = ["--grading-reports", &files[0], &files[1], &files[2]];
    let both = aggregate(&[&["--exclude-known-leaks", "--format=json"][..], &reports].concat())?;
    assert_eq!(both.code, 0, "{}", both.stderr);
    let both: Value = serde_json::from_str(&both.stdout)?;
    let excluded = both["excluded"].as_array().ok_or("nothing is left out")?;
    let mut ids: Vec<&str> = excluded.iter().filter_map(|one| one["competition_id"].as_str()).collect();
    ids.sort_unstable();
    let known = [
        "cassava-leaf-disease-classification",
        "hubmap-kidney-segmentation",
        "multi-modal-gesture-recognition",
        "siim-isic-melanoma-classification",
        "smartphone-decimeter-2022",
    ];
    assert_eq!(ids, known);
    assert!(
        excluded
            .iter()
            .all(|one| one["leaks"][0]["source"].as_str().is_some_and(|source| source.starts_with("https://")))
    );
    let all: Value = serde_json::from_str(&aggregate(&reports)?.stdout)?;
    assert_eq!(both["all"], all);
    assert_eq!(both["without_known_leaks"]["num_competitions_per_seed"], 70);

    // Counted by hand: medals among those that do not leak.
    let mut shares = Vec::new();
    for file in &files {
        let report: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        let entries = report["competition_reports"].as_array().ok_or("no entries")?;
        let medals = entries.iter().filter(|entry| {
            entry["any_medal"] == true && !ids.contains(&entry["competition_id"].as_str().unwrap_or_default())
        });
        shares.push(medals.count() as f64 / 70.0 * 100.0);
    }
    let mean = shares.iter().sum::<f64>() / 3.0;
    let ours = both["without_known_leaks"]["metrics"]["any_medal_percentage"]["mean"].as_f64().ok_or("no mean")?;
    assert!((ours - mean).abs() < 1e-9, "{ours} instead of {mean}");

    // An edition that is corrected does not leak.
    let folder = tempfile::tempdir()?;
    let mut corrected = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let mut report: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        for entry in report["competition_reports"].as_array_mut().into_iter().flatten() {
            if entry["competition_id"] == "hubmap-kidney-segmentation" {
                entry["edition"] = json!("corrected");
            }
        }
        let path = folder.path().join(format!("{number}.json"));
        std::fs::write(&path, report.to_string())?;
        corrected.push(path.display().to_string());
    }
    let mut call = vec!["--exclude-known-leaks", "--format=json", "--grading-reports"];
    call.extend(corrected.iter().map(String::as_str));
    let both: Value = serde_json::from_str(&aggregate(&call)?.stdout)?;
    assert_eq!(both["without_known_leaks"]["num_competitions_per_seed"], 71);
    Ok(())
}

#[test]
fn figures_are_shown_to_people_and_as_a_row() -> Result<(), Failure> {
    let files = [0, 1, 2].map(|number| report("three-complete-seeds", number));
    let reports = ["--grading-reports", &files[0], &files[1], &files[2]];
    let text = aggregate(&[&["--split=low", "--format=text"][..], &reports].concat())?;
    assert!(text.stdout.starts_with("low: 22 competitions, 3 seeds\n"), "{}", text.stdout);
    for shown in ["any medal", "22.73 %", "5.25", "12.44 to 33.01"] {
        assert!(text.stdout.contains(shown), "{shown}: {}", text.stdout);
    }
    let row = aggregate(&[&["--format=row", "--agent=A | B", "--models=m", "--hours=24"][..], &reports].concat())?;
    let lines: Vec<&str> = row.stdout.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[2].starts_with("| A \\| B | m | 22.73 ± 5.25 | "), "{}", lines[2]);
    assert!(lines[0].starts_with("| Agent | LLM(s) used | Low == Lite (%) |"), "{}", lines[0]);
    let both =
        aggregate(&[&["--format=row", "--agent=A", "--models=m", "--exclude-known-leaks"][..], &reports].concat())?;
    let lines: Vec<&str> = both.stdout.lines().collect();
    assert!(lines.len() == 4 && lines[3].starts_with("| A (without known leaks) | m | "), "{}", both.stdout);
    let without = aggregate(&[&["--format=json", "--exclude-known-leaks"][..], &reports].concat())?;
    let without: Value = serde_json::from_str(&without.stdout)?;
    let figure = &without["without_known_leaks"]["metrics"]["any_medal_percentage"];
    let [mean, error] = ["mean", "standard_error"].map(|name| figure[name].as_f64().unwrap_or(f64::NAN));
    assert!(lines[3].contains(&format!("| {mean:.2} ± {error:.2} | N/A |")), "{}", lines[3]);
    Ok(())
}

/// Paths that are no files are refused, without waiting for anybody.
#[test]
#[cfg(unix)]
fn odd_files_are_refused() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let pipe = folder.path().join("pipe.json");
    assay_tests::harmless::odd("a pipe", &pipe)?;
    let run = aggregate(&["--grading-reports", &pipe.display().to_string()])?;
    assert!(run.code == 2 && run.stderr.contains("not a regular file"), "{}", run.stderr);
    let folder = aggregate(&["--grading-reports", &Path::new("/").display().to_string()])?;
    assert_eq!(folder.code, 2);
    Ok(())
}
