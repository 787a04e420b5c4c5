//! `--bootstrap`: how far a score depends on the rows that happen to be there.

use std::num::NonZero;

use assay::{Bootstrap, MAX_REPLICATES};
use assay_types::bootstrap::{self as reported, Interval, Unit};
use assay_types::counted;
use clap::Args;

#[derive(Args)]
pub(super) struct BootstrapArguments {
    /// Score N times rows that are drawn with replacement, and say within what the score would lie of 95 of 100 such sets of rows, and how
    /// likely each medal is: on stderr, and in the report as `bootstrap`. Where rows belong together, groups of them are drawn; where
    /// nothing can be, the reason is said. It tells a little more of the answers than the score does.
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

    /// What reports depend on, in words.
    pub(super) fn told(&self) -> Option<String> {
        self.bootstrap.map(|draws| format!("{draws} with seed {}", self.bootstrap_seed))
    }
}

/// What came of it, for people.
pub(super) fn said(bootstrap: &reported::Bootstrap) -> String {
    let reported::Bootstrap { unit, group, units, interval, reason, .. } = bootstrap;
    let count = units.and_then(|units| usize::try_from(units).ok()).unwrap_or_default();
    let what = match (unit, group) {
        (Some(Unit::Group), Some(group)) => format!("{} ({group})", counted(count, "group", "groups")),
        _ => counted(count, "row", "rows"),
    };
    let Some(Interval { lower, upper, standard_error, replicates, without_score, medals }) = interval else {
        return format!("bootstrap: {}", reason.as_deref().unwrap_or("it says nothing"));
    };
    let mut said =
        format!("bootstrap: {lower} to {upper} (95 %), standard error {standard_error}; {replicates} draws of {what}");
    if *without_score > 0 {
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
