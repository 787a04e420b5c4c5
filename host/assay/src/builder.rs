//! Setting a service up.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use assay_evidence::Evidence;
use assay_evidence::access_log::{AccessLog, AccessLogError};
use assay_evidence::lock::Lock;
use assay_sandbox::{Cache, Execution, Limits, Profile, Sandbox, SandboxError, SandboxOptions};
use assay_tables::Threads;
use assay_tables::read::{self, Folders};
use assay_types::receipt::Confinement;
use thiserror::Error;

use crate::answers::{AnswersProvider, DataDir};
use crate::competitions::Competitions;
use crate::graders::{GraderCatalog, Graders, carried};
use crate::memory::{self, Memory};
use crate::prepared_cache::PreparedCache;
use crate::service::{Assay, Inner};

/// How much memory prepared competitions may take that no grading uses, in bytes.
const PREPARED_BYTES: usize = 1 << 30;

/// A service to be set up.
pub struct Builder {
    competitions: Competitions,
    graders: GraderCatalog,
    answers: Box<dyn AnswersProvider>,
    untrusted: Execution,
    grader_limits: Limits,
    cache: Option<Cache>,
    log: Option<AccessLog>,
    lock: Option<Lock>,
    limits: read::Limits,
    threads: Threads,
    folders: Folders,
    prepared_bytes: usize,
    confinement: Confinement,
    memory: Option<u64>,
}

/// Why a service cannot be set up.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The sandbox cannot be set up on this machine.
    #[error("the sandbox cannot be set up")]
    Sandbox(#[from] SandboxError),
}

impl Default for Builder {
    fn default() -> Self {
        Builder {
            competitions: Competitions::built_in(),
            graders: GraderCatalog::built_in(),
            answers: Box::new(BTreeMap::new()),
            untrusted: Execution::Refuse,
            grader_limits: Limits::default(),
            cache: None,
            log: None,
            lock: None,
            limits: read::Limits::default(),
            threads: Threads::default(),
            folders: Folders::default(),
            prepared_bytes: PREPARED_BYTES,
            confinement: Confinement::Off,
            memory: None,
        }
    }
}

impl Builder {
    /// The competitions [default: those that the program carries].
    #[must_use]
    pub fn competitions(self, competitions: Competitions) -> Self {
        Builder { competitions, ..self }
    }

    /// The graders [default: those that the program carries].
    #[must_use]
    pub fn graders(self, graders: GraderCatalog) -> Self {
        Builder { graders, ..self }
    }

    /// Answers from a data directory, laid out as the reference lays it out.
    #[must_use]
    pub fn data_dir(self, folder: impl Into<PathBuf>) -> Self {
        self.answers(DataDir::new(folder))
    }

    /// Where answers come from [default: nowhere].
    #[must_use]
    pub fn answers(self, answers: impl AnswersProvider + 'static) -> Self {
        Builder { answers: Box::new(answers), ..self }
    }

    /// Where graders that others made are compiled and run [default: nowhere, they are refused].
    #[must_use]
    pub fn untrusted(self, untrusted: Execution) -> Self {
        Builder { untrusted, ..self }
    }

    /// What graders may use and return, by name [default: [`Profile::Default`]].
    #[must_use]
    pub fn profile(self, profile: Profile) -> Self {
        self.grader_limits(profile.limits())
    }

    /// What graders may use and return.
    #[must_use]
    pub fn grader_limits(self, grader_limits: Limits) -> Self {
        Builder { grader_limits, ..self }
    }

    /// Where compiled graders are kept [default: nowhere, each process compiles anew].
    #[must_use]
    pub fn cache(self, cache: Cache) -> Self {
        Builder { cache: Some(cache), ..self }
    }

    /// A log to which every use of answers is added before its outcome is told; with scores, if wanted.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn access_log(self, path: &Path, with_scores: bool) -> Result<Self, AccessLogError> {
        Ok(Builder { log: Some(AccessLog::open(path, with_scores)?), ..self })
    }

    /// What graders and competitions should be: reports on others are marked [default: what the program carries].
    #[must_use]
    pub fn lock(self, lock: Lock) -> Self {
        Builder { lock: Some(lock), ..self }
    }

    /// How large submissions may be.
    #[must_use]
    pub fn limits(self, limits: read::Limits) -> Self {
        Builder { limits, ..self }
    }

    /// How many threads work on all gradings together: a large table is read by as many as are idle [default: one a core].
    #[must_use]
    pub fn threads(self, count: NonZero<usize>) -> Self {
        Builder { threads: Threads::new(count), ..self }
    }

    /// Where paths of submissions are looked up, and whether links are followed [default: the working directory, and they are not].
    #[must_use]
    pub fn folders(self, folders: Folders) -> Self {
        Builder { folders, ..self }
    }

    /// How much memory competitions that were made ready to grade may take while no grading uses them, in bytes: a quarter of all
    /// [memory](Builder::memory) at most [default: 1 GiB].
    #[must_use]
    pub fn prepared_bytes(self, prepared_bytes: usize) -> Self {
        Builder { prepared_bytes, ..self }
    }

    /// How far the process has confined itself, which receipts say [default: not at all].
    #[must_use]
    pub fn confinement(self, confinement: Confinement) -> Self {
        Builder { confinement, ..self }
    }

    /// How much memory the service may take, with all gradings and worker processes together, in bytes. Gradings wait for room, and what
    /// can never fit is a host fault [default: [`memory::at_hand`]].
    #[must_use]
    pub fn memory(self, bytes: u64) -> Self {
        Builder { memory: Some(bytes), ..self }
    }

    /// Sets the service up. It starts a thread, so a process that gives rights up does that before.
    ///
    /// # Errors
    ///
    /// If the sandbox cannot be set up on this machine.
    pub fn build(self) -> Result<Assay, BuildError> {
        let memory = self.memory.unwrap_or_else(memory::at_hand);
        let prepared_bytes = self.prepared_bytes.min(usize::try_from(memory / 4).unwrap_or(usize::MAX));
        let Builder { grader_limits: limits, cache, untrusted, .. } = self;
        let sandbox = Sandbox::new(SandboxOptions { limits, cache, carried: carried(), untrusted })?;
        Ok(Assay::new(Inner {
            competitions: self.competitions,
            graders: Graders::new(self.graders, sandbox),
            answers: self.answers,
            evidence: Evidence::new(self.log, self.lock.unwrap_or_else(crate::lock::built_in)),
            limits: self.limits,
            threads: self.threads,
            folders: self.folders,
            prepared: PreparedCache::new(prepared_bytes),
            memory: Memory::new(memory, prepared_bytes as u64),
            confinement: self.confinement,
        }))
    }
}
