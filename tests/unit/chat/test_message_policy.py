"""Who may do what about a message, standing by standing, and to the millisecond where there is a time for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat import message_policy as rules
from causerie.chat import policy
from causerie.chat.errors import ChatError
from causerie.chat.model import Access, Channel, Person, Role, Standing

ME, OTHER, NOW, MINUTES = Person(1, "me"), 2, 10_000_000, 5
OPEN = Channel(1, "open")
SAID = NOW - 1000


def outcome(check: Callable[[], object]) -> str:
    """The refusal's code, or "yes"."""
    try:
        check()
    except ChatError as error:
        return error.code
    return "yes"


def change(
    kind: str,
    standing: Standing | None,
    author: int = ME.id,
    at: int = SAID,
    channel: Channel = OPEN,
    person: Person = ME,
    minutes: int = MINUTES,
) -> str:
    """What comes of an edit or a deletion."""
    check = rules.check_edit if kind == "edit" else rules.check_delete
    return outcome(lambda: check(channel, person, standing, author, at, NOW, minutes))


@pytest.mark.parametrize("kind", ["edit", "delete"])
def test_the_time_for_one_s_own(kind: str) -> None:
    """Up to and with the last millisecond of it; 0 minutes is for ever; a clock set back does no harm."""
    member = Standing(Role.MEMBER)
    last = NOW - MINUTES * 60_000
    assert change(kind, member, at=last) == "yes"
    assert change(kind, member, at=last - 1) == "too_late"
    assert change(kind, member, at=0, minutes=0) == "yes"
    assert change(kind, member, at=NOW + 5) == "yes"
    assert change(kind, Standing(Role.MODERATOR), at=0) == "yes"


@pytest.mark.parametrize(
    ("standing", "own_edit", "own_delete", "others"),
    [
        (None, "not_a_member", "yes", "not_yours"),
        (Standing(Role.BANNED), "banned", "banned", "banned"),
        (Standing(Role.INVITED), "not_a_member", "yes", "not_yours"),
        (Standing(Role.READER), "read_only", "yes", "not_yours"),
        (Standing(Role.MEMBER), "yes", "yes", "not_yours"),
        (Standing(Role.MEMBER, NOW + 1), "muted", "yes", "not_yours"),
        (Standing(Role.MEMBER, NOW), "yes", "yes", "not_yours"),
        (Standing(Role.MODERATOR), "yes", "yes", "yes"),
        (Standing(Role.OWNER), "yes", "yes", "yes"),
    ],
)
def test_by_standing(standing: Standing | None, own_edit: str, own_delete: str, others: str) -> None:
    """To edit is to speak; to delete one's own is not; the rest is for moderators."""
    assert change("edit", standing) == own_edit
    assert change("delete", standing) == own_delete
    assert change("edit", standing, author=OTHER) == others
    assert change("delete", standing, author=OTHER) == others


def test_a_muted_moderator_deletes_and_does_not_edit() -> None:
    """Nobody speaks with another's voice who may not speak with their own."""
    muted = Standing(Role.MODERATOR, NOW + 1)
    assert change("edit", muted, author=OTHER) == "muted"
    assert change("delete", muted, author=OTHER) == "yes"


def test_in_a_direct_conversation_nobody_moderates() -> None:
    """Not even an administrator, nor one whose standing says so."""
    direct = Channel(1, "@1+2", access="direct")
    for person in (ME, Person(1, "me", admin=True)):
        owner = Standing(Role.OWNER)
        assert change("delete", owner, author=OTHER, channel=direct, person=person) == "not_yours"
        for check in (rules.check_versions, rules.check_delete_since):
            assert outcome(partial(check, direct, person, owner)) == "not_moderator"
    assert outcome(lambda: rules.check_pin(direct, ME, Standing(Role.MEMBER), NOW)) == "yes"
    assert outcome(lambda: rules.check_report(direct, ME, Standing(Role.MEMBER), OTHER)) == "yes"
    assert rules.may_name_everyone(direct, ME, Standing(Role.MEMBER))


