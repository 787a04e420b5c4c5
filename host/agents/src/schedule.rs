//! All runs of a group: so many at a time, each for itself, and at the end no container that should not be there.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;

use futures_util::future::join_all;

use crate::AgentsError;
use crate::collecting::{FOLDERS, collect};
use crate::life::GROUP;
use crate::life::{ATTEMPT, RUN, Setup, for_want_of_memory, live, sockets, stopped};
use crate::metadata::{Outcome, Run, State};

/// Runs what is due of a group, `workers` runs at a time, in order. Containers that an earlier process left are dealt with first.
///
/// # Errors
///
/// If the engine cannot be asked what it has of the group, or its metadata cannot be written.
pub async fn run(setup: &Setup<'_>, workers: usize) -> Result<(), AgentsError> {
    recover(setup).await?;
    let runs = setup.group.metadata().runs;
    let due: VecDeque<String> = runs.into_iter().filter(|(_, run)| run.is_due()).map(|(id, _)| id).collect();
    let due = RefCell::new(due);
    let next = || if setup.progress.cancelled() { None } else { due.borrow_mut().pop_front() };
    let worker = async || {
        while let Some(run) = next() {
            live(setup, &run).await?;
        }
        Ok(())
    };
    let ended = join_all((0..workers.max(1)).map(|_| worker())).await;
    // Of an engine that made a container after it was no longer asked for.
    swept(setup).await?;
    ended.into_iter().collect()
}

/// Takes in what an earlier process left: runs that had ended are finished, others are to be begun again, which they say.
async fn recover(setup: &Setup<'_>) -> Result<(), AgentsError> {
    let metadata = setup.group.metadata();
    let containers = setup.engine.labelled(GROUP, Some(&metadata.conditions.group_id), false).await?;
    for (id, run) in &metadata.runs {
        if matches!(run.state, State::Waiting | State::Ended) {
            continue;
        }
        let attempt = run.attempts.to_string();
        let container = containers.iter().find(|found| {
            found.labels.get(RUN) == Some(id) && found.labels.get(ATTEMPT).is_some_and(|found| *found == attempt)
        });
        let is_whole = match container {
            Some(container) => {
                // The engine mounts all that a container has to look into it, and this folder went with the earlier process's.
                let sockets = sockets(setup, id, run.attempts);
                fs::create_dir_all(&sockets).map_err(AgentsError::file(&sockets))?;
                let taken = taken(setup, id, &container.id).await;
                let _ = fs::remove_dir_all(&sockets);
                taken
            }
            None => false,
        };
        if is_whole && run.state == State::Collecting {
            let lacked_memory = match container {
                Some(container) => setup.engine.state(&container.id).await?.lacked_memory,
                None => false,
            };
            let finished = setup.group.change(id, |run| {
                if lacked_memory {
                    for_want_of_memory(run);
                }
                run.state = State::Ended;
                run.success = Some(run.outcome == Some(Outcome::Finished));
                run.ended_at = Some(crate::timestamp::now());
            })?;
            setup.progress.changed(id, &finished);
            continue;
        }
        let cut_short = setup.group.change(id, cut_short)?;
        setup.progress.changed(id, &cut_short);
    }
    swept(setup).await
}

/// A run that an earlier process did not bring to its end.
fn cut_short(run: &mut Run) {
    run.notes.push(format!(
        "attempt {0} was cut short while it was {1}; what it left is in attempt-{0}",
        run.attempts,
        run.state.name()
    ));
    run.state = State::Waiting;
    run.outcome = None;
    run.success = None;
}

/// Takes in what a container holds; false if that is not all, or fails, which is told.
async fn taken(setup: &Setup<'_>, run: &str, container: &str) -> bool {
    let collected = async {
        stopped(setup.engine, container).await?;
        // A part that was left would stand in the way of what comes now.
        setup.group.clear(run)?;
        collect(setup.engine, container, &setup.group.run_folder(run), FOLDERS, setup.bounds).await
    };
    match collected.await {
        Ok(collected) => !collected.lacks,
        Err(error) => {
            setup.progress.note(&format!("{run}: {error}"));
            false
        }
    }
}

/// Removes the group's containers but for those that are of use: of runs that have ended, if they are to be retained, and of runs that could
/// not be brought to their end, which are stopped.
async fn swept(setup: &Setup<'_>) -> Result<(), AgentsError> {
    let metadata = setup.group.metadata();
    for found in setup.engine.labelled(GROUP, Some(&metadata.conditions.group_id), false).await? {
        let of_last_attempt = metadata.runs.iter().find(|(id, run)| {
            let attempt = run.attempts.to_string();
            found.labels.get(RUN) == Some(id) && found.labels.get(ATTEMPT) == Some(&attempt)
        });
        match of_last_attempt.map(|(_, run)| run.state) {
            Some(State::Ended) if metadata.conditions.retain => {}
            Some(State::Starting | State::Running | State::Collecting) => stopped(setup.engine, &found.id).await?,
            _ => setup.engine.remove(&found.id).await?,
        }
    }
    Ok(())
}
