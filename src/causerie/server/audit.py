"""The audit log: who was let in, refused, changed or removed, by whom; never edited.

The store has no change that edits or drops a line, and its triggers refuse what would (stores/sqlite/schema.sql).
"""

from __future__ import annotations

import msgspec

from causerie.chat.commands import AuditLog
from causerie.chat.replies import AuditLine, AuditPage
from causerie.server.context import Context
from causerie.server.elevation import check_administrator
from causerie.server.engine.session import Session
from causerie.server.ports.changes import Audit

PAGE_MOST = 200

_DATA = msgspec.json.Decoder(dict[str, str | int | float | bool | None])


def audit(context: Context, session: Session, act: str, **about: str | int) -> None:
    """Write down what is done to whom with the changes of this unit of work, or not at all. `actor` 0 is the server's
    own operator, or somebody not logged in."""
    context.apply(_line(context, session, act, about))


def owe_audit(context: Context, session: Session, act: str, **about: str | int) -> None:
    """Write down what happened and cannot be undone: somebody was refused, a connection ended. It is written whatever
    becomes of this unit of work and of the command, which may be refused after this."""
    context.commit_loop.owe(_line(context, session, act, about))


def _line(context: Context, session: Session, act: str, about: dict[str, str | int]) -> Audit:
    actor = session.person.id if session.person else 0
    return Audit(context.now(), actor, act, msgspec.json.encode(about).decode())


async def audit_log(context: Context, session: Session, command: AuditLog) -> AuditPage:
    """A page of the record, newest first."""
    limit = max(1, min(command.limit, PAGE_MOST))
    before = command.before if 0 < command.before < 2**62 else 0
    acts = await context.store.audit(before, limit + 1)
    check_administrator(context, session)
    lines = [
        AuditLine(entry=act.id, at=act.at, name=act.name, act=act.act, data=_DATA.decode(act.data))
        for act in acts[:limit]
    ]
    return AuditPage(entries=lines, more=len(acts) > limit)
