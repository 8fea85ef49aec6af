"""Who may do what. Each check raises the error that says why not, and changes nothing.

Nothing else in causerie allows or refuses on account of who somebody is; protocols and use cases ask here.
Administrators count as owners of public channels; private channels and direct conversations are their members' own.
"""

from __future__ import annotations

from collections.abc import Iterable

from causerie.chat.errors import (
    AccountsOnly,
    AdministratorsOnly,
    AlreadyLoggedIn,
    BadInput,
    Banned,
    CannotLeave,
    GuestsRefused,
    Muted,
    NotAMember,
    NotModerator,
    Outranked,
    Private,
    ReadOnly,
    RegistrationClosed,
)
from causerie.chat.model import MEMBER, Channel, Mode, Person, Role, Standing


def rank(channel: Channel, person: Person, standing: Standing | None) -> Role:
    """What a person may do in a channel: the standing there, or an owner's for an administrator."""
    if person.admin and channel.access == "public":
        return Role.OWNER
    return standing.role if standing else Role.BANNED


def check_make_channel(person: Person, who_may: str) -> None:
    """May this person make a channel? `who_may`: "all", "accounts" or "administrators" (a setting)."""
    if who_may == "administrators" and not person.admin:
        raise AdministratorsOnly()
    if who_may == "accounts" and person.guest:
        raise AccountsOnly()


def check_enter(
    channel: Channel, person: Person, standing: Standing | None, address_until: int = 0, now: int = 0
) -> None:
    """May this person enter the channel at `now` (ms)? `address_until`: until then guests from where they are may not,
    unless they are invited or in it already."""
    if standing is not None:
        if standing.role == Role.BANNED:
            raise Banned(channel=channel.name)
        return
    if channel.access != "public":
        raise Private(channel=channel.name)
    if person.guest and address_until > now:
        raise Banned(channel=channel.name, until=address_until)


def check_send(channel: Channel, person: Person, standing: Standing | None, now: int) -> None:
    """May this person speak here at `now` (ms)?"""
    if standing is MEMBER and not channel.read_only:
        return
    if standing is not None and standing.role == Role.BANNED:
        raise Banned(channel=channel.name)
    if standing is None or not standing.inside:
        raise NotAMember(channel=channel.name)
    if standing.muted_until > now:
        raise Muted(channel=channel.name, until=standing.muted_until)
    if (channel.read_only and rank(channel, person, standing) < Role.MODERATOR) or standing.role == Role.READER:
        raise ReadOnly(channel=channel.name)


def may_read(channel: Channel, person: Person, standing: Standing | None) -> bool:
    """Whether this person may read the channel: members what is theirs, everybody but the banned what is public."""
    if standing is not None and standing.role == Role.BANNED:
        return False
    if channel.access == "public":
        return True
    return standing is not None and standing.inside


def check_read(channel: Channel, person: Person, standing: Standing | None) -> None:
    """The same as a check."""
    if not may_read(channel, person, standing):
        if standing is not None and standing.role == Role.BANNED:
            raise Banned(channel=channel.name)
        raise Private(channel=channel.name)


def check_member(channel: Channel, person: Person, standing: Standing | None) -> None:
    """Is this person a member? What is kept of a channel for each member alone (a read marker, a draft) asks for no
    other right: readers and those who are muted have it too."""
    check_read(channel, person, standing)
    if standing is None or not standing.inside:
        raise NotAMember(channel=channel.name)


def may_know_of(channel: Channel, standing: Standing | None) -> bool:
    """Whether a channel is in this person's list: what is public, and what one is in or invited to."""
    return channel.access == "public" or (standing is not None and standing.role != Role.BANNED)


def check_leave(channel: Channel) -> None:
    """Direct conversations are for good: one can be silent in them, not out of them."""
    if channel.access == "direct":
        raise CannotLeave(channel=channel.name)


def check_topic(channel: Channel, person: Person, standing: Standing | None, now: int) -> None:
    """May this person set the topic at `now` (ms)? Members may, guests, readers and those who are muted may not;
    moderators only in read-only channels."""
    least = Role.MODERATOR if channel.read_only or person.guest else Role.MEMBER
    if rank(channel, person, standing) < least:
        raise NotModerator(channel=channel.name)
    if standing is not None and standing.muted_until > now:
        # A topic is read by everybody: to set one is to speak.
        raise Muted(channel=channel.name, until=standing.muted_until)


