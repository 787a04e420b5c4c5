//! Many calls, so many of them at a time.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::answer::Answer;
use crate::model::{Failed, Model};
use crate::prompt::Call;

/// How many calls in a row may find the server out of reach before no more are made.
const OUT_OF_REACH: u32 = 5;

/// Why not all calls were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was to stop.
    Stopped,
    /// Until the user changes something, none has an answer.
    User(String),
    /// The server cannot be used for now.
    Machine(String),
}

/// Makes calls, on so many threads. Each answer is told to `done` as it comes, with the id of its call; so is why a call has none. It stops
/// when `stop` says so, or when no call would have an answer; calls that are under way then are finished.
///
/// # Errors
///
/// If not all calls were made.
pub fn ask(
    model: &Model,
    calls: impl Iterator<Item = Call> + Send,
    at_a_time: usize,
    stop: &(dyn Fn() -> bool + Sync),
    mut done: impl FnMut(&str, Result<Answer, String>),
) -> Result<(), Ended> {
    let (ended, out_of_reach) = (AtomicBool::new(false), AtomicU32::new(0));
    let stopped = || stop() || ended.load(Ordering::SeqCst);
    let stopped: &(dyn Fn() -> bool + Sync) = &stopped;
    let (give, take) = sync_channel::<Call>(1);
    let (tell, told) = channel();
    let take = Arc::new(Mutex::new(take));
    let mut why = None;
    thread::scope(|scope| {
        scope.spawn(move || {
            for call in calls {
                // Nobody takes any more.
                if give.send(call).is_err() {
                    return;
                }
            }
        });
        for _ in 0..at_a_time.max(1) {
            let (take, tell) = (Arc::clone(&take), tell.clone());
            let (ended, out_of_reach) = (&ended, &out_of_reach);
            scope.spawn(move || {
                while let Some(call) = next(&take).filter(|_| !stopped()) {
                    let mut answer = model.ask(&call, stopped);
                    if let Err(Failed::Server(said)) = &answer {
                        if out_of_reach.fetch_add(1, Ordering::SeqCst) + 1 >= OUT_OF_REACH {
                            let said = format!("{said}; {OUT_OF_REACH} calls in a row failed, so no more are made");
                            answer = Err(Failed::Machine(said));
                        }
                    } else {
                        out_of_reach.store(0, Ordering::SeqCst);
                    }
                    if matches!(answer, Err(Failed::User(_) | Failed::Machine(_))) {
                        ended.store(true, Ordering::SeqCst);
                    }
                    if tell.send((call.id, answer)).is_err() {
                        return;
                    }
                }
            });
        }
        // So that both channels end with the threads.
        drop((take, tell));
        for (id, answer) in told {
            let end = match answer {
                Ok(answer) => {
                    done(&id, Ok(answer));
                    continue;
                }
                Err(Failed::Call(said) | Failed::Server(said)) => {
                    done(&id, Err(said));
                    continue;
                }
                Err(Failed::User(said)) => Ended::User(said),
                Err(Failed::Machine(said)) => Ended::Machine(said),
                // Another call has why, or there is none but that it was to stop.
                Err(Failed::Stopped) => continue,
            };
            why.get_or_insert(end);
        }
    });
    match why {
        Some(end) => Err(end),
        None if stop() => Err(Ended::Stopped),
        None => Ok(()),
    }
}

fn next(take: &Mutex<Receiver<Call>>) -> Option<Call> {
    take.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
