//! `assay audit`: what is a grader, and what can it touch?

mod all;
mod diff;
mod named;
mod options;
mod size;
mod source;
mod summary;

use std::path::PathBuf;

use assay::audit::{AuditError, Kind, Subject, audit};
use assay::check::Case;
use assay_confine::Access;
use assay_tables::read::OpenFile;
use clap::{Args, ValueEnum};

use self::named::{Named, named};
use super::global::{Compiled, GlobalArguments, Needs, may_read};
use super::lock::Against;
use super::output::{self, Format};
use super::{Ended, Failure};

/// Show what a grader is and can touch, on one screen, and try it on its known-answer cases; or say what changed between two.
///
/// The component is taken apart, not run, but for asking a valid one what it is, and for its cases. The exit code is 1 if it would be
/// refused. With `--diff` it is 0 whether or not both are the same.
#[derive(Args)]
pub(super) struct Arguments {
    /// A grader, a competition, a component's file (.wasm), a grader's source (.py, .js), or the folder of any of these. A name that is both
    /// a grader's and a competition's is the grader's. With `--diff`, two of them.
    #[arg(required = true, num_args = 1..=2, value_name = "NAME")]
    names: Vec<String>,
    /// Say what changed from the first to the second, and on which cases of both their scores differ.
    #[arg(long)]
    diff: bool,
    /// What the names are of.
    #[arg(long)]
    kind: Option<Kinds>,
    /// More known-answer cases, one in each folder below this one.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Show everything: what it is made of, instruction by instruction, and the way from a submission to its score.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    against: Against,
    /// The form [default: a table on a terminal, JSON elsewhere]. JSON has everything.
    #[arg(long)]
    format: Option<Format>,
}

/// What a name is of.
#[derive(Clone, Copy, ValueEnum)]
enum Kinds {
    File,
    Grader,
    Competition,
}

impl From<Kinds> for Kind {
    fn from(named: Kinds) -> Self {
        match named {
            Kinds::File => Kind::File,
            Kinds::Grader => Kind::Grader,
            Kinds::Competition => Kind::Competition,
        }
    }
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let expected = if arguments.diff { 2 } else { 1 };
    if arguments.names.len() != expected {
        let how = if arguments.diff { "`--diff` takes two names, A and B" } else { "several names need `--diff`" };
        return Err(Failure::Call(anyhow::anyhow!("{how}; there {}", were(arguments.names.len()))));
    }
    let (competitions, catalog, lock) = (global.competitions()?, global.graders()?, arguments.against.lock()?);
    let kind = arguments.kind.map(Kind::from);
    let found = arguments.names.iter().map(|name| named(name, kind, &catalog, &competitions));
    let found = match found.collect::<Result<Vec<Named>, _>>() {
        Ok(found) => found,
        Err(named::NotNamed::Call(failure)) => return Err(failure),
        Err(named::NotNamed::Source(words)) => {
            output::message(&format!("error: {words}"));
            return Ok(Ended::AtFault);
        }
    };
    let more = arguments.cases.as_ref().map(|folder| Case::read_folder(folder)).transpose().map_err(Failure::call)?;
    let (subjects, cases) = gathered(found, more.unwrap_or_default());
    // A component's file is compiled and asked by another process.
    let mut access = Access::none();
    access.start_itself();
    for subject in &subjects {
        if let Subject::File(path) | Subject::Given(_, Some(path)) = subject {
            may_read(&mut access, OpenFile::open(path));
        }
    }
    let graders = subjects.iter().flat_map(|subject| subject.graders(&competitions)).collect();
    let needs = Needs { competitions, graders: Compiled::Ahead(graders), access, uses_answers: false };
    let assay = global.service(needs, |builder| builder)?;
    let format = Format::or_by_terminal(arguments.format);
    match subjects.as_slice() {
        [one, other] => {
            let found = assay::audit::diff(&assay, [one, other], &cases, &lock);
            let [one, other] = arguments.names.as_slice() else { return Ok(Ended::Fine) };
            read(found, |found| match format {
                Format::Json => output::json(&found).map(|()| Ended::Fine),
                Format::Table => output::text(&diff::told(&found, one, other)).map(|()| Ended::Fine),
            })
        }
        subjects => {
            let Some(subject) = subjects.first() else { return Ok(Ended::Fine) };
            read(audit(&assay, subject, &cases, &lock), |found| {
                match format {
                    Format::Json => output::json(&found)?,
                    Format::Table => {
                        let rows = if arguments.all { all::rows(&found) } else { summary::rows(&found) };
                        output::table(&[], rows.into_iter().map(|(name, values)| vec![name, values.join("\n")]))?;
                        if let Some(source) = &found.source {
                            output::text(&source::numbered(source))?;
                        }
                    }
                }
                Ok(if found.passes() { Ended::Fine } else { Ended::AtFault })
            })
        }
    }
}

/// Shows what was found, or says what is wrong with the component, which is no fault of the call.
fn read<T>(found: Result<T, AuditError>, show: impl FnOnce(T) -> Result<Ended, Failure>) -> Result<Ended, Failure> {
    match found {
        Ok(found) => show(found),
        Err(error) if error.is_of_the_component() => {
            output::message(&format!("error: {error}"));
            Ok(Ended::AtFault)
        }
        Err(error) => Err(Failure::call(error)),
    }
}

/// What the names are of, and all their cases, each once.
fn gathered(found: Vec<Named>, more: Vec<Case>) -> (Vec<Subject>, Vec<Case>) {
    let (mut subjects, mut cases) = (Vec::new(), Vec::new());
    for Named { subject, cases: own } in found {
        subjects.push(subject);
        cases.extend(own);
    }
    cases.extend(more);
    let mut seen = std::collections::BTreeSet::new();
    cases.retain(|case| seen.insert(case.digest()));
    (subjects, cases)
}

fn were(count: usize) -> String {
    if count == 1 { "is one".into() } else { format!("are {count}") }
}

/// A name and its values, which stand below one another.
type Row = (String, Vec<String>);

fn row(name: &str, value: impl Into<String>) -> Row {
    (name.to_owned(), vec![value.into()])
}
