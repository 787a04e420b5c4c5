//! The random numbers that data sets are split with, exactly as the libraries of Python draw them: the same seed gives the same rows.
//!
//! | Type | Is |
//! |---|---|
//! | [`Mt19937`] | the Mersenne Twister, started from a number or from a key |
//! | [`RandomState`] | numpy's `RandomState`: `permutation`, `randint`, `random_sample` |
//! | [`DefaultRng`] | numpy's `default_rng`: PCG64, started through a seed sequence |
//! | [`PythonRandom`] | Python's `random.Random`: `shuffle`, `choice`, `sample` |
//! | [`split`], [`stratified_split`] | scikit-learn's `train_test_split`, plain and stratified |
//! | [`group_split`] | scikit-learn's `GroupShuffleSplit` |
//!
//! Positions are those in whatever is split: rows, groups, files. Nothing here knows what they stand for.

mod default_rng;
mod mt19937;
mod python;
mod random_state;
mod split;
mod stratified;

pub use default_rng::DefaultRng;
pub use mt19937::Mt19937;
pub use python::PythonRandom;
pub use random_state::RandomState;
pub use split::{Parts, Share, SplitError, split};
pub use stratified::{group_split, stratified_split};
