//! Run cards are checked, and two runs are held against each other only as far as their conditions allow it.

use std::path::Path;

use assay_tests::harmless::{Run, program, run};
use assay_tests::{Failure, root};
use serde_json::{Value, json};

/// A whole card.
pub(super) const CARD: &str = include_str!("../../../host/benchmark/src/card/whole.toml");

fn assay(arguments: &[&str]) -> Result<Run, Failure> {
    run(program()?.args(arguments))
}

#[test]
fn a_card_is_checked() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let card = folder.path().join("card.toml");
    let check = |text: &str| -> Result<Run, Failure> {
        std::fs::write(&card, text)?;
        assay(&["card", "check", &card.display().to_string(), "--format=table"])
    };
    let whole = check(CARD)?;
    assert_eq!((whole.code, whole.stdout.trim()), (0, "the card is complete"), "{}", whole.stderr);
    let partly = check(&CARD.replace("hours = 24", "").replace("prior_solutions = false", ""))?;
    assert_eq!(partly.code, 1);
    let fields: Vec<&str> = partly.stdout.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(fields, ["budget.hours", "prior_solutions"]);
    let wrong = check("seeds = 3\nhous = 4\n")?;
    assert!(wrong.code == 2 && wrong.stderr.contains("line 2: unknown field `hous`"), "{}", wrong.stderr);
    let schema: Value = serde_json::from_str(&assay(&["card", "schema"])?.stdout)?;
    assert!(schema["properties"]["prior_solutions"]["description"].is_string());
    Ok(())
}

/// A folder of one run: a report for each seed, and a card.
fn side(folder: &Path, name: &str, card: &str, change: impl Fn(&mut Value)) -> Result<String, Failure> {
    let folder = folder.join(name);
    std::fs::create_dir(&folder)?;
    for seed in 0..3 {
        let file = format!("group{seed}_grading_report.json");
        let from = root().join("tests/aggregate/reports/three-complete-seeds").join(&file);
        let mut report: Value = serde_json::from_slice(&std::fs::read(from)?)?;
        for entry in report["competition_reports"].as_array_mut().into_iter().flatten() {
            let digests = json!({"component": "g", "contract": "c", "options": "o", "answers": "a", "thresholds": "t"});
            entry["receipt"] = digests;
            change(entry);
        }
        std::fs::write(folder.join(file), report.to_string())?;
    }
    std::fs::write(folder.join("card.toml"), card)?;
    Ok(folder.display().to_string())
}

#[test]
fn only_like_conditions_are_comparable() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let one = side(folder.path(), "one", CARD, |_| {})?;
    let compare = |other: &str, arguments: &[&str]| -> Result<(i32, Value), Failure> {
        let run = assay(&[&["compare", &one, other, "--format=json"], arguments].concat())?;
        assert!(run.code < 2, "{}", run.stderr);
        Ok((run.code, serde_json::from_str(&run.stdout)?))
    };
    let about = |comparison: &Value, list: &str| -> Vec<String> {
        let reasons = comparison[list].as_array().into_iter().flatten();
        reasons.filter_map(|reason| reason["about"].as_str().map(ToOwned::to_owned)).collect()
    };
    // Gold for the tenth of the competitions whose ids start with s: only results differ.
    let better = side(folder.path(), "better", CARD, |entry| {
        let won = entry["competition_id"].as_str().is_some_and(|id| id.starts_with('s'));
        if won {
            entry["gold_medal"] = json!(true);
        }
    })?;
    let (code, same) = compare(&better, &[])?;
    assert_eq!((code, &same["verdict"]), (0, &json!("comparable")), "{same}");
    assert_eq!((&same["competitions"], &same["seeds"]), (&json!(75), &json!([3, 3])));
    let medal = same["differences"].as_array().into_iter().flatten().find(|one| one["share"] == "any medal");
    let medal = medal.ok_or("no medals")?;
    let difference = |field: &str| medal["difference"][field].as_f64().unwrap_or(f64::NAN);
    assert!(difference("mean") > 0.0 && difference("lower") == 0.0, "{medal}");
    assert!(difference("ci_lower") <= difference("mean") && difference("mean") <= difference("ci_upper"));
    // All differences have one sign, so two of all choices of signs are as far.
    let changed = difference("higher");
    assert!((1.0..=16.0).contains(&changed), "{medal}");
    assert!((difference("p_value") - 2.0 / 2_f64.powf(changed)).abs() < 1e-12, "{medal}");

    for (name, card, expected) in [
        ("hours", CARD.replace("hours = 24", "hours = 48"), "budget"),
        ("internet", CARD.replace("models-only", "full"), "internet"),
        ("split", CARD.replace("split75", "mine"), "split"),
        ("consulted", CARD.replace("consulted = false", "consulted = true"), "consulted answers"),
    ] {
        let (code, other) = compare(&side(folder.path(), name, &card, |_| {})?, &[])?;
        assert_eq!(
            (code, &other["verdict"], about(&other, "differs")),
            (1, &json!("not-comparable"), vec![expected.to_owned()])
        );
    }
    type Change = fn(&mut Value);
    let changes: [(&str, Change, &str); 5] = [
        ("grader", |entry| entry["receipt"]["component"] = json!("h"), "grader"),
        ("rules", |entry| entry["receipt"]["options"] = json!("p"), "rules"),
        ("answers", |entry| entry["receipt"]["answers"] = json!("b"), "answers"),
        ("thresholds", |entry| entry["gold_threshold"] = json!(0.5), "thresholds"),
        ("edition", |entry| entry["edition"] = json!("corrected"), "edition"),
    ];
    for (name, change, expected) in changes {
        let changed = side(folder.path(), name, CARD, |entry| {
            if entry["competition_id"] == "spaceship-titanic"
                || entry["competition_id"] == "spooky-author-identification"
            {
                change(entry);
            }
        })?;
        let (code, other) = compare(&changed, &[])?;
        assert_eq!((code, about(&other, "differs")), (1, vec![expected.to_owned()]), "{other}");
    }
    // Reports of the reference have no receipts, so by what they were graded cannot be told.
    let bare = side(folder.path(), "bare", CARD, |entry| entry["receipt"] = Value::Null)?;
    std::fs::remove_file(folder.path().join("bare/card.toml"))?;
    let (code, bare) = compare(&bare, &[])?;
    assert_eq!((code, &bare["verdict"]), (0, &json!("as-far-as-stated")));
    assert_eq!(about(&bare, "unknown"), ["grader", "rules", "answers", "card"]);

    let text = assay(&["compare", &one, &better, "--format=table"])?;
    assert!(text.stdout.starts_with("these runs are comparable\n75 competitions; 3 and 3 seeds\n"), "{}", text.stdout);
    let empty = tempfile::tempdir()?;
    let nothing = assay(&["compare", &one, &empty.path().display().to_string()])?;
    assert!(nothing.code == 2 && nothing.stderr.contains("has no grading reports"), "{}", nothing.stderr);
    Ok(())
}
