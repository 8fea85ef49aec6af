"""WHOIS and WHOWAS: who somebody is, and who had a nick.

Source: Modern IRC, "User-Based Queries". What is told is the core's: channels that both are in, and an address to
nobody but administrators and oneself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.replies import GoneList, PersonCard
from causerie.protocols.irc.commands import metadata_replies
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.messages.faces import away_text
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.bounds import BOT
from causerie.protocols.irc.syntax.lines import Line
from causerie.protocols.irc.syntax.names import prefixes, shown_channel
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def whois(wire: IrcWire, line: Line) -> None:
    """WHOIS of one nick; the server that is asked is always this one."""
    nick = line.params[-1] if line.params else ""
    if not nick:
        wire.reply(n.ERR_NONICKNAMEGIVEN)
        return
    if len(line.params) > 1 and not wire.network.is_me(line.param(0)):
        wire.reply(n.ERR_NOSUCHSERVER, line.param(0).split(" ")[0] or "*")
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, PersonCard) and (answer.here or answer.person == wire.person):
            _lines(wire, answer)
        else:
            wire.reply(n.ERR_NOSUCHNICK, nick.split(" ")[0] or "*")
        wire.reply(n.RPL_ENDOFWHOIS, nick.split(" ")[0] or "*")

    wire.ask(c.Whois(name=nick.split(",")[0]), then, every=True)


def _lines(wire: IrcWire, card: PersonCard) -> None:
    network, name, face = wire.network, card.name, wire.faces.of(card.person)
    host, real_name = wire.faces.host(card.person), wire.faces.real_name(card.person, name)
    wire.reply(n.RPL_WHOISUSER, name, face.user, host, "*", f":{real_name}")
    every = wire.has(cap.MULTI_PREFIX)
    shown = [prefixes(wire.role(channel, card.person), every) + shown_channel(channel) for channel in card.channels]
    wire.reply_all(n.RPL_WHOISCHANNELS, name, shown)
    wire.reply(n.RPL_WHOISSERVER, name, network.server, f":{network.description}")
    if away := away_text(card.away, card.mode == "dnd"):
        wire.reply(n.RPL_AWAY, name, f":{away}")
    if card.operator:
        wire.reply(n.RPL_WHOISOPERATOR, name)
    wire.reply(n.RPL_WHOISIDLE, name, str(card.idle), str(card.since // 1000))
    if not card.guest:
        wire.reply(n.RPL_WHOISACCOUNT, name, name)
    metadata_replies.in_whois(wire, card.person, name)
    if BOT in face.modes:
        wire.reply(n.RPL_WHOISBOT, name)
    for host in card.hosts:
        wire.reply(n.RPL_WHOISHOST, name, hosts=f"*@{host} {host}")
    if card.secure:
        wire.reply(n.RPL_WHOISSECURE, name)


def whowas(wire: IrcWire, line: Line) -> None:
    """WHOWAS nick or mask, and how many of them: who had it, the last one first."""
    nick = line.param(0).split(",")[0]
    if not nick:
        wire.reply(n.ERR_NONICKNAMEGIVEN)
        return
    most = line.param(1)
    limit = int(most) if most.isdecimal() and most.isascii() and len(most) < 4 else 0

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        found = answer.people if isinstance(answer, GoneList) else []
        for one in found:
            user, real_name = wire.faces.was_shown(one.person)
            wire.reply(n.RPL_WHOWASUSER, one.name, user, wire.faces.host(one.person), "*", f":{real_name or one.name}")
            left = datetime.fromtimestamp(one.at / 1000, UTC).strftime("%a %b %d %Y %H:%M:%S UTC")
            wire.reply(n.RPL_WHOISSERVER, one.name, wire.network.server, f":{left}")
        if not found:
            wire.reply(n.ERR_WASNOSUCHNICK, nick.split(" ")[0])
        wire.reply(n.RPL_ENDOFWHOWAS, nick.split(" ")[0])

    wire.ask(c.Gone(name=nick, limit=limit or 100), then, every=True)


COMMANDS = {"WHOIS": Entry(whois), "WHOWAS": Entry(whowas)}
