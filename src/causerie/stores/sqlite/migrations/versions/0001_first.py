"""The first schema: people, channels, the log."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """

CREATE TABLE people (
    id        INTEGER PRIMARY KEY,
    name      TEXT    NOT NULL,
    skeleton  TEXT    NOT NULL,
    guest     INTEGER NOT NULL,
    admin     INTEGER NOT NULL,
    disabled  INTEGER NOT NULL,
    made_at   INTEGER NOT NULL,
    password  TEXT
);
CREATE UNIQUE INDEX people_skeleton ON people (skeleton) WHERE guest = 0;

CREATE TABLE tokens (
    id       INTEGER PRIMARY KEY,
    hash     BLOB    NOT NULL UNIQUE,
    person   INTEGER NOT NULL,
    device   TEXT    NOT NULL,
    made_at  INTEGER NOT NULL,
    used_at  INTEGER NOT NULL
);
CREATE INDEX tokens_person ON tokens (person);

CREATE TABLE invites (
    id          INTEGER PRIMARY KEY,
    token_hash  BLOB    NOT NULL,
    made_by     INTEGER NOT NULL,
    made_at     INTEGER NOT NULL,
    uses_left   INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    admin       INTEGER NOT NULL,
    note        TEXT    NOT NULL
);

CREATE TABLE channels (
    id              INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    access          TEXT    NOT NULL,
    topic           TEXT    NOT NULL,
    history         INTEGER NOT NULL,
    read_only       INTEGER NOT NULL,
    retention_days  INTEGER NOT NULL,
    made_at         INTEGER NOT NULL,
    number          INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE standings (
    channel      INTEGER NOT NULL,
    person       INTEGER NOT NULL,
    role         INTEGER NOT NULL,
    muted_until  INTEGER NOT NULL,
    PRIMARY KEY (channel, person)
) WITHOUT ROWID;

CREATE TABLE log (
    id       INTEGER PRIMARY KEY,
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    author   INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    key      TEXT,
    data     TEXT
);
CREATE UNIQUE INDEX log_place ON log (channel, number);
CREATE UNIQUE INDEX log_key ON log (author, key) WHERE key IS NOT NULL;

CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  INTEGER NOT NULL,
    act    TEXT    NOT NULL,
    data   TEXT    NOT NULL
);
CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never edited'); END;
CREATE TRIGGER audit_is_not_erased BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never erased'); END;
"""


def upgrade() -> None:
    """Make all tables."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
