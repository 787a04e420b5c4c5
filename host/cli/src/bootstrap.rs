//! `--bootstrap`: how far a score depends on the rows that happen to be there.

use std::num::NonZero;

use assay::{Bootstrap, BootstrapError, MAX_REPLICATES, Resampled};
use assay_benchmark::bootstrap::Interval;
use assay_types::competition::Leaderboard;
use assay_types::{Direction, counted};

use assay_types::report::{Report, Thresholds};
use clap::Args;
use serde_json::{Value, json};

#[derive(Args)]
pub(super) struct BootstrapArguments {
    /// Score N times rows that are drawn with replacement, and say on stderr, and in the operator's log, within what the score would lie of
    /// 95 of 100 such sets of rows, and how likely each medal is. It tells of the answers. Where a row is no unit, the reason is said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_REPLICATES)))]
    bootstrap: Option<u32>,
    /// What the draws depend on. The same seed gives the same figures on any number of threads.
    #[arg(long, value_name = "SEED", default_value_t = 0, requires = "bootstrap")]
    bootstrap_seed: u64,
}

impl BootstrapArguments {
    /// What was asked for; on one thread a core unless `threads` says otherwise.
    pub(super) fn asked(&self, threads: Option<NonZero<usize>>) -> Option<Bootstrap> {
        let replicates = NonZero::new(self.bootstrap?)?;
        let cores = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Some(Bootstrap { replicates, seed: self.bootstrap_seed, threads: threads.unwrap_or_else(cores) })
    }
}

/// What came of it, for people.
pub(super) fn said(resampled: &Result<Resampled, BootstrapError>, report: &Report) -> String {
    let resampled = match resampled {
        Ok(resampled) => resampled,
        Err(error) => return format!("bootstrap: {error}"),
    };
    let rows = counted(resampled.rows, "row", "rows");
    let Some(interval) = Interval::of(&resampled.scores, leaderboard(report).as_ref()) else {
        return format!("bootstrap: none of {} draws of {rows} has a score", resampled.scores.len());
    };
    let Interval { lower, upper, standard_error, replicates, without_score, medals } = interval;
    let mut said =
        format!("bootstrap: {lower} to {upper} (95 %), standard error {standard_error}; {replicates} draws of {rows}");
    if without_score > 0 {
        said += &format!(", and {without_score} more without a score");
    }
    if let Some(medals) = medals {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        said += &format!(
            "\nprobability of gold {}, silver {}, bronze {}, no medal {}; above the median {}",
            percent(medals.gold),
            percent(medals.silver),
            percent(medals.bronze),
            percent(medals.none),
            percent(medals.above_median)
        );
    }
    said
}

/// The same for programs.
pub(super) fn json(resampled: &Result<Resampled, BootstrapError>, report: &Report) -> Value {
    match resampled {
        Err(error) => json!({"reason": error.to_string()}),
        Ok(resampled) => json!({
            "rows": resampled.rows,
            "draws": resampled.scores.len(),
            "interval": Interval::of(&resampled.scores, leaderboard(report).as_ref()),
        }),
    }
}

/// The thresholds that the report was made against.
fn leaderboard(report: &Report) -> Option<Leaderboard> {
    let Thresholds { gold_threshold, silver_threshold, bronze_threshold, median_threshold } = report.thresholds;
    Some(Leaderboard {
        teams: None,
        direction: report.direction.unwrap_or(Direction::Higher),
        gold: gold_threshold?,
        silver: silver_threshold?,
        bronze: bronze_threshold?,
        median: median_threshold?,
    })
}
