//! `assay new competition`: a competition from its answers and a sample submission.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use assay::propose::{Choice, Given, Grader, Proposal, propose};
use assay_tables::read::{self, OpenFile};
use assay_types::competition::source::Language;
use clap::Args;
use dialoguer::{Input, Select};

use super::super::output;
use super::{Ended, Failure, make_folder, write};

/// Propose a competition from its answers and a sample submission: the contract, a metric that fits, and thresholds of medals if there is a
/// leaderboard. On a terminal it asks for what is not given.
///
/// It writes `competitions/ID/competition.toml` and the data, as `data/ID/prepared/{private,public}/…`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The competition's name: lower-case words with hyphens, such as `wine-quality`.
    id: String,
    /// The answers: a CSV file with the columns that a submission predicts.
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// A submission of the right form: a CSV file with the key and the predicted columns.
    #[arg(long, value_name = "FILE")]
    sample: Option<PathBuf>,
    /// A leaderboard: a CSV file with a column `score`. Without one, scores earn no medals.
    #[arg(long, value_name = "FILE")]
    leaderboard: Option<PathBuf>,
    /// The grader that computes the metric, of those that fit; or `python` or `javascript` for one of its own, as source text to start from
    /// [default: what fits best].
    #[arg(long, value_name = "GRADER")]
    metric: Option<String>,
    /// The title [default: the name].
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Where the folders `competitions` and `data` are, or are made.
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

/// The files' contents, and what else was given.
struct Asked {
    answers: Vec<u8>,
    sample: Vec<u8>,
    leaderboard: Option<Vec<u8>>,
    title: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    check_id(&arguments.id)?;
    let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let asked = asked(arguments, asks)?;
    let given = Given {
        id: &arguments.id,
        title: asked.title.as_deref(),
        answers: &asked.answers,
        sample: &asked.sample,
        leaderboard: asked.leaderboard.as_deref(),
        grader: arguments.metric.as_deref().map(choice),
    };
    let mut proposal = propose(&given).map_err(Failure::call)?;
    for note in &proposal.notes {
        output::message(&format!("- {note}"));
    }
    if asks && arguments.metric.is_none() {
        let grader = chosen(&proposal)?;
        proposal = propose(&Given { grader: Some(choice(&grader)), ..given }).map_err(Failure::call)?;
    }
    written(&arguments.dir, &arguments.id, &proposal, &asked)?;
    Ok(Ended::Fine)
}

/// The rule for new competitions, so that folders and commands may be called so everywhere.
fn check_id(id: &str) -> Result<(), Failure> {
    const LONGEST: usize = 100;
    let good = !id.is_empty()
        && id.len() <= LONGEST
        && id
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    if good {
        return Ok(());
    }
    Err(Failure::Call(anyhow!(
        "`{id}` is no name for a competition: lower-case words of a-z and 0-9 with hyphens between them, {LONGEST} characters at most, such as \
         `wine-quality`"
    )))
}

fn choice(name: &str) -> Choice<'_> {
    match name {
        "python" => Choice::Own(Language::Python),
        "javascript" => Choice::Own(Language::JavaScript),
        name => Choice::AtHand(name),
    }
}

/// Reads what the flags name, and asks for what they do not.
fn asked(arguments: &Arguments, asks: bool) -> Result<Asked, Failure> {
    let needed = |given: &Option<PathBuf>, flag: &str, prompt: &str| match given {
        Some(path) => load(path, flag),
        None if asks => load(Path::new(&text(prompt, false)?), flag),
        None => Err(Failure::Call(anyhow!("{flag} FILE is needed: {prompt}"))),
    };
    let answers =
        needed(&arguments.answers, "--answers", "the answers, a CSV file with the columns that a submission predicts")?;
    let sample = needed(&arguments.sample, "--sample", "a submission of the right form, a CSV file")?;
    let leaderboard = match &arguments.leaderboard {
        Some(path) => Some(load(path, "--leaderboard")?),
        None if asks => match text("a leaderboard, a CSV file with a column `score` (empty: there is none)", true)? {
            path if path.is_empty() => None,
            path => Some(load(Path::new(&path), "--leaderboard")?),
        },
        None => None,
    };
    let title = match &arguments.title {
        Some(title) => Some(title.clone()),
        None if asks => Some(text("the title (empty: the name)", true)?).filter(|title| !title.is_empty()),
        None => None,
    };
    Ok(Asked { answers, sample, leaderboard, title })
}

