//! Figures beside the scores, of a class or a column say, as the operator's log has them.

use std::collections::BTreeMap;

use assay_types::excerpt::excerpt;
use serde::Deserialize;
use thiserror::Error;

use super::escape::escaped;
use super::table::table;
use crate::reading::Entry;

/// The largest log that is read, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;

/// What graders said beside the scores, by the entry's place in the list.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    lines: BTreeMap<usize, Line>,
}

/// A line of the operator's log, as far as it is shown.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    #[serde(default)]
    entry: Option<usize>,
    competition_id: Option<String>,
    #[serde(default)]
    submission_path: Option<String>,
    #[serde(default)]
    grader: Option<String>,
    #[serde(default)]
    details: BTreeMap<String, Option<f64>>,
}

/// Why a file is no operator's log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name}, line {line}: {message}; the log that `assay grade --operator-log` writes has a JSON object a line")]
pub struct FiguresError {
    /// The file.
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Figures {
    /// Reads an operator's log. Of lines on the same entry, the last counts. `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// With the first line that is none of such a log.
    pub fn parse(text: &[u8], name: &str) -> Result<Self, FiguresError> {
        let mut figures = Figures::default();
        for (number, line) in text.split(|&byte| byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let line: Line = serde_json::from_slice(line).map_err(|error| FiguresError {
                name: excerpt(name).unquoted(4096).to_string(),
                line: number + 1,
                message: excerpt(&error.to_string()).unquoted(200).to_string(),
            })?;
            figures.lines.insert(line.entry.unwrap_or(1), line);
        }
        Ok(figures)
    }

    /// A row a figure. Lines on an entry of another list are left out, since they tell of another run.
    pub(super) fn html(&self, entries: &[Entry]) -> String {
        let mut rows = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let is_of = |line: &&Line| {
                line.competition_id == entry.competition_id && line.submission_path == entry.submission_path
            };
            let Some(line) = self.lines.get(&(number + 1)).filter(is_of) else { continue };
            let run =
                format!("{} {}", number + 1, escaped(entry.competition_id.as_deref().unwrap_or("(no competition)")));
            if let Some(said) = &line.grader {
                rows.push(vec![run.clone(), "what the grader said".to_owned(), escaped(said)]);
            }
            for (name, value) in &line.details {
                let value = value.map_or_else(|| "not a number".to_owned(), |value| value.to_string());
                rows.push(vec![run.clone(), escaped(name), value]);
            }
        }
        if rows.is_empty() {
            return "<p>The operator's log has no figures of these runs.</p>\n".to_owned();
        }
        let note = "<p>These figures may tell of the answers: this page is for the operator.</p>\n";
        note.to_owned() + &table("Figures beside the scores", &["Run", "Figure", "Value"], &[], &rows)
    }
}
