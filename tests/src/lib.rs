//! What tests end to end share.

use std::path::PathBuf;
use std::process::Command;

/// Why a test cannot go on.
pub type Failure = Box<dyn std::error::Error>;

/// The workspace.
#[must_use]
pub fn root() -> PathBuf {
    xtask::workspace()
}

/// The program, as `cargo xtask test` builds it before the tests.
///
/// # Errors
///
/// If it is not there.
pub fn assay() -> Result<Command, Failure> {
    // A test is in target/release/deps/, and the program in target/release/.
    let test = std::env::current_exe()?;
    let program = test.ancestors().nth(2).map(|folder| folder.join("assay")).filter(|program| program.is_file());
    Ok(Command::new(program.ok_or("the program is not built: run the tests by `cargo xtask test`")?))
}
