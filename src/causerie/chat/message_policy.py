"""The rules of rights about messages; the others are in policy.py. Checks raise the refusal and change nothing.

Moderators are those of policy.rank: of a direct conversation nobody is, not even an administrator.
"""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.errors import BadInput, Muted, NotYours, SlowMode, TooLate
from causerie.chat.model import Channel, Person, Standing

MINUTE = 60_000


def check_moderator(channel: Channel, person: Person, standing: Standing | None) -> None:
    """Is this person a moderator of the channel, and may read it?"""
    policy.check_read(channel, person, standing)
    policy.check_moderator(channel, person, standing)


def _check_muted(channel: Channel, standing: Standing | None, now: int) -> None:
    if standing is not None and standing.muted_until > now:
        raise Muted(channel=channel.name, until=standing.muted_until)


def _check_own(
    channel: Channel, person: Person, standing: Standing | None, author: int, at: int, now: int, minutes: int
) -> None:
    if policy.moderates(channel, person, standing):
        return
    if author != person.id:
        raise NotYours(channel=channel.name)
    if minutes and now > at + minutes * MINUTE:
        raise TooLate(channel=channel.name, minutes=minutes)


def check_edit(
    channel: Channel, person: Person, standing: Standing | None, author: int, at: int, now: int, minutes: int
) -> None:
    """May this person change, at `now`, a message that `author` (an id) wrote at `at`?

    One's own where one may speak, for so many `minutes` (0: for ever); moderators anybody's at any time, but nobody who
    is muted, for an edit is read like something said.
    """
    policy.check_read(channel, person, standing)
    _check_own(channel, person, standing, author, at, now, minutes)
    if author == person.id:
        policy.check_send(channel, person, standing, now)
    _check_muted(channel, standing, now)


def check_delete(
    channel: Channel, person: Person, standing: Standing | None, author: int, at: int, now: int, minutes: int
) -> None:
    """May this person delete it? One's own for so many `minutes`, muted or not; moderators anybody's at any time."""
    policy.check_read(channel, person, standing)
    _check_own(channel, person, standing, author, at, now, minutes)


def check_delete_since(channel: Channel, person: Person, standing: Standing | None) -> None:
    """May this person delete what somebody said here? Moderators may."""
    check_moderator(channel, person, standing)


def check_versions(channel: Channel, person: Person, standing: Standing | None) -> None:
    """May this person read what messages said before they were changed? Moderators may."""
    check_moderator(channel, person, standing)


def check_react(channel: Channel, person: Person, standing: Standing | None, now: int) -> None:
    """May this person react? Members may, in a read-only channel and as readers too, but not while they are muted."""
    policy.check_member(channel, person, standing)
    _check_muted(channel, standing, now)


def check_pin(channel: Channel, person: Person, standing: Standing | None, now: int) -> None:
    """May this person pin a message? Moderators may, and both sides of a direct conversation; nobody who is muted."""
    if channel.access == "direct":
        policy.check_member(channel, person, standing)
    else:
        check_moderator(channel, person, standing)
    _check_muted(channel, standing, now)


def check_follow(channel: Channel, person: Person, standing: Standing | None) -> None:
    """May this person follow a thread? Members may."""
    policy.check_member(channel, person, standing)


def check_report(channel: Channel, person: Person, standing: Standing | None, author: int) -> None:
    """May this person report a message? Whoever may read it, unless it is their own, which they can delete. In a direct
    conversation too: there it is for the administrators."""
    policy.check_read(channel, person, standing)
    if author == person.id:
        raise BadInput(why="own", channel=channel.name)


def check_slow(channel: Channel, person: Person, standing: Standing | None, last: int, now: int) -> None:
    """May this person, who spoke at `last`, speak again at `now`, where the channel is slow? Moderators always may.

    Who spoke later than now did before the clock was set back, nobody knows how long ago.
    """
    left = 0 if last > now else last + channel.slow_seconds * 1000 - now
    if left > 0 and not policy.moderates(channel, person, standing):
        raise SlowMode(channel=channel.name, seconds=channel.slow_seconds, retry_after=-(-left // 1000))


def may_name_everyone(channel: Channel, person: Person, standing: Standing | None) -> bool:
    """Whether @channel and @here mean everyone when this person writes them: moderators, and whoever talks directly."""
    return channel.access == "direct" or policy.moderates(channel, person, standing)
