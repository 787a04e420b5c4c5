//! What participants are told of a competition where nobody gave its own description: written from its data, and it says so.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use assay_types::competition::{ColumnRule, ColumnType, Competition, ExtraColumns, Rows, Rule};
use assay_types::{Direction, Edition};

/// The largest description that is taken, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// What it is called in the public folder.
pub(crate) const FILE: &str = "description.md";

/// The file of a competition's own description below a folder: `ID/description.md`, as such or in a checkout of the reference.
#[must_use]
pub fn given(folder: &Path, id: &str) -> Option<PathBuf> {
    let below = ["", "mlebench/competitions", "competitions"];
    let files = below.map(|below| folder.join(below).join(id).join(FILE));
    files.into_iter().find(|file| file.is_file())
}

/// The text of such a file.
pub(crate) fn read(file: &Path) -> io::Result<String> {
    let size = fs::metadata(file)?.len();
    if size > MAX_BYTES {
        return Err(io::Error::other(format!("{size} bytes are more than a description has ({MAX_BYTES})")));
    }
    fs::read_to_string(file)
}

/// A description made of a competition's data and of what is in its public folder.
pub(crate) fn written(competition: &Competition, edition: Edition, files: &[String]) -> String {
    let mut text = format!("# {}\n\n{}\n", competition.title, competition.summary);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\nThis description was written by Assay from what it checks and scores. It is not the text of the competition's host, which \
         `assay prepare --descriptions` takes from a copy of yours.\n"
    );
    if edition == Edition::Corrected {
        text +=
            "\nThese data are the corrected edition: scores on them do not compare with those on the reference's.\n";
    }
    text += "\n## Score\n\n";
    let better = competition.leaderboard.as_ref().map(|leaderboard| leaderboard.direction);
    let _ = write!(text, "The grader is `{}`", competition.grader.component);
    match better {
        Some(Direction::Lower) => text += "; the lower the score, the better.\n",
        Some(Direction::Higher) => text += "; the higher the score, the better.\n",
        None => text += ".\n",
    }
    text += "\n## Submission\n\n";
    submission(&mut text, competition);
    text += "\n## Files\n\n";
    for file in files {
        let what = match format!("public/{file}") == competition.data.sample_submission {
            true => ": a submission of the right form",
            false => "",
        };
        let _ = writeln!(text, "- `{file}`{what}");
    }
    text
}

fn submission(text: &mut String, competition: &Competition) {
    let contract = &competition.submission;
    let kind = if competition.data.sample_submission.ends_with(".jsonl") { "JSON lines" } else { "a CSV file" };
    let sample = competition.data.sample_submission.trim_start_matches("public/");
    let _ = writeln!(text, "A submission is {kind} of the form of `{sample}`.\n");
    if !contract.key.is_empty() {
        let _ = writeln!(text, "- {}: which answer the row is for. {}", names(&contract.key), rows(contract.rows));
    } else {
        let _ = writeln!(text, "- {}", rows(contract.rows));
    }
    for rule in &contract.columns {
        let _ = writeln!(text, "- {}", column(rule));
    }
    for sum in &contract.row_sums {
        let of = if sum.columns.is_empty() { "the numbers".into() } else { names(&sum.columns) };
        let _ = writeln!(text, "- In each row, {of} must add up to {}.", sum.total);
    }
    if contract.extra_columns == ExtraColumns::Refuse {
        text.push_str("- Other columns are not allowed.\n");
    }
}

fn rows(rows: Rows) -> &'static str {
    match rows {
        Rows::Same => "Each expected row must be there once, in any order.",
        Rows::Set | Rows::Known => "There must be as many rows as are expected, with these keys, in any order.",
        Rows::Superset => "Each expected row must be there; others are left out.",
        Rows::Merge => "Each expected key must be there, in any order.",
        Rows::Subset => "Rows may be of any of the expected keys.",
        Rows::Sorted => "There must be as many rows as are expected; both sides are sorted by this.",
        Rows::Position => "The rows must be those that are expected, in the same order.",
    }
}

fn column(rule: &ColumnRule) -> String {
    let kind = match rule.kind {
        ColumnType::Number => "a number",
        ColumnType::Integer => "a whole number",
        ColumnType::Boolean => "`True` or `False`",
        ColumnType::Text => "text",
        ColumnType::Any => "the prediction",
    };
    let one_of = if rule.one_of { "one of " } else { "" };
    let mut text = format!("{one_of}{}: {kind}", names(&rule.names));
    if let Some(min) = rule.min {
        let _ = write!(text, ", at least {min}");
    }
    if let Some(above) = rule.above {
        let _ = write!(text, ", above {above}");
    }
    if let Some(max) = rule.max {
        let _ = write!(text, ", at most {max}");
    }
    text + if rule.missing == Rule::Allow { "; it may be empty." } else { "." }
}

/// Names of columns, but not hundreds of them.
fn names(names: &[String]) -> String {
    const SHOWN: usize = 40;
    let mut list: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        list.push(format!("and {} more, as the sample submission has them", names.len() - SHOWN));
    }
    list.join(", ")
}
