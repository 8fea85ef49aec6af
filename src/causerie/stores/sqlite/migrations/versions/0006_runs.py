"""Places of the log as runs of events, where there was a row for each."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """What is there already are runs of one."""
    op.execute("ALTER TABLE places ADD COLUMN events INTEGER NOT NULL DEFAULT 1")
