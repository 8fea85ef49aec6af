"""The parts of an event's lines: its tags, its source, its id, and a line that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from causerie.chat.events import Edited, Event
from causerie.protocols.irc.messages.faces import Faces
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax.lines import BODY_MOST, cut, pieces
from causerie.protocols.irc.syntax.names import is_direct
from causerie.protocols.text_fallback import events

REPLIES = ("+reply", "+draft/reply")
"""The tag that names the message that is answered (IRCv3 reply, ratified in 2026), and what it was called before."""


def time_text(at: int) -> str:
    """A time as the tag has it (IRCv3 server-time): `2026-01-31T12:00:00.000Z`. `at`: ms since 1970."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def reply_tags(message_id: str) -> list[str]:
    """What says that a message is answered: by the tag's own name, and by that of its draft, which clients know."""
    return [f"{key}={message_id}" for key in REPLIES]


class LineEncoder:
    """See the module. `heard`: which of the capabilities that change what is told."""

    def __init__(self, faces: Faces, heard: int) -> None:
        self._faces = faces
        self.heard = self._heard = heard
        self.server = faces.server
        self._tagged = bool(heard & (cap.MESSAGE_TAGS | cap.SERVER_TIME | cap.ACCOUNT_TAG))
        self._at, self._at_text = 0, ""

    def tags(self, event: Any, account: bool = True, extra: Sequence[str] = (), numbered: bool = True) -> str:
        """The tags of an event's lines, with "@" and the space behind them. `account`: they are by a person. `extra`:
        more of them, as they are written. Not `numbered`: of a line that is not the event's first."""
        if not self._tagged:
            return ""
        heard, tags = self._heard, []
        if heard & cap.SERVER_TIME:
            at = getattr(event, "at", 0) or self._faces.view.now()
            if at != self._at:
                # All that is committed together has one time.
                self._at, self._at_text = at, f"time={time_text(at)}"
            tags.append(self._at_text)
        if numbered and heard & cap.MESSAGE_TAGS and event.number:
            tags.append(f"msgid={self.message_id(event)}")
        if account and heard & cap.MESSAGE_TAGS and "B" in self._faces.of(event.person).modes:
            tags.append("bot")
        if account and heard & cap.ACCOUNT_TAG and not self._is_guest(event):
            tags.append(f"account={event.name}")
        tags += extra
        return f"@{';'.join(tags)} " if tags else ""

    def _is_guest(self, event: Any) -> bool:
        """Whether an event is a guest's doing, or nobody's. Some do not say, but tell of somebody who is known."""
        guest: bool | None = getattr(event, "guest", None)
        if guest is None:
            person = self._faces.view.person(event.person)
            return person is None or person.guest
        return guest

    def message_id(self, event: Event) -> str:
        """A logged event's own id: its channel's and its number there."""
        return self.id_of(event.channel, event.number)

    def id_of(self, channel: str, number: int) -> str:
        """The id of the event of this number."""
        return f"{self._faces.view.channel_id(channel):x}-{number}"

    def source(self, event: Any) -> str:
        """The person whose doing an event is."""
        return self._faces.source(event.person, event.name)

    def line(self, event: Any, text: str) -> bytes:
        """One line by a person, `text` being all that follows the source, cut where it is too long for a line."""
        return f"{self.tags(event)}{cut(f':{self._faces.source(event.person, event.name)} {text}')}\r\n".encode()

    def read(self, event: Any, target: str) -> bytes:
        """What IRC has no command for, as a line that a person can read: NOTICE, by the server (so that nobody can say
        the same), and between two people by the one whose doing it is."""
        text = events.reading(event)
        if not text or not target:
            return b""
        source = self._faces.source(event.person, event.name) if is_direct(event.channel) else self._faces.server
        start, account = f":{source} NOTICE {target} :", is_direct(event.channel)
        extra = []
        if type(event) is Edited and self.heard & cap.MESSAGE_TAGS:
            extra = reply_tags(self.id_of(event.channel, event.target))
        tags, later = (self.tags(event, account, extra, numbered) for numbered in (True, False))
        lines = pieces(text, BODY_MOST - len(start.encode()))
        return "".join(f"{later if i else tags}{start}{piece}\r\n" for i, piece in enumerate(lines)).encode()
