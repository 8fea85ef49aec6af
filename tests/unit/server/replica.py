"""A copy of the state that knows only what was loaded and the changes of the units of work that were told."""

from __future__ import annotations

from typing import Any

from causerie.server.context import Context
from causerie.server.engine.apply.loading import load
from causerie.server.engine.apply.messages import committed
from causerie.server.engine.apply.table import TABLE
from causerie.server.engine.session import Session, Trust
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.ports.records import Loaded

_OF_CORE = {"buckets", "drafted", "remembered", "reports", "sessions"}
"""What is spent, and what is read from the store when it is first asked for."""

_OF_SESSION = (
    "arriving", "away", "channels", "elevated_by", "keys", "mode", "person", "since", "spoke", "token", "watching",
)  # fmt: skip


class _Sessions(dict[int, Session]):
    """Those that a change is about; that they were opened is no change."""

    def __missing__(self, number: int) -> Session:
        session = self[number] = Session(None, "", Trust.PASSWORDS, None)  # type: ignore[arg-type]
        session.id = number
        return session


class Replica:
    """See the module."""

    def __init__(self, loaded: Loaded, context: Context) -> None:
        self.state = load(loaded)
        self.state.sessions = _Sessions()
        context.commit_loop.also(self.hear)

    def hear(self, unit: UnitOfWork) -> None:
        """A unit of work was told."""
        for change in unit.applied:
            TABLE[type(change)](self.state, change, UndoLog())
        committed(self.state, unit.stored, UndoLog())

    def differences(self, state: State) -> list[str]:
        """Where the core's state is another one."""
        return [
            f"{name}: {mine} is {core}"
            for name, value in vars(state).items()
            if name not in _OF_CORE and (mine := _plain(getattr(self.state, name))) != (core := _plain(value))
        ] + [
            f"session {number}.{name}: {mine} is {core}"
            for number, session in state.sessions.items()
            for name in _OF_SESSION
            if (mine := getattr(self.state.sessions[number], name)) != (core := getattr(session, name))
        ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    return value.id if isinstance(value, Session) else value
