"""What IRC needs kept: who set a topic, doors and locks of channels, voices, masks, the times of markers."""

from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = {
    "channels": (
        "topic_by TEXT NOT NULL DEFAULT ''",
        "topic_at INTEGER NOT NULL DEFAULT 0",
        "topic_for TEXT NOT NULL DEFAULT 'accounts'",
        "key TEXT NOT NULL DEFAULT ''",
        "people_most INTEGER NOT NULL DEFAULT 0",
        "hidden INTEGER NOT NULL DEFAULT 0",
        "outsiders INTEGER NOT NULL DEFAULT 0",
    ),
    "people": ("scram TEXT NOT NULL DEFAULT ''",),
    "standings": ("voiced INTEGER NOT NULL DEFAULT 0",),
    "markers": ("at INTEGER NOT NULL DEFAULT 0",),
}
TABLES = """
CREATE TABLE masks (
    channel  INTEGER NOT NULL,
    list     TEXT    NOT NULL,
    mask     TEXT    NOT NULL,
    made_by  TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (channel, list, mask)
) WITHOUT ROWID;
"""


def upgrade() -> None:
    """Add columns and tables."""
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
