"""Keeping a banned guest's address out: a guest's name is one reconnect away from being another.

A ban of a guest also keeps other guests from its addresses out of that channel, for `conversation.guest_ban_hours`.
Those who are in it already stay, those whom a moderator invites come in, and accounts are not meant at all: an address
is often shared. An address in `limits.exempt` is known to be, by a proxy for one, and is never banned.
"""

from __future__ import annotations

import msgspec

from causerie.chat.model import Channel, Person
from causerie.server.context import Context
from causerie.server.engine.passing import PutGuestHost
from causerie.server.engine.rate_limits import network_of
from causerie.server.engine.session import Session
from causerie.server.ports.changes import AddressBan, PutAddressBan


def remember(context: Context, session: Session) -> None:
    """A guest who said something goes: note where from, so that it can be banned by what it said."""
    person = session.person
    if person is None or not person.guest or session.exempt or person.id not in context.state.kept_guests:
        return
    context.apply(PutGuestHost(person.id, network_of(session.host), context.bounds.guest_hosts))


def until(context: Context, session: Session, channel: Channel) -> int:
    """Until when guests from the session's address are kept out of the channel (ms); 0: they are not."""
    if session.exempt or not context.state.address_bans:
        return 0
    ban = context.state.address_bans.get((channel.id, network_of(session.host)))
    return ban.until if ban is not None else 0


def put(context: Context, channel: Channel, whom: Person, by: Person) -> int:
    """Ban the addresses of a guest who was banned, connected or not. How many hours for; 0: there is none to ban."""
    hours = context.config.conversation.guest_ban_hours
    connected = context.state.connected.get(whom.id, ())
    hosts = {network_of(own.host) for own in connected if not own.exempt}
    if whom.id in context.state.guest_hosts:
        hosts.add(context.state.guest_hosts[whom.id])
    if not whom.guest or not hours or not hosts:
        return 0
    now = context.now()
    _make_room(context, now, len(hosts))
    for host in hosts:
        ban = AddressBan(channel.id, host, whom.id, by.id, now + hours * 3_600_000)
        context.apply(PutAddressBan(ban))
    return hours


def of(context: Context, channel: Channel, whom: int) -> list[AddressBan]:
    """What was put with the ban of this person in the channel, and may be over by now."""
    return [ban for ban in context.state.address_bans.values() if ban.channel == channel.id and ban.person == whom]


def lift(context: Context, channel: Channel, whom: int) -> bool:
    """Lift it. Whether there was anything."""
    mine = of(context, channel, whom)
    for ban in mine:
        _drop(context, ban)
    return bool(mine)


def _make_room(context: Context, now: int, more: int) -> None:
    bans = sorted(context.state.address_bans.values(), key=lambda ban: ban.until)
    spare = max(0, len(bans) + more - context.bounds.address_bans)
    for place, ban in enumerate(bans):
        if ban.until > now and place >= spare:
            break
        _drop(context, ban)


def _drop(context: Context, ban: AddressBan) -> None:
    context.apply(PutAddressBan(msgspec.structs.replace(ban, until=0)))
