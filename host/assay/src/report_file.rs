//! Reports as files: whole or not at all, and never over another one.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use assay_types::report::BatchReport;
use chrono::{DateTime, Utc};

/// How much is written at once, in bytes.
const BUFFER: usize = 256 << 10;

/// Writes the report to `<folder>/<timestamp>_grading_report.json`, whole or not at all, and never over another one.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(report: &BatchReport, folder: &Path, now: DateTime<Utc>) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".grading-report-");
    #[cfg(unix)]
    // Temporary files are private; a report is an ordinary file.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    // The report of a large batch has many megabytes, which are not gathered first.
    let mut writer = BufWriter::with_capacity(BUFFER, builder.tempfile_in(folder)?);
    serde_json::to_writer_pretty(&mut writer, report)?;
    writer.write_all(b"\n")?;
    let mut file = writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    let stamp = now.format("%Y-%m-%dT%H-%M-%S-GMT");
    for attempt in 0.. {
        let suffix = if attempt == 0 { String::new() } else { format!("_{attempt}") };
        let path = folder.join(format!("{stamp}{suffix}_grading_report.json"));
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists && attempt < 1000 => {
                file = error.file;
            }
            Err(error) => return Err(error.error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}
