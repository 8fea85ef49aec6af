"""What is said to one target: a channel, or the direct conversation with a nick.

Sources: Modern IRC, "Sending Messages" and CTCP; IRCv3 message-tags, "Client-only tags", and the client tag reply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.model import Rank
from causerie.chat.names import direct_name
from causerie.chat.replies import RestrictedSent
from causerie.protocols.irc.messages import formatting
from causerie.protocols.irc.messages.line_encoder import REPLIES
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line
from causerie.protocols.irc.syntax.names import STATUS, core_name, is_channel, status_of
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire, Then

ACTION = "\x01ACTION "


def client_tags(wire: IrcWire, line: Line) -> dict[str, str]:
    """The tags that are for other clients (IRCv3 message-tags, "Client-only tags")."""
    if not line.tags or not wire.has(cap.MESSAGE_TAGS):
        return {}
    return {key: value for key, value in line.tags.items() if key[0] == "+"}


def say(wire: IrcWire, target: str, text: str, notice: bool, tags: dict[str, str]) -> None:
    """Say a text to one target. Slashes are the client's own in IRC: what comes here is what is said."""
    action = text[:1] == "\x01"
    if target[:1] in STATUS and (found := status_of(target))[0] is not None:
        confide(wire, *found, text, notice, tags)
        return
    if action and not text.startswith(ACTION):
        # Other CTCP is for clients, and nobody reads it again.
        signal(wire, target, text.strip("\x01"), notice, tags)
        return
    if action:
        text = text[len(ACTION) :].rstrip("\x01")
    text, tags = formatting.received(text, tags)
    reply, tags = _replied(wire, target, tags)
    silent = quiet if notice else None
    if is_channel(target):
        command = c.Send(
            channel=core_name(target), text=text, reply=reply, action=action, notice=notice, tags=tags, literal=True
        )
        wire.ask(command, silent, every=notice)
    else:
        told = c.Tell(
            people=[target], text=text, reply=reply, action=action, notice=notice, tags=tags, literal=True
        )  # fmt: skip
        wire.ask(told, silent or _told(target), every=notice)


def confide(wire: IrcWire, rank: Rank | None, channel: str, text: str, notice: bool, tags: dict[str, str]) -> None:
    """Say it to those alone who rank so in the channel (ISUPPORT STATUSMSG); without a text the tags alone."""
    assert rank is not None
    action = text.startswith(ACTION)
    if text[:1] == "\x01" and not action:
        if not notice:
            wire.reply(n.ERR_CANNOTSENDTOCHAN, channel)
        return  # what a client asks of another is for a whole channel, or for one
    text = text[len(ACTION) :].rstrip("\x01") if action else text
    text, tags = formatting.received(text, tags)
    command = c.SendRestricted(channel=core_name(channel), to=rank, text=text, action=action, notice=notice, tags=tags)
    wire.ask(command, _confided, every=notice)


def _confided(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    if isinstance(answer, RestrictedSent) and wire.has(cap.ECHO_MESSAGE):
        wire.line_by(wire.encoder.encode(answer.confided))


def _replied(wire: IrcWire, target: str, tags: dict[str, str]) -> tuple[int, dict[str, str]]:
    """The message that is answered, with the tags that are left; of another place's messages the core knows nothing."""
    number = message_of(wire, target, replied_to(tags))
    return number, {key: value for key, value in tags.items() if key not in REPLIES} if number else tags


def replied_to(tags: dict[str, str]) -> str:
    """The `msgid` of the message that tags say is answered; "" for none."""
    return next((tags[key] for key in REPLIES if tags.get(key)), "")


def place_of(wire: IrcWire, target: str) -> str:
    """The channel of the core that a target stands for; "" for a nick that nobody has."""
    return core_name(target) if is_channel(target) else _conversation(wire, target)


def _conversation(wire: IrcWire, nick: str) -> str:
    other = wire.view.person_named(nick)
    return direct_name({wire.person, other.id}) if other is not None else ""


def message_of(wire: IrcWire, target: str, message_id: str) -> int:
    """The number there of the message with this `msgid`; 0: it is none of that channel's."""
    place, _, number = message_id.partition("-")
    if not number.isdecimal() or not number.isascii() or len(number) > 15:
        return 0
    channel = wire.view.channel_for(wire.person, place_of(wire, target))
    return int(number) if channel is not None and place == f"{channel.id:x}" else 0


def signal(wire: IrcWire, target: str, text: str, notice: bool, tags: dict[str, str]) -> None:
    """Tell other clients something that is no message."""
    if is_channel(target):
        command = c.Signal(channel=core_name(target), text=text, notice=notice, tags=tags)
    else:
        command = c.Signal(people=[target], text=text, notice=notice, tags=tags)
    wire.ask(command, _passed if notice else signalled, every=notice)


def signalled(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    """Its echo, for those who asked for one."""
    passing, wire.passing = wire.passing, None
    if passing is not None and wire.has(cap.ECHO_MESSAGE):
        wire.line_by(wire.encoder.encode(passing))


def _passed(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    if not isinstance(answer, ChatError):
        signalled(wire, command, answer)


def _told(target: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        person = wire.view.person_named(target)
        if person is not None and (away := wire.faces.away(person.id)):
            wire.reply(n.RPL_AWAY, person.name, f":{away}")

    return then


def quiet(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    """Nothing is said back."""
