//! The competitions at hand.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use assay_tables::read::ReadError;
use assay_types::competition::source::{self, Language};
use assay_types::competition::{Competition, CompetitionError, Leaderboard};
use assay_types::excerpt::excerpt;
use thiserror::Error;

use crate::catalog::{Catalog, CatalogError, Source, bounded};
use crate::near::near;

/// What the file of a competition is called.
const FILE: &str = "competition.toml";

/// The largest `competition.toml` that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Competitions by id: those that the program carries, those of folders, and those that a caller gave.
#[derive(Clone, Debug)]
pub struct Competitions {
    catalog: Catalog,
    /// Those that were asked for. A file is read once, so that all gradings of a run are of the same competition.
    parsed: Arc<Mutex<HashMap<String, Arc<Competition>>>>,
    /// The sources of graders of those that a caller gave.
    given_sources: HashMap<String, Arc<str>>,
    /// Leaderboards that take the place of those in competitions' files, with the digests of the files that they are from.
    leaderboards: HashMap<String, (Leaderboard, String)>,
}

/// Why there is no competition.
#[derive(Debug, Error)]
pub enum CompetitionsError {
    /// There is none of that id, or its file cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// It is not a competition.
    #[error(transparent)]
    Competition(#[from] CompetitionError),
}

impl Competitions {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        Competitions {
            catalog: Catalog::new("competition", MAX_BYTES),
            parsed: Arc::default(),
            given_sources: HashMap::new(),
            leaderboards: HashMap::new(),
        }
    }

    /// The competitions that the program carries.
    #[must_use]
    pub fn built_in() -> Self {
        let mut competitions = Competitions::none();
        for (id, text) in assay_builtin::competitions() {
            competitions.catalog.add(id, Source::BuiltIn(text.as_bytes()));
        }
        competitions
    }

