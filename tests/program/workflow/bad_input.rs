//! What each command says of files that are missing, cut short, something else or of another version: which file, where, and what to do. Each
//! ends with 2, prints nothing that could be taken for a result, and leaves all files as they were.

use std::collections::BTreeMap;
use std::path::Path;

use assay_tests::harmless::{EXAMPLE, examples, prediction, program, run};
use assay_tests::{Failure, root};
use serde_json::json;

/// Files in a folder, by name.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().is_file() {
            files.insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?);
        }
    }
    Ok(files)
}

/// A folder of files that are wrong in one way each, beside some that are right.
fn folder() -> Result<tempfile::TempDir, Failure> {
    let folder = tempfile::tempdir()?;
    let report = |of: &str| std::fs::read_to_string(root().join("tests/aggregate/reports").join(of));
    let good = report("one-seed/group0_grading_report.json")?;
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
    write("good.json", &good)?;
    write("other.json", &report("three-complete-seeds/group1_grading_report.json")?)?;
    write("half.json", &good[..good.len() / 2])?;
    write("foreign.json", "{\"experiments\": [1, 2]}\n")?;
    write("list.json", "[1, 2]\n")?;
    write("later.json", &good.replacen('{', "{\"schema\": 99,", 1))?;
    write("counts.json", &good.replacen("\"total_runs\": ", "\"total_runs\": 9", 1))?;
    write("type.json", &good.replacen("\"gold_medal\": false", "\"gold_medal\": \"no\"", 1))?;
    write("copy.json", &good)?;
    write("twice.txt", "spaceship-titanic\nleaf-classification\nspaceship-titanic\n")?;
    write("empty.txt", "\n\n")?;
    write("card.toml", super::compare::CARD)?;
    write("cut.toml", "split = \"low\"\nseeds = \n")?;
    write("unknown.toml", "split = \"low\"\nsplits = 3\n")?;
    write("cut-card.json", "{\"split\": \"low\",\n \"seeds\": ")?;
    write("metadata.json", "{\"runs\": {\"a_1\": {\"success\": tr")?;
    write("board.csv", "team,points\na,1\n")?;
    write("words.csv", "team,score\na,best\nb,worst\n")?;
    write("hole.csv", "team,score\na,\nb,0.5\n")?;
    write("mixed.csv", "team,score\na,0.3\nb,0.9\nc,0.8\nd,0.7\ne,0.6\nf,0.5\ng,0.4\nh,0.2\ni,0.2\nj,0.1\n")?;
    write("uses.jsonl", "{\"entry\": 0}\n")?;
    write("operator.jsonl", "{\"entry\": 1}\n{\"entry\"\n")?;
    Ok(folder)
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_a_remedy() -> Result<(), Failure> {
    let folder = folder()?;
    let before = files(folder.path())?;
    let whole = "is no whole grading report: ";
    let writes = "`assay grade` writes one";
    let cases: &[(&[&str], &[&str])] = &[
        // Reports, wherever they are read.
        (&["aggregate", "--grading-reports", "gone.json"], &["gone.json: "]),
        (&["aggregate", "--grading-reports", "half.json"], &["half.json", whole, "at line ", writes]),
        (&["aggregate", "--grading-reports", "good.json", "half.json"], &["half.json", whole]),
        (
            &["aggregate", "--grading-reports", "foreign.json"],
            &["foreign.json", "missing field `competition_reports`", writes],
        ),
        (&["aggregate", "--grading-reports", "list.json"], &["list.json", "it is no JSON object", writes]),
        (
            &["aggregate", "--grading-reports", "later.json"],
            &["later.json has schema 99", "use the program that wrote it"],
        ),
        (&["aggregate", "--grading-reports", "counts.json"], &["counts.json counts ", "grade its list again"]),
        (&["aggregate", "--grading-reports", "type.json"], &["type.json", whole, "expected a boolean", "line "]),
        (
            &["aggregate", "--grading-reports", "good.json", "copy.json"],
            &["good.json", "copy.json", "would count twice"],
        ),
        (
            &["aggregate", "--grading-reports", "good.json", "--split", "twice.txt"],
            &["twice.txt has spaceship-titanic twice, on lines 1 and 3", "take one out"],
        ),
        (
            &["aggregate", "--grading-reports", "good.json", "--split", "empty.txt"],
            &["empty.txt has no competitions", "one id a line"],
        ),
        (
            &["aggregate", "--grading-reports", "good.json", "--num-seeds", "2"],
            &["2 seeds were asked for, and 1 are complete"],
        ),
        (&["aggregate", "--experiment-id", "mine"], &["runs/run_group_experiments.csv"]),
        (&["report", "half.json", "--html", "page.html"], &["half.json", whole, writes]),
        (&["report", "later.json", "--html", "page.html"], &["later.json has schema 99"]),
        (&["report", "gone.json", "--html", "page.html"], &["gone.json: "]),
        (&["report", "good.json", "--html", "page.html", "--card", "cut.toml"], &["cut.toml is no run card", "line 2"]),
        (
            &["report", "good.json", "--html", "page.html", "--operator-log", "operator.jsonl"],
            &["operator.jsonl, line "],
        ),
        (&["compare", "good.json", "half.json"], &["half.json", whole]),
        (&["compare", "good.json", "gone"], &["gone"]),
        (
            &["compare", "good.json", "other.json", "--first-card", "cut-card.json"],
            &["cut-card.json is no run card", "line 2", "assay card schema"],
        ),
        // Cards.
        (&["card", "check", "gone.toml"], &["gone.toml: "]),
        (&["card", "check", "cut.toml"], &["cut.toml is no run card: line 2", "assay card schema"]),
        (&["card", "check", "unknown.toml"], &["line 2: unknown field `splits`", "assay card schema"]),
        (&["card", "check", "cut-card.json"], &["cut-card.json is no run card", "line 2"]),
        (&["card", "check", "card.toml", "--grading-reports", "half.json"], &["half.json", whole]),
        (
            &["card", "check", "card.toml", "--grading-reports", "good.json", "--use-log", "uses.jsonl"],
            &["the log of uses uses.jsonl"],
        ),
        (&["card", "check", "card.toml", "--grading-reports", "good.json", "--use-log", "gone.jsonl"], &["gone.jsonl"]),
        // Run groups.
        (
            &["collect", "--metadata", "metadata.json", "--output", "out.jsonl"],
            &["metadata.json is not the metadata of a run group", "line 1"],
        ),
        (&["collect", "--metadata", "gone.json", "--output", "out.jsonl"], &["gone.json", "--run-group"]),
        // Leaderboards.
        (&["rank", "spaceship-titanic", "0.8", "--leaderboard", "gone.csv"], &["the leaderboard gone.csv: "]),
        (
            &["rank", "spaceship-titanic", "0.8", "--leaderboard", "foreign.json"],
            &["the leaderboard foreign.json", "a column `score` of numbers"],
        ),
        (
            &["rank", "spaceship-titanic", "0.8", "--leaderboard", "board.csv"],
            &["board.csv needs a column `score` of numbers"],
        ),
        (
            &["rank", "spaceship-titanic", "0.8", "--leaderboard", "words.csv"],
            &["words.csv needs a column `score` of numbers"],
        ),
        (
            &["rank", "spaceship-titanic", "0.8", "--leaderboard", "hole.csv"],
            &["hole.csv: the team on rank 1", "has no score"],
        ),
        (
            &["rank", "spaceship-titanic", "0.8", "--leaderboard", "mixed.csv"],
            &["mixed.csv: ", "in the order of the ranks"],
        ),
        (
            &["rank", "spaceship-titanic", "0.8", "--leaderboards", "gone"],
            &["there is no full leaderboard of `spaceship-titanic`", "--leaderboard FILE"],
        ),
        (&["rank", "spaceship-titanic", "inf", "--leaderboard", "hole.csv"], &["is no finite number"]),
    ];
    for (arguments, expected) in cases {
        let ended = run(program()?.args(*arguments).current_dir(folder.path()))?;
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}: {}", ended.stderr);
        for part in *expected {
            assert!(ended.stderr.contains(part), "{arguments:?}: {part} is not in: {}", ended.stderr);
        }
    }
    assert_eq!(files(folder.path())?, before, "nothing is written, and nothing lost");
    Ok(())
}

