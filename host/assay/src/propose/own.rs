//! A grader of the competition's own, to start from: source text that scores as it stands.

use assay_types::competition::ColumnType;
use assay_types::competition::source::Language;

use super::columns::Found;

/// A source to start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The file's name, which the competition names.
    pub file: &'static str,
    /// The source.
    pub text: String,
    /// What it computes until somebody changes it.
    pub called: &'static str,
    /// True if it declares that a lower score is the better one.
    pub lower_is_better: bool,
}

/// The mean absolute error where all columns are numbers, and the share of cells that are the same elsewhere.
pub(super) fn own(language: Language, title: &str, found: &Found) -> Own {
    let lower_is_better =
        found.groups.iter().all(|group| matches!(group.rule.kind, ColumnType::Number | ColumnType::Integer));
    let called = if lower_is_better { "the mean absolute error" } else { "the share of cells that are the same" };
    let (file, template, term) = match (language, lower_is_better) {
        (Language::Python, true) => ("score.py", include_str!("score.py"), "abs(answer - prediction)"),
        (Language::Python, false) => ("score.py", include_str!("score.py"), "answer == prediction"),
        (Language::JavaScript, true) => {
            ("score.js", include_str!("score.js"), "Math.abs(Number(answer) - Number(predictions[row]))")
        }
        (Language::JavaScript, false) => ("score.js", include_str!("score.js"), "Number(answer === predictions[row])"),
    };
    let key = if found.key.is_empty() { "" } else { ", row_id_column_name" };
    let direction = if lower_is_better { "lower-is-better" } else { "higher-is-better" };
    // What both languages read as a list of texts.
    let targets: Vec<serde_json::Value> = found.names().map(|name| name.as_str().into()).collect();
    // The title goes into a text or a comment of one line.
    let title: String =
        title.chars().map(|c| if c.is_control() || matches!(c, '"' | '\\') { ' ' } else { c }).collect();
    let text = template
        .replace("{{direction}}", direction)
        .replace("{{called}}", called)
        .replace("{{term}}", term)
        .replace("{{key}}", key)
        .replace("{{targets}}", &serde_json::Value::Array(targets).to_string())
        .replace("{{title}}", &title);
    Own { file, text, called, lower_is_better }
}
