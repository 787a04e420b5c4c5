//! Tokens, as the database has them: by their hashes.

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::identity::{Caller, Role};

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntry {
    /// What it is called, so that it can be revoked.
    pub id: String,
    /// Whose it is.
    pub participant: String,
    /// What it allows.
    pub role: Role,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// When it was revoked, if it was.
    pub revoked_at: Option<i64>,
}

impl Store {
    /// Adds a token by its hash.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn add_token(&self, entry: &TokenEntry, hash: &str) -> Result<(), StoreError> {
        let TokenEntry { id, participant, role, created_at, .. } = entry;
        self.writer().execute(
            "INSERT INTO tokens (id, hash, participant, role, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, hash, participant, role.name(), created_at],
        )?;
        Ok(())
    }

    /// All tokens, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn tokens(&self) -> Result<Vec<TokenEntry>, StoreError> {
        let reader = self.reader();
        let mut statement = reader
            .prepare("SELECT id, participant, role, created_at, revoked_at FROM tokens ORDER BY created_at, rowid")?;
        let mut rows = statement.query([])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(TokenEntry {
                id: row.get(0)?,
                participant: row.get(1)?,
                role: role(row, 2)?,
                created_at: row.get(3)?,
                revoked_at: row.get(4)?,
            });
        }
        Ok(entries)
    }

    /// Revokes a token from now on. False: there is none of that id that counts.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn revoke_token(&self, id: &str, now: i64) -> Result<bool, StoreError> {
        let revoke = "UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
        Ok(self.writer().execute(revoke, params![id, now])? > 0)
    }

    /// Whose token has this hash; none if there is no such token, or it was revoked.
    pub(crate) fn caller(&self, hash: &str) -> Result<Option<Caller>, StoreError> {
        let reader = self.reader();
        let mut statement =
            reader.prepare("SELECT participant, role FROM tokens WHERE hash = ?1 AND revoked_at IS NULL")?;
        let mut rows = statement.query([hash])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Caller { participant: row.get(0)?, role: role(row, 1)? }))
    }

    /// True if there is any token that counts.
    pub(crate) fn has_tokens(&self) -> Result<bool, StoreError> {
        let any = "SELECT 1 FROM tokens WHERE revoked_at IS NULL LIMIT 1";
        Ok(self.reader().query_row(any, [], |_| Ok(())).optional()?.is_some())
    }
}

fn role(row: &Row<'_>, column: usize) -> Result<Role, StoreError> {
    let name: String = row.get(column)?;
    Role::named(&name).ok_or(StoreError::Value { what: "a role", value: name })
}
