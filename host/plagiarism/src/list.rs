//! Lists of submissions whose code is compared: JSON lines, as `assay collect` writes them.

use assay_types::excerpt::excerpt;
use assay_types::list;
use assay_types::python_json::PythonText;
use serde::Deserialize;

const FORM: &str = "{\"competition_id\": \"…\", \"code_path\": \"…\"}";

/// A line of a list: what it says, or why it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its line in the list, counted from 1.
    pub line: usize,
    /// What it says.
    pub submission: Result<Listed, String>,
}

/// A submission, as far as it is code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// The competition.
    pub competition_id: String,
    /// The script, or the folder of scripts. None: the run left no code.
    #[serde(default)]
    pub code_path: Option<String>,
    /// The run, if the list names it.
    #[serde(default)]
    run_id: Option<PythonText>,
}

impl Entry {
    /// The competition, where the line says which.
    #[must_use]
    pub fn competition_id(&self) -> Option<&str> {
        self.submission.as_ref().ok().map(|listed| listed.competition_id.as_str())
    }

    /// The path of the code, where the line says it.
    #[must_use]
    pub fn code_path(&self) -> Option<&str> {
        self.submission.as_ref().ok()?.code_path.as_deref()
    }
}

impl Listed {
    /// The run, if the list names it.
    #[must_use]
    pub fn run_id(&self) -> Option<&str> {
        self.run_id.as_ref().map(|PythonText(id)| id.as_str())
    }
}

/// Reads a list, of which empty lines and those that start with `#` or `//` are skipped.
#[must_use]
pub fn entries(list: &[u8]) -> Vec<Entry> {
    list::lines(list).map(|(line, text)| Entry { line, submission: listed(text) }).collect()
}

fn listed(line: &[u8]) -> Result<Listed, String> {
    if !line.starts_with(b"{") {
        return Err(format!("it is no JSON object; expected {FORM}"));
    }
    let listed: Listed = list::entry(line, FORM)?;
    if is_name(&listed.competition_id) {
        Ok(listed)
    } else {
        Err(format!("the competition {} is not the name of a folder", excerpt(&listed.competition_id)))
    }
}

/// True if it can be the name of a folder in another, and leads nowhere else.
fn is_name(id: &str) -> bool {
    !id.is_empty() && id != "." && id != ".." && id.len() <= 255 && !id.contains(['/', '\\', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(line: &str) -> Result<Listed, String> {
        match &entries(line.as_bytes())[..] {
            [Entry { line: 1, submission }] => submission.clone(),
            entries => panic!("{entries:?}"),
        }
    }

    #[test]
    fn lines_of_collect_are_read() {
        let line =
            r#"{"competition_id": "a", "submission_path": null, "code_path": "b/c.py", "run_id": 5, "cost": NaN}"#;
        let listed = only(line).unwrap();
        assert_eq!((listed.competition_id.as_str(), listed.run_id()), ("a", Some("5")));
        assert_eq!(listed.code_path.as_deref(), Some("b/c.py"));
        assert_eq!(only(r#"{"competition_id": "a", "code_path": null}"#).unwrap().code_path, None);
        assert_eq!(only(r#"{"competition_id": "a"}"#).unwrap().code_path, None);
        let list = "\u{feff}# a comment\n\n// another\n{\"competition_id\": \"a\"}\r\n[]";
        assert_eq!(entries(list.as_bytes()).iter().map(|entry| entry.line).collect::<Vec<_>>(), [4, 5]);
    }

    #[test]
    fn what_is_no_entry_says_why() {
        for (line, expected) in [
            ("[]", "it is no JSON object; expected {\"competition_id\""),
            ("{}", "missing field `competition_id`"),
            ("{\"competition_id\": 5}", "invalid type: integer `5`, expected a string"),
            ("{\"competition_id\": \"a\", \"code_path\": 5}", "invalid type: integer `5`, expected a string"),
            ("{\"competition_id\": \"../a\"}", "the competition `../a` is not the name of a folder"),
            ("{\"competition_id\": \"\"}", "the competition `` is not the name of a folder"),
        ] {
            let error = only(line).unwrap_err();
            assert!(error.starts_with(expected), "{line}: {error}");
        }
    }
}
