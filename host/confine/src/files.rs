//! Files and TCP, by Landlock.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope, path_beneath_rules,
};

use super::Access;

/// The newest rules that this module was written for. An older kernel enforces what it knows of them.
const RULES: ABI = ABI::V6;

/// What the standard library reads to learn how many processors the process may use.
const PROCESSORS: &[&str] = &["/proc/self/cgroup", "/proc/self/mountinfo", "/sys/fs/cgroup"];

/// Leaves the calling thread the files of `access`. An error says what is not enforced.
pub(super) fn confine(access: &Access) -> Result<(), String> {
    match restrict(access) {
        Ok(RulesetStatus::FullyEnforced) => Ok(()),
        Ok(RulesetStatus::PartiallyEnforced) => Err("this kernel knows Landlock's rules only in part".into()),
        Ok(RulesetStatus::NotEnforced) => Err("this kernel has no Landlock".into()),
        Err(error) => Err(format!("Landlock: {error}")),
    }
}

fn restrict(access: &Access) -> Result<RulesetStatus, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::RemoveFile;
    let start: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::Execute;
    let program = if access.start_itself { mapped_files() } else { BTreeSet::new() };
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?
        .add_rules(path_beneath_rules(&access.read, read))?
        .add_rules(path_beneath_rules(PROCESSORS, read))?
        .add_rules(path_beneath_rules(&access.write, write))?
        .add_rules(path_beneath_rules(program, start))?
        .restrict_self()?;
    Ok(status.ruleset)
}

/// The files that this program is made of: itself, its loader and its libraries, and where the loader looks the latter up.
fn mapped_files() -> BTreeSet<PathBuf> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mapped = maps.lines().filter_map(|line| line.find('/').map(|start| PathBuf::from(&line[start..])));
    mapped.chain([Path::new("/etc/ld.so.cache").to_owned()]).collect()
}
