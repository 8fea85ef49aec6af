"""The rules of rights: who may do what. Each check raises the refusal that says why not, and changes nothing.

Nothing else in causerie allows or refuses on account of who somebody is; protocols and use cases ask here.
Administrators count as owners of public channels; private channels and direct conversations are their members' own.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple

from causerie.chat.errors import (
    AccountsOnly,
    AdministratorsOnly,
    AlreadyLoggedIn,
    BadInput,
    Banned,
    CannotLeave,
    ChannelFull,
    GuestsRefused,
    Muted,
    NotAMember,
    NotModerator,
    NotYours,
    Outranked,
    Private,
    ReadOnly,
    RegistrationClosed,
    WrongKey,
)
from causerie.chat.model import MEMBER, MODERATOR, OWNER, Channel, Mode, Person, Rank, Role, Standing

ORDER = frozenset(("read_only", "slow_seconds", "topic_for", "key", "people_most", "hidden", "outsiders"))
"""Settings that keep order, which moderators may change; the others are for owners."""


def rank(channel: Channel, person: Person, standing: Standing | None) -> Role:
    """What a person may do in a channel: the standing there, or an owner's for an administrator."""
    if person.admin and channel.access == "public":
        return Role.OWNER
    return standing.role if standing else Role.BANNED


def moderates(channel: Channel, person: Person, standing: Standing | None) -> bool:
    """Whether this person is a moderator of the channel, or more. Of a direct conversation nobody is."""
    return channel.access != "direct" and rank(channel, person, standing) >= Role.MODERATOR


def check_make_channel(person: Person, who_may: str) -> None:
    """May this person make a channel? `who_may`: "all", "accounts" or "administrators" (a setting)."""
    if who_may == "administrators" and not person.admin:
        raise AdministratorsOnly()
    if who_may == "accounts" and person.guest:
        raise AccountsOnly()


def maker(person: Person) -> Standing:
    """The membership of whoever makes a channel: its owner, or a guest its moderator, for as long as it is here."""
    return MODERATOR if person.guest else OWNER


def kept(standing: Standing | None, now: int) -> Standing | None:
    """What stays on record of a person who leaves at `now` (ms): a ban, a mute that runs, a reader's role. Nobody walks
    out of these; but none of them lets its person in again."""
    if standing is None or standing.role == Role.BANNED:
        return standing
    muted_until = standing.muted_until if standing.muted_until > now else 0
    if standing.role == Role.READER:
        return Standing(Role.READER, muted_until, admits=False)
    return Standing(Role.INVITED, muted_until, admits=False) if muted_until else None


def as_member(standing: Standing | None) -> Standing:
    """The membership of somebody who comes in with this record."""
    if standing is None or not (standing.muted_until or standing.role == Role.READER):
        return MEMBER
    return Standing(Role.READER if standing.role == Role.READER else Role.MEMBER, standing.muted_until)


def as_invited(standing: Standing | None) -> Standing:
    """The record of somebody who is invited: a mute goes on; a reader's role ends, which takes a moderator."""
    return Standing(Role.INVITED, standing.muted_until if standing else 0)


def invites_past_bans(channel: Channel, person: Person, standing: Standing | None) -> bool:
    """Whether an invitation by this person lets somebody past bans and bounds: a moderator's does. Any member's to a
    channel that anybody may enter is told, and nothing more."""
    return rank(channel, person, standing) >= Role.MODERATOR


def uninvited(standing: Standing) -> Standing | None:
    """What is left of an invitation that no longer holds."""
    return Standing(Role.INVITED, standing.muted_until, admits=False) if standing.muted_until else None


def closes(was: Channel, channel: Channel) -> bool:
    """Whether a channel that anybody could enter is now entered by invitation or with a key: invitations from before,
    which any member could give, do not hold for it."""
    public = channel.access == "public"
    return (was.access == "public" and not public) or (public and not was.key and bool(channel.key))


