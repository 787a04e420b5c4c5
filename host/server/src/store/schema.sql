-- Version 1. Times are milliseconds since 1970, UTC.

CREATE TABLE tokens (
    id          TEXT PRIMARY KEY,
    hash        TEXT NOT NULL UNIQUE,
    participant TEXT NOT NULL,
    role        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT;

CREATE TABLE submissions (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    participant     TEXT NOT NULL,
    competition     TEXT NOT NULL,
    file            TEXT NOT NULL,
    name            TEXT NOT NULL,
    bytes           INTEGER NOT NULL,
    accepted_at     INTEGER NOT NULL,
    idempotency_key TEXT,
    state           TEXT NOT NULL CHECK (state IN ('queued', 'grading', 'done')),
    -- How often a grading of it was begun, and when the next may begin.
    attempts        INTEGER NOT NULL DEFAULT 0,
    not_before      INTEGER NOT NULL DEFAULT 0,
    finished_at     INTEGER,
    outcome         TEXT,
    score           REAL,
    part_score      REAL,
    lower_is_better INTEGER,
    -- What the library reported, and what it says to the operator alone, as JSON.
    report          TEXT,
    operator        TEXT,
    UNIQUE (participant, idempotency_key)
) STRICT;

CREATE INDEX submissions_by_state ON submissions (state, number);
CREATE INDEX submissions_by_competition ON submissions (competition, number);
CREATE INDEX submissions_by_participant ON submissions (participant, number);
CREATE INDEX submissions_by_file ON submissions (file);

-- What counts against budgets.
CREATE TABLE uses (
    number      INTEGER PRIMARY KEY,
    participant TEXT NOT NULL,
    competition TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('validation', 'grading')),
    bytes       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    submission  TEXT
) STRICT;

CREATE INDEX uses_by_participant ON uses (participant, competition, at);
CREATE INDEX uses_by_submission ON uses (submission);
CREATE INDEX uses_by_time ON uses (at);
