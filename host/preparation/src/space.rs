//! Is there room on the disk?

use std::io;
use std::path::Path;

/// What is left free for others, in bytes.
const SPARED: u64 = 64 << 20;

/// How many bytes are free where a folder is, for this user.
pub(crate) fn free(folder: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// How many bytes are lacking for so many more in a folder; none if there is room, or nobody knows.
pub(crate) fn lacking(folder: &Path, needed: u64) -> Option<u64> {
    let free = free(folder).ok()?;
    needed.saturating_add(SPARED.min(needed)).checked_sub(free).filter(|&lacking| lacking > 0)
}

/// A number of bytes as people write it.
#[must_use]
pub fn size(bytes: u64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if unit == 0 || value >= 99.95 { 0 } else { 1 };
    format!("{value:.digits$} {}", units.get(unit).unwrap_or(&"TB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let sizes = [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (58_164_000_000, "58.2 GB")];
        for (bytes, text) in sizes {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(size(u64::MAX), "18446744 TB");
    }

    #[test]
    fn what_no_disk_has_is_lacking() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(lacking(folder.path(), 1), None);
        assert!(lacking(folder.path(), u64::MAX).is_some());
    }
}
