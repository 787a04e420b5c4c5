//! Pages as a newcomer follows them: each file is written, each command run, and what it prints is what the page shows.
//!
//! A block after a line with a file's name in backquotes and a colon is that file. A block `sh` is run, and the block `text` after it is what
//! it prints; a line `…` there stands for any lines. A block `shell` is for readers alone.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_tests::{Failure, assay, interpreters, root};
use xtask::languages::tool;
use xtask::toolchain::Toolchain;

/// A block of the page.
#[derive(Debug)]
struct Block {
    /// The heading of the second level that it stands below.
    section: String,
    /// The file that it is.
    file: Option<String>,
    language: String,
    text: String,
    /// Its first line in the page.
    line: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut section, mut file) = (String::new(), None);
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut section);
        } else if let Some(name) = named(line) {
            file = Some(name.to_owned());
        } else if let Some(language) = line.strip_prefix("```") {
            let text: String = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| *line != "```")
                .flat_map(|line| [line, "\n"])
                .collect();
            blocks.push(Block {
                section: section.clone(),
                file: file.take(),
                language: language.into(),
                text,
                line: number + 1,
            });
        } else if !line.is_empty() {
            file = None;
        }
    }
    blocks
}

/// The file that a line names: nothing else stands on it.
fn named(line: &str) -> Option<&str> {
    line.strip_prefix('`')?.strip_suffix("`:").filter(|name| !name.contains('`'))
}

/// A line without what tells one build from another: digests, sizes, and the work of an interpreter.
fn settled(line: &str) -> String {
    let hexadecimal = |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digest = line.split([':', ' ']).find(hexadecimal);
    let line = digest.map_or(line.to_owned(), |digest| line.replace(digest, "DIGEST"));
    match line.split_whitespace().collect::<Vec<_>>().as_slice() {
        [rows, fuel, bar] if bar.bytes().all(|byte| byte == b'#') && fuel.parse::<u64>().is_ok() => {
            format!("{rows} rows")
        }
        [file, name, version, _, "bytes,", rest @ ..] => format!("{file} {name} {version} SIZE {}", rest.join(" ")),
        _ => line.trim_end().to_owned(),
    }
}

/// True if what was printed is what the page shows.
fn agrees(shown: &[String], printed: &[String]) -> bool {
    match shown {
        [] => printed.is_empty(),
        [any, rest @ ..] if any == "…" => (0..=printed.len()).any(|skipped| agrees(rest, &printed[skipped..])),
        [line, rest @ ..] => printed.first() == Some(line) && agrees(rest, &printed[1..]),
    }
}

/// The folder of a program `assay` that prints as on a terminal, and has the interpreters as if they were its own, where they are built.
fn program(folder: &Path) -> Result<PathBuf, Failure> {
    let interpreters = root().join("target/interpreters");
    let graders = if interpreters.is_dir() { format!("--graders '{}'", interpreters.display()) } else { String::new() };
    let script = format!(
        "#!/bin/sh\nset -- \"$@\"\ncase \" $* \" in *' --graders '* | ' new '* | ' component '*) ;; *) set -- \"$@\" {graders} ;; esac\n\
         case \" $* \" in ' grade-sample '* | ' check '* | ' audit '* | ' lock --check '*) set -- \"$@\" --format table ;; esac\n\
         exec '{}' \"$@\"\n",
        assay()?.get_program().display(),
    );
    let bin = folder.join("bin");
    fs::create_dir(&bin)?;
    fs::write(bin.join("assay"), script)?;
    let made = Command::new("chmod").arg("+x").arg(bin.join("assay")).status()?;
    assert!(made.success());
    Ok(bin)
}

/// The variables that name a section's tools; none if they are not there.
fn tools(section: &str) -> Result<Option<Vec<(String, OsString)>>, Failure> {
    let named = |name: &str| tool(&root(), name).map(|found| vec![(name.to_owned(), found)]);
    Ok(match section {
        "As a component, in Python" => named("COMPONENTIZE_PY"),
        "As a component, in Rust" => {
            let cargo = Toolchain::find_or_make(&root().join(".toolchain"))?.cargo(&[]);
            let set = cargo
                .get_envs()
                .filter_map(|(name, value)| Some((name.to_string_lossy().into_owned(), value?.to_owned())));
            Some(set.chain([("CARGO_TARGET_DIR".to_owned(), root().join("target/tests-rust").into())]).collect())
        }
        _ => Some(Vec::new()),
    })
}

/// Follows a page in an empty folder, from the section of this name on. At least so many blocks show what is printed.
fn followed(page: &str, from: Option<&str>, least: usize) -> Result<(), Failure> {
    let page = fs::read_to_string(root().join(page))?;
    let folder = tempfile::tempdir()?;
    let bin = program(folder.path())?;
    let place = folder.path().join("empty");
    fs::create_dir(&place)?;
    let path = [bin.into_os_string(), std::env::var_os("PATH").unwrap_or_default()].join(&OsString::from(":"));
    let (mut printed, mut shown) = (None, 0);
    for block in blocks(&page).into_iter().filter(|block| from.is_none_or(|from| block.section == from)) {
        let Some(tools) = tools(&block.section)? else {
            eprintln!("{}: its tools are not installed, so it is not tested: `cargo xtask languages`", block.section);
            continue;
        };
        match (&block.file, block.language.as_str()) {
            (Some(file), _) => {
                let file = place.join(file);
                fs::create_dir_all(file.parent().unwrap_or(&place))?;
                fs::write(file, &block.text)?;
            }
            (None, "sh") => {
                let crate_in_rust = place.join("rust/brier-score");
                if crate_in_rust.is_dir() {
                    // The versions that this workspace has, so that nothing is downloaded.
                    fs::copy(root().join("Cargo.lock"), crate_in_rust.join("Cargo.lock"))?;
                }
                let mut shell = Command::new("sh");
                shell.current_dir(&place).env("PATH", &path).env("XDG_CACHE_HOME", root().join("target/tests-cache"));
                shell.env_remove("ASSAY").envs(tools.iter().map(|(name, value)| (name, value)));
                let run = shell.args(["-ec", &format!("exec 2>&1\n{}", block.text)]).output()?;
                let text = String::from_utf8(run.stdout)?;
                assert!(run.status.success(), "line {}: {}\n{text}", block.line, block.text);
                printed = Some(text);
            }
            (None, "text") => {
                let text = printed.take().ok_or_else(|| format!("line {}: nothing was run", block.line))?;
                // The interpreters are in a folder here, and therefore marked; those that the program carries are not.
                let told = |line: &&str| !line.starts_with(" not in the lock  grader `python`");
                let lines = |text: &str| text.lines().filter(told).map(settled).collect::<Vec<_>>();
                let same = agrees(&lines(&block.text), &lines(&text));
                assert!(same, "line {} shows\n{}\nbut this is printed:\n{text}", block.line, block.text);
                shown += 1;
            }
            _ => {}
        }
    }
    assert!(shown >= least, "only {shown} blocks of output were compared");
    Ok(())
}

#[test]
fn the_first_grader_is_made_as_the_page_says() -> Result<(), Failure> {
    if interpreters().is_none() {
        return Ok(());
    }
    followed("docs/first-grader.md", None, 8)
}

/// The page's other parts are no steps, so only one section is followed.
#[test]
fn a_new_competition_is_prepared_as_the_page_says() -> Result<(), Failure> {
    followed("docs/recipes.md", Some("A new competition"), 5)
}
