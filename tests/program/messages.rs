//! What is said of a submission that is wrong: which cells, on which line, as they are written, and what would be right; and what the
//! file is, before what follows from that. Which cells pandas takes for what is tested with the reader.

use std::fmt::Write;
use std::path::Path;

use assay_tests::{Failure, harmless};
use serde_json::Value;

/// Answers of a competition, and submissions to it.
struct Competition<'a> {
    id: &'a str,
    /// Where the answers are, below the competition's folder.
    answers_at: &'a str,
    answers: String,
}

/// Probabilities, by numbers as keys.
fn dogs() -> Competition<'static> {
    let answers = (1..=8).fold("id,label\n".to_owned(), |text, id| format!("{text}{id},{}\n", id % 2));
    Competition { id: "dogs-vs-cats-redux-kernels-edition", answers_at: "private/answers.csv", answers }
}

/// Truth values, by texts as keys.
fn spaceship(rows: usize) -> Competition<'static> {
    let answers = truth_values(rows, &[]);
    Competition { id: "spaceship-titanic", answers_at: "private/test.csv", answers }
}

/// A submission of truth values, with other cells in some rows (from 0).
fn truth_values(rows: usize, odd: &[(usize, &str)]) -> String {
    let mut text = "PassengerId,Transported\n".to_owned();
    for row in 0..rows {
        let usual = if row % 3 == 0 { "False" } else { "True" };
        let cell = odd.iter().find(|(odd, _)| *odd == row).map_or(usual, |(_, cell)| cell);
        let _ = writeln!(text, "{row:04}_01,{cell}");
    }
    text
}

impl Competition<'_> {
    /// The problems of a submission, each in a line; validating it says the same as grading it.
    fn problems(&self, submission: &[u8]) -> Result<Vec<String>, Failure> {
        let data = tempfile::tempdir()?;
        let answers = data.path().join(self.id).join("prepared").join(self.answers_at);
        std::fs::create_dir_all(answers.parent().ok_or("a folder")?)?;
        std::fs::write(answers, &self.answers)?;
        let path = data.path().join("submission.csv");
        std::fs::write(&path, submission)?;
        let report = self.run("grade-sample", &path, data.path())?;
        assert_eq!(report["outcome"], "invalid-submission", "{report}");
        let reason = report["reason"].as_str().ok_or("a reason")?.to_owned();
        let validation = self.run("validate", &path, data.path())?;
        let problems: Vec<String> = serde_json::from_value(validation["problems"].clone())?;
        assert_eq!(problems.join("\n"), reason);
        Ok(problems)
    }

    fn run(&self, command: &str, submission: &Path, data: &Path) -> Result<Value, Failure> {
        let mut program = harmless::program()?;
        program.arg(command).arg(submission).args([self.id, "--format", "json", "--data-dir"]).arg(data);
        let run = harmless::run(&mut program)?;
        Ok(serde_json::from_str(&run.stdout).map_err(|error| format!("{error}: {}", run.stderr))?)
    }

    /// The only problem of a submission.
    fn problem(&self, submission: &str) -> Result<String, Failure> {
        let mut problems = self.problems(submission.as_bytes())?;
        assert_eq!(problems.len(), 1, "{problems:?}");
        Ok(problems.remove(0))
    }
}

/// A submission of eight probabilities, with other cells in place of the third row's.
fn probabilities(third: &str) -> String {
    let mut text = "id,label\n".to_owned();
    for id in 1..=8 {
        let usual = format!("{id},0.25");
        let _ = writeln!(text, "{}", if id == 3 { third } else { &usual });
    }
    text
}

