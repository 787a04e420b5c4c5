//! One worker as its sandbox sees it: asked one thing at a time, and never waited for longer than it may take.

use std::io::{BufWriter, Write};
use std::process::{ChildStdin, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;

use super::process::{Process, Streams};
use super::program::WorkerProgram;
use super::protocol::{
    Answer, ProtocolError, Request, answer_bytes, code_bytes, read_bytes, read_header, write_header,
};
use super::tables;
use crate::engine::TICK;
use crate::fault::{Cancel, HostFault};
use crate::limits::Limits;
use crate::sanitize;
use crate::table::TableView;

/// How long a worker may take to read what it is sent, beside the time that the bytes take.
const SENDING: Duration = Duration::from_secs(60);

/// How many bytes a second a pipe takes at the very least.
const PIPE: u64 = 32 << 20;

/// A worker that waits for requests. It is killed when this is dropped.
pub(super) struct Worker {
    process: Process,
    requests: Sender<Asked>,
    events: Receiver<Event>,
    limits: Limits,
    /// How long it has been at work.
    busy: Duration,
}

/// What a worker is asked, and what follows the request.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) follows: Follows,
}

/// What follows a request.
pub(super) enum Follows {
    Nothing,
    Bytes(Arc<[u8]>),
    /// Tables of the contract's types.
    Tables(Vec<RecordBatch>),
}

impl Follows {
    fn bytes(&self) -> u64 {
        match self {
            Follows::Nothing => 0,
            Follows::Bytes(bytes) => bytes.len() as u64,
            Follows::Tables(tables) => {
                tables.iter().filter_map(|table| TableView::new(table).ok()).map(|table| table.bytes()).sum()
            }
        }
    }
}

/// What the thread that talks to the worker tells the one that asked.
enum Event {
    /// All of the request is in the pipe.
    Sent,
    /// This is the answer, and the machine code that follows it.
    Answered(Answer, Vec<u8>),
    /// There will be none.
    Failed(ProtocolError),
}

/// Why there is no answer. The worker is of no more use.
pub(super) enum Lost {
    /// The request was called off.
    Cancelled,
    /// It took longer than it may, to take the question or to answer it.
    TimedOut { asked: bool },
    /// The process ended by itself: how, and what it said last.
    Died(ExitStatus, String),
    /// It does not do what a worker does.
    Broke(String),
}

impl Worker {
    /// Starts a worker that has been asked nothing yet.
    pub(super) fn start(program: &WorkerProgram, limits: &Limits) -> Result<Self, HostFault> {
        let (process, streams) = Process::start(program, limits)?;
        let (requests, asked) = mpsc::channel();
        let (told, events) = mpsc::channel();
        let bounds = (answer_bytes(limits), code_bytes(limits));
        thread::Builder::new()
            .name("assay-worker".into())
            .spawn(move || talk(streams, &asked, &told, bounds))
            .map_err(|error| HostFault::Resources(format!("a thread for a worker: {error}")))?;
        Ok(Worker { process, requests, events, limits: limits.clone(), busy: Duration::ZERO })
    }

    /// How long it has been at work.
    pub(super) fn busy(&self) -> Duration {
        self.busy
    }

    /// True if its process has not ended meanwhile.
    pub(super) fn is_alive(&mut self) -> bool {
        self.process.is_alive()
    }

    /// Asks it, and waits so long for the answer, counted from when it has the question.
    pub(super) fn ask(&mut self, asked: Asked, time: Duration, cancel: &Cancel) -> Result<(Answer, Vec<u8>), Lost> {
        let start = Instant::now();
        let mut deadline = start + SENDING.min(time) + Duration::from_secs(asked.follows.bytes() / PIPE);
        let mut sent = false;
        if self.requests.send(asked).is_err() {
            return Err(self.lost(None));
        }
        loop {
            if cancel.is_cancelled() {
                return Err(Lost::Cancelled);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left.min(TICK)) {
                Ok(Event::Sent) => {
                    sent = true;
                    deadline = Instant::now() + time;
                }
                Ok(Event::Answered(answer, code)) => {
                    self.busy += start.elapsed();
                    return Ok((answer, code));
                }
                Ok(Event::Failed(error)) => return Err(self.lost(Some(&error))),
                Err(RecvTimeoutError::Disconnected) => return Err(self.lost(None)),
                Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
                Err(RecvTimeoutError::Timeout) => return Err(Lost::TimedOut { asked: sent }),
            }
        }
    }

    /// What became of a worker that there is no talking to any more.
    fn lost(&mut self, error: Option<&ProtocolError>) -> Lost {
        if let Some(error @ (ProtocolError::Length { .. } | ProtocolError::Malformed(_))) = error {
            return Lost::Broke(sanitize::text(&error.to_string(), &self.limits));
        }
        match self.process.end() {
            Some(status) => Lost::Died(status, self.process.last_words(&self.limits)),
            None => Lost::Broke("it closed its streams".into()),
        }
    }
}

/// Talks to a worker until nobody asks any more, or it fails. A worker that neither reads nor writes nor ends stops this thread alone.
fn talk(streams: Streams, asked: &Receiver<Asked>, told: &Sender<Event>, (answer, code): (u64, u64)) {
    let Streams { mut input, mut output } = streams;
    for asked in asked {
        let compiles = matches!(asked.request, Request::Compile { .. });
        let sent = send(&mut input, &asked);
        drop(asked);
        let event = match sent {
            Err(error) => Event::Failed(error),
            Ok(()) => {
                if told.send(Event::Sent).is_err() {
                    return;
                }
                match read_header(&mut output, answer) {
                    Ok(Some(Answer::Compiled { bytes })) if compiles => match read_bytes(&mut output, bytes, code) {
                        Ok(code) => Event::Answered(Answer::Compiled { bytes }, code),
                        Err(error) => Event::Failed(error),
                    },
                    Ok(Some(answer)) => Event::Answered(answer, Vec::new()),
                    Ok(None) => Event::Failed(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()),
                    Err(error) => Event::Failed(error),
                }
            }
        };
        let failed = matches!(event, Event::Failed(_));
        if told.send(event).is_err() || failed {
            return;
        }
    }
}

fn send(input: &mut ChildStdin, asked: &Asked) -> Result<(), ProtocolError> {
    let mut input = BufWriter::new(input);
    write_header(&mut input, &asked.request)?;
    match &asked.follows {
        Follows::Nothing => {}
        Follows::Bytes(bytes) => input.write_all(bytes)?,
        Follows::Tables(tables) => {
            for table in tables {
                let table = TableView::new(table).map_err(|error| ProtocolError::Malformed(error.to_string()))?;
                tables::send(&table, &mut input)?;
            }
        }
    }
    Ok(input.flush()?)
}
