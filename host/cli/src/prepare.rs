//! `assay prepare`: data sets, from the download to the files that are graded with.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use assay::Competitions;
use assay_preparation::dataset::{self, Dataset};
use assay_preparation::download::Patience;
use assay_preparation::manifest::{Description, Manifest, Verification};
use assay_preparation::{Blame, Outcome, Preparation, PreparationError, Source, given_description, size};
use assay_types::competition::Competition;
use assay_types::{Edition, counted};
use clap::Args;
use serde::Serialize;

use super::global::{DataArguments, GlobalArguments};
use super::interruption::Interruption;
use super::output::{self, Format};
use super::preparing::Shown;
use super::quantities::time;
use super::{Ended, Failure};

/// The largest list of competitions, in bytes.
const LIST_BYTES: u64 = 1 << 20;

#[derive(Args)]
#[group(id = "prepared", required = true, multiple = false)]
pub(super) struct Which {
    /// One competition.
    #[arg(short, long, value_name = "ID")]
    competition_id: Option<String>,
    /// All competitions.
    #[arg(short, long)]
    all: bool,
    /// Those of the split `low`, which the reference calls lite.
    #[arg(long)]
    lite: bool,
    /// Those of a file with an id a line. Empty lines and lines that begin with # are skipped.
    #[arg(short, long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Those of a split, such as `medium`.
    #[arg(long)]
    split: Option<String>,
    /// None: print the JSON schema of recipes.
    #[arg(long)]
    schema: bool,
}

/// Download data sets and prepare them: the files that participants get, and the answers.
///
/// Data are made beside their place and take it as a whole, so that this can be stopped at any time: the same command goes on. Downloads come
/// from Kaggle by your credentials (KAGGLE_API_TOKEN, KAGGLE_USERNAME and KAGGLE_KEY, ~/.kaggle), and you have to have accepted the
/// competition's rules there. The exit code is 1 if a download or what was made of it is at fault, 2 if the call is (credentials and rules
/// too), and 3 if the machine or the network is.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    data: DataArguments,
    /// Keep the unpacked download, as DIR/ID/raw.
    #[arg(long)]
    keep_raw: bool,
    /// Do not insist on the reference's checksums. How the tables compare is said.
    #[arg(long)]
    skip_verification: bool,
    /// Prepare anew what is prepared. What is there is replaced once that is done.
    #[arg(long)]
    again: bool,
    /// A download that you have: the archive of one competition, or a folder with ID.zip or ID/ID.zip. It is read where it is.
    #[arg(long, value_name = "FILE|DIR")]
    from: Option<PathBuf>,
    /// A folder with the competitions' own descriptions (ID/description.md), such as a checkout of the reference. Without it, one is written
    /// from what is checked and scored.
    #[arg(long, value_name = "DIR")]
    descriptions: Option<PathBuf>,
    /// How many threads unpack and prepare [default: one a core].
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// How long a server may send next to nothing before it is asked again.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    stall: Duration,
    /// How many tries in a row may fail before a download is given up.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..))]
    tries: u32,
    /// The form of the outcome [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// What came of one competition.
#[derive(Serialize)]
struct Told {
    competition_id: String,
    edition: Edition,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<Verification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
    seconds: f64,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    if arguments.which.schema {
        return output::json(&assay_recipes::Recipe::schema()).map(|()| Ended::Fine);
    }
    let competitions = global.competitions()?;
    let ids = ids(&arguments.which, &competitions)?;
    if matches!(&arguments.from, Some(from) if from.is_file()) && ids.len() > 1 {
        return Err(Failure::Call(anyhow!(
            "--from names one archive, and {} competitions are to be prepared",
            ids.len()
        )));
    }
    let data_dir = arguments.data.made()?;
    let interruption = Interruption::awaited().context("signals").map_err(Failure::Program)?;
    let mut told = Vec::new();
    let mut code = 0;
    for id in &ids {
        let start = Instant::now();
        let competition = competitions.get(id).map_err(Failure::call)?;
        let shown = Shown::new(id, interruption.cancel());
        let prepared = one(arguments, &competitions, &competition, &data_dir, &shown);
        shown.end();
        if let Some(code) = interruption.code() {
            output::message(&format!("{id}: stopped; the same command goes on"));
            return Ok(Ended::Interrupted(code));
        }
        let edition = arguments.data.edition();
        let (outcome, manifest, error) = match prepared {
            Ok(outcome) => described(outcome),
            Err(Unprepared { code: own, error }) => {
                code = code.max(own);
                ("failed", None, Some(error))
            }
        };
        say(id, outcome, manifest.as_ref(), error.as_deref(), start.elapsed());
        told.push(Told {
            competition_id: id.clone(),
            edition,
            outcome,
            error,
            files: manifest.as_ref().map(|manifest| manifest.files.len()),
            bytes: manifest.as_ref().map(Manifest::bytes),
            verification: manifest.as_ref().map(|manifest| manifest.verification),
            description: manifest.as_ref().map(|manifest| manifest.description),
            seconds: start.elapsed().as_secs_f64(),
        });
    }
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&told)?,
        Format::Table if ids.len() > 1 => {
            let failed = told.iter().filter(|told| told.error.is_some()).count();
            output::text(&format!(
                "{} of {} are prepared",
                told.len() - failed,
                counted(told.len(), "competition", "competitions")
            ))?;
        }
        Format::Table => {}
    }
    Ok(match code {
        0 => Ended::Fine,
        1 => Ended::AtFault,
        2 | 3.. => Ended::Interrupted(code),
    })
}

