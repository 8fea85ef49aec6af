"""An administrator's rights of a session, derived when they are asked for from its account and the settings.

A session keeps only the `[[oper]]` entry by which it was elevated. An entry that was removed, or has another password,
gives nothing any more; nor does an account that was demoted.
"""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.events import Rights
from causerie.server.context import Context
from causerie.server.engine.session import Session, Trust


def is_elevated(context: Context, session: Session) -> bool:
    """Whether the settings still have the entry by which this session was elevated."""
    return session.elevated_by is not None and session.elevated_by in context.config.oper


def has_rights(context: Context, session: Session) -> bool:
    """Whether whoever is logged in here has an administrator's rights, by their account or by an entry."""
    return session.person is not None and (session.person.admin or is_elevated(context, session))


def rights(context: Context) -> dict[Session, bool]:
    """Which connections have an administrator's rights, of those that may lose or get them by other settings."""
    return {own: has_rights(context, own) for own in context.sessions if own.elevated_by is not None}


def tell_changed(context: Context, before: dict[Session, bool]) -> None:
    """Tell those connections whose rights are no longer what they were."""
    for own, had in before.items():
        if own.person is not None and has_rights(context, own) is not had:
            told = Rights(channel="", person=own.person.id, name=own.person.name, administrator=not had)
            context.unit.tell_one(own, told)
    context.commit_loop.wake()


def check_administrator(context: Context, session: Session) -> None:
    """Has this session an administrator's rights now? Raises AdministratorsOnly.

    Use cases that have awaited something ask again before they change anything.
    """
    if session.trust is not Trust.OPERATOR and not is_elevated(context, session):
        policy.check_administrator(session.person)
