//! `assay aggregate`: figures over several runs of a benchmark.

use std::io::IsTerminal;
use std::path::PathBuf;

use assay::Competitions;
use assay_benchmark::aggregate::{Aggregate, Metric, SeedMetrics, per_seed};
use assay_benchmark::experiment;
use assay_benchmark::leaks::{Excluded, leaking};
use assay_benchmark::reading::GradingReport;
use assay_benchmark::row::{self, Row};
use assay_benchmark::seeds::{Seeds, Wanted};
use assay_benchmark::split::Split;
use assay_types::counted;
use assay_types::excerpt::{listed, names};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::global::GlobalArguments;
use super::output;
use super::reports::{bounded, known_issues, reports, split};
use super::{Ended, Failure};

/// Average grading reports over seeds, as the reference's script does.
///
/// Seeds are made of reports in the order of their names: the first entry of every competition is the first seed, and so on. Printed are the
/// shares of competitions with a submission, a valid one, a score above the median and medals: mean, standard error, and an interval of 95 %.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    seeds: SeedArguments,
    /// Leave out the competitions that are known to leak their answers, and show both figures. Entries of an edition that is corrected stay.
    #[arg(long)]
    exclude_known_leaks: bool,
    /// The form of the figures [default: text on a terminal, JSON elsewhere].
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    row: RowArguments,
}

/// Where the reports are.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// The grading reports.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    grading_reports: Vec<PathBuf>,
    /// An experiment of `run_group_experiments.csv` in the folder of run groups (--runs): the one report of each of its run groups.
    #[arg(long, value_name = "ID")]
    experiment_id: Option<String>,
}

/// Which seeds are wanted.
#[derive(Args)]
pub(super) struct SeedArguments {
    /// The folder of run groups, for `--experiment-id`.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    runs: PathBuf,
    /// How many seeds to average; -1 for all that are complete.
    #[arg(long, value_name = "N", default_value_t = -1, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1..))]
    num_seeds: i64,
    /// The competitions: a split that `assay competitions` knows (`low`, `medium`, `high`, `split75`, `dev`), one competition, or a file
    /// with an id a line.
    #[arg(long, value_name = "NAME", default_value = "split75")]
    split: String,
    /// Fill up seeds that lack competitions with runs that left nothing, instead of leaving the seeds out.
    #[arg(long)]
    pad_missing: bool,
}

impl SeedArguments {
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { seeds: usize::try_from(self.num_seeds).ok(), pad_missing: self.pad_missing }
    }

    pub(super) fn split(&self) -> &str {
        &self.split
    }
}

/// What a row of the public leaderboard says beside the figures.
#[derive(Args)]
struct RowArguments {
    /// For `--format row`: the agent's name.
    #[arg(long, value_name = "NAME", default_value = "TODO")]
    agent: String,
    /// For `--format row`: the models that it used.
    #[arg(long, value_name = "NAMES", default_value = "TODO")]
    models: String,
    /// For `--format row`: how long a run could take, in hours.
    #[arg(long, value_name = "HOURS")]
    hours: Option<f64>,
}

/// The form of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people.
    Text,
    /// JSON for programs.
    Json,
    /// A row of the reference's public leaderboard, with its header.
    Row,
}

/// Both figures.
#[derive(Serialize)]
struct Both {
    all: Aggregate,
    /// None if nothing is left.
    without_known_leaks: Option<Aggregate>,
    excluded: Vec<Excluded>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let competitions = global.competitions()?;
    let reports = reports(&files(arguments)?)?;
    let terminal = std::io::stdout().is_terminal();
    let format = arguments.format.unwrap_or(if terminal { Format::Text } else { Format::Json });
    let wanted = arguments.seeds.wanted();
    if format == Format::Row {
        return written_row(arguments, &reports, wanted, &competitions);
    }
    let split = split(arguments.seeds.split(), &competitions)?;
    let seeds = Seeds::build(&reports, &split, wanted).map_err(Failure::call)?;
    remarks(&seeds);
    let all = Aggregate::of(&seeds);
    let excluded = leaking(&split, &known_issues(&split.ids, &competitions), &reports);
    if !arguments.exclude_known_leaks {
        if !excluded.is_empty() {
            let ids: Vec<&str> = excluded.iter().map(|excluded| excluded.competition_id.as_str()).collect();
            let hint = "`--exclude-known-leaks` shows the figures without them too";
            output::message(&format!("note: known to leak answers to participants: {}; {hint}", names(&ids)));
        }
        match format {
            Format::Json => output::json(&all)?,
            _ => shown(&split.name, &all, &per_seed(&seeds))?,
        }
        return Ok(Ended::Fine);
    }
    let ids: Vec<String> = excluded.iter().map(|excluded| excluded.competition_id.clone()).collect();
    let rest = split.without(&ids);
    let left = if rest.ids.is_empty() {
        None
    } else {
        let seeds = Seeds::build(&reports, &rest, wanted).map_err(Failure::call)?;
        Some((Aggregate::of(&seeds), per_seed(&seeds)))
    };
    match format {
        Format::Json => {
            let without_known_leaks = left.map(|(aggregate, _)| aggregate);
            output::json(&Both { all, without_known_leaks, excluded })?;
        }
        _ => {
            shown(&split.name, &all, &per_seed(&seeds))?;
            for Excluded { competition_id, leaks } in &excluded {
                for leak in leaks {
                    output::text(&format!("left out: {competition_id}: {} ({})", leak.text, leak.source))?;
                }
            }
            match left {
                Some((aggregate, seeds)) => {
                    shown(&format!("{} without known leaks", split.name), &aggregate, &seeds)?;
                }
                None => output::text("every competition of this split is known to leak: nothing is left")?,
            }
        }
    }
    Ok(Ended::Fine)
}

