//! `cargo xtask`: builds the graders, runs the program, runs the checks.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use xtask::toolchain::Toolchain;
use xtask::{book, graders, interpreters, languages, pages, python, workspace};

/// What is needed around cargo.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the graders into target/graders/, with a Wasm toolchain that is found, added or unpacked.
    Graders {
        /// Use Debian's Rust even if rustup has the target: another compiler gives other bytes.
        #[arg(long)]
        debian: bool,
    },
    /// Build everything and run `assay` with these arguments.
    Run {
        /// Arguments of `assay`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build everything and run all tests.
    Test {
        /// Arguments of `cargo test`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the Python package as a wheel, install it below target/python/, and run its tests.
    Python {
        /// Arguments of pytest.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Check the form of the code, clippy's lints, and the dependencies' licences (cargo-deny, if it is there).
    Lint,
    /// Hold the dependencies against the database of security advisories, which cargo-deny downloads.
    Advisories,
    /// Install the tools for graders in C, Zig, Go, Python, JavaScript and TypeScript below target/languages/, which tests build some with.
    Languages,
    /// Build the interpreters for graders that are source text, in Python and JavaScript, into target/interpreters/.
    Interpreters,
    /// Write the pages of docs/ that are made of the code: the contract's reference, the fields of competitions, the crates.
    Pages,
    /// Check the links of all documents, and make the book of docs/ in target/book/.
    Book {
        /// Where files of the repository can be looked at, for links to them; without it they are text.
        #[arg(long, value_name = "URL")]
        repository: Option<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    let workspace = workspace();
    if matches!(task, Task::Pages) {
        for page in pages::write(&workspace)? {
            eprintln!("wrote {}", page.display());
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Task::Book { repository } = &task {
        let folder = book::build(&workspace, repository.as_deref().map(|url| url.trim_end_matches('/')))?;
        eprintln!("built {}", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    if matches!(task, Task::Interpreters) {
        interpreters::build(&workspace)?;
        eprintln!("built {}", workspace.join("target/interpreters").display());
        return Ok(ExitCode::SUCCESS);
    }
    if matches!(task, Task::Languages) {
        languages::install(&workspace)?;
        return Ok(ExitCode::SUCCESS);
    }
    if matches!(task, Task::Advisories) {
        let found = Command::new("cargo-deny").arg("--version").output();
        found.context("cargo-deny is not installed: `cargo install --locked cargo-deny`")?;
        cargo(&["deny", "--workspace", "check", "advisories"])?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = workspace.join(".toolchain");
    let toolchain = match task {
        Task::Graders { debian: true } => Toolchain::debian(&folder)?,
        _ => Toolchain::find_or_make(&folder)?,
    };
    let target = workspace.join("target");
    graders::build(&workspace, graders::GRADERS, &toolchain, &target.join("wasm"), &target.join("graders"))?;
    match task {
        Task::Graders { .. } => {
            eprintln!("built {}", workspace.join("target/graders").display());
            Ok(ExitCode::SUCCESS)
        }
        Task::Run { arguments } => {
            build()?;
            let program = workspace.join("target/release/assay");
            let status = Command::new(&program).args(arguments).status();
            let status = status.with_context(|| format!("cannot start {}", program.display()))?;
            Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
        }
        Task::Test { arguments } => {
            build()?;
            let mut command = vec!["test", "--locked", "--release", "--workspace", "--no-fail-fast"];
            command.extend(arguments.iter().map(String::as_str));
            // Much of what tests do is waiting, for a time limit or a server, in which others can run.
            let cores = std::thread::available_parallelism().map_or(2, usize::from);
            let threads = std::env::var("RUST_TEST_THREADS").unwrap_or_else(|_| (2 * cores).to_string());
            cargo_with(&command, &[("RUST_TEST_THREADS", &threads)])?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Python { arguments } => {
            build()?;
            python::test(&workspace, &arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Pages | Task::Book { .. } | Task::Interpreters | Task::Advisories | Task::Languages => {
            Ok(ExitCode::SUCCESS)
        }
        Task::Lint => {
            cargo(&["fmt", "--all", "--check"])?;
            cargo(&["clippy", "--locked", "--release", "--workspace", "--all-targets", "--", "--deny", "warnings"])?;
            match Command::new("cargo-deny").arg("--version").output() {
                Ok(_) => cargo(&["deny", "--workspace", "check", "bans", "licenses", "sources"])?,
                Err(_) => eprintln!("cargo-deny is not installed: licences and sources are not checked"),
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Builds the program. Features are those of the whole workspace, as in tests, so that nothing is compiled twice.
fn build() -> Result<()> {
    cargo(&["build", "--locked", "--release", "--workspace", "--bin", "assay"])
}

fn cargo(arguments: &[&str]) -> Result<()> {
    cargo_with(arguments, &[])
}

fn cargo_with(arguments: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let status = command.current_dir(workspace()).args(arguments).envs(variables.iter().copied()).status()?;
    ensure!(status.success(), "cargo {} failed", arguments.join(" "));
    Ok(())
}
