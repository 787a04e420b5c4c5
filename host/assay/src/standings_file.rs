//! Real leaderboards: where the file of one is at hand, its thresholds take the place of those in the competition's file.

use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use assay_tables::Threads;
use assay_tables::read::{self, ReadError, ReadOptions};
use assay_types::Direction;
use assay_types::competition::{Competition, Leaderboard};
use assay_types::sha256;
use assay_types::standings::{Standings, StandingsError};
use thiserror::Error;

/// What the file of a leaderboard is called, in the reference's folder of a competition and beside its data.
pub const FILE: &str = "leaderboard.csv";

/// The largest one, in bytes: a team has a line of some 100.
const MAX_BYTES: u64 = 64 << 20;

/// What Git keeps in the place of a large file that was not fetched.
const POINTER: &[u8] = b"version https://git-lfs";

/// A leaderboard as a file has it: a line a team, in the order of the ranks, with the score in the column `score`.
#[derive(Clone, Debug, PartialEq)]
pub struct StandingsFile {
    /// The scores.
    pub standings: Standings,
    /// SHA-256 of the file.
    pub sha256: String,
    path: PathBuf,
}

/// Why the file of a leaderboard cannot be used.
#[derive(Debug, Error)]
pub enum StandingsFileError {
    /// It cannot be read.
    #[error("the leaderboard {}: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: ReadError,
    },
    /// It was not fetched.
    #[error("the leaderboard {} is not there, only what Git LFS keeps in its place: `git lfs pull` fetches it", .path.display())]
    Pointer {
        /// The file.
        path: PathBuf,
    },
    /// It has no scores.
    #[error("the leaderboard {} needs a column `score` of numbers, one for each team in the order of the ranks", .path.display())]
    NoScores {
        /// The file.
        path: PathBuf,
    },
    /// It has no thresholds.
    #[error("the leaderboard {}: {error}", .path.display())]
    Standings {
        /// The file.
        path: PathBuf,
        /// Why.
        error: StandingsError,
    },
    /// Its thresholds contradict each other.
    #[error("the leaderboard {}: {message}; its lines must be in the order of the ranks", .path.display())]
    Contradiction {
        /// The file.
        path: PathBuf,
        /// How.
        message: String,
    },
}

impl StandingsFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it is no leaderboard.
    pub fn read(path: &Path) -> Result<Self, StandingsFileError> {
        let limits = read::Limits { bytes: MAX_BYTES, ..read::Limits::default() };
        let path = path.to_owned();
        let bytes = match read::load(&path, &limits) {
            Ok(bytes) => bytes,
            Err(error) => return Err(StandingsFileError::Read { path, error }),
        };
        if bytes.starts_with(POINTER) {
            return Err(StandingsFileError::Pointer { path });
        }
        let table =
            match read::read_csv(&bytes, &ReadOptions { limits: &limits, columns: None, threads: Threads::one() }) {
                Ok(table) => table,
                Err(error) => return Err(StandingsFileError::Read { path, error }),
            };
        let name = table.header.iter().find(|name| name.eq_ignore_ascii_case("score"));
        let column = name.and_then(|name| table.column(name)).filter(|column| *column.data_type() != DataType::Utf8);
        let Some(column) = column.and_then(|column| cast(column, &DataType::Float64).ok()) else {
            return Err(StandingsFileError::NoScores { path });
        };
        let standings = Standings::new(column.as_primitive::<Float64Type>().iter().collect());
        Ok(StandingsFile { standings, sha256: sha256(&bytes), path })
    }

    /// Which scores are better: by the first and the last, as the reference has it; where these are equal, as the competition says.
    #[must_use]
    pub fn direction(&self, competition: &Competition) -> Direction {
        let said = || competition.leaderboard.as_ref().map(|board| board.direction);
        self.standings.direction().or_else(said).unwrap_or(Direction::Higher)
    }

    /// The thresholds for a competition.
    ///
    /// # Errors
    ///
    /// If there are no teams, a rank that earns a medal has no score, or a better medal has a worse threshold.
    pub fn leaderboard(&self, competition: &Competition) -> Result<Leaderboard, StandingsFileError> {
        let path = || self.path.clone();
        let board = self
            .standings
            .leaderboard(self.direction(competition))
            .map_err(|error| StandingsFileError::Standings { path: path(), error })?;
        match board.contradiction() {
            None => Ok(board),
            Some(message) => Err(StandingsFileError::Contradiction { path: path(), message }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Competitions;

    fn read(text: &str) -> Result<StandingsFile, StandingsFileError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, text).unwrap();
        StandingsFile::read(&path)
    }

    #[test]
    fn a_file_takes_the_place_of_the_competitions_thresholds() {
        let mut competitions = Competitions::built_in();
        let before = competitions.get("spaceship-titanic").unwrap();
        let file = read("scoreNullable,teamId,score\n0.9,1,0.9\n0.8,2,0.8\n,3,\n0.6,4,0.6\n0.5,5,0.5\n").unwrap();
        let board = file.leaderboard(&before).unwrap();
        assert_eq!((board.teams, board.direction), (Some(5), Direction::Higher));
        assert_eq!((board.gold, board.silver, board.bronze), (0.9, 0.9, 0.8));
        assert!((board.median - 0.7).abs() < 1e-15, "the mean of the two in the middle of those with a score");
        competitions.set_leaderboard("spaceship-titanic", board, file.sha256.clone());
        let after = competitions.get("spaceship-titanic").unwrap();
        assert_eq!(after.leaderboard.as_ref().unwrap().gold, 0.9);
        assert_eq!((after.leaderboard_file.as_ref(), &after.digest), (Some(&file.sha256), &before.digest));
    }

    #[test]
    fn what_is_no_leaderboard_says_why() {
        let titanic = Competitions::built_in().get("spaceship-titanic").unwrap();
        let message = |text: &str| match read(text) {
            Ok(file) => file.leaderboard(&titanic).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(message("version https://git-lfs.github.com/spec/v1\noid x\n").contains("`git lfs pull` fetches it"));
        assert!(message("team,points\na,1\n").contains("needs a column `score`"));
        assert!(message("score\nbest\n").contains("needs a column `score`"));
        assert!(message("score\n").contains("there are no teams") || message("score\n").contains("needs a column"));
        assert!(message("score,a\n,1\n2,1\n").contains("rank 1, which is the last to earn gold, has no score"));
        let mixed: String = ["1", "2", "9", "4", "5", "6", "7", "8", "3", "10"].map(|one| format!("{one}\n")).concat();
        assert_eq!(read(&format!("score\n{mixed}")).unwrap().direction(&titanic), Direction::Lower);
        assert!(message("score\n3\n9\n8\n7\n6\n5\n4\n2\n2\n1\n").contains("order of the ranks"));
    }
}
