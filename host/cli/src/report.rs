//! `assay report`: a grading report as a page that people look at.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use assay_benchmark::page::{Card, Figures, MAX_CARD_BYTES, MAX_FIGURES_BYTES, Page};
use assay_types::counted;
use clap::Args;

use super::output;
use super::reports::{bounded, report};
use super::{Ended, Failure};

/// Make a page to look at of a grading report.
///
/// The page is one HTML file that needs no network and no scripts: medals, a plot of every score between its competition's thresholds, runs
/// without a score and why, the run card, receipts. Reports of the reference are shown as far as they go.
#[derive(Args)]
pub(super) struct Arguments {
    /// A report that `assay grade` or the reference wrote.
    report: PathBuf,
    /// The page that is written; `-` for stdout.
    #[arg(long, value_name = "FILE")]
    html: PathBuf,
    /// The run card: a TOML or JSON file that states the conditions of the runs.
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,
    /// The log that `assay grade --operator-log` wrote: figures beside the scores, of each class say, are shown. They may tell of the
    /// answers, so that the page is for the operator.
    #[arg(long, value_name = "FILE")]
    operator_log: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    let report = report(&arguments.report)?;
    let card = arguments.card.as_deref().map(card).transpose()?;
    let figures = arguments.operator_log.as_deref().map(figures).transpose()?;
    let html = Page { report: &report, card: card.as_ref(), figures: figures.as_ref() }.html();
    if arguments.html.as_os_str() == "-" {
        output::data(html.trim_end())?;
        return Ok(Ended::Fine);
    }
    let inputs = [Some(&arguments.report), arguments.card.as_ref(), arguments.operator_log.as_ref()];
    if let Some(input) = inputs.into_iter().flatten().find(|input| is_same(input, &arguments.html)) {
        let advice = "it is what the page is made of: name another file";
        return Err(Failure::Call(anyhow!("--html {}: {advice}", input.display())));
    }
    let named = || format!("--html {}", arguments.html.display());
    let written = std::fs::File::create(&arguments.html).and_then(|mut file| file.write_all(html.as_bytes()));
    written.with_context(named).map_err(Failure::Call)?;
    let runs = counted(report.entries.len(), "run", "runs");
    output::message(&format!("page of {runs}: {}", arguments.html.display()));
    Ok(Ended::Fine)
}

fn card(path: &Path) -> Result<Card, Failure> {
    let text = bounded(path, MAX_CARD_BYTES, "--card")?;
    Card::parse(&text, &path.display().to_string()).map_err(Failure::call)
}

fn figures(path: &Path) -> Result<Figures, Failure> {
    let text = bounded(path, MAX_FIGURES_BYTES, "--operator-log")?;
    Figures::parse(&text, &path.display().to_string()).map_err(Failure::call)
}

/// True if both paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
