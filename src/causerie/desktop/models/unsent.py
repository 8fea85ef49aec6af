"""What is typed and not said, by place: drafts, edits, replies, and what was refused. It outlives the window. No Tk.

A place is a channel, or a thread of it (`composer.place`). A line to type in holds two texts: its draft and, while a
message is edited, that message's new text; neither takes the other's place.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from causerie.chat.commands import Send
from causerie.chat.events import Message
from causerie.chat.texts import line_ends

V = TypeVar("V")

RETURNED_MOST = 20
"""Texts of one place that were refused and not taken up again; the oldest are forgotten."""


class Editing(Struct, frozen=True):
    """A message that is edited, and its text as it is typed so far."""

    message: Message
    text: str


class Returned(Struct, frozen=True, kw_only=True):
    """A command or an edit that was asked for and not done. `key`: of what it says, so that it is not said twice."""

    text: str
    key: str = ""
    editing: Message | None = None


class Refusal(Struct, frozen=True):
    """A message that the server refused, and why."""

    command: Send
    at: int
    trouble: str


class Typed(Struct, frozen=True, kw_only=True):
    """All of it, as it is kept on disk. `kept`: what the server has of each channel's draft, as far as is known."""

    drafts: dict[str, str] = {}
    kept: dict[str, str] = {}
    edits: dict[str, Editing] = {}
    replies: dict[str, Message] = {}
    returned: dict[str, list[Returned]] = {}
    refusals: list[Refusal] = []


