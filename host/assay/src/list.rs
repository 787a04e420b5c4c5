//! Lists of submissions: JSON lines, as Python writes them.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use assay_types::list;
use assay_types::python_json::PythonText;
use assay_types::report::Report;
use assay_types::tags::Tags;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::ingest::Submission;

/// One entry of a list: what to grade, or why it cannot be graded.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its line in the list.
    pub line: usize,
    /// What to grade.
    pub submission: Result<ListedSubmission, String>,
    /// Where its rows are.
    pub content: Content,
}

/// Where the rows of an entry are.
#[derive(Clone, Debug, Default)]
pub enum Content {
    /// In the file that it names.
    #[default]
    File,
    /// Here, as the bytes of a CSV file: its path is a name alone.
    Bytes(Arc<[u8]>),
    /// Here, as a table: its path is a name alone.
    Table(RecordBatch),
}

impl Entry {
    /// The competition, where the line says which.
    #[must_use]
    pub fn competition_id(&self) -> Option<&str> {
        self.submission.as_ref().ok().map(|submission| submission.competition_id.as_str())
    }

    /// The path of the submission as it was given, where the line says it.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.submission.as_ref().ok().map(|submission| Path::new(&submission.submission_path))
    }

    /// The submission of this path, as the service takes it.
    pub(crate) fn submission<'a>(&'a self, path: &'a str) -> Submission<'a> {
        match &self.content {
            Content::File => Submission::Path(Path::new(path)),
            Content::Bytes(bytes) => Submission::Bytes(bytes),
            Content::Table(batch) => Submission::Table(batch),
        }
    }

    /// A report on it without an outcome.
    #[must_use]
    pub fn report(&self, now: DateTime<Utc>) -> Report {
        match &self.submission {
            Ok(submission) => Report {
                tags: submission.tags.clone(),
                ..Report::new(Some(&submission.competition_id), &submission.submission_path, now)
            },
            Err(_) => Report::new(None, "", now),
        }
    }
}

/// A submission to grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSubmission {
    /// The competition.
    pub competition_id: String,
    /// The file, relative to the working directory, else to the list's folder. Of a path that is no text it is what Python's `str` makes
    /// of it: `None` for `null`, which stands for a run that left no submission.
    pub submission_path: String,
    /// The other fields.
    pub tags: Tags,
}

/// The path of a run that left no submission: Python's text of `null`.
pub(crate) const NO_SUBMISSION: &str = "None";

const FORM: &str = "{\"competition_id\": \"…\", \"submission_path\": \"…\"}";

/// Reads a list: JSON lines, of which empty ones and those that start with `#` or `//` are skipped.
#[must_use]
pub fn entries(list: &[u8]) -> Vec<Entry> {
    list::lines(list)
        .map(|(line, text)| Entry { line, submission: list::entry(text, FORM), content: Content::File })
        .collect()
}

impl<'de> Deserialize<'de> for ListedSubmission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Line)
    }
}

struct Line;

impl<'de> Visitor<'de> for Line {
    type Value = ListedSubmission;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut line: A) -> Result<ListedSubmission, A::Error> {
        let (mut competition_id, mut submission_path, mut tags) = (None, None, Tags::default());
        while let Some(name) = line.next_key::<String>()? {
            match name.as_str() {
                "competition_id" => competition_id = Some(line.next_value()?),
                "submission_path" => submission_path = Some(line.next_value::<PythonText>()?),
                _ => tags.add(&name, &mut line)?,
            }
        }
        let PythonText(submission_path) = submission_path.ok_or_else(|| A::Error::missing_field("submission_path"))?;
        let competition_id = competition_id.ok_or_else(|| A::Error::missing_field("competition_id"))?;
        Ok(ListedSubmission { competition_id, submission_path, tags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(line: &str) -> Result<ListedSubmission, String> {
        match &entries(line.as_bytes())[..] {
            [Entry { line: 1, submission, .. }] => submission.clone(),
            entries => panic!("{entries:?}"),
        }
    }

    fn path(value: &str) -> String {
        only(&format!("{{\"competition_id\": \"a\", \"submission_path\": {value}}}")).unwrap().submission_path
    }

    /// `str(value)`, as the reference has it.
    #[test]
    fn any_value_is_a_path() {
        for (value, expected) in [
            ("\"b.csv\"", "b.csv"),
            ("null", "None"),
            ("5", "5"),
            ("false", "False"),
            ("1.5", "1.5"),
            ("NaN", "nan"),
            ("[\"b.csv\"]", "['b.csv']"),
            ("{}", "{}"),
            ("\"\\ud800\\u0000\"", "\u{fffd}\0"),
        ] {
            assert_eq!(path(value), expected);
        }
    }

    #[test]
    fn other_fields_are_tags() {
        let line = r#"{"seed": 3, "competition_id": "a", "cost": NaN, "competition_id": "b", "submission_path": "c", "seed": 4, "x": {"y": [1, 1], "y": Infinity}}"#;
        let submission = only(line).unwrap();
        assert_eq!(submission.competition_id, "b");
        assert_eq!(submission.tags.to_string(), r#"{"cost":null,"seed":4,"x":{"y":null}}"#);
        assert!(only(r#"{"competition_id": "a", "submission_path": "c"}"#).unwrap().tags.is_empty());
    }

    #[test]
    fn what_is_no_entry_says_why() {
        for (line, expected) in [
            ("{\"competition_id\": \"a\"}", "missing field `submission_path`"),
            ("{\"submission_path\": null}", "missing field `competition_id`"),
            (
                "{\"competition_id\": 5, \"submission_path\": null}",
                "invalid type: integer `5`, expected a string at byte 20",
            ),
            ("{\"competition_id\": null, \"submission_path\": null}", "invalid type: null, expected a string"),
            ("[1]", "invalid type: sequence, expected an object"),
            ("{\"competition_id\": \"a\", \"submission_path\": nan}", "expected value at byte 44"),
            ("\u{1}", "expected value at byte 1"),
        ] {
            let refusal = only(line).unwrap_err();
            assert!(refusal.starts_with(expected) && refusal.ends_with(FORM), "{line}: {refusal}");
        }
    }
}
