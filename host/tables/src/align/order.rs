//! The rows of keys in the order in which the reference's sort leaves them.

use std::cmp::Ordering;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::SortOptions;
use arrow::row::{RowConverter, SortField};

use super::numpy_order;
use super::side::Numbers;

/// The rows in the order of their keys, missing ones last, as the reference's sort leaves them: see [`numpy_order`] for one column
/// of text. Several columns, or one of numbers, are sorted stably.
pub(super) fn order(columns: &[ArrayRef]) -> Vec<u32> {
    if let [column] = columns {
        if let Some(texts) = column.as_string_opt::<i32>() {
            return of_texts(texts);
        }
        if let Some(numbers) = Numbers::of(column) {
            return of_numbers(column, &numbers);
        }
    }
    let last = SortOptions { descending: false, nulls_first: false };
    let fields = columns.iter().map(|column| SortField::new_with_options(column.data_type().clone(), last)).collect();
    let rows = columns.first().map_or(0, |column| column.len() as u32);
    let mut order: Vec<u32> = (0..rows).collect();
    // The reader makes no type that cannot be encoded.
    if let Ok(encoded) = RowConverter::new(fields).and_then(|converter| converter.convert_columns(columns)) {
        order.sort_by(|&a, &b| encoded.row(a as usize).cmp(&encoded.row(b as usize)));
    }
    order
}

fn of_numbers(column: &ArrayRef, numbers: &Numbers) -> Vec<u32> {
    let (present, missing) = parted(column);
    let mut ranked: Vec<(u64, u32)> = present.iter().map(|&row| (numbers.rank(row as usize), row)).collect();
    if !ranked.is_sorted() {
        ranked.sort_unstable();
    }
    ranked.into_iter().map(|(_, row)| row).chain(missing).collect()
}

/// Sorts by the first bytes of texts, and compares more where these are equal. Only where a text is there twice does it matter how numpy
/// would have sorted; then it compares places in the order instead of texts.
fn of_texts(texts: &StringArray) -> Vec<u32> {
    let text = |row: u32| texts.value(row as usize).as_bytes();
    let (mut present, missing) = parted(texts);
    let compare =
        |&(first, a): &(u64, u32), &(second, b): &(u64, u32)| first.cmp(&second).then_with(|| text(a).cmp(text(b)));
    let mut ranked: Vec<(u64, u32)> = present.iter().map(|&row| (beginning(text(row)), row)).collect();
    ranked.sort_unstable_by(compare);
    let is_next = |pair: &[(u64, u32)]| matches!(pair, [one, other] if compare(one, other) == Ordering::Less);
    if ranked.windows(2).all(is_next) {
        return ranked.into_iter().map(|(_, row)| row).chain(missing).collect();
    }
    let mut places = vec![0_u32; texts.len()];
    let mut place = 0;
    for (index, &(_, row)) in ranked.iter().enumerate() {
        place += u32::from(index > 0 && is_next(&ranked[index - 1..=index]));
        places[row as usize] = place;
    }
    drop(ranked);
    numpy_order::sort(&mut present, |a, b| places[a as usize] < places[b as usize]);
    present.extend(missing);
    present
}

/// The first eight bytes as a number, which is greater for texts that come later.
fn beginning(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(bytes)
}

/// The rows with a value and those without.
fn parted(column: &dyn Array) -> (Vec<u32>, Vec<u32>) {
    let rows = 0..column.len() as u32;
    if column.null_count() == 0 {
        (rows.collect(), Vec::new())
    } else {
        rows.partition(|&row| column.is_valid(row as usize))
    }
}
