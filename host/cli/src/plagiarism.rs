//! `assay plagiarism`: the code of submissions against the popular notebooks of their competitions.

mod code;
mod kernels;
mod summary;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::num::NonZero;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use assay_confine::Access;
use assay_plagiarism::list::{Entry, Listed, entries};
use assay_plagiarism::{File, Ignored, Kind, Pair, Parameters};
use assay_tables::Threads;
use assay_tables::read::Folders;
use assay_types::excerpt::listed;
use assay_types::sha256;
use clap::Args;

use self::code::Code;
use self::kernels::Kernels;
use self::summary::{Settings, Submission, Summary, Template};
use super::global::{GlobalArguments, may_read};
use super::links::LinkArguments;
use super::output::{self, Format};
use super::quantities::time;
use super::reports::bounded;
use super::{Ended, Failure};

/// The largest list, in bytes.
const LIST_BYTES: u64 = 64 << 20;

/// The most lines of a report: the pairs that are most alike.
const MAX_PAIRS: usize = 10_000;

/// What the name of a report ends with, and how long one may be on every file system, in bytes.
const ENDING: &str = "_plagiarism_report.jsonl";
const MAX_NAME: usize = 255;

/// Tell how much of the code of submissions stands in the popular notebooks of their competitions too.
///
/// Python scripts and notebooks are compared by fingerprints of their syntax trees, as Dolos does it: names, comments and layout are of no
/// account. Each submission gets a report, a line a pair of files, the most alike first. The exit code is 1 if some code could not be
/// compared, or if `--threshold` is reached.
#[derive(Args)]
pub(super) struct Arguments {
    /// The list: JSON lines with `competition_id` and `code_path`, a script or a folder of them, as `assay collect` writes it. Paths are
    /// taken relative to the working directory, else to the list's folder.
    #[arg(long, value_name = "FILE")]
    submission: PathBuf,
    /// The notebooks: DIR/ID/*.py and *.ipynb, or in DIR/ID/kernels as the reference keeps them. You download them, by
    /// `kaggle kernels pull`.
    #[arg(long, value_name = "DIR")]
    kernels: PathBuf,
    /// Which notebooks there should be: DIR/ID/kernels.txt, a line AUTHOR/NAME each. Those that are missing are named [default: the
    /// folder of --kernels].
    #[arg(long, value_name = "DIR")]
    kernel_ids: Option<PathBuf>,
    /// Where `<path of the code>_plagiarism_report.jsonl` is written for each submission, and `plagiarism_summary.json`.
    #[arg(long, value_name = "DIR")]
    output_dir: PathBuf,
    #[command(flatten)]
    links: LinkArguments,
    /// A script or notebook that everybody was given: what stands in it counts nowhere. It may be given several times.
    #[arg(long, value_name = "FILE")]
    ignore: Vec<PathBuf>,
    /// What more than N of a submission's files and its competition's notebooks have counts nowhere.
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with = "max_fingerprint_percentage"
    )]
    max_fingerprint_count: Option<u32>,
    /// The same as a share of these files, from 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_fingerprint_percentage: Option<f64>,
    /// How many tokens in a row a fingerprint is of: nothing shorter is found.
    #[arg(long, value_name = "TOKENS", value_parser = up_to_a_thousand, default_value = "23")]
    kgram_length: NonZero<usize>,
    /// Of so many fingerprints in a row, one at least is kept.
    #[arg(long, value_name = "N", value_parser = up_to_a_thousand, default_value = "17")]
    kgrams_in_window: NonZero<usize>,
    /// How many of the longest stretches that a pair shares are shown with their lines.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(..=100), default_value = "3")]
    fragments: u8,
    /// Name the submissions that have a file as similar as that to a notebook, from 0 to 1, and end with 1 if there are some.
    #[arg(long, value_name = "SIMILARITY", value_parser = share)]
    threshold: Option<f64>,
    /// The time for one submission, and to read one notebook: seconds, or with s, m or h.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "300")]
    timeout: Duration,
    /// The summary on stdout: a table or JSON [default: a table on a terminal, else JSON].
    #[arg(long, value_name = "FORM")]
    format: Option<Format>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let list = bounded(&arguments.submission, LIST_BYTES, "--submission")?;
    let entries = entries(&list);
    if entries.is_empty() {
        return Err(Failure::Call(anyhow!(
            "--submission {}: the list has no entries; `assay collect` writes one, with lines such as \
             {{\"competition_id\": \"spaceship-titanic\", \"code_path\": \"code/train.py\"}}",
            arguments.submission.display()
        )));
    }
    let ids = arguments.kernel_ids.as_deref().unwrap_or(&arguments.kernels);
    for (flag, folder) in [("--kernels", arguments.kernels.as_path()), ("--kernel-ids", ids)] {
        if !folder.is_dir() {
            return Err(Failure::Call(anyhow!("{flag} {}: there is no such folder", folder.display())));
        }
    }
    let parameters = Parameters { kgram_length: arguments.kgram_length, kgrams_in_window: arguments.kgrams_in_window };
    let (templates, ignore) = templates(&arguments.ignore, &parameters)?;
    std::fs::create_dir_all(&arguments.output_dir)
        .with_context(|| format!("--output-dir {}", arguments.output_dir.display()))
        .map_err(Failure::Call)?;
    let folders = arguments.links.folders(arguments.submission.parent())?;
    let names = report_names(&entries, &folders);
    global.confined(access(arguments, ids, &entries, &folders))?;

    let threads = Threads::default();
    let _at_work = threads.at_work();
    let competitions: BTreeSet<&str> = entries.iter().filter_map(Entry::competition_id).collect();
    let kernels: BTreeMap<String, Kernels> = competitions
        .into_iter()
        .map(|id| (id.to_owned(), Kernels::read(&arguments.kernels, ids, id, &parameters, &threads, arguments.timeout)))
        .collect();
    for note in kernels.iter().filter_map(|(id, kernels)| kernels.note(id)) {
        output::message(&note);
    }
    let ignored = Ignored::of_templates(&templates);
    let comparison = Comparison { arguments, parameters, folders, kernels, ignored, threads: threads.clone() };
    let work: Vec<(&Entry, Option<String>)> = entries.iter().zip(names).collect();
    let submissions = threads.map(work, |(entry, name)| comparison.submission(entry, name));
    let summary = Summary {
        settings: Settings {
            kgram_length: parameters.kgram_length,
            kgrams_in_window: parameters.kgrams_in_window,
            ignore,
            max_fingerprint_count: arguments.max_fingerprint_count,
            max_fingerprint_percentage: arguments.max_fingerprint_percentage,
            threshold: arguments.threshold,
        },
        kernels: comparison.kernels.iter().map(|(id, kernels)| (id.clone(), kernels.summary())).collect(),
        submissions: submissions.into_iter().collect::<Result<_, _>>()?,
    };
    let path = arguments.output_dir.join("plagiarism_summary.json");
    write(&path, &(serde_json::to_string_pretty(&summary).map_err(Failure::program)? + "\n"))?;
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&summary)?,
        Format::Table => output::table(summary::HEADER, summary.rows())?,
    }
    output::message(&format!("{}\nsummary: {}", summary.told(), path.display()));
    Ok(if summary.is_fine() { Ended::Fine } else { Ended::AtFault })
}

