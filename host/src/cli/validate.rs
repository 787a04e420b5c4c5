//! `assay validate`: is a submission valid?

use std::path::{Path, PathBuf};

use anyhow::Context;
use assay_host::align::Expected;
use assay_host::competition::Competition;
use assay_host::confine::Access;
use assay_host::rules::Rules;
use assay_host::setup::{self, SetupError};
use assay_host::validate::{Validation, Verdict, validate};
use assay_host::{key_file, read};
use clap::Args;

use super::output::{self, Format};
use super::surroundings::{DataDir, Surroundings};
use super::{Ended, Failure};

/// Check a submission without grading it: everything that is wrong is named at once, and there is no score.
///
/// Of the answers, only the keys are needed. The exit code is 1 if something is wrong.
#[derive(Args)]
pub(super) struct Arguments {
    /// The submission: a CSV file.
    submission: PathBuf,
    /// The competition, as `assay competitions` lists it.
    competition_id: String,
    /// The keys that the submission must have, as `assay keys` writes them [default: those of the answers, if they are there].
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
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
    let mut reads = vec![arguments.submission.clone()];
    let data_dir = match &arguments.keys {
        Some(file) => {
            reads.push(file.clone());
            None
        }
        None => {
            let data_dir = arguments.data_dir.path()?;
            reads.push(setup::answers(&data_dir, &competition));
            Some(data_dir)
        }
    };
    surroundings.confine(Access { read: reads, ..Access::default() })?;
    let expected = match (&arguments.keys, data_dir) {
        (Some(file), _) => Some(listed(file, &competition, &limits)?),
        (None, Some(data_dir)) => answered(&competition, &data_dir, &limits)?,
        (None, None) => None,
    };
    let rules = Rules::new(competition, &surroundings.graders()?).map_err(Failure::call)?;
    let given = arguments.submission.display().to_string();
    let validation =
        validate(&rules, expected.as_ref(), &arguments.submission, &given, &limits).map_err(Failure::program)?;
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&validation)?,
        Format::Table => output::text(&text(&validation, expected.is_none()))?,
    }
    Ok(if validation.verdict == Verdict::Valid { Ended::Fine } else { Ended::AtFault })
}

/// What a key file says.
fn listed(file: &Path, competition: &Competition, limits: &read::Limits) -> Result<Expected, Failure> {
    let named = || format!("--keys {}", file.display());
    let bytes = read::load(file, limits).with_context(named).map_err(Failure::Call)?;
    key_file::read(&bytes, competition, limits).with_context(named).map_err(Failure::Call)
}

/// What the answers say, if they are there.
fn answered(competition: &Competition, data_dir: &Path, limits: &read::Limits) -> Result<Option<Expected>, Failure> {
    match setup::expected(competition, data_dir, limits) {
        Ok(expected) => Ok(Some(expected)),
        Err(SetupError::Missing { .. }) => Ok(None),
        Err(error) => Err(Failure::call(error)),
    }
}

/// `keyless`: the keys that it must have were not at hand.
fn text(validation: &Validation, keyless: bool) -> String {
    let verdict = match validation.verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::Unknown => "unknown: the grader failed",
    };
    let mut text = format!("{verdict}: {}", validation.submission_path);
    for problem in &validation.problems {
        text += &format!("\n- {problem}");
    }
    for note in &validation.notes {
        text += &format!("\nnote: {note}");
    }
    if keyless && !validation.notes.is_empty() {
        text += "\n      name a key file by --keys, or the data by --data-dir";
    }
    text
}