#[test]
fn a_cell_that_spoils_truth_values_is_named() -> Result<(), Failure> {
    const WRITE: &str = "write `True` or `False`";
    let rows = 3500;
    let competition = spaceship(rows);
    for (odd, expected) in [
        (&[(2998, "Maybe")][..], "has values that are neither `True` nor `False`: line 3000: `Maybe`"),
        (&[(2998, "0")], "has numbers beside truth values: line 3000: `0`"),
        (&[(0, "1.0"), (7, "1")], "has numbers beside truth values: line 2: `1.0`, line 9: `1`"),
        (
            &[(4, "True "), (5, "\"x, y\"")],
            "has values that are neither `True` nor `False`: line 6: `True `, line 7: `x, y`",
        ),
    ] {
        let problem = competition.problem(&truth_values(rows, odd))?;
        assert_eq!(problem, format!("column `Transported` {expected}; {WRITE}"));
    }
    let problem = competition.problem(&truth_values(rows, &[(1, "True\u{a0}")]))?;
    assert!(
        problem.contains(r"line 3: `True\u{a0}`; write `True` or `False`, without characters that cannot be seen"),
        "{problem}"
    );
    // Most of them are numbers, which pass too.
    let numbers = truth_values(rows, &[(9, "x")]).replace("True", "1").replace("False", "0");
    let problem = competition.problem(&numbers)?;
    assert_eq!(
        problem,
        format!("column `Transported` has values that are neither `True` nor `False`: line 11: `x`; {WRITE}")
    );
    let fractions = truth_values(rows, &[]).replace("True", "0.75").replace("False", "0");
    let problem = competition.problem(&fractions)?;
    assert!(
        problem
            .starts_with("column `Transported` has values that are neither `True` nor `False`: line 3: `0.75`, line 4"),
        "{problem}"
    );
    Ok(())
}

/// As many whole numbers as one likes are scored as they are by the reference.
#[test]
fn numbers_pass_for_truth_values() -> Result<(), Failure> {
    let competition = spaceship(30);
    let data = tempfile::tempdir()?;
    let answers = data.path().join(competition.id).join("prepared/private");
    std::fs::create_dir_all(&answers)?;
    std::fs::write(answers.join("test.csv"), &competition.answers)?;
    let path = data.path().join("submission.csv");
    for (yes, no, score) in [("1", "0", 1.0), ("TRUE", "false", 1.0), ("1.0", "0.0", 1.0), ("2", "0", 1.0 / 3.0)] {
        std::fs::write(&path, competition.answers.replace("True", yes).replace("False", no))?;
        let report = competition.run("grade-sample", &path, data.path())?;
        assert_eq!(report["score_exact"].as_f64(), Some(score), "{report}");
    }
    Ok(())
}

