//! The life of one run: its checker, its container, its agent within limits, and what it left.
//!
//! Whatever fails here is this run's own and ends it alone. What is known of it is on the disk before the next step is taken.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout};

use crate::agent::Agent;
use crate::checker::{Checker, CheckerProgram};
use crate::collecting::{Collected, FOLDERS, collect};
use crate::engine::{Engine, Execution, Spec};
use crate::forwarder::{self, CHECKER, MOUNT, PROXY};
use crate::group::Group;
use crate::intake::Bounds;
use crate::metadata::{Conditions, Network, Outcome, Run, State};
use crate::output::{self, RunLog};
use crate::proxy::{AllowList, Proxy};
use crate::relay::Relay;
use crate::watching::watched;
use crate::{AgentsError, timestamp};

/// The label that a container has of its group.
pub const GROUP: &str = "assay.group";

/// The label that it has of its group's folder.
pub(crate) const FOLDER: &str = "assay.folder";

/// The label that it has of its run, and that of the attempt.
pub const RUN: &str = "assay.run";
pub(crate) const ATTEMPT: &str = "assay.attempt";

/// Who an agent is in its container, and what is started.
const USER: &str = "nonroot";
const START: &str = "/home/agent/start.sh";

/// Looks whether the image has what is started, and who starts it; then makes an agent's home writable to it, but for the data, as the
/// reference does when a container starts.
const PREPARE: &str = "[ -f /home/agent/start.sh ] || exit 91; user=; \
    while IFS=: read -r name rest; do [ \"$name\" != nonroot ] || user=$name; done < /etc/passwd; [ -n \"$user\" ] || exit 92; \
    mkdir -p /home/submission /home/logs /home/code; find /home -path /home/data -prune -o -exec chmod a+rw {} +; true";

/// What is said of an image that lacks that.
const NO_START: &str = "the image has no /home/agent/start.sh: its Dockerfile has to copy the agent's folder there, `COPY . ${AGENT_DIR}` below \
    `ARG AGENT_DIR`";
const NO_USER: &str = "the image has no user `nonroot`, who agents are: its Dockerfile has to add one, `RUN useradd --create-home nonroot`";

/// How long that may take.
const PREPARING: Duration = Duration::from_secs(300);

/// How often an agent is looked after.
pub(crate) const TICK: Duration = Duration::from_millis(250);

/// How long a container that was killed may take to end.
pub(crate) const DYING: Duration = Duration::from_secs(60);

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
        if let Some(outcome) = earlier.outcome {
            let (attempt, outcome) = (earlier.attempts, outcome.name());
            run.notes.push(format!("attempt {attempt} ended so: {outcome}; what it left is in attempt-{attempt}"));
        }
    })?;
    setup.progress.changed(run, &begun);
    let folder = group.run_folder(run);
    let mut log = RunLog::open(&folder, output::MAX_BYTES).map_err(AgentsError::file(&folder))?;
    let sockets = sockets(setup, run, begun.attempts);
    let attempt = Attempt { setup, run, number: begun.attempts, folder: &folder, sockets: &sockets };
    let mut container = None;
    let ended = match attempt.carried_out(&begun.competition_id, &mut log, &mut container).await {
        Ok(()) => group.change(run, ended)?,
        Err(error) => {
            // What stands in a log is not lost by a log that cannot be written.
            let _ = log.say(&format!("error: {error}"));
            group.change(run, |run| {
                if run.state == State::Collecting {
                    // The agent's work is done, and still in its container.
                    run.notes.push(format!("what it left could not be taken in: {error}"));
                } else {
                    run.outcome = Some(Outcome::Machine);
                    run.why = Some(error.to_string());
                    ended(run);
                }
            })?
        }
    };
    if ended.state == State::Collecting {
        let notes = ended.notes.last().map(String::as_str).unwrap_or_default();
        setup.progress.note(&format!("{run}: {notes}; its container is kept, and --resume tries again"));
    } else if let Some(container) = container {
        attempt.cleaned_up(&container).await;
    }
    let _ = fs::remove_dir_all(&sockets);
    setup.progress.changed(run, &ended);
    Ok(ended)
}

/// The folder that is mounted into the container of an attempt at a run.
pub(crate) fn sockets(setup: &Setup<'_>, run: &str, attempt: u32) -> PathBuf {
    // The path of a socket has 107 bytes at most: a run's own name would leave little of them for the folder.
    let place = setup.group.metadata().runs.iter().position(|(id, _)| id == run).unwrap_or_default();
    setup.sockets.join(format!("{place}-{attempt}"))
}

fn ended(run: &mut Run) {
    run.state = State::Ended;
    run.success = Some(run.outcome == Some(Outcome::Finished));
    run.ended_at = Some(timestamp::now());
}

/// The kernel ended a process of a run for want of memory. Only a run that did not end well ended of that.
pub(crate) fn for_want_of_memory(run: &mut Run) {
    match (run.outcome, run.exit_code) {
        (Some(Outcome::Failed), Some(code)) => {
            run.outcome = Some(Outcome::MemoryLimit);
            run.why = Some(format!("it lacked memory, and ended with the exit code {code}"));
        }
        _ => run.notes.push("a process of it was ended for want of memory".into()),
    }
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
        let end = watched(self.setup, self.folder, &container, execution, &conditions, log).await?;
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
        let Collected { notes, .. } = collect(engine, &container, self.folder, FOLDERS, self.setup.bounds).await?;
        for note in &notes {
            log.say(&format!("note: {note}")).map_err(said)?;
        }
        // Some engines tell that only of a container that has ended.
        let lacked_memory = engine.state(&container).await?.lacked_memory;
        group.change(self.run, |run| {
            run.notes.extend(notes);
            if lacked_memory {
                for_want_of_memory(run);
            }
        })?;
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
        let folder = self.setup.group.folder();
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let labels = [
            (GROUP, conditions.group_id.clone()),
            (FOLDER, folder.display().to_string()),
            (RUN, self.run.to_owned()),
            (ATTEMPT, self.number.to_string()),
        ];
        // As the reference names them, with the run instead of another random number.
        let uuid = self.run.rsplit('_').next().unwrap_or_default().replace('-', "");
        let again = if self.number > 1 { format!("-{}", self.number) } else { String::new() };
        Spec {
            name: format!("competition-{}-{}-{uuid}{again}", self.competition_id(), timestamp::now()),
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
                    Some(91) => return Err(AgentsError::Machine(NO_START.into())),
                    Some(92) => return Err(AgentsError::Machine(NO_USER.into())),
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
    while engine.state(container).await?.runs {
        if begun.elapsed() > DYING {
            let message = format!("container {container} was killed, and still runs after a minute");
            return Err(AgentsError::Engine { what: "end a container".into(), message });
        }
        sleep(TICK).await;
    }
    Ok(())
}
