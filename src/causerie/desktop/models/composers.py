"""The texts of all composers: drafts, edits, replies and refused texts; saved to disk. No Tk.

Each channel and each thread has a composer (`composer_id`). It holds two texts: its draft and, while a message is
edited, that message's new text; neither overwrites the other.
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

MAX_LEFT = 20
"""Edits that were left by Esc and whose text is kept, at most; the oldest are dropped."""

MAX_RETURNED = 20
"""Refused texts that one composer keeps, at most; the oldest are dropped."""


class PendingEdit(Struct, frozen=True):
    """A message that is being edited, and its new text so far."""

    message: Message
    text: str


class ReturnedText(Struct, frozen=True, kw_only=True):
    """The text of a command or an edit that was refused. `key`: its idempotency key, so that it is not sent twice."""

    text: str
    key: str = ""
    editing: Message | None = None


class RefusedMessage(Struct, frozen=True):
    """A message that the server refused, when (ms since 1970), and why."""

    command: Send
    at: int
    trouble: str


class SavedComposers(Struct, frozen=True, kw_only=True):
    """All of it, as it is stored on disk, by composer. `kept`: the draft that the server has of each channel.
    `left`: edits that were left by Esc, by channel and number of the message."""

    drafts: dict[str, str] = {}
    kept: dict[str, str] = {}
    edits: dict[str, PendingEdit] = {}
    left: dict[str, PendingEdit] = {}
    replies: dict[str, Message] = {}
    returned: dict[str, list[ReturnedText]] = {}
    refusals: list[RefusedMessage] = []


class Composers:
    """See the module. `changed`: since it was written to disk last; the writer resets it."""

    def __init__(self, saved: SavedComposers) -> None:
        self.drafts = dict(saved.drafts)
        self.edits = dict(saved.edits)
        self.left = dict(saved.left)
        self.replies = dict(saved.replies)
        self.returned = {composer: list(texts) for composer, texts in saved.returned.items()}
        self.changed = False
        self._synced = dict(saved.kept)
        self._syncing: set[str] = set()
        self._pending: dict[int, tuple[str, ReturnedText]] = {}
        self._last = 0
        self._keys: dict[str, tuple[str, str]] = {}
        self._untouched: dict[str, ReturnedText] = {}
        """Texts that came back into a composer by themselves and were not touched since."""

    def saved(self, refusals: list[RefusedMessage]) -> SavedComposers:
        """For the disk. Commands that are not answered yet count as refused."""
        returned = {composer: list(texts) for composer, texts in self.returned.items()}
        for composer, text in self._pending.values():
            returned.setdefault(composer, []).append(text)
        return SavedComposers(
            drafts={composer: text for composer, text in self.drafts.items() if text},
            kept=dict(self._synced),
            edits=dict(self.edits),
            left=dict(self.left),
            replies=dict(self.replies),
            returned=returned,
            refusals=refusals,
        )

    # The two texts of a composer.

    def text(self, composer: str) -> str:
        """The text in the composer."""
        editing = self.edits.get(composer)
        return self.drafts.get(composer, "") if editing is None else editing.text

    def has_text(self, channel: str) -> bool:
        """Whether there is unsent text in this channel or one of its threads."""
        return any(composer.partition(" ")[0] == channel for texts in (self.drafts, self.edits) for composer in texts)

    def set_text(self, composer: str, text: str) -> None:
        """The text in the composer is this now. A text that just came back is selected: typing on replaces it, and it
        waits to be restored."""
        back = self._untouched.get(composer)
        if back is not None and text != back.text:
            del self._untouched[composer]
            if 0 < len(text) * 2 < len(back.text):
                self._return(composer, back)
                if back.editing is not None:
                    self._set(self.edits, composer, None)
        editing = self.edits.get(composer)
        if editing is None:
            self.set_draft(composer, text)
        elif editing.text != text:
            self._set(self.edits, composer, replace(editing, text=text))

    def set_draft(self, composer: str, text: str) -> None:
        """Set the draft, whatever is being edited."""
        if self.drafts.get(composer, "") != text:
            if not text:
                self._untouched.pop(composer, None)
            self._set(self.drafts, composer, text or None)

    def set_edit(self, composer: str, message: Message | None) -> None:
        """Edit a message, or (None) none. What was changed in another one is set aside."""
        if message is not None:
            self._set_edit_aside(composer)
        self._untouched.pop(composer, None)
        edit = None
        if message is not None:
            left = self.left.pop(composer_id(message.channel, message.number), None)
            edit = PendingEdit(message, message.text if left is None else left.text)
        self._set(self.edits, composer, edit)

    def leave_edit(self, composer: str) -> bool:
        """Stop editing (Esc). A changed text is kept until the message is edited again; True: there was one."""
        edit = self.edits.get(composer)
        changed = edit is not None and bool(edit.text.strip()) and edit.text != edit.message.text
        if edit is not None and changed:
            self._set(self.left, composer_id(edit.message.channel, edit.message.number), edit)
            while len(self.left) > MAX_LEFT:
                del self.left[next(iter(self.left))]
        self.set_edit(composer, None)
        return changed

    def set_reply(self, composer: str, message: Message | None) -> None:
        """Make the text a reply to this message, or (None) to none."""
        self._set(self.replies, composer, message)

    def set_edit_aside(self, composer: str) -> None:
        """Stop editing; what was changed waits to be restored."""
        self._set_edit_aside(composer)
        self.set_edit(composer, None)

    # Commands and edits that are not answered yet, by their texts.

    def request_sent(self, composer: str, text: ReturnedText) -> int:
        """A command or an edit was sent; the number is for `request_done` and `request_refused`."""
        self._last += 1
        self._pending[self._last] = composer, text
        self.changed = True
        return self._last

    def request_done(self, number: int) -> None:
        """It was done: its text is not needed any more."""
        self._pending.pop(number, None)
        self.changed = True

    def request_refused(self, number: int, text: ReturnedText) -> None:
        """It was refused, or its reply was lost: its text goes back into the composer, or waits if that is not
        empty."""
        composer, _text = self._pending.pop(number)
        self.return_text(composer, text)

    def return_text(self, composer: str, text: ReturnedText) -> None:
        """The same for a text that was not sent here."""
        self._return(composer, text)
        if self.restore(composer, -1):
            self._untouched[composer] = text

    def reopen(self, composer: str, text: ReturnedText) -> None:
        """Put a text into the composer to be changed if that is empty; it waits otherwise."""
        self._return(composer, text)
        self.restore(composer, -1)

    def messages_deleted(self, channel: str, numbers: Container[int]) -> bool:
        """These messages were deleted: edits of them become plain texts, and replies to them plain messages. True:
        there were some."""

        def is_gone(composer: str, message: Message | None) -> bool:
            return message is not None and composer.partition(" ")[0] == channel and message.number in numbers

        left = [(composer, one) for composer, one in self.left.items() if is_gone(composer, one.message)]
        for composer, one in left:
            self._set(self.left, composer, None)
            self._return(channel, ReturnedText(text=one.text))
        gone = [(composer, one) for composer, one in self.edits.items() if is_gone(composer, one.message)]
        for composer, one in gone:
            self._set(self.edits, composer, None)
            if one.text.strip() and one.text != one.message.text:
                self.reopen(composer, ReturnedText(text=one.text))
        answered = [composer for composer, message in self.replies.items() if is_gone(composer, message)]
        for composer in answered:
            self._set(self.replies, composer, None)
        for composer, texts in self.returned.items():
            if any(is_gone(composer, text.editing) for text in texts):
                kept = [replace(text, editing=None) if is_gone(composer, text.editing) else text for text in texts]
                self._set(self.returned, composer, kept)
        return bool(left or gone or answered)

    def is_returned(self, composer: str) -> bool:
        """Whether the text in the composer came back by itself and was not touched since."""
        return composer in self._untouched

    def restore(self, composer: str, which: int = 0) -> bool:
        """Put a waiting text back into the composer; False: that is not empty, or none waits."""
        waiting = self.returned.get(composer)
        if not waiting or self.text(composer).strip() or composer in self.edits:
            return False
        text = waiting.pop(which)
        self._set(self.returned, composer, waiting or None)
        if text.editing is not None:
            self._set(self.edits, composer, PendingEdit(text.editing, text.text))
        else:
            self._keys[composer] = text.text, text.key
            self.set_draft(composer, text.text)
        return True

    def key_for(self, composer: str, text: str, new: str) -> str:
        """The idempotency key for a text: the one of before, where the same text was refused before."""
        before, key = self._keys.pop(composer, ("", ""))
        return key if key and before == text else new

    # The draft that the server keeps, for the person's other devices.

    def draft_to_sync(self, channel: str) -> str | None:
        """The draft to send to the server; None: it has it, or one is being sent."""
        text = plain(self.drafts.get(channel, ""))
        return None if channel in self._syncing or text == self._synced.get(channel, "") else text

    def sync_started(self, channel: str, text: str) -> None:
        """This draft is being sent to the server."""
        self._syncing.add(channel)
        self._set(self._synced, channel, text or None)

    def synced(self, channel: str, server: str) -> None:
        """The server has answered, and has this draft."""
        self._syncing.discard(channel)
        self._set(self._synced, channel, server or None)

    def server_draft(self, channel: str, server: str) -> bool:
        """The server has this draft. True: it was taken over, as it was not changed here."""
        if channel in self._syncing:
            return False
        before, here = self._synced.get(channel, ""), plain(self.drafts.get(channel, ""))
        if server == before:
            return False
        self._set(self._synced, channel, server or None)
        if server == here or here not in ("", before):
            return False
        self.set_draft(channel, server)
        return True

    def channel_renamed(self, was: str, now: str) -> None:
        """A channel was renamed: the texts of it and of its threads are kept under the new name."""
        for texts in self._all():
            for composer in tuple(texts):
                channel, space, thread = composer.partition(" ")
                if channel == was:
                    texts[now + space + thread] = texts.pop(composer)
        self._pending = {
            number: (now + composer.removeprefix(was) if composer.partition(" ")[0] == was else composer, text)
            for number, (composer, text) in self._pending.items()
        }
        if was in self._syncing:
            self._syncing = {*self._syncing - {was}, now}
        self.changed = True

    def _set_edit_aside(self, composer: str) -> None:
        editing = self.edits.get(composer)
        if editing is not None and editing.text.strip() and editing.text != editing.message.text:
            self._return(composer, ReturnedText(text=editing.text, editing=editing.message))

    def _all(self) -> Iterator[dict[str, object]]:
        yield from (
            self.drafts,
            self.edits,
            self.left,
            self.replies,
            self.returned,
            self._synced,
            self._keys,
            self._untouched,
        )  # type: ignore[misc]

    def _return(self, composer: str, text: ReturnedText) -> None:
        self._set(self.returned, composer, [*self.returned.get(composer, ()), text][-MAX_RETURNED:])

    def _set(self, texts: dict[str, V], composer: str, value: V | None) -> None:
        if value is not None:
            texts[composer] = value
            self.changed = True
        elif texts.pop(composer, None) is not None:
            self.changed = True


def merged(one: SavedComposers, other: SavedComposers) -> SavedComposers:
    """What two windows left. Where both have a draft or an edit in one composer, the text of `other` waits."""
    returned = {composer: list(texts) for composer, texts in one.returned.items()}

    def wait(composer: str, text: ReturnedText) -> None:
        texts = returned.setdefault(composer, [])
        if text not in texts:
            texts.append(text)

    for composer, texts in other.returned.items():
        for text in texts:
            wait(composer, text)
    for composer, draft in other.drafts.items():
        if one.drafts.get(composer, draft) != draft:
            wait(composer, ReturnedText(text=draft))
    for composer, edit in other.edits.items():
        if one.edits.get(composer, edit) != edit:
            wait(composer, ReturnedText(text=edit.text, editing=edit.message))
    return SavedComposers(
        drafts={**other.drafts, **one.drafts},
        kept={**other.kept, **one.kept},
        edits={**other.edits, **one.edits},
        left={**other.left, **one.left},
        replies={**other.replies, **one.replies},
        returned={composer: texts[-MAX_RETURNED:] for composer, texts in returned.items()},
        refusals=list({refusal.command.key: refusal for refusal in (*other.refusals, *one.refusals)}.values()),
    )


def composer_id(channel: str, thread: int = 0) -> str:
    """The key of a composer: a channel's name, and for a thread its number behind a space, which no name has."""
    return f"{channel} {thread}" if thread else channel


def plain(text: str) -> str:
    """A draft as the server keeps it: blank is none."""
    return line_ends(text) if text.strip() else ""
