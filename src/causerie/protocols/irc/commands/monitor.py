"""MONITOR: being told when certain people come and go.

Sources: IRCv3 monitor, extended-monitor. The list is the core's (the command watch); a target is a nick, never a mask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.bounds import WATCHED_MOST
from causerie.chat.errors import ChatError, TooMany
from causerie.chat.events import AboutChanged, Event, Presence, Renamed, WatchedPresence
from causerie.chat.replies import Watching
from causerie.protocols.irc.commands import metadata_replies
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, cut, packed
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire, Then


def monitor(wire: IrcWire, line: Line) -> None:
    """MONITOR + nicks, - nicks, C (nobody any more), L (the list), S (who of them is here)."""
    word, targets = line.param(0).upper(), [name for name in line.param(1).split(",") if name]
    if word in ("+", "-") and not targets:
        wire.reply(n.ERR_NEEDMOREPARAMS, "MONITOR")
    elif word == "+":
        if any(set(name) & set("!@*?") for name in targets):
            wire.remark("WARN", "MONITOR INVALID_TARGET :Nicks can be monitored, and no masks")
        if nicks := [name for name in targets if not set(name) & set("!@*?")]:
            wire.ask(c.Watch(names=nicks), _added(nicks), every=True)
    elif word == "-":
        wire.ask(c.Watch(names=targets, on=False))
    elif word == "C":
        wire.ask(c.Watch(on=False))
    elif word == "L":
        wire.ask(c.Watch(), _listed)
    elif word == "S":
        wire.ask(c.Watch(), _status)


def _added(targets: list[str]) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, TooMany):
            room = wire.room(f"734 {wire.nick} {WATCHED_MOST} {n.ERR_MONLISTFULL.text}")
            for some in packed(targets, room, ","):
                wire.reply(n.ERR_MONLISTFULL, str(WATCHED_MOST), some)
        elif isinstance(answer, ChatError):
            wire.refuse(command, "MONITOR", answer)
        else:
            _status(wire, command, answer)

    return then


def _status(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    assert isinstance(answer, Watching)
    wire.reply_all(n.RPL_MONONLINE, "", map(wire.faces.source_named, answer.here), ",")
    wire.reply_all(n.RPL_MONOFFLINE, "", answer.gone, ",")
    if answer.here:
        metadata_replies.later(wire, answer.here[0] if len(answer.here) == 1 else metadata_replies.ALL)


def _listed(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    assert isinstance(answer, Watching)
    wire.reply_all(n.RPL_MONLIST, "", [*answer.here, *answer.gone], ",")
    wire.reply(n.RPL_ENDOFMONLIST)


def told(wire: IrcWire, event: WatchedPresence) -> bytes:
    """Somebody came, or went."""
    numeric = n.RPL_MONONLINE if event.here else n.RPL_MONOFFLINE
    target = wire.faces.source(event.person, event.name) if event.here else event.name
    lines = [cut(f":{wire.network.server} {numeric.number} {wire.nick} :{target}")]
    if event.here and metadata_replies.aware(wire):
        kept = wire.take()
        metadata_replies.later(wire, event.name)
        lines += wire.take()
        wire.lines(kept)
    return "".join(f"{line}\r\n" for line in lines).encode()


MORE = frozenset((Presence, AboutChanged, Renamed))
"""What is told of who is watched, beside that they came or went."""


def more(wire: IrcWire, event: Event) -> bytes:
    """AWAY, SETNAME or ACCOUNT of a nick that is monitored, for those who have its capability too (IRCv3
    extended-monitor)."""
    return wire.encoder.encode(event) if wire.has(cap.EXTENDED_MONITOR) else b""


COMMANDS = {"MONITOR": Entry(monitor, 1)}
