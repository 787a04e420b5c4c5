//! `assay check`: is a grader fit to be used?

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use assay::check::{Case, Checked, Checking, Cost, Finding, Verdict, check};
use assay::{Competitions, GraderCatalog, Source};
use assay_confine::Access;
use assay_tables::read::{self, OpenFile};
use assay_types::competition::Competition;
use assay_types::competition::source::MAX_BYTES;
use clap::Args;

use super::global::{Compiled, DataArguments, GlobalArguments, Needs, may_read};
use super::output::{self, Format};
use super::{Ended, Failure};

/// How wide the plot of costs is, in characters.
const PLOT: usize = 40;

/// Check a grader: try it on known-answer cases and on the data of competitions, and on what becomes of them when they are changed.
///
/// This is for contributors and reviewers: it tells what the grader says of the answers. The exit code is 1 if a check failed.
#[derive(Args)]
pub(super) struct Arguments {
    /// A component's file (.wasm), a grader, a competition, or the folder of a grader or competition. Cases are those in `cases/` of the
    /// folder, or beside the file (also in `NAME/cases/` beside `NAME.wasm`); of a built-in grader, those that the program carries.
    name: String,
    /// The known-answer cases, one in each folder below this one.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    #[command(flatten)]
    data: DataArguments,
    /// Show what was seen by checks that passed, too.
    #[arg(long)]
    details: bool,
    /// The form [default: a table on a terminal, JSON elsewhere]. JSON has all details.
    #[arg(long)]
    format: Option<Format>,
}

/// What a name leads to.
struct Found {
    checking: Checking,
    competitions: Competitions,
    graders: GraderCatalog,
    /// Where cases may be, unless they are named.
    cases: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let Found { mut checking, competitions, graders, cases } = found(&arguments.name, global)?;
    let cases =
        match (arguments.cases.clone().or(cases.filter(|folder| folder.is_dir())), graders.source(&checking.grader)) {
            (Some(folder), _) => Case::read_folder(&folder),
            (None, Some(Source::File(file))) => {
                Case::folder_of(file).map_or(Ok(Vec::new()), |folder| Case::read_folder(&folder))
            }
            // Cases are of the grader, not of a source that it runs.
            (None, Some(Source::BuiltIn(_))) if checking.source.is_none() => Case::carried(&checking.grader),
            (None, _) => Ok(Vec::new()),
        };
    checking.cases = cases.map_err(Failure::call)?;
    let data = arguments.data.open()?;
    // The component is compiled and run by another process.
    let mut access = Access::none();
    access.start_itself();
    let known = checking.competitions.iter().filter_map(|id| competitions.get(id).ok());
    for file in known.flat_map(|competition| assay::doctor::files(&competition, &data).collect::<Vec<_>>()) {
        may_read(&mut access, OpenFile::open(&file));
    }
    let needs =
        Needs { competitions, graders: Compiled::Ahead(vec![checking.grader.clone()]), access, uses_answers: true };
    let assay = global.service(needs, |builder| builder.answers(data.clone()).graders(graders))?;
    let checked = check(&assay, &checking, Some(&data)).map_err(failure)?;
    assay.sync().map_err(Failure::program)?;
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&checked)?,
        Format::Table => output::text(&told(&checked, arguments.details))?,
    }
    Ok(if checked.passed { Ended::Fine } else { Ended::AtFault })
}

fn failure(error: assay::check::CheckError) -> Failure {
    match error {
        error @ assay::check::CheckError::Host(_) => Failure::program(error),
        error => Failure::call(error),
    }
}

/// The grader that a name leads to, and the competitions that it is tried on.
fn found(name: &str, global: &GlobalArguments) -> Result<Found, Failure> {
    let mut competitions = global.competitions()?;
    let mut graders = global.graders()?;
    let path = Path::new(name);
    let known = |graders: &GraderCatalog, name: &str| graders.source(name).is_some();
    let is_id = |competitions: &Competitions, name: &str| competitions.ids().any(|id| id == name);
    let mut cases = None;
    let (grader, ids) = if is_wasm(path) {
        cases = Case::folder_of(path);
        (component(path, &mut graders)?, Vec::new())
    } else if known(&graders, name) {
        (name.to_owned(), Vec::new())
    } else if is_id(&competitions, name) {
        let competition = competitions.get(name).map_err(Failure::call)?;
        if competition.source.is_some() {
            // A source has its cases beside it.
            let own = competitions.files().find(|file| file.ends_with(Path::new(name).join("competition.toml")));
            cases = own.map(|file| file.with_file_name("cases")).filter(|cases| cases.is_dir());
        }
        (competition.grader.component.clone(), vec![name.to_owned()])
    } else if path.is_dir() {
        cases = Some(path.join("cases"));
        of_folder(path, &mut graders, &mut competitions)?
    } else {
        let what = "there is no grader, competition, folder or component's file of that name";
        let places = "`assay graders` and `assay competitions` list what is at hand; the name of a component's file ends in `.wasm`";
        return Err(Failure::Call(anyhow!("{name}: {what}: {places}")));
    };
    let ids = if ids.is_empty() { using(&competitions, &grader) } else { ids };
    let source = match ids.as_slice() {
        [id] => competitions.get(id).ok().and_then(|competition| competition.source.clone()),
        _ => None,
    };
    let checking = Checking { grader, competitions: ids, cases: Vec::new(), source };
    Ok(Found { checking, competitions, graders, cases })
}