/// What every submission is compared with, and how.
struct Comparison<'a> {
    arguments: &'a Arguments,
    parameters: Parameters,
    folders: Folders,
    kernels: BTreeMap<String, Kernels>,
    ignored: Ignored,
    threads: Threads,
}

impl Comparison<'_> {
    /// Compares a submission, and writes its report.
    fn submission(&self, entry: &Entry, report: Option<String>) -> Result<Submission, Failure> {
        let (listed, mut submission) = match &entry.submission {
            Ok(listed) => (listed, Submission::of(entry.line, listed)),
            Err(why) => return Ok(Submission::broken(entry.line, why.clone())),
        };
        let started = Instant::now();
        let stop = || started.elapsed() > self.arguments.timeout;
        match self.pairs(listed, &mut submission, &stop) {
            Err(why) => submission.why = Some(why),
            Ok(pairs) => {
                let mut lines = String::new();
                for pair in &pairs {
                    lines += &serde_json::to_string(pair).map_err(Failure::program)?;
                    lines.push('\n');
                }
                if let Some(report) = &report {
                    write(&self.arguments.output_dir.join(report), &lines)?;
                }
                submission.report = report;
                submission.most_similar = pairs.first().cloned();
                // Of several, the one that is most alike.
                submission.longest = pairs.into_iter().rev().max_by_key(|pair| pair.longest_fragment);
                let similarity = submission.most_similar.as_ref().map_or(0.0, |pair| pair.similarity);
                submission.reaches_threshold = self.arguments.threshold.map(|threshold| similarity >= threshold);
            }
        }
        Ok(submission)
    }

    /// Each of a submission's files with each notebook, the most alike first; or why nothing is compared.
    fn pairs(
        &self,
        listed: &Listed,
        submission: &mut Submission,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<Pair>, String> {
        let path = listed.code_path.as_deref().ok_or("the run left no code: `code_path` is null or missing")?;
        let kernels = self.kernels.get(&listed.competition_id).map_or(&[][..], |kernels| &kernels.files);
        if kernels.is_empty() {
            let folder = self.arguments.kernels.join(&listed.competition_id);
            return Err(format!(
                "there are no notebooks in {}: `kaggle kernels pull AUTHOR/NAME --path {0}` downloads one",
                folder.display()
            ));
        }
        let Code { files, unread } = code::read(Path::new(path), &self.folders, &self.parameters, &self.threads, stop)?;
        submission.files = files.len();
        submission.unread = unread;
        if files.is_empty() {
            return Err(match submission.unread.first() {
                Some(unread) => format!("none of its Python files can be compared: {}", unread.why),
                None => "it has no Python script (.py) and no notebook (.ipynb)".to_owned(),
            });
        }
        let ignored = self.ignored(kernels, &files)?;
        let fragments = usize::from(self.arguments.fragments);
        let all = files.iter().flat_map(|file| kernels.iter().map(move |kernel| (kernel, file))).collect();
        let pair = |(kernel, file)| (!stop()).then(|| Pair::of(kernel, file, &ignored, fragments));
        let pairs: Option<Vec<Pair>> = self.threads.map(all, pair).into_iter().collect();
        let mut pairs = pairs.ok_or("time was up while it was compared; --timeout gives more")?;
        // Those that are equal stay in the order of the names of their files.
        pairs.sort_by(|one, other| {
            let by_similarity = other.similarity.total_cmp(&one.similarity);
            by_similarity.then(other.total_overlap.cmp(&one.total_overlap))
        });
        submission.pairs = pairs.len();
        pairs.truncate(MAX_PAIRS);
        Ok(pairs)
    }

    /// What counts nowhere among these files.
    fn ignored(&self, kernels: &[File], files: &[File]) -> Result<Ignored, String> {
        let all = || kernels.iter().chain(files);
        let most = match (self.arguments.max_fingerprint_count, self.arguments.max_fingerprint_percentage) {
            (Some(count), _) => f64::from(count),
            (None, Some(_)) if kernels.len() + files.len() == 2 => {
                return Err(
                    "--max-fingerprint-percentage means nothing for two files: what they share is in all".into()
                );
            }
            (None, Some(share)) => share * f64::from(u32::try_from(all().count()).unwrap_or(u32::MAX)),
            (None, None) => return Ok(self.ignored.clone()),
        };
        Ok(self.ignored.and_frequent(all(), most))
    }
}

