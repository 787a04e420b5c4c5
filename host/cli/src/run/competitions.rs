//! What runs need of competitions: the folder that an agent gets, and keys for its checker, which has no answers.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use assay::{Competitions, DataDir};
use assay_agents::checker::CheckerProgram;
use assay_agents::life::Competition;
use assay_tables::key_file;
use assay_tables::read;
use assay_types::competition;

use super::super::Failure;
use super::super::global::GlobalArguments;
use super::super::reports::bounded;

/// The largest list of competitions, in bytes.
const LIST_BYTES: u64 = 1 << 20;

/// The ids of a list, an id a line; blank lines are skipped, and those that begin with #, as in other lists.
pub(super) fn listed(file: &Path) -> Result<Vec<String>, Failure> {
    let text = bounded(file, LIST_BYTES, "--competition-set")?;
    let text =
        String::from_utf8(text).map_err(|_| anyhow!("--competition-set {}: it is not UTF-8 text", file.display()));
    let text = text.map_err(Failure::Call)?;
    let ids: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(ToOwned::to_owned)
        .collect();
    if ids.is_empty() {
        return Err(Failure::Call(anyhow!("--competition-set {}: it names no competition", file.display())));
    }
    Ok(ids)
}

/// What the runs of these competitions need. All that lacks anything are told, before anything is started.
pub(super) fn ready<'a>(
    ids: impl Iterator<Item = &'a String>,
    competitions: &Competitions,
    data: &DataDir,
    keys: Option<&Path>,
    place: &Path,
    global: &GlobalArguments,
) -> Result<HashMap<String, Competition>, Failure> {
    let (mut ready, mut lacking) = (HashMap::new(), Vec::new());
    for id in ids {
        if ready.contains_key(id) {
            continue;
        }
        let competition = competitions.get(id).map_err(Failure::call)?;
        match one(&competition, data, keys, place, global) {
            Ok(found) => drop(ready.insert(id.clone(), found)),
            Err(error) => lacking.push(format!("{id}: {error:#}")),
        }
    }
    if lacking.is_empty() { Ok(ready) } else { Err(Failure::Call(anyhow!("{}", lacking.join("\n")))) }
}

fn one(
    competition: &competition::Competition,
    data: &DataDir,
    keys: Option<&Path>,
    place: &Path,
    global: &GlobalArguments,
) -> anyhow::Result<Competition> {
    let id = &competition.id;
    let hint = || format!("it is not prepared: `assay prepare -c {id}`");
    let public = data.prepared(id).join("public");
    let public = public.canonicalize().with_context(|| public.display().to_string()).with_context(hint)?;
    anyhow::ensure!(public.is_dir(), "{} is no folder", public.display());
    if let Ok(answers) = data.answers_file(competition).canonicalize() {
        anyhow::ensure!(
            !answers.starts_with(&public),
            "its answers, {}, are in the folder that agents get",
            answers.display()
        );
    }
    let keys = match keys {
        Some(folder) => {
            let file = folder.join(format!("{id}.keys.jsonl"));
            file.canonicalize().with_context(|| format!("--keys: {}", file.display()))?
        }
        None => made(competition, data, place).with_context(hint)?,
    };
    let mut arguments = global.again();
    arguments.extend(["serve", "--competition", id, "--unix-mode", "600", "--keys"].map(Into::into));
    arguments.push(keys.into());
    let program = super::super::global::this_program().map_err(|_| anyhow!("the program cannot find itself"))?;
    Ok(Competition { public, checker: CheckerProgram { program, arguments, socket: ("--unix".into(), "".into()) } })
}

/// The keys of the answers, as a file.
fn made(competition: &competition::Competition, data: &DataDir, place: &Path) -> anyhow::Result<PathBuf> {
    let expected = data.expected(competition, &read::Limits::default())?;
    let text = key_file::write(competition, &expected)?;
    let path = place.join(format!("{}.keys.jsonl", competition.id));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(text.as_bytes()).with_context(|| path.display().to_string())?;
    Ok(path)
}
