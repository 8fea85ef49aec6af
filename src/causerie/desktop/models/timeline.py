"""A window on a channel's messages, or a thread's: a few hundred, moved by pages of history at both ends. No Tk.

What is to be drawn comes out of `take` as steps, in their order. However long the channel is, no more than WINDOW
messages are here, and no step draws more than a page (`Shown` at most a window's beginning, a page too).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from causerie.chat.annotate import annotate
from causerie.chat.commands import History, Send, Thread
from causerie.chat.events import Deleted, Edited, Message, Reacted
from causerie.chat.replies import Page, ThreadPage
from causerie.chat.view import Change
from causerie.desktop.models.rows import Pending, Row, Scene, pending_row, row

WINDOW = 200
"""Messages that are here, at most."""

PAGE = 15
"""Messages that are asked for at a time."""

FIRST = 60
"""Messages that are drawn at once, when a channel is looked at again."""

PENDING_MOST = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything anew. `at`: the row to be seen, empty: the last one; `top`: at the top, not in its context."""

    rows: tuple[Row, ...]
    at: str = ""
    top: bool = False


@dataclass(frozen=True, slots=True)
class Above:
    """Rows above all others; what is seen stays where it is."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Below:
    """Rows below all others, or below the row `after`. `follow`: said just now, and to be seen where the end is."""

    rows: tuple[Row, ...]
    after: str = ""
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Redrawn:
    """One row anew."""

    row: Row


@dataclass(frozen=True, slots=True)
class Gone:
    """Rows that are here no longer."""

    keys: tuple[str, ...]


Step = Shown | Above | Below | Redrawn | Gone
Want = Literal["", "newest", "before", "after", "around"]
Asked = History | Thread


class Timeline:
    """See the module. `at_end`: the channel's last message is its last; `newer`: so many came since its end was seen.
    `thread`: the message that it began with, where this is a thread and no channel."""

    def __init__(self, channel: str, scene: Scene, name: str = "", guest: bool = False, thread: int = 0) -> None:
        self.channel = channel
        self.thread = thread
        self.scene = scene
        self.name = name
        self.guest = guest
        self.messages: tuple[Message, ...] = ()
        self.pending: dict[str, Pending] = {}
        self.at_end = False
        self.more_before = True
        self.newer = 0
        self.asked: Want = ""
        self.shown = False
        """Whether a first page has come."""
        self.place = ""
        """The row that was seen at the top when one left the channel; empty: the end was."""
        self.followed = True
        """Whether the last row is seen: what comes is drawn below it, and what is far above goes."""
        self._around = 0
        self._mark = True
        self._steps: list[Step] = []

    def take(self) -> list[Step]:
        """What is to be drawn since this was asked last."""
        steps, self._steps = self._steps, []
        return steps

    @property
    def last(self) -> int:
        """The number of the last message here."""
        return self.messages[-1].number if self.messages else 0

    # What to ask the server; each is asked once at a time. None: nothing.

    def newest(self) -> Asked | None:
        """The end."""
        return self._ask("newest", self._page())

    def before(self) -> Asked | None:
        """The page above."""
        if not self.messages or not self.more_before:
            return None
        return self._ask("before", self._page(before=self.messages[0].number))

    def after(self) -> Asked | None:
        """The page below."""
        if self.at_end or not self.messages:
            return None
        return self._ask("after", self._page(after=self.last))

    def around(self, number: int, mark: bool = True) -> Asked | None:
        """A message in its context, marked as the one that was sought or not. None also where it is here already: it
        is shown; and in a thread, which is not sought in."""
        if self.get(number) is not None:
            self._found(number if mark else 0)
            self._steps.append(Shown(self._rows(), f"m{number}"))
            return None
        if self.thread:
            return None
        self._around, self._mark = number, mark
        return self._ask("around", History(channel=self.channel, around=number, limit=PAGE, talk=True), force=True)

    def _page(self, before: int = 0, after: int = 0) -> Asked:
        if self.thread:
            return Thread(channel=self.channel, number=self.thread, before=before, after=after, limit=PAGE)
        return History(channel=self.channel, before=before, after=after, limit=PAGE, talk=True)

    def _ask(self, want: Want, command: Asked, force: bool = False) -> Asked | None:
        if self.asked and not force:
            return None
        self.asked = want
        return command

    def refused(self) -> None:
        """The page did not come."""
        self.asked = ""

    def page(self, asked: Asked, page: Page | ThreadPage, since: Iterable[Message]) -> None:
        """A page came. `since`: what the channel's view knows by now, maybe newer than the page."""
        self.asked = ""
        events = page.messages if isinstance(page, ThreadPage) else page.events
        said = tuple(event for event in events if isinstance(event, Message))
        around = isinstance(asked, History) and asked.around
        if around and not said:
            return  # nothing of what was there is left
        if around:
            self._replace(said, at_end=not page.more, at=f"m{self._nearest(said)}", since=since)
            self.more_before = True
        elif asked.before:
            self._above(asked, said, page.more)
        elif asked.after:
            if asked.after == self.last:
                self.at_end = not page.more
                self._below((*said, *(self._newer(since, said) if self.at_end else ())), follow=False)
        else:
            self.more_before = page.more
            self._replace(said, at_end=True, at="", since=since)

    # What happens.

    def heard(self, message: Message) -> None:
        """Something was said."""
        if self.pending.pop(message.key, None) is not None:
            self._steps.append(Gone((f"p{message.key}",)))
        if not self.shown or message.number <= self.last or not self.has(message):
            return
        if not self.followed or not self.at_end:
            self.newer += 1
        if self.at_end and not self.followed and len(self.messages) >= WINDOW:
            # It would push out what somebody may be looking at.
            self.at_end = False
        if self.at_end:
            self._below((message,))

    def has(self, message: Message) -> bool:
        """Whether this message is one of those that are shown here, or would be."""
        return not self.thread or self.thread in (message.number, message.thread)

    def looked(self, at_bottom: bool) -> None:
        """What is seen now: the last row here, or not."""
        self.followed = at_bottom
        if at_bottom and self.at_end:
            self.newer = 0

    def changed(self, change: Change) -> None:
        """A message stands differently now."""
        before = self.messages
        self.messages = annotate(before, change, self.scene.me)
        if self.messages is before:
            return
        targets: tuple[int, ...]
        if isinstance(change, Deleted):
            targets = change.targets
        elif isinstance(change, Edited | Reacted):
            targets = (change.target,)
        else:
            targets = (change.thread,)
        for number in targets:
            self.redraw(number)

    def redraw(self, number: int) -> None:
        """This message's row anew, if it is here."""
        place = self._place(number)
        if place is not None:
            self._steps.append(Redrawn(self._row(place)))

    def gap(self) -> None:
        """What followed is not known: it is asked for when somebody scrolls there."""
        self.at_end = False

    def takes(self, command: Send) -> bool:
        """Whether what one says thus will be one of those that are shown here."""
        return not self.thread or command.reply == self.thread or self.get(command.reply) is not None

    def post(self, pending: Pending) -> None:
        """One says something."""
        key = pending.command.key
        if key in self.pending or len(self.pending) >= PENDING_MOST:
            return
        before = next(reversed(self.pending.values()), None) or (self.messages[-1] if self.messages else None)
        self.pending[key] = pending
        self._steps.append(Below((self._pending_row(pending, before),), "end"))

    def failed(self, key: str, trouble: str) -> None:
        """It is not said, for good; or (no trouble) it is tried again."""
        pending = self.pending.get(key)
        if pending is not None:
            pending.trouble = trouble
            self._steps.append(Redrawn(self._pending_row(pending, None)))

    def discard(self, key: str) -> Pending | None:
        """Somebody gave up on it."""
        pending = self.pending.pop(key, None)
        if pending is not None:
            self._steps.append(Gone((f"p{key}",)))
        return pending

    def get(self, number: int) -> Message | None:
        """A message that is here."""
        place = self._place(number)
        return None if place is None else self.messages[place]

    def following(self, number: int) -> int:
        """The number of the first message here after this one; the same, where none is."""
        place = bisect_right(self.messages, number, key=lambda message: message.number)
        return self.messages[place].number if place < len(self.messages) else number

    def again(self, scene: Scene) -> None:
        """All of it anew, under another scene, where one left it; not more than can be drawn at once."""
        self.scene = scene
        seen = self._place(int(self.place[1:])) if self.place[1:].isdigit() else None
        first = max(len(self.messages) - FIRST, 0) if seen is None else max(seen - FIRST // 2, 0)
        last = len(self.messages) if seen is None else seen + FIRST // 2
        if seen is None and not self.at_end:
            self.shown, self.messages = False, ()
        if first:
            self.more_before = True
        if last < len(self.messages):
            self.at_end = False
        self.messages = self.messages[first:last]
        self.followed = seen is None
        self._steps = [Shown(self._rows(), self.place if seen is not None else "", top=True)]

    # The rest is its own.

    def _place(self, number: int) -> int | None:
        place = bisect_left(self.messages, number, key=lambda message: message.number)
        return place if place < len(self.messages) and self.messages[place].number == number else None

    def _row(self, place: int) -> Row:
        known = {message.number: message for message in self.messages} if self.messages[place].reply else {}
        scene = replace(self.scene, known=known) if known else self.scene
        return row(self.messages[place], self.messages[place - 1] if place else None, scene)

    def _pending_row(self, pending: Pending, before: Message | Pending | None) -> Row:
        return pending_row(pending, before, self.scene.me, self.name, self.guest, self.scene)

    def _rows(self) -> tuple[Row, ...]:
        rows = [self._row(place) for place in range(len(self.messages))]
        before: Message | Pending | None = self.messages[-1] if self.messages else None
        for pending in self.pending.values():
            rows.append(self._pending_row(pending, before))
            before = pending
        return tuple(rows)

    def _newer(self, since: Iterable[Message], said: tuple[Message, ...]) -> tuple[Message, ...]:
        last = said[-1].number if said else self.last
        return tuple(message for message in since if message.number > last and self.has(message))

    def _nearest(self, said: tuple[Message, ...]) -> int:
        return min((message.number for message in said), key=lambda number: abs(number - self._around), default=0)

    def _found(self, number: int) -> None:
        self.scene = replace(self.scene, found=number)

    def _replace(self, said: tuple[Message, ...], at_end: bool, at: str, since: Iterable[Message]) -> None:
        self.at_end, self.shown = at_end, True
        self.messages = (*said, *(self._newer(since, said) if at_end else ()))[-WINDOW:]
        if at:
            self._found(self._around if self._mark else 0)
        if at_end and not at:
            self.newer, self.followed = 0, True
        self._steps = [Shown(self._rows(), at)]

    def _above(self, asked: Asked, said: tuple[Message, ...], more: bool) -> None:
        if not self.messages or asked.before != self.messages[0].number:
            return
        self.more_before = more and bool(said)
        if not said:
            return
        first = len(said)
        self.messages = (*said, *self.messages)
        self._steps.append(Above(tuple(self._row(place) for place in range(first))))
        self._steps.append(Redrawn(self._row(first)))
        gone = self.messages[WINDOW:]
        if gone:
            self.messages = self.messages[:WINDOW]
            self.at_end = False
            self._steps.append(Gone(tuple(f"m{message.number}" for message in gone)))

    def _below(self, said: tuple[Message, ...], follow: bool = True) -> None:
        if not said:
            return
        first = len(self.messages)
        self.messages = (*self.messages, *said)
        rows = tuple(self._row(place) for place in range(first, len(self.messages)))
        self._steps.append(Below(rows, follow=follow))
        gone = self.messages[:-WINDOW]
        if gone:
            self.messages = self.messages[-WINDOW:]
            self.more_before = True
            self._steps.append(Gone(tuple(f"m{message.number}" for message in gone)))
