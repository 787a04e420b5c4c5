//! `assay plagiarism`: its figures are those of Dolos, and what strangers wrote is read within bounds.

use std::path::Path;

use assay_tests::harmless::{Run, TRICKS, odd, program, run};
use assay_tests::{Failure, root};
use serde_json::{Value, json};

/// A competition's folder of notebooks, and a list with one submission.
fn scene(code: &Path) -> Result<tempfile::TempDir, Failure> {
    let folder = tempfile::tempdir()?;
    let kernels = folder.path().join("kernels/spaceship-titanic");
    std::fs::create_dir_all(&kernels)?;
    for entry in std::fs::read_dir(root().join("tests/plagiarism/kernels"))? {
        let entry = entry?;
        std::fs::copy(entry.path(), kernels.join(entry.file_name()))?;
    }
    list(folder.path(), &[code])?;
    Ok(folder)
}

fn list(folder: &Path, code: &[&Path]) -> Result<(), Failure> {
    let line = |code: &&Path| json!({"competition_id": "spaceship-titanic", "code_path": code}).to_string() + "\n";
    Ok(std::fs::write(folder.join("list.jsonl"), code.iter().map(line).collect::<String>())?)
}

fn plagiarism(folder: &Path, arguments: &[&str]) -> Result<Run, Failure> {
    let fixed = ["plagiarism", "--submission", "list.jsonl", "--kernels", "kernels", "--output-dir", "out"];
    run(program()?.args(fixed).args(arguments).current_dir(folder))
}

fn summary(run: &Run) -> Result<Value, Failure> {
    Ok(serde_json::from_str(&run.stdout)?)
}

/// The lines of the only report.
fn report(folder: &Path, summary: &Value) -> Result<Vec<Value>, Failure> {
    let name = summary["submissions"][0]["report"].as_str().ok_or("no report")?;
    let text = std::fs::read_to_string(folder.join("out").join(name))?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// The name of a file without its folders.
fn name(path: &Value) -> &str {
    path.as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default()
}

/// What @dodona/dolos-lib 3.5.1 says of the same files, its grammar being tree-sitter-python 0.23.6. Notebooks were converted by nbconvert 7.17.2 with IPython 9.18.1, and lost
/// lines that start with `#`, as the reference converts them. `leftIgnored` and `rightIgnored` are how many of a file's fingerprints are
/// among those that Dolos ignores.
#[test]
fn figures_are_those_of_dolos() -> Result<(), Failure> {
    let files = root().join("tests/plagiarism");
    let folder = scene(&files.join("code"))?;
    std::fs::copy(files.join("template.py"), folder.path().join("template.py"))?;
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(files.join("expected.json"))?)?;
    for (options, expected) in expected.as_object().ok_or("no options")? {
        let options: Vec<&str> = options.split_whitespace().collect();
        let run = plagiarism(folder.path(), &options)?;
        assert_eq!(run.code, 0, "{}", run.stderr);
        let pairs = report(folder.path(), &summary(&run)?)?;
        let expected = expected.as_array().ok_or("no pairs")?;
        assert_eq!(pairs.len(), expected.len());
        let sorted = pairs.is_sorted_by(|one, other| one["similarity"].as_f64() >= other["similarity"].as_f64());
        assert!(sorted, "the most alike come first");
        for dolos in expected {
            let same =
                |pair: &&Value| ["leftFile", "rightFile"].iter().all(|side| name(&pair[side]) == name(&dolos[side]));
            let pair = pairs.iter().find(same).ok_or("a pair is missing")?;
            for figure in ["totalOverlap", "longestFragment", "leftCovered", "rightCovered"] {
                assert_eq!(pair[figure], dolos[figure], "{figure} {options:?} {dolos}");
            }
            let number = |figure: &str| dolos[figure].as_f64().unwrap_or(f64::NAN);
            let kept = [number("leftTotal") - number("leftIgnored"), number("rightTotal") - number("rightIgnored")];
            assert_eq!(
                [&pair["leftTotal"], &pair["rightTotal"]].map(Value::as_f64),
                kept.map(Some),
                "{options:?} {dolos}"
            );
            let ignores = number("leftIgnored") + number("rightIgnored") > 0.0;
            // Where something is ignored, Dolos takes it from the left file alone, and twice.
            let share = number("totalOverlap") / (kept[0] + kept[1]).max(1.0);
            let similarity = if ignores { share } else { number("similarity") };
            assert_eq!(pair["similarity"].as_f64(), Some(similarity), "{options:?} {dolos}");
        }
    }
    Ok(())
}

