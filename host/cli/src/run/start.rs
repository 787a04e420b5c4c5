//! Starting runs, and going on with them.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::num::NonZero;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use assay_agents::agent::Agent;
use assay_agents::config::{self, ContainerConfig};
use assay_agents::engine::Engine;
use assay_agents::group::{Group, new_id};
use assay_agents::intake::Bounds;
use assay_agents::life::Setup;
use assay_agents::metadata::{Conditions, Metadata, Network, Outcome, State};
use assay_agents::{AgentsError, schedule};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::super::global::{DataArguments, GlobalArguments};
use super::super::interruption::Interruption;
use super::super::output::{self, Format};
use super::super::quantities::{bytes, long_time};
use super::super::reports::bounded;
use super::super::{Ended, Failure};
use super::shown::Shown;
use super::{card, competitions, failure, status};

/// What the reference's environment says who accepts privileged containers.
const ACCEPTS_ALL: &str = "I_ACCEPT_RUNNING_PRIVILEGED_CONTAINERS";

#[derive(Args)]
pub(super) struct Arguments {
    /// The agent's id, such as `dummy` or `aide/dev`.
    #[arg(long, visible_alias = "agent", value_name = "ID", required_unless_present = "resume")]
    agent_id: Option<String>,
    /// A file with the id of a competition a line. Blank lines are skipped, and those that begin with #.
    #[arg(long, value_name = "FILE", required_unless_present = "resume")]
    competition_set: Option<PathBuf>,
    /// How many runs are under way at a time.
    #[arg(long, value_name = "N", default_value = "1")]
    n_workers: NonZero<usize>,
    /// How many runs each competition has.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    n_seeds: u32,
    /// What a container may use, as JSON: mem_limit, nano_cpus, shm_size, pids_limit, runtime, gpus and others [default: 4 cores, 4 GiB of
    /// shared memory, 4096 processes].
    #[arg(long, value_name = "FILE")]
    container_config: Option<PathBuf>,
    /// Keep containers when their runs have ended.
    #[arg(long)]
    retain: bool,
    #[command(flatten)]
    data: DataArguments,
    /// Key files (ID.keys.jsonl, as `assay keys` writes them) for the checker, where the answers are not at hand.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// The folder of agents.
    #[arg(long, value_name = "DIR", default_value = "agents")]
    agents_dir: PathBuf,
    /// The folder of run groups.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    runs_dir: PathBuf,
    /// The agent's image [default: that of its folder's name].
    #[arg(long, value_name = "NAME", conflicts_with = "resume")]
    image: Option<String>,
    /// How long an agent may run, such as 24h. Then it is asked to end (SIGTERM), and killed after --grace. What it left is collected.
    #[arg(long, value_name = "TIME", value_parser = long_time)]
    time_limit: Option<Duration>,
    /// How long an agent may go on when it is asked to end.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = long_time)]
    grace: Duration,
    /// How much a container may write, such as 50G: as a quota where the engine's storage has one (a container config's storage_opt), else
    /// measured every few seconds. A file or folder is allowed for each 16 KiB of it. No file may be larger.
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    disk: Option<u64>,
    /// What an agent may reach beside its checker.
    #[arg(long, value_name = "WHAT", default_value = "none")]
    network: Reach,
    /// A host that an agent may reach, such as api.example.org or *.example.org, through a proxy that logs what is asked for in
    /// network.jsonl.
    #[arg(long, value_name = "HOST", conflicts_with = "network")]
    allow_host: Vec<String>,
    /// How often a submission is collected while its agent runs. It is collected at the end too.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = long_time)]
    collect_every: Duration,
    /// Accept that the containers of this agent, which asks for it, can do all that the machine's administrator can.
    #[arg(long, value_name = "ID")]
    accept_privileged: Option<String>,
    /// Go on with a run group: runs that have not ended are begun, or begun again, under the conditions that it has.
    #[arg(long, value_name = "GROUP", conflicts_with_all = ["agent_id", "competition_set", "n_seeds", "container_config", "retain",
        "time_limit", "grace", "disk", "network", "allow_host", "collect_every", "runs_dir"])]
    resume: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArguments,
    /// The form of the outcome [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// Where the engine is.
#[derive(Args)]
pub(super) struct EngineArguments {
    /// The container engine, Docker or Podman, on this machine [default: unix:///var/run/docker.sock].
    #[arg(long, value_name = "ADDRESS", env = "DOCKER_HOST")]
    engine: Option<String>,
}

impl EngineArguments {
    pub(super) async fn connect(&self) -> Result<Engine, AgentsError> {
        Engine::connect(self.engine.as_deref()).await
    }
}

/// What an agent may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Reach {
    /// Nothing.
    None,
    /// All that the machine reaches.
    Full,
}

