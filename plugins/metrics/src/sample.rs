//! Made-up numbers for tests, the same in any language that has 32-bit arithmetic, and a comparison.

/// A linear congruential generator: `state = 1664525 state + 1013904223` modulo 2^32.
pub(crate) struct Sample(pub(crate) u32);

impl Sample {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0
    }

    /// Numbers from 0 to below 1: the state over 2^32.
    pub(crate) fn uniform(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| f64::from(self.next()) / 4_294_967_296.0).collect()
    }

    /// Two columns of numbers from -0.5 to below 9.5.
    pub(crate) fn pair(&mut self, n: usize) -> (Vec<f64>, Vec<f64>) {
        let mut column = || self.uniform(n).iter().map(|value| value * 10.0 - 0.5).collect();
        (column(), column())
    }

    /// Two columns of labels: -5, -2 ... 13 and -8, -5 ... 16, equal in about two rows of five.
    pub(crate) fn labels(&mut self, n: usize) -> (Vec<i64>, Vec<i64>) {
        let y_true: Vec<i64> = self.below(7, n).iter().map(|label| label * 3 - 5).collect();
        let y_pred: Vec<i64> = self.below(9, n).iter().map(|label| label * 3 - 8).collect();
        let copied = self.below(3, n);
        let y_pred = (0..n).map(|row| if copied[row] == 0 { y_true[row] } else { y_pred[row] }).collect();
        (y_true, y_pred)
    }

    /// Whole numbers from 0 to below `bound`: the upper half of the state modulo `bound`.
    pub(crate) fn below(&mut self, bound: u32, n: usize) -> Vec<i64> {
        (0..n).map(|_| i64::from((self.next() >> 16) % bound)).collect()
    }
}

/// Fails unless the two differ by at most 1e-14, relative to `expected`.
#[track_caller]
pub(crate) fn assert_close<E: std::fmt::Debug>(actual: Result<f64, E>, expected: f64) {
    let value = actual.expect("a value");
    assert!((value - expected).abs() <= 1e-14 * expected.abs(), "{value:?} is not {expected:?}");
}