/// What `trim` and `parse` take and pandas does not decides nothing and explains nothing.
#[test]
fn a_cell_that_spoils_numbers_is_named() -> Result<(), Failure> {
    for (cell, shown) in [
        ("NAN", "`NAN`"),
        ("Nan", "`Nan`"),
        ("+nan", "`+nan`"),
        ("inf ", "`inf `"),
        ("0.5\u{a0}", r"`0.5\u{a0}`"),
        ("\u{2003} 0.5", r"`\u{2003} 0.5`"),
        ("\u{feff}0.5", r"`\u{feff}0.5`"),
        ("0.5\u{200b}", r"`0.5\u{200b}`"),
        ("\"0,5\"", "`0,5`"),
        ("abc", "`abc`"),
        ("50%", "`50%`"),
    ] {
        let problem = dogs().problem(&probabilities(&format!("3,{cell}")))?;
        let expected = format!(
            "column `label` has values that are not numbers: line 4: {shown}; write plain decimal numbers, such as `0.25`"
        );
        assert!(problem.starts_with(&expected), "{problem}");
        assert_eq!(problem.contains("characters that cannot be seen"), shown.contains(r"\u"), "{problem}");
        assert_eq!(problem.contains("a point in place of the comma"), shown.contains(','), "{problem}");
    }
    for (cell, expected) in [
        ("True", "has truth values beside numbers: line 4: `True`; write plain decimal numbers, such as `0.25`"),
        ("1e400", "has numbers beyond a double's range (some 1.8e308): line 4: `1e400`"),
        ("1.00E+09", "has values above 1: line 4: `1.00E+09`; values must lie between 0 and 1"),
        ("-1", "has values below 0: line 4: `-1`"),
        (" \"inf\"", r#"has values that are not numbers: line 4: ` "inf"`"#),
    ] {
        let problem = dogs().problem(&probabilities(&format!("3,{cell}")))?;
        assert!(problem.starts_with(&format!("column `label` {expected}")), "{problem}");
    }
    // A column can be text although all its cells are numbers.
    let whole = "id,label\n1,0\n2,1\n3,99999999999999999999\n4,0\n5,1\n6,0\n7,1\n8,0\n";
    let problem = dogs().problem(whole)?;
    assert!(problem.contains(
        "has whole numbers beyond 64 bits, which make text of all its numbers: line 4: `99999999999999999999`;"
    ));
    Ok(())
}

/// Half of a column, or all of it; and the numbers beside may be wrong for another reason.
#[test]
fn many_cells_that_are_no_numbers() -> Result<(), Failure> {
    let half = "id,label\r\n1,x\r\n2,0.5\r\n3,y\r\n4,2.50\r\n5,x\r\n6,0\r\n7,x\r\n8,\r\n";
    assert_eq!(
        dogs().problems(half.as_bytes())?,
        [
            "column `label` has values that are not numbers: line 2: `x`, line 4: `y`, line 6: `x`, line 8: `x`; write plain decimal \
             numbers, such as `0.25`",
            "column `label` has missing values: line 9; give every row a value (an empty cell counts as missing, and so do words such as \
             `NA`, `NaN`, `null` and `None`)",
            "column `label` has values above 1: line 5: `2.50`; values must lie between 0 and 1",
        ]
    );
    let all = probabilities("3,no").replace("0.25", "yes");
    let problem = dogs().problem(&all)?;
    assert!(
        problem.contains("line 2: `yes`, line 3: `yes`, line 4: `no`, line 5: `yes`, line 6: `yes`, … (8 in all)"),
        "{problem}"
    );
    Ok(())
}

#[test]
fn a_key_that_is_no_number_is_named() -> Result<(), Failure> {
    for (key, shown) in [
        ("NAN", "must be numbers, but some values are not: line 4: `NAN`"),
        ("3\u{a0}", r"must be numbers, but some values are not: line 4: `3\u{a0}`"),
        ("3L", "must be numbers, but some values are not: line 4: `3L`"),
        ("\"3,0\"", "must be numbers, but some values are not: line 4: `3,0`"),
        (
            "99999999999999999999999",
            "has whole numbers beyond 64 bits, which make text of all its numbers: line 4: `99999999999999999999999`",
        ),
    ] {
        let problem = dogs().problem(&probabilities(&format!("{key},0.25")))?;
        assert_eq!(problem, format!("the key `id` {shown}; use the keys of the sample submission"));
    }
    // A key of numbers is shown as it is written, too.
    let problems = dogs().problems(probabilities("1.00E+03,0.25").as_bytes())?;
    assert!(problems[0].starts_with("keys that are not expected: line 4: `1.00E+03`;"), "{problems:?}");
    // And numbers where texts are asked for.
    let problems = spaceship(2).problems(b"PassengerId,Transported\n007,True\n1.50,False\n")?;
    let expected = "the key `PassengerId` must be text, but all its values are numbers, truth values or missing: line 2: `007`, line 3: `1.50`;";
    assert!(problems[0].starts_with(expected), "{problems:?}");
    Ok(())
}

#[test]
fn a_file_of_a_header_has_no_rows() -> Result<(), Failure> {
    let dogs = dogs().problems(b"id,label\n")?;
    assert!(dogs[0].starts_with("the submission has 0 rows;"), "{dogs:?}");
    assert!(dogs[1].starts_with("keys that are missing: `1`, `2`"), "{dogs:?}");
    assert_eq!(dogs.len(), 2);
    let spaceship = spaceship(4).problems(b"PassengerId,Transported\n")?;
    assert!(spaceship[0].starts_with("the submission has 0 rows;"), "{spaceship:?}");
    assert_eq!(spaceship.len(), 2);
    // Where rows are not counted.
    let volcanoes = Competition {
        id: "predict-volcanic-eruptions-ingv-oe",
        answers_at: "private/test.csv",
        answers: "segment_id,time_to_eruption\n5,100\n6,200\n".into(),
    };
    let volcanoes = volcanoes.problems(b"segment_id,time_to_eruption\n")?;
    assert!(volcanoes[0].starts_with("the submission has 0 rows;"), "{volcanoes:?}");
    assert!(volcanoes[1].starts_with("keys that are missing: `5`, `6`;"), "{volcanoes:?}");
    assert_eq!(volcanoes.len(), 2);
    Ok(())
}

#[test]
fn rows_longer_than_the_header_are_explained_first() -> Result<(), Failure> {
    const LABEL: &str = "line 2 has 3 cells under a header of 2, so the first cell of every row was taken as a row label, and the names of \
                         the columns go with the cells behind; ";
    let rows = |row: &dyn Fn(usize) -> String| -> String {
        (1..=8).fold("id,label\n".to_owned(), |text, id| text + &row(id) + "\n")
    };
    for (submission, remedy) in [
        (rows(&|id| format!("{id},0.9,")), "remove the comma at the end of the line"),
        (rows(&|id| format!("{id},0.9{}", if id == 1 { "," } else { "" })), "remove the comma at the end of the line"),
        (
            rows(&|id| format!("{id},0,9")),
            "put cells that hold commas in quotes, and write decimals with a point (`0.5`, not `0,5`)",
        ),
    ] {
        let problems = dogs().problems(submission.as_bytes())?;
        assert_eq!(problems[0], format!("{LABEL}{remedy}"));
        assert!(problems.len() > 1);
    }
    // Row labels are no fault by themselves: whatever else is wrong is explained by them, or not.
    let problems = dogs().problems(rows(&|id| format!("x,{id},{id}.5")).as_bytes())?;
    assert!(problems[0].starts_with(LABEL) && problems[1].contains("values above 1: line 2: `1.5`"), "{problems:?}");
    let later = dogs().problem(&probabilities("3,0.25,"))?;
    assert_eq!(later, "line 4: 3 cells, but 2 are expected; remove the comma at the end of the line");
    let later = dogs().problem(&probabilities("3,0,25"))?;
    assert!(
        later.starts_with(
            "line 4: 3 cells, but 2 are expected; put cells that hold commas in quotes, and write decimals"
        ),
        "{later}"
    );
    Ok(())
}

#[test]
fn what_the_file_is_comes_first_and_alone() -> Result<(), Failure> {
    let honest = probabilities("3,0.5");
    let swap = |separator: &str| honest.replace(',', separator);
    for (submission, expected) in [
        (swap(";"), "cells are separated by semicolons, not by commas: the header is `id;label`;"),
        (swap(";").replace('.', ","), "cells are separated by semicolons, not by commas: the header is `id;label`;"),
        (swap("\t"), r"cells are separated by tabs, not by commas: the header is `id\tlabel`;"),
        (swap("|"), "cells are separated by vertical bars (`|`), not by commas: the header is `id|label`;"),
        (swap(" "), "cells are separated by spaces, not by commas: the header is `id label`;"),
        (swap(";").replace("id;label", "\"id\";\"label\""), "cells are separated by semicolons, not by commas:"),
    ] {
        let problem = dogs().problem(&submission)?;
        assert!(problem.starts_with(expected) && problem.contains("save the file as CSV with commas"), "{problem}");
    }
    for mark in ["\u{feff}", ""] {
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let file: Vec<u8> = format!("{mark}{honest}").encode_utf16().flat_map(bytes).collect();
            assert_eq!(
                dogs().problems(&file)?,
                ["the file is text in UTF-16, not in UTF-8; save it as CSV in UTF-8, with commas between cells"]
            );
        }
    }
    Ok(())
}

#[test]
fn the_last_of_many_rows_is_shown_as_it_is_written() -> Result<(), Failure> {
    let rows = 300_000;
    let mut text = "id,label\n".to_owned();
    let mut answers = "id,label\n".to_owned();
    for id in 1..rows {
        let _ = writeln!(text, "{id},0.5");
        let _ = writeln!(answers, "{id},{}", id % 2);
    }
    let _ = writeln!(text, "{rows},\"+1.50e0\"");
    let _ = writeln!(answers, "{rows},1");
    let problem = Competition { answers, ..dogs() }.problem(&text)?;
    assert_eq!(problem, "column `label` has values above 1: line 300001: `+1.50e0`; values must lie between 0 and 1");
    Ok(())
}