/// Python writes what JSON does not know. A score that is not finite counts as the report says; a card needs finite amounts.
#[test]
fn numbers_that_python_writes_are_read() -> Result<(), Failure> {
    let folder = folder()?;
    let text = std::fs::read_to_string(folder.path().join("good.json"))?;
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    let scores = lines.iter_mut().filter(|line| line.trim_start().starts_with("\"score\": "));
    for (line, score) in scores.zip(["NaN", "Infinity", "-Infinity"]) {
        *line = format!("\"score\": {score},");
    }
    std::fs::write(folder.path().join("python.json"), lines.join("\n"))?;
    let ended = |arguments: &[&str]| run(program()?.args(arguments).current_dir(folder.path()));
    let [plain, python] =
        ["good.json", "python.json"].map(|file| ended(&["aggregate", "--format=json", "--grading-reports", file]));
    let (plain, python) = (plain?, python?);
    assert_eq!((python.code, &python.stdout), (0, &plain.stdout), "{}", python.stderr);
    let page = ended(&["report", "python.json", "--html", "-"])?;
    assert!(page.code == 0 && page.stdout.contains("<td class=\"number\">NaN</td>"), "{}", page.stderr);
    assert!(ended(&["compare", "python.json", "other.json", "--format=json"])?.code < 2);

    let card = json!({"split": "low", "seeds": 3}).to_string().replacen('{', "{\"budget\": {\"hours\": NaN},", 1);
    std::fs::write(folder.path().join("nan.json"), card)?;
    let checked = ended(&["card", "check", "nan.json", "--format=json"])?;
    assert!(checked.code == 1 && checked.stdout.contains("budget.hours"), "{}{}", checked.stdout, checked.stderr);
    Ok(())
}

/// Grading stops before any answer is used if a leaderboard that is to decide cannot.
#[test]
fn a_bad_leaderboard_stops_grading() -> Result<(), Failure> {
    let folder = folder()?;
    let boards = folder.path().join("boards");
    std::fs::create_dir_all(boards.join(EXAMPLE))?;
    std::fs::write(boards.join(EXAMPLE).join("leaderboard.csv"), "team,points\na,1\n")?;
    let line = json!({"competition_id": EXAMPLE, "submission_path": prediction()}).to_string();
    std::fs::write(folder.path().join("list.jsonl"), line)?;
    let grade = |leaderboards: &str| {
        run(program()?
            .args(["grade", "--submission", "list.jsonl", "--output-dir", "out", "--use-log", "log.jsonl"])
            .arg("--data-dir")
            .arg(examples())
            .arg("--competitions")
            .arg(examples())
            .args(["--leaderboards", leaderboards])
            .current_dir(folder.path()))
    };
    for (leaderboards, expected) in
        [("boards", "needs a column `score`"), ("gone", "--leaderboards gone: there is no such folder")]
    {
        let refused = grade(leaderboards)?;
        assert!(refused.code == 2 && refused.stderr.contains(expected), "{}", refused.stderr);
    }
    assert!(!folder.path().join("log.jsonl").exists(), "no answer was used");
    Ok(())
}
