//! `assay collect`: from the folder of a run group to the list that `assay grade` takes.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use assay_benchmark::collect::{self, Metadata, Places};
use assay_types::counted;
use assay_types::excerpt::listed;
use clap::Args;

use super::output;
use super::reports::bounded;
use super::{Ended, Failure};

/// Make the list for `assay grade` of a run group's folder, as the reference's `make_submission.py` does.
///
/// Each run becomes a line. A run that left no submission becomes a line without one, so that it counts, and is named on stderr with what is
/// wrong. `run_id`, `run_group` and `success` stand beside the reference's fields, and are carried into the report as tags.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    group: Group,
    /// The list that is written; `-` for stdout.
    #[arg(long, value_name = "FILE", default_value = "submission.jsonl")]
    output: PathBuf,
    /// Where in a run's folder its submission is. If there is none, one file submission/<competition>*.csv is taken.
    #[arg(long, value_name = "PATH", default_value = "submission/submission.csv")]
    rel_submission_path: PathBuf,
    /// Where in a run's folder its log is.
    #[arg(long, value_name = "PATH", default_value = "logs/agent.log")]
    rel_log_path: PathBuf,
    /// Where in a run's folder its code is.
    #[arg(long, value_name = "PATH", default_value = "code/train.py")]
    rel_code_path: PathBuf,
}

/// The run group.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Group {
    /// The run group's `metadata.json`; runs are folders beside it.
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// The folder of a run group that was stopped before it wrote its metadata: every folder `<competition>_<id>` in it is a run.
    #[arg(long, value_name = "DIR")]
    run_group: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    let (metadata, folder) = match (&arguments.group.metadata, &arguments.group.run_group) {
        (_, Some(folder)) => (Metadata::of_folders(folder).map_err(Failure::call)?, folder.as_path()),
        (Some(file), None) => (read(file)?, file.parent().unwrap_or(Path::new(""))),
        (None, None) => unreachable_group()?,
    };
    let places = Places {
        submission: arguments.rel_submission_path.clone(),
        log: arguments.rel_log_path.clone(),
        code: arguments.rel_code_path.clone(),
    };
    let collected = metadata.collect(folder, &places);
    let mut text = String::new();
    for line in &collected.lines {
        text += &serde_json::to_string(line).map_err(Failure::program)?;
        text.push('\n');
    }
    if arguments.output.as_os_str() == "-" {
        output::data(text.trim_end())?;
    } else {
        let named = || format!("--output {}", arguments.output.display());
        let written = std::fs::File::create(&arguments.output).and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(named).map_err(Failure::Call)?;
    }
    for (run, why) in &collected.broken {
        output::message(&format!("{}: {why}", listed(run)));
    }
    let runs = counted(collected.lines.len(), "run", "runs");
    let with = collected.lines.iter().filter(|line| line.submission_path.is_some()).count();
    let list = arguments.output.display();
    output::message(&format!(
        "{runs}, {with} with a submission, {} with something to look at\nlist: {list}",
        collected.broken.len()
    ));
    Ok(Ended::Fine)
}

fn read(file: &Path) -> Result<Metadata, Failure> {
    let text = bounded(file, collect::MAX_BYTES, "--metadata").map_err(|failure| match failure {
        Failure::Call(error) if !file.exists() => {
            let group = file.parent().unwrap_or(Path::new("")).display().to_string();
            Failure::Call(error.context(format!("it is written when all runs have ended; without it, `--run-group {group}` takes the folders that are there")))
        }
        failure => failure,
    })?;
    Metadata::parse(&text, &file.display().to_string()).map_err(Failure::call)
}

/// The parser of the command line asks for one of them.
fn unreachable_group<'a>() -> Result<(Metadata, &'a Path), Failure> {
    Err(Failure::Call(anyhow::anyhow!("name a run group by --metadata or --run-group")))
}