#[test]
fn what_was_taken_is_shown_with_its_lines() -> Result<(), Failure> {
    let files = root().join("tests/plagiarism");
    let folder = scene(&files.join("code/part.py"))?;
    let run = plagiarism(folder.path(), &["--threshold", "0.5"])?;
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("part.py has a similarity of 0.570 with kernels/spaceship-titanic/ana_baseline.py"),
        "{}",
        run.stderr
    );
    let pair = &report(folder.path(), &summary(&run)?)?[0];
    // The function `features`, without its first and last line at most.
    let within = |lines: &Value, file: &Path, fragment: &Value| -> Result<(), Failure> {
        let text = std::fs::read_to_string(file)?;
        let at = |start: &str| text.lines().position(|line| line.starts_with(start)).map(|line| line as u64 + 1);
        let (first, last) = (at("def features").ok_or("no function")?, at("    return made.drop").ok_or("no end")?);
        let (from, to) = (lines["firstLine"].as_u64().unwrap_or(0), lines["lastLine"].as_u64().unwrap_or(0));
        assert!((first..=first + 2).contains(&from), "{fragment}");
        assert!((last - 1..=last + 2).contains(&to), "{fragment}");
        Ok(())
    };
    let longest = &pair["fragments"][0];
    assert_eq!(longest["length"], pair["longestFragment"]);
    within(&longest["left"], &files.join("kernels/ana_baseline.py"), longest)?;
    within(&longest["right"], &files.join("code/part.py"), longest)?;

    list(folder.path(), &[&files.join("code/taken.ipynb")])?;
    let run = plagiarism(folder.path(), &["--threshold", "0.9"])?;
    assert_eq!(run.code, 0, "{}", run.stderr);
    let longest = &report(folder.path(), &summary(&run)?)?[0]["fragments"][0];
    // In the notebook it is the fifth cell, in the other the second.
    assert_eq!([&longest["left"]["firstCell"], &longest["right"]["firstCell"]], [5, 2], "{longest}");
    Ok(())
}