class Unsent:
    """See the module. `changed`: since it was written to disk last; whoever writes it takes that back."""

    def __init__(self, typed: Typed | None = None) -> None:
        typed = typed or Typed()
        self.drafts = dict(typed.drafts)
        self.edits = dict(typed.edits)
        self.replies = dict(typed.replies)
        self.returned = {place: list(texts) for place, texts in typed.returned.items()}
        self.changed = False
        self._kept = dict(typed.kept)
        self._keeping: set[str] = set()
        self._asked: dict[int, tuple[str, Returned]] = {}
        self._last = 0
        self._keys: dict[str, tuple[str, str]] = {}
        self._back: dict[str, Returned] = {}
        """What came back into a line by itself and was not touched since."""

    def typed(self, refusals: list[Refusal]) -> Typed:
        """For the disk. What was asked and is not answered yet counts as not done."""
        returned = {place: list(texts) for place, texts in self.returned.items()}
        for place, text in self._asked.values():
            returned.setdefault(place, []).append(text)
        return Typed(
            drafts={place: text for place, text in self.drafts.items() if text},
            kept=dict(self._kept),
            edits=dict(self.edits),
            replies=dict(self.replies),
            returned=returned,
            refusals=refusals,
        )

    # The two texts of a line.

    def text(self, place: str) -> str:
        """What stands in the line."""
        editing = self.edits.get(place)
        return self.drafts.get(place, "") if editing is None else editing.text

    def has(self, channel: str) -> bool:
        """Whether anything is typed there, or in one of its threads, and not said."""
        return any(place.partition(" ")[0] == channel for texts in (self.drafts, self.edits) for place in texts)

    def type(self, place: str, text: str) -> None:
        """This stands in the line now. Who went on typing while something came back means that not as its end: what
        came back is selected then, so that it is replaced, and waits."""
        back = self._back.get(place)
        if back is not None and text != back.text:
            del self._back[place]
            if 0 < len(text) * 2 < len(back.text):
                self._return(place, back)
                if back.editing is not None:
                    self._set(self.edits, place, None)
        editing = self.edits.get(place)
        if editing is None:
            self.draft(place, text)
        elif editing.text != text:
            self._set(self.edits, place, replace(editing, text=text))

    def draft(self, place: str, text: str) -> None:
        """The draft, whatever is edited."""
        if self.drafts.get(place, "") != text:
            if not text:
                self._back.pop(place, None)
            self._set(self.drafts, place, text or None)

    def edit(self, place: str, message: Message | None) -> None:
        """A message is edited; None: none is. What was changed in another one is put aside."""
        if message is not None:
            self._put_aside(place)
        self._back.pop(place, None)
        self._set(self.edits, place, Editing(message, message.text) if message is not None else None)

    def reply(self, place: str, message: Message | None) -> None:
        """What is typed answers this."""
        self._set(self.replies, place, message)

    def put_aside(self, place: str) -> None:
        """No message is edited any more; what was changed in one waits to be taken up again."""
        self._put_aside(place)
        self.edit(place, None)

    # What was asked for by a text, and is not known to be done.

    def ask(self, place: str, text: Returned) -> int:
        """A command or an edit is asked for; the number names it in `done` and `refused`."""
        self._last += 1
        self._asked[self._last] = place, text
        self.changed = True
        return self._last

    def done(self, number: int) -> None:
        """It was done."""
        self._asked.pop(number, None)
        self.changed = True

    def refused(self, number: int, text: Returned) -> None:
        """It was not, or perhaps not: its text goes back into the line if that is empty, and waits otherwise."""
        place, _text = self._asked.pop(number)
        self.give_back(place, text)

    def give_back(self, place: str, text: Returned) -> None:
        """The same for a text that was not asked for here."""
        self._return(place, text)
        if self.take_up(place, -1):
            self._back[place] = text

    def take_back(self, place: str, text: Returned) -> None:
        """Somebody wants to say this otherwise: it goes into the line if that is empty, and waits otherwise."""
        self._return(place, text)
        self.take_up(place, -1)

    def deleted(self, channel: str, numbers: Container[int]) -> bool:
        """These messages are gone: what was typed to take the place of one is a text of its own now, and nothing
        answers one. True: something was typed for one of them."""

        def is_gone(place: str, message: Message | None) -> bool:
            return message is not None and place.partition(" ")[0] == channel and message.number in numbers

        gone = [(place, one) for place, one in self.edits.items() if is_gone(place, one.message)]
        for place, one in gone:
            self._set(self.edits, place, None)
            if one.text.strip() and one.text != one.message.text:
                self.take_back(place, Returned(text=one.text))
        answered = [place for place, message in self.replies.items() if is_gone(place, message)]
        for place in answered:
            self._set(self.replies, place, None)
        for place, texts in self.returned.items():
            if any(is_gone(place, text.editing) for text in texts):
                kept = [replace(text, editing=None) if is_gone(place, text.editing) else text for text in texts]
                self._set(self.returned, place, kept)
        return bool(gone or answered)

    def is_back(self, place: str) -> bool:
        """Whether what stands in the line came back by itself and was not touched since."""
        return place in self._back

    def take_up(self, place: str, which: int = 0) -> bool:
        """What was refused goes back into the line; False: the line is not empty, or nothing was refused."""
        waiting = self.returned.get(place)
        if not waiting or self.text(place).strip() or place in self.edits:
            return False
        text = waiting.pop(which)
        self._set(self.returned, place, waiting or None)
        if text.editing is not None:
            self._set(self.edits, place, Editing(text.editing, text.text))
        else:
            self._keys[place] = text.text, text.key
            self.draft(place, text.text)
        return True

    def key(self, place: str, text: str, new: str) -> str:
        """The key of what is said: that of before, where the same text was refused before."""
        before, key = self._keys.pop(place, ("", ""))
        return key if key and before == text else new

    # The draft that the server has, for one's other devices.

    def to_keep(self, channel: str) -> str | None:
        """The draft that the server should be told of; None: it has it, or is being told of one."""
        text = plain(self.drafts.get(channel, ""))
        return None if channel in self._keeping or text == self._kept.get(channel, "") else text

    def keeping(self, channel: str, text: str) -> None:
        """The server is told of this one."""
        self._keeping.add(channel)
        self._set(self._kept, channel, text or None)

    def kept(self, channel: str, server: str) -> None:
        """It has answered, and has this one."""
        self._keeping.discard(channel)
        self._set(self._kept, channel, server or None)

    def settle(self, channel: str, server: str) -> bool:
        """The server has this draft. True: so has this window now, as nobody has changed it here since."""
        if channel in self._keeping:
            return False
        before, here = self._kept.get(channel, ""), plain(self.drafts.get(channel, ""))
        if server == before:
            return False
        self._set(self._kept, channel, server or None)
        if server == here or here not in ("", before):
            return False
        self.draft(channel, server)
        return True

    def renamed(self, was: str, now: str) -> None:
        """A channel has another name: all that was typed in it, and in its threads, goes along."""
        for texts in self._all():
            for place in tuple(texts):
                channel, space, thread = place.partition(" ")
                if channel == was:
                    texts[now + space + thread] = texts.pop(place)
        self._asked = {
            number: (now + place.removeprefix(was) if place.partition(" ")[0] == was else place, text)
            for number, (place, text) in self._asked.items()
        }
        if was in self._keeping:
            self._keeping = {*self._keeping - {was}, now}
        self.changed = True

    # The rest is its own.

    def _put_aside(self, place: str) -> None:
        editing = self.edits.get(place)
        if editing is not None and editing.text.strip() and editing.text != editing.message.text:
            self._return(place, Returned(text=editing.text, editing=editing.message))

    def _all(self) -> Iterator[dict[str, object]]:
        yield from (self.drafts, self.edits, self.replies, self.returned, self._kept, self._keys, self._back)  # type: ignore[misc]

    def _return(self, place: str, text: Returned) -> None:
        self._set(self.returned, place, [*self.returned.get(place, ()), text][-RETURNED_MOST:])

    def _set(self, texts: dict[str, V], place: str, value: V | None) -> None:
        if value is not None:
            texts[place] = value
            self.changed = True
        elif texts.pop(place, None) is not None:
            self.changed = True


def plain(text: str) -> str:
    """A draft as the server keeps it."""
    return line_ends(text) if text.strip() else ""
