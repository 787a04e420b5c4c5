//! The program `assay`: parse the command line, call the library, print.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
