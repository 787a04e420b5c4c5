//! The unpacked download in the folder of a preparation, and what it is of: a call that is stopped leaves it for the next one.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::archive::{Packed, Unpacker};
use crate::digest::Digests;
use crate::error::PreparationError;
use crate::progress::{Progress, Stage};
use crate::publish::remove;
use crate::space;

/// What an unpacked download is of.
#[derive(Debug, Serialize, Deserialize)]
struct Unpacked {
    download: Digests,
    /// Nothing of it is in the archive alone.
    #[serde(default = "whole")]
    all: bool,
}

/// Programs that do not say so left nothing in the archive.
fn whole() -> bool {
    true
}

/// Where the unpacked download is while it is worked on.
pub(crate) const RAW: &str = "raw";

/// The file that says which download is unpacked, but for what stays in the archive.
const MARK: &str = "raw.json";

/// Which download is unpacked, by a call that was stopped. With `all`, only one of which nothing stayed in the archive counts.
pub(crate) fn before(work: &Path, all: bool) -> Option<Digests> {
    let bytes = fs::read(work.join(MARK)).ok()?;
    let known: Unpacked = serde_json::from_slice(&bytes).ok()?;
    (work.join(RAW).is_dir() && (known.all || !all)).then_some(known.download)
}

/// Says that this download is unpacked; with `all`, that nothing of it stayed in the archive.
pub(crate) fn mark(work: &Path, download: &Digests, all: bool) -> Result<(), PreparationError> {
    let path = work.join(MARK);
    let text = serde_json::to_vec(&Unpacked { download: download.clone(), all }).map_err(io::Error::from);
    text.and_then(|text| fs::write(&path, text)).map_err(PreparationError::io(&path))
}

/// Takes the mark away, before anything of what it speaks of is: a call that is stopped in between leaves no part that passes for the whole.
pub(crate) fn unmark(work: &Path) -> io::Result<()> {
    match fs::remove_file(work.join(MARK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Unpacks the download into `raw`, in the place of what is there; but for what stays in the archive until it is wanted, which is
/// returned. With `all` nothing does.
pub(crate) fn unpack<'u>(
    archive: &Path,
    (work, raw): (&Path, &'u Path),
    unpacker: &'u Unpacker<'_>,
    all: bool,
    progress: &dyn Progress,
) -> Result<Option<Packed<'u>>, PreparationError> {
    unmark(work).and_then(|()| remove(work)).map_err(PreparationError::io(work))?;
    fs::create_dir_all(raw).map_err(PreparationError::io(raw))?;
    let Some(packed) = unpacker.open(archive, raw, all)? else {
        progress.stage(Stage::Unpack { total: None });
        unpacker.unpack(archive, raw)?;
        return Ok(None);
    };
    // What is read in the archive is there to become something as large.
    if let Some(lacking) = space::lacking(work, packed.total()) {
        let what = "unpacking the download";
        return Err(PreparationError::Space { folder: work.to_owned(), lacking, what });
    }
    progress.stage(Stage::Unpack { total: Some(packed.ahead()) });
    packed.unpack_ahead()?;
    Ok(Some(packed))
}
