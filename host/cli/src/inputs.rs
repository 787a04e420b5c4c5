//! What every command that grades rests on: the data, how submissions are looked up, the lock.

use std::path::Path;

use assay::DataDir;
use assay_evidence::lock::Lock;
use assay_tables::read::Folders;
use assay_types::Edition;
use clap::Args;

use super::Failure;
use super::global::DataArguments;
use super::leaderboards::LeaderboardArguments;
use super::links::LinkArguments;
use super::lock::Against;

#[derive(Args)]
pub(super) struct InputArguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    pub(super) leaderboards: LeaderboardArguments,
    #[command(flatten)]
    links: LinkArguments,
    #[command(flatten)]
    lock: Against,
}

/// The same, opened.
pub(super) struct Inputs {
    pub(super) data: DataDir,
    pub(super) folders: Folders,
    pub(super) lock: Lock,
}

impl InputArguments {
    /// Which edition of the data is meant.
    pub(super) fn edition(&self) -> Edition {
        self.data.edition()
    }

    /// Opens them; submissions are looked up in the working directory, then in this folder.
    pub(super) fn open(&self, folder: Option<&Path>) -> Result<Inputs, Failure> {
        Ok(Inputs { data: self.data.open()?, folders: self.links.folders(folder)?, lock: self.lock.lock()? })
    }
}
