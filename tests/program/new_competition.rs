//! `assay new competition`: what it concludes from files, that what it writes passes `assay check`, and what it refuses.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use assay_tests::harmless::{Run, program, run};
use assay_tests::{Failure, assay, interpreters};

/// Files of two columns beside the key `id`, and what is to be concluded from them.
struct Kind {
    name: &'static str,
    columns: &'static str,
    /// The cells of the answers, by the row's number.
    answer: fn(usize) -> String,
    /// The cells of each row of the sample submission.
    sample: &'static str,
    grader: &'static str,
    /// What the competition says of its columns.
    says: &'static str,
}

const fn kind(
    name: &'static str,
    columns: &'static str,
    answer: fn(usize) -> String,
    sample: &'static str,
    grader: &'static str,
    says: &'static str,
) -> Kind {
    Kind { name, columns, answer, sample, grader, says }
}

/// A number that looks like chance, below `end`.
fn any(row: usize, end: usize) -> usize {
    (row * 7919 + 13) % 10_007 % end
}

const KINDS: &[Kind] = &[
    kind(
        "two-classes",
        "y",
        |row| any(row, 2).to_string(),
        "0.5",
        "roc-auc",
        "type = \"number\"\nmin = 0.0\nmax = 1.0",
    ),
    kind(
        "one-class-of-three",
        "a,b,c",
        |row| ["1,0,0", "0,1,0", "0,0,1"][any(row, 3)].into(),
        "0.3333,0.3333,0.3333",
        "log-loss",
        "[[submission.row_sums]]\ntotal = 1.0",
    ),
    kind(
        "several-classes-at-once",
        "a,b",
        |row| format!("{},{}", any(row, 2), any(row + 1, 2)),
        "0,0",
        "roc-auc",
        "names = [\"a\", \"b\"]\ntype = \"number\"\nmin = 0.0\nmax = 1.0",
    ),
    kind("classes-named", "y", |row| any(row, 2).to_string(), "0", "accuracy", "type = \"integer\""),
    kind("grades", "y", |row| any(row, 5).to_string(), "0", "accuracy", "type = \"integer\""),
    kind("words", "y", |row| ["cat", "dog"][any(row, 2)].into(), "cat", "accuracy", "type = \"text\""),
    kind("truth", "y", |row| ["True", "False"][any(row, 2)].into(), "False", "accuracy", "type = \"boolean\""),
    kind(
        "prices",
        "y",
        |row| (any(row, 10) * any(row, 10) * any(row, 10) * any(row, 97)).to_string(),
        "0",
        "root-mean-squared-log-error",
        "type = \"number\"",
    ),
    kind(
        "differences",
        "y",
        |row| format!("{}.5", any(row, 5000) as i64 - 2500),
        "0",
        "root-mean-squared-error",
        "type = \"number\"",
    ),
    kind(
        "places",
        "x,y",
        |row| format!("{}.5,-{}.25", any(row, 5000), any(row, 3000)),
        "0.0,0.0",
        "mean-columnwise-rmse",
        "names = [\"x\", \"y\"]",
    ),
    kind(
        "sentences",
        "y",
        |row| format!("the {} of {row}", any(row, 5000)),
        "a b",
        "levenshtein-distance",
        "type = \"text\"",
    ),
    kind(
        "guesses",
        "y",
        |row| format!("w{}", any(row, 30)),
        "w1 w2 w3",
        "map-at-k",
        "options = { target = \"y\", k = 3 }",
    ),
];

fn write(folder: &Path, kind: &Kind) -> Result<(), Failure> {
    let rows = 200;
    let table = |row: &dyn Fn(usize) -> String| {
        let rows: String = (0..rows).map(row).collect();
        format!("id,{}\n{rows}", kind.columns)
    };
    fs::write(folder.join("answers.csv"), table(&|row| format!("r{row},{}\n", (kind.answer)(row))))?;
    // The order of its rows is another.
    fs::write(folder.join("sample.csv"), table(&|row| format!("r{},{}\n", rows - 1 - row, kind.sample)))?;
    Ok(())
}

/// Without a terminal, as in a script.
fn new(folder: &Path, arguments: &[&str]) -> Result<Run, Failure> {
    run(assay()?.current_dir(folder).args(["new", "competition"]).args(arguments).stdin(Stdio::null()))
}

const FILES: [&str; 4] = ["--answers", "answers.csv", "--sample", "sample.csv"];

