//! What a grading is of and what it comes to, as plain data: [competitions](competition) and their contracts, [graders](grader) as they
//! describe themselves, [medals](medal), [reports](report) and receipts.
//!
//! Nothing here reads files, holds tables or runs graders, so that a program that only looks at reports needs nothing else.

pub mod bootstrap;
pub mod competition;
mod counted;
mod digest;
mod direction;
mod edition;
pub mod excerpt;
pub mod grader;
pub mod list;
pub mod medal;
pub mod python_json;
pub mod receipt;
pub mod report;
pub mod standings;
pub mod tags;

pub use counted::counted;
pub use digest::{hexadecimal, sha256, sha256_of};
pub use direction::Direction;
pub use edition::Edition;
