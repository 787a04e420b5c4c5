//! What was used of budgets.

use rusqlite::{Connection, params};

use super::{Store, StoreError};
use crate::budget::{Budgets, Kind, Spent, Use};

impl Store {
    /// What a participant used of a competition's budgets, from a time on, the oldest first.
    pub(crate) fn uses(&self, participant: &str, competition: &str, since: i64) -> Result<Vec<Use>, StoreError> {
        uses(&self.reader(), participant, competition, since)
    }

    /// Spends a validation of so many bytes, if the budgets allow it, and gives its number.
    pub(crate) fn spend_validation(
        &self,
        (participant, competition): (&str, &str),
        bytes: u64,
        budgets: &Budgets,
        now: i64,
    ) -> Result<Result<i64, Spent>, StoreError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        let used = uses(&transaction, participant, competition, now - budgets.longest_window())?;
        if let Err(spent) = budgets.allow(Kind::Validation, bytes, &used, now) {
            return Ok(Err(spent));
        }
        add(&transaction, (participant, competition), Kind::Validation, bytes, now, None)?;
        let number = transaction.last_insert_rowid();
        transaction.commit()?;
        Ok(Ok(number))
    }

    /// Gives back what was spent on a validation that came to nothing.
    pub(crate) fn refund(&self, number: i64) -> Result<(), StoreError> {
        self.writer().execute("DELETE FROM uses WHERE number = ?1", [number])?;
        Ok(())
    }
}

pub(super) fn uses(
    connection: &Connection,
    participant: &str,
    competition: &str,
    since: i64,
) -> Result<Vec<Use>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT kind, bytes, at FROM uses WHERE participant = ?1 AND competition = ?2 AND at > ?3 ORDER BY at, number",
    )?;
    let mut rows = statement.query(params![participant, competition, since])?;
    let mut uses = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let kind = if name == Kind::Grading.name() { Kind::Grading } else { Kind::Validation };
        let bytes: i64 = row.get(1)?;
        uses.push(Use { kind, bytes: u64::try_from(bytes).unwrap_or_default(), at: row.get(2)? });
    }
    Ok(uses)
}

pub(super) fn add(
    connection: &Connection,
    (participant, competition): (&str, &str),
    kind: Kind,
    bytes: u64,
    now: i64,
    submission: Option<&str>,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO uses (participant, competition, kind, bytes, at, submission) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![participant, competition, kind.name(), i64::try_from(bytes).unwrap_or(i64::MAX), now, submission],
    )?;
    Ok(())
}
