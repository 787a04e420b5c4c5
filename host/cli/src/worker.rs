//! The command that the program gives itself to compile and run components that others made, in a process of its own.

use std::process::ExitCode;

use super::output;

pub(super) fn run() -> ExitCode {
    match assay_sandbox::worker::serve(std::io::stdin(), std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::message(&error.to_string());
            ExitCode::from(1)
        }
    }
}
