//! Whether links are followed to submissions.

use std::path::Path;

use anyhow::Context;
use assay_tables::read::{Folders, Links};
use clap::Args;

use super::Failure;

#[derive(Args)]
pub(super) struct LinkArguments {
    /// Follow links to submissions: for folders that are made of links, where nobody else can put one. Without it, a submission whose path
    /// leads through a link is invalid.
    #[arg(long)]
    follow_links: bool,
}

impl LinkArguments {
    /// Where submissions are looked up: in the working directory, then in the folder of the list. Both are trusted to be where they say.
    pub(super) fn folders(&self, list: Option<&Path>) -> Result<Folders, Failure> {
        let here = std::env::current_dir().context("the working directory").map_err(Failure::Program)?;
        let list = list.map(|folder| here.join(folder));
        let links = if self.follow_links { Links::Follow } else { Links::Refuse };
        Ok(Folders::new([Some(here), list].into_iter().flatten(), links))
    }
}