/// The files of the reports.
fn files(arguments: &Arguments) -> Result<Vec<PathBuf>, Failure> {
    let Some(id) = &arguments.source.experiment_id else { return Ok(arguments.source.grading_reports.clone()) };
    let runs = &arguments.seeds.runs;
    let file = runs.join(experiment::FILE);
    let text = bounded(&file, experiment::MAX_BYTES, "--experiment-id:")?;
    let groups = experiment::run_groups(&text, id, &file.display().to_string()).map_err(Failure::call)?;
    let found = experiment::reports(runs, &groups, id).map_err(Failure::call)?;
    for skipped in &found.skipped {
        output::message(&format!("skipped: {skipped}"));
    }
    Ok(found.reports)
}

/// What figures should not be read without.
fn remarks(seeds: &Seeds<'_>) {
    let padded = seeds.padded();
    if padded > 0 {
        let places = counted(padded, "place is", "places are");
        output::message(&format!("note: {places} filled up with runs that left nothing: the figures say at least"));
    }
    let mixed: Vec<&str> = seeds
        .by_competition()
        .filter(|(_, cells)| {
            let mut editions = cells.iter().filter_map(|cell| cell.entry()).map(|entry| entry.edition.as_deref());
            let first = editions.next();
            editions.any(|edition| Some(edition) != first)
        })
        .map(|(id, _)| id)
        .collect();
    if !mixed.is_empty() {
        output::message(&format!("warning: seeds are of different editions of {}", names(&mixed)));
    }
    let outside = seeds.entries().filter(|entry| !entry.outside_lock.is_empty()).count();
    if outside > 0 {
        let entries = counted(outside, "entry was", "entries were");
        output::message(&format!("note: {entries} graded with what is not in the lock (`outside_lock` names it)"));
    }
}

fn shown(name: &str, aggregate: &Aggregate, seeds: &[SeedMetrics]) -> Result<(), Failure> {
    let competitions = counted(aggregate.num_competitions_per_seed, "competition", "competitions");
    let count = counted(aggregate.num_seeds_averaged, "seed", "seeds");
    output::text(&format!("{}: {competitions}, {count}", listed(name)))?;
    let mut header =
        vec!["share of competitions".to_owned(), "mean".into(), "± standard error".into(), "95 % interval".into()];
    header.extend((1..=seeds.len()).take(SHOWN_SEEDS).map(|seed| format!("seed {seed}")));
    let of_seed = |seed: &SeedMetrics| {
        [
            seed.submission_exists_percentage,
            seed.valid_submissions_percentage,
            seed.above_median_percentage,
            seed.bronze_medal_percentage,
            seed.silver_medal_percentage,
            seed.gold_medal_percentage,
            seed.any_medal_percentage,
        ]
    };
    let each: Vec<[f64; 7]> = seeds.iter().take(SHOWN_SEEDS).map(of_seed).collect();
    let row = |(place, (name, metric)): (usize, (&str, Metric))| {
        let Metric { mean, ci_lower, ci_upper, standard_error } = metric;
        let mut row = vec![
            name.to_owned(),
            format!("{mean:.2} %"),
            format!("{standard_error:.2}"),
            format!("{ci_lower:.2} to {ci_upper:.2}"),
        ];
        row.extend(each.iter().map(|seed| format!("{:.2}", seed.get(place).copied().unwrap_or(f64::NAN))));
        row
    };
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    output::table(&header, aggregate.metrics.percentages().into_iter().enumerate().map(row))
}

/// How many seeds have a column in a table.
const SHOWN_SEEDS: usize = 5;

fn written_row(
    arguments: &Arguments,
    reports: &[GradingReport],
    wanted: Wanted,
    competitions: &Competitions,
) -> Result<Ended, Failure> {
    let splits = row::SPLITS.map(|name| split(name, competitions));
    let splits = splits.into_iter().collect::<Result<Vec<_>, _>>()?;
    let all = medals(reports, &splits, wanted);
    let dashes = "|---".repeat(row::HEADER.matches('|').count() - 1) + "|";
    output::text(&format!("{}\n{dashes}\n{}", row::HEADER, written(arguments, "", all)))?;
    if arguments.exclude_known_leaks {
        let left = |split: &Split| {
            let excluded = leaking(split, &known_issues(&split.ids, competitions), reports);
            split.without(&excluded.into_iter().map(|excluded| excluded.competition_id).collect::<Vec<_>>())
        };
        let left: Vec<Split> = splits.iter().map(left).collect();
        let left = medals(reports, &left, wanted);
        output::text(&written(arguments, " (without known leaks)", left).to_string())?;
    }
    Ok(if all.iter().any(Option::is_some) { Ended::Fine } else { Ended::AtFault })
}

/// The share of any medal in each split; what has none is told.
fn medals(reports: &[GradingReport], splits: &[Split], wanted: Wanted) -> [Option<Metric>; 4] {
    let mut medals = [None; 4];
    for (place, split) in medals.iter_mut().zip(splits) {
        match Seeds::build(reports, split, wanted) {
            Ok(seeds) => *place = Some(Aggregate::of(&seeds).metrics.any_medal_percentage),
            Err(error) => output::message(&format!("note: {error}")),
        };
    }
    medals
}

fn written(arguments: &Arguments, what: &str, medals: [Option<Metric>; 4]) -> Row {
    let RowArguments { agent, models, hours } = &arguments.row;
    let date = chrono::Utc::now().format("%Y-%m-%d").to_string();
    Row { agent: format!("{agent}{what}"), models: models.clone(), medals, hours: *hours, date, source: None }
}
