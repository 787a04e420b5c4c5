//! Receives files: of any size that is allowed, into a folder, so that none is ever in memory as a whole.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use assay_types::excerpt::listed;
use assay_types::hexadecimal;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempDir, TempPath};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep, timeout_at};

use crate::gate::Gate;
use crate::limits::Limits;
use crate::problem::{Kind, Problem};

/// What the field of the file is called.
const FIELD: &str = "file";

/// How much a field may hold that is not the file.
const OTHER_BYTES: usize = 64 << 10;

/// How long it takes to be told that there is no place.
const REFUSAL: Duration = Duration::from_secs(1);

/// How often a body that comes slowly is held against those who wait.
const LOOK: Duration = Duration::from_millis(250);

/// How many fields are looked at for the file.
const FIELDS: usize = 16;

/// A file that was received. It is removed when this is dropped.
pub(crate) struct Upload {
    pub(crate) path: TempPath,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// What the client calls it, harmless to show.
    pub(crate) name: String,
    /// Its place among the files that may be there at once.
    pub(crate) _place: Option<OwnedSemaphorePermit>,
}

/// The folder in which files are received.
pub struct Incoming {
    folder: PathBuf,
    /// Removes the folder in the end, where it is nobody's.
    _own: Option<TempDir>,
}

impl Incoming {
    /// One of the system's for temporary files.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn temporary() -> io::Result<Self> {
        let own = tempfile::Builder::new().prefix("assay-serve-").tempdir()?;
        Ok(Incoming { folder: own.path().to_owned(), _own: Some(own) })
    }

    /// One of this server's alone; what a killed one left there is removed.
    ///
    /// # Errors
    ///
    /// If it cannot be made or emptied.
    pub fn kept(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            fs::remove_file(entry?.path())?;
        }
        Ok(Incoming { folder, _own: None })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// What receives files.
pub(crate) struct Uploads {
    incoming: Incoming,
    gate: Gate,
    limits: Limits,
}

impl Uploads {
    pub(crate) fn new(incoming: Incoming, limits: &Limits) -> Self {
        let gate = Gate::new(limits.uploads, limits.waiting, limits.wait);
        Uploads { incoming, gate, limits: limits.clone() }
    }

    /// Receives the field `file` of a form.
    pub(crate) async fn receive(&self, mut form: Multipart) -> Result<Upload, Problem> {
        // Who waits here has sent no file yet, and takes next to nothing.
        let Ok(place) = self.gate.enter().await else {
            // Who asks again at once would take the time that others are waiting for.
            sleep(REFUSAL).await;
            return Err(Problem::busy("as many files as may be are being received; try again"));
        };
        let mut clock = Clock::new(&self.limits, &self.gate);
        for _ in 0..FIELDS {
            let Some(mut field) = clock.hold(form.next_field()).await? else { break };
            if field.name() == Some(FIELD) {
                return self.save(field, clock, place).await;
            }
            let mut bytes = 0;
            while let Some(chunk) = clock.hold(field.chunk()).await? {
                clock.received(chunk.len());
                bytes += chunk.len();
                if bytes > OTHER_BYTES {
                    return Err(Problem::new(Kind::TooLarge, "a field beside the file is too large"));
                }
            }
        }
        Err(Problem::new(
            Kind::BadRequest,
            "the form has no field `file`: send the submission as `multipart/form-data`, with `-F file=@submission.csv` by curl",
        ))
    }

    async fn save(
        &self,
        mut field: Field<'_>,
        mut clock: Clock<'_>,
        place: OwnedSemaphorePermit,
    ) -> Result<Upload, Problem> {
        let failed = |error: io::Error| Problem::internal(&format!("an upload cannot be kept: {error}"));
        let name = listed(field.file_name().filter(|name| !name.is_empty()).unwrap_or("submission.csv"));
        let file = tempfile::Builder::new()
            .prefix("upload-")
            .suffix(".csv")
            .tempfile_in(&self.incoming.folder)
            .map_err(failed)?;
        // Small pieces go to the system's memory, which takes no longer than to hand them to a thread would.
        let mut writer = BufWriter::with_capacity(64 << 10, file);
        let (mut hash, mut bytes) = (Sha256::new(), 0u64);
        while let Some(chunk) = clock.hold(field.chunk()).await? {
            bytes += chunk.len() as u64;
            if bytes > self.limits.upload_bytes {
                let most = self.limits.upload_bytes;
                return Err(Problem::new(
                    Kind::TooLarge,
                    format!("files of up to {most} bytes are taken; leave out rows and columns that are not asked for"),
                ));
            }
            clock.received(chunk.len());
            hash.update(&chunk);
            writer.write_all(&chunk).map_err(failed)?;
        }
        let file: NamedTempFile = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        let sha256 = hexadecimal(&hash.finalize());
        Ok(Upload { path: file.into_temp_path(), bytes, sha256, name, _place: Some(place) })
    }
}

/// How long a body may still take: a while, and more the more of it came; less where others wait for its place.
struct Clock<'a> {
    limits: &'a Limits,
    gate: &'a Gate,
    start: Instant,
    received: u64,
}

impl<'a> Clock<'a> {
    fn new(limits: &'a Limits, gate: &'a Gate) -> Self {
        Clock { limits, gate, start: Instant::now(), received: 0 }
    }

    fn received(&mut self, bytes: usize) {
        self.received += bytes as u64;
    }

    /// Waits for the next piece.
    async fn hold<T>(&self, next: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Problem> {
        let mut next = pin!(next);
        loop {
            // Others may come to wait meanwhile.
            let until = self.end().min(Instant::now() + LOOK);
            match timeout_at(until, next.as_mut()).await {
                Ok(next) => return next.map_err(|error| broken(&error)),
                Err(_) if Instant::now() < self.end() => {}
                Err(_) => return Err(self.too_slow()),
            }
        }
    }

    fn end(&self) -> Instant {
        let Limits { body_time, body_rate, crowd_time, crowd_rate, .. } = self.limits;
        let (time, rate) = if self.gate.is_crowded() { (crowd_time, crowd_rate) } else { (body_time, body_rate) };
        self.start + *time + Duration::from_secs(self.received / rate.max(&1))
    }

    fn too_slow(&self) -> Problem {
        let Limits { body_time, body_rate, crowd_time, crowd_rate, .. } = self.limits;
        Problem::new(
            Kind::TooSlow,
            format!(
                "the body came too slowly: after {} s, {body_rate} bytes a second are the least, and after {} s {crowd_rate} where \
                 others wait; try again",
                body_time.as_secs(),
                crowd_time.as_secs()
            ),
        )
    }
}

/// What is wrong with a form.
fn broken(error: &MultipartError) -> Problem {
    let kind = if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Kind::TooLarge } else { Kind::BadRequest };
    Problem::new(kind, format!("the form cannot be read: {}", listed(&error.body_text())))
}
