//! What becomes of the scores of a benchmark, once they are graded: run groups become [lists](collect) to grade, reports become
//! [seeds](seeds) and [aggregates](aggregate), and runs carry [cards](card) and are [compared](compare).
//!
//! Nothing here grades: it reads what grading wrote, and whoever only looks at reports needs nothing else. The rules of aggregation and
//! collecting are the reference's, so that a benchmark's figures stay what they are.

pub mod aggregate;
pub mod card;
pub mod collect;
pub mod compare;
pub mod experiment;
pub mod leaks;
pub mod page;
pub mod reading;
pub mod row;
pub mod seeds;
pub mod split;
