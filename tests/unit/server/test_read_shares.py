"""Whose share a read is: an account's, wherever it comes from; the guests of one network have one."""

from __future__ import annotations

from typing import cast

import pytest

from causerie.chat.model import Person
from causerie.server.engine.session import Outlet, Session, Trust
from causerie.server.read_shares import share_of

ANNA, GUEST, OTHER = Person(1, "Anna"), Person(2, "Mia", guest=True), Person(3, "Leo", guest=True)


def share(person: Person, host: str) -> int | str:
    session = Session(cast(Outlet, None), host, Trust.PASSWORDS, None)
    session.person = person
    return share_of(session)


def test_an_account_has_one_share_wherever_it_comes_from() -> None:
    assert {share(ANNA, host) for host in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "")} == {ANNA.id}


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
def test_the_guests_of_a_network_have_one_together(first: str, second: str, together: bool) -> None:
    """IPv6: of a /64, since a customer has that many addresses."""
    assert (share(GUEST, first) == share(OTHER, second)) is together
    assert share(GUEST, first) != share(ANNA, first)
