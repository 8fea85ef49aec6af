"""Channels: JOIN, PART, TOPIC, KICK, INVITE.

Source: Modern IRC, "Channel Operations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.events import Left
from causerie.chat.names import channel_name
from causerie.chat.replies import ChannelList, Snapshot
from causerie.protocols.irc.commands import chathistory, markers, metadata
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.lists import PAGE, tell_names
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, one_line
from causerie.protocols.irc.syntax.names import core_name, is_channel, shown_channel
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


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
        tell_names(wire, channel, at_once=True)


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
        tell_names(wire, snapshot, end)


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
    "KICK": Entry(kick, 2),
    "INVITE": Entry(invite, 2),
}
