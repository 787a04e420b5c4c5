//! `assay validate`: is a submission what the competition asks for?

use std::path::PathBuf;

use anyhow::anyhow;
use assay_host::confine::Access;
use assay_host::read::{self, Table};
use assay_host::rules::Rules;
use assay_host::setup::{self, SetupError};
use assay_host::validate::{Validation, validate};
use assay_host::{competition::Competition, key_file};
use clap::Args;

use super::output::{self, Format};
use super::surroundings::{DataDir, Surroundings};
use super::{Ended, Failure};

/// Say everything that is wrong with a submission, and never a score. It needs no answers: a key file will do.
///
/// The exit code is 0 if the submission is valid, and 1 if it is not. A valid one can still be refused beside the answers.
#[derive(Args)]
pub(super) struct Arguments {
    /// The submission: a CSV file.
    submission: PathBuf,
    /// The competition, as `assay competitions` lists it.
    competition_id: String,
    /// The keys that are expected, as `assay keys` writes them [default: those of the answers in the data directory, if it is there].
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    data_dir: DataDir,
    /// The form of the result [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<Ended, Failure> {
    let competition = surroundings.registry()?.get(&arguments.competition_id).map_err(Failure::call)?;
    let limits = read::Limits::default();
    let keys = keys(arguments, &competition, &limits)?;
    surroundings.confine(Access { read: vec![arguments.submission.clone()], ..Access::default() })?;
    let rules = Rules::new(competition, &surroundings.graders()?).map_err(Failure::call)?;
    let given = arguments.submission.display().to_string();
    let validation = validate(&rules, keys.as_ref(), &arguments.submission, &given, &limits).map_err(Failure::call)?;
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&validation)?,
        Format::Table => output::data(&shown(&validation))?,
    }
    Ok(if validation.valid { Ended::Fine } else { Ended::AtFault })
}

/// The keys from the file that is named, else from the answers, else none.
fn keys(arguments: &Arguments, competition: &Competition, limits: &read::Limits) -> Result<Option<Table>, Failure> {
    if let Some(path) = &arguments.keys {
        let named = |message| Failure::Call(anyhow!("--keys {}: {message}", path.display()));
        return key_file::read(competition, path, limits).map(Some).map_err(named);
    }
    match setup::keys(competition, &arguments.data_dir.path()?, limits) {
        Ok(keys) => Ok(Some(keys)),
        Err(SetupError::Missing { .. }) => Ok(None),
        Err(error) => Err(Failure::call(error)),
    }
}

fn shown(validation: &Validation) -> String {
    let mut lines = validation.problems.clone();
    lines.push(match lines.len() {
        0 => "the submission is valid".into(),
        1 => "1 problem".into(),
        problems => format!("{problems} problems"),
    });
    if !validation.keys_checked {
        lines.push("its rows were not held against the keys that are expected: name a key file by --keys".into());
    }
    lines.join("\n")
}