/// What came of a group.
#[derive(Serialize)]
struct Told<'a> {
    run_group: String,
    metadata: &'a Metadata,
}

/// What runs tasks that wait.
pub(super) fn runtime() -> Result<assay_agents::Runtime, Failure> {
    assay_agents::runtime().map_err(Failure::program)
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let runtime = runtime()?;
    let known = global.competitions()?;
    let interruption = Interruption::awaited().context("signals").map_err(Failure::Program)?;
    let engine = runtime.block_on(arguments.engine.connect()).map_err(failure)?;
    let (agent, wanted) = match &arguments.resume {
        Some(folder) => resumed(arguments, folder, &runtime, &engine)?,
        None => begun(arguments, &known, &runtime, &engine)?,
    };
    let conditions = wanted.conditions();
    let sockets = Scratch::new(&conditions.group_id)?;
    let data = arguments.data.open()?;
    let ids = wanted.competitions();
    let ready = competitions::ready(ids.iter(), &known, &data, arguments.keys.as_deref(), &sockets.0, global)?;
    // Nothing is made of a call that is at fault.
    let group = match wanted {
        Wanted::Left(group) => group,
        Wanted::New { competitions, conditions } => {
            let group = Group::create(&arguments.runs_dir, &agent.name, &competitions, conditions).map_err(failure)?;
            let split = arguments.competition_set.as_ref().and_then(|set| split(set, &ids, &known));
            card::begin(group.folder(), &group.metadata(), split.as_deref())?;
            group
        }
    };
    output::message(&format!("run group: {}", group.folder().display()));

    let progress = Shown::new(interruption.cancel());
    let setup = Setup {
        engine: &engine,
        group: &group,
        agent: &agent,
        competitions: &ready,
        sockets: &sockets.0,
        secret: &|name| std::env::var(name).ok(),
        bounds: Bounds::default(),
        progress: &progress,
    };
    let done = runtime.block_on(schedule::run(&setup, arguments.n_workers.get()));
    drop(sockets);
    let metadata = group.metadata();
    card::measured(group.folder(), &metadata)?;
    told(arguments, &group, &metadata)?;
    if conditions.retain {
        output::message("containers are retained; `assay run prune --all` removes them");
    }
    if let Some(code) = interruption.code() {
        output::message(&format!("stopped; `assay run --resume {}` goes on", group.folder().display()));
        return Ok(Ended::Interrupted(code));
    }
    done.map_err(failure)?;
    let outcomes = || metadata.runs.iter().filter_map(|(_, run)| run.outcome);
    let is_whole = metadata.runs.iter().all(|(_, run)| run.state == State::Ended);
    Ok(if !is_whole || outcomes().any(Outcome::is_void) {
        Ended::Interrupted(3)
    } else if outcomes().any(|outcome| outcome != Outcome::Finished) {
        Ended::AtFault
    } else {
        Ended::Fine
    })
}

fn told(arguments: &Arguments, group: &Group, metadata: &Metadata) -> Result<(), Failure> {
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&Told { run_group: group.folder().display().to_string(), metadata }),
        Format::Table => output::text(&status::summary(metadata, false)),
    }
}

/// What a list of competitions is called: as its file, unless that is a split's name, and the list another.
fn split(set: &Path, ids: &[String], known: &assay::Competitions) -> Option<String> {
    let name = set.file_stem()?.to_str()?;
    let is_another = known.of_split(Some(name)).is_ok_and(|split| {
        let split: BTreeSet<&str> = split.iter().map(|competition| competition.id.as_str()).collect();
        split != ids.iter().map(String::as_str).collect()
    });
    (!is_another).then(|| name.to_owned())
}

/// A group that is wanted.
enum Wanted {
    /// One that is to be made.
    New { competitions: Vec<String>, conditions: Conditions },
    /// One that was left.
    Left(Group),
}

impl Wanted {
    fn conditions(&self) -> Conditions {
        match self {
            Wanted::New { conditions, .. } => conditions.clone(),
            Wanted::Left(group) => group.metadata().conditions,
        }
    }

    fn competitions(&self) -> Vec<String> {
        match self {
            Wanted::New { competitions, .. } => competitions.clone(),
            Wanted::Left(group) => group.metadata().runs.into_iter().map(|(_, run)| run.competition_id).collect(),
        }
    }
}

