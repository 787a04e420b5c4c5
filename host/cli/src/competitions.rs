//! `assay competitions`: what can be graded.

use assay_types::competition::Competition;
use clap::{Args, Subcommand};

use super::global::GlobalArguments;
use super::output::{self, Format};
use super::{Ended, Failure};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only those of one split, such as `low`.
    #[arg(long)]
    split: Option<String>,
    /// The form of the list [default: a table on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

#[derive(Subcommand)]
enum Command {
    /// Show one competition: its contract, its grader, its leaderboard.
    Show {
        /// The competition.
        competition_id: String,
        /// The form [default: TOML on a terminal, JSON elsewhere].
        #[arg(long)]
        format: Option<Format>,
    },
    /// Print the JSON schema of competition.toml.
    Schema,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let competitions = global.competitions()?;
    match &arguments.command {
        Some(Command::Schema) => output::json(&schemars::schema_for!(Competition))?,
        Some(Command::Show { competition_id, format }) => {
            let competition = competitions.get(competition_id).map_err(Failure::call)?;
            match Format::or_by_terminal(*format) {
                Format::Json => output::json(&*competition)?,
                // People get the file as it stands, with its comments.
                Format::Table => output::text(competitions.text(competition_id).map_err(Failure::call)?.trim_end())?,
            }
        }
        None => {
            let listed = competitions.of_split(arguments.split.as_deref()).map_err(Failure::call)?;
            let listed: Vec<&Competition> = listed.iter().map(|competition| &**competition).collect();
            match Format::or_by_terminal(arguments.format) {
                Format::Json => output::json(&listed)?,
                Format::Table => output::table(
                    &["competition", "splits", "grader", "better", "gold", "silver", "bronze", "median"],
                    listed.into_iter().map(row),
                )?,
            }
        }
    }
    Ok(Ended::Fine)
}

fn row(competition: &Competition) -> Vec<String> {
    let board = competition.leaderboard.as_ref();
    let better = board.map_or_else(String::new, |board| board.direction.to_string());
    let thresholds =
        board.map(|board| [board.gold, board.silver, board.bronze, board.median].map(|one| one.to_string()));
    let grader = competition.grader.source.as_ref().unwrap_or(&competition.grader.component);
    [competition.id.clone(), competition.splits.join(" "), grader.clone(), better]
        .into_iter()
        .chain(thresholds.unwrap_or_default())
        .collect()
}
