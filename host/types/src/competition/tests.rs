//! Files that contradict themselves, or are written to hurt.

use super::*;

const COMPETITION: &str = r#"
id = "a"
title = "A"
summary = "A."
[data]
answers = "private/answers.csv"
sample_submission = "public/sample_submission.csv"
[submission]
key = ["id"]
rows = "same"
[[submission.columns]]
names = ["y"]
type = "number"
min = 0.0
[[submission.row_sums]]
total = 1.0
tolerance = 0.1
[answers]
scored = { column = "s", min = 0.0 }
[grader]
component = "g"
options = { o = 1.0, list = [1.0] }
[leaderboard]
lower_is_better = false
gold = 3.0
silver = 2.0
bronze = 1.0
median = 0.5
"#;

/// What is wrong with the competition above once a part of it is replaced.
fn wrong(part: &str, replacement: &str) -> String {
    assert!(COMPETITION.contains(part), "{part}");
    refusal(&COMPETITION.replace(part, replacement))
}

fn refusal(text: &str) -> String {
    Competition::parse(text, "competition.toml").map_or_else(|error| error.to_string(), |_| "nothing".into())
}

#[test]
fn numbers_are_finite() {
    assert_eq!(wrong("min = 0.0\n[[", "min = 0.0\n[["), "nothing");
    for (part, name) in [
        ("min = 0.0\n[[", "`min`, `max` and `above`"),
        ("total = 1.0", "`total` and `tolerance`"),
        ("tolerance = 0.1", "`total` and `tolerance`"),
        ("min = 0.0 }", "`answers.scored`"),
        ("o = 1.0", "`grader.options`: numbers must be finite, and those of `o`"),
        ("[1.0]", "those of `list`"),
        ("gold = 3.0", "thresholds"),
        ("median = 0.5", "thresholds"),
    ] {
        for value in ["nan", "inf", "-inf"] {
            let odd = part.replace("0.0", value).replace("1.0", value).replace("0.1", value).replace("3.0", value);
            let found = wrong(part, &odd.replace("0.5", value));
            assert!(found.contains(name) && found.contains("must be finite"), "{part}, {value}: {found}");
        }
    }
}

#[test]
fn names_are_shown_as_excerpts() {
    let tricks = format!("\\u001b[2J\\u202e{}", "x".repeat(100_000));
    for (part, replacement) in [
        ("id = \"a\"", format!("id = \"{tricks}\"")),
        ("private/answers.csv", tricks.clone()),
        ("[\"y\"]", format!("[\"{tricks}\", \"{tricks}\"]")),
        ("type = \"number\"", "type = \"text\"".into()),
        ("total = 1.0", format!("total = 1.0\ncolumns = [\"{tricks}\"]")),
        ("o = 1.0", format!("\"{tricks}\" = nan")),
        ("rows = \"same\"", format!("rows = \"{tricks}\"")),
        ("rows = \"same\"", format!("rows = \"same\"\n\"{tricks}\" = 1")),
        ("rows = \"same\"", format!("rows = \u{202e}{}", "y".repeat(100_000))),
    ] {
        let found = wrong(part, &replacement);
        assert!(found.starts_with("competition.toml: ") && found.len() < 4000, "{part}: {} bytes", found.len());
        assert!(!found.contains(['\u{1b}', '\u{202e}']), "{part}: {found:?}");
    }
}

/// What takes quadratic time, or a stack as deep as the file, would show here.
#[test]
fn large_and_deep_files_are_read_in_time() {
    let names = (0..60_000).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
    let many = COMPETITION.replace("[\"y\"]", &format!("[{names}]"));
    let many = many.replace("total = 1.0", &format!("total = 1.0\ncolumns = [{names}]"));
    assert_eq!(refusal(&many), "nothing");
    for deep in ["[".repeat(100_000), "{a=".repeat(100_000), "a.".repeat(100_000), "[a]\n".repeat(100_000)] {
        assert_ne!(refusal(&format!("x = {deep}")), "nothing");
        assert_ne!(refusal(&deep), "nothing");
    }
}
