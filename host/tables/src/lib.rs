//! A submission's way from its file to its grader: [`read`] makes columns of bytes, [`check`] holds them against the competition's
//! contract, [`align`] finds the answer of each row. [`key_file`]s say which rows a submission must have, where the answers are not. Large tables are worked on by several [`Threads`].

pub mod align;
pub mod check;
mod finding;
pub mod key_file;
pub mod read;
mod threads;

use assay_types::{competition, excerpt, medal, python_json};

pub use finding::{Finding, Place};
pub use threads::{AtWork, Threads};
