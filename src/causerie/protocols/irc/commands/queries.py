"""USERHOST and ISON: who of some people is here.

Source: Modern IRC, "Optional Messages".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.bounds import NICKS_MOST
from causerie.protocols.irc.syntax.lines import Line

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def userhost(wire: IrcWire, line: Line) -> None:
    """USERHOST of up to five nicks."""
    shown = []
    for nick in line.params[:NICKS_MOST]:
        person = wire.view.person_named(nick)
        if person is not None and wire.view.is_here(person.id):
            operator = "*" if wire.view.is_administrator(person.id) else ""
            here = "-" if wire.faces.away(person.id) else "+"
            source = wire.faces.source(person.id, "").removeprefix("!")
            shown.append(f"{person.name}{operator}={here}{source}")
    if shown:
        wire.reply_all(n.RPL_USERHOST, "", shown)
    else:
        wire.reply(n.RPL_USERHOST, ":")


def ison(wire: IrcWire, line: Line) -> None:
    """ISON: which of these nicks are here."""
    people = [wire.view.person_named(nick) for param in line.params for nick in param.split()]
    shown = [person.name for person in people if person is not None and wire.view.is_here(person.id)]
    if shown:
        wire.reply_all(n.RPL_ISON, "", shown)
    else:
        wire.reply(n.RPL_ISON, ":")


COMMANDS = {
    "USERHOST": Entry(userhost, 1),
    "ISON": Entry(ison, 1),
}
