//! Is a log what was written to it?

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Serialize;

use crate::report::{Outcome, Reported};

use super::Anchor;
use super::chain::{Broken, Chain};
use super::{AccessLogError, MAX_LINE, MAX_TAIL, Use, head_of, read};
use crate::private_file::{self, LOCK_WAIT};

/// A log that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Its state.
    #[serde(flatten)]
    pub anchor: Anchor,
    /// True if its last line has no end: its writer was killed before the outcome was told.
    pub torn: bool,
}

/// Follows a log's chain from the start, and holds it against its head, against the anchors that reports hold, and against `heads`, digests
/// that it had at some time. `each` gets the uses in order; they count only if the whole log holds.
///
/// # Errors
///
/// At the first thing that is wrong, or if the log cannot be read.
pub fn verify(
    path: &Path,
    anchors: &[Anchor],
    heads: &[String],
    mut each: impl FnMut(Use),
) -> Result<Verified, AccessLogError> {
    let io = |error| AccessLogError::Io { path: path.to_owned(), error };
    let broken = |broken| AccessLogError::Broken { path: path.to_owned(), broken };
    let file = private_file::read(path).map_err(io)?;
    // The lock makes writers wait, so that log and head are of the same moment.
    private_file::lock_shared(&file, LOCK_WAIT).map_err(io)?;
    let head = match private_file::read(&head_of(path)) {
        Ok(head) => Some(read(&head).map_err(io)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(AccessLogError::Io { path: head_of(path), error }),
    };
    let known = head.as_deref().map(Chain::from_head).transpose().map_err(broken)?;

    let mut chain = Chain::new();
    let (mut anchors, mut heads): (Vec<_>, Vec<_>) = (anchors.iter().collect(), heads.iter().collect());
    let mut reader = BufReader::new(&file);
    let mut line = Vec::new();
    let mut torn = false;
    loop {
        known.as_ref().map_or(Ok(()), |known| chain.meets(known)).map_err(broken)?;
        meet(&mut anchors, &chain).map_err(broken)?;
        heads.retain(|head| *head != chain.head());
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
    complete(&chain, known.as_ref(), &anchors, &heads).map_err(broken)?;
    Ok(Verified { anchor: chain.anchor(), torn })
}

/// Verifies a log, and gives the places of those entries of a report whose use is not in it, up to the state that the report knows. Each
/// entry has a use of its own, of the same submission, answers and grader, and with the same outcome.
///
/// # Errors
///
/// As [`verify`].
pub fn verify_uses(path: &Path, anchor: &Anchor, entries: &[Reported]) -> Result<Vec<usize>, AccessLogError> {
    type Key = (String, String, String, String, Outcome);
    let mut places: HashMap<Key, Vec<usize>> = HashMap::new();
    for (place, entry) in entries.iter().enumerate().rev() {
        let receipt = entry.receipt.as_ref().and_then(Option::as_ref);
        let submission = receipt.and_then(|receipt| receipt.submission.clone());
        // The answers were not used for what could not be read.
        let (Some(competition), Some(receipt), Some(submission), Some(outcome)) =
            (&entry.competition_id, receipt, submission, entry.outcome)
        else {
            continue;
        };
        let key = (competition.clone(), submission, receipt.component.clone(), receipt.answers.clone(), outcome);
        places.entry(key).or_default().push(place);
    }
    verify(path, std::slice::from_ref(anchor), &[], |entry| {
        if entry.entry < anchor.entries
            && let Some(places) =
                places.get_mut(&(entry.competition_id, entry.submission, entry.component, entry.answers, entry.outcome))
        {
            places.pop();
        }
    })?;
    let mut missing: Vec<usize> = places.into_values().flatten().collect();
    missing.sort_unstable();
    Ok(missing)
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

/// Does the chain, at its end, hold all that it should? `anchors` and `heads` are those that were not met.
fn complete(chain: &Chain, known: Option<&Chain>, anchors: &[&Anchor], heads: &[&String]) -> Result<(), Broken> {
    let there_were = known.map(Chain::entries).into_iter().chain(anchors.iter().map(|anchor| anchor.entries)).max();
    if let Some(there_were) = there_were.filter(|&entries| entries > chain.entries()) {
        let found = chain.entries();
        return Err(Broken::whole(format!(
            "its last lines are gone: it has {found} entries, but there were {there_were}"
        )));
    }
    if let Some(head) = heads.first() {
        return Err(Broken::whole(format!("no line has the digest {head}: lines are gone, or the log was rewritten")));
    }
    match known {
        None if chain.entries() > 0 => Err(Broken::headless()),
        Some(known) if chain.bytes().saturating_sub(known.bytes()) > MAX_TAIL => {
            Err(Broken::unknown_tail(chain.bytes() - known.bytes()))
        }
        _ => Ok(()),
    }
}
