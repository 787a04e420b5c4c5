//! Real leaderboards, from a folder or beside the data: their thresholds take the place of those in competitions' files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use assay::standings_file::{FILE, StandingsFile};
use assay::{Competitions, DataDir};
use assay_types::{counted, sha256};
use clap::Args;

use super::{Failure, output};

#[derive(Args)]
pub(super) struct LeaderboardArguments {
    /// A folder of real leaderboards, DIR/ID/leaderboard.csv, such as mlebench/competitions in a checkout of the reference: medals are measured
    /// against these where they are there, else against the thresholds that the program carries [default: those beside the data,
    /// DATA/ID/leaderboard.csv]. Receipts name the file used by its digest.
    #[arg(long, value_name = "DIR")]
    leaderboards: Option<PathBuf>,
}

impl LeaderboardArguments {
    /// Measures these competitions against the real leaderboards that are there. That is said, as medals may differ by it. Given back is a
    /// digest of all files that were used, none if there were none.
    pub(super) fn used_by<'a>(
        &self,
        competitions: &mut Competitions,
        ids: impl IntoIterator<Item = &'a str>,
        data: &DataDir,
    ) -> Result<Option<String>, Failure> {
        if let Some(folder) = self.leaderboards.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(Failure::Call(anyhow!("--leaderboards {}: there is no such folder", folder.display())));
        }
        let mut used: Vec<(&str, String)> = Vec::new();
        for id in ids.into_iter().collect::<BTreeSet<_>>() {
            // One that is unknown is told with its entry.
            let Ok(competition) = competitions.get(id) else { continue };
            let Some(path) = self.path(id, data) else { continue };
            let file = StandingsFile::read(&path).map_err(Failure::call)?;
            let board = file.leaderboard(&competition).map_err(Failure::call)?;
            competitions.set_leaderboard(id, board, file.sha256.clone());
            used.push((id, file.sha256));
        }
        if used.is_empty() {
            return Ok(None);
        }
        let measured = counted(used.len(), "competition is", "competitions are");
        output::message(&format!(
            "{measured} measured against real leaderboards ({FILE}; receipts have their digests)"
        ));
        let lines: String = used.iter().map(|(id, sha256)| format!("{id} {sha256}\n")).collect();
        Ok(Some(sha256(lines.as_bytes())))
    }

    /// The file of a competition's leaderboard, if there is one.
    pub(super) fn path(&self, id: &str, data: &DataDir) -> Option<PathBuf> {
        let named = self.leaderboards.as_deref();
        let folder: &Path = named.unwrap_or(data.folder());
        Some(folder.join(id).join(FILE)).filter(|path| path.exists())
    }
}
