//! The command that the program gives itself to compile a component in a process of its own.

use std::process::ExitCode;

use super::output;

pub(super) fn run() -> ExitCode {
    match assay_host::sandbox::compile(std::io::stdin().lock(), std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::message(&error);
            ExitCode::from(1)
        }
    }
}
