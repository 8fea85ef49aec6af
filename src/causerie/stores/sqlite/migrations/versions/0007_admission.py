"""Standings say whether they let their person enter; invite links say by which rights they were made."""

from alembic import op

revision = "0007"
down_revision = "0006"

_BANNED, _INVITED, _READER = 0, 1, 2


def upgrade() -> None:
    """A mute was kept of who had left as an invitation: that lets nobody in any more."""
    op.execute("ALTER TABLE standings ADD COLUMN admits INTEGER NOT NULL DEFAULT 1")
    op.execute(f"UPDATE standings SET admits = 0 WHERE role = {_BANNED} OR (role = {_INVITED} AND muted_until > 0)")
    op.execute("ALTER TABLE invites ADD COLUMN made_as TEXT NOT NULL DEFAULT ''")
