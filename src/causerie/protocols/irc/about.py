"""What the server says of itself: 004, ISUPPORT, LUSERS, MOTD, VERSION.

Source: Modern IRC, "Server Queries and Commands" and "Feature Advertisement".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.protocols.irc import isupport as features
from causerie.protocols.irc import numerics as n
from causerie.protocols.irc.command import Entry
from causerie.protocols.irc.lines import Line

if TYPE_CHECKING:
    from causerie.protocols.irc.wire import IrcWire


def my_info(wire: IrcWire) -> None:
    """004: name, version, user modes, channel modes, those of them with a parameter."""
    network = wire.network
    wire.reply(n.RPL_MYINFO, network.server, f"causerie-{network.version}", "iw", "bimnoq", "boq")


def isupport(wire: IrcWire) -> None:
    """005, in lines of at most 13 tokens."""
    tokens = features.tokens(wire.network)
    for start in range(0, len(tokens), features.TOKENS_A_LINE):
        wire.reply(n.RPL_ISUPPORT, *tokens[start : start + features.TOKENS_A_LINE])


def lusers(wire: IrcWire, line: Line | None = None) -> None:
    """LUSERS: how many are here."""
    people, most, channels = wire.network.counts()
    wire.reply(n.RPL_LUSERCLIENT, people=people)
    wire.reply(n.RPL_LUSEROP, "0")
    wire.reply(n.RPL_LUSERCHANNELS, str(channels))
    wire.reply(n.RPL_LUSERME, people=people)
    wire.reply(n.RPL_LOCALUSERS, str(people), str(most), people=people, most=most)
    wire.reply(n.RPL_GLOBALUSERS, str(people), str(most), people=people, most=most)


def motd(wire: IrcWire, line: Line | None = None) -> None:
    """MOTD: the message of the day."""
    if line is not None and _elsewhere(wire, line):
        return
    lines = wire.network.motd
    if not lines:
        wire.reply(n.ERR_NOMOTD)
        return
    wire.reply(n.RPL_MOTDSTART, server=wire.network.server)
    for text in lines:
        wire.reply(n.RPL_MOTD, f":- {text}")
    wire.reply(n.RPL_ENDOFMOTD)


def version(wire: IrcWire, line: Line) -> None:
    """VERSION, and ISUPPORT with it."""
    if not _elsewhere(wire, line):
        wire.reply(n.RPL_VERSION, f"causerie-{wire.network.version}", wire.network.server, ":")
        isupport(wire)


def _elsewhere(wire: IrcWire, line: Line) -> bool:
    asked = line.param(0)
    if asked and asked not in (wire.network.server, wire.nick, "*"):
        wire.reply(n.ERR_NOSUCHSERVER, asked.split(" ")[0])
        return True
    return False


COMMANDS = {"LUSERS": Entry(lusers), "MOTD": Entry(motd), "VERSION": Entry(version)}
