//! The command line. Data goes to stdout, messages to stderr.

mod advice;
mod audit;
mod competitions;
mod compile;
mod doctor;
mod grade;
mod grade_sample;
mod graders;
mod keys;
mod lock;
mod log;
mod output;
mod surroundings;
mod validate;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::surroundings::Surroundings;

/// Grades submissions to machine-learning competitions with sandboxed WebAssembly graders.
///
/// Exit codes: 0 fine, 1 the submission or the run is at fault, 2 the call is, 3 the program is.
#[derive(Parser)]
#[command(name = "assay", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    surroundings: Surroundings,
}

#[derive(Subcommand)]
enum Command {
    GradeSample(grade_sample::Arguments),
    Grade(grade::Arguments),
    Doctor(doctor::Arguments),
    Validate(validate::Arguments),
    Keys(keys::Arguments),
    Verify(verify::Arguments),
    Audit(audit::Arguments),
    Lock(lock::Arguments),
    /// List the competitions, or show one.
    Competitions(competitions::Arguments),
    /// List the graders, or show one.
    Graders(graders::Arguments),
    /// Read the log of uses: is it whole, and how often were answers used?
    Log(log::Arguments),
    /// Compile a component in a process of its own: for the program itself.
    #[command(hide = true)]
    Compile,
}

/// How a command ended that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Fine,
    /// The submission or the run is at fault.
    AtFault,
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
    fn call(error: impl Into<anyhow::Error>) -> Self {
        Failure::Call(error.into())
    }

    fn program(error: impl Into<anyhow::Error>) -> Self {
        Failure::Program(error.into())
    }
}

pub(crate) fn main() -> ExitCode {
    let Arguments { command, surroundings } = Arguments::parse();
    let ended = match command {
        Command::GradeSample(arguments) => grade_sample::run(&arguments, &surroundings),
        Command::Grade(arguments) => grade::run(&arguments, &surroundings),
        Command::Validate(arguments) => validate::run(&arguments, &surroundings),
        Command::Keys(arguments) => keys::run(&arguments, &surroundings),
        Command::Verify(arguments) => verify::run(&arguments, &surroundings),
        Command::Audit(arguments) => audit::run(&arguments, &surroundings),
        Command::Lock(arguments) => lock::run(&arguments, &surroundings),
        Command::Doctor(arguments) => doctor::run(&arguments, &surroundings),
        Command::Competitions(arguments) => competitions::run(&arguments, &surroundings),
        Command::Graders(arguments) => graders::run(&arguments, &surroundings),
        Command::Log(arguments) => log::run(&arguments),
        Command::Compile => return compile::run(),
    };
    let (code, error) = match ended {
        Ok(Ended::Fine) => return ExitCode::SUCCESS,
        Ok(Ended::AtFault) => return ExitCode::from(1),
        Err(Failure::Call(error)) => (2, error),
        Err(Failure::Program(error)) => (3, error),
    };
    let advice = advice::advice(&error).unwrap_or_default();
    output::message(&format!("error: {error:#}{advice}"));
    ExitCode::from(code)
}
