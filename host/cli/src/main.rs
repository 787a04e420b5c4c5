//! The program `assay`: it parses the command line, calls the library, and prints. Data go to stdout, messages to stderr.

mod advice;
mod aggregate;
mod audit;
mod bootstrap;
mod card;
mod check;
mod check_rules;
mod collect;
mod compare;
mod competitions;
mod component;
mod doctor;
mod global;
mod grade;
mod grade_sample;
mod graders;
mod inputs;
mod interruption;
mod keys;
mod leaderboards;
mod limits;
mod links;
mod lock;
mod log;
mod new;
mod operator_log;
mod output;
mod panics;
mod plagiarism;
mod prepare;
mod preparing;
mod quantities;
mod rank;
mod report;
mod reports;
mod run;
mod serve;
mod size;
mod token;
mod validate;
mod verify;
mod wit;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use assay::audit::AuditError;
use assay::{GradeError, GraderError, PrepareError, ValidateError};
use clap::{Parser, Subcommand};

use self::global::GlobalArguments;

/// Grades submissions to machine-learning competitions with sandboxed WebAssembly graders.
///
/// Exit codes: 0 fine, 1 the submission or the run is at fault, 2 the call is, 3 the program is, 130 and 143 a batch was interrupted.
#[derive(Parser)]
#[command(name = "assay", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: GlobalArguments,
}

#[derive(Subcommand)]
enum Command {
    GradeSample(grade_sample::Arguments),
    Grade(grade::Arguments),
    Doctor(doctor::Arguments),
    Prepare(prepare::Arguments),
    Validate(validate::Arguments),
    Serve(serve::Arguments),
    /// Make, list and revoke the tokens of those who may call a grading server.
    Token(token::Arguments),
    Keys(keys::Arguments),
    Verify(verify::Arguments),
    Collect(collect::Arguments),
    Aggregate(aggregate::Arguments),
    Rank(rank::Arguments),
    /// Run cards: what does one lack?
    Card(card::Arguments),
    Compare(compare::Arguments),
    Report(report::Arguments),
    Run(Box<run::Arguments>),
    CheckRules(Box<check_rules::Arguments>),
    Plagiarism(Box<plagiarism::Arguments>),
    Audit(audit::Arguments),
    Check(check::Arguments),
    Lock(lock::Arguments),
    /// List the competitions, or show one.
    Competitions(competitions::Arguments),
    /// List the graders, compile them ahead, add some that others made, or share one.
    Graders(graders::Arguments),
    /// Read the log of uses: is it whole, and how often were answers used?
    Log(log::Arguments),
    /// Start a grader.
    New(new::Arguments),
    Component(component::Arguments),
    Wit(wit::Arguments),
    /// Print the JSON schema of reports.
    Schema,
    /// Compile and run components that others made, in a process of its own: for the program itself.
    #[command(hide = true)]
    Worker,
}

/// How a command ended that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Fine,
    /// The submission or the run is at fault.
    AtFault,
    /// A signal asked it to end before it was done: the exit code.
    Interrupted(u8),
}

/// Why a command could not be carried out.
#[derive(Debug)]
enum Failure {
    /// The call is at fault.
    Call(anyhow::Error),
    /// The program or the machine is at fault.
    Program(anyhow::Error),
}

impl Failure {
    /// The call is at fault, unless the error says that the machine is.
    fn call(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        if is_host_fault(&error) { Failure::Program(error) } else { Failure::Call(error) }
    }

    fn program(error: impl Into<anyhow::Error>) -> Self {
        Failure::Program(error.into())
    }
}

/// True if the machine gave too little, of threads or processes for one.
fn is_host_fault(error: &anyhow::Error) -> bool {
    error.chain().any(|error| {
        let prepared = error.downcast_ref().or(match error.downcast_ref() {
            Some(GradeError::Prepare(error)) => Some(error),
            _ => match error.downcast_ref() {
                Some(ValidateError::Prepare(error)) => Some(error),
                _ => None,
            },
        });
        prepared.is_some_and(PrepareError::is_host_fault)
            || error.downcast_ref().is_some_and(GraderError::is_host_fault)
            || error.downcast_ref().is_some_and(AuditError::is_host_fault)
            || matches!(error.downcast_ref(), Some(ValidateError::Host(_)))
    })
}

fn main() -> ExitCode {
    panics::say_briefly();
    // Before anything is opened: what the program was started with is neither its own nor its workers'.
    assay_confine::close_inherited(std::env::args_os());
    let Arguments { command, global } = Arguments::parse();
    if matches!(command, Command::Worker) {
        // Whoever started it tells by its exit code that it panicked.
        return carry_out(command, &global);
    }
    // That was said when it happened.
    catch_unwind(AssertUnwindSafe(|| carry_out(command, &global))).unwrap_or(ExitCode::from(3))
}

fn carry_out(command: Command, global: &GlobalArguments) -> ExitCode {
    let ended = match command {
        Command::GradeSample(arguments) => grade_sample::run(&arguments, global),
        Command::Grade(arguments) => grade::run(&arguments, global),
        Command::Validate(arguments) => validate::run(&arguments, global),
        Command::Serve(arguments) => serve::run(&arguments, global),
        Command::Token(arguments) => token::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments, global),
        Command::Verify(arguments) => verify::run(&arguments, global),
        Command::Collect(arguments) => collect::run(&arguments),
        Command::Aggregate(arguments) => aggregate::run(&arguments, global),
        Command::Rank(arguments) => rank::run(&arguments, global),
        Command::Card(arguments) => card::run(&arguments, global),
        Command::Compare(arguments) => compare::run(&arguments, global),
        Command::Report(arguments) => report::run(&arguments),
        Command::Run(arguments) => run::run(&arguments, global),
        Command::CheckRules(arguments) => check_rules::run(&arguments, global),
        Command::Plagiarism(arguments) => plagiarism::run(&arguments, global),
        Command::Audit(arguments) => audit::run(&arguments, global),
        Command::Check(arguments) => check::run(&arguments, global),
        Command::Lock(arguments) => lock::run(&arguments, global),
        Command::Prepare(arguments) => prepare::run(&arguments, global),
        Command::Doctor(arguments) => doctor::run(&arguments, global),
        Command::Competitions(arguments) => competitions::run(&arguments, global),
        Command::Graders(arguments) => graders::run(&arguments, global),
        Command::Log(arguments) => log::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Component(arguments) => component::run(&arguments, global),
        Command::Wit(arguments) => wit::run(&arguments),
        Command::Schema => output::json(&assay_types::report::schema()).map(|()| Ended::Fine),
        Command::Worker => return worker::run(),
    };
    let (code, error) = match ended {
        Ok(Ended::Fine) => return ExitCode::SUCCESS,
        Ok(Ended::AtFault) => return ExitCode::from(1),
        Ok(Ended::Interrupted(code)) => return ExitCode::from(code),
        Err(Failure::Call(error)) => (2, error),
        Err(Failure::Program(error)) => (3, error),
    };
    let advice = advice::advice(&error).unwrap_or_default();
    output::message(&format!("error: {error:#}{advice}"));
    ExitCode::from(code)
}
