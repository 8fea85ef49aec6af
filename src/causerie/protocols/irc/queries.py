"""Who is here: WHO, WHOIS, USERHOST, ISON; and AWAY.

Source: Modern IRC, "User-Based Queries" and "Optional Messages".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.replies import Member, PersonCard, Snapshot
from causerie.protocols.irc import capabilities as cap
from causerie.protocols.irc import numerics as n
from causerie.protocols.irc.channels import every_member
from causerie.protocols.irc.command import Entry
from causerie.protocols.irc.language import away_text
from causerie.protocols.irc.lines import Line, pieces
from causerie.protocols.irc.names import core_name, is_channel, prefixes, shown_channel
from causerie.server.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.wire import IrcWire

CHANNELS_BYTES = 350
"""Of channels on one line of WHOIS."""

NICKS_MOST = 5
"""Of USERHOST (RFC 2812, section 4.8)."""


def who(wire: IrcWire, line: Line) -> None:
    """WHO of a channel, or of one nick."""
    mask = line.param(0)
    if is_channel(mask):

        def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
            if isinstance(answer, Snapshot):
                channel = shown_channel(answer.channel)
                every_member(wire, answer, lambda wire, members: _who_in(wire, channel, members), end)
            else:
                end(wire)

        def end(wire: IrcWire) -> None:
            wire.reply(n.RPL_ENDOFWHO, mask)

        wire.ask(c.Look(channel=core_name(mask)), then, every=True)
        return
    person = wire.network.named(mask)
    if person is not None and wire.network.is_here(person):
        _who_line(wire, "*", person.id, person.name, "G" if wire.network.away(person) else "H")
    wire.reply(n.RPL_ENDOFWHO, mask or "*")


def _who_in(wire: IrcWire, channel: str, members: Sequence[Member]) -> None:
    every = wire.has(cap.MULTI_PREFIX)
    for member in members:
        if member.here:
            flags = ("G" if member.away or member.dnd else "H") + prefixes(member.role, every)
            _who_line(wire, channel, member.person, member.name, flags)


def _who_line(wire: IrcWire, channel: str, person: int, name: str, flags: str) -> None:
    network = wire.network
    user, real_name = network.face(person).user, network.real_name(person, name)
    wire.reply(n.RPL_WHOREPLY, channel, user, network.host, network.server, name, flags, f":0 {real_name}")


def whois(wire: IrcWire, line: Line) -> None:
    """WHOIS of one nick; the server that is asked is always this one."""
    nick = line.params[-1] if line.params else ""
    if not nick:
        wire.reply(n.ERR_NONICKNAMEGIVEN)
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, PersonCard) and answer.here:
            _whois_lines(wire, answer)
        else:
            wire.reply(n.ERR_NOSUCHNICK, nick.split(" ")[0] or "*")
        wire.reply(n.RPL_ENDOFWHOIS, nick.split(" ")[0] or "*")

    wire.ask(c.Whois(name=nick.split(",")[0]), then, every=True)


def _whois_lines(wire: IrcWire, card: PersonCard) -> None:
    network, name, face = wire.network, card.name, wire.network.face(card.person)
    wire.reply(n.RPL_WHOISUSER, name, face.user, network.host, "*", f":{network.real_name(card.person, name)}")
    every = wire.has(cap.MULTI_PREFIX)
    shown = [prefixes(network.role(channel, card.person), every) + shown_channel(channel) for channel in card.channels]
    for some in pieces(" ".join(shown), CHANNELS_BYTES):
        wire.reply(n.RPL_WHOISCHANNELS, name, f":{some}")
    wire.reply(n.RPL_WHOISSERVER, name, network.server, f":{network.name}")
    if away := away_text(card.away, card.mode == "dnd"):
        wire.reply(n.RPL_AWAY, name, f":{away}")
    # How long somebody has said nothing is not kept.
    wire.reply(n.RPL_WHOISIDLE, name, "0", str(card.since // 1000))
    if not card.guest:
        wire.reply(n.RPL_WHOISACCOUNT, name, name)


def userhost(wire: IrcWire, line: Line) -> None:
    """USERHOST of up to five nicks."""
    shown = []
    for nick in line.params[:NICKS_MOST]:
        person = wire.network.named(nick)
        if person is not None and wire.network.is_here(person):
            shown.append(f"{person.name}=+{wire.network.face(person.id).user}@{wire.network.host}")
    wire.reply(n.RPL_USERHOST, f":{' '.join(shown)}")


def ison(wire: IrcWire, line: Line) -> None:
    """ISON: which of these nicks are here."""
    people = [wire.network.named(nick) for param in line.params for nick in param.split()]
    shown = [person.name for person in people if person is not None and wire.network.is_here(person)]
    wire.reply(n.RPL_ISON, f":{' '.join(shown)}")


def away(wire: IrcWire, line: Line) -> None:
    """AWAY with a text, or back without one."""
    text = line.param(0)

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        wire.reply(n.RPL_NOWAWAY if text else n.RPL_UNAWAY)

    wire.ask(c.Away(text=text), then)


COMMANDS = {
    "WHO": Entry(who, 1),
    "WHOIS": Entry(whois),
    "USERHOST": Entry(userhost, 1),
    "ISON": Entry(ison, 1),
    "AWAY": Entry(away),
}
