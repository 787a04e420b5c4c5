//! Comparing bytes, eight at a time.
//!
//! The standard library compares texts by `memcmp` and `bcmp`, which for Wasm come with the compiler and look at one byte after another.
//! The linker takes these instead. What differs mostly does so in its first byte, so that is looked at first. Vectors, and words that
//! overlap in place of the last loop, were slower: texts are mostly short.

#![cfg(any(target_arch = "wasm32", test))]

/// How two ranges of bytes compare, as C has it.
///
/// # Safety
///
/// Both have `count` bytes.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    let mut at = 0;
    if count == 0 {
        return 0;
    }
    // SAFETY: every read ends at or before `count`, and no read needs to be aligned.
    unsafe {
        if *a != *b {
            return i32::from(*a) - i32::from(*b);
        }
        while at + 8 <= count {
            let (x, y) = (a.add(at).cast::<u64>().read_unaligned(), b.add(at).cast::<u64>().read_unaligned());
            if x != y {
                return difference(x, y);
            }
            at += 8;
        }
        if at + 4 <= count {
            let (x, y) = (a.add(at).cast::<u32>().read_unaligned(), b.add(at).cast::<u32>().read_unaligned());
            if x != y {
                return difference(x.into(), y.into());
            }
            at += 4;
        }
        while at < count {
            let (x, y) = (*a.add(at), *b.add(at));
            if x != y {
                return i32::from(x) - i32::from(y);
            }
            at += 1;
        }
    }
    0
}

/// 0 if two ranges of bytes are equal, as C has it.
///
/// # Safety
///
/// Both have `count` bytes.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    // SAFETY: as promised by the caller.
    unsafe { memcmp(a, b, count) }
}

/// Of two words that differ, the difference of the first bytes that do. The first byte of memory is the lowest of a word.
fn difference(x: u64, y: u64) -> i32 {
    let shift = (x ^ y).trailing_zeros() & !7;
    let byte = |word: u64| (word >> shift) as u8;
    i32::from(byte(x)) - i32::from(byte(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(a: &[u8], b: &[u8]) -> (i32, bool) {
        // SAFETY: both have as many bytes as the first.
        unsafe { (memcmp(a.as_ptr(), b.as_ptr(), a.len()), bcmp(a.as_ptr(), b.as_ptr(), a.len()) == 0) }
    }

    /// Ranges of every length up to 70 that differ at one place, or at two, so that the first one decides.
    #[test]
    fn bytes_compare_as_slices_do() {
        for count in 0..70 {
            let a: Vec<u8> = (0..count).map(|at| at as u8 * 37).collect();
            assert_eq!(compare(&a, &a.clone()), (0, true), "{count}");
            for place in 0..count {
                for (other, beyond) in [(0, 255), (255, 0), (a[place] ^ 1, 128)] {
                    let mut b = a.clone();
                    b[place] = other;
                    if let Some(last) = b.get_mut(place + 1..).and_then(<[u8]>::last_mut) {
                        *last = beyond;
                    }
                    let (order, equal) = compare(&a, &b);
                    assert_eq!((order.cmp(&0), equal), (a.cmp(&b), a == b), "{count} bytes, at {place}");
                }
            }
        }
    }
}