def check_settings(channel: Channel, person: Person, standing: Standing | None) -> None:
    """May this person change the channel's settings? Its owners may; a direct conversation has none to change."""
    if channel.access == "direct":
        raise BadInput(why="direct", channel=channel.name)
    if rank(channel, person, standing) < Role.OWNER:
        raise NotModerator(channel=channel.name, least="owner")


def check_invite(channel: Channel, person: Person, standing: Standing | None, whom: Standing | None) -> None:
    """May this person invite `whom`? Members may, to public channels; moderators to private ones."""
    least = Role.MEMBER if channel.access == "public" else Role.MODERATOR
    if channel.access == "direct" or rank(channel, person, standing) < least:
        raise NotModerator(channel=channel.name)
    if whom is not None and whom.role == Role.BANNED:
        raise Banned(channel=channel.name)


def check_moderate(
    channel: Channel, actor: Person, standing: Standing | None, whom: Person, his: Standing | None
) -> None:
    """May `actor` kick, ban or mute `whom`? Moderators may, those who rank below themselves; administrators are below
    nobody in public channels, and what any member is in private ones."""
    mine = rank(channel, actor, standing)
    if channel.access == "direct" or mine < Role.MODERATOR:
        raise NotModerator(channel=channel.name)
    # An administrator comes before a public channel's owners; nobody moderates himself or another administrator.
    public = channel.access == "public"
    below = not (his is not None and his.role >= mine) or (actor.admin and public)
    if actor.id == whom.id or (whom.admin and public) or not below:
        raise Outranked(channel=channel.name, name=whom.name)


def check_moderator(channel: Channel, person: Person, standing: Standing | None) -> None:
    """Is this person a moderator of the channel? A direct conversation has none."""
    if channel.access == "direct" or rank(channel, person, standing) < Role.MODERATOR:
        raise NotModerator(channel=channel.name)


def may_handle(
    channel: Channel, person: Person, standing: Standing | None, whom: int, moderators: Iterable[int]
) -> bool:
    """Whether reports in this channel of what `whom` said are for this person: for its moderators, but never for the
    one whom they are about; where nobody else moderates (`moderators`: who has the role), for administrators."""
    if person.id == whom:
        return False
    if channel.access != "direct" and rank(channel, person, standing) >= Role.MODERATOR:
        return True
    return person.admin and not any(one != whom for one in moderators)


def check_role(
    channel: Channel, actor: Person, standing: Standing | None, whom: Person, his: Standing | None, role: Role
) -> None:
    """May `actor` make `whom` this? Owners may make anything of any member; moderators readers and members."""
    if his is None or not his.inside:
        raise NotAMember(channel=channel.name, name=whom.name)
    mine = rank(channel, actor, standing)
    if channel.access == "direct" or mine < Role.MODERATOR:
        raise NotModerator(channel=channel.name)
    if role < Role.READER:
        raise BadInput(why="role")
    if whom.guest and role > Role.MEMBER:
        raise AccountsOnly(name=whom.name)
    if mine < Role.OWNER and (role >= Role.MODERATOR or rank(channel, whom, his) >= mine):
        raise Outranked(channel=channel.name, name=whom.name)


def check_presence(person: Person, mode: Mode) -> None:
    """May this person be present in this way? A guest may not be invisible: nobody could know why its name is taken."""
    if person.guest and mode == "invisible":
        raise AccountsOnly()


def check_rename(person: Person) -> None:
    """May this person take another name as they please? Guests may; an account keeps its own."""
    if not person.guest:
        raise AlreadyLoggedIn(name=person.name, why="account")


def check_guest(guests: bool) -> None:
    """Are guests let in (a setting)?"""
    if not guests:
        raise GuestsRefused()


def check_register(registration: str, invited: bool) -> None:
    """May an account be made? `registration`: "closed", "invite" or "open" (a setting). An invite opens all but closed,
    and an administrator's invite is checked as any other: the operator made it."""
    if registration == "closed" and not invited:
        raise RegistrationClosed()
    if registration == "invite" and not invited:
        raise RegistrationClosed(why="invite")


def check_administrator(person: Person | None) -> None:
    """Is this an administrator?"""
    if person is None or not person.admin:
        raise AdministratorsOnly()