#[test]
fn each_submission_says_what_came_of_it() -> Result<(), Failure> {
    let code = root().join("tests/plagiarism/code");
    let folder = scene(&code)?;
    let script = code.join("unrelated.py").display().to_string();
    std::fs::create_dir(folder.path().join("empty"))?;
    let lines = [
        json!({"competition_id": "spaceship-titanic", "code_path": script, "run_id": "r"}),
        json!({"competition_id": "spaceship-titanic", "code_path": script}),
        json!({"competition_id": "spaceship-titanic", "code_path": null}),
        json!({"competition_id": "spaceship-titanic", "code_path": "empty"}),
        json!({"competition_id": "spaceship-titanic", "code_path": "gone.py"}),
        json!({"competition_id": "leaf-classification", "code_path": script}),
        json!({"competition_id": "../kernels", "code_path": script}),
    ];
    std::fs::write(folder.path().join("list.jsonl"), lines.map(|line| line.to_string()).join("\n"))?;
    std::fs::write(
        folder.path().join("kernels/spaceship-titanic/kernels.txt"),
        "ana/baseline\nx/words-and-trees\nzoe/gone\n",
    )?;
    let run = plagiarism(folder.path(), &[])?;
    assert_eq!(run.code, 1, "{}", run.stderr);
    let summary = summary(&run)?;
    let written: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("out/plagiarism_summary.json"))?)?;
    assert_eq!(summary, written);
    assert_eq!(summary["kernels"]["spaceship-titanic"]["missing"], json!(["zoe/gone"]));
    assert_eq!(summary["submissions"][0]["run_id"], "r");
    // As the reference calls them; the second is of the same file.
    let report = format!("{}_plagiarism_report.jsonl", script.replace('/', "_"));
    assert_eq!(summary["submissions"][0]["report"], report.as_str());
    assert_eq!(
        summary["submissions"][1]["report"],
        report.replace("_plagiarism_report", "_line2_plagiarism_report").as_str()
    );
    for expected in [
        "spaceship-titanic: 1 notebook is missing: `zoe/gone`",
        "line 3: not compared: the run left no code",
        "line 4: not compared: it has no Python script (.py) and no notebook (.ipynb)",
        "line 5: not compared: No such file or directory",
        "line 6: not compared: there are no notebooks in kernels/leaf-classification: `kaggle kernels pull AUTHOR/NAME",
        "line 7: not compared: the competition `../kernels` is not the name of a folder",
        "7 submissions, 2 compared",
    ] {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn code_of_strangers_is_read_within_bounds() -> Result<(), Failure> {
    let folder = scene(Path::new("code"))?;
    let code = folder.path().join("code");
    std::fs::create_dir_all(code.join("a/b"))?;
    std::fs::copy(root().join("tests/plagiarism/code/copied.py"), code.join("a/b/copied.py"))?;
    // Deep, unfinished, of one kind, of no kind.
    let rounds = 100_000;
    for (name, text) in [
        ("brackets.py", "(".repeat(rounds).into_bytes()),
        ("nots.py", [b"not ".repeat(rounds), b"x".to_vec()].concat()),
        ("indents.py", (0..1000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect::<String>().into_bytes()),
        ("same.py", b"x = 1\n".repeat(rounds)),
        ("bytes.py", (0..rounds).map(|byte| (byte * 7919 % 256) as u8).collect()),
        ("quotes.py", b"f'{f\"{".repeat(1000)),
        ("large.py", vec![b'#'; (1 << 20) + 1]),
        ("no.ipynb", b"{\"cells\": [[[".to_vec()),
        ("deep.ipynb", format!("{{\"cells\": {}", "[".repeat(rounds)).into_bytes()),
    ] {
        std::fs::write(code.join(name), text)?;
    }
    std::fs::write(code.join(format!("{}.py", TRICKS.replace('\n', ""))), b"x")?;
    odd("/etc/passwd", &code.join("link.py"))?;
    odd("/", &code.join("folder"))?;
    odd("a pipe", &code.join("pipe.py"))?;
    let run = plagiarism(folder.path(), &[])?;
    assert_eq!(run.code, 1, "{}", run.stderr);
    let summary = summary(&run)?;
    let submission = &summary["submissions"][0];
    // All but the last three of the files above, the links and the pipe.
    assert_eq!((&submission["files"], &submission["pairs"]), (&json!(8), &json!(24)), "{submission}");
    assert_eq!(submission["most_similar"]["similarity"], 1.0);
    assert_eq!(submission["most_similar"]["rightFile"], "code/a/b/copied.py");
    let unread = submission["unread"].as_array().ok_or("nothing")?;
    let why = |file: &str| unread.iter().find(|unread| unread["file"] == file).map(|unread| unread["why"].to_string());
    for (file, expected) in [
        ("code/large.py", "1048576"),
        ("code/no.ipynb", "it is no notebook"),
        ("code/deep.ipynb", "it is no notebook"),
        ("code/link.py", "it is a link"),
        ("code/folder", "it is a link"),
        ("code/pipe.py", "it is not a regular file"),
    ] {
        assert!(why(file).is_some_and(|why| why.contains(expected)), "{file}: {unread:?}");
    }
    assert_eq!(unread.len(), 6);
    Ok(())
}

#[test]
fn a_call_that_is_at_fault_says_so() -> Result<(), Failure> {
    let folder = scene(Path::new("code"))?;
    for (arguments, expected) in [
        (&["--threshold", "60"][..], "a number from 0 to 1 is expected, such as 0.6"),
        (&["--kgram-length", "0"], "a number from 1 to 1000 is expected"),
        (&["--max-fingerprint-count", "2", "--max-fingerprint-percentage", "0.5"], "cannot be used with"),
        (&["--ignore", "list.jsonl"], "--ignore list.jsonl: a Python script (.py) or a notebook (.ipynb) is expected"),
        (&["--ignore", "gone.py"], "--ignore gone.py: the file cannot be read: No such file or directory"),
        (&["--kernel-ids", "gone"], "--kernel-ids gone: there is no such folder"),
    ] {
        let run = plagiarism(folder.path(), arguments)?;
        assert!(run.code == 2 && run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
    std::fs::write(folder.path().join("list.jsonl"), "\n# nothing\n")?;
    let run = plagiarism(folder.path(), &[])?;
    assert!(run.code == 2 && run.stderr.contains("the list has no entries"), "{}", run.stderr);
    assert!(!folder.path().join("out").exists(), "nothing is made");
    Ok(())
}