def acting(standing: Standing | None, owned: bool) -> Standing | None:
    """The membership whose rights a person has. In a channel that nobody owns moderators do what owners do: else nobody
    could."""
    if owned or standing is None or standing.role != Role.MODERATOR:
        return standing
    return Standing(Role.OWNER, standing.muted_until, standing.voiced)


class EntryConditions(NamedTuple):
    """What decides, beside their record, whether somebody may enter. `address_until`: until then (ms) guests from their
    address may not. `lists`: the channel's lists of masks that have one for them. `key`: the one they gave. `people`:
    so many are there.
    """

    address_until: int = 0
    lists: Container[str] = ()
    key: str = ""
    people: int = 0


def check_enter(channel: Channel, person: Person, standing: Standing | None, entry: EntryConditions, now: int) -> None:
    """May this person enter the channel at `now` (ms)? Who is a member or has a moderator's invitation
    is kept out by a ban alone."""
    if standing is not None:
        if standing.role == Role.BANNED:
            raise Banned(channel=channel.name)
        if standing.admits:
            return
    if channel.access != "public" and "invite" not in entry.lists:
        raise Private(channel=channel.name)
    if "except" not in entry.lists:
        if "ban" in entry.lists:
            raise Banned(channel=channel.name)
        if person.guest and entry.address_until > now:
            raise Banned(channel=channel.name, until=entry.address_until)
    if channel.key and entry.key != channel.key:
        raise WrongKey(channel=channel.name)
    if channel.people_most and entry.people >= channel.people_most:
        raise ChannelFull(channel=channel.name, most=channel.people_most)


def check_send(channel: Channel, person: Person, standing: Standing | None, now: int) -> None:
    """May this person speak here at `now` (ms)?"""
    if (standing is MEMBER and not channel.read_only) or standing is MODERATOR or standing is OWNER:
        return
    if standing is not None and standing.role == Role.BANNED:
        raise Banned(channel=channel.name)
    inside = standing is not None and standing.inside
    if not inside and not (channel.outsiders and may_read(channel, person, standing)):
        raise NotAMember(channel=channel.name)
    if standing is not None and standing.muted_until > now:
        raise Muted(channel=channel.name, until=standing.muted_until)
    closed = channel.read_only and rank(channel, person, standing) < Role.MODERATOR
    if closed and not (standing is not None and standing.voiced):
        raise ReadOnly(channel=channel.name)
    if standing is not None and standing.role == Role.READER:
        raise ReadOnly(channel=channel.name)


def may_hear_restricted(channel: Channel, person: Person, standing: Standing | None, to: Rank) -> bool:
    """Whether a restricted message to those with this role is for this person."""
    role = rank(channel, person, standing)
    if to == "owners":
        return role >= Role.OWNER
    return role >= Role.MODERATOR or (to == "voiced" and standing is not None and standing.voiced)


def check_send_restricted(channel: Channel, person: Person, standing: Standing | None, now: int) -> None:
    """May this person send a restricted message? Whoever may speak here; in a direct conversation all have the same
    role."""
    if channel.access == "direct":
        raise BadInput(why="direct", channel=channel.name)
    check_send(channel, person, standing, now)


def may_read(channel: Channel, person: Person, standing: Standing | None) -> bool:
    """Whether this person may read the channel: members what is theirs, everybody but the banned what is public and
    has no key."""
    if standing is not None and standing.role == Role.BANNED:
        return False
    if channel.access == "public" and (not channel.key or person.admin):
        return True
    return standing is not None and standing.inside


def check_read(channel: Channel, person: Person, standing: Standing | None) -> None:
    """The same as a check."""
    if not may_read(channel, person, standing):
        if standing is not None and standing.role == Role.BANNED:
            raise Banned(channel=channel.name)
        if channel.access == "public":
            raise WrongKey(channel=channel.name)
        raise Private(channel=channel.name)


