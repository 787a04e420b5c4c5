//! `assay doctor`: are the data fit to grade with?

use assay::doctor::{Diagnosis, Examined, Finding, State, examine, files};
use assay_confine::Access;
use assay_tables::read::OpenFile;
use clap::Args;

use super::global::{Compiled, DataArguments, GlobalArguments, Needs, graders_of, may_read};
use super::output::{self, Format};
use super::{Ended, Failure};

mod manifest;

/// How many lines the first screen has for findings.
const SCREEN: usize = 20;

/// How much of a finding the first screen shows, in characters.
const SHOWN: usize = 300;

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
/// This is for the operator: it tells what the grader says of the answers. The exit code is 1 if there is a fault.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    data: DataArguments,
    /// Take the digest of every file that the manifest of the prepared data names. Without it, sizes are compared, and digests of what
    /// grading reads.
    #[arg(long)]
    all_digests: bool,
    /// Show everything that was looked at, in full, and not only what is at fault.
    #[arg(long)]
    details: bool,
    /// The form of the findings [default: text on a terminal, JSON elsewhere]. JSON has all details.
    #[arg(long)]
    format: Option<Format>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let competitions = global.competitions()?;
    let data = arguments.data.open()?;
    let examined = match &arguments.which.competition_id {
        Some(id) => competitions.get(id).map(|competition| vec![competition]),
        None => competitions.of_split(arguments.which.split.as_deref()),
    };
    let examined = examined.map_err(Failure::call)?;
    let mut access = Access::none();
    for file in examined.iter().flat_map(|competition| files(competition, &data)) {
        may_read(&mut access, OpenFile::open(&file));
    }
    for competition in &examined {
        access.read_below(&data.prepared(&competition.id));
    }
    let graders = graders_of(&competitions, examined.iter().map(|competition| competition.id.as_str()));
    let needs = Needs { competitions, graders: Compiled::Ahead(graders), access, uses_answers: true };
    let assay = global.service(needs, |builder| builder.answers(data.clone()))?;
    let diagnoses: Vec<Diagnosis> = examined
        .iter()
        .map(|competition| {
            let diagnosis = examine(&assay, competition, &data);
            manifest::added(diagnosis, competition, &data.prepared(&competition.id), arguments.all_digests)
        })
        .collect();
    assay.sync().map_err(Failure::program)?;
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&diagnoses)?,
        Format::Table => output::text(&if arguments.details { details(&diagnoses) } else { summary(&diagnoses) })?,
    }
    Ok(if diagnoses.iter().all(|diagnosis| diagnosis.healthy) { Ended::Fine } else { Ended::AtFault })
}

/// Everything that was found.
fn details(diagnoses: &[Diagnosis]) -> String {
    let mut text = String::new();
    for Diagnosis { competition_id, findings, .. } in diagnoses {
        text += &format!("{competition_id}\n");
        for finding in findings {
            let message = finding.message.replace('\n', "\n                 ");
            text += &format!("  {:<5} {:<8} {message}\n", state(finding), examined(finding));
        }
    }
    text += &verdict(diagnoses);
    elsewhere(diagnoses).map_or(text.clone(), |advice| format!("{text}\n{advice}"))
}

/// What else to do about files that are not there.
fn elsewhere(diagnoses: &[Diagnosis]) -> Option<&'static str> {
    let missing = |finding: &Finding| finding.examined == Examined::Files && finding.state == State::Fault;
    let missing = diagnoses.iter().flat_map(|diagnosis| &diagnosis.findings).any(missing);
    missing.then_some("  if the data are in another folder, name it by --data-dir")
}

/// The first screen: what is at fault, and of a single competition all that was looked at.
fn summary(diagnoses: &[Diagnosis]) -> String {
    let mut lines = Vec::new();
    for Diagnosis { competition_id, healthy, findings } in diagnoses {
        if diagnoses.len() > 1 && *healthy {
            continue;
        }
        let shown = |finding: &&Finding| diagnoses.len() == 1 || finding.state == State::Fault;
        // Of many competitions the first fault each: it mostly explains the others.
        let most = if diagnoses.len() == 1 { findings.len() } else { 1 };
        for finding in findings.iter().filter(shown).take(most) {
            let place = if diagnoses.len() == 1 { String::new() } else { format!("{competition_id}: ") };
            let message = output::shortened(&finding.message, SHOWN).replace('\n', "\n                 ");
            lines.push(format!("  {:<5} {:<8} {place}{message}", state(finding), examined(finding)));
        }
    }
    let hidden = lines.len().saturating_sub(SCREEN);
    lines.truncate(SCREEN);
    if hidden > 0 {
        lines.push(format!("  … and {hidden} more; `--details` shows all"));
    }
    lines.extend(elsewhere(diagnoses).map(ToOwned::to_owned));
    [vec![verdict(diagnoses)], lines].concat().join("\n")
}

fn verdict(diagnoses: &[Diagnosis]) -> String {
    match diagnoses {
        [Diagnosis { competition_id, healthy: true, .. }] => format!("{competition_id} is fit to grade with"),
        [Diagnosis { competition_id, healthy: false, .. }] => format!("{competition_id} is not fit to grade with"),
        all => {
            let healthy = all.iter().filter(|diagnosis| diagnosis.healthy).count();
            let are = if healthy == 1 { "is" } else { "are" };
            format!("{healthy} of {} competitions {are} fit to grade with", all.len())
        }
    }
}

fn state(finding: &Finding) -> &'static str {
    match finding.state {
        State::Fine => "ok",
        State::Explained => "known",
        State::Untried => "?",
        State::Fault => "FAULT",
    }
}

fn examined(finding: &Finding) -> &'static str {
    match finding.examined {
        Examined::Files => "files",
        Examined::Prepared => "manifest",
        Examined::Answers => "answers",
        Examined::Gold => "gold",
        Examined::Sample => "sample",
    }
}
