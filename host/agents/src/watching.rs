//! Looking after an agent: what it writes, how long it runs, how much it takes, and how it is made to end.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::AgentsError;
use crate::collecting::{Collected, FOLDERS, collect};
use crate::engine::{Engine, Execution, Written};
use crate::life::{DYING, Setup, TICK};
use crate::metadata::{Conditions, Outcome};
use crate::output::RunLog;

/// How often it is asked how much was written. Where the answer takes long, four times as long passes before the next question.
const DISK: Duration = Duration::from_secs(5);

/// How many times as long as it took to count the files passes before they are counted again: engines look through all of the image for it,
/// and are not to spend more than a twentieth of their time on that.
const COUNTED: u32 = 20;

/// How long an answer may be late. A limit that cannot be measured is not held up, so that the run is ended.
const UNMEASURED: Duration = Duration::from_secs(300);

/// What a limit of the disk has for each file and folder, in bytes: ext4 has an inode for as many, if it is not told otherwise.
const FILE: u64 = 16 << 10;

/// What takes a submission in while its agent runs.
type Collection<'a> = Pin<Box<dyn Future<Output = Result<Collected, AgentsError>> + 'a>>;

/// What asks how much was written.
type Measure<'a> = Pin<Box<dyn Future<Output = Result<Written, AgentsError>> + 'a>>;

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
    let mut watch = Watch { asked: None, killed: None, why: None };
    let (mut is_open, mut next_collection) = (true, begun + every);
    let mut collection: Option<Collection<'_>> = None;
    let (mut measure, mut next_measure): (Option<(Instant, Measure<'_>)>, Instant) = (None, begun + DISK);
    let (mut next_count, mut measure_due) = (next_measure, next_measure + UNMEASURED);
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
            measured = async { match &mut measure { Some((_, measure)) => measure.as_mut().await, None => Ok(Written::default()) } },
                if measure.is_some() => {
                let now = Instant::now();
                let took = measure.take().map_or(Duration::ZERO, |(asked, _)| now - asked);
                next_measure = now + DISK.max(took * 4);
                if let Ok(written) = measured {
                    measure_due = next_measure + UNMEASURED;
                    if written.files.is_some() {
                        (next_measure, next_count) = (now + DISK, now + DISK.max(took * COUNTED));
                    }
                    watch.why = conditions.disk.and_then(|disk| over(written, disk));
                }
                if watch.why.is_some() && watch.killed.is_none() {
                    watch.asked = Some((Outcome::DiskLimit, now));
                    watch.kill(engine, container).await?;
                }
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
        if let Some(disk) = conditions.disk.filter(|_| watch.killed.is_none()) {
            if now >= measure_due {
                watch.asked.get_or_insert((Outcome::Machine, now));
                watch.kill(engine, container).await?;
            } else if measure.is_none() && now >= next_measure {
                let files = (now >= next_count).then_some(disk / FILE);
                measure = Some((now, Box::pin(engine.written(container, files))));
            }
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
    /// What it wrote too much of, in words.
    why: Option<String>,
}

/// What a container wrote more of than a limit of so many bytes allows, in words.
fn over(written: Written, disk: u64) -> Option<String> {
    let files = disk / FILE;
    if written.bytes > disk {
        Some(format!("its container wrote more than {disk} bytes"))
    } else if written.files > Some(files) {
        Some(format!(
            "its container made or changed more than {files} files and folders; a limit of {disk} bytes has one for each {FILE}"
        ))
    } else {
        None
    }
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
            (Some((Outcome::DiskLimit, _)), _) => (Outcome::DiskLimit, self.why.clone()),
            (Some((Outcome::Machine, _)), _) => {
                let late = UNMEASURED.as_secs();
                let why = format!(
                    "the engine did not tell for {late} s how much the container wrote, so that --disk did not hold"
                );
                (Outcome::Machine, Some(why))
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
            let asked = asked.map(|outcome| (outcome, now));
            let watch = Watch { asked, killed: killed.then_some(now), why: Some("too much".into()) };
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
        assert_eq!(of(Some(Outcome::DiskLimit), true, None), (Outcome::DiskLimit, None, "too much".into()));
        assert!(of(Some(Outcome::Machine), true, None).2.contains("--disk did not hold"));
        assert_eq!(of(Some(Outcome::Interrupted), true, Some(137)).0, Outcome::Interrupted);
        assert_eq!(of(None, false, None).0, Outcome::Machine);
    }

    #[test]
    fn a_limit_has_files_as_a_file_system_has() {
        // `mke2fs -t ext4` of e2fsprogs 1.47 gives 2 GiB 131,072 inodes.
        let of = |bytes: u64, files: u64| over(Written { bytes, files: Some(files) }, 2 << 30);
        assert_eq!(of(2 << 30, 131_072), None);
        assert_eq!(of((2 << 30) + 1, 0).unwrap(), "its container wrote more than 2147483648 bytes");
        assert!(of(0, 131_073).unwrap().contains("more than 131072 files and folders"));
    }
}
