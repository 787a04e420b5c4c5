//! The life of one run: its checker, its container, its agent within limits, and what it left.
//!
//! Whatever fails here is this run's own and ends it alone. What is known of it is on the disk before the next step is taken.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use crate::agent::Agent;
use crate::checker::{Checker, CheckerProgram};
use crate::collecting::{FOLDERS, collect};
use crate::engine::{Engine, Execution, Spec};
use crate::forwarder::{self, CHECKER, MOUNT, PROXY};
use crate::group::Group;
use crate::intake::Bounds;
use crate::metadata::{Conditions, Network, Outcome, Run, State};
use crate::output::{self, RunLog};
use crate::proxy::{AllowList, Proxy};
use crate::relay::Relay;
use crate::{AgentsError, timestamp};

/// The label that a container has of its group.
pub const GROUP: &str = "assay.group";

/// The label that it has of its run, and that of the attempt.
pub const RUN: &str = "assay.run";
pub(crate) const ATTEMPT: &str = "assay.attempt";

/// Who an agent is in its container, and what is started.
const USER: &str = "nonroot";
const START: &str = "/home/agent/start.sh";

/// Makes an agent's home writable to it, but for the data, as the reference does when a container starts.
const PREPARE: &str = "mkdir -p /home/submission /home/logs /home/code; find /home -path /home/data -prune -o -exec chmod a+rw {} +; true";

/// How long that may take.
const PREPARING: Duration = Duration::from_secs(300);

/// How often an agent is looked after.
const TICK: Duration = Duration::from_millis(250);

/// How often it is asked how much was written.
const DISK: Duration = Duration::from_secs(5);

/// How long a container that was killed may take to end.
const DYING: Duration = Duration::from_secs(60);

/// What all runs of a group have in common.
pub struct Setup<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The group.
    pub group: &'a Group,
    /// The agent.
    pub agent: &'a Agent,
    /// What each competition's runs need.
    pub competitions: &'a HashMap<String, Competition>,
    /// A folder of this process alone, where sockets are.
    pub sockets: &'a Path,
    /// What the environment says of secrets.
    pub secret: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// How much is taken of what a run leaves.
    pub bounds: Bounds,
    /// Whom it is told to.
    pub progress: &'a dyn Progress,
}

/// What the runs of a competition need.
#[derive(Clone, Debug)]
pub struct Competition {
    /// The folder that is mounted, without answers.
    pub public: PathBuf,
    /// How its checker is started.
    pub checker: CheckerProgram,
}

/// Whom is told what becomes of runs.
pub trait Progress: Sync {
    /// A run's state has changed.
    fn changed(&self, run: &str, state: &Run);

    /// Something is to be known.
    fn note(&self, text: &str);

    /// True once all is to come to an end.
    fn cancelled(&self) -> bool;
}

/// What takes a submission in while its agent runs.
type Collection<'a> = Pin<Box<dyn Future<Output = Result<Vec<String>, AgentsError>> + 'a>>;

/// How an agent ended.
struct End {
    outcome: Outcome,
    exit_code: Option<i64>,
    why: Option<String>,
    seconds: f64,
}

/// Lets a run live, from its first state to its last.
///
/// # Errors
///
/// If what is known of it cannot be written: then nothing should go on.
pub async fn live(setup: &Setup<'_>, run: &str) -> Result<Run, AgentsError> {
    let group = setup.group;
    let known = group.change(run, |_| {})?;
    if known.attempts > 0 {
        group.set_aside(run, known.attempts)?;
    }
    let begun = group.change(run, |run| {
        let earlier = std::mem::replace(run, Run::waiting(&run.competition_id, run.seed));
        run.state = State::Starting;
        run.attempts = earlier.attempts + 1;
        run.started_at = Some(timestamp::now());
        run.notes = earlier.notes;
    })?;
    setup.progress.changed(run, &begun);
    let folder = group.run_folder(run);
    let mut log = RunLog::open(&folder, output::MAX_BYTES).map_err(AgentsError::file(&folder))?;
    let sockets = setup.sockets.join(format!("{}-{}", run.rsplit('_').next().unwrap_or(run), begun.attempts));
    let attempt = Attempt { setup, run, number: begun.attempts, folder: &folder, sockets: &sockets };
    let mut container = None;
    let ended = match attempt.carried_out(&begun.competition_id, &mut log, &mut container).await {
        Ok(()) => group.change(run, ended)?,
        Err(error) => {
            // What stands in a log is not lost by a log that cannot be written.
            let _ = log.say(&format!("error: {error}"));
            group.change(run, |run| {
                // The outcome of an agent that has ended stays what it was, but what it left is not whole.
                run.outcome = Some(Outcome::Machine);
                run.why = Some(error.to_string());
                ended(run);
            })?
        }
    };
    if let Some(container) = container {
        attempt.cleaned_up(&container).await;
    }
    let _ = fs::remove_dir_all(&sockets);
    setup.progress.changed(run, &ended);
    Ok(ended)
}

