//! Evidence: who used which answers ([`access_log`]), what graders and competitions should be ([`mod@lock`]), and what of a batch is
//! finished ([`journal`], under the operator's [`key`]).

pub mod access_log;
pub mod journal;
pub mod key;
pub mod lock;
pub mod private_file;
mod recorded;

use assay_types::{excerpt, report, sha256};

pub use recorded::{Evidence, Recorded, Settled};
