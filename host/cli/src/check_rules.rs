//! `assay check-rules`: did agents keep to the rules?

mod answers;
mod asking;
mod outcome;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use assay_types::counted;
use assay_types::excerpt::listed;
use assay_violations::checks::{Check, Finding, Forbidden, Hosts};
use assay_violations::gather::Bounds;
use assay_violations::list::{self, Entry};
use assay_violations::plan::{Looked, Looking, columns};
use assay_violations::questions::{self, Question};
use assay_violations::secrets::Secrets;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::global::{DataArguments, GlobalArguments};
use super::interruption::Interruption;
use super::links::LinkArguments;
use super::output::{self, Format};
use super::quantities::time;
use super::reports::bounded;
use super::{Ended, Failure};

/// The largest text that is added to what a model is told, in bytes.
const EXTRA_BYTES: u64 = 64 << 10;

/// Look for violations of the rules in the logs and code of runs: by checks that need nothing, and by questions to a language model.
///
/// With `--data-dir`, which has no default here, code is searched for the answers too. Written are a table with a row a run, the shares of
/// violations, and each finding with its place. Answers of the model are kept in the output folder as they come, so that the same command
/// goes on where it was stopped, and pays for no answer twice. The exit code is 1 if anything was found, and 3 if a question was left
/// without an answer.
#[derive(Args)]
pub(super) struct Arguments {
    /// The list of runs: JSON lines with `competition_id`, and `logs_path` and `code_path`, each a file or a folder, as `assay collect` writes
    /// them.
    #[arg(long, value_name = "FILE")]
    submission: PathBuf,
    /// Where `analysis_<time>.csv`, `analysis_summary_<time>.json` and `findings_<time>.jsonl` are written.
    #[arg(long, value_name = "DIR")]
    output_dir: PathBuf,
    /// Ask no model.
    #[arg(long)]
    without_model: bool,
    #[command(flatten)]
    model: ModelArguments,
    /// Ask these questions alone, by their ids [default: all].
    #[arg(long, value_name = "ID", num_args = 1..)]
    questions: Vec<String>,
    /// Questions (TOML) that take the place of the program's own.
    #[arg(long, value_name = "FILE")]
    questions_file: Option<PathBuf>,
    /// A text that is added to what the model is told, such as how logs of an agent are to be read.
    #[arg(long, value_name = "FILE")]
    extra_prompt: Option<PathBuf>,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    links: LinkArguments,
    /// How often a run may use the checker (checker.jsonl in its folder) before that is a finding.
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_checker_uses: u64,
    /// A host that runs may reach, such as api.example.org or *.example.org.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// A path that is kept from agents, beside /private and the folders of answers.
    #[arg(long, value_name = "PATH")]
    forbidden_path: Vec<String>,
    /// The form of the outcome [default: text on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// Which model is asked, and how.
#[derive(Args)]
struct ModelArguments {
    /// The model's name at the server.
    #[arg(long, value_name = "NAME", required_unless_present = "without_model")]
    model: Option<String>,
    /// The address of an interface like OpenAI's. The key is taken from OPENAI_API_KEY, and shown to this server alone.
    #[arg(long, value_name = "URL", env = "OPENAI_BASE_URL", default_value = "https://api.openai.com/v1")]
    base_url: String,
    /// Accept an address without TLS that is not on this machine.
    #[arg(long)]
    plain_http: bool,
    /// How answers are asked for.
    #[arg(long, value_name = "FORM", default_value = "json-schema")]
    answers: Form,
    /// The model's temperature, or `default` for the server's own.
    #[arg(long, value_name = "T", default_value = "0", value_parser = temperature)]
    temperature: Temperature,
    /// The longest answer, in tokens, with what a model thinks before it.
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(16..=200_000))]
    max_answer_tokens: u32,
    /// How long the parts are in which texts are sent, in characters: shorter ones are for models that take less.
    #[arg(long, value_name = "N", default_value_t = 128_000, value_parser = clap::value_parser!(u32).range(1000..=128_000))]
    chunk: u32,
    /// How many calls are under way at a time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: u16,
    /// How many tries of a call may fail before its question is left without an answer.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100))]
    tries: u32,
    /// How long a call may take, with its answer.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time)]
    timeout: Duration,
    /// What a million tokens cost that the model reads, to tell what calls cost.
    #[arg(long, value_name = "MONEY", requires = "price_out", value_parser = price)]
    price_in: Option<f64>,
    /// What a million tokens cost that it writes.
    #[arg(long, value_name = "MONEY", requires = "price_in", value_parser = price)]
    price_out: Option<f64>,
    /// Make the calls without asking whether they may cost what they will.
    #[arg(long)]
    yes: bool,
    /// Throw away the answers that are kept in the output folder.
    #[arg(long)]
    again: bool,
}

/// How answers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// As an object of a schema, by `response_format`.
    JsonSchema,
    /// With yes or no as the first word, for servers that know no schemas.
    FirstWord,
}

