"""What the server says of itself: 004, ISUPPORT, LUSERS, MOTD, VERSION, TIME, INFO, ADMIN, STATS, LINKS.

Source: Modern IRC, "Server Queries and Commands" and "Feature Advertisement".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from causerie.protocols.irc.commands import umodes
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.state import isupport as features
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import BODY_MOST, NICK_BYTES, Line, packed, pieces

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def my_info(wire: IrcWire) -> None:
    """004: name, version, user modes, channel modes, those of them with a parameter."""
    network = wire.network
    wire.reply(
        n.RPL_MYINFO, network.server, f"causerie-{network.version}", umodes.USER_MODES, "Ibeiklmnoqstv", "Ibekloqv"
    )


def isupport(wire: IrcWire) -> None:
    """005, in lines of at most 13 tokens, whoever's nick is on them."""
    tokens, most = features.tokens(wire.network), features.TOKENS_A_LINE
    room = BODY_MOST - len(f":{wire.network.server} 005  :{n.RPL_ISUPPORT.text}") - NICK_BYTES - 1
    for start in range(0, len(tokens), most):
        for some in packed(tokens[start : start + most], room):
            wire.reply(n.RPL_ISUPPORT, some)


def lusers(wire: IrcWire, line: Line) -> None:
    """LUSERS: how many are here. Who is invisible to others is not counted; mode i is."""
    if (recount := wire.network.census.recount()) is not None:
        wire.in_turn(lambda wire, command, answer: counted(wire), recount)
    else:
        counted(wire)


def counted(wire: IrcWire) -> None:
    """What was counted last."""
    counts = wire.network.census.counts
    people, most = counts.people, counts.most
    wire.reply(n.RPL_LUSERCLIENT, visible=people - counts.hidden, hidden=counts.hidden)
    wire.reply(n.RPL_LUSEROP, str(counts.operators))
    if counts.unknown:
        wire.reply(n.RPL_LUSERUNKNOWN, str(counts.unknown))
    wire.reply(n.RPL_LUSERCHANNELS, str(counts.channels))
    wire.reply(n.RPL_LUSERME, people=people)
    wire.reply(n.RPL_LOCALUSERS, str(people), str(most), people=people, most=most)
    wire.reply(n.RPL_GLOBALUSERS, str(people), str(most), people=people, most=most)


def motd(wire: IrcWire, line: Line | None = None) -> None:
    """MOTD: the message of the day."""
    if line is not None and _elsewhere(wire, line):
        return
    lines = wire.view.settings().irc.motd.splitlines()
    if not lines:
        wire.reply(n.ERR_NOMOTD)
        return
    wire.reply(n.RPL_MOTDSTART, server=wire.network.server)
    room = BODY_MOST - len(f":{wire.network.server} 372  :- ") - NICK_BYTES - 1
    for text in lines:
        for piece in pieces(text, room) or [""]:
            wire.reply(n.RPL_MOTD, f":- {piece}")
    wire.reply(n.RPL_ENDOFMOTD)


def version(wire: IrcWire, line: Line) -> None:
    """VERSION, and ISUPPORT with it."""
    if not _elsewhere(wire, line):
        wire.reply(n.RPL_VERSION, f"causerie-{wire.network.version}", wire.network.server, ":")
        isupport(wire)


def time(wire: IrcWire, line: Line) -> None:
    """TIME: what time it is for the server, in UTC."""
    if not _elsewhere(wire, line):
        now = datetime.fromtimestamp(wire.view.now() / 1000, UTC)
        wire.reply(n.RPL_TIME, wire.network.server, now.strftime(":%A %B %d %Y -- %H:%M:%S +00:00"))


def info(wire: IrcWire, line: Line) -> None:
    """INFO: what this server is."""
    if _elsewhere(wire, line):
        return
    network = wire.network
    wire.reply(n.RPL_INFO, f":causerie {network.version}, group chat for every client")
    wire.reply(n.RPL_INFO, f":up since {network.since}")
    wire.reply(n.RPL_ENDOFINFO)


def admin(wire: IrcWire, line: Line) -> None:
    """ADMIN: who keeps the server."""
    if _elsewhere(wire, line):
        return
    lines = wire.view.settings().irc.admin.splitlines()
    if not lines:
        wire.reply(n.ERR_NOADMININFO, wire.network.server)
        return
    wire.reply(n.RPL_ADMINME, wire.network.server)
    # Three lines, whatever was given: the last one is the address.
    places = [*lines[:-1][:2], "", ""][:2]
    for numeric, text in zip((n.RPL_ADMINLOC1, n.RPL_ADMINLOC2, n.RPL_ADMINEMAIL), (*places, lines[-1]), strict=True):
        wire.reply(numeric, f":{text}")


def stats(wire: IrcWire, line: Line) -> None:
    """STATS u: since when the server is up; o, for operators: the names that OPER takes. It tells of nothing else."""
    if wire.network.is_me(line.param(1)) or not line.param(1):
        letter = line.param(0)[:1]
        if letter == "u":
            minutes, seconds = divmod(int(wire.view.clock() - wire.view.started), 60)
            hours, minutes = divmod(minutes, 60)
            days, hours = divmod(hours, 24)
            wire.reply(n.RPL_STATSUPTIME, days=days, hours=hours, minutes=minutes, seconds=seconds)
        elif letter == "o" and not wire.view.is_administrator(wire.person):
            wire.reply(n.ERR_NOPRIVILEGES)
        elif letter == "o":
            for name in [one.name for one in wire.view.settings().oper]:
                wire.reply(n.RPL_STATSOLINE, "O", "*", "*", name)
        wire.reply(n.RPL_ENDOFSTATS, letter if letter.strip() else "*")
    else:
        wire.reply(n.ERR_NOSUCHSERVER, line.param(1).split(" ")[0])


def links(wire: IrcWire, line: Line) -> None:
    """LINKS: the servers of the network, of which this is the only one."""
    server = wire.network.server
    wire.reply(n.RPL_LINKS, server, server, f":0 {wire.network.description}")
    wire.reply(n.RPL_ENDOFLINKS, "*")


def greeting(wire: IrcWire, nick: str) -> list[str]:
    """What a client of this nick is told when it has registered."""
    network = wire.network
    scribe = type(wire)(wire.bounds, network)
    scribe.told_nick = nick
    scribe.reply(n.RPL_WELCOME, network=network.name, nick=nick)
    scribe.reply(n.RPL_YOURHOST, server=network.server, version=network.version)
    scribe.reply(n.RPL_CREATED, since=network.since)
    my_info(scribe)
    isupport(scribe)
    counted(scribe)
    motd(scribe)
    return scribe.take()


def _elsewhere(wire: IrcWire, line: Line) -> bool:
    asked = line.param(0)
    if asked and not wire.network.is_me(asked):
        wire.reply(n.ERR_NOSUCHSERVER, asked.split(" ")[0] or "*")
        return True
    return False


COMMANDS = {
    "LUSERS": Entry(lusers),
    "MOTD": Entry(motd),
    "VERSION": Entry(version),
    "TIME": Entry(time),
    "INFO": Entry(info),
    "ADMIN": Entry(admin),
    "STATS": Entry(stats, 1),
    "LINKS": Entry(links),
}
