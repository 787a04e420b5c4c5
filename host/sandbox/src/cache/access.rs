//! Who may write where compiled code is.

use std::fs::{self, Metadata};
use std::path::Path;

/// Makes a folder, and those that it is in, for their owner alone.
pub(super) fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// True if the path is there, no link, belongs to us (or root) and nobody else may write to it.
pub(super) fn ours_alone(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| is_ours_alone(&metadata))
}

/// The same of what was opened.
#[cfg(unix)]
pub(super) fn is_ours_alone(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    !metadata.is_symlink() && is_ours(metadata) && metadata.mode() & 0o022 == 0
}

/// The folder above this one in which somebody else could put another folder in the place of the one that leads here. The path has no links.
#[cfg(unix)]
pub(super) fn replaceable(folder: &Path) -> Option<&Path> {
    use std::os::unix::fs::MetadataExt;
    // Where the sticky bit is set, as in /tmp, nobody moves what is not theirs.
    let safe =
        |metadata: &Metadata| is_ours(metadata) && (metadata.mode() & 0o022 == 0 || metadata.mode() & 0o1000 != 0);
    folder.ancestors().skip(1).find(|above| !fs::symlink_metadata(above).is_ok_and(|metadata| safe(&metadata)))
}

#[cfg(unix)]
fn is_ours(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == rustix::process::geteuid().as_raw() || metadata.uid() == 0
}

#[cfg(not(unix))]
pub(super) fn is_ours_alone(_: &Metadata) -> bool {
    true
}

#[cfg(not(unix))]
pub(super) fn replaceable(_: &Path) -> Option<&Path> {
    None
}
