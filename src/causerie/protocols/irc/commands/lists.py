"""Lists: NAMES of who is in a channel, LIST of channels; and a channel's members page after page, for WHO.

Source: Modern IRC, "Channel Operations".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.replies import ChannelList, Member, MemberList, Snapshot
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
            tell_names(wire, answer)
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
            tell_names(wire, answer, following)
        else:
            following(wire)

    def following(wire: IrcWire) -> None:
        if left:
            wire.ask(c.Look(channel=left.popleft(), members=False), some, every=True)
        else:
            wire.reply(n.RPL_ENDOFNAMES, "*")

    following(wire)


def tell_names(
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


COMMANDS = {"NAMES": Entry(names), "LIST": Entry(list_)}
