//! Submissions: accepted once, graded once, with what came of it.

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::{Files, Store, StoreError, uses};
use crate::budget::{Budgets, Kind, Spent};
use crate::upload::Upload;

/// How often a grading is begun that the end of the server cut short, before the submission is taken for the reason.
const MOST_ATTEMPTS: i64 = 5;

/// The columns of a [`Stored`], in its order.
const COLUMNS: &str = "id, participant, competition, file, name, bytes, accepted_at, state, finished_at, outcome, score, \
                       part_score, report, operator";

/// A submission that is handed in.
pub(crate) struct New<'a> {
    pub(crate) id: &'a str,
    pub(crate) participant: &'a str,
    pub(crate) competition: &'a str,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) budgets: &'a Budgets,
    /// How many may wait to be graded.
    pub(crate) most_queued: u64,
    pub(crate) now: i64,
}

/// What became of one that was handed in.
#[derive(Debug)]
pub(crate) enum Accepted {
    /// It is kept, and will be graded.
    New(Box<Stored>),
    /// It was handed in before by the same key.
    Before(Box<Stored>),
    /// The key was used for something else.
    KeyReused,
    /// A budget is spent.
    Spent(Spent),
    /// As many wait as may.
    Full,
}

/// Where a submission is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Queued,
    Grading,
    Done,
}

/// A submission as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) participant: String,
    pub(crate) competition: String,
    /// SHA-256 of its file.
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) accepted_at: i64,
    pub(crate) state: State,
    pub(crate) finished_at: Option<i64>,
    pub(crate) outcome: Option<String>,
    pub(crate) score: Option<f64>,
    pub(crate) part_score: Option<f64>,
    /// The library's report, as JSON.
    pub(crate) report: Option<String>,
    /// What is for the operator alone, as JSON.
    pub(crate) operator: Option<String>,
}

/// A submission that is to be graded now.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) competition: String,
    pub(crate) file: String,
    pub(crate) name: String,
    /// How often a grading was begun, with this one.
    pub(crate) attempts: i64,
}

/// What came of a grading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) outcome: String,
    pub(crate) score: Option<f64>,
    pub(crate) part_score: Option<f64>,
    pub(crate) lower_is_better: Option<bool>,
    pub(crate) report: Option<String>,
    pub(crate) operator: Option<String>,
    /// Nobody but the server is at fault, so that it costs nothing.
    pub(crate) is_free: bool,
}

/// How many submissions are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) queued: u64,
    pub(crate) grading: u64,
    pub(crate) done: u64,
}

/// A line of a leaderboard, before it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) participant: String,
    pub(crate) score: f64,
    pub(crate) accepted_at: i64,
}

impl Store {
    /// Accepts a submission: within its budgets, once for each idempotency key. What is accepted is kept from here on.
    pub(crate) fn accept(&self, new: &New<'_>, upload: Upload) -> Result<Accepted, StoreError> {
        let (participant, competition, now) = (new.participant, new.competition, new.now);
        // Before anybody has to wait for it.
        Files::settle(&upload.path)?;
        let mut writer = self.writer();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(key) = new.idempotency_key
            && let Some(before) = by_key(&transaction, participant, key)?
        {
            let same = before.competition == competition && before.file == upload.sha256;
            return Ok(if same { Accepted::Before(Box::new(before)) } else { Accepted::KeyReused });
        }
        if queued(&transaction)? >= new.most_queued {
            return Ok(Accepted::Full);
        }
        let used = uses::uses(&transaction, participant, competition, now - new.budgets.longest_window())?;
        if let Err(spent) = new.budgets.allow(Kind::Grading, upload.bytes, &used, now) {
            return Ok(Accepted::Spent(spent));
        }
        transaction.execute(
            "INSERT INTO submissions (id, participant, competition, file, name, bytes, accepted_at, idempotency_key, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'queued')",
            params![
                new.id,
                participant,
                competition,
                upload.sha256,
                upload.name,
                i64::try_from(upload.bytes).unwrap_or(i64::MAX),
                now,
                new.idempotency_key
            ],
        )?;
        let whose = (participant, competition);
        uses::add(&transaction, whose, Kind::Grading, upload.bytes, now, Some(new.id))?;
        // While nothing else is written, so that nothing removes the file that this submission counts on.
        self.files.keep(upload.path, &upload.sha256)?;
        let stored = by_id(&transaction, new.id)?;
        transaction.commit()?;
        let lost = || StoreError::Value { what: "a submission", value: "nothing".into() };
        Ok(Accepted::New(Box::new(stored.ok_or_else(lost)?)))
    }