def test_administrators_moderate_public_channels_only() -> None:
    """What is private is its members' own."""
    admin = Person(1, "me", admin=True)
    assert change("edit", None, author=OTHER, person=admin) == "yes"
    assert change("edit", None, author=OTHER, person=admin, channel=Channel(1, "c", access="private")) == "private"
    member = Standing(Role.MEMBER)
    assert change("edit", member, author=OTHER, person=admin, channel=Channel(1, "c", access="private")) == "not_yours"


@pytest.mark.parametrize(
    ("standing", "react", "pin", "versions", "report"),
    [
        (None, "not_a_member", "not_moderator", "not_moderator", "yes"),
        (Standing(Role.BANNED), "banned", "banned", "banned", "banned"),
        (Standing(Role.READER), "yes", "not_moderator", "not_moderator", "yes"),
        (Standing(Role.MEMBER), "yes", "not_moderator", "not_moderator", "yes"),
        (Standing(Role.MEMBER, NOW + 1), "muted", "not_moderator", "not_moderator", "yes"),
        (Standing(Role.MODERATOR), "yes", "yes", "yes", "yes"),
        (Standing(Role.MODERATOR, NOW + 1), "muted", "muted", "yes", "yes"),
    ],
)
def test_the_other_rules(standing: Standing | None, react: str, pin: str, versions: str, report: str) -> None:
    """Reacting is for members, pins and earlier texts for moderators, reporting for whoever reads."""
    assert outcome(lambda: rules.check_react(OPEN, ME, standing, NOW)) == react
    assert outcome(lambda: rules.check_pin(OPEN, ME, standing, NOW)) == pin
    assert outcome(lambda: rules.check_versions(OPEN, ME, standing)) == versions
    assert outcome(lambda: rules.check_delete_since(OPEN, ME, standing)) == versions
    assert outcome(lambda: rules.check_report(OPEN, ME, standing, OTHER)) == report


def test_nobody_reports_oneself() -> None:
    """There is delete for that."""
    assert outcome(lambda: rules.check_report(OPEN, ME, Standing(Role.MEMBER), ME.id)) == "bad_input"


def test_slow_channels() -> None:
    """One message in so many seconds; the refusal says how many are left, at least one; moderators are not slowed."""
    slow = Channel(1, "slow", slow_seconds=30)
    member = Standing(Role.MEMBER)

    def left(last: int) -> object:
        try:
            rules.check_slow(slow, ME, member, last, NOW)
        except ChatError as error:
            return error.data["retry_after"]
        return "yes"

    assert left(NOW) == 30
    assert left(NOW - 29_001) == 1
    assert left(NOW - 29_999) == 1
    assert left(NOW - 30_000) == "yes"
    assert left(0) == "yes"
    rules.check_slow(slow, ME, Standing(Role.MODERATOR), NOW, NOW)
    rules.check_slow(OPEN, ME, member, NOW, NOW)


standings = st.none() | st.builds(Standing, st.sampled_from(Role), st.sampled_from([0, NOW, NOW + 1]))
channels = st.builds(
    lambda access, read_only: Channel(1, "c", access, read_only=read_only),
    st.sampled_from(get_args(Access)),
    st.booleans(),
)


@given(channels, standings, st.booleans(), st.sampled_from([ME.id, OTHER]), st.sampled_from([0, SAID]))
def test_whoever_may_not_read_may_do_nothing(
    channel: Channel, standing: Standing | None, admin: bool, author: int, at: int
) -> None:
    """And whoever may edit may delete: no rule about a message opens what reading is closed to."""
    me = Person(1, "me", admin=admin)
    edit = outcome(lambda: rules.check_edit(channel, me, standing, author, at, NOW, MINUTES))
    delete = outcome(lambda: rules.check_delete(channel, me, standing, author, at, NOW, MINUTES))
    assert edit != "yes" or delete == "yes"
    if not policy.may_read(channel, me, standing):
        refused = {
            edit,
            delete,
            outcome(lambda: rules.check_versions(channel, me, standing)),
            outcome(lambda: rules.check_delete_since(channel, me, standing)),
            outcome(lambda: rules.check_react(channel, me, standing, NOW)),
            outcome(lambda: rules.check_pin(channel, me, standing, NOW)),
            outcome(lambda: rules.check_follow(channel, me, standing)),
            outcome(lambda: rules.check_report(channel, me, standing, author)),
        }
        assert refused <= {"banned", "private"}
