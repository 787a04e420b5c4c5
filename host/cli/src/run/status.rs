//! `assay run status`: how far the runs of a group are.

use std::path::PathBuf;

use assay_agents::group;
use assay_agents::metadata::{Metadata, Outcome, Run, State};
use assay_types::counted;
use clap::Args;

use super::super::output::{self, Format};
use super::super::{Ended, Failure};

/// Show how far the runs of a group are, while it is run or afterwards.
#[derive(Args)]
pub(super) struct Arguments {
    /// The folder of the run group.
    group: PathBuf,
    /// The form of what is shown [default: a table on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    let metadata = group::read(&arguments.group).map_err(|error| Failure::Call(error.into()))?;
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&metadata)?,
        Format::Table => table(&metadata, group::is_had(&arguments.group))?,
    }
    Ok(Ended::Fine)
}

fn table(metadata: &Metadata, is_had: bool) -> Result<(), Failure> {
    let rows = metadata.runs.iter().map(|(id, run)| {
        let seconds = run.seconds.map(|seconds| format!("{seconds:.0}"));
        let uses = run.checker_uses.map(|uses| uses.to_string());
        vec![
            id.clone(),
            run.seed.to_string(),
            said(run),
            seconds.unwrap_or_default(),
            uses.unwrap_or_default(),
            run.attempts.to_string(),
            run.why.clone().unwrap_or_default(),
        ]
    });
    output::table(&["run", "seed", "state", "seconds", "checker", "attempts", "why"], rows)?;
    output::text(&summary(metadata, is_had))
}

/// How a run is, in one word.
pub(super) fn said(run: &Run) -> String {
    match (run.state, run.outcome) {
        (State::Ended, Some(outcome)) => outcome.name().to_owned(),
        (state, _) => state.name().to_owned(),
    }
}

/// How far a group is, in one line.
pub(super) fn summary(metadata: &Metadata, is_had: bool) -> String {
    let count = |is: fn(&Run) -> bool| metadata.runs.iter().filter(|(_, run)| is(run)).count();
    let ended = count(|run| run.state == State::Ended);
    let finished = count(|run| run.outcome == Some(Outcome::Finished) && run.state == State::Ended);
    let due = count(Run::is_due);
    let of = counted(metadata.runs.len(), "run", "runs");
    let process = match (is_had, due) {
        (true, _) => "a process runs it",
        (false, 0) => "it is done",
        (false, _) => "nothing runs it: `assay run --resume` goes on",
    };
    format!("{of}: {ended} ended, {finished} of them well; {process}")
}
