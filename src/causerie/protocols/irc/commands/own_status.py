"""AWAY and SETNAME: how one is present, and one's real name.

Sources: Modern IRC, "Optional Messages"; IRCv3 pre-away, setname.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.bounds import ABOUT_BYTES
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire, Then


def away(wire: IrcWire, line: Line) -> None:
    """AWAY with a text, or back without one. `*` is for a client that nobody looks at; it may come before NICK."""
    text, own = line.param(0), wire.registration
    if own is None:
        wire.ask(being_away(text, wire.has(cap.PRE_AWAY)), _answered(text))
    elif wire.has(cap.PRE_AWAY):
        own.away = text
        wire.reply(n.RPL_NOWAWAY if text else n.RPL_UNAWAY)
    else:
        wire.reply(n.ERR_NOTREGISTERED)


def being_away(text: str, unattended: bool) -> c.Command:
    """The core's command for it. `unattended`: whether `*` has its meaning."""
    return c.SetPresence(mode="away") if text == "*" and unattended else c.Away(text=text)


def _answered(text: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        wire.reply(n.RPL_NOWAWAY if text else n.RPL_UNAWAY)

    return then


def setname(wire: IrcWire, line: Line) -> None:
    """SETNAME :real name: another real name from now on."""
    wanted = line.param(0)
    if not wanted.strip() or len(wanted.encode()) > ABOUT_BYTES:
        wire.line("FAIL SETNAME INVALID_REALNAME :Realname is not valid")
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if wire.has(cap.SETNAME):
            source = wire.faces.source(wire.person, wire.nick)
            wire.line_by(f":{source} SETNAME :{wire.faces.real_name(wire.person, wire.nick)}".encode())

    wire.ask(c.Describe(about=wanted), then)


COMMANDS = {"AWAY": Entry(away), "SETNAME": Entry(setname, 1)}
