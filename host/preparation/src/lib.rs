//! Prepares data sets: download → unpack → recipe → verify → publish. The download is verified while it is unpacked and worked on.
//!
//! What is made is made beside its place, and takes it by one rename: whoever is stopped at any moment leaves either nothing or the whole,
//! and the next call goes on. Nothing that is downloaded is trusted.

pub mod archive;
mod beside;
mod checks;
pub mod dataset;
mod description;
mod digest;
pub mod download;
mod error;
pub mod examine;
mod layout;
mod lock;
pub mod manifest;
mod prepare;
mod progress;
mod publish;
mod space;
mod steps;
mod to_disk;
mod unpacked;

pub use description::given as given_description;
pub use digest::Digests;
pub use error::{Blame, PreparationError};
pub use layout::Layout;
pub use prepare::{Outcome, Preparation, Source};
pub use progress::{Progress, Silent, Stage};
pub use space::size;
