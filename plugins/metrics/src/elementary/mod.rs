//! Sine, cosine, arcsine, arccosine and logarithms of two numbers at once.
//!
//! A grader's own mathematics library takes most of the time of the metrics that need it, and a native one gives other last bits. These
//! functions are sums and products of doubles in a fixed order, without fused operations, so that they give the same bits natively, in
//! Wasm and on every processor; in Wasm they are instructions on vectors of 128 bits. Results are within 1 ulp of the true value, which
//! is tested against mpmath; special values are those of IEEE 754 and C.
//!
//! The methods are those of textbooks (Muller, *Elementary Functions*, 3rd edition, 2016; Cody and Waite, *Software Manual for the
//! Elementary Functions*, 1980; Payne and Hanek, 1983). Coefficients were made with mpmath at 300 bits, as polynomials through
//! Chebyshev nodes.

mod block;
mod inverse;
mod logarithm;
mod pair;
mod reduction;
mod sine;
#[cfg(test)]
mod tests;

pub(crate) use block::{Block, each, zeros};
pub(crate) use inverse::{Acos, asin};
pub(crate) use logarithm::{ln, ln_1p};
pub(crate) use pair::Pair;
pub(crate) use sine::{SinCos, sin_cos};

use crate::MetricError;
use crate::summation::sum_of;

/// The polynomial with these coefficients, the constant one first, by Horner's rule.
#[inline(always)]
fn polynomial<const N: usize>(x: Pair, coefficients: [f64; N]) -> Pair {
    let [.., highest] = coefficients.as_slice() else { return Pair::splat(0.0) };
    coefficients
        .iter()
        .rev()
        .skip(1)
        .fold(Pair::splat(*highest), |sum, &coefficient| sum * x + Pair::splat(coefficient))
}

/// Leaves in `results` what `f` makes of the numbers of some columns, row by row, from row `start` on.
pub(crate) fn rows<const N: usize>(
    start: usize,
    columns: [&[f64]; N],
    results: &mut [f64],
    f: impl Fn([Pair; N]) -> Pair,
) {
    let columns = columns.map(|column| column.get(start..start + results.len()).unwrap_or_default());
    let (pairs, last) = results.as_chunks_mut::<2>();
    let at = |column: &[f64], row: usize| column.get(row).copied().unwrap_or_default();
    for (place, result) in pairs.iter_mut().enumerate() {
        let row = 2 * place;
        *result = f(columns.map(|column| Pair::new([at(column, row), at(column, row + 1)]))).numbers();
    }
    if let [result] = last {
        let row = 2 * pairs.len();
        [*result, _] = f(columns.map(|column| Pair::splat(at(column, row)))).numbers();
    }
}

/// The [`mean`](crate::mean) of what `f` makes of the numbers of some columns, row by row. The columns are of one length.
pub(crate) fn mean_of_rows<const N: usize>(
    columns: [&[f64]; N],
    f: impl Fn([Pair; N]) -> Pair,
) -> Result<f64, MetricError> {
    let count = columns.iter().map(|column| column.len()).min().unwrap_or(0);
    if count == 0 {
        return Err(MetricError::Empty);
    }
    Ok(sum_of(count, &mut |start, results| rows(start, columns, results, &f)) / count as f64)
}

/// The [`mean`](crate::mean) of what `f` makes of the numbers of some columns, in blocks: it is handed so many pairs of each column, and where to leave
/// the results. The columns are of one length.
pub(crate) fn mean_of_blocks<const N: usize>(
    columns: [&[f64]; N],
    mut f: impl FnMut(usize, [&Block; N], &mut Block),
) -> Result<f64, MetricError> {
    let count = columns.iter().map(|column| column.len()).min().unwrap_or(0);
    if count == 0 {
        return Err(MetricError::Empty);
    }
    let (mut blocks, mut results) = ([zeros(); N], zeros());
    let mut fill = |start: usize, numbers: &mut [f64]| {
        for (block, column) in blocks.iter_mut().zip(columns) {
            let (whole, last) = column.get(start..start + numbers.len()).unwrap_or_default().as_chunks();
            let last = last.iter().map(|number| Pair::splat(*number));
            block
                .iter_mut()
                .zip(whole.iter().map(|pair| Pair::new(*pair)).chain(last))
                .for_each(|(to, pair)| *to = pair);
        }
        f(numbers.len().div_ceil(2), blocks.each_ref(), &mut results);
        for (two, result) in numbers.chunks_mut(2).zip(&results) {
            two.iter_mut().zip(result.numbers()).for_each(|(number, result)| *number = result);
        }
    };
    Ok(sum_of(count, &mut fill) / count as f64)
}
