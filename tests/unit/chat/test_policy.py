"""Who may do what, where a play would need a house full of people to see each case."""

import pytest

from causerie.chat.errors import AccountsOnly, NotAMember, NotModerator
from causerie.chat.model import Channel, Person, Role, Standing
from causerie.chat.policy import check_presence, check_voice, may_handle, uninvited

GARDEN = Channel(id=1, name="garden")
ANNA, BEN = Person(id=1, name="anna"), Person(id=2, name="ben")
CHIEF = Person(id=3, name="chief", admin=True)
MODERATOR, MEMBER = Standing(Role.MODERATOR), Standing(Role.MEMBER)


def test_a_report_is_for_moderators_but_for_the_one_whom_it_is_about() -> None:
    assert may_handle(GARDEN, ANNA, MODERATOR, BEN.id, [ANNA.id])
    assert not may_handle(GARDEN, ANNA, MODERATOR, ANNA.id, [ANNA.id])
    assert not may_handle(GARDEN, BEN, MEMBER, ANNA.id, [ANNA.id])


def test_administrators_handle_reports_only_where_nobody_else_moderates() -> None:
    private = Channel(id=2, name="den", access="private")
    assert may_handle(private, CHIEF, None, ANNA.id, [ANNA.id])
    assert may_handle(private, CHIEF, None, ANNA.id, [])
    assert not may_handle(private, CHIEF, None, ANNA.id, [ANNA.id, BEN.id])
    assert not may_handle(private, CHIEF, None, CHIEF.id, [])
    assert not may_handle(private, BEN, None, ANNA.id, [])


def test_of_an_invitation_only_a_mute_is_left_and_it_lets_nobody_in() -> None:
    assert uninvited(Standing(Role.INVITED)) is None
    assert uninvited(Standing(Role.INVITED, muted_until=7)) == Standing(Role.INVITED, muted_until=7, admits=False)


def test_moderators_give_members_a_voice_and_nobody_else_does() -> None:
    check_voice(GARDEN, ANNA, MODERATOR, BEN, MEMBER)
    with pytest.raises(NotModerator):
        check_voice(GARDEN, ANNA, MEMBER, BEN, MEMBER)
    for his in (None, Standing(Role.INVITED)):
        with pytest.raises(NotAMember) as refused:
            check_voice(GARDEN, ANNA, MODERATOR, BEN, his)
        assert refused.value.data == {"channel": "garden", "name": "ben"}


def test_guests_are_never_invisible() -> None:
    check_presence(ANNA, "invisible")
    with pytest.raises(AccountsOnly):
        check_presence(Person(id=4, name="Guest", guest=True), "invisible")
