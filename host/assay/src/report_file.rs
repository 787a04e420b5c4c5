//! Reports as files: whole or not at all, and never over another one.

use std::path::{Path, PathBuf};

use assay_types::report::BatchReport;
use chrono::{DateTime, Utc};

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
    let mut file = builder.tempfile_in(folder)?;
    report.write_json(&mut file)?;
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
