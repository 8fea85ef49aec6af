"""From where accounts were logged in to, and the secret of which answers for names that nobody has are made."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """The tables, and the secret."""
    op.execute(
        "CREATE TABLE networks (person INTEGER NOT NULL, network TEXT NOT NULL, at INTEGER NOT NULL,"
        " PRIMARY KEY (person, network)) WITHOUT ROWID"
    )
    op.execute("CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
    op.execute("INSERT INTO secrets VALUES ('decoy', randomblob(32))")
