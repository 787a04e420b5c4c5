//! What is removed when, by policy.

use rusqlite::params;

use super::{Store, StoreError};

/// How long what is kept stays, in milliseconds after the grading. None: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// The files of submissions.
    pub files: Option<i64>,
    /// Submissions with all that came of them. Their uses of answers stay in the log.
    pub submissions: Option<i64>,
}

impl Store {
    /// Removes what is past its time, and uses that no budget looks back to. Returns how many files and submissions went.
    pub(crate) fn sweep(
        &self,
        retention: Retention,
        longest_window: i64,
        now: i64,
    ) -> Result<(usize, usize), StoreError> {
        // Nothing is accepted meanwhile, so no file goes that a new submission counts on.
        let writer = self.writer();
        writer.execute("DELETE FROM uses WHERE at <= ?1", [now - longest_window])?;
        let mut files = 0;
        let oldest = [retention.files, retention.submissions].into_iter().flatten().min();
        if let Some(age) = oldest {
            let mut statement = writer.prepare(
                "SELECT file FROM submissions GROUP BY file
                 HAVING max(CASE WHEN state = 'done' THEN finished_at ELSE ?2 END) <= ?1",
            )?;
            let mut rows = statement.query(params![now - age, i64::MAX])?;
            while let Some(row) = rows.next()? {
                let sha256: String = row.get(0)?;
                if self.files.remove(&sha256)? {
                    files += 1;
                }
            }
        }
        let submissions = match retention.submissions {
            Some(age) => {
                writer.execute("DELETE FROM submissions WHERE state = 'done' AND finished_at <= ?1", [now - age])?
            }
            None => 0,
        };
        Ok((files, submissions))
    }
}
