//! What a name leads to, and the known-answer cases that travel with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use assay::audit::{Kind, Subject, shown};
use assay::check::{Case, CaseError};
use assay::{Competitions, GraderCatalog, Source};
use assay_tables::read;
use assay_types::competition::GraderSource;
use assay_types::competition::source::{Language, MAX_BYTES};

use crate::check::{is_wasm, of_folder};
use crate::{Failure, output};

/// What a name leads to.
pub(super) struct Named {
    pub(super) subject: Subject,
    pub(super) cases: Vec<Case>,
}

/// Why a name leads to nothing.
pub(super) enum NotNamed {
    /// It is the call's fault.
    Call(Failure),
    /// It leads to a source that is none: what is wrong with it.
    Source(String),
}

impl From<Failure> for NotNamed {
    fn from(failure: Failure) -> Self {
        NotNamed::Call(failure)
    }
}

pub(super) fn named(
    name: &str,
    kind: Option<Kind>,
    graders: &GraderCatalog,
    competitions: &Competitions,
) -> Result<Named, NotNamed> {
    let path = Path::new(name);
    let is_source = kind != Some(Kind::Grader) && kind != Some(Kind::Competition) && Language::of(name).is_some();
    let subject = match Subject::find(name, kind, graders, competitions) {
        Ok(Subject::File(_)) | Err(_) if is_source && path.is_file() => of_source(path)?,
        Err(_) if kind.is_none() && path.is_dir() => return in_folder(path, graders),
        found => found.map_err(Failure::call)?,
    };
    let beside = |file: &Path| {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        folder.join("cases")
    };
    let cases = match &subject {
        Subject::File(file) => read_cases(Case::folder_of(file)),
        Subject::Source(_) => read_cases(Some(beside(path))),
        Subject::Grader(name) => of_grader(name, graders),
        Subject::Competition(id) => match competitions.get(id) {
            Ok(competition) if competition.source.is_some() => read_cases(competitions.file(id).map(beside)),
            Ok(competition) => of_grader(&competition.grader.component, graders),
            Err(_) => Vec::new(),
        },
        Subject::Given(..) => Vec::new(),
    };
    Ok(Named { subject, cases })
}

/// A folder with a competition, a component, a source, or the cases of a grader at hand that has its name.
fn in_folder(folder: &Path, graders: &GraderCatalog) -> Result<Named, NotNamed> {
    let wrong = |what: String| Failure::Call(anyhow!("{}: {what}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(|error| wrong(error.to_string()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let is_source = |path: &&PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| Language::of(name).is_some())
    };
    let components: Vec<&PathBuf> = files.iter().filter(|path| is_wasm(path)).collect();
    let sources: Vec<&PathBuf> = files.iter().filter(is_source).collect();
    let mut cases = read_cases(Some(folder.join("cases")));
    let subject = if folder.join("competition.toml").is_file() {
        let mut own = Competitions::none();
        let (grader, ids) = of_folder(folder, &mut GraderCatalog::none(), &mut own)?;
        let id = ids.first().map_or("", String::as_str);
        let component = components.iter().find(|path| path.file_stem().is_some_and(|stem| *stem == *grader));
        let competition = own.get(id).map_err(Failure::call)?;
        if cases.is_empty() && component.is_none() && competition.source.is_none() {
            cases = of_grader(&grader, graders);
        }
        Subject::Given(competition, component.map(|path| path.to_path_buf()))
    } else {
        match (components.as_slice(), sources.as_slice()) {
            ([file], _) => Subject::File(file.to_path_buf()),
            ([], [file]) => of_source(file)?,
            ([], []) => {
                let path = folder.canonicalize().map_err(|error| wrong(error.to_string()))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if graders.source(&name).is_none() {
                    let what =
                        "there is neither a competition.toml, nor a component (NAME.wasm), nor a source (.py, .js)";
                    return Err(wrong(format!("{what}, and no grader `{}` is at hand", shown(&name))).into());
                }
                Subject::Grader(name)
            }
            _ => return Err(wrong("there are several components or sources: name the file of one".into()).into()),
        }
    };
    Ok(Named { subject, cases })
}

/// A source's file.
fn of_source(path: &Path) -> Result<Subject, NotNamed> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wrong = |what: String| NotNamed::Source(format!("{}: {what}", path.display()));
    let limits = read::Limits { bytes: MAX_BYTES, ..read::Limits::default() };
    let bytes = read::load(path, &limits).map_err(|error| wrong(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        wrong(format!("it is not UTF-8, as source is: byte {} is none of it", error.utf8_error().valid_up_to() + 1))
    })?;
    let source = GraderSource::new(&file, &text).map_err(wrong)?;
    Ok(Subject::Source(Arc::new(source)))
}

/// The cases of a grader at hand.
fn of_grader(name: &str, graders: &GraderCatalog) -> Vec<Case> {
    match graders.source(name) {
        Some(Source::BuiltIn(_)) => told(Case::carried(name)),
        Some(Source::File(file)) => read_cases(Case::folder_of(file)),
        _ => Vec::new(),
    }
}

/// The cases of a folder; none if it is not there.
fn read_cases(folder: Option<PathBuf>) -> Vec<Case> {
    folder.filter(|folder| folder.is_dir()).map_or(Vec::new(), |folder| told(Case::read_folder(&folder)))
}

/// What cannot be read is said, and costs nothing else of the audit.
fn told(cases: Result<Vec<Case>, CaseError>) -> Vec<Case> {
    cases.unwrap_or_else(|error| {
        output::message(&format!("note: no case is tried: {error}"));
        Vec::new()
    })
}