fn load(path: &Path, flag: &str) -> Result<Vec<u8>, Failure> {
    OpenFile::open(path)
        .and_then(|file| file.read(&read::Limits::default()))
        .with_context(|| format!("{flag} {}", path.display()))
        .map_err(Failure::call)
}

fn text(prompt: &str, may_be_empty: bool) -> Result<String, Failure> {
    let text = Input::<String>::new().with_prompt(prompt).allow_empty(may_be_empty).interact_text();
    text.map(|text| text.trim().to_owned()).map_err(unasked)
}

/// Asks which of the metrics that fit it is to be.
fn chosen(proposal: &Proposal) -> Result<String, Failure> {
    let metrics = proposal.fitting.iter().map(|metric| (metric.grader, format!("{}: {}", metric.grader, metric.why)));
    let own = [("python", "one of its own, in Python"), ("javascript", "one of its own, in JavaScript")];
    let (names, items): (Vec<&str>, Vec<String>) =
        metrics.chain(own.map(|(name, said)| (name, said.to_owned()))).unzip();
    let chosen = Select::new().with_prompt("the metric").items(&items).default(0).interact().map_err(unasked)?;
    Ok(names.get(chosen).copied().unwrap_or_default().to_owned())
}

fn unasked(error: dialoguer::Error) -> Failure {
    Failure::Call(anyhow!("nobody answered ({error}): give --answers, --sample and --metric instead"))
}

fn written(dir: &Path, id: &str, proposal: &Proposal, asked: &Asked) -> Result<(), Failure> {
    let place = || dir.display().to_string();
    let (competitions, data) = (dir.join("competitions"), dir.join("data"));
    for folder in [&competitions, &data] {
        fs::create_dir_all(folder).with_context(place).map_err(Failure::Call)?;
    }
    let (folder, prepared) = (competitions.join(id), data.join(id));
    if prepared.exists() {
        return Err(Failure::Call(anyhow!(
            "{} is there already, and nothing is overwritten: choose another name or --dir",
            prepared.display()
        )));
    }
    make_folder(&folder)?;
    make_folder(&prepared)?;
    write(&folder.join("competition.toml"), proposal.text.as_bytes())?;
    if let Grader::Own(own) = &proposal.grader {
        write(&folder.join(own.file), own.text.as_bytes())?;
    }
    // Answers are not committed by mistake.
    let ignored = data.join(".gitignore");
    if !ignored.exists() {
        write(&ignored, b"# Answers are nobody's to read.\n*\n")?;
    }
    write(&prepared.join("prepared/private/answers.csv"), &asked.answers)?;
    write(&prepared.join("prepared/public/sample_submission.csv"), &asked.sample)?;
    let scored = match &proposal.grader {
        Grader::AtHand(metric) => format!("`{}` computes {}", metric.grader, metric.called),
        Grader::Own(own) => format!("{} computes {} until you change it", folder.join(own.file).display(), own.called),
    };
    let others: Vec<&str> = proposal
        .fitting
        .iter()
        .filter(|metric| !matches!(&proposal.grader, Grader::AtHand(chosen) if chosen == *metric))
        .map(|metric| metric.grader)
        .collect();
    let others = match others.as_slice() {
        [] => String::new(),
        others => format!("; {} would fit too (--metric)", others.join(", ")),
    };
    output::message(&format!("wrote {}: {scored}{others}", folder.join("competition.toml").display()));
    let flags = format!("--competitions {} --data-dir {}", competitions.display(), data.display());
    output::message(&format!("check it:   assay check {id} {flags}"));
    output::message(&format!("grade:      assay grade-sample submission.csv {id} {flags}"));
    Ok(())
}
