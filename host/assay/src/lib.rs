#![doc = include_str!("../README.md")]
//!
//! # The way of a submission
//!
//! Read, check and align are in [`assay_tables`], the sandbox is [`assay_sandbox`], medal and report are in [`assay_types`], the log of
//! uses and the lock in [`assay_evidence`]. This crate walks a submission through them: [`Assay`] is the service, set up by [`Builder`].

mod answers;
pub mod audit;
mod batch;
mod bootstrap;
mod builder;
mod catalog;
pub mod check;
mod competitions;
mod context;
pub mod doctor;
mod grade;
mod grader_folder;
mod graders;
mod hashed;
mod ingest;
mod interpreted;
pub mod list;
pub mod lock;
pub mod memory;
mod near;
mod part;
mod prepared;
mod prepared_cache;
pub mod propose;
pub mod report_file;
mod resolved;
mod schedule;
mod service;
pub mod standings_file;
mod strangers;
mod unusable;
mod validate;
pub mod verify;

pub use answers::{Answers, AnswersError, AnswersProvider, DataDir};
pub use assay_sandbox::{
    Cache, CacheError, Cancel, Detail, Execution, Limits as GraderLimits, Profile, Warmed, WorkerProgram,
};
pub use assay_types::receipt::Confinement;
pub use batch::{Batch, BatchOptions};
pub use bootstrap::{Bootstrap, BootstrapError, MAX_REPLICATES, Resampled, Units};
pub use builder::{BuildError, Builder};
pub use catalog::{CatalogError, Source};
pub use competitions::{Competitions, CompetitionsError};
pub use context::{Context, Step};
pub use grade::Operator;
pub use grader_folder::{Added, FolderError, GraderFolder};
pub use graders::{GraderCatalog, GraderError, Graders, carried};
pub use ingest::Submission;
pub use part::{Part, PartScore};
pub use prepared::PrepareError;
pub use resolved::ResolveError;
pub use service::{Assay, GradeError, Graded, ValidateError};
pub use validate::{Validation, Verdict};
