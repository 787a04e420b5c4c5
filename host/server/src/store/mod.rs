//! What must not be lost: tokens, submissions, verdicts, uses of budgets, in a database of SQLite; and the files, by their digest.
//!
//! Whatever is answered to a client is written down before, and survives a kill and a power cut. One server has a store at a time; other
//! commands may add and revoke tokens meanwhile.

mod files;
mod retention;
mod submissions;
#[cfg(test)]
mod tests;
mod tokens;
mod uses;

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assay_evidence::private_file;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use thiserror::Error;

pub(crate) use self::files::Files;
pub use self::retention::Retention;
pub(crate) use self::submissions::{Accepted, Entry, Job, New, State, Stored, Verdict};
pub use self::tokens::TokenEntry;

/// The version of the schema, as the database has it.
const VERSION: i64 = 1;

/// How long to wait for another process, which writes a token.
const BUSY: Duration = Duration::from_secs(10);

/// Why a store cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another server has it.
    #[error("{}: another server has this store; end it, or name another folder by --store", .0.display())]
    Taken(PathBuf),
    /// It was made by a later version.
    #[error("{}: the database has version {found}, and this program knows those up to {VERSION}: use a later one", .path.display())]
    Version {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// A file cannot be read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// The database fails.
    #[error("the database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A value that this program did not write.
    #[error("the database has {value} for {what}, which this program never writes")]
    Value {
        /// What it is of.
        what: &'static str,
        /// The value.
        value: String,
    },
}

/// A store that is open.
pub struct Store {
    folder: PathBuf,
    /// What writes. Others wait, be it for the disk.
    writer: Mutex<Connection>,
    /// What only looks things up, which never waits for what writes.
    reader: Mutex<Connection>,
    files: Files,
    _lock: Option<File>,
}

impl Store {
    /// Opens a store for a server, or makes one. No other server may have it.
    ///
    /// # Errors
    ///
    /// If another server has it, or it cannot be read and written.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let store = Store::shared(folder)?;
        let path = folder.join("lock");
        let lock = private_file::read_write(&path).map_err(|error| StoreError::Io { path: path.clone(), error })?;
        match lock.try_lock() {
            Ok(()) => Ok(Store { _lock: Some(lock), ..store }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Taken(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(StoreError::Io { path, error }),
        }
    }

    /// Opens a store beside the server that has it, to look after tokens; makes one if there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be read and written.
    pub fn shared(folder: &Path) -> Result<Self, StoreError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |error| StoreError::Io { path, error }
        };
        // Submissions and hashes of tokens are the operator's alone.
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io(folder))?;
        let path = folder.join("assay.db");
        // So that the database is made with these permissions, and what others may write to is refused.
        private_file::read_write(&path).map_err(io(&path))?;
        let mut writer = connect(&path)?;
        migrate(&mut writer, &path)?;
        let files = Files::open(&folder.join("files"))?;
        let reader = Mutex::new(connect(&path)?);
        Ok(Store { folder: folder.to_owned(), writer: Mutex::new(writer), reader, files, _lock: None })
    }

    /// Where files are received.
    #[must_use]
    pub fn incoming(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    /// Where the log of uses is, unless it is elsewhere.
    #[must_use]
    pub fn use_log(folder: &Path) -> PathBuf {
        folder.join("uses.jsonl")
    }

    /// Where the file of a submission is.
    pub(crate) fn file(&self, sha256: &str) -> PathBuf {
        self.files.path(sha256)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    // A link in the folder's own path is the operator's, and is resolved; the database itself is none.
    let path = path.canonicalize().map_err(|error| StoreError::Io { path: path.to_owned(), error })?;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // The server keeps nothing outside its folders.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// Brings the database to this program's version.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get(0))?;
    match found {
        0 => {
            transaction.execute_batch(include_str!("schema.sql"))?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        VERSION => {}
        _ => return Err(StoreError::Version { path: path.to_owned(), found }),
    }
    transaction.commit()?;
    Ok(())
}
