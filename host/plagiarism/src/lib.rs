//! Code held against other code: how much of a submission's Python stands in public notebooks too, whatever its variables are called and
//! however it is commented.
//!
//! The method and its figures are those of Dolos: [`File`] makes a syntax tree of a text and chooses fingerprints of it by winnowing
//! (Schleimer, Wilkerson and Aiken, *Winnowing: local algorithms for document fingerprinting*, 2003), and [`Pair`] counts which
//! fingerprints two files share. [`Ignored`] are those that say nothing, since they are in a template or in too many files.
//!
//! Nothing here opens files or reads the clock: what calls it hands in texts, and says when there was time enough.

mod file;
mod frequent;
mod hash;
pub mod list;
mod longest;
mod notebook;
mod pair;
mod tokens;
mod winnow;

pub use file::{File, Fingerprint, Kind, MAX_NOTEBOOK, MAX_SOURCE, Unreadable};
pub use frequent::Ignored;
pub use notebook::Place;
pub use pair::{Fragment, Lines, Pair};
pub use winnow::Parameters;
