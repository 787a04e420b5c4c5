//! Run cards: under which conditions scores came about, as the one who ran it states them. Scores under unlike conditions tell nothing of each
//! other, so a card has to say all of these, be it that something is not known.

use std::collections::BTreeMap;

use assay_types::excerpt::excerpt;
use assay_types::python_json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The largest card, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// The conditions of a run, in TOML or JSON. Each may be left out while the card is written; `assay card check` names what is missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The competitions: a split such as `low` or `split75`, or the name of a list of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// How many times each competition was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeds: Option<u32>,
    /// What one run could use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// The machine of one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Hardware>,
    /// What the agent ran in: an image by its digest, or what was installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
    /// The models that it called, with their versions; an empty list if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<String>>,
    /// What of the internet a run could reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internet: Option<Internet>,
    /// Whether prompts or tools held solutions of these competitions, or what others wrote of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_solutions: Option<bool>,
    /// Where the agent's code is to be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// What is known to have leaked to the agent, in words; an empty list if nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_leaks: Option<Vec<String>>,
    /// Whether scores beside the test answers were looked at before all runs had ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<AnswersUse>,
    /// How many submissions the runs had checked while they ran, where that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checker_uses: Option<u64>,
    /// How many connections the runs made to each host, where they passed a proxy that counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<BTreeMap<String, u64>>,
}

/// What one run could use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Wall time, in hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<f64>,
    /// Steps of the agent; none if they were not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Money for models, in US dollars; none if it was not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

/// The machine of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hardware {
    /// Cores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<f64>,
    /// Memory, in GB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_gb: Option<f64>,
    /// Graphics processors by kind, such as `1 x A10 24 GB`; an empty list if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<Vec<String>>,
}

/// The agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is built on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaffold: Option<String>,
    /// Its version: a release or a commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What of the internet a run could reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Internet {
    /// Nothing.
    None,
    /// The models alone.
    ModelsOnly,
    /// Some hosts.
    AllowList,
    /// All of it.
    Full,
}

/// Where the agent's code is to be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Whether everyone may read it.
    pub public: bool,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Whether scores beside the test answers were looked at before all runs had ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersUse {
    /// True if they were.
    pub consulted: bool,
    /// The head of the log of uses when the runs were graded, as `assay log verify` gives it; with it, others can check the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_head: Option<String>,
}

/// Why a file is no card.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file} is no run card: {message}; `assay card schema` prints its fields")]
pub struct CardError {
    file: String,
    message: String,
}

/// Something that a card lacks, or that is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lack {
    /// The field.
    pub field: String,
    /// What to write, or what is wrong.
    pub message: String,
}

impl Card {
    /// Reads a card: JSON if it starts with a brace, else TOML. `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// If it is neither, or has other fields.
    pub fn parse(text: &[u8], file: &str) -> Result<Self, CardError> {
        let wrong = |message: &str| CardError {
            file: excerpt(file).unquoted(4096).to_string(),
            message: excerpt(message.trim_end()).unquoted(400).to_string(),
        };
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        if text.trim_ascii_start().starts_with(b"{") {
            return python_json::from_slice(text).map_err(|error| wrong(&error.in_lines(text)));
        }
        let text = std::str::from_utf8(text).map_err(|_| wrong("it is not UTF-8 text"))?;
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            wrong(&line.map_or_else(|| error.message().to_owned(), |line| format!("line {line}: {}", error.message())))
        })
    }

    /// What it lacks, and what in it cannot be.
    #[must_use]
    pub fn lacks(&self) -> Vec<Lack> {
        let mut lacks = Vec::new();
        let mut lack = |is_lacking: bool, field: &str, message: &str| {
            if is_lacking {
                lacks.push(Lack { field: field.into(), message: message.into() });
            }
        };
        let empty = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
        let positive = |number: Option<f64>| number.is_some_and(|number| number.is_finite() && number > 0.0);
        lack(empty(&self.split), "split", "the competitions, such as \"split75\"");
        lack(self.seeds.is_none_or(|seeds| seeds == 0), "seeds", "how many times each competition was run, from 1");
        let budget = self.budget.clone().unwrap_or_default();
        lack(!positive(budget.hours), "budget.hours", "the wall time that one run had, in hours");
        lack(budget.usd.is_some_and(|usd| !usd.is_finite() || usd < 0.0), "budget.usd", "not an amount of money");
        let hardware = self.hardware.clone().unwrap_or_default();
        lack(!positive(hardware.cpus), "hardware.cpus", "the cores that one run had");
        lack(!positive(hardware.memory_gb), "hardware.memory_gb", "the memory that one run had, in GB");
        lack(hardware.gpus.is_none(), "hardware.gpus", "the graphics processors that one run had; [] for none");
        lack(empty(&self.environment), "environment", "the image by its digest, or what was installed");
        let agent = self.agent.clone().unwrap_or_default();
        lack(empty(&agent.name), "agent.name", "the agent's name");
        lack(empty(&agent.scaffold), "agent.scaffold", "what it is built on; \"none\" if nothing");
        lack(empty(&agent.version), "agent.version", "its release or commit");
        lack(self.models.is_none(), "models", "the models that it called, with versions; [] for none");
        lack(self.internet.is_none(), "internet", "\"none\", \"models-only\", \"allow-list\" or \"full\"");
        lack(
            self.prior_solutions.is_none(),
            "prior_solutions",
            "whether prompts or tools held solutions of these competitions",
        );
        lack(self.code.is_none(), "code", "whether the agent's code is public, and its url");
        let public_nowhere = self.code.as_ref().is_some_and(|code| code.public && empty(&code.url));
        lack(public_nowhere, "code.url", "where the code is that is said to be public");
        lack(self.known_leaks.is_none(), "known_leaks", "what is known to have leaked to the agent; [] for nothing");
        lack(self.answers.is_none(), "answers.consulted", "whether scores were looked at before all runs had ended");
        lacks
    }
}

