//! Assay grades submissions to machine-learning competitions with graders that are WebAssembly components.
//!
//! A submission goes one way, and each step is a module that knows only what it needs:
//!
//! 1. [`read`]: CSV or JSON lines become Arrow record batches, with pandas' types.
//! 2. [`check`]: the submission is held against the [contract](competition::Contract) of its [`competition`].
//! 3. [`align`]: each row finds the answer it is graded against.
//! 4. [`sandbox`]: the grader, a component that imports nothing, computes the score.
//! 5. [`medal`]: the score is held against the leaderboard.
//! 6. [`report`]: what came of it is written down, with a receipt.
//!
//! [`rules`] are what is known of a competition without its answers, [`setup`] makes it ready to grade. [`grade`] walks one submission
//! through the steps, [`batch`] many, with a [`journal`] of those that are finished; [`validate`] goes as far as the answers' values are
//! not needed, with [`key_file`]s. [`uses`] is the log of who used answers. [`doctor`] looks at a competition's data, [`verify`] at a
//! report, [`audit`] at a grader. [`registry`] and [`graders`] hold the competitions and graders at hand, [`mod@lock`] their digests;
//! [`mod@confine`] takes from the process what it does not need.

mod admit;
pub mod align;
pub mod audit;
pub mod batch;
pub mod check;
pub mod competition;
pub mod confine;
mod counted;
mod digest;
pub mod direction;
pub mod doctor;
mod excerpt;
mod finding;
pub mod grade;
pub mod graders;
pub mod journal;
pub mod key_file;
pub mod lock;
pub mod medal;
mod near;
pub mod read;
pub mod registry;
pub mod report;
pub mod rules;
pub mod sandbox;
pub mod setup;
mod unusable;
pub mod uses;
pub mod validate;
pub mod verify;

pub use counted::counted;
pub use excerpt::{listed, printable, printable_json};
pub use finding::Finding;
