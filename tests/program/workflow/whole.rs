//! The whole workflow: run groups of 75 competitions and three seeds are collected, graded, aggregated, given a card, compared, and shown
//! as pages.

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
    assert_eq!(
        checked,
        json!({"complete": true, "lacks": [], "log": {"other_gradings": 0, "later_gradings": 0, "has_head": null}})
    );
    // Before the last seed was graded, the others were: as far as its report goes, somebody looked at scores. What came after does not count.
    let alone = |report: usize| -> Result<(i32, Value), Failure> {
        let reports = &reports[report..=report];
        let run =
            assay(&[&["card", "check", "one/card.toml", "--format=json", "--grading-reports"][..], reports].concat())?;
        Ok((run.code, serde_json::from_str(&run.stdout)?))
    };
    let (code, last) = alone(2)?;
    assert_eq!((code, &last["lacks"][0]["field"]), (1, &json!("answers.consulted")), "{last}");
    assert!(last["log"]["other_gradings"].as_u64() > Some(0));
    let (code, first) = alone(0)?;
    assert_eq!((code, &first["log"]["other_gradings"]), (0, &json!(0)), "{first}");
    assert!(first["log"]["later_gradings"].as_u64() > Some(0));

    // A card that names the head of the log is held against it.
    let last: Value = serde_json::from_slice(&std::fs::read(folder.path().join(reports[2]))?)?;
    let head = last["use_log"]["head"].as_str().ok_or("no head")?;
    for (head, code, has_head) in [(head, 0, true), (&*"0".repeat(64), 1, false)] {
        let card = format!("{CARD}log_head = \"{head}\"\n");
        std::fs::write(folder.path().join("headed.toml"), card)?;
        let run =
            assay(&[&["card", "check", "headed.toml", "--format=json", "--grading-reports"][..], &reports].concat())?;
        let checked: Value = serde_json::from_str(&run.stdout)?;
        assert_eq!((run.code, &checked["log"]["has_head"]), (code, &json!(has_head)), "{checked}");
        if code == 1 {
            assert_eq!(checked["lacks"][0]["field"], "answers.log_head");
        }
    }

    let compared = assay(&["compare", "one", "other", "--format=json"])?;
    let comparison: Value = serde_json::from_str(&compared.stdout)?;
    assert_eq!((compared.code, &comparison["verdict"]), (0, &json!("comparable")), "{comparison}");
    assert_eq!((&comparison["competitions"], &comparison["seeds"]), (&json!(75), &json!([3, 1])));
    assert_eq!(comparison["differences"].as_array().map(Vec::len), Some(5));
    pages(folder.path(), &reports)
}

/// Every report as a page: each competition of the report, each run without a score, the card, what is known, and the receipts.
fn pages(folder: &Path, reports: &[&str]) -> Result<(), Failure> {
    for (number, report) in reports.iter().enumerate() {
        let page = format!("page{number}.html");
        let made =
            run(program()?.args(["report", report, "--html", &page, "--card", "one/card.toml"]).current_dir(folder))?;
        assert_eq!(made.code, 0, "{}", made.stderr);
        let html = std::fs::read_to_string(folder.join(&page))?;
        let report: Value = serde_json::from_slice(&std::fs::read(folder.join(report))?)?;
        let entries = report["competition_reports"].as_array().ok_or("no entries")?;
        assert_eq!(entries.len(), 75);
        let section = |anchor: &str| {
            let from = html.split_once(&format!("<h2 id=\"{anchor}\">")).map(|(_, rest)| rest);
            from.and_then(|rest| rest.split_once("</section>")).map(|(part, _)| part.matches("<tr>").count() - 1)
        };
        let scored = entries.iter().filter(|entry| entry["valid_submission"] == true).count();
        assert_eq!(section("runs"), Some(75), "a row a run");
        assert_eq!(section("failures"), Some(75 - scored));
        assert_eq!(section("positions"), Some(scored), "every competition of the split has thresholds");
        // What is known of competitions is in the report, and shown.
        let issues: usize = entries.iter().filter_map(|entry| Some(entry["known_issues"].as_array()?.len())).sum();
        assert!(issues > 10, "{issues}");
        assert_eq!(section("issues"), Some(issues));
        assert!(html.contains("<td>split75</td>") && html.contains("budget.hours"), "the card");
    }
    // Looked at by whoever wants to: the page of the first seed.
    if let Some(folder_of_pages) = std::env::var_os("ASSAY_TEST_PAGES") {
        std::fs::copy(folder.join("page0.html"), Path::new(&folder_of_pages).join("page0.html"))?;
        std::fs::copy(folder.join(reports[0]), Path::new(&folder_of_pages).join("report0.json"))?;
    }
    Ok(())
}
