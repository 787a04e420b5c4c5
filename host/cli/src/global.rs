//! What every command takes: graders, competitions, the cache, confinement, the log of uses; and how a service is set up of it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use assay::{
    Assay, Builder, Cache, Competitions, DataDir, Execution, GraderCatalog, GraderLimits, Source, WorkerProgram,
};
use assay_confine::{Access, Confinement, confine};
use assay_evidence::access_log;
use assay_sandbox::{Ahead, Sandbox, SandboxOptions};
use assay_tables::read::OpenFile;
use assay_types::Edition;
use clap::{Args, ValueEnum};
use directories::BaseDirs;

use super::limits::LimitArguments;
use super::quantities::bytes;
use super::{Failure, output};

#[derive(Args)]
pub(super) struct GlobalArguments {
    /// A folder of graders (NAME.wasm) that are added to the program's own, or take their place.
    #[arg(long, global = true, value_name = "DIR", env = "ASSAY_GRADERS")]
    graders: Option<PathBuf>,
    /// A folder of competitions (ID/competition.toml) that are added to the program's own, or take their place.
    #[arg(long, global = true, value_name = "DIR")]
    competitions: Option<PathBuf>,
    /// Where compiled graders are kept. It must be writable by you alone [default: assay in your cache folder].
    #[arg(long, global = true, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArguments,
    /// Whether the program gives up the files, system calls and network that a grading does not need, before it reads submissions.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    confine: Confine,
    /// How much memory all gradings may take together, such as 800M or 6G. Gradings wait for room; one that can never have it is a host fault
    /// [default: three quarters of what the machine or the control group has to spare].
    #[arg(long, global = true, value_name = "BYTES", value_parser = bytes)]
    memory: Option<u64>,
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
    /// As far as the system can do it.
    Auto,
    /// Or fail.
    Require,
    /// Not at all.
    Off,
}

/// What a command needs of a service, beside what every command takes.
pub(super) struct Needs {
    pub(super) competitions: Competitions,
    pub(super) graders: Compiled,
    /// The files that it reads and the folders that it writes to.
    pub(super) access: Access,
    /// Whether uses of answers are recorded.
    pub(super) uses_answers: bool,
}

/// How a command comes to the machine code of the program's own graders.
pub(super) enum Compiled {
    /// These graders are compiled before the process gives up the right to keep machine code that it runs, unless an earlier run has done
    /// so. Others are compiled anew by every run.
    Ahead(Vec<String>),
    /// All are compiled anew, so that nothing rests on what an earlier run left.
    Anew,
}

impl GlobalArguments {
    /// The competitions at hand.
    pub(super) fn competitions(&self) -> Result<Competitions, Failure> {
        let mut competitions = Competitions::built_in();
        if let Some(folder) = &self.competitions {
            competitions.add_folder(folder).context("--competitions").map_err(Failure::Call)?;
        }
        Ok(competitions)
    }

    /// The components of the graders at hand.
    pub(super) fn graders(&self) -> Result<GraderCatalog, Failure> {
        let mut graders = GraderCatalog::built_in();
        if let Some(folder) = &self.graders {
            graders.add_folder(folder).context("--graders").map_err(Failure::Call)?;
        }
        Ok(graders)
    }

    /// Confines the process to what a command needs, then sets up its service; `configured` adds what only this command has. The log of
    /// uses is opened before, threads are started after.
    pub(super) fn service(&self, needs: Needs, configured: impl FnOnce(Builder) -> Builder) -> Result<Assay, Failure> {
        let log = self.use_log.as_deref().filter(|_| needs.uses_answers);
        self.recording(needs, log, configured)
    }

