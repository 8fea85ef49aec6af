"""What one turn of the loop brought: decided together, committed together, told together, or undone together.

Use cases check first, then apply changes, so that a commit that fails leaves memory as if their commands had not come.
What is to be told is kept in order, as steps.

What cannot be undone (a connection closed, somebody quit) is a fact of the unit of work: it is done through the same
means, and done again if the unit of work is undone. What must be stored whatever becomes of the unit of work is owed:
see CommitLoop.owe.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.chat.events import Event
from causerie.server.engine.apply.table import TABLE
from causerie.server.engine.passing import Passing
from causerie.server.engine.session import Answer, Session
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.ports.changes import Append, Change, Stored

_STORED = frozenset(get_args(Change))

TELL, ENTER, EXIT, ANSWER, END, TELL_ONE, RESUME, SKIP, TELL_FOLLOWER = range(9)
"""What a step is: tell a channel a passing event, let a session hear a channel, or no longer, answer, end a session,
tell one session an event, let one hear what followed certain numbers, keep from one the event just told, tell one that
its person follows a thread, if that is new."""


class UnitOfWork:
    """See the module. `changes` go to the store; `applied` are those of the state, stored or not, all in their order:
    what a copy of it needs. A step is an Append, or a tuple that begins with one of the
    above. `asked`: which session's command an Append answers; `stored`: what became of it, once committed. `facts`:
    what is called, in this order, once the unit of work was undone."""

    __slots__ = ("answered", "applied", "asked", "at", "changes", "facts", "more", "steps", "stored", "undo", "waiting")

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.applied: list[Change | Passing] = []
        self.steps: list[Append | tuple[Any, ...]] = []
        self.asked: dict[Append, tuple[Session, Command]] = {}
        self.stored: Mapping[Append, Stored] = {}
        self.more = 0
        self.undo = UndoLog()
        self.facts: list[Callable[[], None]] = []
        self.answered = False
        self.at = 0
        self.waiting: list[Future[None]] = []

    @property
    def empty(self) -> bool:
        """Whether nothing was done in it, and nobody waits for it."""
        return not (self.steps or self.changes or self.facts or self.waiting)

    @property
    def size(self) -> int:
        """How much is in it, by what its bound counts: what was asked and what is kept, whichever is more."""
        return max(len(self.steps), len(self.changes)) + self.more

    def over(self) -> None:
        """It was told or undone: those who waited for that go on."""
        for waiting in self.waiting:
            if not waiting.done():
                waiting.set_result(None)

    def apply(self, state: State, change: Change | Passing, stored: bool = True) -> None:
        """Change the state, until undone, and let the store keep that, if it keeps changes of this kind. `stored`:
        False for what is a guest's, which is in memory alone."""
        kind = type(change)
        TABLE[kind](state, change, self.undo)
        self.applied.append(change)
        if stored and kind in _STORED:
            self.changes.append(change)  # type: ignore[arg-type]

    def fact(self, again: Callable[[], None]) -> None:
        """What was just done holds whatever becomes of this unit of work: if it is undone, `again` does it anew, in the
        unit of work that collects then."""
        self.facts.append(again)

    def append(self, append: Append) -> None:
        """An event for a channel's log, told to its subscribers once committed."""
        self.changes.append(append)
        self.steps.append(append)
        if append.more:
            self.more += len(append.more)

    def tell(self, channel: int, event: Event, by: Session | None = None) -> None:
        """A passing event, told to a channel's subscribers in its place. `by`: the session whose doing it is."""
        self.steps.append((TELL, channel, event, by))

    def enter(self, session: Session, channel: int) -> None:
        """From here on the session hears the channel."""
        self.steps.append((ENTER, session, channel))

    def exit(self, session: Session, channel: int) -> None:
        """From here on it does not."""
        self.undo.put(session.parting, channel, True)
        self.steps.append((EXIT, session, channel))

    def answer(self, session: Session, command: Command, answer: Answer) -> None:
        """What a command came to."""
        if isinstance(answer, ChatError):
            answer.forget_way()
        self.steps.append((ANSWER, session, command, answer))

    def tell_one(self, session: Session, event: Event) -> None:
        """An event for one session's ears."""
        session.private_events += 1
        self.steps.append((TELL_ONE, session, event))

    def tell_follower(self, session: Session, reply: Append, person: int) -> None:
        """For one session's ears: that its person (an id) follows the thread of a reply, if the store says so."""
        session.private_events += 1
        self.steps.append((TELL_FOLLOWER, session, (reply, person)))

    def resume(self, session: Session, heard: dict[int, int]) -> None:
        """What followed these numbers, for each channel's id, is for this session's ears, from the store."""
        self.steps.append((RESUME, session, heard))

    def skip(self, session: Session, channel: int) -> None:
        """The passing event that was just told to the channel is not for this session's ears."""
        self.steps.append((SKIP, session, channel))

    def end(self, session: Session, code: str, holds: bool = False) -> None:
        """Farewell to a session. `holds`: whatever becomes of the unit of work, since it is no consequence of a
        change."""
        self.steps.append((END, session, code, holds))

    @contextmanager
    def whole(self) -> Iterator[None]:
        """All that is done in here is done, or, when an error leaves it, none of it. Nothing in here may wait."""
        mark = self.mark()
        try:
            yield
        except Exception:
            self.back_to(mark)
            raise

    def mark(self) -> tuple[int, int, int, int, int]:
        """Where the unit of work stands, for `back_to`."""
        return len(self.changes), len(self.steps), len(self.undo), len(self.facts), len(self.applied)

    def back_to(self, mark: tuple[int, int, int, int, int]) -> None:
        """Undo all that came after the mark."""
        changes, steps, undo, facts, applied = mark
        del self.changes[changes:]
        del self.applied[applied:]
        del self.steps[steps:]
        del self.facts[facts:]
        self.undo.back_to(undo)

    def take_back(self) -> None:
        """Undo everything, in memory."""
        self.undo.back_to(0)

    def answer_all(self, error: ChatError) -> None:
        """Answer every command in it with the error, once, but for answers that hold; and let go of those sessions
        whose end does. The rest of it stands."""
        if self.answered:
            return
        self.answered = True
        for step in self.steps:
            if isinstance(step, Append):
                asked = self.asked.get(step)
                for _ in (step.text, *step.more):
                    if asked is not None and not asked[0].closed:
                        asked[0].outlet.answer(asked[1], error)
            elif step[0] == ANSWER and not step[1].closed:
                holds = step[2].holds or getattr(step[3], "holds", False)
                step[1].outlet.answer(step[2], step[3] if holds else error)
            elif step[0] == END and step[3] and not step[1].closed:
                step[1].outlet.end(step[2])
