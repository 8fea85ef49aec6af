"""Where devices want to be told by Web Push."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLE = """
CREATE TABLE subscriptions (
    person    INTEGER NOT NULL,
    endpoint  TEXT    NOT NULL,
    p256dh    BLOB    NOT NULL,
    auth      BLOB    NOT NULL,
    form      TEXT    NOT NULL,
    made_at   INTEGER NOT NULL,
    PRIMARY KEY (person, endpoint)
) WITHOUT ROWID;
"""


def upgrade() -> None:
    """Add the table."""
    op.execute(TABLE)