    /// The submission of that id.
    pub(crate) fn submission(&self, id: &str) -> Result<Option<Stored>, StoreError> {
        by_id(&self.reader(), id)
    }

    /// Submissions, the latest first: of one participant, if one is named, to one competition, if one is named, and before another one of
    /// them, if that is named.
    pub(crate) fn submissions(
        &self,
        participant: Option<&str>,
        competition: Option<&str>,
        before: Option<&str>,
        most: u32,
    ) -> Result<Vec<Stored>, StoreError> {
        let reader = self.reader();
        // Only what is asked for is in the query, so that an index answers it.
        let conditions = [
            if participant.is_some() { "participant = ?1" } else { "?1 IS NULL" },
            if competition.is_some() { "competition = ?2" } else { "?2 IS NULL" },
            if before.is_some() { "number < (SELECT number FROM submissions WHERE id = ?3)" } else { "?3 IS NULL" },
        ]
        .join(" AND ");
        let mut statement = reader
            .prepare(&format!("SELECT {COLUMNS} FROM submissions WHERE {conditions} ORDER BY number DESC LIMIT ?4"))?;
        let mut rows = statement.query(params![participant, competition, before, most])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(stored(row)?);
        }
        Ok(found)
    }

    /// Takes over what a server that is no more left behind: gradings that were cut short are begun again, but not for ever. Returns how
    /// many were given up.
    pub(crate) fn recover(&self, now: i64) -> Result<usize, StoreError> {
        let mut writer = self.writer();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let given_up = transaction.execute(
            "UPDATE submissions SET state = 'done', outcome = 'host-fault', finished_at = ?1
             WHERE state = 'grading' AND attempts >= ?2",
            params![now, MOST_ATTEMPTS],
        )?;
        transaction.execute("UPDATE submissions SET state = 'queued' WHERE state = 'grading'", [])?;
        transaction.execute(
            "DELETE FROM uses WHERE submission IN (SELECT id FROM submissions WHERE outcome = 'host-fault')",
            [],
        )?;
        transaction.commit()?;
        Ok(given_up)
    }

    /// The submission that is to be graded next, which is then being graded.
    pub(crate) fn begin(&self, now: i64) -> Result<Option<Job>, StoreError> {
        let writer = self.writer();
        let job = writer.query_row(
            "UPDATE submissions SET state = 'grading', attempts = attempts + 1
             WHERE number = (SELECT number FROM submissions WHERE state = 'queued' AND not_before <= ?1 ORDER BY number LIMIT 1)
             RETURNING id, competition, file, name, attempts",
            [now],
            |row| {
                Ok(Job {
                    id: row.get(0)?,
                    competition: row.get(1)?,
                    file: row.get(2)?,
                    name: row.get(3)?,
                    attempts: row.get(4)?,
                })
            },
        );
        Ok(job.optional()?)
    }

    /// Has a submission graded again: not before a time.
    pub(crate) fn again(&self, id: &str, not_before: i64) -> Result<(), StoreError> {
        self.writer().execute(
            "UPDATE submissions SET state = 'queued', not_before = ?2 WHERE id = ?1",
            params![id, not_before],
        )?;
        Ok(())
    }

    /// Has a submission graded again by the next server, as if this grading had not been begun.
    pub(crate) fn put_back(&self, id: &str) -> Result<(), StoreError> {
        self.writer().execute(
            "UPDATE submissions SET state = 'queued', attempts = attempts - 1 WHERE id = ?1 AND state = 'grading'",
            [id],
        )?;
        Ok(())
    }

    /// Writes down what came of a grading.
    pub(crate) fn finish(&self, id: &str, verdict: &Verdict, now: i64) -> Result<(), StoreError> {
        let mut writer = self.writer();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "UPDATE submissions SET state = 'done', finished_at = ?2, outcome = ?3, score = ?4, part_score = ?5,
                                    lower_is_better = ?6, report = ?7, operator = ?8
             WHERE id = ?1 AND state = 'grading'",
            params![
                id,
                now,
                verdict.outcome,
                verdict.score,
                verdict.part_score,
                verdict.lower_is_better,
                verdict.report,
                verdict.operator
            ],
        )?;
        if verdict.is_free {
            transaction.execute("DELETE FROM uses WHERE submission = ?1", [id])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// How many submissions wait.
    pub(crate) fn queued(&self) -> Result<u64, StoreError> {
        queued(&self.reader())
    }

    /// How many submissions are where.
    pub(crate) fn counts(&self) -> Result<Counts, StoreError> {
        let reader = self.reader();
        let mut statement = reader.prepare("SELECT state, count(*) FROM submissions GROUP BY state")?;
        let mut rows = statement.query([])?;
        let mut counts = Counts::default();
        while let Some(row) = rows.next()? {
            let count = row.get::<_, i64>(1)?.unsigned_abs();
            match state(row, 0)? {
                State::Queued => counts.queued = count,
                State::Grading => counts.grading = count,
                State::Done => counts.done = count,
            }
        }
        Ok(counts)
    }

    /// The best submission of each participant, the best first; an earlier one is before a later one of the same score. `on_part`: by the
    /// score on the part of the rows that is shown.
    pub(crate) fn leaderboard(&self, competition: &str, on_part: bool, most: u32) -> Result<Vec<Entry>, StoreError> {
        let score = if on_part { "part_score" } else { "score" };
        let reader = self.reader();
        let mut statement = reader.prepare(&format!(
            "SELECT participant, {score}, accepted_at FROM (
                 SELECT *, CASE WHEN lower_is_better THEN {score} ELSE -{score} END AS rank,
                        row_number() OVER (
                            PARTITION BY participant
                            ORDER BY CASE WHEN lower_is_better THEN {score} ELSE -{score} END, number
                        ) AS place
                 FROM submissions WHERE competition = ?1 AND state = 'done' AND {score} IS NOT NULL
             ) WHERE place = 1 ORDER BY rank, number LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![competition, most])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(Entry { participant: row.get(0)?, score: row.get(1)?, accepted_at: row.get(2)? });
        }
        Ok(entries)
    }
}

