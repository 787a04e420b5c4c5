//! Lists of runs: JSON lines, as `assay collect` writes them.

use assay_types::list;
use serde::Deserialize;
use thiserror::Error;

/// The largest list, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;

const FORM: &str = "{\"competition_id\": \"…\", \"logs_path\": \"…\", \"code_path\": \"…\"}";

/// A run: where its logs and its code are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// The competition.
    pub competition_id: String,
    /// The submission, which is named in the outcome and not read.
    #[serde(default)]
    pub submission_path: Option<String>,
    /// Its logs: a file or a folder.
    #[serde(default)]
    pub logs_path: Option<String>,
    /// Its code: a file or a folder.
    #[serde(default)]
    pub code_path: Option<String>,
    /// The name of the run's folder.
    #[serde(default)]
    pub run_id: Option<String>,
}

/// A line that is no entry.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ListError {
    /// A line that is no entry.
    #[error("line {line}: {message}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// There are none.
    #[error("the list has no entries; expected {FORM}")]
    Empty,
}

/// Reads a list, of which empty lines and those that start with `#` or `//` are skipped.
///
/// # Errors
///
/// If a line is no entry, or there are none.
pub fn entries(list: &[u8]) -> Result<Vec<Entry>, ListError> {
    let entries = list::lines(list)
        .map(|(line, text)| list::entry(text, FORM).map_err(|message| ListError::Line { line, message }));
    let entries: Vec<Entry> = entries.collect::<Result<_, _>>()?;
    if entries.is_empty() { Err(ListError::Empty) } else { Ok(entries) }
}

#[cfg(test)]
mod tests {
    use assay_types::list::MAX_LINE;

    use super::*;

    #[test]
    fn lines_of_collect_and_of_the_reference_are_read() {
        let list = "# runs\n{\"competition_id\": \"a\", \"submission_path\": null, \"logs_path\": \"a_1/logs/agent.log\", \
                    \"code_path\": null, \"run_id\": \"a_1\", \"success\": true}\n\n{\"competition_id\": \"b\", \"code_path\": \"c.py\"}";
        let found = entries(list.as_bytes()).unwrap();
        assert_eq!(found[0].logs_path.as_deref(), Some("a_1/logs/agent.log"));
        assert_eq!((found[0].run_id.as_deref(), found[0].code_path.as_deref()), (Some("a_1"), None));
        assert_eq!((found[1].competition_id.as_str(), found[1].code_path.as_deref()), ("b", Some("c.py")));
    }

    #[test]
    fn what_is_no_entry_is_told_with_its_line() {
        let said = |list: &str| entries(list.as_bytes()).unwrap_err().to_string();
        assert!(said("{\"competition_id\": \"a\"}\n{}").starts_with("line 2: missing field `competition_id`"));
        assert!(said("[1]").starts_with("line 1: invalid type"));
        assert!(said("{\"competition_id\": \"a\", \"logs_path\": 5}").contains("expected a string"));
        assert!(said("# nothing\n").starts_with("the list has no entries"));
        assert!(said(&format!("{{\"competition_id\": \"{}\"}}", "x".repeat(MAX_LINE))).contains("more than the limit"));
    }
}
