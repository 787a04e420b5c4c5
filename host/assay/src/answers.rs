//! Where answers come from, and how they are read. What is said of them names no value of theirs.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arrow::array::RecordBatch;
use assay_tables::Threads;
use assay_tables::align::Expected;
use assay_tables::read::{self, FileId, OpenFile, ReadError, ReadOptions, Table};
use assay_types::competition::Competition;
use assay_types::{Edition, sha256, sha256_of};
use thiserror::Error;

use crate::hashed::hashed;

/// The largest file of answers, in bytes. tensorflow2-question-answering's has some 2 GB.
pub(crate) const ANSWER_BYTES: u64 = 16 << 30;

/// The longest cell of answers, in bytes.
const ANSWER_CELL_BYTES: usize = 256 << 20;

/// The answers of one competition.
#[derive(Clone, Debug)]
pub enum Answers {
    /// A file: JSON lines if the competition's own name for it ends in `.jsonl`, else CSV.
    File(PathBuf),
    /// The bytes of such a file.
    Bytes(Arc<[u8]>),
    /// A table, of the types that [`Table::from_batch`] takes.
    Table(RecordBatch),
}

impl Answers {
    /// How many bytes they have.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Answers::File(path) => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Answers::Bytes(bytes) => bytes.len() as u64,
            Answers::Table(batch) => batch.get_array_memory_size() as u64,
        }
    }
}

/// Where answers come from.
pub trait AnswersProvider: Send + Sync {
    /// The answers of a competition; none if this provider has none.
    fn answers(&self, competition: &Competition) -> Option<Answers>;

    /// Where it looks for the answers of a competition, in words, for messages.
    fn place(&self, competition: &Competition) -> String;

    /// Which edition of the data they are of.
    fn edition(&self) -> Edition {
        Edition::Reference
    }

    /// SHA-256 of the manifest that says what the data of a competition were made of, if they have one.
    fn manifest(&self, _: &Competition) -> Option<String> {
        None
    }
}

/// The manifest of prepared data, beside the folders of what participants get and of the answers.
const MANIFEST: &str = "prepared.json";

/// The largest manifest, in bytes: that of some three million files.
const MANIFEST_BYTES: u64 = 512 << 20;

/// A data directory, laid out as the reference lays it out: `<folder>/<id>/prepared/{public,private}/...`.
#[derive(Clone, Debug)]
pub struct DataDir {
    folder: PathBuf,
    edition: Edition,
}

impl DataDir {
    /// The data below a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        DataDir { folder: folder.into(), edition: Edition::Reference }
    }

    /// The same, of this edition.
    #[must_use]
    pub fn edition(self, edition: Edition) -> Self {
        DataDir { edition, ..self }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a competition's prepared data are.
    #[must_use]
    pub fn prepared(&self, id: &str) -> PathBuf {
        self.folder.join(id).join(self.edition.folder())
    }

    /// The rows that submissions to a competition must have, as far as participants may know them. Of the answers, only the key is read.
    ///
    /// # Errors
    ///
    /// If the answers cannot be used.
    pub fn expected(&self, competition: &Competition, limits: &read::Limits) -> Result<Expected, AnswersError> {
        let threads = Threads::default();
        let _at_work = threads.at_work();
        expected(competition, self, limits, &threads)
    }

    /// The file that says what a competition's data were made of, which need not be there.
    #[must_use]
    pub fn manifest_file(&self, competition: &Competition) -> PathBuf {
        self.prepared(&competition.id).join(MANIFEST)
    }

    /// The file of a competition's answers.
    #[must_use]
    pub fn answers_file(&self, competition: &Competition) -> PathBuf {
        self.prepared(&competition.id).join(&competition.data.answers)
    }
}

impl AnswersProvider for DataDir {
    fn answers(&self, competition: &Competition) -> Option<Answers> {
        Some(Answers::File(self.answers_file(competition)))
    }

    fn place(&self, competition: &Competition) -> String {
        self.answers_file(competition).display().to_string()
    }

    fn edition(&self) -> Edition {
        self.edition
    }

    fn manifest(&self, competition: &Competition) -> Option<String> {
        let opened = OpenFile::open(&self.manifest_file(competition)).ok()?;
        sha256_of(&mut opened.file().take(MANIFEST_BYTES)).ok()
    }
}

/// Answers by the id of their competition.
impl AnswersProvider for BTreeMap<String, Answers> {
    fn answers(&self, competition: &Competition) -> Option<Answers> {
        self.get(&competition.id).cloned()
    }

    fn place(&self, _: &Competition) -> String {
        "among the answers that were given".into()
    }
}

/// Why answers cannot be used. The message has no values of theirs.
#[derive(Clone, Debug, Error)]
pub enum AnswersError {
    /// They are not there.
    #[error("the answers of `{id}` are not at {place}: prepare the data")]
    Missing {
        /// The competition.
        id: String,
        /// Where they should be.
        place: String,
    },
    /// They cannot be read, or are not what the competition says.
    #[error("the answers of `{id}` ({place}) cannot be used: {message}")]
    Unusable {
        /// The competition.
        id: String,
        /// Where they are.
        place: String,
        /// What is wrong.
        message: String,
    },
}

/// What tells whether answers are still those that were read before.
#[derive(Clone, Debug)]
pub(crate) enum Version {
    /// A file as it was when it was looked at.
    File(PathBuf, Option<FileStamp>),
    Bytes(Arc<[u8]>),
    Table(RecordBatch),
}

/// How long a file has to be unchanged before its times tell whether it is still the same: they are only so fine, above all on file
/// systems that count whole seconds.
const SETTLED: Duration = Duration::from_millis(100);
const SETTLED_COARSE: Duration = Duration::from_secs(3);

