//! `assay new grader`: a folder to start a grader from, in one of several languages.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};

use super::super::output;
use super::{Ended, Failure, make_folder, write};

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// Write a folder with a grader that builds and grades as it stands: source, bindings, the contract, known answers, a test, a command
/// that builds it.
#[derive(Args)]
pub(super) struct Arguments {
    /// Its name: lower-case words with hyphens, such as `mean-absolute-error`.
    name: String,
    /// The language that it is written in.
    #[arg(long, short)]
    language: Language,
    /// Where the folder NAME is made.
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

/// A language that graders are written in.
#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Rust,
    Python,
    Javascript,
    Typescript,
    C,
    Zig,
    Go,
}

/// What the README of a grader says of its language.
struct Words {
    /// What its files are listed under.
    key: &'static str,
    language: &'static str,
    needs: &'static str,
    source: &'static str,
    sdk: &'static str,
    test: &'static str,
}

impl Language {
    fn words(self) -> Words {
        let words = |key, language, needs, source, sdk, test| Words { key, language, needs, source, sdk, test };
        let python = "Python's pip, which brings the compiler (or set `ZIG` to a Zig 0.17 of yours)";
        match self {
            Language::Rust => words(
                "rust",
                "Rust",
                "Rust 1.95 or later with the target `wasm32-unknown-unknown` (`rustup target add wasm32-unknown-unknown`)",
                "src/lib.rs",
                "assay/",
                "cargo test                     # the metric alone\nassay check .                  # the cases, and what graders often get wrong",
            ),
            Language::Python => words(
                "python",
                "Python",
                "Python's pip, which brings componentize-py",
                "grader.py",
                "assay.py, assay_component.py",
                "python3 -m unittest            # the metric alone\nassay check .                  # the cases, and what graders often get wrong",
            ),
            Language::Javascript => words(
                "javascript",
                "JavaScript",
                "npm, which brings componentize-qjs",
                "grader.js",
                "assay.js, assay_component.js",
                "node --test                    # the metric alone\nassay check .                  # the cases, and what graders often get wrong",
            ),
            Language::Typescript => words(
                "typescript",
                "TypeScript",
                "npm, which brings componentize-qjs and the compiler",
                "grader.ts",
                "assay.js, assay.d.ts, assay_component.js",
                "node --test                    # the metric alone\nassay check .                  # the cases, and what graders often get wrong",
            ),
            Language::C => words(
                "c",
                "C",
                python,
                "grader.c",
                "assay.h, assay.c",
                "assay check .                  # the cases, and what graders often get wrong",
            ),
            Language::Zig => words(
                "zig",
                "Zig",
                python,
                "grader.zig",
                "assay.zig",
                "assay check .                  # the cases, and what graders often get wrong",
            ),
            Language::Go => words(
                "go",
                "Go",
                "Python's pip, which brings the compiler (or set `GO` to a Go 1.24 or later of yours)",
                "grader.go",
                "assay/",
                "go test                        # the metric alone\nassay check .                  # the cases, and what graders often get wrong",
            ),
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    let Arguments { name, language, dir } = arguments;
    let words = language.words();
    check_name(name).map_err(Failure::Call)?;
    let folder = dir.join(name);
    make_folder(&folder)?;
    for (of, path, content) in FILES {
        if *of == "*" || *of == words.key {
            let file = folder.join(path);
            write(&file, filled(content, name, &words).as_bytes())?;
            #[cfg(unix)]
            if file.extension().is_some_and(|extension| extension == "sh") {
                use std::os::unix::fs::PermissionsExt;
                let place = || file.display().to_string();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755))
                    .with_context(place)
                    .map_err(Failure::Program)?;
            }
        }
    }
    output::message(&format!(
        "{} is a grader in {}: `{}` is its metric, `./build.sh` builds it, README.md says more",
        folder.display(),
        words.language,
        words.source
    ));
    Ok(Ended::Fine)
}

/// The rule for names of graders, so that files and packages of all languages may be called so.
fn check_name(name: &str) -> Result<(), anyhow::Error> {
    const LONGEST: usize = 64;
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let good = name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split('-').all(word);
    if good && name.len() <= LONGEST {
        return Ok(());
    }
    Err(anyhow!(
        "`{name}` is no name for a grader: lower-case words of a-z and 0-9 with hyphens between them, {LONGEST} characters at most, such \
         as `mean-absolute-error`"
    ))
}

fn filled(content: &str, name: &str, words: &Words) -> String {
    content
        .replace("{{name}}", name)
        .replace("{{language}}", words.language)
        .replace("{{needs}}", words.needs)
        .replace("{{source}}", words.source)
        .replace("{{sdk}}", &words.sdk.replace(", ", "`, `"))
        .replace("{{test}}", words.test)
}
