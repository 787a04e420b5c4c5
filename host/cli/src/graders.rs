//! `assay graders`: what computes scores.

mod add;
mod origin;
mod push;
mod signature;
mod warm;

use std::path::Path;
use std::sync::Arc;

use assay::{Assay, GraderError, Source};
use assay_confine::Access;
use assay_sandbox::{Description, LoadError, Sandbox, Trust};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::advice::advice;
use super::global::{Compiled, GlobalArguments, Needs};
use super::output::{self, Format};
use super::{Ended, Failure};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The form of the list [default: a table on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

#[derive(Subcommand)]
enum Command {
    /// Show one grader: what it computes, which options it takes.
    Show {
        /// The grader.
        name: String,
        /// The form [default: a table on a terminal, JSON elsewhere].
        #[arg(long)]
        format: Option<Format>,
    },
    Warm(warm::Arguments),
    Add(add::Arguments),
    Push(push::Arguments),
}

/// A grader as it is listed.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    description: assay_types::grader::Description,
    sha256: String,
    bytes: usize,
    source: String,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let shown = match &arguments.command {
        Some(Command::Warm(arguments)) => return warm::run(arguments, global),
        Some(Command::Add(arguments)) => return ended(add::run(arguments, global)),
        Some(Command::Push(arguments)) => return ended(push::run(arguments, global)),
        Some(Command::Show { name, .. }) => vec![name.clone()],
        None => global.graders()?.sources().map(|(name, _)| name.to_owned()).collect(),
    };
    let needs = Needs {
        competitions: global.competitions()?,
        graders: Compiled::Ahead(shown),
        access: Access::none(),
        uses_answers: false,
    };
    let assay = global.service(needs, |builder| builder)?;
    match &arguments.command {
        Some(Command::Show { name, format }) => {
            let grader = listed(&assay, name)?;
            match Format::or_by_terminal(*format) {
                Format::Json => output::json(&grader)?,
                Format::Table => output::table(&[], details(&grader))?,
            }
        }
        Some(Command::Warm(_) | Command::Add(_) | Command::Push(_)) | None => {
            let names: Vec<String> = assay.graders().catalog().sources().map(|(name, _)| name.to_owned()).collect();
            let all = names.iter().map(|name| listed(&assay, name)).collect::<Result<Vec<_>, _>>()?;
            match Format::or_by_terminal(arguments.format) {
                Format::Json => output::json(&all)?,
                Format::Table => output::table(
                    &["grader", "version", "better", "bytes", "computes"],
                    all.into_iter().map(|grader| {
                        let description = grader.description;
                        let better = description.direction.to_string();
                        vec![
                            description.name,
                            description.version,
                            better,
                            grader.bytes.to_string(),
                            description.summary,
                        ]
                    }),
                )?,
            }
        }
    }
    Ok(Ended::Fine)
}

/// Why a grader is neither added nor pushed.
enum Stop {
    /// The grader, or what a registry sent in its place, is at fault.
    Refused(String),
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(failure)
    }
}

fn ended(done: Result<(), Stop>) -> Result<Ended, Failure> {
    match done {
        Ok(()) => Ok(Ended::Fine),
        Err(Stop::Failed(failure)) => Err(failure),
        Err(Stop::Refused(why)) => {
            output::message(&format!("error: {why}"));
            Ok(Ended::AtFault)
        }
    }
}

/// What a component says of itself, which is a grader.
fn checked(sandbox: &Sandbox, name: &str, component: &[u8]) -> Result<Description, Stop> {
    match sandbox.load(component, Trust::Others) {
        Ok(grader) => Ok(grader.description().clone()),
        Err(LoadError::Host(fault)) => Err(Failure::program(fault).into()),
        Err(error) => {
            let error = anyhow::Error::new(GraderError::Load { name: name.to_owned(), error: Arc::new(error) });
            let advice = advice(&error).unwrap_or_default();
            Err(Stop::Refused(format!("{error}{advice}")))
        }
    }
}

/// The name of a file without its ending.
fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn listed(assay: &Assay, name: &str) -> Result<Listed, Failure> {
    let graders = assay.graders();
    let grader = graders.get(name).map_err(Failure::call)?;
    let source = graders.catalog().source(name).map(|source| match source {
        Source::BuiltIn(_) => "built in".to_owned(),
        Source::File(path) => path.display().to_string(),
        Source::Given(_) => "given".to_owned(),
    });
    Ok(Listed {
        description: grader.description().clone(),
        sha256: grader.digest().to_owned(),
        bytes: graders.catalog().component(name).map_err(Failure::call)?.len(),
        source: source.unwrap_or_default(),
    })
}

fn details(grader: &Listed) -> Vec<Vec<String>> {
    let description = &grader.description;
    let pair = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        pair("grader", format!("{} {}", description.name, description.version)),
        pair("computes", description.summary.clone()),
        pair("better", description.direction.to_string()),
        pair("source", grader.source.clone()),
        pair("bytes", grader.bytes.to_string()),
        pair("sha256", grader.sha256.clone()),
    ];
    rows.extend(description.options.iter().map(|option| {
        let needed = if option.required { "required" } else { "optional" };
        pair(&format!("option {}", option.name), format!("{} ({needed}): {}", option.kind, option.summary))
    }));
    rows
}