    /// Adds every `ID/competition.toml` of a folder; one of a known id takes that one's place.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), CatalogError> {
        self.parsed = Arc::default();
        self.catalog.add_folder(folder, |entry| {
            let id = entry.file_name()?.to_str()?.to_owned();
            let path = entry.join(FILE);
            // What is there and no file is told to whoever asks for it.
            path.exists().then_some((id, path))
        })
    }

    /// Adds a competition by the text of its `competition.toml`, and returns its id; one of that id is replaced.
    ///
    /// # Errors
    ///
    /// If it is not a competition.
    pub fn add(&mut self, text: &str) -> Result<String, CompetitionError> {
        let competition = Competition::parse(text, FILE)?;
        self.parsed = Arc::default();
        self.given_sources.remove(&competition.id);
        self.catalog.add(&competition.id, Source::Given(Arc::from(text.as_bytes())));
        Ok(competition.id)
    }

    /// Adds a competition by the text of its `competition.toml`, whose grader is the text `source`, and returns its id; one of that id is
    /// replaced.
    ///
    /// # Errors
    ///
    /// If it is not a competition, or its grader is no source.
    pub fn add_with_source(&mut self, text: &str, source: &str) -> Result<String, CompetitionError> {
        Competition::parse(text, FILE)?.with_source(text, source, FILE)?;
        let id = self.add(text)?;
        self.given_sources.insert(id.clone(), Arc::from(source));
        Ok(id)
    }

    /// Measures a competition against another leaderboard than the one in its file; `sha256` is the digest of the file that has it.
    pub fn set_leaderboard(&mut self, id: &str, leaderboard: Leaderboard, sha256: String) {
        self.parsed = Arc::default();
        self.leaderboards.insert(id.to_owned(), (leaderboard, sha256));
    }

    /// The files that they are in, where they are in files, and the sources of graders beside them.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        let beside = |file: &Path| {
            let entries =
                file.parent().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
            let is_source = |path: &PathBuf| {
                path.file_name().and_then(|name| name.to_str()).is_some_and(|name| Language::of(name).is_some())
            };
            entries.map(|entry| entry.path()).filter(is_source).collect::<Vec<_>>()
        };
        self.catalog.files().flat_map(move |file| [file.to_owned()].into_iter().chain(beside(file)))
    }

    /// The file that a competition is in; none if it is in no file, or there is none of that id.
    #[must_use]
    pub fn file(&self, id: &str) -> Option<&Path> {
        match self.catalog.source(id) {
            Ok(Source::File(path)) => Some(path),
            _ => None,
        }
    }

    /// The text of a file beside a competition's own, such as its recipe; none if it has no such file.
    ///
    /// # Errors
    ///
    /// If there is no such competition, or the file cannot be read.
    pub fn beside(&self, id: &str, name: &str) -> Result<Option<String>, CatalogError> {
        let path = match self.catalog.source(id)? {
            Source::BuiltIn(_) => return Ok(assay_builtin::preparation(id, name).map(ToOwned::to_owned)),
            Source::Given(_) => return Ok(None),
            Source::File(file) => file.with_file_name(name),
        };
        if !path.exists() {
            return Ok(None);
        }
        let unreadable = |error| self.catalog.unreadable(id, &path, error);
        let bytes = bounded(&path, MAX_BYTES).map_err(unreadable)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable(ReadError::Io(std::io::Error::new(std::io::ErrorKind::InvalidData, error))))?;
        Ok(Some(text))
    }

    /// Their ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.catalog.sources().map(|(id, _)| id)
    }

    /// The competitions, in the order of their ids: all, or those of a split.
    ///
    /// # Errors
    ///
    /// If no competition belongs to that split, or a file is wrong.
    pub fn of_split(&self, split: Option<&str>) -> Result<Vec<Arc<Competition>>, CompetitionsError> {
        let all = self.ids().map(|id| self.get(id)).collect::<Result<Vec<_>, _>>()?;
        let Some(split) = split else { return Ok(all) };
        let splits: BTreeSet<&str> = all.iter().flat_map(|one| &one.splits).map(String::as_str).collect();
        if !splits.contains(split) {
            let near = near(split, splits);
            return Err(CatalogError::Split { split: split.to_owned(), near }.into());
        }
        Ok(all.into_iter().filter(|competition| competition.splits.iter().any(|known| known == split)).collect())
    }

    /// The text of a competition's file.
    ///
    /// # Errors
    ///
    /// If there is no such competition, or its file cannot be read.
    pub fn text(&self, id: &str) -> Result<Cow<'_, str>, CatalogError> {
        let file = || match self.catalog.source(id) {
            Ok(Source::File(path)) => path,
            _ => Path::new(FILE),
        };
        let invalid = |error: std::str::Utf8Error| {
            let error = ReadError::Io(std::io::Error::new(std::io::ErrorKind::InvalidData, error));
            self.catalog.unreadable(id, file(), error)
        };
        match self.catalog.bytes(id)? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(invalid),
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|error| invalid(error.utf8_error())),
        }
    }

    /// The competition of that id.
    ///
    /// # Errors
    ///
    /// If there is none, or its file is wrong.
    pub fn get(&self, id: &str) -> Result<Arc<Competition>, CompetitionsError> {
        if let Some(known) = self.parsed.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(Arc::clone(known));
        }
        let mut competition = self.parse(id)?;
        if let Some((leaderboard, sha256)) = self.leaderboards.get(id) {
            competition.leaderboard = Some(leaderboard.clone());
            competition.leaderboard_file = Some(sha256.clone());
        }
        let competition = Arc::new(competition);
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(parsed.entry(id.to_owned()).or_insert(competition)))
    }

    fn parse(&self, id: &str) -> Result<Competition, CompetitionsError> {
        let text = self.text(id)?;
        let file = match self.catalog.source(id) {
            Ok(Source::File(path)) => path.display().to_string(),
            _ => format!("competitions/{id}/{FILE}"),
        };
        let competition = Competition::parse(&text, &file)?;
        if competition.id != id {
            let (id, folder) = (excerpt(&competition.id), excerpt(id));
            let message = format!("`id` is {id}, but the folder's name is {folder}: they must be equal");
            return Err(CompetitionError::Invalid { file, message }.into());
        }
        match &competition.grader.source {
            None => Ok(competition),
            Some(name) => {
                let (source, source_file) = self.grader_source(id, name)?;
                Ok(competition.with_source(&text, &source, &source_file)?)
            }
        }
    }

    /// The source of a competition's grader, and what errors call it.
    fn grader_source(&self, id: &str, name: &str) -> Result<(String, String), CompetitionsError> {
        if let Some(source) = self.given_sources.get(id) {
            return Ok((source.to_string(), name.to_owned()));
        }
        let path = match self.catalog.source(id)? {
            Source::File(path) => path.with_file_name(name),
            Source::BuiltIn(_) | Source::Given(_) => {
                let message = "its grader is source text, which was not given".to_owned();
                return Err(CompetitionError::Invalid { file: FILE.into(), message }.into());
            }
        };
        let unreadable = |error| CatalogError::File {
            what: "the grader's source of competition",
            name: id.into(),
            path: path.as_path().into(),
            error,
        };
        let bytes = bounded(&path, source::MAX_BYTES).map_err(unreadable)?;
        let text = String::from_utf8(bytes).map_err(|_| CompetitionError::Invalid {
            file: path.display().to_string(),
            message: "it is not UTF-8, as source is".into(),
        })?;
        Ok((text, path.display().to_string()))
    }

    /// What a lock has the digest of: the text of a competition's file, with the source of its grader behind it if it has one.
    pub(crate) fn locked(&self, id: &str) -> Result<Vec<u8>, CatalogError> {
        let text = self.text(id)?.into_owned();
        // One that cannot be read is locked as it stands.
        let source =
            self.get(id).ok().and_then(|competition| competition.source.as_ref().map(|source| source.text.clone()));
        Ok([text, source.unwrap_or_default()].concat().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_a_folder(folder: &Path, make: impl FnOnce(&Path)) -> Competitions {
        std::fs::create_dir(folder.join("a\u{202e}")).unwrap();
        make(&folder.join("a\u{202e}/competition.toml"));
        let mut competitions = Competitions::none();
        competitions.add_folder(folder).unwrap();
        competitions
    }

    fn file_error(competitions: &Competitions) -> ReadError {
        match competitions.get("a\u{202e}") {
            Err(CompetitionsError::Catalog(CatalogError::File { error, .. })) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_is_read_within_its_limit() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let large = of_a_folder(one.path(), |path| std::fs::write(path, "#".repeat(MAX_BYTES as usize + 1)).unwrap());
        assert!(matches!(file_error(&large), ReadError::Bytes { limit: MAX_BYTES }));
        let folder = of_a_folder(other.path(), |path| std::fs::create_dir(path).unwrap());
        assert!(matches!(file_error(&folder), ReadError::NotAFile));
    }

    #[test]
    fn an_unknown_id_is_shown_as_an_excerpt() {
        let error = Competitions::built_in().get(&"\u{202e}x".repeat(100_000)).unwrap_err().to_string();
        assert!(error.starts_with(r"there is no competition `\u{202e}x") && error.len() < 300, "{error}");
    }

    #[test]
    fn a_misspelled_id_has_a_near_one() {
        let error = Competitions::built_in().get("spaceship-titanik").unwrap_err().to_string();
        assert_eq!(error, "there is no competition `spaceship-titanik` (did you mean `spaceship-titanic`?)");
    }
}
