"""Channels: JOIN, PART, TOPIC, NAMES, LIST, KICK, INVITE.

Source: Modern IRC, "Channel Operations".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.events import Left
from causerie.chat.replies import ChannelList, Member, MemberList, Snapshot
from causerie.protocols.irc import capabilities as cap
from causerie.protocols.irc import numerics as n
from causerie.protocols.irc.command import Entry
from causerie.protocols.irc.lines import Line, one_line
from causerie.protocols.irc.names import core_name, is_channel, prefixes, shown_channel
from causerie.server.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.wire import IrcWire, Then

PAGE = 1000
"""Members and channels asked for at once: the most that the core gives."""

NAMES_BYTES = 350
"""Of nicks on one line of NAMES."""


def _named(wire: IrcWire, line: Line, refusal: n.Numeric = n.ERR_NOSUCHCHANNEL) -> list[str]:
    """The channels that a line names; what is none is refused."""
    names = [name for name in line.param(0).split(",") if name]
    for name in names:
        if not is_channel(name) or len(name) < 2:
            wire.reply(refusal, name)
    return [name for name in names if is_channel(name) and len(name) > 1]


def join(wire: IrcWire, line: Line) -> None:
    """JOIN: one after the other; 0 leaves them all."""
    if line.param(0) == "0":
        wire.ask(c.Channels(limit=PAGE), _part_all)
        return
    for name in _named(wire, line):
        wire.ask(c.Join(channel=core_name(name)), _joined)


def _joined(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    entered, wire.entered = wire.entered, None
    if not isinstance(answer, Snapshot) or entered is None or entered.channel != answer.channel:
        return  # there already
    wire.line_by(wire.language.entered(entered))
    if answer.topic:
        wire.reply(n.RPL_TOPIC, shown_channel(answer.channel), f":{one_line(answer.topic)}")
    _names(wire, answer)


def _part_all(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    if isinstance(answer, ChannelList):
        for channel in answer.channels:
            if channel.joined and channel.access != "direct":
                wire.ask(c.Leave(channel=channel.channel), _parted)


def part(wire: IrcWire, line: Line) -> None:
    """PART, with a reason that others are told."""
    for name in _named(wire, line):
        wire.ask(c.Leave(channel=core_name(name), reason=line.param(1)), _parted)


def _parted(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    assert isinstance(command, c.Leave)
    left = Left(channel=command.channel, person=wire.person, name=wire.nick, guest=True, reason=command.reason)
    wire.line_by(wire.language.left(left))


def topic(wire: IrcWire, line: Line) -> None:
    """TOPIC: set it, or ask for it."""
    for name in _named(wire, line)[:1]:
        if len(line.params) > 1:
            wire.ask(c.SetTopic(channel=core_name(name), topic=line.param(1)))
        else:
            wire.ask(c.Look(channel=core_name(name)), _topic)


def _topic(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    assert isinstance(answer, Snapshot)
    channel = shown_channel(answer.channel)
    if answer.topic:
        wire.reply(n.RPL_TOPIC, channel, f":{one_line(answer.topic)}")
    else:
        wire.reply(n.RPL_NOTOPIC, channel)


def names(wire: IrcWire, line: Line) -> None:
    """NAMES of a channel; whatever there is, the end is said."""
    asked = [name for name in line.param(0).split(",") if name]
    if not asked:
        wire.reply(n.RPL_ENDOFNAMES, "*")
    for name in asked[:1]:
        if is_channel(name):
            wire.ask(c.Look(channel=core_name(name)), _named_in(name), every=True)
        else:
            wire.reply(n.RPL_ENDOFNAMES, name)


def _named_in(name: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, Snapshot):
            _names(wire, answer)
        else:
            wire.reply(n.RPL_ENDOFNAMES, name)

    return then


def _names(wire: IrcWire, snapshot: Snapshot) -> None:
    channel = shown_channel(snapshot.channel)
    symbol = "=" if snapshot.access == "public" else "@"

    def some(wire: IrcWire, members: Sequence[Member]) -> None:
        every, hosts = wire.has(cap.MULTI_PREFIX), wire.has(cap.USERHOST_IN_NAMES)
        shown: list[str] = []
        size = 0
        for member in members:
            if not member.here:
                continue
            name = wire.network.source(member.person, member.name) if hosts else member.name
            name = prefixes(member.role, every) + name
            if size + len(name.encode()) > NAMES_BYTES:
                wire.reply(n.RPL_NAMREPLY, symbol, channel, f":{' '.join(shown)}")
                shown, size = [], 0
            shown.append(name)
            size += len(name.encode()) + 1
        if shown:
            wire.reply(n.RPL_NAMREPLY, symbol, channel, f":{' '.join(shown)}")

    every_member(wire, snapshot, some, lambda wire: wire.reply(n.RPL_ENDOFNAMES, channel))


def every_member(
    wire: IrcWire,
    snapshot: Snapshot | MemberList,
    some: Callable[[IrcWire, Sequence[Member]], None],
    end: Callable[[IrcWire], None],
) -> None:
    """Do `some` with a channel's members, page after page, and then `end`."""
    some(wire, snapshot.members)
    if not snapshot.more or not snapshot.members:
        end(wire)
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, MemberList):
            every_member(wire, answer, some, end)
        else:
            end(wire)

    wire.ask(c.Members(channel=snapshot.channel, after=snapshot.members[-1].name, limit=PAGE), then, every=True)


def list_(wire: IrcWire, line: Line) -> None:
    """LIST: the channels that one may know of, or some of them by name."""
    wanted = {core_name(name).lower() for name in line.param(0).split(",") if is_channel(name)}
    wire.reply(n.RPL_LISTSTART, "Channel")

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, ChannelList):
            for channel in answer.channels:
                if channel.access != "direct" and (not wanted or channel.channel in wanted):
                    name, about = shown_channel(channel.channel), one_line(channel.topic)
                    wire.reply(n.RPL_LIST, name, str(channel.people), f":{about}")
            if answer.more and answer.channels:
                wire.ask(c.Channels(after=answer.channels[-1].channel, limit=PAGE), then, every=True)
                return
        wire.reply(n.RPL_LISTEND)

    wire.ask(c.Channels(limit=PAGE), then, every=True)


def kick(wire: IrcWire, line: Line) -> None:
    """KICK: one or several out of a channel."""
    for name in _named(wire, line)[:1]:
        for nick in line.param(1).split(","):
            if nick:
                wire.ask(c.Kick(channel=core_name(name), name=nick, reason=line.param(2)))


def invite(wire: IrcWire, line: Line) -> None:
    """INVITE a nick to a channel."""
    nick, name = line.param(0), line.param(1)
    if not is_channel(name):
        wire.reply(n.ERR_NOSUCHCHANNEL, name)
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        wire.reply(n.RPL_INVITING, nick, name)

    wire.ask(c.InviteTo(channel=core_name(name), name=nick), then)


COMMANDS = {
    "JOIN": Entry(join, 1),
    "PART": Entry(part, 1),
    "TOPIC": Entry(topic, 1),
    "NAMES": Entry(names),
    "LIST": Entry(list_),
    "KICK": Entry(kick, 2),
    "INVITE": Entry(invite, 2),
}