/// A temperature; none for the server's own.
#[derive(Clone, Copy, Debug)]
struct Temperature(Option<f64>);

fn temperature(text: &str) -> Result<Temperature, String> {
    if text == "default" {
        return Ok(Temperature(None));
    }
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=2.0).contains(number));
    number.map(|number| Temperature(Some(number))).ok_or_else(|| "0 to 2, or `default`, is expected".into())
}

fn price(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=1e9).contains(number));
    number.ok_or_else(|| "an amount of money is expected, such as 0.15".into())
}

/// A run as it was looked at, without its texts.
struct Run<'a> {
    entry: &'a Entry,
    checks: Vec<Option<bool>>,
    findings: Vec<Finding>,
    /// For each column of questions, the ids of its calls.
    calls: Vec<Vec<asking::Planned>>,
}

/// What was found, as a line of the file of findings.
#[derive(Serialize)]
struct Line<'a> {
    entry: usize,
    competition_id: &'a str,
    run_id: Option<&'a str>,
    #[serde(flatten)]
    finding: &'a Finding,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let text = bounded(&arguments.submission, list::MAX_BYTES, "--submission")?;
    let named = || format!("--submission {}", arguments.submission.display());
    let entries = list::entries(&text).with_context(named).map_err(Failure::Call)?;
    let questions = asked(arguments)?;
    let extra = arguments.extra_prompt.as_ref().map(|file| extra(file)).transpose()?;
    let folder = &arguments.output_dir;
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string()).map_err(Failure::Call)?;
    let competitions = global.competitions()?;
    let given = arguments.data.given()?;
    let secrets = Secrets::new(asking::secrets());
    let folders = arguments.links.folders(arguments.submission.parent())?;
    let answers = answers::Given::new(given, &competitions);
    let forbidden = Forbidden::new(arguments.forbidden_path.iter().cloned().chain(answers.paths(&entries)));
    let looking = Looking {
        folders: &folders,
        bounds: Bounds::default(),
        secrets: &secrets,
        forbidden: &forbidden,
        hosts: &Hosts::new(&arguments.allow_host),
        checker_uses: arguments.max_checker_uses,
        answers: &|id| answers.of(id),
    };
    let columns = columns(&questions);
    let interruption = Interruption::awaited().context("signals").map_err(Failure::Program)?;
    let asking = asking::Asked::new(&arguments.model, extra, columns, arguments.without_model, &secrets)?;

    let mut runs = Vec::with_capacity(entries.len());
    for entry in &entries {
        let looked = looking.look(entry);
        if let Some(code) = interruption.code() {
            return Ok(Ended::Interrupted(code));
        }
        say_what_lacks(entry, &looked);
        let calls = asking.planned(&looked);
        let checks = Check::ALL.iter().map(|check| looked.verdict(*check)).collect();
        runs.push(Run { entry, checks, findings: looked.findings.told(), calls });
    }
    for note in answers.notes() {
        output::message(&format!("note: {note}"));
    }
    let answered = asking.ask(&arguments.model, folder, &runs, &looking, &interruption)?;
    if let Some(code) = interruption.code() {
        let kept = if arguments.without_model { "" } else { "; answers are kept, and the same command goes on" };
        output::message(&format!("stopped{kept}"));
        return Ok(Ended::Interrupted(code));
    }
    let names: Vec<String> = asking.columns().iter().map(|column| column.name.clone()).collect();
    outcome::written(folder, &names, &runs, &answered, Format::or_by_terminal(arguments.format))
}

/// The questions that are asked.
fn asked(arguments: &Arguments) -> Result<Vec<Question>, Failure> {
    let all = match &arguments.questions_file {
        Some(file) => {
            let text = bounded(file, questions::MAX_BYTES, "--questions-file")?;
            let named = || format!("--questions-file {}", file.display());
            let text = String::from_utf8(text).with_context(named).map_err(Failure::Call)?;
            questions::parse(&text).with_context(named).map_err(Failure::Call)?
        }
        None => questions::own().map_err(Failure::program)?,
    };
    questions::chosen(all, &arguments.questions).context("--questions").map_err(Failure::Call)
}

fn extra(file: &Path) -> Result<String, Failure> {
    let text = bounded(file, EXTRA_BYTES, "--extra-prompt")?;
    String::from_utf8(text).with_context(|| format!("--extra-prompt {}", file.display())).map_err(Failure::Call)
}

/// A run without logs or code was not looked at in whole, which is no acquittal.
fn say_what_lacks(entry: &Entry, looked: &Looked) {
    let lacks: Vec<&str> = [("logs", &looked.logs), ("code", &looked.code)]
        .iter()
        .filter(|(_, text)| text.is_none())
        .map(|(name, _)| *name)
        .collect();
    if !lacks.is_empty() {
        let run = listed(entry.run_id.as_ref().unwrap_or(&entry.competition_id));
        output::message(&format!("{run}: there are no {} to look at", lacks.join(" and no ")));
    }
}

/// So many questions, in words.
fn question(count: usize) -> String {
    counted(count, "question", "questions")
}
