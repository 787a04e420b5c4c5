//! `assay run build`: the image of an agent.

use std::path::PathBuf;

use assay_agents::agent::Agent;
use assay_agents::image;
use clap::Args;

use super::super::output;
use super::super::{Ended, Failure};
use super::failure;
use super::start::{EngineArguments, runtime};

/// Build the image of an agent of its folder. It gets the folder's name, under which it is run.
#[derive(Args)]
pub(super) struct Arguments {
    /// The agent's id, such as `dummy` or `aide/dev`.
    agent_id: String,
    /// The folder of agents.
    #[arg(long, value_name = "DIR", default_value = "agents")]
    agents_dir: PathBuf,
    /// What the image is called [default: as the agent's folder].
    #[arg(long, value_name = "NAME")]
    image: Option<String>,
    /// The engine's network for the steps of the build, such as `none` or `host` [default: the engine's own].
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    #[command(flatten)]
    engine: EngineArguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    let agent = Agent::find(&arguments.agents_dir, &arguments.agent_id).map_err(failure)?;
    let name = arguments.image.as_ref().unwrap_or(&agent.name);
    let built = runtime()?.block_on(async {
        let engine = arguments.engine.connect().await?;
        let told = |text: &str| {
            let text = text.trim_end();
            if !text.is_empty() {
                output::message(text);
            }
        };
        image::build(&engine, &agent, name, arguments.network.as_deref(), told).await?;
        engine.image(name).await
    });
    let built = built.map_err(failure)?;
    output::data(&built.id)?;
    Ok(Ended::Fine)
}
