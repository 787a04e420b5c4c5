//! A model is asked, once its user knows what that costs.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, anyhow};
use assay_types::counted;
use assay_types::excerpt::listed;
use assay_violations::answer::Answer;
use assay_violations::asking::{self, Ended};
use assay_violations::cost::{ANSWER_TOKENS, CHARACTERS_PER_TOKEN, Estimate, Prices};
use assay_violations::kept::Kept;
use assay_violations::plan::{Asking, Column, Looked, Looking};
use assay_violations::prompt::{AnswerForm, Call, Prompt};
use assay_violations::secrets::Secrets;
use assay_violations::server::Address;
use assay_violations::{Model, Patience};
use dialoguer::Confirm;
use indicatif::{ProgressBar, ProgressStyle};

use super::super::interruption::Interruption;
use super::super::{Failure, output};
use super::{Form, ModelArguments, Run, question};

/// Where the key is.
const KEY: &str = "OPENAI_API_KEY";

/// What names of variables that hold secrets end with.
const SECRET: [&str; 6] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS"];

/// The secrets of this process' environment: agents may have been given them.
pub(super) fn secrets() -> Vec<String> {
    let is_secret = |name: &str| SECRET.iter().any(|ending| name.to_ascii_uppercase().ends_with(ending));
    let variables = std::env::vars_os().filter(|(name, _)| is_secret(&name.to_string_lossy()));
    variables.map(|(_, value)| value.to_string_lossy().trim().to_owned()).collect()
}

/// What is asked of which model.
pub(super) struct Asked<'a> {
    columns: Vec<Column<'a>>,
    with: Option<With>,
    characters: usize,
}

/// A model, and what it is told.
struct With {
    prompt: Prompt,
    server: String,
    model: Model,
}

/// A call that is to be made: its id, and how many characters it has.
pub(super) struct Planned {
    pub(super) id: String,
    characters: usize,
}

/// What was answered.
#[derive(Default)]
pub(super) struct Answered {
    kept: Option<Kept>,
    failed: HashMap<String, String>,
    /// Why calls have no answer that were not made.
    not_made: String,
}

impl Answered {
    pub(super) fn get<'s>(&'s self, id: &str) -> Result<&'s Answer, &'s str> {
        let answer = self.kept.as_ref().and_then(|kept| kept.get(id));
        answer.ok_or_else(|| self.failed.get(id).unwrap_or(&self.not_made).as_str())
    }
}

impl<'a> Asked<'a> {
    /// What is asked of a model, or nothing.
    pub(super) fn new(
        arguments: &ModelArguments,
        extra: Option<String>,
        columns: Vec<Column<'a>>,
        without_model: bool,
        secrets: &Secrets,
    ) -> Result<Self, Failure> {
        let characters = usize::try_from(arguments.chunk).unwrap_or(usize::MAX);
        let Some(name) = arguments.model.as_ref().filter(|_| !without_model) else {
            return Ok(Asked { columns: Vec::new(), with: None, characters });
        };
        let address =
            Address::parse(&arguments.base_url, arguments.plain_http).context("--base-url").map_err(Failure::Call)?;
        let key = std::env::var(KEY).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        if key.is_none() && !address.is_loopback() {
            return Err(Failure::Call(anyhow!(
                "{KEY} is not set, and {} wants to know who asks; `--without-model` makes the checks that need no model",
                address.shown()
            )));
        }
        let form = match arguments.answers {
            Form::JsonSchema => AnswerForm::JsonSchema,
            Form::FirstWord => AnswerForm::FirstWord,
        };
        let patience = Patience { call: arguments.timeout, tries: arguments.tries };
        let model = Model::new(&address, key.as_deref(), form, patience, secrets.clone());
        let model = model.with_context(|| format!("{KEY}, or SSL_CERT_FILE")).map_err(Failure::Call)?;
        let prompt = Prompt {
            model: name.clone(),
            extra,
            form,
            temperature: arguments.temperature.0,
            answer_tokens: arguments.max_answer_tokens,
        };
        Ok(Asked { columns, with: Some(With { prompt, server: address.shown(), model }), characters })
    }

    pub(super) fn columns(&self) -> &[Column<'a>] {
        &self.columns
    }

    /// The calls of a run, for each column.
    pub(super) fn planned(&self, looked: &Looked) -> Vec<Vec<Planned>> {
        let mut planned: Vec<Vec<Planned>> = self.columns.iter().map(|_| Vec::new()).collect();
        let Some(with) = &self.with else { return planned };
        for (column, call) in self.asking(with, 0..self.columns.len()).calls(looked) {
            if let Some(calls) = planned.get_mut(column) {
                calls.push(Planned { id: call.id, characters: call.characters });
            }
        }
        planned
    }

    fn asking<'s>(&'s self, with: &'s With, columns: std::ops::Range<usize>) -> Asking<'s> {
        let columns = self.columns.get(columns).unwrap_or_default();
        Asking { prompt: &with.prompt, server: &with.server, columns, characters: self.characters }
    }

