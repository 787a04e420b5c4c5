//! Programs that have only so much memory, where the machine lets tests make a control group.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// A control group of a limited memory, below that of this process. It is removed when this is dropped.
#[derive(Debug)]
pub struct Group {
    folder: PathBuf,
    peak: &'static str,
}

impl Group {
    /// A group of so many bytes. None, and a line that says so, where none can be made.
    #[must_use]
    pub fn of(bytes: u64, name: &str) -> Option<Self> {
        let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let made = groups.lines().find_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
            let (root, limit, peak) = match controllers {
                "" => ("/sys/fs/cgroup", "memory.max", "memory.peak"),
                "memory" => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
                _ => return None,
            };
            let name = format!("assay-{name}-{}", std::process::id());
            // A container may see its own group in the place of the root.
            [Path::new(root).join(path), root.into()].iter().find_map(|parent| {
                let folder = parent.join(&name);
                std::fs::create_dir(&folder).ok()?;
                let group = Group { folder, peak };
                std::fs::write(group.folder.join(limit), bytes.to_string()).ok()?;
                Some(group)
            })
        });
        if made.is_none() {
            eprintln!("not tested: no control group can be made here");
        }
        made
    }

    /// The command, to be run in the group with all that it starts.
    #[must_use]
    pub fn confine(&self, command: &Command) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\""]).arg(&self.folder);
        shell.arg(command.get_program()).args(command.get_args());
        shell
    }

    /// The most memory that it has had, pages of files included, in bytes.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn peak(&self) -> Result<u64, Failure> {
        Ok(std::fs::read_to_string(self.folder.join(self.peak))?.trim().parse()?)
    }

    /// How often the system killed something for want of memory.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn kills(&self) -> Result<u64, Failure> {
        let events =
            ["memory.events", "memory.oom_control"].map(|file| std::fs::read_to_string(self.folder.join(file)));
        let text = events.into_iter().find_map(Result::ok).ok_or("no events")?;
        let kills = text.lines().find_map(|line| line.strip_prefix("oom_kill ")).ok_or("no count of kills")?;
        Ok(kills.trim().parse()?)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // What was in it has ended, but is counted for a moment.
        for _ in 0..100 {
            if std::fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
