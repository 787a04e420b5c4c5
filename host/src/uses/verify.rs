//! Is a log what was written to it?

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Serialize;

use super::chain::{Anchor, Broken, Chain};
use super::{MAX_LINE, Use, UseLogError, head_of, read, regular};

/// A log that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Its state.
    #[serde(flatten)]
    pub anchor: Anchor,
    /// True if its last line has no end: its writer was killed, and what it grades was never told to anybody.
    pub torn: bool,
}

/// Follows a log's chain from the start, and holds it against its head and against the anchors that reports hold. `each` gets the uses
/// in order.
///
/// # Errors
///
/// At the first thing that is wrong, or if the log cannot be read.
pub fn verify(path: &Path, anchors: &[Anchor], mut each: impl FnMut(Use)) -> Result<Verified, UseLogError> {
    let io = |error| UseLogError::Io { path: path.to_owned(), error };
    let broken = |broken| UseLogError::Broken { path: path.to_owned(), broken };
    // A pipe would wait for its other end.
    if !std::fs::metadata(path).map_err(io)?.is_file() {
        return Err(io(std::io::Error::other("this is not a regular file")));
    }
    let file = File::open(path).map_err(io)?;
    // Writers wait meanwhile, so that log and head fit.
    file.lock_shared().map_err(io)?;
    let head = match File::open(head_of(path)).and_then(regular) {
        Ok(head) => Some(read(&head).map_err(io)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(io(error)),
    };
    let known = head.as_deref().map(Chain::from_head).transpose().map_err(broken)?.map(|chain| chain.anchor());

    let mut chain = Chain::new();
    let mut due: Vec<&Anchor> = known.iter().chain(anchors).collect();
    let mut reader = BufReader::new(&file);
    let mut line = Vec::new();
    let mut torn = false;
    loop {
        meet(&mut due, &chain).map_err(broken)?;
        line.clear();
        let limit = MAX_LINE as u64 + 1;
        reader.by_ref().take(limit).read_until(b'\n', &mut line).map_err(io)?;
        if line.is_empty() {
            break;
        }
        if !line.ends_with(b"\n") && line.len() <= MAX_LINE {
            torn = true;
            break;
        }
        each(chain.add(&line).map_err(broken)?);
    }
    if let Some(anchor) = due.first() {
        let (found, known) = (chain.entries(), anchor.entries);
        return Err(broken(Broken::whole(format!(
            "its last lines are gone: it has {found} entries, but there were {known}"
        ))));
    }
    if known.is_none() && chain.entries() > 0 {
        return Err(broken(Broken::whole("its head is gone, so lines may be missing at the end")));
    }
    Ok(Verified { anchor: chain.anchor(), torn })
}

/// Compares the anchors that are of this place in the chain, and drops them.
fn meet(due: &mut Vec<&Anchor>, chain: &Chain) -> Result<(), Broken> {
    let mut wrong = None;
    due.retain(|anchor| {
        let here = anchor.entries == chain.entries();
        if here && anchor.head != chain.head() {
            wrong = Some(Broken::at(
                anchor.entries.max(1),
                format!("the log was rewritten: after {} entries it had another digest", anchor.entries),
            ));
        }
        !here
    });
    wrong.map_or(Ok(()), Err)
}
