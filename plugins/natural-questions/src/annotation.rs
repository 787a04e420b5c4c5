//! Annotations as the answers hold them.

use serde::Deserialize;

/// An answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// From one token up to another.
    Span(i64, i64),
    Yes,
    No,
}

/// What one annotator said of an example.
#[derive(Debug, Deserialize)]
pub(crate) struct Annotation {
    yes_no_answer: YesNo,
    long_answer: Span,
    short_answers: Vec<Span>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum YesNo {
    Yes,
    No,
    None,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Span {
    start_token: i64,
    end_token: i64,
}

impl Span {
    fn answer(self) -> Answer {
        Answer::Span(self.start_token, self.end_token)
    }
}

impl Annotation {
    /// The first annotation of a list in JSON.
    pub(crate) fn first_of(list: &str) -> Result<Self, String> {
        let annotations: Vec<Annotation> = serde_json::from_str(list).map_err(|error| error.to_string())?;
        annotations.into_iter().next().ok_or_else(|| "the list is empty".into())
    }

    /// The long answer, if there is one: where there is none, it starts at token -1.
    pub(crate) fn long_answers(&self) -> Vec<Answer> {
        if self.long_answer.start_token == -1 { Vec::new() } else { vec![self.long_answer.answer()] }
    }

    /// The short answers, any of which is right.
    pub(crate) fn short_answers(&self) -> Vec<Answer> {
        let mut answers: Vec<Answer> = self.short_answers.iter().map(|span| span.answer()).collect();
        match self.yes_no_answer {
            YesNo::Yes => answers.push(Answer::Yes),
            YesNo::No => answers.push(Answer::No),
            YesNo::None => {}
        }
        answers
    }
}
