//! The options that all commands share, and what they make of them: competitions, graders, the data directory, confinement.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use assay_host::confine::{Access, Confinement, confine};
use assay_host::graders::Graders;
use assay_host::registry::Registry;
use assay_host::sandbox::{Cache, Limits, Sandbox};
use assay_host::uses::{Purpose, UseLog};
use clap::{Args, ValueEnum};
use directories::BaseDirs;

use super::Failure;

#[derive(Args)]
pub(super) struct Surroundings {
    /// A folder of graders (NAME.wasm) that are added to the program's own, or take their place.
    #[arg(long, global = true, value_name = "DIR")]
    graders: Option<PathBuf>,
    /// A folder of competitions (ID/competition.toml) that are added to the program's own, or take their place.
    #[arg(long, global = true, value_name = "DIR")]
    competitions: Option<PathBuf>,
    /// Where compiled graders are kept. It must be writable by you alone [default: assay in your cache folder].
    #[arg(long, global = true, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Whether the program gives up the files, system calls and network that a grading does not need, before it reads submissions.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    confine: Confine,
    /// A log to which every use of the answers is added before its outcome is told. `assay log` reads it.
    #[arg(long, global = true, value_name = "FILE", env = "ASSAY_USE_LOG")]
    use_log: Option<PathBuf>,
    /// Write scores into that log too.
    #[arg(long, global = true, requires = "use_log")]
    use_log_scores: bool,
}

/// When the program confines itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Confine {
    /// Confine the process as far as the system can, and go on if it cannot do all of it.
    Auto,
    /// Fail if the system cannot do all of it.
    Require,
    /// Do not confine the process.
    Off,
}

impl Surroundings {
    pub(super) fn registry(&self) -> Result<Registry, Failure> {
        let mut registry = Registry::embedded();
        if let Some(folder) = &self.competitions {
            registry.add_folder(folder).map_err(Failure::call)?;
        }
        Ok(registry)
    }

    /// Gives up whatever is not in `access`, or where graders and competitions come from. It comes before the first thread, and so before
    /// [`Surroundings::graders`].
    pub(super) fn confine(&self, mut access: Access) -> Result<(), Failure> {
        if self.confine == Confine::Off {
            return Ok(());
        }
        access.start_itself |= self.graders.is_some();
        access.write.extend(self.cache().filter(|folder| Cache::open(folder).is_some()));
        // Entries of these folders may be links, so what they lead to is named too.
        let within =
            |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        for folder in self.graders.iter().chain(&self.competitions) {
            access.read.extend([folder.clone()]);
            access.read.extend(within(folder).flat_map(|path| [path.join("competition.toml"), path]));
        }
        match confine(&access) {
            Confinement::Partial(lacking) if self.confine == Confine::Require => {
                Err(Failure::Program(anyhow!("--confine require: {lacking}")))
            }
            _ => Ok(()),
        }
    }

    /// The log of uses. It is opened before [`Surroundings::confine`].
    pub(super) fn uses(&self, purpose: Purpose) -> Result<Option<UseLog>, Failure> {
        let open = |path: &PathBuf| UseLog::open(path, purpose, self.use_log_scores).map_err(Failure::call);
        self.use_log.as_ref().map(open).transpose()
    }

    /// The paths given for competitions, graders and log, by their options: a run can be resumed only with the same.
    pub(super) fn places(&self) -> Vec<(&'static str, Option<PathBuf>)> {
        let named =
            [("--competitions", &self.competitions), ("--graders", &self.graders), ("--use-log", &self.use_log)];
        named.map(|(name, path)| (name, path.clone())).to_vec()
    }

    pub(super) fn graders(&self) -> Result<Graders, Failure> {
        let cache = self.cache().and_then(|folder| Cache::open(&folder));
        let sandbox = Sandbox::new(Limits::default(), cache)
            .map_err(|error| Failure::program(anyhow!("the sandbox cannot be set up: {error:#}")))?
            .compiling_by(this_program()?);
        let mut graders = Graders::embedded(sandbox);
        if let Some(folder) = &self.graders {
            graders.add_folder(folder).map_err(Failure::call)?;
        }
        Ok(graders)
    }

    fn cache(&self) -> Option<PathBuf> {
        self.cache_dir.clone().or_else(|| user_cache().map(|cache| cache.join("assay/components")))
    }
}

fn this_program() -> Result<PathBuf, Failure> {
    // This leads to the running program even if its file has been replaced meanwhile.
    let linux = Path::new("/proc/self/exe");
    if linux.exists() { Ok(linux.to_owned()) } else { std::env::current_exe().map_err(Failure::program) }
}

/// Where the data are.
#[derive(Args)]
pub(super) struct DataDir {
    /// The data, laid out as DIR/ID/prepared/... [default: mle-bench/data in your cache folder, where that program keeps them]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl DataDir {
    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        match &self.data_dir {
            Some(folder) if folder.is_dir() => Ok(folder.clone()),
            Some(folder) => Err(Failure::Call(anyhow!("--data-dir {}: there is no such folder", folder.display()))),
            None => user_cache()
                .map(|cache| cache.join("mle-bench/data"))
                .context("there is no home folder: name the data by --data-dir")
                .map_err(Failure::Call),
        }
    }
}

fn user_cache() -> Option<PathBuf> {
    BaseDirs::new().map(|folders| folders.cache_dir().to_owned())
}