/// What is asked for of a new group.
fn begun(
    arguments: &Arguments,
    known: &assay::Competitions,
    runtime: &assay_agents::Runtime,
    engine: &Engine,
) -> Result<(Agent, Wanted), Failure> {
    let (Some(id), Some(set)) = (&arguments.agent_id, &arguments.competition_set) else {
        return Err(Failure::Call(anyhow!("name an agent by --agent-id, and competitions by --competition-set")));
    };
    let agent = Agent::find(&arguments.agents_dir, id).map_err(failure)?;
    accepted(arguments, &agent)?;
    agent.settled(|name| std::env::var(name).ok()).map_err(|error| Failure::Call(error.into()))?;
    let ids = competitions::listed(set)?;
    for id in &ids {
        known.get(id).with_context(|| format!("--competition-set {}", set.display())).map_err(Failure::Call)?;
    }
    let data = arguments.data.open()?;
    if let Some(id) = ids.iter().find(|id| !data.prepared(id).join("public").is_dir()) {
        return Err(Failure::Call(anyhow!("{id}: it is not prepared: `assay prepare -c {id}`")));
    }
    let image = arguments.image.as_ref().unwrap_or(&agent.name);
    let (facts, image) =
        runtime.block_on(async { Ok((engine.facts().await?, engine.image(image).await?)) }).map_err(failure)?;
    let container = match &arguments.container_config {
        Some(file) => {
            let text = bounded(file, config::MAX_BYTES, "--container-config")?;
            ContainerConfig::parse(&text, &format!("--container-config {}", file.display())).map_err(failure)?
        }
        None => ContainerConfig::reference(facts.cores),
    };
    let network = match arguments.network {
        _ if !arguments.allow_host.is_empty() => Network::AllowList(arguments.allow_host.clone()),
        Reach::None => Network::None,
        Reach::Full => Network::Full,
    };
    let conditions = Conditions {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        group_id: new_id().map_err(failure)?,
        agent: agent.id.clone(),
        agent_config: agent.config.clone(),
        privileged: agent.privileged,
        image,
        engine: facts.words,
        cores: facts.cores,
        memory: facts.memory,
        container,
        time_limit: arguments.time_limit.map(|limit| limit.as_secs()),
        grace: arguments.grace.as_secs(),
        disk: arguments.disk,
        network,
        collect_every: arguments.collect_every.as_secs(),
        seeds: arguments.n_seeds,
        retain: arguments.retain,
    };
    Ok((agent, Wanted::New { competitions: ids, conditions }))
}

/// A group that was left. Its agent and its image must be what they were.
fn resumed(
    arguments: &Arguments,
    folder: &Path,
    runtime: &assay_agents::Runtime,
    engine: &Engine,
) -> Result<(Agent, Wanted), Failure> {
    let group = Group::open(folder).map_err(failure)?;
    let conditions = group.metadata().conditions;
    let agent = Agent::find(&arguments.agents_dir, &conditions.agent).map_err(failure)?;
    let changed = |what: &str| {
        let group = folder.display();
        Err(Failure::Call(anyhow!(
            "{what} is not what it was when {group} was begun: its runs would not be alike. Begin another group"
        )))
    };
    if agent.config != conditions.agent_config {
        return changed(&format!("the config.yaml of agent {}", agent.id));
    }
    accepted(arguments, &agent)?;
    let image = runtime.block_on(engine.image(&conditions.image.name)).map_err(failure)?;
    if image.id != conditions.image.id {
        return changed(&format!("the image {}", image.name));
    }
    Ok((agent, Wanted::Left(group)))
}

fn accepted(arguments: &Arguments, agent: &Agent) -> Result<(), Failure> {
    let of_reference =
        std::env::var(ACCEPTS_ALL).is_ok_and(|says| ["true", "1", "t"].contains(&says.to_lowercase().as_str()));
    if !agent.privileged || of_reference || arguments.accept_privileged.as_ref() == Some(&agent.id) {
        return Ok(());
    }
    let id = &agent.id;
    Err(Failure::Call(anyhow!(
        "agent {id} asks for privileged containers, which can do all that the machine's administrator can\nhint: if you accept that, say \
         --accept-privileged {id}, or set {ACCEPTS_ALL}=true"
    )))
}

/// How long the path of that folder may be. The path of a socket may have 107 bytes; names in the folder are such as `10000-2.checker`.
const SOCKETS: usize = 85;

/// A folder of this process alone, for sockets and key files. One that a killed process left is replaced.
struct Scratch(PathBuf);

impl Scratch {
    fn new(group_id: &str) -> Result<Self, Failure> {
        let name: OsString = format!("assay-{}", group_id.get(..13).unwrap_or(group_id)).into();
        let place = std::env::temp_dir();
        let folder = place.join(name);
        if folder.as_os_str().len() > SOCKETS {
            return Err(Failure::Call(anyhow!(
                "TMPDIR: {} is too long for the sockets that are made in it; name a folder whose path has {} bytes at most",
                place.display(),
                SOCKETS - (folder.as_os_str().len() - place.as_os_str().len())
            )));
        }
        let _ = fs::remove_dir_all(&folder);
        let made = fs::DirBuilder::new().mode(0o700).create(&folder);
        made.with_context(|| folder.display().to_string()).map_err(Failure::Program)?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
