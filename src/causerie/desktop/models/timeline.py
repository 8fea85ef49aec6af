"""The loaded part of a channel's or a thread's messages, moved by pages of history at both ends. No Tk.

What is to be drawn comes out of `take_steps`, in order. However long the channel is, no more than MAX_MESSAGES messages
are loaded, and no step draws more than a page.
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
from causerie.desktop.models.rows import PendingMessage, Row, RowContext, pending_row, row

MAX_MESSAGES = 200
"""Messages that are loaded, at most."""

PAGE = 15
"""Messages that are requested at a time."""

FIRST = 60
"""Messages that are drawn at once when a channel is opened again."""

MAX_PENDING = 1000


@dataclass(frozen=True, slots=True)
class ReplaceRows:
    """Replace all rows. `at`: the row to be seen, empty: the last one; `top`: at the top, not in its context."""

    rows: tuple[Row, ...]
    at: str = ""
    top: bool = False


@dataclass(frozen=True, slots=True)
class PrependRows:
    """Insert rows above all others; what is seen stays where it is."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class AppendRows:
    """Append rows, or insert them below the row `after`. `follow`: new messages, scrolled to where the end is seen."""

    rows: tuple[Row, ...]
    after: str = ""
    follow: bool = True


@dataclass(frozen=True, slots=True)
class RedrawRow:
    """Redraw one row."""

    row: Row


@dataclass(frozen=True, slots=True)
class RemoveRows:
    """Remove rows."""

    keys: tuple[str, ...]


DrawStep = ReplaceRows | PrependRows | AppendRows | RedrawRow | RemoveRows
PageKind = Literal["", "newest", "before", "after", "around"]
Asked = History | Thread


