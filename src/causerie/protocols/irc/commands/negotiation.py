"""CAP: what a client can do and wants to be told (IRCv3 capability-negotiation, version 302)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.protocols.irc.commands import metadata_replies
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.registration import go_on
from causerie.protocols.irc.state import offers
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, packed
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def negotiate(wire: IrcWire, line: Line) -> None:
    """CAP LS, LIST, REQ, END. Before registration LS and REQ hold it back until END."""
    word = line.param(0).upper()
    if word not in ("LS", "LIST", "REQ", "END"):
        wire.reply(n.ERR_INVALIDCAPCMD, word.split(" ")[0] or "*")
        return
    if wire.registration is not None:
        wire.registration.negotiating = word != "END" and (word != "LIST" or wire.registration.negotiating)
    if word == "END":
        go_on(wire)
    elif word == "REQ":
        _request(wire, line.param(1))
    elif word == "LIST":
        _list(wire, "LIST", cap.names_of(wire.caps), several=True)
    else:
        newer = line.param(1).isdigit() and int(line.param(1)) >= 302
        if newer:
            wire.caps |= cap.CAP_NOTIFY
        known = offers.capabilities(wire.view, wire.certificate)
        offered = [f"{name}={value}" if newer and value else name for name, value in known.items()]
        if newer and (policy := offers.strict_transport(wire.view, wire.secure)):
            # A policy is told, never asked for (IRCv3 sts, "Mechanism").
            offered.append(f"sts={policy}")
        _list(wire, "LS", offered, several=newer)


def _list(wire: IrcWire, word: str, names: list[str], several: bool) -> None:
    start = f"CAP {wire.nick} {word}"
    if not several:
        # One line is all that there is for older clients: what is still a draft is left out first.
        names = sorted(names, key=lambda name: name.startswith("draft/"))
    lines = list(packed(names, wire.room(f"{start} *"))) or [""]
    for part in lines[:-1] if several else ():
        wire.line(f"{start} * :{part}")
    wire.line(f"{start} :{lines[-1] if several else lines[0]}")


def _request(wire: IrcWire, wanted: str) -> None:
    """All that is asked for, or none of it."""
    names = wanted.split()
    bare = [name.removeprefix("-") for name in names]
    known = offers.capabilities(wire.view, wire.certificate)
    if not all(name in known for name in bare):
        wire.line(f"CAP {wire.nick} NAK :{wanted.strip()}")
        return
    caps = wire.caps
    for name in names:
        bit = cap.OFFERED[name.removeprefix("-")]
        caps = caps & ~bit if name[0] == "-" else caps | bit
    if caps & cap.METADATA and caps & cap.METADATA_2:
        # One of them at a time (IRCv3 draft/metadata-3, "Relation with other specifications").
        wire.line(f"CAP {wire.nick} NAK :{wanted.strip()}")
        return
    if metadata_replies.is_aware(wire.caps) and not metadata_replies.is_aware(caps):
        if wire.registration is None:
            wire.ask(c.FollowMetadata(on=False), lambda wire, command, answer: None, every=True)
        elif wire.registration.ahead is not None:
            wire.registration.ahead.follows.clear()
    wire.caps = caps

    def acknowledge(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        # What is told before the client reads this is told as it was.
        wire.encoder = wire.network.encoder(caps)
        for some in packed(names, wire.room(f"CAP {wire.nick} ACK")):
            wire.line(f"CAP {wire.nick} ACK :{some}")

    wire.in_turn(acknowledge)


COMMANDS = {"CAP": Entry(negotiate, 1)}
