//! The whole workflow: run groups of 75 competitions and three seeds are collected, graded, aggregated, given a card and compared.

use std::path::Path;

use assay_tests::cases::{Case, Cases};
use assay_tests::harmless::{Run, program, run};
use assay_tests::{Failure, root};
use serde_json::{Map, Value, json};

use super::compare::CARD;

/// How many run groups there are: three seeds of one agent, and one of another.
const GROUPS: usize = 4;

/// A competition's id, and submissions to it.
type Submissions<'a> = (String, Vec<&'a Case>);

/// The competitions of split75, with submissions that have a score in the reference and are no copies of the answers.
fn competitions(cases: &Cases) -> Result<Vec<Submissions<'_>>, Failure> {
    let differing = std::fs::read_to_string(root().join("tests/parity/differences.toml"))?;
    let list = run(program()?.args(["competitions", "--split=split75", "--format=json"]))?;
    let list: Vec<Value> = serde_json::from_str(&list.stdout)?;
    let mut competitions = Vec::new();
    for competition in &list {
        let [id, answers] =
            [&competition["id"], &competition["data"]["answers"]].map(|text| text.as_str().unwrap_or_default());
        let answers = std::fs::read(cases.data().join(id).join("prepared").join(answers))?;
        let mut scored = Vec::new();
        for case in cases.list.iter().filter(|case| case.competition_id == id && !differing.contains(id)) {
            let has_score = case.outcome == "scored" && case.score.is_number();
            if has_score && std::fs::read(cases.folder().join(&case.submission_path))? != answers {
                scored.push(case);
            }
        }
        competitions.push((id.to_owned(), scored));
    }
    Ok(competitions)
}

/// A run group: of each competition a run with a submission. The last seed has one that left none, and those without a case have none either.
fn group(folder: &Path, cases: &Cases, competitions: &[Submissions<'_>], number: usize) -> Result<usize, Failure> {
    let group = folder.join(format!("runs/group{number}"));
    let mut runs = Map::new();
    let mut submitted = 0;
    for (place, (id, scored)) in competitions.iter().enumerate() {
        let name = format!("{id}_{number}");
        let case = (!scored.is_empty() && (number, place) != (2, 0)).then(|| scored[(number + place) % scored.len()]);
        std::fs::create_dir_all(group.join(&name).join("submission"))?;
        if let Some(case) = case {
            std::fs::copy(
                cases.folder().join(&case.submission_path),
                group.join(&name).join("submission/submission.csv"),
            )?;
            submitted += 1;
        }
        runs.insert(name, json!({"success": case.is_some()}));
    }
    std::fs::write(
        group.join("metadata.json"),
        json!({"run_group": format!("group{number}"), "runs": runs}).to_string(),
    )?;
    Ok(submitted)
}

#[test]
fn run_groups_become_figures_and_a_comparison() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let competitions = competitions(&cases)?;
    assert_eq!(competitions.len(), 75);
    let folder = tempfile::tempdir()?;
    let assay = |arguments: &[&str]| -> Result<Run, Failure> {
        run(program()?.args(arguments).current_dir(folder.path()).args(["--use-log", "uses.jsonl"]))
    };
    let data = cases.data().display().to_string();
    let mut submitted = Vec::new();
    for number in 0..GROUPS {
        submitted.push(group(folder.path(), &cases, &competitions, number)?);
        let (metadata, list, out) =
            (format!("runs/group{number}/metadata.json"), format!("list{number}.jsonl"), format!("runs/group{number}"));
        let collected = assay(&["collect", "--metadata", &metadata, "--output", &list])?;
        let told = format!("75 runs, {} with a submission", submitted[number]);
        assert!(collected.code == 0 && collected.stderr.contains(&told), "{}", collected.stderr);
        let graded = assay(&["grade", "--submission", &list, "--data-dir", &data, "--output-dir", &out])?;
        assert_eq!(graded.code, 0, "{}", graded.stderr);
    }
    let experiments: String = (0..3).map(|number| format!("mine,group{number}\n")).collect();
    std::fs::write(
        folder.path().join("runs/run_group_experiments.csv"),
        format!("experiment_id,run_group\n{experiments}"),
    )?;
    let aggregate =
        assay(&["aggregate", "--experiment-id", "mine", "--num-seeds", "3", "--split", "split75", "--format=json"])?;
    assert_eq!(aggregate.code, 0, "{}", aggregate.stderr);
    let aggregate: Value = serde_json::from_str(&aggregate.stdout)?;
    assert_eq!((&aggregate["num_seeds_averaged"], &aggregate["num_competitions_per_seed"]), (&json!(3), &json!(75)));
    let expected = submitted.iter().take(3).map(|&count| count as f64 / 75.0 * 100.0).sum::<f64>() / 3.0;
    for share in ["submission_exists_percentage", "valid_submissions_percentage"] {
        let ours = aggregate["metrics"][share]["mean"].as_f64().ok_or("no mean")?;
        assert!((ours - expected).abs() < 1e-9, "{share}: {ours} instead of {expected}");
    }

    // The reports of each agent in a folder of its own, with its card.
    for (name, groups) in [("one", 0..3), ("other", 3..GROUPS)] {
        let results = folder.path().join(name);
        std::fs::create_dir(&results)?;
        for number in groups {
            let of_group = std::fs::read_dir(folder.path().join(format!("runs/group{number}")))?;
            for entry in of_group.collect::<Result<Vec<_>, _>>()? {
                let file = entry.file_name().to_string_lossy().into_owned();
                if file.ends_with("grading_report.json") {
                    std::fs::copy(entry.path(), results.join(format!("group{number}_grading_report.json")))?;
                }
            }
        }
        std::fs::write(results.join("card.toml"), CARD)?;
    }
    let reports =
        ["one/group0_grading_report.json", "one/group1_grading_report.json", "one/group2_grading_report.json"];
    let both = [&reports[..], &["other/group3_grading_report.json"]].concat();
    let checked =
        assay(&[&["card", "check", "one/card.toml", "--format=json", "--grading-reports"][..], &both].concat())?;
    let checked: Value = serde_json::from_str(&checked.stdout)?;
    assert_eq!(checked, json!({"complete": true, "lacks": [], "log": {"other_gradings": 0}}));
    // The log has the other agent's gradings too: as far as these reports go, somebody looked at scores.
    let denied = assay(
        &[&["card", "check", "one/card.toml", "--format=json", "--grading-reports"][..], &reports[..1]].concat(),
    )?;
    let lacks: Value = serde_json::from_str(&denied.stdout)?;
    assert_eq!((denied.code, &lacks["lacks"][0]["field"]), (1, &json!("answers.consulted")));

    let compared = assay(&["compare", "one", "other", "--format=json"])?;
    let comparison: Value = serde_json::from_str(&compared.stdout)?;
    assert_eq!((compared.code, &comparison["verdict"]), (0, &json!("comparable")), "{comparison}");
    assert_eq!((&comparison["competitions"], &comparison["seeds"]), (&json!(75), &json!([3, 1])));
    assert_eq!(comparison["differences"].as_array().map(Vec::len), Some(5));
    Ok(())
}