fn ended(run: &mut Run) {
    run.state = State::Ended;
    run.success = Some(run.outcome == Some(Outcome::Finished));
    run.ended_at = Some(timestamp::now());
}

/// One attempt at a run.
struct Attempt<'a> {
    setup: &'a Setup<'a>,
    run: &'a str,
    number: u32,
    folder: &'a Path,
    sockets: &'a Path,
}

impl Attempt<'_> {
    async fn carried_out(
        &self,
        competition: &str,
        log: &mut RunLog,
        made: &mut Option<String>,
    ) -> Result<(), AgentsError> {
        let Setup { engine, group, agent, .. } = *self.setup;
        let conditions = group.metadata().conditions;
        let competition = self.setup.competitions.get(competition).ok_or_else(|| AgentsError::Group {
            folder: group.folder().to_owned(),
            message: format!("nothing is known of the competition {competition}"),
        })?;
        let said = |error| AgentsError::File { path: self.folder.join(output::FILE), error };
        let settled = agent.settled(self.setup.secret).map_err(|error| AgentsError::Machine(error.to_string()))?;
        fs::DirBuilder::new().mode(0o755).create(self.sockets).map_err(AgentsError::file(self.sockets))?;
        forwarder::put(self.sockets)?;
        let checker_log = self.folder.join("checker.log");
        let checker_log =
            OpenOptions::new().create(true).append(true).open(&checker_log).map_err(AgentsError::file(checker_log))?;
        // It is not in the folder that is mounted: who uses it passes the relay.
        let inner =
            self.setup.sockets.join(format!("{}.checker", self.sockets.file_name().unwrap_or_default().display()));
        let checker = Checker::start(&competition.checker, &inner, checker_log).await?;
        let outer = self.sockets.join(CHECKER.0);
        let relay = Relay::start(&outer, inner, self.folder).map_err(AgentsError::file(outer))?;
        let _proxy = self.proxy(&conditions.network)?;

        let mut variables = vec![format!("COMPETITION_ID={}", self.competition_id())];
        if matches!(conditions.network, Network::AllowList(_)) {
            variables.extend(proxy_variables());
        }
        variables.extend(settled.variables);
        let container = engine.create(self.spec(&conditions, &competition.public, variables)).await?;
        *made = Some(container.clone());
        log.say(&format!("container {container}, image {}", conditions.image.id)).map_err(said)?;
        engine.start(&container).await?;
        self.prepared(&container, log).await?;

        let started = group.change(self.run, |run| run.state = State::Running)?;
        self.setup.progress.changed(self.run, &started);
        let command = ["bash", START].map(ToOwned::to_owned).into_iter().chain(settled.arguments).collect();
        let execution = engine.execute(&container, USER, command).await?;
        let end = self.watched(&container, execution, &conditions, log).await?;
        let seconds = format!("{:.1} s", end.seconds);
        log.say(&format!("the agent ended after {seconds}: {}", end.outcome.name())).map_err(said)?;

        let collecting = group.change(self.run, |run| {
            run.state = State::Collecting;
            run.outcome = Some(end.outcome);
            run.exit_code = end.exit_code;
            run.why = end.why;
            run.seconds = Some(end.seconds);
            run.checker_uses = Some(relay.uses());
        })?;
        self.setup.progress.changed(self.run, &collecting);
        drop(relay);
        checker.end().await;
        stopped(engine, &container).await?;
        let notes = collect(engine, &container, self.folder, FOLDERS, self.setup.bounds).await?;
        for note in &notes {
            log.say(&format!("note: {note}")).map_err(said)?;
        }
        group.change(self.run, |run| run.notes.extend(notes))?;
        Ok(())
    }

    fn competition_id(&self) -> &str {
        self.run.rsplit_once('_').map_or(self.run, |(competition, _)| competition)
    }

    fn proxy(&self, network: &Network) -> Result<Option<Proxy>, AgentsError> {
        let Network::AllowList(hosts) = network else { return Ok(None) };
        let socket = self.sockets.join(PROXY.0);
        Proxy::start(&socket, self.folder, AllowList::new(hosts)).map(Some).map_err(AgentsError::file(socket))
    }

    fn spec<'s>(&'s self, conditions: &'s Conditions, public: &'s Path, variables: Vec<String>) -> Spec<'s> {
        let labels =
            [(GROUP, conditions.group_id.clone()), (RUN, self.run.to_owned()), (ATTEMPT, self.number.to_string())];
        // As the reference names them, with the run instead of another random number.
        let uuid = self.run.rsplit('_').next().unwrap_or_default().replace('-', "");
        Spec {
            name: format!("competition-{}-{}-{uuid}", self.competition_id(), timestamp::now()),
            image: &conditions.image.id,
            command: forwarder::command(matches!(conditions.network, Network::AllowList(_))),
            variables,
            labels: labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            mounts: vec![(public, "/home/data"), (self.sockets, MOUNT)],
            config: &conditions.container,
            has_network: conditions.network == Network::Full,
            privileged: conditions.privileged,
            file_size: conditions.disk,
        }
    }

    /// Makes the agent's home its own.
    async fn prepared(&self, container: &str, log: &mut RunLog) -> Result<(), AgentsError> {
        let engine = self.setup.engine;
        let command = ["sh", "-c", PREPARE].map(ToOwned::to_owned).to_vec();
        let Execution { id, mut output } = engine.execute(container, "0", command).await?;
        let done = async {
            while let Some(Ok(chunk)) = output.next().await {
                log.add(chunk.as_ref()).map_err(AgentsError::file(self.folder))?;
            }
            loop {
                match engine.ended(&id).await? {
                    Some(0) => return Ok(()),
                    Some(code) => {
                        let message = format!(
                            "the agent's folders cannot be made in the container (exit code {code}); run.log says why"
                        );
                        return Err(AgentsError::Machine(message));
                    }
                    None => sleep(TICK).await,
                }
            }
        };
        let late = |_| AgentsError::Machine("the agent's folders are not made after five minutes".into());
        timeout(PREPARING, done).await.map_err(late)?
    }

    /// Looks after an agent until it has ended.
    async fn watched(
        &self,
        container: &str,
        execution: Execution,
        conditions: &Conditions,
        log: &mut RunLog,
    ) -> Result<End, AgentsError> {
        let Setup { engine, progress, bounds, .. } = *self.setup;
        let Execution { id, mut output } = execution;
        let begun = Instant::now();
        let limit = conditions.time_limit.map(|limit| begun + Duration::from_secs(limit));
        let every = Duration::from_secs(conditions.collect_every);
        let mut watch = Watch { asked: None, killed: None };
        let (mut is_open, mut next_look, mut next_collection) = (true, begun + DISK, begun + every);
        let mut collection: Option<Collection<'_>> = None;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let exit_code = loop {
            tokio::select! {
                chunk = output.next(), if is_open => {
                    match chunk {
                        Some(Ok(chunk)) => log.add(chunk.as_ref()).map_err(AgentsError::file(self.folder))?,
                        Some(Err(_)) | None => is_open = false,
                    }
                    continue;
                }
                collected = async { match &mut collection { Some(collection) => collection.as_mut().await, None => Ok(Vec::new()) } },
                    if collection.is_some() => {
                    collection = None;
                    // The last one is told.
                    drop(collected);
                    next_collection = Instant::now() + every;
                    continue;
                }
                _ = tick.tick() => {}
            }
            if let Some(code) = engine.ended(&id).await? {
                break Some(code);
            }
            let now = Instant::now();
            if watch.asked.is_none() {
                if progress.cancelled() {
                    watch.asked = Some((Outcome::Interrupted, now));
                } else if limit.is_some_and(|limit| now >= limit) {
                    watch.asked = Some((Outcome::TimeLimit, now));
                }
                if watch.asked.is_some() {
                    // The first process of the container hands it on to all others.
                    engine.signal(container, "SIGTERM").await?;
                }
            }
            if let Some(disk) = conditions.disk.filter(|_| now >= next_look && watch.killed.is_none()) {
                let looked = timeout(Duration::from_secs(30), engine.state(container, true)).await;
                if looked.is_ok_and(|state| state.is_ok_and(|state| state.written > Some(disk))) {
                    watch.asked = Some((Outcome::DiskLimit, now));
                    watch.kill(engine, container).await?;
                }
                next_look = Instant::now() + DISK;
            }
            let grace = Duration::from_secs(conditions.grace);
            if watch.asked.is_some_and(|(_, asked)| now >= asked + grace) && watch.killed.is_none() {
                watch.kill(engine, container).await?;
            }
            if watch.killed.is_some_and(|killed| now >= killed + DYING) {
                break None;
            }
            if collection.is_none() && now >= next_collection && watch.asked.is_none() {
                collection = Some(Box::pin(collect(engine, container, self.folder, &FOLDERS[..1], bounds)));
            }
        };
        let seconds = begun.elapsed().as_secs_f64();
        let rest = async {
            while let Some(Ok(chunk)) = output.next().await {
                log.add(chunk.as_ref()).map_err(AgentsError::file(self.folder))?;
            }
            Ok(())
        };
        // Whatever still holds the output open is no part of the agent.
        timeout(Duration::from_secs(2), rest).await.unwrap_or(Ok(()))?;
        if let Some(collection) = collection {
            // Two of them at a time would be in each other's way.
            let _ = timeout(DYING, collection).await;
        }
        let state = engine.state(container, false).await.unwrap_or_default();
        Ok(watch.end(exit_code, state.lacked_memory, seconds, conditions))
    }

    /// Removes the container. One that stays is found by its label.
    async fn cleaned_up(&self, container: &str) {
        let engine = self.setup.engine;
        let cleaned = if self.setup.group.metadata().conditions.retain {
            stopped(engine, container).await
        } else {
            engine.remove(container).await
        };
        if let Err(error) = cleaned {
            self.setup.progress.note(&format!("{}: {error}", self.run));
        }
    }
}