/// A file, its size in bytes, and when it and its place last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    size: u64,
    changed: [i64; 4],
    place: [u64; 2],
}

impl FileStamp {
    /// None, where nothing tells whether the file changes from now on.
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        let changed = metadata.modified().ok()?;
        let coarse = changed.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|time| time.subsec_nanos() == 0);
        if changed.elapsed().ok()? < if coarse { SETTLED_COARSE } else { SETTLED } {
            return None;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Some(FileStamp {
                size: metadata.len(),
                changed: [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()],
                place: [metadata.dev(), metadata.ino()],
            })
        }
        #[cfg(not(unix))]
        {
            // Without a time of change nothing tells whether it is still the same.
            let _ = metadata;
            None
        }
    }
}

impl Version {
    pub(crate) fn of(answers: &Answers) -> Self {
        match answers {
            Answers::File(path) => Version::File(path.clone(), FileStamp::of(path)),
            Answers::Bytes(bytes) => Version::Bytes(Arc::clone(bytes)),
            Answers::Table(batch) => Version::Table(batch.clone()),
        }
    }

    /// True if these are surely the same answers.
    pub(crate) fn is(&self, other: &Version) -> bool {
        match (self, other) {
            (Version::File(ours, Some(stamp)), Version::File(theirs, Some(other))) => ours == theirs && stamp == other,
            (Version::Bytes(ours), Version::Bytes(theirs)) => Arc::ptr_eq(ours, theirs),
            (Version::Table(ours), Version::Table(theirs)) => {
                ours.schema_ref() == theirs.schema_ref()
                    && ours.num_rows() == theirs.num_rows()
                    && ours.columns().iter().zip(theirs.columns()).all(|(one, other)| Arc::ptr_eq(one, other))
            }
            _ => false,
        }
    }
}

/// Answers that are being read.
pub(crate) struct Reading<'a> {
    competition: &'a Competition,
    place: String,
    limits: read::Limits,
    threads: &'a Threads,
}

/// Answers that were read.
pub(crate) struct ReadAnswers {
    pub(crate) table: Table,
    /// SHA-256 of the file, or of the table.
    pub(crate) digest: String,
    /// The file that they are from, where they are from one.
    pub(crate) file: Option<FileId>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(
        competition: &'a Competition,
        provider: &dyn AnswersProvider,
        limits: &read::Limits,
        threads: &'a Threads,
    ) -> Self {
        // Answers are the operator's own: some are larger than any submission need be.
        let limits = read::Limits { bytes: ANSWER_BYTES, cell_bytes: ANSWER_CELL_BYTES, ..limits.clone() };
        Reading { competition, place: provider.place(competition), limits, threads }
    }

    /// Reads the columns that pass `keep`.
    pub(crate) fn read(
        &self,
        answers: Option<Answers>,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<ReadAnswers, AnswersError> {
        let (table, digest, file) = match answers {
            None => return Err(self.missing()),
            Some(Answers::File(path)) => {
                let opened = OpenFile::open(&path).map_err(|error| self.unreadable(error))?;
                let file = opened.id();
                let bytes = opened.read_on(&self.limits, self.threads).map_err(|error| self.unreadable(error))?;
                {
                    let (digest, table) = hashed(&bytes, self.threads, || self.table(&bytes, keep));
                    (table?, digest, file)
                }
            }
            Some(Answers::Bytes(bytes)) => (self.table(&bytes, keep)?, sha256(&bytes), None),
            Some(Answers::Table(batch)) => {
                let unusable = |error: read::BatchError| self.unusable(error.to_string());
                let digest = read::batch_digest(&batch).map_err(unusable)?;
                (Table::from_batch(&batch, Some(keep)).map_err(unusable)?, digest, None)
            }
        };
        // Names would go with other cells than they are meant for, so that values would pass for keys, which are told.
        if table.labels > 0 {
            return Err(self.unusable("its rows have more cells than its header has names".into()));
        }
        Ok(ReadAnswers { table, digest, file })
    }

    fn table(&self, bytes: &[u8], keep: &(dyn Fn(&str) -> bool + Sync)) -> Result<Table, AnswersError> {
        let options = ReadOptions { limits: &self.limits, columns: Some(keep), threads: self.threads };
        let json_lines = self.competition.data.answers.ends_with(".jsonl");
        let read = if json_lines { read::read_json_lines } else { read::read_csv };
        read(bytes, &options).map_err(|error| self.unusable(error.withheld(keep).to_string()))
    }

    fn unreadable(&self, error: ReadError) -> AnswersError {
        match error {
            ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound => self.missing(),
            other => self.unusable(other.to_string()),
        }
    }

    fn missing(&self) -> AnswersError {
        AnswersError::Missing { id: self.competition.id.clone(), place: self.place.clone() }
    }

    pub(crate) fn unusable(&self, message: String) -> AnswersError {
        AnswersError::Unusable { id: self.competition.id.clone(), place: self.place.clone(), message }
    }
}

/// The rows that a submission to a competition must have, as far as [`Expected::told`] tells them. Of the answers, only the key is read.
///
/// # Errors
///
/// If the answers cannot be used.
pub(crate) fn expected(
    competition: &Competition,
    provider: &dyn AnswersProvider,
    limits: &read::Limits,
    threads: &Threads,
) -> Result<Expected, AnswersError> {
    let contract = &competition.submission;
    let reading = Reading::new(competition, provider, limits, threads);
    let keep = |name: &str| contract.key.iter().any(|key| key == name);
    let answers = reading.read(provider.answers(competition), &keep)?;
    let expected = Expected::of(contract, &answers.table).map_err(|error| reading.unusable(error.to_string()))?;
    expected.told(contract).map_err(|error| reading.unusable(error.to_string()))
}