/// The competitions that use a grader. One whose file is wrong uses none.
fn using(competitions: &Competitions, grader: &str) -> Vec<String> {
    let of = |id: &&str| {
        competitions
            .get(id)
            .is_ok_and(|competition| competition.grader.component == grader && competition.source.is_none())
    };
    competitions.ids().filter(of).map(ToOwned::to_owned).collect()
}

pub(super) fn is_wasm(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wasm"))
}

/// Adds a component's file to the graders, by its name without `.wasm`.
fn component(path: &Path, graders: &mut GraderCatalog) -> Result<String, Failure> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let limits = read::Limits { bytes: 64 << 20, ..read::Limits::default() };
    let bytes = read::load(path, &limits).map_err(|error| Failure::Call(anyhow!("{}: {error}", path.display())))?;
    graders.add(&name, bytes);
    Ok(name)
}

/// A folder with a competition, a component, or the source of a grader that is at hand by the folder's name.
pub(super) fn of_folder(
    folder: &Path,
    graders: &mut GraderCatalog,
    competitions: &mut Competitions,
) -> Result<(String, Vec<String>), Failure> {
    let wrong = |what: String| Failure::Call(anyhow!("{}: {what}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(|error| wrong(error.to_string()))?;
    let mut components: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| is_wasm(path)).collect();
    components.sort();
    let given = components.first().map(|path| component(path, graders)).transpose()?;
    if components.len() > 1 {
        return Err(wrong("there are several components: name the file of one".into()));
    }
    let file = folder.join("competition.toml");
    if file.is_file() {
        let bytes = read::load(&file, &read::Limits { bytes: 1 << 20, ..read::Limits::default() });
        let text = bytes
            .map_err(|error| error.to_string())
            .and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string()));
        let text = text.map_err(wrong)?;
        let parsed = Competition::parse(&text, &file.display().to_string()).map_err(Failure::call)?;
        let id = match &parsed.grader.source {
            None => competitions.add(&text).map_err(Failure::call)?,
            Some(name) => {
                let limits = read::Limits { bytes: MAX_BYTES, ..read::Limits::default() };
                let source =
                    read::load(&folder.join(name), &limits).map_err(|error| wrong(format!("{name}: {error}")))?;
                let source = String::from_utf8(source).map_err(|error| wrong(format!("{name}: {error}")))?;
                competitions.add_with_source(&text, &source).map_err(Failure::call)?
            }
        };
        let grader = competitions.get(&id).map_err(Failure::call)?.grader.component.clone();
        return Ok((grader, vec![id]));
    }
    if let Some(grader) = given {
        return Ok((grader, Vec::new()));
    }
    let canonical = folder.canonicalize().map_err(|error| wrong(error.to_string()))?;
    let name = canonical.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if graders.source(&name).is_some() {
        return Ok((name, Vec::new()));
    }
    Err(wrong(format!(
        "there is neither a component (NAME.wasm) nor a competition.toml, and no grader `{name}` is at hand"
    )))
}

/// The findings as text: what needs a look first in full, the others by name.
fn told(checked: &Checked, details: bool) -> String {
    let mut lines = Vec::new();
    for finding in &checked.findings {
        let Finding { id, title, verdict, seen, remedy } = finding;
        let word = match verdict {
            Verdict::Pass => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
            Verdict::Skipped => "-",
        };
        lines.push(format!("  {word:<5}{id:<27}{title}"));
        if details || matches!(verdict, Verdict::Warn | Verdict::Fail) {
            lines.extend(seen.lines().map(|line| format!("       {line}")));
            lines.extend(remedy.iter().map(|remedy| format!("       remedy: {remedy}")));
        }
    }
    if !checked.costs.is_empty() {
        lines.push("  cost in fuel by rows".into());
        lines.extend(checked.costs.iter().map(|cost| plot(*cost, &checked.costs)));
    }
    let count = |verdict| checked.findings.iter().filter(|finding| finding.verdict == verdict).count();
    let [passed, warned, failed, skipped] = [Verdict::Pass, Verdict::Warn, Verdict::Fail, Verdict::Skipped].map(count);
    lines.push(format!("{}: {passed} ok, {warned} to look at, {failed} failed, {skipped} not tried", checked.grader));
    lines.join("\n")
}

/// A line of the plot, on a logarithmic scale, so that work in proportion to the rows makes even steps.
fn plot(Cost { rows, fuel }: Cost, all: &[Cost]) -> String {
    let scale = |fuel: u64| (fuel.max(1) as f64).ln();
    let most = all.iter().map(|cost| scale(cost.fuel)).fold(1.0, f64::max);
    let bar = "#".repeat((scale(fuel) / most * PLOT as f64).round() as usize);
    format!("  {rows:>8} {fuel:>16} {bar}")
}
