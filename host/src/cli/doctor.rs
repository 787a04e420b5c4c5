//! `assay doctor`: are the data fit to grade with?

use anyhow::{Context, anyhow};
use assay_host::confine::Access;
use assay_host::doctor::{Diagnosis, Examined, State, examine, files};
use assay_host::read;
use assay_host::uses::Purpose;
use clap::Args;

use super::output::{self, Format};
use super::surroundings::{DataDir, Surroundings};
use super::{Ended, Failure};

#[derive(Args)]
#[group(id = "which", required = true, multiple = false)]
pub(super) struct Which {
    /// One competition.
    competition_id: Option<String>,
    /// Those of a split, such as `low`.
    #[arg(long)]
    split: Option<String>,
    /// All competitions.
    #[arg(long)]
    all: bool,
}

/// Look at a competition's data: are they there, can they be read, does a perfect submission earn gold, is the sample submission valid?
///
/// The exit code is 1 if there is a fault.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    data_dir: DataDir,
    /// The form of the findings [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<Ended, Failure> {
    let registry = surroundings.registry()?;
    let data_dir = arguments.data_dir.path()?;
    let limits = read::Limits::default();
    let ids: Vec<String> = match &arguments.which.competition_id {
        Some(id) => vec![id.clone()],
        None => registry.ids().map(ToOwned::to_owned).collect(),
    };
    let mut competitions =
        ids.iter().map(|id| registry.get(id)).collect::<Result<Vec<_>, _>>().map_err(Failure::call)?;
    if let Some(split) = &arguments.which.split {
        competitions.retain(|competition| competition.splits.contains(split));
        if competitions.is_empty() {
            return Err(Failure::Call(anyhow!("no competition belongs to split `{split}`")));
        }
    }
    let uses = surroundings.uses(Purpose::Doctor)?;
    let read = competitions.iter().flat_map(|competition| files(competition, &data_dir)).collect();
    surroundings.confine(Access { read, ..Access::default() })?;
    let graders = surroundings.graders()?;
    let examined = |competition| examine(competition, &graders, &data_dir, &limits, uses.as_ref());
    let diagnoses: Vec<Diagnosis> = competitions.into_iter().map(examined).collect();
    if let Some(uses) = &uses {
        uses.sync().map_err(Failure::program)?;
    }
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&diagnoses)?,
        Format::Table => output::text(&text(&diagnoses)?)?,
    }
    Ok(if diagnoses.iter().all(|diagnosis| diagnosis.healthy) { Ended::Fine } else { Ended::AtFault })
}

fn text(diagnoses: &[Diagnosis]) -> Result<String, Failure> {
    use std::fmt::Write;
    let mut text = String::new();
    let mut write = |line: std::fmt::Arguments<'_>| {
        text.write_fmt(line).context("the findings cannot be written down").map_err(Failure::Program)
    };
    for Diagnosis { competition_id, findings, .. } in diagnoses {
        write(format_args!("{competition_id}\n"))?;
        for finding in findings {
            let state = match finding.state {
                State::Fine => "ok",
                State::Explained => "known",
                State::Untried => "?",
                State::Fault => "FAULT",
            };
            let examined = match finding.examined {
                Examined::Files => "files",
                Examined::Answers => "answers",
                Examined::Gold => "gold",
                Examined::Sample => "sample",
            };
            let message = finding.message.replace('\n', "\n                 ");
            write(format_args!("  {state:<5} {examined:<8} {message}\n"))?;
        }
    }
    let healthy = diagnoses.iter().filter(|diagnosis| diagnosis.healthy).count();
    write(format_args!("{healthy} of {} competitions are fit to grade with", diagnoses.len()))?;
    Ok(text)
}
