"""Names that channels had, and metadata."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE former_names (
    name     TEXT    PRIMARY KEY,
    channel  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE metadata (
    channel  INTEGER NOT NULL,
    person   INTEGER NOT NULL,
    key      TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    PRIMARY KEY (channel, person, key)
) WITHOUT ROWID;
"""


def upgrade() -> None:
    """Add tables."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
