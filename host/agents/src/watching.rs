//! Looking after an agent: what it writes, how long it runs, how much it takes, and how it is made to end.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::AgentsError;
use crate::collecting::{Collected, FOLDERS, collect};
use crate::engine::{Engine, Execution};
use crate::life::{DYING, Setup, TICK};
use crate::metadata::{Conditions, Outcome};
use crate::output::RunLog;

/// How often it is asked how much was written, and how long that may take.
const DISK: Duration = Duration::from_secs(5);
const LOOKING: Duration = Duration::from_secs(30);

/// What takes a submission in while its agent runs.
type Collection<'a> = Pin<Box<dyn Future<Output = Result<Collected, AgentsError>> + 'a>>;

/// How an agent ended.
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    pub(crate) exit_code: Option<i64>,
    pub(crate) why: Option<String>,
    pub(crate) seconds: f64,
}

/// Looks after an agent until it has ended.
pub(crate) async fn watched(
    setup: &Setup<'_>,
    folder: &Path,
    container: &str,
    execution: Execution,
    conditions: &Conditions,
    log: &mut RunLog,
) -> Result<End, AgentsError> {
    let Setup { engine, progress, bounds, .. } = *setup;
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
                    Some(Ok(chunk)) => log.add(chunk.as_ref()).map_err(AgentsError::file(folder))?,
                    Some(Err(_)) | None => is_open = false,
                }
                continue;
            }
            collected = async { match &mut collection { Some(collection) => collection.as_mut().await, None => Ok(Collected::default()) } },
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
            let looked = timeout(LOOKING, engine.state(container, true)).await;
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
            collection = Some(Box::pin(collect(engine, container, folder, &FOLDERS[..1], bounds)));
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    let rest = async {
        while let Some(Ok(chunk)) = output.next().await {
            log.add(chunk.as_ref()).map_err(AgentsError::file(folder))?;
        }
        Ok(())
    };
    // Whatever still holds the output open is no part of the agent.
    timeout(Duration::from_secs(2), rest).await.unwrap_or(Ok(()))?;
    if let Some(collection) = collection {
        // Two of them at a time would be in each other's way.
        let _ = timeout(DYING, collection).await;
    }
    Ok(watch.end(exit_code, seconds, conditions))
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

    fn end(&self, exit_code: Option<i64>, seconds: f64, conditions: &Conditions) -> End {
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
            (None, Some(0)) => (Outcome::Finished, None),
            (None, Some(code)) => (Outcome::Failed, Some(format!("it ended with the exit code {code}"))),
            (None, None) => (Outcome::Machine, Some("the engine does not tell how it ended".into())),
        };
        End { outcome, exit_code: exit_code.filter(|_| self.killed.is_none()), why, seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::tests::conditions;

    #[test]
    fn an_end_is_what_led_to_it() {
        let now = Instant::now();
        let of = |asked: Option<Outcome>, killed: bool, exit_code: Option<i64>| {
            let watch = Watch { asked: asked.map(|outcome| (outcome, now)), killed: killed.then_some(now) };
            let End { outcome, exit_code, why, .. } = watch.end(exit_code, 1.0, &conditions(1));
            (outcome, exit_code, why.unwrap_or_default())
        };
        assert_eq!(of(None, false, Some(0)), (Outcome::Finished, Some(0), String::new()));
        assert_eq!(of(None, false, Some(3)), (Outcome::Failed, Some(3), "it ended with the exit code 3".into()));
        let (outcome, code, why) = of(Some(Outcome::TimeLimit), false, Some(0));
        assert_eq!((outcome, code), (Outcome::TimeLimit, Some(0)));
        assert_eq!(why, "it reached the limit of 60 s, and ended in the time of grace");
        let (outcome, code, why) = of(Some(Outcome::TimeLimit), true, Some(137));
        assert_eq!((outcome, code), (Outcome::TimeLimit, None));
        assert!(why.ends_with("and had to be killed"), "{why}");
        assert_eq!(of(Some(Outcome::DiskLimit), true, None).0, Outcome::DiskLimit);
        assert_eq!(of(Some(Outcome::Interrupted), true, Some(137)).0, Outcome::Interrupted);
        assert_eq!(of(None, false, None).0, Outcome::Machine);
    }
}