/// Why one competition is not prepared, and the exit code for it.
struct Unprepared {
    code: u8,
    error: String,
}

impl From<PreparationError> for Unprepared {
    fn from(error: PreparationError) -> Self {
        let code = match error.blame() {
            Blame::Data => 1,
            Blame::Call => 2,
            Blame::Machine | Blame::Stopped => 3,
        };
        Unprepared { code, error: error.to_string() }
    }
}

fn one(
    arguments: &Arguments,
    competitions: &Competitions,
    competition: &Competition,
    data_dir: &Path,
    shown: &Shown,
) -> Result<Outcome, Unprepared> {
    let call = |error: String| Unprepared { code: 2, error };
    let edition = arguments.data.edition();
    let beside = |name: &str| competitions.beside(&competition.id, name).map_err(|error| call(error.to_string()));
    let Some(recipe) = beside(edition.recipe_file())? else {
        let file = edition.recipe_file();
        return Err(call(match edition {
            Edition::Reference => format!("it has no recipe: `{file}` beside its competition.toml"),
            Edition::Corrected => format!("it has no corrected edition: `{file}` beside its competition.toml"),
        }));
    };
    let dataset = match beside(dataset::FILE)? {
        Some(text) => Dataset::parse(&text, dataset::FILE).map_err(|error| call(error.to_string()))?,
        None => Dataset::default(),
    };
    let source = match &arguments.from {
        None => Source::Kaggle(Patience { silence: arguments.stall, tries: arguments.tries }),
        Some(from) if from.is_dir() => Source::Folder(from.clone()),
        Some(from) => Source::File(from.clone()),
    };
    let description = arguments.descriptions.as_ref().and_then(|folder| given_description(folder, &competition.id));
    let cores = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let preparation = Preparation {
        competition,
        recipe: &recipe,
        dataset: &dataset,
        edition,
        data_dir,
        source: &source,
        verify: !arguments.skip_verification,
        keep_raw: arguments.keep_raw,
        again: arguments.again,
        description: description.as_deref(),
        threads: arguments.threads.unwrap_or_else(cores),
    };
    Ok(preparation.run(shown)?)
}

fn described(outcome: Outcome) -> (&'static str, Option<Manifest>, Option<String>) {
    match outcome {
        Outcome::Prepared(manifest) => ("prepared", Some(*manifest), None),
        Outcome::WasThere(manifest) => ("was-prepared", Some(*manifest), None),
        Outcome::Other(manifest) => ("was-prepared-otherwise", Some(*manifest), None),
        Outcome::Foreign => ("was-prepared-elsewhere", None, None),
    }
}

fn say(id: &str, outcome: &str, manifest: Option<&Manifest>, error: Option<&str>, took: Duration) {
    let files = manifest
        .map(|manifest| format!("{} of {}", counted(manifest.files.len(), "file", "files"), size(manifest.bytes())));
    let files = files.unwrap_or_default();
    let text = match (outcome, error) {
        (_, Some(error)) => format!("error: {error}"),
        ("prepared", _) => format!("prepared in {:.1} s: {files}{}", took.as_secs_f64(), notes(manifest)),
        ("was-prepared", _) => format!("is prepared: {files}"),
        ("was-prepared-otherwise", _) => {
            "is prepared by another recipe than this program's, and left as it is; `--again` prepares it anew".into()
        }
        _ => "is prepared by another program, and left as it is; `--again` prepares it anew".into(),
    };
    output::message(&format!("{id}: {text}"));
}

fn notes(manifest: Option<&Manifest>) -> String {
    let Some(manifest) = manifest else { return String::new() };
    let verified = match manifest.verification {
        Verification::Same => "; checksums are the reference's",
        Verification::Unknown => "; no checksums are known of it",
        Verification::Skipped => "; not verified",
    };
    let description = match manifest.description {
        Description::Given => "",
        Description::Written => "; description.md is written from the competition's data",
    };
    format!("{verified}{description}")
}

fn ids(which: &Which, competitions: &Competitions) -> Result<Vec<String>, Failure> {
    let of_split = |split: Option<&str>| -> Result<Vec<String>, Failure> {
        let found = competitions.of_split(split).map_err(Failure::call)?;
        Ok(found.iter().map(|competition| competition.id.clone()).collect())
    };
    if let Some(file) = &which.list {
        let named = || format!("--list {}", file.display());
        let size = std::fs::metadata(file).with_context(named).map_err(Failure::Call)?.len();
        if size > LIST_BYTES {
            return Err(Failure::Call(anyhow!("{}: {size} bytes are more than a list of ids has", named())));
        }
        let text = std::fs::read_to_string(file).with_context(named).map_err(Failure::Call)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let ids: Vec<String> = lines.map(ToOwned::to_owned).collect();
        // A mistake is told before the first is downloaded.
        for id in &ids {
            competitions.get(id).with_context(named).map_err(Failure::Call)?;
        }
        return if ids.is_empty() {
            Err(Failure::Call(anyhow!("{}: it names no competition", named())))
        } else {
            Ok(ids)
        };
    }
    match &which.competition_id {
        Some(id) => competitions.get(id).map(|competition| vec![competition.id.clone()]).map_err(Failure::call),
        None if which.lite => of_split(Some("low")),
        None => of_split(which.split.as_deref()),
    }
}
