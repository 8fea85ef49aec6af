"""The living conversation: edits, replies, reactions, pins, mentions, markers, wishes; places of the log beside it."""

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = {
    "channels": ("said", "slow_seconds", "tell_reactions"),
    "log": ("said", "target", "thread", "nth"),
}
TABLES = """
CREATE TABLE places (
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    PRIMARY KEY (channel, number)
) WITHOUT ROWID;

CREATE TABLE placed (upto INTEGER NOT NULL);

CREATE TABLE versions (
    id       INTEGER PRIMARY KEY,
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    person   INTEGER NOT NULL,
    text     TEXT    NOT NULL
);

CREATE TABLE reactions (
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    emoji    TEXT    NOT NULL,
    person   INTEGER NOT NULL,
    PRIMARY KEY (channel, number, emoji, person)
) WITHOUT ROWID;

CREATE TABLE pins (
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (channel, number)
) WITHOUT ROWID;

CREATE TABLE mentions (
    person   INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    PRIMARY KEY (person, channel, number)
) WITHOUT ROWID;

CREATE TABLE markers (
    person   INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    thread   INTEGER NOT NULL,
    upto     INTEGER NOT NULL,
    said     INTEGER NOT NULL,
    PRIMARY KEY (person, channel, thread)
) WITHOUT ROWID;

CREATE TABLE follows (
    person   INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    thread   INTEGER NOT NULL,
    PRIMARY KEY (person, channel, thread)
) WITHOUT ROWID;

CREATE TABLE preferences (
    person  INTEGER PRIMARY KEY,
    data    TEXT NOT NULL
);

CREATE TABLE drafts (
    person   INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    reply    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (person, channel)
) WITHOUT ROWID;

CREATE TABLE seen (
    person  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL
);

CREATE TABLE reports (
    id       INTEGER PRIMARY KEY,
    channel  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    person   INTEGER NOT NULL,
    target   INTEGER NOT NULL,
    whom     INTEGER NOT NULL,
    reason   TEXT    NOT NULL
);

CREATE TABLE address_bans (
    channel  INTEGER NOT NULL,
    host     TEXT    NOT NULL,
    person   INTEGER NOT NULL,
    made_by  INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    PRIMARY KEY (channel, host)
) WITHOUT ROWID;

CREATE INDEX versions_message ON versions (channel, number);
CREATE INDEX mentions_message ON mentions (channel, number);
CREATE INDEX log_thread ON log (channel, thread, number) WHERE thread != 0;
"""


def upgrade() -> None:
    """Add columns and tables, count what each channel has said, and write down where its numbers are."""
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(
        "UPDATE log SET said = counted.said FROM (SELECT id, sum(kind = 'message') OVER"
        " (PARTITION BY channel ORDER BY number) AS said FROM log) AS counted WHERE counted.id = log.id"
    )
    op.execute("INSERT INTO places (channel, number, id) SELECT channel, number, id FROM log ORDER BY channel, number")
    op.execute("INSERT INTO placed SELECT coalesce(max(id), 0) FROM log")
    op.execute("DROP INDEX log_place")
