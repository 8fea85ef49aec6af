"""Events as IRC clients read them. One object for each set of capabilities, so that each event is encoded once for all
who have the same.

What a person's own connection reads in the place of its own doings is not here but in the wire (`own`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from causerie.chat.events import (
    Changed,
    Deleted,
    Edited,
    Entered,
    Event,
    Left,
    Message,
    Pinned,
    Presence,
    Reacted,
    Renamed,
    Reported,
    Stands,
    Topic,
)
from causerie.protocols import readings
from causerie.protocols.irc import capabilities as cap
from causerie.protocols.irc.lines import BODY_MOST, cut, one_line, pieces
from causerie.protocols.irc.names import ROLE_MODES, is_direct, partner, shown_channel
from causerie.server.session import Language
from causerie.text import _

if TYPE_CHECKING:
    from causerie.protocols.irc.network import Network


def time_text(at: int) -> str:
    """A time as the tag has it (IRCv3 server-time): `2026-01-31T12:00:00.000Z`. `at`: ms since 1970."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def away_text(away: str, dnd: bool) -> str:
    """What is said of somebody who is away, or not to be disturbed, which IRC knows as away too; "" for neither."""
    return one_line(away) or (_("not to be disturbed") if dnd else "")


class IrcLanguage:
    """See the module. `heard`: which of the capabilities that change what is told."""

    name = "irc"
    snapshots = True
    acknowledges = False
    own_words = True
    hears_direct = True
    reactions = False
    one_place = False
    with_html: Language | None = None

    def __init__(self, network: Network, heard: int) -> None:
        self._network = network
        self._heard = heard
        self._tagged = bool(heard & (cap.MESSAGE_TAGS | cap.SERVER_TIME | cap.ACCOUNT_TAG))
        self._at, self._at_text = 0, ""

    def encode(self, event: Event) -> bytes:
        """The event's lines; none for what IRC has no words for."""
        if type(event) is Message:
            return self._message(event)
        kind = type(event)
        if kind in _READ:
            return self.read(event, self._target(event))
        if is_direct(event.channel):
            return b""
        say = _SAY.get(kind)
        return b"" if say is None else say(self, event)

    def tags(self, event: Any, account: bool = True) -> str:
        """The tags of an event's lines, with "@" and the space behind them. `account`: they are by a person."""
        if not self._tagged:
            return ""
        heard, tags = self._heard, []
        if heard & cap.SERVER_TIME:
            at = getattr(event, "at", 0) or self._network.now()
            if at != self._at:
                # All that is committed together has one time.
                self._at, self._at_text = at, f"time={time_text(at)}"
            tags.append(self._at_text)
        if heard & cap.MESSAGE_TAGS and event.number:
            tags.append(f"msgid={self.message_id(event)}")
        if account and heard & cap.ACCOUNT_TAG and not getattr(event, "guest", True):
            tags.append(f"account={event.name}")
        return f"@{';'.join(tags)} " if tags else ""

    def message_id(self, event: Event) -> str:
        """A logged event's own id: its channel's and its number there."""
        return f"{self._network.channel_id(event.channel):x}-{event.number}"

    def _message(self, event: Message) -> bytes:
        target = f"#{event.channel}" if event.channel[:1] != "@" else self._target(event)
        if not target:
            return b""
        start = f":{self._network.source(event.person, event.name)} PRIVMSG {target} :"
        tags = self.tags(event) if self._tagged else ""
        text = event.text
        if event.action or event.reply or event.deleted:
            return self._other_message(event, tags, start)
        if "\n" not in text:
            line = f"{tags}{start}{text}\r\n".encode()
            if len(line) <= BODY_MOST + 2 + len(tags):
                return line
        most = BODY_MOST - len(start.encode())
        return "".join(f"{tags}{start}{piece}\r\n" for piece in pieces(text, most)).encode()

    def _other_message(self, event: Message, tags: str, start: str) -> bytes:
        """What is not just a text: what one does is CTCP ACTION, an answer says to which message."""
        if event.deleted:
            text = readings.text(event)
        elif event.reply:
            text = readings.lines()["message.reply"].format(reply=event.reply, text=event.text)
        else:
            text = event.text
        before, behind = ("\x01ACTION ", "\x01") if event.action and not event.deleted else ("", "")
        most = BODY_MOST - len(f"{start}{before}{behind}".encode())
        return "".join(f"{tags}{start}{before}{piece}{behind}\r\n" for piece in pieces(text, most)).encode()

    def _target(self, event: Any) -> str:
        """Where a line goes: the channel, or whom its author speaks to alone; "" where IRC has no word for that."""
        if not is_direct(event.channel):
            return shown_channel(event.channel)
        other = self._network.person(partner(event.channel, event.person))
        return other.name if other is not None else ""

    def read(self, event: Any, target: str) -> bytes:
        """What IRC has no command for, as a line that a person can read: NOTICE, by the server (so that nobody can say
        the same), and between two people by the one whose doing it is."""
        text = readings.reading(event)
        if not text or not target:
            return b""
        source = self._network.source(event.person, event.name) if is_direct(event.channel) else self._network.server
        start, tags = f":{source} NOTICE {target} :", self.tags(event, account=is_direct(event.channel))
        return "".join(f"{tags}{start}{piece}\r\n" for piece in pieces(text, BODY_MOST - len(start.encode()))).encode()

    def line(self, event: Any, text: str) -> bytes:
        """One line by a person, `text` being all that follows the source, cut where it is too long for a line."""
        return f"{self.tags(event)}{cut(f':{self._network.source(event.person, event.name)} {text}')}\r\n".encode()

    def entered(self, event: Entered) -> bytes:
        """JOIN (IRCv3 extended-join adds who it is)."""
        channel = shown_channel(event.channel)
        if not self._heard & cap.EXTENDED_JOIN:
            return self.line(event, f"JOIN {channel}")
        account = "*" if event.guest else event.name
        return self.line(event, f"JOIN {channel} {account} :{self._network.real_name(event.person, event.name)}")

    def _entered(self, event: Entered) -> bytes:
        told = self.entered(event)
        if modes := ROLE_MODES.get(event.role, ""):
            nicks = " ".join([event.name] * len(modes))
            told += f":{self._network.server} MODE {shown_channel(event.channel)} +{modes} {nicks}\r\n".encode()
        if (away := away_text(event.away, event.dnd)) and self._heard & cap.AWAY_NOTIFY:
            told += self.line(event, f"AWAY :{away}")
        return told

    def left(self, event: Left) -> bytes:
        """PART or QUIT; who was put out was told of with KICK."""
        if event.how == "put_out":
            return b""
        reason = one_line(event.reason)
        if event.how == "quit":
            return self.line(event, f"QUIT :{reason or 'Connection closed'}")
        return self.line(event, f"PART {shown_channel(event.channel)}" + (f" :{reason}" if reason else ""))

    def _topic(self, event: Topic) -> bytes:
        return self.line(event, f"TOPIC {shown_channel(event.channel)} :{one_line(event.topic)}")

    def _stands(self, event: Stands) -> bytes:
        channel, whom, role, was = shown_channel(event.channel), event.whom_name, event.role, event.was or ""
        told = b""
        if role == "invited":
            if was != "invited" and self._heard & cap.INVITE_NOTIFY:
                told = self.line(event, f"INVITE {whom} {channel}")
            return told
        if role == "banned" and was != "banned":
            told = self.line(event, f"MODE {channel} +b {whom}!*@*")
        elif was == "banned" and role != "banned":
            told = self.line(event, f"MODE {channel} -b {whom}!*@*")
        inside = was in ("reader", "member", "moderator", "owner")
        if inside and role in (None, "banned"):
            return told + self.line(event, f"KICK {channel} {whom} :{one_line(event.reason) or whom}")
        gone = "".join(mode for mode in ROLE_MODES.get(was, "") if mode not in ROLE_MODES.get(role or "", ""))
        new = "".join(mode for mode in ROLE_MODES.get(role or "", "") if mode not in ROLE_MODES.get(was, ""))
        if inside and gone + new:
            modes = (f"-{gone}" if gone else "") + (f"+{new}" if new else "")
            told += self.line(event, f"MODE {channel} {modes} {' '.join([whom] * len(gone + new))}")
        # A mute, a reader's role and the like have no mode here.
        return told or self.read(event, channel)

    def invited(self, event: Stands) -> bytes:
        """INVITE, to who was invited."""
        return self.line(event, f"INVITE {event.whom_name} {shown_channel(event.channel)}")

    def _changed(self, event: Changed) -> bytes:
        # What it was before is not told; to say what a client knows already does no harm.
        plus = ("m" if event.read_only else "") + ("i" if event.access == "private" else "")
        minus = ("" if event.read_only else "m") + ("" if event.access == "private" else "i")
        modes = (f"+{plus}" if plus else "") + (f"-{minus}" if minus else "")
        return self.line(event, f"MODE {shown_channel(event.channel)} {modes}")

    def _presence(self, event: Presence) -> bytes:
        if not self._heard & cap.AWAY_NOTIFY:
            return b""
        away = away_text(event.away, event.dnd)
        return self.line(event, f"AWAY :{away}" if away else "AWAY")

    def _renamed(self, event: Renamed) -> bytes:
        told = b""
        if event.was != event.name:
            told = f"{self.tags(event)}:{self._network.source(event.person, event.was)} NICK :{event.name}\r\n".encode()
        if self._heard & cap.ACCOUNT_NOTIFY:
            told += self.line(event, f"ACCOUNT {'*' if event.guest else event.name}")
        return told


_SAY: dict[type[Event], Callable[[IrcLanguage, Any], bytes]] = {
    Entered: IrcLanguage._entered,
    Left: IrcLanguage.left,
    Topic: IrcLanguage._topic,
    Stands: IrcLanguage._stands,
    Changed: IrcLanguage._changed,
    Presence: IrcLanguage._presence,
    Renamed: IrcLanguage._renamed,
}

_READ = frozenset((Edited, Deleted, Reacted, Pinned, Reported))
"""Events that IRC has no command for."""
