//! Graders in OCI registries, where the ecosystem of WebAssembly shares components.
//!
//! A grader is an artifact of the form that the CNCF gives components: a manifest with a configuration of the type
//! `application/vnd.wasm.config.v0+json` and one layer of the type `application/wasm`, which is the component. Other tools for components,
//! such as `wkg`, fetch what is put there, and the other way round.
//!
//! What a registry sends is hostile until its digest is right: it is read within bounds of size and time, redirects stay within the scheme
//! that they came by, and credentials go to nobody but the registry and whom it names to give tokens.

mod artifact;
mod bounds;
mod credentials;
mod error;
mod reference;
mod session;
mod transport;

pub use artifact::Artifact;
pub use bounds::Bounds;
pub use error::{Fault, RegistryError};
pub use reference::{Reference, ReferenceError};
pub use session::{digest_of_tag, pull, push};