def check_member(channel: Channel, person: Person, standing: Standing | None) -> None:
    """Is this person a member? What is kept of a channel for each member alone (a read marker, a draft) asks for no
    other right: readers and those who are muted have it too."""
    check_read(channel, person, standing)
    if standing is None or not standing.inside:
        raise NotAMember(channel=channel.name)


def may_know_of(channel: Channel, standing: Standing | None) -> bool:
    """Whether a channel is in this person's list: what is public and not hidden, and what one is in or invited to."""
    return (channel.access == "public" and not channel.hidden) or (
        standing is not None and standing.admits and standing.role != Role.BANNED
    )


def may_be_told_of(channel: Channel, standing: Standing | None) -> bool:
    """Whether this person, who names the channel, may be told that there is one: of private channels and direct
    conversations those who are in them or invited may. To everybody else they are as if there were none."""
    return channel.access == "public" or (standing is not None and standing.admits)


def check_leave(channel: Channel, standing: Standing | None) -> None:
    """Is there anything to leave? Who is invited may say no. Direct conversations are for good: one can be silent in
    them, not out of them."""
    if channel.access == "direct":
        raise CannotLeave(channel=channel.name)
    if standing is None or not (standing.inside or standing.invited):
        raise NotAMember(channel=channel.name)


def _check_least(channel: Channel, person: Person, standing: Standing | None, least: Role) -> None:
    if rank(channel, person, standing) >= least:
        return
    if standing is None or not standing.inside:
        raise NotAMember(channel=channel.name)
    if least == Role.OWNER:
        raise NotModerator(channel=channel.name, least="owner")
    raise NotModerator(channel=channel.name)


def check_topic(channel: Channel, person: Person, standing: Standing | None, now: int) -> None:
    """May this person set the topic at `now` (ms)? Members may whom the channel lets (`topic_for`), readers and those
    who are muted may not; moderators only in read-only channels."""
    theirs = channel.topic_for == "all" or (channel.topic_for == "accounts" and not person.guest)
    _check_least(channel, person, standing, Role.MEMBER if theirs and not channel.read_only else Role.MODERATOR)
    if standing is not None and standing.muted_until > now:
        # A topic is read by everybody: to set one is to speak.
        raise Muted(channel=channel.name, until=standing.muted_until)


def check_rename_channel(channel: Channel, person: Person, standing: Standing | None, home: bool) -> None:
    """May this person give the channel another name? Its owners may, but for `home`, which everybody is sent to; a
    direct conversation has none to change."""
    if channel.access == "direct":
        raise BadInput(why="direct", channel=channel.name)
    _check_least(channel, person, standing, Role.OWNER)
    if home:
        raise BadInput(why="home", channel=channel.name)


def check_note(person: Person, elevated: bool, whom: Person) -> None:
    """May this person change what is noted of `whom`? Each what is noted of themselves, and administrators: it is shown
    to everybody."""
    if person.id != whom.id and not (person.admin or elevated):
        raise NotYours(name=whom.name)


def check_note_channel(channel: Channel, person: Person, standing: Standing | None) -> None:
    """May this person change what is noted of the channel? Its moderators may."""
    _check_least(channel, person, standing, Role.MODERATOR)
    check_moderator(channel, person, standing)


def check_settings(channel: Channel, person: Person, standing: Standing | None, settings: Iterable[str]) -> None:
    """May this person change these of the channel's settings? Its owners may, and moderators those that keep order; a
    direct conversation has none to change."""
    if channel.access == "direct":
        raise BadInput(why="direct", channel=channel.name)
    _check_least(channel, person, standing, Role.MODERATOR if ORDER.issuperset(settings) else Role.OWNER)


