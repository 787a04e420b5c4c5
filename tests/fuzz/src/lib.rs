//! What every target of `fuzz_targets/` is made of.

pub use assay_tests::fuzzing;
pub use libfuzzer_sys;

/// A target of [`fuzzing`]. Every other mutation is libFuzzer's, the rest are ours, which know words of the format.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        use $crate::libfuzzer_sys;

        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::fuzzing::$name(data));

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            if seed % 2 == 0 {
                return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
            }
            let words = $crate::fuzzing::words(stringify!($name));
            let mutated = $crate::fuzzing::mutated(&data[..size], words, u64::from(seed));
            let size = mutated.len().min(max_size).min(data.len());
            data[..size].copy_from_slice(&mutated[..size]);
            size
        });
    };
}
