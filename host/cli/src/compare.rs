//! `assay compare`: two runs side by side.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use assay_benchmark::compare::{Comparison, Difference, Paired, Reason, Side, Verdict};
use assay_benchmark::experiment;
use assay_benchmark::reading::GradingReport;
use assay_benchmark::seeds::{Seeds, Wanted};
use assay_benchmark::split::Split;
use assay_types::counted;
use clap::Args;

use super::card::{self, log_says};
use super::global::GlobalArguments;
use super::output::{self, Format};
use super::reports::{report, split};
use super::{Ended, Failure};

/// Put two runs side by side: are they comparable, and what differs?
///
/// A run is a grading report, or a folder with the reports of its seeds and its `card.toml` or `card.json`. Told first is whether figures may be
/// held against each other, and why not; then the shares of both, their difference by competition with an interval of 95 %, and how probable
/// it is by chance. The exit code is 1 if the runs are not comparable. With `--use-log`, gradings of other submissions in that log count as
/// scores that were looked at before the end.
#[derive(Args)]
pub(super) struct Arguments {
    /// The first run: a grading report, or a folder of them.
    first: PathBuf,
    /// The second run.
    second: PathBuf,
    /// The first run's card [default: card.toml or card.json in its folder].
    #[arg(long, value_name = "FILE")]
    first_card: Option<PathBuf>,
    /// The second run's card.
    #[arg(long, value_name = "FILE")]
    second_card: Option<PathBuf>,
    /// The competitions: a split, or a file with an id a line [default: those that both runs have].
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Fill up seeds that lack competitions with runs that left nothing, which makes runs incomparable.
    #[arg(long)]
    pad_missing: bool,
    /// The form of the comparison [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// What files say of a run.
struct Run {
    name: String,
    reports: Vec<GradingReport>,
    card: Option<assay_benchmark::card::Card>,
}

impl Run {
    fn read(path: &Path, card: Option<&PathBuf>) -> Result<Self, Failure> {
        let files =
            if path.is_dir() { experiment::of_folder(path).map_err(Failure::call)? } else { vec![path.to_owned()] };
        if files.is_empty() {
            return Err(Failure::Call(anyhow!("{} has no grading reports (*grading_report*.json)", path.display())));
        }
        let reports = files.iter().map(|file| report(file)).collect::<Result<_, _>>()?;
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
        let beside = ["card.toml", "card.json"].map(|name| folder.join(name)).into_iter().find(|path| path.exists());
        let card = card.cloned().or(beside).map(|path| card::read(&path)).transpose()?;
        Ok(Run { name: path.display().to_string(), reports, card })
    }

    /// Its competitions, in the order of their names.
    fn ids(&self) -> BTreeSet<&str> {
        self.reports
            .iter()
            .flat_map(|report| &report.entries)
            .filter_map(|entry| entry.competition_id.as_deref())
            .collect()
    }
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let first = Run::read(&arguments.first, arguments.first_card.as_ref())?;
    let second = Run::read(&arguments.second, arguments.second_card.as_ref())?;
    let (ours, theirs) = (first.ids(), second.ids());
    let only = |ids: &BTreeSet<&str>, others: &BTreeSet<&str>| -> Vec<String> {
        if arguments.split.is_some() { Vec::new() } else { ids.difference(others).map(|id| (*id).to_owned()).collect() }
    };
    let competitions = match &arguments.split {
        Some(name) => split(name, &global.competitions()?)?,
        None => Split::new("both runs", ours.intersection(&theirs).map(|id| (*id).to_owned())),
    };
    if competitions.ids.is_empty() {
        return Err(Failure::Call(anyhow!("{} and {} have no competition in common", first.name, second.name)));
    }
    // Either may have looked at scores with the other's name on them: only what neither has graded counts.
    let all: Vec<&GradingReport> = first.reports.iter().chain(&second.reports).collect();
    let log = log_says(global, &all, None)?;
    let wanted = Wanted { seeds: None, pad_missing: arguments.pad_missing };
    let [one, other] = [(&first, only(&ours, &theirs)), (&second, only(&theirs, &ours))].map(|(run, alone)| {
        let seeds = Seeds::build(&run.reports, &competitions, wanted).map_err(Failure::call)?;
        Ok(Side { name: &run.name, seeds, card: run.card.clone(), log, alone })
    });
    let comparison = Comparison::of(&one?, &other?);
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&comparison)?,
        Format::Table => shown(&comparison)?,
    }
    Ok(if comparison.verdict == Verdict::NotComparable { Ended::AtFault } else { Ended::Fine })
}

fn shown(comparison: &Comparison) -> Result<(), Failure> {
    output::text(match comparison.verdict {
        Verdict::Comparable => "these runs are comparable",
        Verdict::AsFarAsStated => "these runs are comparable as far as their conditions are stated",
        Verdict::NotComparable => "these runs are not comparable",
    })?;
    let lines = |title: &str, reasons: &[Reason]| -> Result<(), Failure> {
        reasons.iter().try_for_each(|reason| output::text(&format!("  {title} {}: {}", reason.about, reason.message)))
    };
    lines("other", &comparison.differs)?;
    lines("not stated:", &comparison.unknown)?;
    comparison.remarks.iter().try_for_each(|remark| output::text(&format!("  note: {remark}")))?;
    let competitions = counted(comparison.competitions, "competition", "competitions");
    output::text(&format!("{competitions}; {} and {} seeds", comparison.seeds[0], comparison.seeds[1]))?;
    let header =
        ["share of competitions", "first", "second", "difference", "95 % interval", "p", "higher / same / lower"];
    output::table(&header, comparison.differences.iter().map(row))
}

fn row(difference: &Difference) -> Vec<String> {
    let Paired { mean, ci_lower, ci_upper, p_value, higher, lower, same } = difference.difference;
    vec![
        difference.share.clone(),
        format!("{:.2} %", difference.first),
        format!("{:.2} %", difference.second),
        format!("{mean:+.2}"),
        format!("{ci_lower:+.2} to {ci_upper:+.2}"),
        if p_value < 1e-4 { "< 0.0001".into() } else { format!("{p_value:.4}") },
        format!("{higher} / {same} / {lower}"),
    ]
}