class Timeline:
    """See the module. `at_end`: the channel's last message is loaded; `newer`: so many came since the end was seen.
    `thread`: the message that began it, where this is a thread and no channel."""

    def __init__(self, channel: str, context: RowContext, name: str = "", guest: bool = False, thread: int = 0) -> None:
        self.channel = channel
        self.thread = thread
        self.context = context
        self.name = name
        self.guest = guest
        self.messages: tuple[Message, ...] = ()
        self.pending: dict[str, PendingMessage] = {}
        self.at_end = False
        self.more_before = True
        self.newer = 0
        self.requested: PageKind = ""
        self.shown = False
        """Whether a first page has come."""
        self.top_row = ""
        """The row at the top when the channel was left; empty: the end was seen."""
        self.followed = True
        """Whether the last row is seen: new messages push out the oldest."""
        self._around = 0
        self._mark = True
        self._steps: list[DrawStep] = []

    def take_steps(self) -> list[DrawStep]:
        """What is to be drawn since the last call."""
        steps, self._steps = self._steps, []
        return steps

    @property
    def last(self) -> int:
        """The number of the last loaded message."""
        return self.messages[-1].number if self.messages else 0

    def last_message(self) -> Message | None:
        """The last message here that is not deleted."""
        return next((message for message in reversed(self.messages) if not message.deleted), None)

    def last_own(self) -> Message | None:
        """The last message here that is the person's own and can be edited."""
        own = (one for one in reversed(self.messages) if one.person == self.context.me)
        return next((message for message in own if not message.deleted and not message.action), None)

    # Commands that request pages, one at a time; None: nothing to request.

    def newest(self) -> Asked | None:
        """The last page."""
        return self._ask("newest", self._page())

    def before(self) -> Asked | None:
        """The page above what is loaded."""
        if not self.messages or not self.more_before:
            return None
        return self._ask("before", self._page(before=self.messages[0].number))

    def after(self) -> Asked | None:
        """The page below what is loaded."""
        if self.at_end or not self.messages:
            return None
        return self._ask("after", self._page(after=self.last))

    def around(self, number: int, mark: bool = True) -> Asked | None:
        """A message in its context, marked as the one that was found or not. None also where it is loaded: it is shown
        at once; and in a thread, where nothing is searched."""
        if self.get(number) is not None:
            self._found(number if mark else 0)
            self._steps.append(ReplaceRows(self._rows(), f"m{number}"))
            return None
        if self.thread:
            return None
        self._around, self._mark = number, mark
        return self._ask("around", History(channel=self.channel, around=number, limit=PAGE, talk=True), force=True)

    def _page(self, before: int = 0, after: int = 0) -> Asked:
        if self.thread:
            return Thread(channel=self.channel, number=self.thread, before=before, after=after, limit=PAGE)
        return History(channel=self.channel, before=before, after=after, limit=PAGE, talk=True)

    def _ask(self, want: PageKind, command: Asked, force: bool = False) -> Asked | None:
        if self.requested and not force:
            return None
        self.requested = want
        return command

    def refused(self) -> None:
        """The request for a page was refused."""
        self.requested = ""

    def page(self, asked: Asked, page: Page | ThreadPage, since: Iterable[Message]) -> None:
        """A page arrived. `since`: the messages of the channel's view, maybe newer than the page."""
        self.requested = ""
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

    # Events.

    def message_received(self, message: Message) -> None:
        """A message arrived."""
        self.remove_pending(message.key)
        if not self.shown or message.number <= self.last or not self.belongs(message):
            return
        if not self.followed or not self.at_end:
            self.newer += 1
        if self.at_end and not self.followed and len(self.messages) >= MAX_MESSAGES:
            # It would push out what may be in sight.
            self.at_end = False
        if self.at_end:
            self._below((message,))

    def belongs(self, message: Message) -> bool:
        """Whether this message is one of this channel or thread."""
        return not self.thread or self.thread in (message.number, message.thread)

    def set_at_bottom(self, at_bottom: bool) -> None:
        """Whether the last row is seen now."""
        self.followed = at_bottom
        if at_bottom and self.at_end:
            self.newer = 0

    def message_changed(self, change: Change) -> None:
        """A message was edited, deleted, reacted or replied to."""
        before = self.messages
        self.messages = annotate(before, change, self.context.me)
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
        """Redraw this message's row, if it is loaded."""
        place = self._index(number)
        if place is not None:
            self._steps.append(RedrawRow(self._row(place)))

    def gap(self) -> None:
        """Events are missing after the last message: they are requested on scrolling there."""
        self.at_end = False

    def would_show(self, command: Send) -> bool:
        """Whether a message that is being sent will be one of this channel or thread."""
        return not self.thread or command.reply == self.thread or self.get(command.reply) is not None

    def add_pending(self, pending: PendingMessage) -> None:
        """Show a message that is being sent."""
        key = pending.command.key
        if key in self.pending or len(self.pending) >= MAX_PENDING:
            return
        before = next(reversed(self.pending.values()), None) or (self.messages[-1] if self.messages else None)
        self.pending[key] = pending
        self._steps.append(AppendRows((self._pending_row(pending, before),), "end"))

    def pending_failed(self, key: str, trouble: str) -> None:
        """It was refused; or (no trouble) is being tried again."""
        pending = self.pending.get(key)
        if pending is not None:
            pending.trouble = trouble
            self._steps.append(RedrawRow(self._pending_row(pending, None)))

    def remove_pending(self, key: str) -> None:
        """Remove a pending message."""
        if self.pending.pop(key, None) is not None:
            self._steps.append(RemoveRows((f"p{key}",)))

    def get(self, number: int) -> Message | None:
        """A loaded message."""
        place = self._index(number)
        return None if place is None else self.messages[place]

    def next_number(self, number: int) -> int:
        """The number of the first loaded message after this one; the same number where there is none."""
        place = bisect_right(self.messages, number, key=lambda message: message.number)
        return self.messages[place].number if place < len(self.messages) else number

    def redraw_all(self, context: RowContext) -> None:
        """Redraw it in another context, where it was left; no more rows than can be drawn at once."""
        self.context = context
        seen = self._index(int(self.top_row[1:])) if self.top_row[1:].isdigit() else None
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
        self._steps = [ReplaceRows(self._rows(), self.top_row if seen is not None else "", top=True)]

    def _index(self, number: int) -> int | None:
        place = bisect_left(self.messages, number, key=lambda message: message.number)
        return place if place < len(self.messages) and self.messages[place].number == number else None

    def _row(self, place: int) -> Row:
        known = {message.number: message for message in self.messages} if self.messages[place].reply else {}
        context = replace(self.context, known=known) if known else self.context
        return row(self.messages[place], self.messages[place - 1] if place else None, context)

    def _pending_row(self, pending: PendingMessage, before: Message | PendingMessage | None) -> Row:
        return pending_row(pending, before, self.context.me, self.name, self.guest, self.context)

    def _rows(self) -> tuple[Row, ...]:
        rows = [self._row(place) for place in range(len(self.messages))]
        before: Message | PendingMessage | None = self.messages[-1] if self.messages else None
        for pending in self.pending.values():
            rows.append(self._pending_row(pending, before))
            before = pending
        return tuple(rows)

    def _newer(self, since: Iterable[Message], said: tuple[Message, ...]) -> tuple[Message, ...]:
        last = said[-1].number if said else self.last
        return tuple(message for message in since if message.number > last and self.belongs(message))

    def _nearest(self, said: tuple[Message, ...]) -> int:
        return min((message.number for message in said), key=lambda number: abs(number - self._around), default=0)

    def _found(self, number: int) -> None:
        self.context = replace(self.context, found=number)

    def _replace(self, said: tuple[Message, ...], at_end: bool, at: str, since: Iterable[Message]) -> None:
        self.at_end, self.shown = at_end, True
        self.messages = (*said, *(self._newer(since, said) if at_end else ()))[-MAX_MESSAGES:]
        if at:
            self._found(self._around if self._mark else 0)
        if at_end and not at:
            self.newer, self.followed = 0, True
        self._steps = [ReplaceRows(self._rows(), at)]

    def _above(self, asked: Asked, said: tuple[Message, ...], more: bool) -> None:
        if not self.messages or asked.before != self.messages[0].number:
            return
        self.more_before = more and bool(said)
        if not said:
            return
        first = len(said)
        self.messages = (*said, *self.messages)
        self._steps.append(PrependRows(tuple(self._row(place) for place in range(first))))
        self._steps.append(RedrawRow(self._row(first)))
        gone = self.messages[MAX_MESSAGES:]
        if gone:
            self.messages = self.messages[:MAX_MESSAGES]
            self.at_end = False
            self._steps.append(RemoveRows(tuple(f"m{message.number}" for message in gone)))

    def _below(self, said: tuple[Message, ...], follow: bool = True) -> None:
        if not said:
            return
        first = len(self.messages)
        self.messages = (*self.messages, *said)
        rows = tuple(self._row(place) for place in range(first, len(self.messages)))
        self._steps.append(AppendRows(rows, follow=follow))
        gone = self.messages[:-MAX_MESSAGES]
        if gone:
            self.messages = self.messages[-MAX_MESSAGES:]
            self.more_before = True
            self._steps.append(RemoveRows(tuple(f"m{message.number}" for message in gone)))
