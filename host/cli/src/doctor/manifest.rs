//! Are prepared data those of their manifest?

use std::num::NonZero;
use std::path::Path;

use assay::doctor::{Diagnosis, Examined, Finding, State};
use assay_preparation::Silent;
use assay_preparation::examine::{Differences, compare};
use assay_preparation::manifest::{Manifest, ManifestError};
use assay_types::competition::Competition;
use assay_types::counted;
use assay_types::excerpt::listed;

/// How many files a finding names.
const NAMED: usize = 5;

/// A diagnosis with what the manifest says of the data; the same if there is none, as of data that another program prepared.
pub(super) fn added(diagnosis: Diagnosis, competition: &Competition, folder: &Path, all: bool) -> Diagnosis {
    let Some(finding) = finding(competition, folder, all) else { return diagnosis };
    let healthy = diagnosis.healthy && finding.state != State::Fault;
    let mut findings = diagnosis.findings;
    findings.insert(findings.len().min(1), finding);
    Diagnosis { healthy, findings, ..diagnosis }
}

fn finding(competition: &Competition, folder: &Path, all: bool) -> Option<Finding> {
    let of = |state, message| Some(Finding { examined: Examined::Prepared, state, message });
    let manifest = match Manifest::read(folder) {
        Ok(manifest) => manifest,
        Err(ManifestError::Missing(_)) => return None,
        Err(error) => return of(State::Fault, error.to_string()),
    };
    let data = &competition.data;
    let graded = |name: &str| {
        name.starts_with("private/") || name == data.sample_submission || Some(name) == data.gold_submission.as_deref()
    };
    let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    match compare(folder, &manifest, |name, _| all || graded(name), threads, &Silent) {
        Err(error) => of(State::Fault, format!("the prepared data cannot be read: {error}")),
        Ok(found) if found.is_whole() => of(State::Fine, whole(&manifest, &found)),
        Ok(found) => of(State::Fault, differing(&found)),
    }
}

fn whole(manifest: &Manifest, found: &Differences) -> String {
    let files = counted(manifest.files.len(), "file", "files");
    let besides = match found.surplus.len() {
        0 => String::new(),
        count => format!("; {} besides", counted(count, "file is there", "files are there")),
    };
    format!("{files} are as they were prepared; {} read as a whole{besides}", found.read)
}

fn differing(found: &Differences) -> String {
    let named = |names: &[String], what: &str| {
        let shown: Vec<String> = names.iter().take(NAMED).map(|name| listed(name)).collect();
        let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
        (!names.is_empty()).then(|| format!("{what}: {}{more}", shown.join(", ")))
    };
    let parts = [named(&found.missing, "not there"), named(&found.changed, "not as it was prepared")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}; prepare the data anew by `assay prepare --again`", parts.join("; "))
}
