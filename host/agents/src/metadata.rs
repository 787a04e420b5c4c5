//! The `metadata.json` of a run group: the reference's fields, and beside them what was asked for and what became of each run.
//!
//! It is there from the moment the group is, and is replaced as a whole at each change of a run's state.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::config::ContainerConfig;

/// What the file is called.
pub const FILE: &str = "metadata.json";

/// The largest that is read, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// A run group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Its name, which is that of its folder.
    pub run_group: String,
    /// When it was begun, in the form of names.
    pub created_at: String,
    /// Its runs by their folders' names, in the order in which they are begun.
    #[serde(serialize_with = "ordered", deserialize_with = "in_order")]
    pub runs: Vec<(String, Run)>,
    /// Under which conditions they run.
    pub conditions: Conditions,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Whether the agent ended by itself, with the exit code 0; none as long as it has not ended.
    pub success: Option<bool>,
    /// Its competition.
    pub competition_id: String,
    /// Which of the competition's runs it is, from 0.
    pub seed: u32,
    /// How far it is.
    pub state: State,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The exit code of the agent's start script, if it ended by itself.
    pub exit_code: Option<i64>,
    /// More of how it ended, in words.
    pub why: Option<String>,
    /// How many times it was begun. What earlier attempts left is in `attempt-<n>` in its folder.
    pub attempts: u32,
    /// When its last attempt was begun, in the form of names.
    pub started_at: Option<String>,
    /// When it ended, in the form of names.
    pub ended_at: Option<String>,
    /// How long the agent ran, in seconds.
    pub seconds: Option<f64>,
    /// How many times it called the checker.
    pub checker_uses: Option<u64>,
    /// What else there is to know of it, in words.
    pub notes: Vec<String>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its turn has not come.
    Waiting,
    /// Its container and its checker are set up.
    Starting,
    /// The agent runs.
    Running,
    /// The agent has ended, and what it left is taken in.
    Collecting,
    /// It has ended, and its container is gone, unless it is to be retained.
    Ended,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The agent ended with the exit code 0.
    Finished,
    /// The agent ended with another exit code.
    Failed,
    /// Its time was up.
    TimeLimit,
    /// It took more memory than it may.
    MemoryLimit,
    /// It wrote more than it may.
    DiskLimit,
    /// Whoever runs agents asked for the end of all of them.
    Interrupted,
    /// The engine or the machine failed, not the agent.
    Machine,
}

impl Outcome {
    /// True if the run is no measure of its agent, and is taken up again by `--resume`.
    #[must_use]
    pub fn is_void(self) -> bool {
        matches!(self, Outcome::Interrupted | Outcome::Machine)
    }

    /// Its name, as the metadata have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Finished => "finished",
            Outcome::Failed => "failed",
            Outcome::TimeLimit => "time-limit",
            Outcome::MemoryLimit => "memory-limit",
            Outcome::DiskLimit => "disk-limit",
            Outcome::Interrupted => "interrupted",
            Outcome::Machine => "machine",
        }
    }
}

impl State {
    /// Its name, as the metadata have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Starting => "starting",
            State::Running => "running",
            State::Collecting => "collecting",
            State::Ended => "ended",
        }
    }
}

impl Run {
    /// A run whose turn has not come.
    #[must_use]
    pub fn waiting(competition_id: &str, seed: u32) -> Self {
        Run {
            success: None,
            competition_id: competition_id.to_owned(),
            seed,
            state: State::Waiting,
            outcome: None,
            exit_code: None,
            why: None,
            attempts: 0,
            started_at: None,
            ended_at: None,
            seconds: None,
            checker_uses: None,
            notes: Vec::new(),
        }
    }

    /// True if it is still to be run, or to be run again.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.state != State::Ended || self.outcome.is_some_and(Outcome::is_void)
    }
}

/// Under which conditions the runs of a group run. No secret is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// The version of Assay.
    pub version: String,
    /// What the group's containers are labelled with.
    pub group_id: String,
    /// The agent's id.
    pub agent: String,
    /// The SHA-256 of its `config.yaml`.
    pub agent_config: String,
    /// Whether its containers are privileged.
    pub privileged: bool,
    /// The image.
    pub image: Image,
    /// The engine and its version, the machine's system, and where containers are stored.
    pub engine: String,
    /// How many cores the machine of the engine has.
    pub cores: i64,
    /// Its memory, in bytes.
    pub memory: i64,
    /// What a container may use.
    pub container: ContainerConfig,
    /// How long an agent may run, in seconds; none: as long as it likes.
    pub time_limit: Option<u64>,
    /// How long it may go on when it is asked to end, in seconds.
    pub grace: u64,
    /// How much its container may write, in bytes; none: as much as there is.
    pub disk: Option<u64>,
    /// What it may reach.
    pub network: Network,
    /// How often its submission is collected while it runs, in seconds.
    pub collect_every: u64,
    /// How many runs each competition has.
    pub seeds: u32,
    /// Whether containers are kept.
    pub retain: bool,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its name.
    pub name: String,
    /// The digest of its configuration, which the engine calls its id.
    pub id: String,
    /// Its names in registries, with digests.
    pub digests: Vec<String>,
}

/// What an agent may reach of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// Nothing but its checker.
    None,
    /// These hosts, through a proxy that logs each of them.
    AllowList(Vec<String>),
    /// All that the machine reaches.
    Full,
}

/// An object whose fields stand in the order of the list.
fn ordered<S: Serializer>(runs: &[(String, Run)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(runs.iter().map(|(id, run)| (id, run)))
}

fn in_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Run)>, D::Error> {
    struct Object;

    impl<'de> Visitor<'de> for Object {
        type Value = Vec<(String, Run)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of runs")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            let mut runs = Vec::new();
            while let Some(run) = object.next_entry()? {
                runs.push(run);
            }
            Ok(runs)
        }
    }

    deserializer.deserialize_map(Object)
}
