//! Sums and means of floating-point numbers.

use crate::MetricError;

/// The sum in numpy's order: pairwise over blocks of at most 128 numbers, each block in eight running sums.
///
/// Rounding errors grow with the logarithm of the length instead of the length, and the last bits are those of `np.sum` over a
/// contiguous array of float64. 0 for no numbers. Cost: O(n).
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    // numpy adds the pairwise sum to an initial 0, which turns a sum of -0.0 into 0.0.
    0.0 + pairwise(values)
}

/// [`sum`] of as many numbers as `fill` makes: it is handed the place of the first of some, and where to leave them. At no time are there
/// more than a block of them.
pub(crate) fn sum_of(count: usize, fill: &mut impl FnMut(usize, &mut [f64])) -> f64 {
    0.0 + pairwise_of(0, count, fill)
}

/// [`mean`] of the numbers that `number` makes of two columns, row by row.
pub(crate) fn mean_of_pairs(a: &[f64], b: &[f64], number: impl Fn(f64, f64) -> f64) -> Result<f64, MetricError> {
    let count = a.len().min(b.len());
    if count == 0 {
        return Err(MetricError::Empty);
    }
    let mut fill = |start: usize, numbers: &mut [f64]| {
        let range = start..start + numbers.len();
        let (a, b) = (a.get(range.clone()).unwrap_or_default(), b.get(range).unwrap_or_default());
        for (place, (a, b)) in numbers.iter_mut().zip(a.iter().zip(b)) {
            *place = number(*a, *b);
        }
    };
    Ok(sum_of(count, &mut fill) / count as f64)
}

fn pairwise_of(start: usize, count: usize, fill: &mut impl FnMut(usize, &mut [f64])) -> f64 {
    if count > BLOCK {
        let half = count / 2;
        let half = half - half % LANES;
        return pairwise_of(start, half, fill) + pairwise_of(start + half, count - half, fill);
    }
    let mut block = [0.0; BLOCK];
    let numbers = block.get_mut(..count).unwrap_or_default();
    fill(start, numbers);
    pairwise(numbers)
}

/// The arithmetic mean, as `np.mean` gives it for a contiguous array of float64: [`sum`] over the length.
///
/// # Errors
///
/// [`MetricError::Empty`] for no numbers. NaN and infinities are carried through.
pub fn mean(values: &[f64]) -> Result<f64, MetricError> {
    if values.is_empty() { Err(MetricError::Empty) } else { Ok(sum(values) / values.len() as f64) }
}

/// The most numbers of a block.
pub(crate) const BLOCK: usize = 128;
const LANES: usize = 8;

fn pairwise(values: &[f64]) -> f64 {
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % LANES);
        return pairwise(left) + pairwise(right);
    }
    let (lanes, rest) = values.as_chunks::<LANES>();
    let Some((first, others)) = lanes.split_first() else {
        return rest.iter().fold(-0.0, |sum, value| sum + value);
    };
    let mut sums = *first;
    for lane in others {
        for (sum, value) in sums.iter_mut().zip(lane) {
            *sum += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    /// Lengths `n` and the bits of `np.sum((Sample(n).uniform(n) - 0.5) / 3)`. From 8 numbers on a plain sum differs.
    const SUMS: &[(u32, u64)] = &[
        (0, 0x0000000000000000),
        (1, 0xbfb67d3786aaaaab),
        (7, 0x3fc389054b800001),
        (8, 0x3fc8f75c4caaaaab),
        (9, 0xbfdac300baaaaaac),
        (127, 0xbff74d1ac94fffff),
        (128, 0xbf91d09c55555570),
        (129, 0xbfc8038c8dfffff8),
        (136, 0x3fcc8f041755555a),
        (1000, 0x3fe173d1412aaaaa),
        (1023, 0xc011b84192a95556),
        (100_003, 0x402794e05d1caaaa),
    ];

    #[test]
    fn sums_equal_numpy_to_the_last_bit() {
        for &(n, bits) in SUMS {
            let uniform = Sample(n).uniform(usize::try_from(n).unwrap());
            let values: Vec<f64> = uniform.iter().map(|value| (value - 0.5) / 3.0).collect();
            assert_eq!(sum(&values).to_bits(), bits, "n = {n}");
            let mut fill = |start: usize, block: &mut [f64]| block.copy_from_slice(&values[start..start + block.len()]);
            assert_eq!(sum_of(values.len(), &mut fill).to_bits(), bits, "n = {n}");
        }
        assert_eq!(sum(&[-0.0, -0.0]).to_bits(), 0);
    }

    #[test]
    fn mean_of_nothing_is_an_error() {
        assert_eq!(mean(&[]), Err(MetricError::Empty));
        assert_eq!(mean(&[1.0, 2.0, 4.5]), Ok(2.5));
    }
}
