"""Channels: JOIN, PART, TOPIC, NAMES, LIST, KICK, INVITE.

Source: Modern IRC, "Channel Operations".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.events import Left
from causerie.chat.names import channel_name
from causerie.chat.replies import ChannelList, Member, MemberList, Snapshot
from causerie.protocols.irc.commands import chathistory, markers, metadata
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.state.names_reply import Roll
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import listing
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.bounds import NAMES_MOST
from causerie.protocols.irc.syntax.lines import Line, one_line
from causerie.protocols.irc.syntax.names import core_name, is_channel, shown_channel
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire, Then

INSIDE = ("reader", "member", "moderator", "owner")

PAGE = 1000
"""Members and channels asked for at once: the most that the core gives."""


def _named(wire: IrcWire, line: Line, refusal: n.Numeric = n.ERR_NOSUCHCHANNEL) -> list[str]:
    """The channels that a line names; what is none is refused."""
    names = [name for name in line.param(0).split(",") if name]
    for name in names:
        if not is_channel(name) or len(name) < 2:
            wire.reply(refusal, name)
    return [name for name in names if is_channel(name) and len(name) > 1]


def join(wire: IrcWire, line: Line) -> None:
    """JOIN: one after the other, each with its key; 0 leaves them all."""
    if line.param(0) == "0":
        wire.ask(c.Channels(limit=PAGE), _part_all)
        return
    if not line.param(0).strip(","):
        wire.reply(n.ERR_NEEDMOREPARAMS, "JOIN")
        return
    keys = dict(zip(line.param(0).split(","), line.param(1).split(","), strict=False))
    for name in _named(wire, line):
        known = wire.view.channel_for(wire.person, core_name(name))
        if known is not None and known.name != channel_name(core_name(name)):
            told = f"{name} {shown_channel(known.name)}"
            if wire.has(cap.CHANNEL_RENAME):
                wire.line(f"FAIL JOIN CHANNEL_RENAMED {told} :The channel has been renamed")
                continue
            wire.reply(n.ERR_LINKCHANNEL, told)
        wire.ask(c.Join(channel=core_name(name), key=keys.get(name, ""), members=False), joined)


def joined(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    """What a client is told that has come into a channel: by JOIN, or because its account is a member."""
    entered, wire.entered = wire.entered, None
    if not isinstance(answer, Snapshot) or entered is None or entered.channel != answer.channel:
        return  # there already
    wire.line_by(wire.encoder.entered(entered))
    if answer.topic:
        _tell_topic(wire, answer)
    if wire.has(cap.READ_MARKER):
        markers.told_at_join(wire, answer.channel, lambda wire: _names_and_past(wire, answer))
    else:
        _names_and_past(wire, answer)


def stands(wire: IrcWire, channel: Snapshot) -> None:
    """What follows a JOIN: the topic, the names."""
    if channel.topic:
        _tell_topic(wire, channel)
    if not wire.has(cap.NO_NAMES_AT_JOIN):
        _names(wire, channel, at_once=True)


def _names_and_past(wire: IrcWire, snapshot: Snapshot) -> None:
    def end(wire: IrcWire) -> None:
        if not snapshot.history:
            shown = shown_channel(snapshot.channel)
            wire.remark("NOTE", f"JOIN HISTORY_OFF {shown} :What is said here is not kept")
        if not wire.has(cap.NO_NAMES_AT_JOIN):
            wire.reply(n.RPL_ENDOFNAMES, shown_channel(snapshot.channel))
        metadata.at_join(wire, snapshot.channel, len(wire.view.present(wire.view.channel_id(snapshot.channel))))
        chathistory.replay(wire, snapshot.channel, snapshot.number)

    if wire.has(cap.NO_NAMES_AT_JOIN):
        end(wire)
    else:
        _names(wire, snapshot, end)


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
    left = Left(
        channel=command.channel, person=wire.person, name=wire.nick, guest=wire.faces.is_guest(wire.person),
        reason=command.reason,
    )  # fmt: skip
    wire.line_by(wire.encoder.left(left))


def topic(wire: IrcWire, line: Line) -> None:
    """TOPIC: set it, or ask for it."""
    for name in _named(wire, line)[:1]:
        if len(line.params) > 1:
            wire.ask(c.SetTopic(channel=core_name(name), topic=line.param(1)))
        else:
            wire.ask(c.Look(channel=core_name(name), members=False), _topic)


def _topic(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    assert isinstance(answer, Snapshot)
    if answer.topic:
        _tell_topic(wire, answer)
    else:
        wire.reply(n.RPL_NOTOPIC, shown_channel(answer.channel))


def _tell_topic(wire: IrcWire, snapshot: Snapshot) -> None:
    channel = shown_channel(snapshot.channel)
    wire.reply(n.RPL_TOPIC, channel, f":{one_line(snapshot.topic)}")
    if snapshot.topic_by:
        wire.reply(n.RPL_TOPICWHOTIME, channel, snapshot.topic_by, str(snapshot.topic_at // 1000))


def names(wire: IrcWire, line: Line) -> None:
    """NAMES of a channel; without one, of all that are listed. Whatever there is, the end is said."""
    asked = [name for name in line.param(0).split(",") if name]
    if not asked:
        wire.ask(c.Channels(limit=PAGE), _names_of_all, every=True)
    for name in asked[:NAMES_MOST]:
        if is_channel(name):
            wire.ask(c.Look(channel=core_name(name), members=False), _named_in(name), every=True)
        else:
            wire.reply(n.RPL_ENDOFNAMES, name)


def _named_in(name: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, Snapshot) and shows(wire, answer):
            _names(wire, answer)
        else:
            wire.reply(n.RPL_ENDOFNAMES, name)

    return then


def shows(wire: IrcWire, snapshot: Snapshot) -> bool:
    """Whether who is in a channel is shown: of a secret one to its members (Modern IRC, "NAMES message")."""
    return not snapshot.hidden or wire.role(snapshot.channel, wire.person) in INSIDE


def _names_of_all(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    lines = answer.channels if isinstance(answer, ChannelList) else []
    left = deque(line.channel for line in lines if line.people and line.access != "direct")

    def some(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, Snapshot):
            _names(wire, answer, following)
        else:
            following(wire)

    def following(wire: IrcWire) -> None:
        if left:
            wire.ask(c.Look(channel=left.popleft(), members=False), some, every=True)
        else:
            wire.reply(n.RPL_ENDOFNAMES, "*")

    following(wire)


def _names(
    wire: IrcWire, snapshot: Snapshot, end: Callable[[IrcWire], None] | None = None, at_once: bool = False
) -> None:
    """Tell who is there, and then do `end`. `at_once`: what is told is no answer, and cannot wait."""
    channel = shown_channel(snapshot.channel)
    symbol = "=" if snapshot.access == "public" and not snapshot.hidden else "@"
    every, hosts = wire.has(cap.MULTI_PREFIX), wire.has(cap.USERHOST_IN_NAMES)
    roll = Roll(wire.faces, wire.view.channel_id(snapshot.channel), wire.person, every, hosts)

    def tell(wire: IrcWire) -> None:
        for names in roll.lines(wire.room(f"353 {wire.nick} {symbol} {channel}")):
            wire.reply(n.RPL_NAMREPLY, symbol, channel, f":{names}")
        if end is not None:
            end(wire)
        else:
            wire.reply(n.RPL_ENDOFNAMES, channel)

    if at_once or roll.is_short:
        for _ in roll.read():
            pass
        tell(wire)
    else:
        wire.in_turn(lambda wire, command, answer: tell(wire), roll.read())


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
    """LIST: the channels that one may know of, or some of them by name or by what holds of them."""
    asked = [part for param in line.params[:2] for part in param.split(",") if part]
    if len(asked) > listing.CONDITIONS_MOST:
        most = listing.CONDITIONS_MOST
        wire.remark("WARN", f"LIST TOO_MANY_CONDITIONS {most} :What is beyond so many is passed over")
    wanted = listing.wanted(asked)
    wire.reply(n.RPL_LISTSTART, "Channel")

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, ChannelList):
            now = wire.view.now()
            for channel in answer.channels:
                if channel.access != "direct" and wanted(channel, wire.made_at(channel.channel), now):
                    name, about = shown_channel(channel.channel), one_line(channel.topic)
                    wire.reply(n.RPL_LIST, name, str(channel.people), f":{about}")
            if answer.more and answer.channels:
                wire.ask(c.Channels(after=answer.channels[-1].channel, limit=PAGE), then, every=True)
                return
        wire.reply(n.RPL_LISTEND)

    wire.ask(c.Channels(limit=PAGE), then, every=True)


def kick(wire: IrcWire, line: Line) -> None:
    """KICK: one or several out of a channel; or of several channels one each."""
    names, nicks = _named(wire, line), [nick for nick in line.param(1).split(",") if nick]
    if len(names) == 1:
        names *= len(nicks)
    for name, nick in zip(names, nicks, strict=False):
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