/// The templates, and what the summary says of them.
fn templates(paths: &[PathBuf], parameters: &Parameters) -> Result<(Vec<File>, Vec<Template>), Failure> {
    let mut templates = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.display().to_string();
        let Some(kind) = Kind::of(path) else {
            let expected = "a Python script (.py) or a notebook (.ipynb) is expected";
            return Err(Failure::Call(anyhow!("--ignore {name}: {expected}")));
        };
        let bytes = bounded(path, kind.most_bytes() as u64, "--ignore")?;
        let named = format!("--ignore {name}");
        let read = File::read(name.clone(), kind, &bytes, parameters, &|| false);
        templates.0.push(read.context(named).map_err(Failure::Call)?);
        templates.1.push(Template { path: name, sha256: sha256(&bytes) });
    }
    Ok(templates)
}

/// The files that are read, and the folder that is written to.
fn access(arguments: &Arguments, ids: &Path, entries: &[Entry], folders: &Folders) -> Access {
    let mut access = Access::none();
    access.read_below(&arguments.kernels);
    access.read_below(ids);
    for path in entries.iter().filter_map(Entry::code_path).map(Path::new) {
        let found = folders.find(path);
        if found.is_dir() {
            access.read_below(&found);
        } else {
            may_read(&mut access, folders.open(path));
        }
    }
    access.write_below(&arguments.output_dir);
    access
}

/// What the reports of these entries are called: the path of the code with `_` for each slash, as the reference has it. Where several have
/// the same path, later ones have their line in the name.
fn report_names(entries: &[Entry], folders: &Folders) -> Vec<Option<String>> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut name = |entry: &Entry| {
        let mut name = normalized(&folders.find(Path::new(entry.code_path()?))).replace(['/', '\\'], "_");
        if name.len() + ENDING.len() > MAX_NAME {
            name = sha256(name.as_bytes());
        }
        let uses = taken.entry(name.clone()).or_default();
        *uses += 1;
        if *uses > 1 {
            name += &format!("_line{}", entry.line);
        }
        Some(name + ENDING)
    };
    entries.iter().map(&mut name).collect()
}

/// A path without `.` and `..`, by its words alone.
fn normalized(path: &Path) -> String {
    let mut normalized = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(normalized.pop()),
            component => normalized.push(component),
        }
    }
    normalized.to_string_lossy().into_owned()
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = std::fs::File::create(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| listed(&path.display().to_string())).map_err(Failure::Program)
}

fn up_to_a_thousand(text: &str) -> Result<NonZero<usize>, String> {
    let number = text.parse().ok().and_then(NonZero::new).filter(|number| number.get() <= 1000);
    number.ok_or_else(|| "a number from 1 to 1000 is expected".into())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a number from 0 to 1 is expected, such as 0.6".into())
}
