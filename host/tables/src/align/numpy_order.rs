//! The order in which numpy's default `argsort` leaves equal texts.
//!
//! pandas' `sort_values` uses it, and it is not stable. Where keys repeat, the reference pairs rows in that order, so scores
//! depend on it. It is a quicksort with these particulars: median of three, pivot kept at the last place but one, insertion sort
//! for at most 16 elements, the larger part left for later. (For numbers numpy uses vector instructions, and the order of equal
//! ones depends on the processor: nothing can follow that.)

/// The size up to which a part is sorted by insertion, less one.
const SMALL: usize = 15;

/// Sorts `rows` by `less` as numpy does.
pub(super) fn sort(rows: &mut [u32], less: impl Fn(u32, u32) -> bool) {
    if rows.is_empty() {
        return;
    }
    // A quicksort that goes wrong this deep continues as a heap sort. Where keys are that peculiar, a stable sort serves as well.
    let mut depth = 2 * i64::from(rows.len().ilog2());
    let mut later: Vec<(usize, usize, i64)> = Vec::new();
    let (mut left, mut right) = (0, rows.len() - 1);
    loop {
        while depth >= 0 && right.saturating_sub(left) > SMALL && left < right {
            let pivot = partition(rows, left, right, &less);
            depth -= 1;
            // What is pushed is the larger part; either may be empty.
            if pivot - left < right - pivot {
                later.push((pivot + 1, right, depth));
                right = pivot.saturating_sub(1);
                if pivot == left {
                    break;
                }
            } else {
                later.push((left, pivot.saturating_sub(1), depth));
                left = pivot + 1;
            }
        }
        if left < right {
            if depth < 0 {
                rows[left..=right].sort_by(|&a, &b| {
                    if less(a, b) {
                        std::cmp::Ordering::Less
                    } else if less(b, a) {
                        std::cmp::Ordering::Greater
                    } else {
                        std::cmp::Ordering::Equal
                    }
                });
            } else {
                insertion_sort(&mut rows[left..=right], &less);
            }
        }
        let Some(next) = later.pop() else { return };
        (left, right, depth) = next;
    }
}

/// Splits `rows[left..=right]` around the median of its first, middle and last, and says where that ended up.
fn partition(rows: &mut [u32], left: usize, right: usize, less: &impl Fn(u32, u32) -> bool) -> usize {
    let middle = left + (right - left) / 2;
    for (low, high) in [(left, middle), (middle, right), (left, middle)] {
        if less(rows[high], rows[low]) {
            rows.swap(high, low);
        }
    }
    let pivot = rows[middle];
    let (mut from_left, mut from_right) = (left, right - 1);
    rows.swap(middle, from_right);
    loop {
        from_left += 1;
        while less(rows[from_left], pivot) {
            from_left += 1;
        }
        from_right -= 1;
        while less(pivot, rows[from_right]) {
            from_right -= 1;
        }
        if from_left >= from_right {
            break;
        }
        rows.swap(from_left, from_right);
    }
    rows.swap(from_left, right - 1);
    from_left
}

fn insertion_sort(rows: &mut [u32], less: &impl Fn(u32, u32) -> bool) {
    for next in 1..rows.len() {
        let row = rows[next];
        let mut place = next;
        while place > 0 && less(row, rows[place - 1]) {
            rows[place] = rows[place - 1];
            place -= 1;
        }
        rows[place] = row;
    }
}
