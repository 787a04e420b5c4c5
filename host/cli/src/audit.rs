//! `assay audit`: what is a grader, and what can it touch?

mod details;
mod summary;

use assay::audit::{Kind, Subject, audit};
use assay_confine::Access;
use assay_tables::read::OpenFile;
use clap::{Args, ValueEnum};

use super::global::{Compiled, GlobalArguments, Needs, graders_of, may_read};
use super::output::{self, Format};
use super::{Ended, Failure};

/// Show what a grader is made of and can touch, and how a competition comes to its scores.
///
/// The component is read, not run, but for asking a valid one what it is. The exit code is 1 if it would be refused.
#[derive(Args)]
pub(super) struct Arguments {
    /// A grader, a competition, or a component's file. What ends in `.wasm` is a file; a name that is both a grader's and a
    /// competition's is the grader's.
    name: String,
    /// What the name is of.
    #[arg(long)]
    kind: Option<Named>,
    /// Show everything: what it is made of, instruction by instruction, its limits, and the way from a submission to its score.
    #[arg(long)]
    details: bool,
    /// The form [default: a table on a terminal, JSON elsewhere]. JSON has all details.
    #[arg(long)]
    format: Option<Format>,
}

/// What a name is of.
#[derive(Clone, Copy, ValueEnum)]
enum Named {
    File,
    Grader,
    Competition,
}

impl From<Named> for Kind {
    fn from(named: Named) -> Self {
        match named {
            Named::File => Kind::File,
            Named::Grader => Kind::Grader,
            Named::Competition => Kind::Competition,
        }
    }
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let competitions = global.competitions()?;
    // A component's file is compiled and asked by another process.
    let mut access = Access::none();
    access.start_itself();
    may_read(&mut access, OpenFile::open(arguments.name.as_ref()));
    let mut graders = graders_of(&competitions, [arguments.name.as_str()]);
    graders.push(arguments.name.clone());
    let needs = Needs { competitions, graders: Compiled::Ahead(graders), access, uses_answers: false };
    let assay = global.service(needs, |builder| builder)?;
    let (graders, competitions) = (assay.graders(), assay.competitions());
    let kind = arguments.kind.map(Kind::from);
    let subject = Subject::find(&arguments.name, kind, graders, competitions).map_err(Failure::call)?;
    let audit = match audit(&subject, graders, competitions) {
        Ok(audit) => audit,
        Err(error) if error.is_of_the_component() => {
            output::message(&format!("error: {error}"));
            return Ok(Ended::AtFault);
        }
        Err(error) => return Err(Failure::call(error)),
    };
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&audit)?,
        Format::Table => {
            let rows = if arguments.details { details::rows(&audit) } else { summary::rows(&audit) };
            output::table(&[], rows.into_iter().map(|(name, values)| vec![name, values.join("\n")]))?;
        }
    }
    Ok(if audit.grader.refused.is_none() { Ended::Fine } else { Ended::AtFault })
}

/// A name and its values, which stand below one another.
type Row = (String, Vec<String>);

fn row(name: &str, value: impl Into<String>) -> Row {
    (name.to_owned(), vec![value.into()])
}