    /// Makes the calls that have no answer yet, if that may cost what it will.
    pub(super) fn ask(
        &self,
        arguments: &ModelArguments,
        folder: &Path,
        runs: &[Run<'_>],
        looking: &Looking<'_>,
        interruption: &Interruption,
    ) -> Result<Answered, Failure> {
        let Some(with) = &self.with else { return Ok(Answered::default()) };
        let kept = Kept::open(folder, arguments.again);
        let place = || format!("{}", folder.join(assay_violations::kept::FILE).display());
        let mut kept = kept.with_context(place).map_err(Failure::Call)?;
        let (mut missing, mut estimate, mut known) = (HashSet::new(), Estimate::default(), 0);
        for call in runs.iter().flat_map(|run| run.calls.iter().flatten()) {
            if kept.get(&call.id).is_some() {
                known += 1;
            } else if missing.insert(call.id.clone()) {
                estimate.add(call.characters);
            }
        }
        let prices = arguments.price_in.zip(arguments.price_out).map(|(read, written)| Prices { read, written });
        output::message(&cost(with, &estimate, known, prices));
        if estimate.calls == 0 {
            return Ok(Answered { kept: Some(kept), ..Answered::default() });
        }
        may_cost(arguments)?;

        let progress = progress(estimate.calls);
        let (mut failed, mut used, mut lost) = (HashMap::new(), (0, 0), None);
        let calls = self.calls(with, runs, looking, missing);
        let stop = || interruption.code().is_some();
        let at_a_time = usize::from(arguments.concurrency);
        let ended = asking::ask(&with.model, calls, at_a_time, &stop, |id, answer| {
            progress.inc(1);
            match answer {
                Ok(answer) => {
                    let (read, written) = answer.tokens.unwrap_or_default();
                    used = (used.0 + read, used.1 + written);
                    if let Err(error) = kept.add(id, answer) {
                        lost.get_or_insert(error);
                    }
                }
                Err(why) => {
                    failed.insert(id.to_owned(), why);
                }
            }
        });
        progress.finish_and_clear();
        if let Some(error) = lost {
            let place = kept.path().display();
            output::message(&format!("warning: answers are lost if this is interrupted: {place}: {error}"));
        }
        if used != (0, 0) {
            let (read, written) = used;
            let money = prices.map(|prices| format!(", {:.4} by the prices given", prices.of(read, written)));
            let money = money.unwrap_or_default();
            output::message(&format!("used, as the server counts: {read} tokens read, {written} written{money}"));
        }
        let not_made = match ended {
            Ok(()) | Err(Ended::Stopped) => "its files changed while they were looked at: call again".to_owned(),
            Err(Ended::User(said)) => {
                return Err(Failure::Call(anyhow!("{said}; answers so far are kept, and the same command goes on")));
            }
            Err(Ended::Machine(said)) => {
                output::message(&format!("error: {said}; answers so far are kept, and the same command goes on"));
                format!("not asked, since {said}")
            }
        };
        Ok(Answered { kept: Some(kept), failed, not_made })
    }

    /// The calls that are missing, each once. Texts are read once more, as all of them together may be more than fits into memory.
    fn calls<'s>(
        &'s self,
        with: &'s With,
        runs: &'s [Run<'s>],
        looking: &'s Looking<'s>,
        mut missing: HashSet<String>,
    ) -> impl Iterator<Item = Call> + Send {
        let columns = self.columns.len();
        let mut places = (0..runs.len()).flat_map(move |run| (0..columns).map(move |column| (run, column)));
        let (mut looked, mut waiting): (Option<(usize, Looked)>, VecDeque<Call>) = (None, VecDeque::new());
        std::iter::from_fn(move || {
            loop {
                if let Some(call) = waiting.pop_front() {
                    return Some(call);
                }
                let (number, column) = places.next()?;
                let run = runs.get(number)?;
                let is_missing = |call: &Planned| missing.contains(&call.id);
                if !run.calls.get(column).is_some_and(|calls| calls.iter().any(is_missing)) {
                    continue;
                }
                if looked.as_ref().is_none_or(|(known, _)| *known != number) {
                    looked = Some((number, looking.look(run.entry)));
                }
                let Some((_, looked)) = &looked else { continue };
                let calls = self.asking(with, column..column + 1);
                waiting.extend(calls.calls(looked).map(|(_, call)| call).filter(|call| missing.remove(&call.id)));
            }
        })
    }
}

/// What calls will cost, in words.
fn cost(with: &With, estimate: &Estimate, known: usize, prices: Option<Prices>) -> String {
    let known = match known {
        0 => String::new(),
        known => format!("; {} known already", counted(known, "answer is", "answers are")),
    };
    let (model, server) = (listed(&with.prompt.model), &with.server);
    if estimate.calls == 0 {
        return format!("no calls to {model} at {server} are needed{known}");
    }
    let calls = counted(usize::try_from(estimate.calls).unwrap_or(usize::MAX), "call", "calls");
    let (read, written) = (estimate.read(), estimate.written());
    let money = match prices {
        Some(prices) => format!("by the prices given, some {:.4}", prices.of(read, written)),
        None => "--price-in and --price-out tell what that costs".into(),
    };
    format!(
        "{calls} to {model} at {server}: some {read} tokens to read (one for {CHARACTERS_PER_TOKEN} characters) and {written} to write \
         ({ANSWER_TOKENS} an answer); {money}{known}"
    )
}

/// Whether calls may be made, by whoever started this.
fn may_cost(arguments: &ModelArguments) -> Result<(), Failure> {
    if arguments.yes {
        return Ok(());
    }
    let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let may = is_asked && Confirm::new().with_prompt("make these calls?").default(false).interact().unwrap_or(false);
    if may { Ok(()) } else { Err(Failure::Call(anyhow!("nothing was sent: --yes makes these calls"))) }
}

fn progress(calls: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(calls);
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} answered, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// What is said of questions that have no answer.
pub(super) fn left(count: usize) -> String {
    format!("{} left without an answer: their cells are empty, and the same command asks them again", question(count))
}
