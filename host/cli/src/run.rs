//! `assay run`: agents in containers, from an agent's folder to what its runs left.

mod build;
mod card;
mod competitions;
mod prune;
mod shown;
mod start;
mod status;

use clap::{Args, Subcommand};

use super::global::GlobalArguments;
use super::{Ended, Failure};

/// Run an agent on competitions, each run in a container of its own that holds no answers.
///
/// Agents are the reference's: a folder with a config.yaml and a start.sh, and an image of the folder's name. Runs are folders below
/// --runs-dir, and `assay collect` makes a list of them that is graded. It can be stopped at any time: --resume goes on. The exit code is 1 if
/// an agent failed or reached a limit, and 3 if the engine or the machine did.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    start: start::Arguments,
}

#[derive(Subcommand)]
enum Command {
    Build(build::Arguments),
    Prune(prune::Arguments),
    Status(status::Arguments),
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    match &arguments.command {
        Some(Command::Build(arguments)) => build::run(arguments),
        Some(Command::Prune(arguments)) => prune::run(arguments),
        Some(Command::Status(arguments)) => status::run(arguments),
        None => start::run(&arguments.start, global),
    }
}

/// Whose fault it is that agents cannot be run.
fn failure(error: assay_agents::AgentsError) -> Failure {
    if error.is_host_fault() { Failure::program(error) } else { Failure::Call(error.into()) }
}
