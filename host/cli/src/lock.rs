//! `assay lock`: the digests of all graders and competitions.

use std::path::{Path, PathBuf};

use anyhow::Context;
use assay::audit;
use assay_evidence::lock::{Difference, Lock, MAX_BYTES};
use assay_tables::read;
use assay_types::counted;
use clap::Args;
use serde::Serialize;

use super::global::GlobalArguments;
use super::output::{self, Format};
use super::{Ended, Failure};

/// Print the digests of all graders and competitions at hand, or compare them with a file.
///
/// The exit code is 0, and 1 if the file to compare with says something else.
#[derive(Args)]
pub(super) struct Arguments {
    /// Say what differs from this lock.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    /// The form of what differs [default: text on a terminal, JSON elsewhere]. A lock is TOML everywhere.
    #[arg(long, requires = "check")]
    format: Option<Format>,
}

/// The lock that a run is held against.
#[derive(Args)]
pub(super) struct Against {
    /// The lock that graders and competitions are held against: what it does not have is marked [default: the lock of what the program
    /// carries].
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
}

impl Against {
    pub(super) fn lock(&self) -> Result<Lock, Failure> {
        match &self.lock {
            None => Ok(assay::lock::built_in()),
            Some(path) => load(path, "--lock"),
        }
    }
}

/// What differs, and who compiled what.
#[derive(Serialize)]
struct Checked {
    differences: Vec<Difference>,
    locked_rustc: Option<String>,
    rustc_at_hand: Option<String>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let at_hand = assay::lock::of(&global.graders()?, &global.competitions()?).map_err(Failure::call)?;
    let Some(path) = &arguments.check else {
        output::data(at_hand.text().map_err(Failure::program)?.trim_end())?;
        return Ok(Ended::Fine);
    };
    let locked = load(path, "--check")?;
    let differences = locked.differences(&at_hand);
    let ended = if differences.is_empty() { Ended::Fine } else { Ended::AtFault };
    let checked = Checked { differences, locked_rustc: locked.rustc, rustc_at_hand: at_hand.rustc };
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&checked)?,
        Format::Table => output::data(&text(&checked))?,
    }
    Ok(ended)
}

fn load(path: &Path, option: &str) -> Result<Lock, Failure> {
    let named = || format!("{option} {}", path.display());
    let limits = read::Limits { bytes: MAX_BYTES, ..read::Limits::default() };
    let bytes = read::load(path, &limits).with_context(named).map_err(Failure::Call)?;
    Lock::parse(&bytes).with_context(named).map_err(Failure::Call)
}

fn text(checked: &Checked) -> String {
    let mut text = String::new();
    for Difference { kind, name, locked, at_hand } in &checked.differences {
        text += &match (locked, at_hand) {
            (Some(locked), Some(found)) => {
                format!("{kind} `{name}`: sha256:{locked} in the lock, sha256:{found} at hand\n")
            }
            (Some(_), None) => format!("{kind} `{name}`: in the lock, but not at hand\n"),
            (None, _) => format!("{kind} `{name}`: at hand, but not in the lock\n"),
        };
    }
    match (&checked.locked_rustc, &checked.rustc_at_hand) {
        (Some(locked), Some(found)) if locked != found => {
            text += &format!(
                "the lock's graders were compiled with Rust {}, those at hand with {}: another compiler gives other bytes\n",
                audit::shown(locked),
                audit::shown(found)
            );
        }
        _ => {}
    }
    match checked.differences.len() {
        0 => text + "everything at hand is as the lock says",
        differences => text + &counted(differences, "difference", "differences"),
    }
}
