//! What a model answers. It is yes or no in the form that was asked for, or it is no answer.

use assay_types::excerpt::excerpt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    /// The server, which says that all is well, says that something failed. The next try may not.
    #[error("could not be asked: {0}")]
    Failed(String),
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    // What a server counts is of no account to the answer, whatever its form.
    #[serde(default)]
    usage: Value,
    #[serde(default)]
    error: Value,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    message: Message,
    #[serde(default)]
    finish_reason: Option<String>,
    #[serde(default)]
    error: Value,
}

#[derive(Default, Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    refusal: Option<String>,
}

/// What a model says: a text, or parts of which some are texts, and others what it thought before.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Value>),
}

impl Content {
    fn text(self) -> String {
        match self {
            Content::Text(text) => text,
            Content::Parts(parts) => {
                parts.iter().filter(|part| part["type"] == "text").filter_map(|part| part["text"].as_str()).collect()
            }
        }
    }
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
    let count = |name: &str| completion.usage[name].as_u64();
    let (read, written) = (count("prompt_tokens"), count("completion_tokens"));
    let tokens = (read.is_some() || written.is_some()).then(|| (read.unwrap_or_default(), written.unwrap_or_default()));
    let failed = |error: &Value| {
        let said = error["message"].as_str().or(error.as_str()).map_or_else(|| error.to_string(), ToOwned::to_owned);
        NoAnswer::Failed(excerpt(&said).unquoted(200).to_string())
    };
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(if completion.error.is_null() {
            other("there are no `choices`")
        } else {
            failed(&completion.error)
        });
    };
    if !choice.error.is_null() {
        return Err(failed(&choice.error));
    }
    if let Some(refusal) = choice.message.refusal.filter(|refusal| !refusal.is_empty()) {
        return Err(NoAnswer::Refusal(excerpt(&refusal).unquoted(200).to_string()));
    }
    if choice.finish_reason.as_deref() == Some("length") {
        return Err(NoAnswer::Cut);
    }
    if choice.finish_reason.as_deref() == Some("content_filter") {
        return Err(NoAnswer::Refusal("the server's filter stopped it".into()));
    }
    let content = choice.message.content.map(Content::text).unwrap_or_default();
    let content = without_thoughts(&content);
    let (yes, reason) = match form {
        AnswerForm::JsonSchema => {
            let said: Said = serde_json::from_str(without_fence(content)).map_err(|_| other(content))?;
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

/// An answer without what some models write before it of what they think.
fn without_thoughts(content: &str) -> &str {
    let content = content.trim();
    let thoughts = content.strip_prefix("<think>").and_then(|rest| rest.split_once("</think>"));
    thoughts.map_or(content, |(_, answer)| answer.trim())
}

/// An object without the fence that some models put around it.
fn without_fence(content: &str) -> &str {
    let inner = content.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let inner = inner.and_then(|inner| inner.split_once('\n')).filter(|(kind, _)| matches!(kind.trim(), "" | "json"));
    inner.map_or(content, |(_, object)| object.trim())
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
        // As models write it whose servers hold them to no form.
        assert_eq!(json("```json\n{\"reason\": \"a\", \"answer\": \"yes\"}\n```"), Ok((true, "a".into())));
        assert_eq!(json("<think>\nyes?\n</think>\n\n{\"reason\": \"a\", \"answer\": \"no\"}"), Ok((false, "a".into())));
        for wrong in [
            "yes",
            "",
            "<think>{\"reason\": \"\", \"answer\": \"yes\"}",
            "It is so:\n```json\n{\"reason\": \"\", \"answer\": \"yes\"}\n```",
            "```python\n{\"reason\": \"\", \"answer\": \"yes\"}\n```",
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
        assert_eq!(word("<think>No? No.</think>\nYes. It did."), Ok((true, "It did.".into())));
        for wrong in ["", "Nothing", "yesterday", "**yes**", "I say yes", "{\"answer\": \"no\"}"] {
            assert!(matches!(word(wrong), Err(NoAnswer::Form(_))), "{wrong}");
        }
    }

    /// What clients read of the interface: `content` and `usage` are optional, `content` may come in parts, and what else there is is let be.
    #[test]
    fn servers_differ_in_what_they_add_and_leave_out() {
        let of = |body: &serde_json::Value| parse(body.to_string().as_bytes(), AnswerForm::FirstWord);
        let said = |message: serde_json::Value| json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
        let answer = |tokens| Ok(Answer { yes: true, reason: "so".into(), tokens });
        let mut plain = said(
            json!({"role": "assistant", "content": "yes: so", "refusal": null, "tool_calls": [], "annotations": []}),
        );
        assert_eq!(of(&plain), answer(None));
        for (usage, tokens) in [
            (json!(null), None),
            (json!({}), None),
            (json!({"prompt_tokens": null, "completion_tokens": null}), None),
            (json!({"prompt_tokens": 7, "total_tokens": 7}), Some((7, 0))),
            (
                json!({"prompt_tokens": 7, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 1}}),
                Some((7, 2)),
            ),
        ] {
            plain["usage"] = usage;
            assert_eq!(of(&plain), answer(tokens), "{plain}");
        }
        let parts = json!([{"type": "thinking", "thinking": [{"type": "text", "text": "no?"}]}, {"type": "text", "text": "yes: so"}]);
        assert_eq!(of(&said(json!({"role": "assistant", "content": parts}))), answer(None));
        // What failed behind a server that says that all is well.
        let failed = Err(NoAnswer::Failed("overloaded".into()));
        assert_eq!(of(&json!({"error": {"message": "overloaded", "code": 502}})), failed);
        assert_eq!(of(&json!({"choices": [{"error": {"message": "overloaded"}, "finish_reason": "error"}]})), failed);
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
