"""An administrator's rights of a session, derived when they are asked for from its account and the settings.

A session keeps only the `[[oper]]` entry by which it was elevated. An entry that was removed, or has another password,
gives nothing any more; nor does an account that was demoted.
"""

from __future__ import annotations

from causerie.chat import policy
from causerie.server.context import Context
from causerie.server.engine.session import Session, Trust


def is_elevated(context: Context, session: Session) -> bool:
    """Whether the settings still have the entry by which this session was elevated."""
    return session.elevated_by is not None and session.elevated_by in context.config.oper


def check_administrator(context: Context, session: Session) -> None:
    """Has this session an administrator's rights now? Raises AdministratorsOnly.

    Use cases that have awaited something ask again before they change anything.
    """
    if session.trust is not Trust.OPERATOR and not is_elevated(context, session):
        policy.check_administrator(session.person)
