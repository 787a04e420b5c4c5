//! A hostile grader: grading never ends.

use assay_sdk::{Description, GradeError, Grader, Options, Score, Table};

struct Spin;

impl Grader for Spin {
    fn describe() -> Description {
        Description::higher("spin", env!("CARGO_PKG_VERSION"), "Never ends.")
    }

    fn grade(_: &Table, _: &Table, _: &Options) -> Result<Score, GradeError> {
        let mut rounds = 0u64;
        loop {
            rounds = std::hint::black_box(rounds.wrapping_add(1));
        }
    }
}

assay_sdk::export!(Spin);
