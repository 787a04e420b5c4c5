//! `assay graders warm`: compiles graders before they are needed.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use assay::{Assay, CatalogError, Competitions, CompetitionsError, GraderCatalog, GraderError, Source, Warmed};
use assay_confine::Access;
use assay_tables::read;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::global::{Compiled, GlobalArguments, Needs};
use crate::output::{self, Format};
use crate::{Ended, Failure};

/// Why a grader is not at hand that a competition names by its source.
const NO_INTERPRETER: &str = "a competition's grader is source text, and its interpreter is not among the graders at hand: `cargo xtask \
                              interpreters` builds it, and `--graders target/interpreters` names its folder";

/// Compile graders into the cache before they are needed, so that no grading waits for it.
///
/// What is compiled serves runs with the same `--cache-dir`, `--profile` and program. The exit code is 1 if a grader was refused.
#[derive(Args)]
pub(super) struct Arguments {
    /// Graders, components' files (.wasm), and competitions, whose graders they are [default: all graders at hand, with the interpreters
    /// of those that are source text].
    names: Vec<String>,
    /// All graders at hand, as if nothing was named.
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// The form [default: a line for each as soon as it is done on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// What came of a grader.
#[derive(Serialize)]
struct Told {
    grader: String,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
enum Outcome {
    Compiled { seconds: f64 },
    WasThere,
    Refused { reason: String },
}

/// What is to be compiled.
struct Named {
    competitions: Competitions,
    graders: GraderCatalog,
    names: BTreeSet<String>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let Named { competitions, graders, names } = named(&arguments.names, global)?;
    let no_cache =
        || Failure::Call(anyhow!("there is no cache to compile into: name a folder of yours by --cache-dir"));
    let cache = global.cache().ok_or_else(no_cache)?;
    let format = Format::or_by_terminal(arguments.format);
    let mut progress = Progress::new(names.len(), format);
    let is_own = |name: &&String| matches!(graders.source(name), Some(Source::BuiltIn(_)));
    let (own, others): (Vec<&String>, Vec<&String>) = names.iter().partition(is_own);
    // Their code is run by the process that grades, so a process that is confined cannot keep any.
    let ahead = global.ahead(&cache)?;
    for name in own {
        let component = graders.component(name).map_err(Failure::call)?;
        progress.told(name, || match ahead.compile(&component) {
            Ok(warmed) => Ok(Ok(warmed)),
            Err(error) if error.is_host_fault() => Err(Failure::program(error)),
            Err(error) => Ok(Err(error.to_string())),
        })?;
    }
    if !others.is_empty() {
        let assay = confined(global, competitions, graders.clone())?;
        for name in others {
            progress.told(name, || match assay.graders().warm(name) {
                Err(GraderError::Catalog(error)) if matches!(&*error, CatalogError::Unknown { .. }) => {
                    Ok(Err(NO_INTERPRETER.into()))
                }
                Ok(warmed) => Ok(Ok(warmed)),
                Err(error) if error.is_host_fault() => Err(Failure::program(error)),
                Err(error) => Ok(Err(error.to_string())),
            })?;
        }
    }
    progress.end()
}

/// What is named is compiled by workers, and kept by a process that is confined.
fn confined(global: &GlobalArguments, competitions: Competitions, graders: GraderCatalog) -> Result<Assay, Failure> {
    let mut access = Access::none();
    access.start_itself();
    let needs = Needs { competitions, graders: Compiled::Ahead(Vec::new()), access, uses_answers: false };
    global.service(needs, |builder| builder.graders(graders))
}

/// The graders that these names lead to; all at hand if there are none.
fn named(names: &[String], global: &GlobalArguments) -> Result<Named, Failure> {
    let competitions = global.competitions()?;
    let mut graders = global.graders()?;
    let mut found = BTreeSet::new();
    if names.is_empty() {
        found.extend(graders.sources().map(|(name, _)| name.to_owned()));
        let at_hand = competitions.ids().filter_map(|id| competitions.get(id).ok());
        found.extend(at_hand.filter(|one| one.source.is_some()).map(|one| one.grader.component.clone()));
    }
    for name in names {
        let path = Path::new(name);
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wasm")) {
            let limits = read::Limits { bytes: 64 << 20, ..read::Limits::default() };
            let bytes = read::load(path, &limits).map_err(|error| Failure::Call(anyhow!("{name}: {error}")))?;
            // By its path, so that it takes no other grader's place.
            graders.add(name, bytes);
            found.insert(name.clone());
        } else if graders.source(name).is_some() {
            found.insert(name.clone());
        } else if competitions.ids().any(|id| id == name) {
            found.insert(competitions.get(name).map_err(Failure::call)?.grader.component.clone());
        } else {
            return Err(unknown(name, &graders, &competitions));
        }
    }
    Ok(Named { competitions, graders, names: found })
}

/// There is neither a grader nor a competition of that name: whichever has a name that looks like it is told.
fn unknown(name: &str, graders: &GraderCatalog, competitions: &Competitions) -> Failure {
    match (graders.component(name), competitions.get(name)) {
        (_, Err(CompetitionsError::Catalog(error @ CatalogError::Unknown { .. }))) if matches!(&error, CatalogError::Unknown { near, .. } if !near.is_empty()) => {
            Failure::call(error)
        }
        (Err(error), _) => Failure::call(error),
        (Ok(_), _) => Failure::Call(anyhow!("{name}: there is no grader or competition of that name")),
    }
}

/// What was told so far, with a bar on a terminal.
struct Progress {
    bar: ProgressBar,
    format: Format,
    all: Vec<Told>,
}

impl Progress {
    fn new(graders: usize, format: Format) -> Self {
        // It draws on stderr, and only if that is a terminal.
        let bar = ProgressBar::new(graders as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} graders, {msg}") {
            bar.set_style(style);
        }
        Progress { bar, format, all: Vec::new() }
    }

    /// Compiles a grader, and tells what came of it.
    fn told(
        &mut self,
        name: &str,
        compile: impl FnOnce() -> Result<Result<Warmed, String>, Failure>,
    ) -> Result<(), Failure> {
        self.bar.set_message(name.to_owned());
        let start = Instant::now();
        let outcome = match compile()? {
            Ok(Warmed::WasThere) => Outcome::WasThere,
            Ok(Warmed::Compiled) => Outcome::Compiled { seconds: tenths(start.elapsed()) },
            Err(reason) => Outcome::Refused { reason },
        };
        let told = Told { grader: name.to_owned(), outcome };
        if matches!(self.format, Format::Table) {
            self.bar.suspend(|| output::text(&line(&told)))?;
        }
        self.bar.inc(1);
        self.all.push(told);
        Ok(())
    }

    fn end(self) -> Result<Ended, Failure> {
        self.bar.finish_and_clear();
        if matches!(self.format, Format::Json) {
            output::json(&self.all)?;
        }
        let refused = |told: &Told| matches!(told.outcome, Outcome::Refused { .. });
        Ok(if self.all.iter().any(refused) { Ended::AtFault } else { Ended::Fine })
    }
}

fn line(Told { grader, outcome }: &Told) -> String {
    match outcome {
        Outcome::Compiled { seconds } => format!("{grader}: compiled in {seconds:.1} s"),
        Outcome::WasThere => format!("{grader}: was there"),
        // The reason begins with the grader where it is about it.
        Outcome::Refused { reason } => {
            let reason = reason.strip_prefix(&format!("grader `{grader}`: ")).unwrap_or(reason);
            format!("{grader}: refused: {reason}")
        }
    }
}

/// A time in seconds, to a tenth.
fn tenths(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}