/// What was done to end an agent.
struct Watch {
    /// It was asked to end, and why.
    asked: Option<(Outcome, Instant)>,
    /// Its container was killed.
    killed: Option<Instant>,
}

impl Watch {
    async fn kill(&mut self, engine: &Engine, container: &str) -> Result<(), AgentsError> {
        self.killed = Some(Instant::now());
        engine.signal(container, "SIGKILL").await
    }

    fn end(&self, exit_code: Option<i64>, lacked_memory: bool, seconds: f64, conditions: &Conditions) -> End {
        let by_force =
            if self.killed.is_some() { ", and had to be killed" } else { ", and ended in the time of grace" };
        let (outcome, why) = match (self.asked, exit_code) {
            (Some((Outcome::TimeLimit, _)), _) => {
                let limit = conditions.time_limit.unwrap_or_default();
                (Outcome::TimeLimit, Some(format!("it reached the limit of {limit} s{by_force}")))
            }
            (Some((Outcome::DiskLimit, _)), _) => {
                let limit = conditions.disk.unwrap_or_default();
                (Outcome::DiskLimit, Some(format!("its container wrote more than {limit} bytes")))
            }
            (Some((outcome, _)), _) => (outcome, Some(format!("all runs were asked to end{by_force}"))),
            (None, Some(0)) => {
                (Outcome::Finished, lacked_memory.then(|| "a process of it was ended for want of memory".into()))
            }
            (None, Some(code)) if lacked_memory => {
                (Outcome::MemoryLimit, Some(format!("it lacked memory, and ended with the exit code {code}")))
            }
            (None, Some(code)) => (Outcome::Failed, Some(format!("it ended with the exit code {code}"))),
            (None, None) => (Outcome::Machine, Some("the engine does not tell how it ended".into())),
        };
        End { outcome, exit_code: exit_code.filter(|_| self.killed.is_none()), why, seconds }
    }
}

fn proxy_variables() -> impl Iterator<Item = String> {
    let proxy = format!("http://localhost:{}", PROXY.1);
    let to_proxy = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map(|name| format!("{name}={proxy}"));
    let not = ["no_proxy", "NO_PROXY"].map(|name| format!("{name}=localhost,127.0.0.1"));
    to_proxy.into_iter().chain(not)
}

/// Kills a container, so that nothing changes any more while what it left is taken in, and waits for its end.
pub(crate) async fn stopped(engine: &Engine, container: &str) -> Result<(), AgentsError> {
    engine.signal(container, "SIGKILL").await?;
    let begun = Instant::now();
    while engine.state(container, false).await?.runs {
        if begun.elapsed() > DYING {
            let message = format!("container {container} was killed, and still runs after a minute");
            return Err(AgentsError::Engine { what: "end a container".into(), message });
        }
        sleep(TICK).await;
    }
    Ok(())
}
