//! The digest of bytes, taken beside whatever else is made of them.

use assay_tables::Threads;
use assay_types::sha256;

/// Fewer bytes are hashed sooner than a thread starts.
const FEW: usize = 128 << 10;

/// SHA-256 of the bytes, and what `read` makes of them: at once, where a thread is idle and there are enough of them.
pub(crate) fn hashed<T>(bytes: &[u8], threads: &Threads, read: impl FnOnce() -> T) -> (String, T) {
    if bytes.len() < FEW {
        return (sha256(bytes), read());
    }
    threads.join(|| sha256(bytes), read)
}