fn check(folder: &Path, id: &str) -> Result<Run, Failure> {
    let arguments = ["check", id, "--competitions", "competitions", "--data-dir", "data", "--format", "json"];
    let mut program = program()?;
    program.current_dir(folder).args(arguments);
    // Graders that are source text need them; the others are there without.
    if let Some(interpreters) = interpreters() {
        program.arg("--graders").arg(interpreters);
    }
    run(&mut program)
}

#[test]
fn what_is_proposed_fits_the_files_and_passes_the_checks() -> Result<(), Failure> {
    for kind in KINDS {
        let folder = tempfile::tempdir()?;
        write(folder.path(), kind)?;
        let made = new(folder.path(), &[&[kind.name][..], &FILES].concat())?;
        assert_eq!(made.code, 0, "{}: {}", kind.name, made.stderr);
        let text = fs::read_to_string(folder.path().join("competitions").join(kind.name).join("competition.toml"))?;
        for said in ["key = [\"id\"]", "rows = \"same\"", kind.says, &format!("component = \"{}\"", kind.grader)] {
            assert!(text.contains(said), "{}: no {said} in\n{text}", kind.name);
        }
        assert!(!text.contains("[leaderboard]"), "{text}");
        let checked = check(folder.path(), kind.name)?;
        assert_eq!(checked.code, 0, "{}: {}{}", kind.name, checked.stdout, checked.stderr);
    }
    Ok(())
}

#[test]
fn a_leaderboard_gives_thresholds_and_has_a_word_in_the_metric() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), &KINDS[0])?;
    let board: String = (0..250).map(|team| format!("t{team},{team}\n")).collect();
    fs::write(folder.path().join("board.csv"), format!("team,score\n{board}"))?;
    let arguments =
        [&["two-classes"][..], &FILES, &["--leaderboard", "board.csv", "--title", "Two \"classes\""]].concat();
    let made = new(folder.path(), &arguments)?;
    assert_eq!(made.code, 0, "{}", made.stderr);
    let text = fs::read_to_string(folder.path().join("competitions/two-classes/competition.toml"))?;
    // The scores go up: lower is better, as of log loss. Kaggle: 250 teams have 10 golds (and one for each 500), 50 silvers, 100 bronzes.
    let thresholds = "teams = 250\nlower_is_better = true\ngold = 9.0\nsilver = 49.0\nbronze = 99.0\nmedian = 124.5";
    assert!(text.contains("component = \"log-loss\"") && text.contains(thresholds), "{text}");
    assert_eq!(check(folder.path(), "two-classes")?.code, 0);
    // A metric that goes the other way is taken, and it is said.
    let arguments = [&arguments[1..], &["--metric", "roc-auc"]].concat();
    let made = new(folder.path(), &[&["other-way"][..], &arguments].concat())?;
    assert!(made.code == 0 && made.stderr.contains("the leaderboard goes up"), "{}", made.stderr);
    Ok(())
}

#[test]
fn a_grader_of_its_own_scores_as_it_stands() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), &kind("", "n,word", |row| format!("{row}.5,w{}", any(row, 3)), "0.0,w1", "", ""))?;
    // No metric weighs numbers and words.
    let made = new(folder.path(), &[&["mixed"][..], &FILES].concat())?;
    assert!(made.code == 0 && made.stderr.contains("score.py"), "{}", made.stderr);
    for (id, metric) in [("mixed-in-javascript", "javascript"), ("mixed-in-python", "python")] {
        let made = new(folder.path(), &[&[id][..], &FILES, &["--metric", metric]].concat())?;
        assert_eq!(made.code, 0, "{}", made.stderr);
    }
    write(folder.path(), &kind("", "x,y", |row| format!("{row}.5,-{}.25", any(row, 3000)), "0.0,0.0", "", ""))?;
    for (id, metric) in [("numbers-in-javascript", "javascript"), ("numbers-in-python", "python")] {
        let made = new(folder.path(), &[&[id][..], &FILES, &["--metric", metric]].concat())?;
        assert_eq!(made.code, 0, "{}", made.stderr);
    }
    if let Some(interpreters) = interpreters() {
        for id in ["mixed", "numbers-in-javascript"] {
            let checked = check(folder.path(), id)?;
            assert_eq!(checked.code, 0, "{id}: {}{}", checked.stdout, checked.stderr);
        }
        for (id, score) in
            [("mixed-in-javascript", 0.1675), ("mixed-in-python", 0.1675), ("numbers-in-python", 740.5525)]
        {
            // By arithmetic: half of the share of `w1`; the mean of both columns' mean distances from 0.
            let sample = format!("data/{id}/prepared/public/sample_submission.csv");
            let arguments = ["grade-sample", &sample, id, "--competitions", "competitions", "--data-dir", "data"];
            let mut program = program()?;
            program.current_dir(folder.path()).args(arguments).arg("--graders").arg(&interpreters);
            let graded = run(&mut program)?;
            let report: serde_json::Value = serde_json::from_str(&graded.stdout)?;
            assert_eq!(report["score"].as_f64(), Some(score), "{id}: {}", graded.stderr);
        }
    }
    Ok(())
}