    /// The same, where uses of answers are recorded in a log of the command's choice.
    pub(super) fn recording(
        &self,
        needs: Needs,
        log: Option<&Path>,
        configured: impl FnOnce(Builder) -> Builder,
    ) -> Result<Assay, Failure> {
        let Needs { competitions, graders: compiled, mut access, .. } = needs;
        let graders = self.graders()?;
        let cache = match compiled {
            Compiled::Ahead(names) => self.cache_of(&graders, names)?,
            Compiled::Anew => None,
        };
        let files: Vec<PathBuf> = graders.files().map(Path::to_owned).chain(competitions.files()).collect();
        let mut builder = configured(Assay::builder().competitions(competitions).graders(graders));
        if let Some(path) = log {
            builder = builder.access_log(path, self.use_log_scores).map_err(Failure::call)?;
            // It is open already. Who sums it up opens it again.
            for file in [path.to_owned(), access_log::head_of(path)] {
                may_read(&mut access, OpenFile::open(&file));
            }
        }
        // While the files are there that tell it.
        builder = builder.memory(self.memory.unwrap_or_else(assay::memory::at_hand));
        builder = builder.confinement(self.confine(access, files, cache.as_ref())?);
        if let Some(cache) = cache {
            builder = builder.cache(cache);
        }
        builder
            .grader_limits(self.limits())
            .untrusted(Execution::Workers(self.worker()?))
            .build()
            .map_err(Failure::program)
    }

    /// What runs graders, without a service around it: workers compile and ask components.
    pub(super) fn sandbox(&self, cache: Option<Cache>) -> Result<Sandbox, Failure> {
        let untrusted = Execution::Workers(self.worker()?);
        Sandbox::new(SandboxOptions { limits: self.limits(), cache, carried: assay::carried(), untrusted })
            .map_err(Failure::program)
    }

    /// What graders may use and return.
    pub(super) fn limits(&self) -> GraderLimits {
        self.limits.limits()
    }

    /// The folder of graders that others made, if one is named.
    pub(super) fn graders_folder(&self) -> Option<&Path> {
        self.graders.as_deref()
    }

    /// The cache. None: it is nowhere, or others may write to it, which is said.
    pub(super) fn cache(&self) -> Option<Cache> {
        let folder = self.cache_dir()?;
        Cache::open(&folder).map_err(|error| output::message(&format!("note: {error}"))).ok()
    }

    /// What fills this cache with the program's own graders.
    pub(super) fn ahead<'a>(&self, cache: &'a Cache) -> Result<Ahead<'a>, Failure> {
        Ok(Ahead::new(cache, assay::carried(), &self.worker()?, &self.limits()))
    }

    /// The cache, in which those of these graders are that the program carries.
    fn cache_of(&self, catalog: &GraderCatalog, graders: Vec<String>) -> Result<Option<Cache>, Failure> {
        let Some(cache) = self.cache() else { return Ok(None) };
        let names: BTreeSet<String> = graders.into_iter().collect();
        let mut own = names.iter().filter_map(|name| match catalog.source(name) {
            Some(Source::BuiltIn(component)) => Some(*component),
            _ => None,
        });
        // Whatever fails here fails again where it is told, or only costs time.
        if let Ok(ahead) = self.ahead(&cache) {
            let _ = own.try_for_each(|component| ahead.compile(component).map(|_| ()));
        }
        Ok(Some(cache))
    }

    /// The program itself, as a worker.
    fn worker(&self) -> Result<WorkerProgram, Failure> {
        let confined = self.confine == Confine::Require;
        Ok(WorkerProgram { program: this_program()?, arguments: Vec::new(), confined })
    }

    /// Confines the process to what a command needs that reads what others wrote, and grades nothing.
    pub(super) fn confined(&self, access: Access) -> Result<(), Failure> {
        self.confine(access, Vec::new(), None).map(|_| ())
    }

    /// Gives up whatever is not in `access`, or where graders, competitions and compiled code come from. What the system cannot do is said,
    /// and stands in receipts.
    fn confine(
        &self,
        mut access: Access,
        files: Vec<PathBuf>,
        cache: Option<&Cache>,
    ) -> Result<assay::Confinement, Failure> {
        if self.confine == Confine::Off {
            return Ok(assay::Confinement::Off);
        }
        if self.graders.is_some() {
            access.start_itself();
        }
        if let Some(cache) = cache {
            // Code that this process runs itself, it cannot write.
            access.read_below(cache.folder());
            access.write_below(cache.others());
        }
        // What is in these folders may be links to elsewhere, but to regular files alone.
        for file in files {
            may_read(&mut access, OpenFile::open(&file));
        }
        let (confinement, lacking) = match confine(access) {
            Confinement::Full => return Ok(assay::Confinement::Full),
            Confinement::Partial(lacking) => (assay::Confinement::Partial, lacking),
            Confinement::Off(lacking) => (assay::Confinement::Off, lacking),
        };
        if self.confine == Confine::Require {
            return Err(Failure::Program(anyhow!("--confine require: {lacking}")));
        }
        let how = if confinement == assay::Confinement::Off { "not confined" } else { "confined only in part" };
        output::message(&format!("warning: this process is {how}: {lacking}"));
        Ok(confinement)
    }

    /// What decides what is graded and recorded, beside the program's own competitions and graders.
    pub(super) fn places(&self) -> Vec<(&'static str, Option<PathBuf>)> {
        let named =
            [("--competitions", &self.competitions), ("--graders", &self.graders), ("--use-log", &self.use_log)];
        named.map(|(name, path)| (name, path.clone())).to_vec()
    }

    /// What tells another process of this program the same graders and competitions.
    pub(super) fn again(&self) -> Vec<OsString> {
        let named =
            [("--competitions", &self.competitions), ("--graders", &self.graders), ("--cache-dir", &self.cache_dir)];
        let named = named.into_iter().filter_map(|(name, path)| Some((name, path.as_ref()?)));
        named.flat_map(|(name, path)| [name.into(), path.into()]).collect()
    }

    /// The log to which uses of the answers are added.
    pub(super) fn use_log(&self) -> Option<&Path> {
        self.use_log.as_deref()
    }

    fn cache_dir(&self) -> Option<PathBuf> {
        self.cache_dir.clone().or_else(|| user_cache().map(|cache| cache.join("assay/components")))
    }
}

