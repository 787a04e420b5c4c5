//! Files and TCP, by Landlock.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, PathBeneath, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

/// The newest rules that this module was written for. An older kernel enforces what it knows of them.
const RULES: ABI = ABI::V6;

/// What the standard library reads to learn how many processors the process may use.
const PROCESSORS: [&str; 2] = ["/proc/self/cgroup", "/proc/self/mountinfo"];
const PROCESSORS_FOLDER: &str = "/sys/fs/cgroup";

/// Rules that grow one by one. Each holds on to what was open when it was made, so that no path decides anything later, and nothing has to
/// stay open: a list may have more submissions than a process may open files.
#[derive(Debug)]
pub(super) struct Files(Result<RulesetCreated, String>);

impl Files {
    pub(super) fn new() -> Self {
        Files(ruleset().map_err(|error| format!("Landlock: {error}")))
    }

    /// Leaves what is open, be it by `O_PATH`. What cannot be left is not: that costs nobody else anything.
    fn leave(&mut self, open: impl AsFd, rights: BitFlags<AccessFs>) {
        if let Ok(rules) = &mut self.0 {
            let _ = rules.add_rule(PathBeneath::new(open, rights));
        }
    }

    pub(super) fn read_file(&mut self, file: impl AsFd) {
        self.leave(file, AccessFs::ReadFile.into());
    }

    pub(super) fn read_below(&mut self, folder: &Path) {
        self.leave_below(folder, AccessFs::ReadFile | AccessFs::ReadDir);
    }

    pub(super) fn write_below(&mut self, folder: &Path) {
        let read = AccessFs::ReadFile | AccessFs::ReadDir;
        let write = read | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::RemoveFile;
        self.leave_below(folder, write);
    }

    pub(super) fn keep_below(&mut self, folder: &Path) {
        self.write_below(folder);
        // To move a file from one folder to another takes this right in both.
        self.leave_below(folder, AccessFs::MakeDir | AccessFs::Refer);
    }

    pub(super) fn remove_files_below(&mut self, folder: &Path) {
        self.leave_below(folder, AccessFs::RemoveFile.into());
    }

    pub(super) fn remove_folders_below(&mut self, folder: &Path) {
        self.leave_below(folder, AccessFs::RemoveDir.into());
    }

    fn leave_below(&mut self, folder: &Path, rights: BitFlags<AccessFs>) {
        if let Some(folder) = opened(folder, Metadata::is_dir) {
            self.leave(folder, rights);
        }
    }

    /// Gives up all other files. An error says what is not enforced.
    pub(super) fn confine(mut self, start_itself: bool) -> Result<(), String> {
        for path in PROCESSORS {
            if let Some(file) = opened(Path::new(path), Metadata::is_file) {
                self.read_file(file);
            }
        }
        self.read_below(Path::new(PROCESSORS_FOLDER));
        for path in if start_itself { mapped_files() } else { BTreeSet::new() } {
            if let Some(file) = opened(&path, Metadata::is_file) {
                self.leave(file, AccessFs::ReadFile | AccessFs::Execute);
            }
        }
        let restricted = self.0?.restrict_self().map_err(|error| format!("Landlock: {error}"))?;
        match restricted.ruleset {
            RulesetStatus::FullyEnforced => Ok(()),
            RulesetStatus::PartiallyEnforced => Err("this kernel knows Landlock's rules only in part".into()),
            RulesetStatus::NotEnforced => Err("this kernel has no Landlock".into()),
        }
    }
}

fn ruleset() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()
}

/// What a path leads to, if it is of that kind: without reading it.
fn opened(path: &Path, kind: impl Fn(&Metadata) -> bool) -> Option<File> {
    let file = File::options().read(true).custom_flags(libc::O_PATH).open(path).ok()?;
    file.metadata().is_ok_and(|metadata| kind(&metadata)).then_some(file)
}

/// The files that this program is made of: itself, its loader and its libraries, and where the loader looks the latter up.
fn mapped_files() -> BTreeSet<PathBuf> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mapped = maps.lines().filter_map(|line| line.find('/').map(|start| PathBuf::from(&line[start..])));
    mapped.chain([Path::new("/etc/ld.so.cache").to_owned()]).collect()
}
