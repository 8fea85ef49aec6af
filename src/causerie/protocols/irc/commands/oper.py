"""Keeping the server: OPER, KILL, WALLOPS, REHASH.

Source: Modern IRC, "Operator Messages". Who may is the core's: administrators, and who has an administrator's rights
for now by a name and a password of the settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.protocols.irc.commands import umodes
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def oper(wire: IrcWire, line: Line) -> None:
    """OPER name password: an administrator's rights on this connection."""

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        wire.reply(n.RPL_YOUREOPER)
        umodes.told(wire, "+o")

    wire.ask(c.Elevate(name=line.param(0), password=line.param(1)), then)


def kill(wire: IrcWire, line: Line) -> None:
    """KILL nick :reason: end all of somebody's connections. For operators."""
    reason = line.param(1) or "no reason given"
    wire.ask(c.Disconnect(name=line.param(0), reason=f"Killed ({wire.nick} ({reason}))"))


def wallops(wire: IrcWire, line: Line) -> None:
    """WALLOPS :text: say something to everybody who wants to hear it (mode w). For operators."""
    if not line.param(0).strip():
        wire.reply(n.ERR_NEEDMOREPARAMS, "WALLOPS")
        return
    wire.ask(c.Announce(text=line.param(0)))


def rehash(wire: IrcWire, line: Line) -> None:
    """REHASH: read the settings file again. For operators."""

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        wire.reply(n.RPL_REHASHING, "causerie.toml")

    wire.ask(c.Reload(), then)


COMMANDS = {"OPER": Entry(oper, 2), "KILL": Entry(kill, 1), "WALLOPS": Entry(wallops, 1), "REHASH": Entry(rehash)}