/// Lets a process read a file that could be opened. What could not costs its own entry, which says why.
pub(super) fn may_read(access: &mut Access, opened: Result<OpenFile, impl std::error::Error>) {
    if let Ok(file) = opened {
        access.read(file.file());
    }
}

/// The graders of those of these competitions that are at hand.
pub(super) fn graders_of<'a>(competitions: &Competitions, ids: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    let found = ids.into_iter().filter_map(|id| competitions.get(id).ok());
    found.map(|competition| competition.grader.component.clone()).collect()
}

/// This program, to start it once more.
pub(super) fn this_program() -> Result<PathBuf, Failure> {
    // This name stays right when the file is replaced by a newer one meanwhile.
    let linux = Path::new("/proc/self/exe");
    if linux.exists() { Ok(linux.to_owned()) } else { std::env::current_exe().map_err(Failure::program) }
}

/// Where the data are.
#[derive(Args)]
pub(super) struct DataArguments {
    /// The data, laid out as DIR/ID/prepared/... [default: mle-bench/data in your cache folder, where that program keeps them]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Which edition of the data: the reference's (DIR/ID/prepared), or one without its known defects (DIR/ID/corrected).
    #[arg(long, value_name = "EDITION", default_value = "reference")]
    edition: EditionName,
}

/// An edition, as it is named.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum EditionName {
    /// The reference's, byte for byte.
    Reference,
    /// Without the defects that are known of it.
    Corrected,
}

impl DataArguments {
    pub(super) fn open(&self) -> Result<DataDir, Failure> {
        let folder = self.folder()?;
        if self.data_dir.is_some() && !folder.is_dir() {
            return Err(Failure::Call(anyhow!("--data-dir {}: there is no such folder", folder.display())));
        }
        Ok(DataDir::new(folder).edition(self.edition()))
    }

    /// The data of a folder that is named; none if none is.
    pub(super) fn given(&self) -> Result<Option<DataDir>, Failure> {
        self.data_dir.as_ref().map(|_| self.open()).transpose()
    }

    /// The folder, which is made if it is not there.
    pub(super) fn made(&self) -> Result<PathBuf, Failure> {
        let folder = self.folder()?;
        let named = || format!("--data-dir {}", folder.display());
        std::fs::create_dir_all(&folder).with_context(named).map_err(Failure::Call)?;
        Ok(folder)
    }

    /// Which edition is meant.
    pub(super) fn edition(&self) -> Edition {
        match self.edition {
            EditionName::Reference => Edition::Reference,
            EditionName::Corrected => Edition::Corrected,
        }
    }

    fn folder(&self) -> Result<PathBuf, Failure> {
        let ours = || user_cache().map(|cache| cache.join("mle-bench/data"));
        let folder = self.data_dir.clone().or_else(ours);
        folder.context("there is no home folder: name the data by --data-dir").map_err(Failure::Call)
    }
}

fn user_cache() -> Option<PathBuf> {
    BaseDirs::new().map(|folders| folders.cache_dir().to_owned())
}
