"""What is remembered of guests' addresses is bounded, and what is over goes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from causerie.chat.model import Channel, Person
from causerie.server.context import Bounds, Context
from causerie.server.engine.session import Session, Trust
from causerie.server.features.presence import address_bans
from tests.people import House

MODERATOR = Person(id=1, name="anna")


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    async with House() as house:
        yield house.server.context


class Bucket:
    """A session that has one is not exempt."""


def guest(context: Context, number: int, host: str, exempt: bool = False) -> Session:
    """A guest's session, who has said something."""
    bucket: Any = None if exempt else Bucket()
    outlet: Any = None
    session = Session(outlet, host, Trust.GUESTS, bucket)
    session.person = Person(id=number, name=f"Guest{number}", guest=True)
    context.state.kept_guests[number] = True
    return session


def garden(context: Context) -> Channel:
    """A channel."""
    return Channel(id=7, name="garden")


async def test_addresses_of_guests_that_are_gone_are_forgotten_oldest_first(context: Context) -> None:
    """A guest that comes and goes again counts as new."""
    context.bounds = Bounds(guest_hosts=2)
    for number in (1, 2, 1, 3):
        address_bans.remember(context, guest(context, number, f"192.0.2.{number}"))
    assert context.state.guest_hosts == {1: "192.0.2.1", 3: "192.0.2.3"}


async def test_only_guests_who_said_something_are_remembered_and_none_from_shared_addresses(context: Context) -> None:
    """Nobody can be banned by what they did not say; an exempt address is never banned."""
    address_bans.remember(context, guest(context, 1, "192.0.2.1", exempt=True))
    silent = guest(context, 2, "192.0.2.2")
    del context.state.kept_guests[2]
    address_bans.remember(context, silent)
    account = guest(context, 3, "192.0.2.3")
    account.person = Person(id=3, name="bob")
    address_bans.remember(context, account)
    assert context.state.guest_hosts == {}


async def test_bans_are_bounded_and_those_that_are_over_are_dropped_first(context: Context) -> None:
    """Past the bound the ban that would end first is lifted."""
    context.bounds = Bounds(address_bans=2)
    time = context.now()
    context.now = lambda: time
    channel = garden(context)
    for number in (1, 2, 3):
        context.state.guest_hosts[number] = f"192.0.2.{number}"
        assert address_bans.put(context, channel, Person(id=number, name="x", guest=True), MODERATOR) == 24
        time += 1000
    assert [ban.person for ban in context.state.address_bans.values()] == [2, 3]
    time += 24 * 3_600_000
    context.state.guest_hosts[4] = "192.0.2.4"
    address_bans.put(context, channel, Person(id=4, name="x", guest=True), MODERATOR)
    assert [ban.person for ban in context.state.address_bans.values()] == [4]


async def test_a_network_of_ipv6_is_one_address(context: Context) -> None:
    """A guest who has a /64 has all of it; another network is not meant, nor another channel, nor an account's ban."""
    channel, other = garden(context), Channel(id=8, name="attic")
    address_bans.remember(context, guest(context, 1, "2001:db8:0:1::5"))
    address_bans.put(context, channel, Person(id=1, name="x", guest=True), MODERATOR)
    assert address_bans.until(context, guest(context, 2, "2001:db8:0:1::6"), channel)
    assert not address_bans.until(context, guest(context, 3, "2001:db8:0:2::5"), channel)
    assert not address_bans.until(context, guest(context, 2, "2001:db8:0:1::6"), other)
    assert not address_bans.until(context, guest(context, 2, "2001:db8:0:1::6", exempt=True), channel)
    assert address_bans.put(context, other, Person(id=1, name="x"), MODERATOR) == 0
    assert address_bans.lift(context, channel, 1)
    assert not address_bans.lift(context, channel, 1)
    assert context.state.address_bans == {}
