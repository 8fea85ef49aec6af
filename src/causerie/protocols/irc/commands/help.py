"""HELP: the commands, and a word on each.

Source: Modern IRC, "HELP message". What is said of a command is what its function says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, pieces

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def of(commands: Mapping[str, Entry]) -> dict[str, Entry]:
    """The commands that say what is in this table."""

    def help_(wire: IrcWire, line: Line) -> None:
        """HELP, or HELP and a command: what there is, and what it does."""
        _help(wire, line, commands)

    return {"HELP": Entry(help_), "HELPOP": Entry(help_)}


def _help(wire: IrcWire, line: Line, commands: Mapping[str, Entry]) -> None:
    subject = line.param(0).upper().split(" ")[0]
    entry = commands.get(subject)
    if subject and entry is None:
        wire.reply(n.ERR_HELPNOTFOUND, line.param(0).split(" ")[0])
        return
    if entry is None:
        subject, title = "*", "Help"
        text = f"HELP and one of these says more:\n{' '.join(sorted(commands))}"
    else:
        title, text = f"The command {subject}", entry.handle.__doc__ or subject
    wire.reply(n.RPL_HELPSTART, subject, f":{title}")
    wire.reply(n.RPL_HELPTXT, subject, ":")
    room = wire.room(f"705 {wire.nick} {subject}")
    for one in text.split("\n"):
        for piece in pieces(one.strip(), room):
            wire.reply(n.RPL_HELPTXT, subject, f":{piece}")
    wire.reply(n.RPL_ENDOFHELP, subject)
