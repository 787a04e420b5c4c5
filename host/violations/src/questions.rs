//! What the model is asked: data, of the program's own or from a file.

use assay_types::counted;
use assay_types::excerpt::{excerpt, names};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The largest file of questions, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// How many questions there may be, and how long each, in bytes.
const QUESTIONS: usize = 50;
const TEXT: usize = 8 << 10;

/// The questions that the program carries.
const OWN: &str = include_str!("questions.toml");

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// What an agent wrote down while it worked.
    Logs,
    /// What it handed in as its code.
    Code,
}

impl About {
    /// Its name in files and columns.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            About::Logs => "logs",
            About::Code => "code",
        }
    }
}

/// A question whose answer is yes or no, where yes is a violation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name in columns.
    pub id: String,
    /// What it is asked of.
    pub of: Vec<About>,
    /// Its words.
    pub text: String,
}

/// Why there are no questions.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QuestionsError {
    /// The file has another form.
    #[error("these are no questions: {0}; an entry is `[[question]]` with `id`, `of` (\"logs\", \"code\") and `text`")]
    Form(String),
    /// An id that is none of theirs.
    #[error("there is no question {id}; there are {known}")]
    Unknown {
        /// The id.
        id: String,
        /// Those that there are.
        known: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    question: Vec<Question>,
}

/// The questions that the program carries.
///
/// # Errors
///
/// None, as a test has it.
pub fn own() -> Result<Vec<Question>, QuestionsError> {
    parse(OWN)
}

/// Reads a file of questions.
///
/// # Errors
///
/// If it is of another form, or too large.
pub fn parse(text: &str) -> Result<Vec<Question>, QuestionsError> {
    let form = |what: String| QuestionsError::Form(what);
    let file: File =
        toml::from_str(text).map_err(|error| form(excerpt(error.to_string().trim()).unquoted(300).to_string()))?;
    if file.question.is_empty() || file.question.len() > QUESTIONS {
        let found = counted(file.question.len(), "question", "questions");
        return Err(form(format!("there are {found}, and 1 to {QUESTIONS} are expected")));
    }
    for (place, question) in file.question.iter().enumerate() {
        let id = excerpt(&question.id);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let mut of = question.of.clone();
        of.sort_unstable();
        of.dedup();
        if question.id.is_empty() || question.id.len() > 64 || !question.id.chars().all(is_name) {
            return Err(form(format!("{id} is no id: up to 64 letters, digits, `_` and `-` are expected")));
        }
        if file.question[..place].iter().any(|other| other.id == question.id) {
            return Err(form(format!("{id} is there twice")));
        }
        if of.is_empty() || of.len() != question.of.len() {
            return Err(form(format!("{id} is asked of nothing, or of one thing twice")));
        }
        if question.text.trim().is_empty() || question.text.len() > TEXT {
            return Err(form(format!(
                "the text of {id} has {} bytes, and 1 to {TEXT} are expected",
                question.text.len()
            )));
        }
    }
    Ok(file.question)
}

/// The questions of these ids, in their order; all, if none are named.
///
/// # Errors
///
/// If there is none of an id.
pub fn chosen(questions: Vec<Question>, ids: &[String]) -> Result<Vec<Question>, QuestionsError> {
    let has = |id: &String| questions.iter().any(|question| question.id == *id);
    if let Some(id) = ids.iter().find(|id| !has(id)) {
        let known: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
        return Err(QuestionsError::Unknown { id: excerpt(id).to_string(), known: names(&known) });
    }
    Ok(questions.into_iter().filter(|question| ids.is_empty() || ids.contains(&question.id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_are_questions() {
        let questions = own().unwrap();
        // Those of the reference, and what they are asked of there.
        for (id, of) in [
            ("MANUALLY_WRITING_SUBMISSIONS_QUESTION", About::Logs),
            ("LLM_API_QUESTION", About::Code),
            ("UNAUTHORIZED_ACCESS_QUESTION", About::Logs),
        ] {
            assert!(questions.iter().any(|question| question.id == id && question.of == [of]), "{id}");
        }
        assert_eq!(chosen(questions.clone(), &[]).unwrap(), questions);
        let one = chosen(questions.clone(), &["LLM_API_QUESTION".into()]).unwrap();
        assert_eq!(one.len(), 1);
        let unknown = chosen(questions, &["LLM".into()]).unwrap_err().to_string();
        assert!(unknown.starts_with("there is no question `LLM`; there are `MANUALLY"), "{unknown}");
    }

    #[test]
    fn what_is_no_question_says_why() {
        let said = |text: &str| parse(text).unwrap_err().to_string();
        assert!(said("").contains("missing field `question`"));
        assert!(said("question = []").contains("there are 0 questions"));
        assert!(said("[[question]]\nid = \"a b\"\nof = [\"logs\"]\ntext = \"x\"").contains("`a b` is no id"));
        assert!(said("[[question]]\nid = \"a\"\nof = []\ntext = \"x\"").contains("asked of nothing"));
        assert!(said("[[question]]\nid = \"a\"\nof = [\"logs\"]\ntext = \" \"").contains("the text of `a`"));
        assert!(said("[[question]]\nid = \"a\"\nof = [\"log\"]\ntext = \"x\"").contains("unknown variant `log`"));
        let twice = "[[question]]\nid = \"a\"\nof = [\"logs\"]\ntext = \"x\"\n".repeat(2);
        assert!(said(&twice).contains("`a` is there twice"));
    }
}