fn queued(connection: &Connection) -> Result<u64, StoreError> {
    let count = "SELECT count(*) FROM submissions WHERE state = 'queued'";
    Ok(connection.query_row(count, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

fn by_id(connection: &Connection, id: &str) -> Result<Option<Stored>, StoreError> {
    one(connection, &format!("SELECT {COLUMNS} FROM submissions WHERE id = ?1"), &[id])
}

fn by_key(connection: &Connection, participant: &str, key: &str) -> Result<Option<Stored>, StoreError> {
    let select = format!("SELECT {COLUMNS} FROM submissions WHERE participant = ?1 AND idempotency_key = ?2");
    one(connection, &select, &[participant, key])
}

fn one(connection: &Connection, select: &str, values: &[&str]) -> Result<Option<Stored>, StoreError> {
    let mut statement = connection.prepare(select)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    rows.next()?.map(stored).transpose()
}

fn stored(row: &Row<'_>) -> Result<Stored, StoreError> {
    Ok(Stored {
        id: row.get(0)?,
        participant: row.get(1)?,
        competition: row.get(2)?,
        file: row.get(3)?,
        name: row.get(4)?,
        bytes: row.get::<_, i64>(5)?.unsigned_abs(),
        accepted_at: row.get(6)?,
        state: state(row, 7)?,
        finished_at: row.get(8)?,
        outcome: row.get(9)?,
        score: row.get(10)?,
        part_score: row.get(11)?,
        report: row.get(12)?,
        operator: row.get(13)?,
    })
}

fn state(row: &Row<'_>, column: usize) -> Result<State, StoreError> {
    let name: String = row.get(column)?;
    match name.as_str() {
        "queued" => Ok(State::Queued),
        "grading" => Ok(State::Grading),
        "done" => Ok(State::Done),
        _ => Err(StoreError::Value { what: "a state", value: name }),
    }
}
