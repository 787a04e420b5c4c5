//! `assay validate`: is a submission valid?

use std::path::{Path, PathBuf};

use anyhow::Context;
use assay::{AnswersError, DataDir, Submission, ValidateError, Validation, Verdict};
use assay_confine::Access;
use assay_tables::align::Expected;
use assay_tables::key_file;
use assay_tables::read::{self, OpenFile};
use assay_types::competition::Competition;
use clap::Args;

use super::global::{Compiled, DataArguments, GlobalArguments, Needs, graders_of, may_read};
use super::links::LinkArguments;
use super::output::{self, Format};
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
    data: DataArguments,
    #[command(flatten)]
    links: LinkArguments,
    /// The form of the result [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let competitions = global.competitions()?;
    let competition = competitions.get(&arguments.competition_id).map_err(Failure::call)?;
    let limits = read::Limits::default();
    let folders = arguments.links.folders(None)?;
    let mut access = Access::none();
    may_read(&mut access, folders.open(&arguments.submission));
    let data = match &arguments.keys {
        Some(file) => {
            may_read(&mut access, OpenFile::open(file));
            None
        }
        None => {
            let data = arguments.data.open()?;
            may_read(&mut access, OpenFile::open(&data.answers_file(&competition)));
            Some(data)
        }
    };
    let graders = graders_of(&competitions, [arguments.competition_id.as_str()]);
    let needs = Needs { competitions, graders: Compiled::Ahead(graders), access, uses_answers: false };
    let assay = global.service(needs, |builder| builder.folders(folders))?;
    let expected = match (&arguments.keys, data) {
        (Some(file), _) => Some(listed(file, &competition, &limits)?),
        (None, Some(data)) => answered(&competition, &data, &limits)?,
        (None, None) => None,
    };
    let submission = Submission::Path(&arguments.submission);
    let validation = assay
        .validate(&arguments.competition_id, submission, expected.as_ref(), &assay::Context::default())
        .map_err(|error| match error {
            ValidateError::Host(_) => Failure::program(error),
            error => Failure::call(error),
        })?;
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
fn answered(competition: &Competition, data: &DataDir, limits: &read::Limits) -> Result<Option<Expected>, Failure> {
    match data.expected(competition, limits) {
        Ok(expected) => Ok(Some(expected)),
        Err(AnswersError::Missing { .. }) => Ok(None),
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