/// What a log of uses says of a run, as far as a card may be held against it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogSays {
    /// How many gradings of other submissions to these competitions it has before the last one of the reports.
    pub other_gradings: u64,
    /// How many it has after that, when nothing could be learned from them any more.
    pub later_gradings: u64,
    /// Whether it ever had the head that the card names; none if it names none.
    pub has_head: Option<bool>,
}

impl LogSays {
    /// What a card says that the log does not bear out.
    #[must_use]
    pub fn against(&self, card: &Card) -> Vec<Lack> {
        let mut lacks = Vec::new();
        let denied = card.answers.as_ref().is_some_and(|answers| !answers.consulted);
        if denied && self.other_gradings > 0 {
            let message = format!(
                "the card says that no score was looked at, but before the last grading of the reports the log has {} of other submissions \
                 to these competitions",
                self.other_gradings
            );
            lacks.push(Lack { field: "answers.consulted".into(), message });
        }
        if self.has_head == Some(false) {
            let message = "the log never had this head: it is another log, or was rewritten since".into();
            lacks.push(Lack { field: "answers.log_head".into(), message });
        }
        lacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A whole card.
    pub(crate) const WHOLE: &str = include_str!("card/whole.toml");

    #[test]
    fn what_is_missing_is_named() {
        let whole = Card::parse(WHOLE.as_bytes(), "card.toml").unwrap();
        assert_eq!(whole.lacks(), []);
        let json = serde_json::to_vec(&whole).unwrap();
        assert_eq!(Card::parse(&json, "card.json").unwrap(), whole);
        let fields: Vec<String> = Card::default().lacks().into_iter().map(|lack| lack.field).collect();
        assert_eq!(fields.len(), 16, "{fields:?}");
        let partly = WHOLE.replace("hours = 24", "hours = -1").replace("public = false", "public = true");
        let fields: Vec<String> =
            Card::parse(partly.as_bytes(), "c").unwrap().lacks().into_iter().map(|lack| lack.field).collect();
        assert_eq!(fields, ["budget.hours", "code.url"]);
        let fields = |says: LogSays| says.against(&whole).into_iter().map(|lack| lack.field).collect::<Vec<_>>();
        assert_eq!(fields(LogSays { other_gradings: 2, ..LogSays::default() }), ["answers.consulted"]);
        assert_eq!(fields(LogSays { has_head: Some(false), ..LogSays::default() }), ["answers.log_head"]);
        assert_eq!(fields(LogSays { later_gradings: 2, has_head: Some(true), ..LogSays::default() }), [""; 0]);
    }

    #[test]
    fn what_is_no_card_says_why() {
        let message = |text: &[u8]| Card::parse(text, "card").unwrap_err().to_string();
        assert!(message(b"split = 3").starts_with("card is no run card: line 1: invalid type: integer"));
        assert!(message(b"seeds = 3\nseed = 4").contains("line 2: unknown field `seed`"));
        assert!(message(b"internet = \"some\"").contains("unknown variant `some`"));
        assert!(message(b"{\"seeds\": 3").contains("line 1"));
        assert!(message(b"\xff").contains("not UTF-8"));
    }
}
