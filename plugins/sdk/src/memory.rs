//! Comparing bytes, eight at a time.
//!
//! The standard library compares texts by `memcmp` and `bcmp`, which for Wasm come with the compiler and look at one byte after another.
//! The linker takes these instead. What differs mostly does so in its first byte, so that is looked at first.

#![cfg(target_arch = "wasm32")]

/// How two ranges of bytes compare, as C has it.
///
/// # Safety
///
/// Both have `count` bytes.
#[unsafe(no_mangle)]
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
#[unsafe(no_mangle)]
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
