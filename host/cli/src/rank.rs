//! `assay rank`: where a score would stand.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use assay::standings_file::StandingsFile;
use assay_types::Direction;
use assay_types::competition::Leaderboard;
use assay_types::medal;
use clap::Args;
use serde::Serialize;

use super::global::{DataArguments, GlobalArguments};
use super::leaderboards::LeaderboardArguments;
use super::output::{self, Format};
use super::{Ended, Failure};

/// Tell where a score would stand on a competition's leaderboard: position, percentile, medal.
///
/// A full leaderboard has to be at hand: named, in a folder of leaderboards, or beside the data. The score is rounded to 5 decimals, as in
/// reports.
#[derive(Args)]
pub(super) struct Arguments {
    /// The competition, as `assay competitions` lists it.
    competition_id: String,
    /// The score.
    #[arg(allow_negative_numbers = true)]
    score: f64,
    /// The leaderboard: a CSV file with a line a team, in the order of the ranks, and a column `score`.
    #[arg(long, value_name = "FILE", conflicts_with = "leaderboards")]
    leaderboard: Option<PathBuf>,
    #[command(flatten)]
    leaderboards: LeaderboardArguments,
    #[command(flatten)]
    data: DataArguments,
    /// The form [default: a table on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// Where a score would stand.
#[derive(Serialize)]
struct Rank {
    competition_id: String,
    score: f64,
    #[serde(rename = "is_lower_better")]
    direction: Direction,
    /// The best rank that a team with this score could have, from 1.
    position: usize,
    /// How many teams have the same score.
    tied: usize,
    /// The teams with a score.
    ranked: usize,
    /// The teams of the leaderboard.
    teams: usize,
    /// How many percent of the teams with a score are worse; half of those with the same score count.
    percentile: f64,
    medal: String,
    above_median: bool,
    thresholds: Leaderboard,
    /// SHA-256 of the leaderboard's file.
    leaderboard: String,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    if !arguments.score.is_finite() {
        return Err(Failure::Call(anyhow!("the score {} is no finite number, so it has no rank", arguments.score)));
    }
    let competitions = global.competitions()?;
    let id = &arguments.competition_id;
    let competition = competitions.get(id).map_err(Failure::call)?;
    let path = match &arguments.leaderboard {
        Some(path) => path.clone(),
        None => arguments
            .leaderboards
            .path(id, &arguments.data.open()?)
            .with_context(|| {
                format!(
                    "there is no full leaderboard of `{id}` at hand, and thresholds tell no rank: name one by --leaderboard FILE, \
                     a folder of them by --leaderboards DIR, or put it beside the data as {id}/leaderboard.csv"
                )
            })
            .map_err(Failure::Call)?,
    };
    let file = StandingsFile::read(&path).map_err(Failure::call)?;
    let thresholds = file.leaderboard(&competition).map_err(Failure::call)?;
    let direction = thresholds.direction;
    let score = medal::rounded(arguments.score, medal::SCORE_DECIMALS);
    if let Err(error) = file.standings.ordered(direction) {
        output::message(&format!(
            "warning: {}: {error}; the position is by scores, the thresholds by lines",
            path.display()
        ));
    }
    let place = file.standings.place(score, direction);
    let medals = medal::award(score, &thresholds);
    let rank = Rank {
        competition_id: id.clone(),
        score,
        direction,
        position: place.position(),
        tied: place.equal,
        ranked: place.better + place.equal + place.worse,
        teams: file.standings.teams(),
        percentile: place.percentile(),
        medal: medals.to_string(),
        above_median: medals.above_median,
        thresholds,
        leaderboard: file.sha256,
    };
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&rank)?,
        Format::Table => output::table(&[], rows(&rank))?,
    }
    Ok(Ended::Fine)
}

fn rows(rank: &Rank) -> Vec<Vec<String>> {
    let board = &rank.thresholds;
    [
        ("competition", rank.competition_id.clone()),
        ("score", format!("{} ({} is better)", rank.score, rank.direction)),
        ("position", format!("{} of {}, with {} at the same score", rank.position, rank.ranked, rank.tied)),
        ("percentile", format!("{:.1}", rank.percentile)),
        ("medal", rank.medal.clone()),
        ("above median", if rank.above_median { "yes" } else { "no" }.into()),
        ("gold", board.gold.to_string()),
        ("silver", board.silver.to_string()),
        ("bronze", board.bronze.to_string()),
        ("median", board.median.to_string()),
        ("leaderboard", format!("sha256 {}", rank.leaderboard)),
    ]
    .map(|(name, value)| vec![name.to_owned(), value])
    .to_vec()
}
