//! What a model answers. It is yes or no in the form that was asked for, or it is no answer.

use assay_types::excerpt::excerpt;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::prompt::AnswerForm;

/// The longest reason that is kept, in characters.
const REASON: usize = 2000;

/// An answer to a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// True for yes.
    pub yes: bool,
    /// Why, on one line.
    pub reason: String,
    /// How many tokens were read and written, if the server says so.
    #[serde(default)]
    pub tokens: Option<(u64, u64)>,
}

/// What is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// It is of another form. The next try may be of the right one.
    #[error("answers in another form than was asked for: {0}")]
    Form(String),
    /// It is cut, which it will be again.
    #[error("was cut before its answer ended: give it more by --max-answer-tokens")]
    Cut,
    /// The model does not want to.
    #[error("refuses to answer: {0}")]
    Refusal(String),
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

#[derive(Deserialize)]
struct Said {
    reason: String,
    answer: YesOrNo,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum YesOrNo {
    Yes,
    No,
}

/// Reads what a server sent.
///
/// # Errors
///
/// If it is no answer.
pub fn parse(body: &[u8], form: AnswerForm) -> Result<Answer, NoAnswer> {
    let other = |what: &str| NoAnswer::Form(excerpt(what).unquoted(200).to_string());
    let completion: Completion = serde_json::from_slice(body).map_err(|error| other(&error.to_string()))?;
    let tokens = completion.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens));
    let choice = completion.choices.into_iter().next().ok_or_else(|| other("there are no `choices`"))?;
    if let Some(refusal) = choice.message.refusal.filter(|refusal| !refusal.is_empty()) {
        return Err(NoAnswer::Refusal(excerpt(&refusal).unquoted(200).to_string()));
    }
    if choice.finish_reason.as_deref() == Some("length") {
        return Err(NoAnswer::Cut);
    }
    if choice.finish_reason.as_deref() == Some("content_filter") {
        return Err(NoAnswer::Refusal("the server's filter stopped it".into()));
    }
    let content = choice.message.content.unwrap_or_default();
    let content = content.trim();
    let (yes, reason) = match form {
        AnswerForm::JsonSchema => {
            let said: Said = serde_json::from_str(content).map_err(|_| other(content))?;
            (matches!(said.answer, YesOrNo::Yes), said.reason)
        }
        AnswerForm::FirstWord => {
            let end = content.find(|c: char| !c.is_alphanumeric()).unwrap_or(content.len());
            let (word, rest) = content.split_at(end);
            let yes = match word.to_ascii_lowercase().as_str() {
                "yes" => true,
                "no" => false,
                _ => return Err(other(content)),
            };
            (yes, rest.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned())
        }
    };
    let words: Vec<&str> = reason.split_whitespace().collect();
    let reason = excerpt(&words.join(" ")).unquoted(REASON).to_string();
    Ok(Answer { yes, reason, tokens })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(content: &str, form: AnswerForm) -> Result<(bool, String), NoAnswer> {
        let body = json!({"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}});
        parse(body.to_string().as_bytes(), form).map(|answer| {
            assert_eq!(answer.tokens, Some((5, 2)));
            (answer.yes, answer.reason)
        })
    }

    #[test]
    fn answers_are_of_the_form_that_was_asked_for() {
        let json = |content: &str| said(content, AnswerForm::JsonSchema);
        assert_eq!(json("{\"reason\": \"a\\n b\", \"answer\": \"yes\"}"), Ok((true, "a b".into())));
        assert_eq!(json(" {\"answer\": \"no\", \"reason\": \"\"} "), Ok((false, String::new())));
        for wrong in [
            "yes",
            "",
            "{\"answer\": \"yes\"}",
            "{\"reason\": \"\", \"answer\": \"maybe\"}",
            "{\"reason\": \"\", \"answer\": true}",
            "[]",
        ] {
            assert!(matches!(json(wrong), Err(NoAnswer::Form(_))), "{wrong}");
        }
        let word = |content: &str| said(content, AnswerForm::FirstWord);
        assert_eq!(word("Yes. It did."), Ok((true, "It did.".into())));
        assert_eq!(word("no"), Ok((false, String::new())));
        assert_eq!(word("NO: nothing"), Ok((false, "nothing".into())));
        for wrong in ["", "Nothing", "yesterday", "**yes**", "I say yes", "{\"answer\": \"no\"}"] {
            assert!(matches!(word(wrong), Err(NoAnswer::Form(_))), "{wrong}");
        }
    }

    #[test]
    fn what_is_cut_or_refused_is_no_answer() {
        let of = |body: serde_json::Value| parse(body.to_string().as_bytes(), AnswerForm::FirstWord);
        let cut = json!({"choices": [{"message": {"content": "no"}, "finish_reason": "length"}]});
        assert_eq!(of(cut), Err(NoAnswer::Cut));
        let refused = json!({"choices": [{"message": {"content": null, "refusal": "no, I will not"}}]});
        assert_eq!(of(refused), Err(NoAnswer::Refusal("no, I will not".into())));
        let filtered = json!({"choices": [{"message": {"content": "no"}, "finish_reason": "content_filter"}]});
        assert!(matches!(of(filtered), Err(NoAnswer::Refusal(_))));
        for nothing in [json!({}), json!({"choices": []}), json!({"choices": [{"message": {}}]}), json!("no")] {
            assert!(matches!(of(nothing), Err(NoAnswer::Form(_))));
        }
        let long = json!({"choices": [{"message": {"content": format!("no \u{202e}{}", "x".repeat(9000))}}]});
        assert!(of(long).unwrap().reason.chars().count() <= REASON + 1);
    }
}