def check_invite(channel: Channel, person: Person, standing: Standing | None, whom: Standing | None) -> None:
    """May this person invite `whom`? Members may, to public channels without a key; moderators to the others, and those
    who left as readers, whose role an invitation ends."""
    if channel.access == "direct":
        raise NotModerator(channel=channel.name)
    open_to_all = channel.access == "public" and not channel.key
    demoted = whom is not None and not whom.inside and whom.role == Role.READER
    least = Role.MEMBER if open_to_all and not demoted else Role.MODERATOR
    _check_least(channel, person, standing, least)
    if whom is not None and whom.role == Role.BANNED:
        raise Banned(channel=channel.name)
    if whom is not None and whom.inside:
        raise BadInput(why="member", channel=channel.name)


def check_moderate(
    channel: Channel, actor: Person, standing: Standing | None, whom: Person, his: Standing | None
) -> None:
    """May `actor` kick, ban or mute `whom`? Moderators may, those who rank below themselves; administrators are below
    nobody in public channels, and what any member is in private ones."""
    check_moderator(channel, actor, standing)
    mine = rank(channel, actor, standing)
    # An administrator comes before a public channel's owners; nobody moderates himself or another administrator.
    public = channel.access == "public"
    below = not (his is not None and his.role >= mine) or (actor.admin and public)
    if actor.id == whom.id or (whom.admin and public) or not below:
        raise Outranked(channel=channel.name, name=whom.name)


def check_moderator(channel: Channel, person: Person, standing: Standing | None) -> None:
    """Is this person a moderator of the channel?"""
    if not moderates(channel, person, standing):
        raise NotModerator(channel=channel.name)


def may_handle(
    channel: Channel, person: Person, standing: Standing | None, whom: int, moderators: Iterable[int]
) -> bool:
    """Whether reports in this channel of what `whom` said are for this person: for its moderators, but never for the
    one whom they are about; where nobody else moderates (`moderators`: who has the role), for administrators."""
    if person.id == whom:
        return False
    if moderates(channel, person, standing):
        return True
    return person.admin and not any(one != whom for one in moderators)


def check_remove(
    channel: Channel, actor: Person, standing: Standing | None, whom: Person, his: Standing | None
) -> None:
    """May `actor` take `whom` off the channel's records: put out a member, take back an invitation, forget what is kept
    of a mute or a reader's role? Who may moderate them may. A ban is lifted, not removed."""
    check_moderate(channel, actor, standing, whom, his)
    if his is None or his.role == Role.BANNED:
        raise NotAMember(channel=channel.name, name=whom.name)


def check_role(
    channel: Channel, actor: Person, standing: Standing | None, whom: Person, his: Standing | None, role: Role
) -> None:
    """May `actor` make `whom` this? Owners may make anything of any member; moderators readers and members. A guest
    owns nothing: nobody would be the owner once it is gone."""
    if his is None or not his.inside:
        raise NotAMember(channel=channel.name, name=whom.name)
    check_moderator(channel, actor, standing)
    mine = rank(channel, actor, standing)
    if role < Role.READER:
        raise BadInput(why="role")
    if whom.guest and role > Role.MODERATOR:
        raise AccountsOnly(name=whom.name)
    if mine < Role.OWNER and (role >= Role.MODERATOR or rank(channel, whom, his) >= mine):
        raise Outranked(channel=channel.name, name=whom.name)


def check_voice(channel: Channel, actor: Person, standing: Standing | None, whom: Person, his: Standing | None) -> None:
    """May `actor` give `whom` a voice, or take it? Moderators may, of any member."""
    check_moderator(channel, actor, standing)
    if his is None or not his.inside:
        raise NotAMember(channel=channel.name, name=whom.name)


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


def may_see_hosts(asker: Person, elevated: bool, whom: Person) -> bool:
    """Whether `asker` is told where somebody is connected from: oneself, and those who keep the server."""
    return asker.id == whom.id or asker.admin or elevated


def check_administrator(person: Person | None) -> None:
    """Is this an administrator?"""
    if person is None or not person.admin:
        raise AdministratorsOnly()
