"""Events as IRC clients read them. One object for each set of capabilities, so that each event is encoded once for all
who have the same.

What a person's own connection reads in the place of its own doings is not here but in the wire (`encode_for_sender`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from causerie.chat.events import (
    AboutChanged,
    Announced,
    Changed,
    ChannelRenamed,
    Deleted,
    Disconnected,
    Edited,
    Entered,
    Event,
    Left,
    Masked,
    MembershipChanged,
    Message,
    MessageRun,
    Pinned,
    Presence,
    Reacted,
    Renamed,
    Reported,
    RestrictedMessage,
    Signalled,
    Topic,
    Typing,
)
from causerie.protocols.irc.messages import message_encoder
from causerie.protocols.irc.messages.faces import Faces, away_text
from causerie.protocols.irc.messages.formatting import all_to_irc, to_irc
from causerie.protocols.irc.messages.line_encoder import LineEncoder
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax.lines import BODY_MOST, cut, one_line, pieces
from causerie.protocols.irc.syntax.masks import shown_mask
from causerie.protocols.irc.syntax.names import is_direct, modes_of, partner, shown_channel
from causerie.protocols.irc.syntax.settings import LISTS, SETTINGS, modes_set
from causerie.server.engine.session import EventEncoder


class IrcEncoder(LineEncoder, EventEncoder):
    """See the module. `heard`: which of the capabilities that change what is told."""

    name = "irc"
    acknowledges = False
    encodes_for_sender = True
    hears_direct = True
    once = True
    registers = True
    renames: bool

    def __init__(self, faces: Faces, heard: int) -> None:
        super().__init__(faces, heard)
        self.renames = bool(heard & cap.CHANNEL_RENAME)
        self.reactions = bool(heard & cap.MESSAGE_TAGS)

    def encode(self, event: Event) -> bytes:
        """The event's lines; none for what IRC has no words for."""
        if type(event) is Message:
            return self._message(event, self._start(event))
        kind = type(event)
        if kind in _READ:
            return self.read(event, self._target(event))
        if kind in _ANYWHERE:
            target = self._target(event)
            return _ANYWHERE[kind](self, event, target) if target else b""
        if is_direct(event.channel):
            return b""
        say = _SAY.get(kind)
        return b"" if say is None else say(self, event)

    def encode_run(self, run: MessageRun) -> bytes:
        """See EventEncoder."""
        start = self._start(run)
        if not self._tagged and start:
            lines = start + f"\r\n{start}".join(all_to_irc(run.texts)) + "\r\n"
            data = lines.encode()
            longest = max(map(len, run.texts)) if len(data) == len(lines) else len(data)
            if len(start) + longest <= BODY_MOST and "\n" not in "".join(run.texts):
                return data
        return b"".join([self._message(message, start) for message in run.messages()])

    def _start(self, event: Message | MessageRun) -> str:
        """What stands before the text of a message; "" where it is not for IRC."""
        target = f"#{event.channel}" if event.channel[:1] != "@" else self._target(event)
        return f":{self._faces.source(event.person, event.name)} PRIVMSG {target} :" if target else ""

    def _message(self, event: Message, start: str) -> bytes:
        if not start:
            return b""
        text = event.text
        if not (event.action or event.reply or event.deleted or event.notice or event.tags or "\n" in text):
            tags = self.tags(event) if self._tagged else ""
            line = f"{tags}{start}{to_irc(text)}\r\n".encode()
            if len(line) <= BODY_MOST + 2 + len(tags):
                return line
        return message_encoder.message(self, event, self._target(event))

    def _target(self, event: Any) -> str:
        """Where a line goes: the channel, or whom its author speaks to alone; "" where IRC has no word for that."""
        if not is_direct(event.channel):
            return shown_channel(event.channel)
        other = self._faces.view.person(partner(event.channel, event.person))
        return other.name if other is not None else ""

    def entered(self, event: Entered) -> bytes:
        """JOIN (IRCv3 extended-join adds who it is)."""
        channel = shown_channel(event.channel)
        if not self._heard & cap.EXTENDED_JOIN:
            return self.line(event, f"JOIN {channel}")
        account = "*" if event.guest else event.name
        return self.line(event, f"JOIN {channel} {account} :{self._faces.real_name(event.person, event.name)}")

    def _entered(self, event: Entered) -> bytes:
        told = self.entered(event)
        if modes := modes_of(event.role, event.voiced):
            nicks = " ".join([event.name] * len(modes))
            told += f":{self._faces.server} MODE {shown_channel(event.channel)} +{modes} {nicks}\r\n".encode()
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

    def _stands(self, event: MembershipChanged) -> bytes:
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
            # RFC 2812, section 3.2.8: without a reason it is the nick of who did it.
            return told + self.line(event, f"KICK {channel} {whom} :{one_line(event.reason) or event.name}")
        before, after = modes_of(was, event.was_voiced), modes_of(role or "", event.voiced)
        gone = "".join(mode for mode in before if mode not in after)
        new = "".join(mode for mode in after if mode not in before)
        if inside and gone + new:
            modes = (f"-{gone}" if gone else "") + (f"+{new}" if new else "")
            told += self.line(event, f"MODE {channel} {modes} {' '.join([whom] * len(gone + new))}")
        # A mute, a reader's role and the like have no mode here.
        return told or self.read(event, channel)

    def invited(self, event: MembershipChanged) -> bytes:
        """INVITE, to who was invited."""
        return self.line(event, f"INVITE {event.whom_name} {shown_channel(event.channel)}")

    def _changed(self, event: Changed) -> bytes:
        changed = sorted(letter for setting in event.changed if (letter := SETTINGS.get(setting)))
        now = modes_set(event)
        plus = "".join(letter for letter in changed if now[letter])
        minus = "".join(letter for letter in changed if not now[letter])
        if not changed:
            return b""
        # The key is told to who asks for the modes: the log, where this is kept, is for ever.
        values = {"+k": "*", "-k": "*", "+l": str(event.people_most)}
        params = [values[mode] for mode in [f"+{one}" for one in plus] + [f"-{one}" for one in minus] if mode in values]
        modes = (f"+{plus}" if plus else "") + (f"-{minus}" if minus else "")
        return self.line(event, " ".join([f"MODE {shown_channel(event.channel)} {modes}", *params]))

    def _channel_renamed(self, event: ChannelRenamed) -> bytes:
        """RENAME; who does not know it is told by `for_one`."""
        if not self.renames:
            return b""
        text = f"RENAME {shown_channel(event.was)} {shown_channel(event.now)} :{one_line(event.reason)}"
        if event.name:
            return self.line(event, text)
        return f"{self.tags(event, account=False)}:{self.server} {text}\r\n".encode()

    def _masked(self, event: Masked) -> bytes:
        sign, letter = "+" if event.on else "-", LISTS[event.list]
        return self.line(event, f"MODE {shown_channel(event.channel)} {sign}{letter} {shown_mask(event.mask)}")

    def _presence(self, event: Presence) -> bytes:
        if not self._heard & cap.AWAY_NOTIFY:
            return b""
        away = away_text(event.away, event.dnd)
        return self.line(event, f"AWAY :{away}" if away else "AWAY")

    def _described(self, event: AboutChanged) -> bytes:
        if not self._heard & cap.SETNAME:
            return b""
        return self.line(event, f"SETNAME :{self._faces.real_name(event.person, event.name)}")

    def _announced(self, event: Announced) -> bytes:
        source = self._faces.source(event.person, event.name) if event.name else self._faces.server
        most = BODY_MOST - len(f":{source} WALLOPS :".encode())
        told = (f"{self.tags(event)}:{source} WALLOPS :{piece}\r\n" for piece in pieces(event.text, most))
        return "".join(told).encode()

    def _disconnected(self, event: Disconnected) -> bytes:
        """KILL, to who is killed (Modern IRC, "KILL message")."""
        text = f"KILL {event.whom_name} :{one_line(event.reason)}"
        if event.name:
            return self.line(event, text)
        return f"{self.tags(event, account=False)}{cut(f':{self.server} {text}')}\r\n".encode()

    def _renamed(self, event: Renamed) -> bytes:
        faces, told = self._faces, ""
        source = faces.source if event.guest else faces.source_as_guest
        if event.was != event.name:
            told = f"{self.tags(event)}:{source(event.person, event.was)} NICK :{event.name}\r\n"
        if not event.guest and self._heard & cap.CHGHOST:
            # A guest became an account, whose host is another.
            user, host = faces.of(event.person).user, faces.host(event.person)
            told += f"{self.tags(event)}:{source(event.person, event.name)} CHGHOST {user} {host}\r\n"
        if self._heard & cap.ACCOUNT_NOTIFY:
            return told.encode() + self.line(event, f"ACCOUNT {'*' if event.guest else event.name}")
        return told.encode()


_SAY: dict[type[Event], Callable[[IrcEncoder, Any], bytes]] = {
    Entered: IrcEncoder._entered,
    Left: IrcEncoder.left,
    Topic: IrcEncoder._topic,
    MembershipChanged: IrcEncoder._stands,
    Changed: IrcEncoder._changed,
    ChannelRenamed: IrcEncoder._channel_renamed,
    Masked: IrcEncoder._masked,
    Presence: IrcEncoder._presence,
    Renamed: IrcEncoder._renamed,
    AboutChanged: IrcEncoder._described,
    Announced: IrcEncoder._announced,
    Disconnected: IrcEncoder._disconnected,
}

_READ = frozenset((Edited, Pinned, Reported))
"""Events that IRC has no command for."""

_ANYWHERE: dict[type[Event], Callable[[IrcEncoder, Any, str], bytes]] = {
    RestrictedMessage: message_encoder.confided,
    Deleted: message_encoder.deleted,
    Reacted: message_encoder.reacted,
    Signalled: message_encoder.signalled,
    Typing: message_encoder.typing,
}
"""What is told in channels and between people alike."""
