//! Why there is no sandbox, or a component is no grader.

use assay_types::grader::{INTERFACE, WIT_VERSION};
use thiserror::Error;

use crate::anatomy::DissectError;
use crate::fault::HostFault;
use crate::limits::Exceeded;
use crate::nesting::NestingError;
use crate::outcome::Fault;
use crate::toolchain::Toolchain;

/// Why there is no sandbox on this machine.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SandboxError {
    /// The engine cannot be set up, most often because the process may not reserve enough address space.
    #[error("the engine cannot be set up: {0}")]
    Engine(String),
    /// The system gives no thread for the engine's clock.
    #[error("the system gives no thread: {0}")]
    Thread(String),
}

/// Why a component is no grader.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LoadError {
    /// It is larger than [`Limits::component_bytes`](crate::Limits::component_bytes).
    #[error("the component has {size} bytes, more than the limit of {limit}")]
    Size {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// It is nested so deep that nothing reads it.
    #[error("not a WebAssembly component that this engine takes: {0}")]
    Nesting(NestingError),
    /// It is no component, or not a valid one.
    #[error("not a WebAssembly component that this engine takes: {0}")]
    Component(String),
    /// It is a core module.
    #[error("it is a core module, not a component: it has to be made one first")]
    Module,
    /// It imports something.
    #[error("the component imports {}: a grader imports nothing{}", .names.join(", "), remedy(*.built_by))]
    Imports {
        /// What it imports.
        names: Vec<String>,
        /// What it seems to be built by.
        built_by: Option<Toolchain>,
    },
    /// It was made for another version of the contract.
    #[error("the component keeps {INTERFACE}{found}; this program keeps {WIT_VERSION}")]
    Version {
        /// The version it keeps.
        found: String,
    },
    /// It does not export what a grader exports.
    #[error("the component does not export `{INTERFACE}{WIT_VERSION}` as a grader does: {0}")]
    World(String),
    /// It does not say what it is.
    #[error("`describe` failed: {0}")]
    Describe(String),
    /// It ran into a limit when it was compiled.
    #[error("{0}")]
    Exceeded(#[from] Exceeded),
    /// The compiler crashed on it.
    #[error("the compiler failed: {0}")]
    Compiler(String),
    /// Others made it, and the sandbox is set to run nothing of others.
    #[error("components that others made are not run here: no worker program is set that could")]
    Untrusted,
    /// The host failed: the component is not to blame, and another try may succeed.
    #[error(transparent)]
    Host(#[from] HostFault),
}

fn remedy(built_by: Option<Toolchain>) -> String {
    built_by.map(|toolchain| format!(". {toolchain}")).unwrap_or_default()
}

impl LoadError {
    /// True if the host failed, not the component.
    #[must_use]
    pub fn is_host_fault(&self) -> bool {
        matches!(self, LoadError::Host(_))
    }

    /// `describe` failed.
    pub(crate) fn describe(fault: Fault) -> Self {
        LoadError::Describe(match fault {
            Fault::Exceeded(exceeded) => exceeded.to_string(),
            Fault::Grader(text) => text,
        })
    }
}

impl From<DissectError> for LoadError {
    fn from(error: DissectError) -> Self {
        match error {
            DissectError::Invalid(said) => LoadError::Component(said),
            DissectError::Host(fault) => LoadError::Host(fault),
        }
    }
}

impl From<NestingError> for LoadError {
    fn from(error: NestingError) -> Self {
        match error {
            NestingError::Thread(_) => LoadError::Host(HostFault::Resources(error.to_string())),
            error => LoadError::Nesting(error),
        }
    }
}
