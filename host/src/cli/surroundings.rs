//! What every command is surrounded by: competitions, graders, data.

use std::path::PathBuf;

use anyhow::Context;
use assay_host::graders::Graders;
use assay_host::registry::Registry;
use assay_host::sandbox::{Limits, Sandbox};
use clap::Args;
use directories::BaseDirs;

use super::Failure;

#[derive(Args)]
pub(super) struct Surroundings {
    /// A folder of graders (NAME.wasm) that are added to the program's own, or take their place.
    #[arg(long, global = true, value_name = "DIR")]
    graders: Option<PathBuf>,
    /// A folder of competitions (ID/competition.toml) that are added to the program's own, or take their place.
    #[arg(long, global = true, value_name = "DIR")]
    competitions: Option<PathBuf>,
    /// Where compiled graders are kept. It must be writable by you alone [default: assay in your cache folder].
    #[arg(long, global = true, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

impl Surroundings {
    pub(super) fn registry(&self) -> Result<Registry, Failure> {
        let mut registry = Registry::embedded();
        if let Some(folder) = &self.competitions {
            registry.add_folder(folder).map_err(Failure::call)?;
        }
        Ok(registry)
    }

    pub(super) fn graders(&self) -> Result<Graders, Failure> {
        let cache = self.cache_dir.clone().or_else(|| user_cache().map(|cache| cache.join("assay/components")));
        let sandbox = Sandbox::new(Limits::default(), cache.as_deref())
            .map_err(|error| Failure::program(anyhow::anyhow!("the sandbox cannot be set up: {error:#}")))?;
        let mut graders = Graders::embedded(sandbox);
        if let Some(folder) = &self.graders {
            graders.add_folder(folder).map_err(Failure::call)?;
        }
        Ok(graders)
    }
}

/// Where the data are.
#[derive(Args)]
pub(super) struct DataDir {
    /// The data, laid out as DIR/ID/prepared/... [default: mle-bench/data in your cache folder, where that program keeps them]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl DataDir {
    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        match &self.data_dir {
            Some(folder) if folder.is_dir() => Ok(folder.clone()),
            Some(folder) => {
                Err(Failure::Call(anyhow::anyhow!("--data-dir {}: there is no such folder", folder.display())))
            }
            None => user_cache()
                .map(|cache| cache.join("mle-bench/data"))
                .context("there is no home folder: name the data by --data-dir")
                .map_err(Failure::Call),
        }
    }
}

fn user_cache() -> Option<PathBuf> {
    BaseDirs::new().map(|folders| folders.cache_dir().to_owned())
}
