//! Receipts: what a score rests on.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::competition::Competition;
use crate::digest::sha256;
use crate::grader::{Description, WIT};

// The fuel that a grader used is not in it: it tells of the answers, so it is the operator's.
/// What a score rests on. With the same, anyone gets the same score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "ReportedReceipt")]
#[schemars(!from)]
pub struct Receipt {
    /// The grader.
    pub grader: GraderReceipt,
    /// SHA-256 of what decides the score.
    #[serde(flatten)]
    pub digests: Digests,
    /// SHA-256 of the submission; none if it could not be read.
    pub submission: Option<String>,
    /// The version of the contract with graders.
    pub wit: String,
    /// The version of this program.
    pub host: String,
    /// The version of the engine.
    pub engine: String,
    /// The limits that the grader ran under, by name.
    #[schemars(with = "std::collections::BTreeMap<String, f64>")]
    pub limits: serde_json::Map<String, serde_json::Value>,
    /// How far the process that graded was confined; none in reports that are older than this field.
    pub confinement: Option<Confinement>,
    /// SHA-256 of `prepared.json`, which says what the data were made of that the answers are from. Not there where the data have none. It
    /// decides no score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
}

/// How far the process that graded had given up what it did not need: files, network, system calls. It decides no score, and whoever
/// verifies may be confined otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confinement {
    /// As far as the program goes.
    Full,
    /// The system could do only some of it.
    Partial,
    /// Not at all.
    #[default]
    Off,
}

/// A grader: the names that others and it itself give it, and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct GraderReceipt {
    /// What the competition calls it; none in reports that are older than this field.
    #[serde(default)]
    pub id: Option<String>,
    pub name: String,
    pub version: String,
}

impl Receipt {
    /// A receipt without a submission; `id` is what the competition calls the grader, `limits` are those of the sandbox.
    ///
    /// # Errors
    ///
    /// If the limits cannot be written as JSON numbers.
    pub fn new(
        grader: &Description,
        id: &str,
        digests: Digests,
        engine: &str,
        limits: &impl Serialize,
    ) -> Result<Self, serde_json::Error> {
        Ok(Receipt {
            grader: GraderReceipt {
                id: Some(id.to_owned()),
                name: grader.name.clone(),
                version: grader.version.clone(),
            },
            digests,
            submission: None,
            wit: WIT.into(),
            host: concat!("assay ", env!("CARGO_PKG_VERSION")).into(),
            engine: engine.into(),
            limits: serde_json::to_value(limits).and_then(serde_json::from_value)?,
            confinement: None,
            manifest: None,
        })
    }
}

/// SHA-256 of what decides a score beside the submission, in hexadecimal. Those of data are of their JSON form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Digests {
    pub component: String,
    /// Of the grader's source, where the component is an interpreter that runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of the competition's file as it stands; none in reports that are older than this field.
    #[serde(default)]
    pub competition: Option<String>,
    pub contract: String,
    pub options: String,
    pub answers: String,
    pub thresholds: String,
    /// Of the `leaderboard.csv` that the thresholds are from, where they are not those of the competition's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaderboard: Option<String>,
}

impl Digests {
    /// Those of a competition, beside the digests of its grader's component and of its answers.
    ///
    /// # Errors
    ///
    /// If what they are of cannot be written as JSON.
    pub fn new(competition: &Competition, component: String, answers: String) -> Result<Self, serde_json::Error> {
        Ok(Digests {
            component,
            source: competition.source.as_ref().map(|source| source.digest.clone()),
            competition: Some(competition.digest.clone()),
            contract: digest_of(&(&competition.submission, &competition.answers))?,
            options: digest_of(&competition.grader.options)?,
            answers,
            thresholds: digest_of(&competition.leaderboard)?,
            leaderboard: competition.leaderboard_file.clone(),
        })
    }
}

fn digest_of(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(sha256(&serde_json::to_vec(value)?))
}

/// A receipt as it was read. Whoever wrote it may mean harm, so every field has its type and its limit, and what is no field is refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "they are those of `Receipt`")]
pub struct ReportedReceipt {
    pub grader: GraderReceipt,
    pub component: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default)]
    pub competition: Option<String>,
    pub contract: String,
    pub options: String,
    pub answers: String,
    pub thresholds: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaderboard: Option<String>,
    #[serde(deserialize_with = "there")]
    pub submission: Option<String>,
    pub wit: String,
    pub host: String,
    pub engine: String,
    #[serde(deserialize_with = "numbers")]
    pub limits: Map<String, Value>,
    /// How far the process was confined; none in reports of schema 1 and before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confinement: Option<Confinement>,
    /// The manifest of the data, where they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// The fuel that the grader used, in reports of schema 1 and before.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub fuel: Option<Option<u64>>,
}

impl From<ReportedReceipt> for Receipt {
    fn from(reported: ReportedReceipt) -> Self {
        Receipt {
            grader: reported.grader,
            digests: Digests {
                component: reported.component,
                source: reported.source,
                competition: reported.competition,
                contract: reported.contract,
                options: reported.options,
                answers: reported.answers,
                thresholds: reported.thresholds,
                leaderboard: reported.leaderboard,
            },
            submission: reported.submission,
            wit: reported.wit,
            host: reported.host,
            engine: reported.engine,
            limits: reported.limits,
            confinement: reported.confinement,
            manifest: reported.manifest,
        }
    }
}

/// A value that may be `null` but not be left out.
pub(crate) fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(deserializer)
}

/// A value that may be left out.
pub(crate) fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The most names in a list or an object of a receipt: some times as many as there are.
pub(crate) const MAX_NAMES: usize = 64;

/// An object of numbers alone.
fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    struct Numbers;

    impl<'de> Visitor<'de> for Numbers {
        type Value = Map<String, Value>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {MAX_NAMES} limits, which are numbers")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Map<String, Value>, A::Error> {
            let mut numbers = Map::new();
            while let Some((name, number)) = object.next_entry::<String, Number>()? {
                numbers.insert(name, Value::Number(number));
                if numbers.len() > MAX_NAMES {
                    return Err(de::Error::invalid_length(numbers.len(), &self));
                }
            }
            Ok(numbers)
        }
    }

    deserializer.deserialize_map(Numbers)
}
