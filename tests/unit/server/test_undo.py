"""Whatever a command changes in memory is undone with its unit of work: everything, in whatever state it came.

People do what they do in test_core_machine.py. In between, any command at all is decided, its unit of work is taken
back, and all that the core holds is as it was before.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Awaitable, Callable
from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import HealthCheck, settings
from hypothesis.stateful import rule

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.config.irc import Oper
from causerie.server.dispatch import TABLE
from causerie.server.ports.store import StoreFailed
from tests.people import PASSWORD
from tests.unit.server.core_state import differences, state_of
from tests.unit.server.test_core_machine import EXAMPLES, PEOPLE, PLACES, Model

_NOT_HERE = (c.Backup, c.CheckStore, c.Reload)
"""They are about files, not about what is in memory."""

OPER = Oper(name="root", password=PASSWORD)
"""Who is elevated has an administrator's rights by this."""

_CONVERSATIONS = ("@1+2", "nowhere")

_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "channel": st.sampled_from((*PLACES, *_CONVERSATIONS)),
    "name": st.sampled_from((*PEOPLE, "nobody", "attic", "shed", "Guest3")),
    "enter": st.sampled_from(("", *PLACES, "shed")),
    "number": st.integers(1, 6),
    "reply": st.integers(0, 6),
    "thread": st.integers(0, 6),
    "emoji": st.just("👍"),
    "mask": st.sampled_from(("bob", "b*", "guest*")),
    "names": st.lists(st.sampled_from((*PEOPLE, "nobody")), max_size=3),
    "people": st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2),
    "keys": st.lists(st.sampled_from(("one", "two")), max_size=2),
    "text": st.sampled_from(("text", "hello @ann and @bob", "")),
    "key": st.sampled_from(("", "k1", "one")),
    "level": st.sampled_from((None, "all", "nothing", "mentions")),
    "tags": st.just({}),
    "password": st.just(PASSWORD),
    "old": st.just(PASSWORD),
    "new": st.just(PASSWORD),
    "limit": st.integers(1, 50),
    "seconds": st.integers(0, 100),
    "zone": st.just("UTC"),
    "endpoint": st.just("https://push.example.org/1"),
    "keywords": st.just(["word"]),
    "uses": st.integers(1, 2),
    "hours": st.integers(0, 2),
    "retention_days": st.integers(0, 2),
    "slow_seconds": st.integers(0, 2),
}


def _values(name: str, kind: Any) -> st.SearchStrategy[Any]:
    if name in _FIELDS and name != "since":
        return _FIELDS[name]
    options = typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else (kind,)
    choices = [choice for one in options if typing.get_origin(one) is typing.Literal for choice in typing.get_args(one)]
    if choices:
        return st.sampled_from(choices)
    if bool in options:
        return st.booleans()
    if int in options:
        return st.integers(0, 5)
    return st.just({"home": 0}) if name == "since" else st.just("")


def any_command() -> st.SearchStrategy[c.Command]:
    """A command of any kind, about what the people of the machine have."""

    def of(kind: type[c.Command]) -> st.SearchStrategy[c.Command]:
        hints = typing.get_type_hints(kind)
        fields = {name: _values(name, hints[name]) for name in kind.__struct_fields__ if name != "id"}
        return st.builds(kind, **fields)

    return st.one_of([of(kind) for kind in TABLE if kind not in _NOT_HERE])


class Undoing(Model):
    """See the module."""

    config = msgspec.structs.replace(Model.config, oper=(OPER,))

    @rule(name=st.sampled_from(PEOPLE), command=any_command(), elevated=st.booleans())
    def decide_and_undo(self, name: str, command: c.Command, elevated: bool) -> None:
        """Decide a command at a moment when all is quiet, and take it back."""
        self.settle()
        session = self.sessions.get(name)
        if session is not None:
            session.elevated_by, was = OPER if elevated else None, session.elevated_by
            self.do(self._decide_and_undo(lambda: self._dispatch(session, command), repr(command)))
            session.elevated_by = was

    async def _decide_and_undo(self, decide: Callable[[], Awaitable[Any]], about: str) -> None:
        unit = self.context.unit
        mark = unit.mark()
        before = state_of(self.context)
        self.context.commit_loop.wake = lambda: None  # type: ignore[method-assign]  # nothing of it is committed
        try:
            waiting = await decide()
            if waiting is not None:
                await waiting
        except (ChatError, StoreFailed):
            pass  # what it changed is undone all the same
        finally:
            del self.context.commit_loop.wake
        assert self.context.unit is unit
        unit.back_to(mark)
        self.context.commit_loop.owed.clear()
        assert not differences(before, state_of(self.context)), (about, differences(before, state_of(self.context)))


TestUndoing = Undoing.TestCase
TestUndoing.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
