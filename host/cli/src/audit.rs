//! `assay audit`: what is a grader, and what can it touch?

mod all;
mod diff;
mod named;
mod options;
mod source;
mod summary;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::anyhow;
use assay::audit::{Audit, AuditError, Kind, Subject, audit};
use assay::check::Case;
use assay::{Assay, Competitions};
use assay_confine::Access;
use assay_tables::read::OpenFile;
use clap::{Args, ValueEnum};

use self::named::{Named, NotNamed, named};
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
    match found(arguments, global) {
        Ok(ended) => Ok(ended),
        Err(NotNamed::Call(failure)) => Err(failure),
        Err(NotNamed::Source(words)) => {
            output::message(&format!("error: {words}"));
            Ok(Ended::AtFault)
        }
    }
}

fn found(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, NotNamed> {
    let (competitions, catalog, lock) = (global.competitions()?, global.graders()?, arguments.against.lock()?);
    let find = |name: &str| named(name, arguments.kind.map(Kind::from), &catalog, &competitions);
    let more = arguments.cases.as_ref().map(|folder| Case::read_folder(folder)).transpose().map_err(Failure::call)?;
    let more = more.unwrap_or_default();
    let format = Format::or_by_terminal(arguments.format);
    let ended = match (arguments.diff, arguments.names.as_slice()) {
        (false, [name]) => {
            let Named { subject, cases } = find(name)?;
            let assay = service(&[&subject], competitions, global)?;
            told(audit(&assay, &subject, &each_once([cases, more]), &lock), |audit| {
                match format {
                    Format::Json => output::json(&audit)?,
                    Format::Table => show(&audit, arguments.all)?,
                }
                Ok(if audit.passes() { Ended::Fine } else { Ended::AtFault })
            })
        }
        (true, [one, other]) => {
            let (of_one, of_other) = (find(one)?, find(other)?);
            let subjects = [&of_one.subject, &of_other.subject];
            let assay = service(&subjects, competitions, global)?;
            let cases = each_once([of_one.cases, of_other.cases, more]);
            told(assay::audit::diff(&assay, subjects, &cases, &lock), |found| {
                match format {
                    Format::Json => output::json(&found)?,
                    Format::Table => output::text(&diff::told(&found, one, other))?,
                }
                Ok(Ended::Fine)
            })
        }
        (true, _) => Err(Failure::Call(anyhow!("`--diff` takes two names, A and B; there is one"))),
        (false, _) => Err(Failure::Call(anyhow!("several names need `--diff`, which says what changed between two"))),
    };
    Ok(ended?)
}

/// A service that may read what an audit of these reads.
fn service(subjects: &[&Subject], competitions: Competitions, global: &GlobalArguments) -> Result<Assay, Failure> {
    // A component's file is compiled and asked by another process.
    let mut access = Access::none();
    access.start_itself();
    for subject in subjects {
        if let Subject::File(path) | Subject::Given(_, Some(path)) = subject {
            may_read(&mut access, OpenFile::open(path));
        }
    }
    let graders = subjects.iter().flat_map(|subject| subject.graders(&competitions)).collect();
    let needs = Needs { competitions, graders: Compiled::Ahead(graders), access, uses_answers: false };
    global.service(needs, |builder| builder)
}

/// Tells what was found, or what is wrong with the component, which is no fault of the call.
fn told<T>(found: Result<T, AuditError>, tell: impl FnOnce(T) -> Result<Ended, Failure>) -> Result<Ended, Failure> {
    match found {
        Ok(found) => tell(found),
        Err(error) if error.is_of_the_component() => {
            output::message(&format!("error: {error}"));
            Ok(Ended::AtFault)
        }
        Err(error) => Err(Failure::call(error)),
    }
}

fn show(audit: &Audit, all: bool) -> Result<(), Failure> {
    let rows = if all { all::rows(audit) } else { summary::rows(audit) };
    output::table(&[], rows.into_iter().map(|(name, values)| vec![name, values.join("\n")]))?;
    audit.source.as_ref().map_or(Ok(()), |source| output::text(&source::numbered(source)))
}

/// All cases, those of the same name and content once.
fn each_once<const N: usize>(cases: [Vec<Case>; N]) -> Vec<Case> {
    let mut seen = BTreeSet::new();
    cases.into_iter().flatten().filter(|case| seen.insert(case.digest())).collect()
}

/// A name and its values, which stand below one another.
type Row = (String, Vec<String>);

fn row(name: &str, value: impl Into<String>) -> Row {
    (name.to_owned(), vec![value.into()])
}