#[test]
fn answers_are_kept_out_of_the_repository() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), &KINDS[0])?;
    assert_eq!(new(folder.path(), &[&["mine"][..], &FILES].concat())?.code, 0);
    assert!(fs::read_to_string(folder.path().join("data/.gitignore"))?.lines().any(|line| line == "*"));
    let mut names: Vec<_> = fs::read_dir(folder.path().join("competitions/mine"))?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<_, _>>()?;
    names.sort();
    assert_eq!(names, ["competition.toml"]);
    Ok(())
}

#[test]
fn what_cannot_be_proposed_is_refused_with_the_place_and_the_remedy() -> Result<(), Failure> {
    let cases: &[(&str, &str, &[&str], &[&str])] = &[
        ("id,y\na,1\nb,\n", "id,y\na,1.5\nb,2.5\n", &[], &["no value of `y` in line 3", "take rows"]),
        ("id,y\na,1\nb,0\n", "id,z\na,1\nb,0\n", &[], &["by their names"]),
        ("y\n1\n0\n", "y\n1\n", &[], &["2 rows", "sample submission 1"]),
        ("id,y\n", "id,y\n", &[], &["no rows"]),
        (
            "id,y\na,1\nb,0\n",
            "id,y\na,0\nb,0\n",
            &["--metric", "log-loss"],
            &["`log-loss` is no metric that fits", "accuracy"],
        ),
        ("id,y\na,1\nb,0\n", "id,y\na,0\nb,0\n", &["--leaderboard", "sample.csv"], &["column `score`"]),
        ("id,y\na,1\nb,0\n", "id,y\na,\"0\nb,0\n", &[], &["the sample submission", "line"]),
        ("id,y\na,1\nb,0\n", "id,y\na,0\nb,0\n", &["--answers", "none.csv"], &["none.csv"]),
    ];
    for (answers, sample, more, words) in cases {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("answers.csv"), answers)?;
        fs::write(folder.path().join("sample.csv"), sample)?;
        let files = if more.first() == Some(&"--answers") { &FILES[2..] } else { &FILES[..] };
        let made = new(folder.path(), &[&["mine"][..], files, more].concat())?;
        assert_eq!(made.code, 2, "{answers:?} {sample:?}: {}", made.stderr);
        for word in *words {
            assert!(made.stderr.contains(word), "{answers:?} {sample:?}: no {word} in {}", made.stderr);
        }
        assert!(!folder.path().join("competitions").exists(), "something was written");
    }
    let folder = tempfile::tempdir()?;
    write(folder.path(), &KINDS[0])?;
    for (id, arguments, word) in [
        ("../mine", &FILES[..], "no name for a competition"),
        ("mine", &FILES[..2], "--sample FILE is needed"),
        ("mine", &FILES[2..], "--answers FILE is needed"),
    ] {
        let made = new(folder.path(), &[&[id][..], arguments].concat())?;
        assert!(made.code == 2 && made.stderr.contains(word), "{id} {arguments:?}: {}", made.stderr);
    }
    assert_eq!(new(folder.path(), &[&["mine"][..], &FILES].concat())?.code, 0);
    let again = new(folder.path(), &[&["mine"][..], &FILES].concat())?;
    assert!(again.code == 2 && again.stderr.contains("nothing is overwritten"), "{}", again.stderr);
    Ok(())
}

#[test]
fn on_a_terminal_it_asks() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), &KINDS[0])?;
    // `script` (of bsdutils, which every Debian has) gives it a terminal.
    let command = format!("'{}' new competition mine", assay()?.get_program().to_string_lossy());
    let mut script = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut keys = script.stdin.take().ok_or("no keyboard")?;
    // The files, no leaderboard, a title; of the metrics, the second.
    keys.write_all(b"answers.csv\nsample.csv\n\nMine\nj\n")?;
    let ended = script.wait_with_output()?;
    drop(keys);
    let shown = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{shown}");
    let text = fs::read_to_string(folder.path().join("competitions/mine/competition.toml"))?;
    assert!(text.contains("title = \"Mine\"") && text.contains("component = \"log-loss\""), "{text}\n{shown}");
    Ok(())
}
