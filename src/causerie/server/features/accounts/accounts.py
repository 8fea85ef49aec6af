"""Accounts: made by invitation or by an administrator, changed, shut out; passwords and tokens."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from heapq import nsmallest
from itertools import chain, islice
from typing import Any

import msgspec

from causerie.chat import policy
from causerie.chat.commands import (
    AddAccount,
    DisableAccount,
    ListAccounts,
    LogIn,
    Register,
    ResetPassword,
    Revoke,
    Sessions,
    SetAdministrator,
    SetPassword,
)
from causerie.chat.errors import (
    AccountsOnly,
    AlreadyLoggedIn,
    Busy,
    InviteRefused,
    LoginFailed,
    NameTaken,
    NoSuchSession,
    NotLoggedIn,
)
from causerie.chat.events import Renamed
from causerie.chat.model import Invite, Person
from causerie.chat.names import guest_prefix, reserved_word, skeleton
from causerie.chat.official_names import sounds_official
from causerie.chat.passwords import check_password
from causerie.chat.replies import AccountLine, AccountList, Done, LoggedIn, SessionLine, SessionList
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.elevation import check_administrator, has_rights, tell_changed
from causerie.server.engine import presence_view
from causerie.server.engine.hashing import Secrets
from causerie.server.engine.rate_limits import network_of
from causerie.server.engine.session import Session
from causerie.server.engine.state import State
from causerie.server.features.accounts import decoys, invites, push_subscriptions, tokens
from causerie.server.features.accounts.login import (
    account_of,
    admit,
    audit_refusal,
    check_trust,
    hash_token,
    make_token,
)
from causerie.server.features.presence import channel_presence, metadata, presence_watch
from causerie.server.name_checks import checked_name, own_names
from causerie.server.ports.changes import DropNetworks, PutInvite, PutPerson, PutPreferences, PutStanding
from causerie.server.walks import LOOKED_AT, walk


async def _hash(context: Context, session: Session, name: str, password: str) -> Secrets:
    accounts = context.config.accounts
    check_password(password, name, accounts.password_min, accounts.password_max, accounts.password_common)
    return await context.hashing.secrets(password, network_of(session.host))


def _check_free(context: Context, name: str, mark: str, mine: int, admin: bool) -> None:
    owner = context.state.names.get(mark)
    if guest_prefix(name) or (reserved_word(name) and not admin):
        raise NameTaken(name=name, why="reserved")
    if owner is not None and owner != mine:
        raise NameTaken(name=name, why="taken" if context.state.people[owner].name == name else "look_alike")


def _invite(context: Context, token: str) -> Invite | None:
    wanted = hash_token(token)
    for invite in context.state.invites.values():
        if invite.token_hash == wanted and invites.is_good(context, invite):
            return invite
    return None


async def register(context: Context, session: Session, command: Register) -> LoggedIn | Done:
    """Make an account; a guest becomes it and keeps its channels and all that it said."""
    check_trust(session)
    guest = session.person
    if guest is not None and not guest.guest:
        raise AlreadyLoggedIn(name=guest.name)
    if command.invite and _invite(context, command.invite) is None:
        context.login_throttle.check("", session.host, False, context.clock())
        context.login_throttle.failed("", session.host, context.clock())
        audit_refusal(context, session, "invite_refused", "")
        raise InviteRefused()
    policy.check_register(context.config.accounts.registration, bool(command.invite))
    name, mark = checked_name(command.name)
    invite = _invite(context, command.invite) if command.invite else None
    admin = invite is not None and invite.admin
    if not admin and sounds_official(name, own_names(context)):
        raise NameTaken(name=name, why="reserved")
    _check_free(context, name, mark, guest.id if guest else 0, admin)
    hashed = await _hash(context, session, name, command.password)
    if session.closed:
        return Done()
    # While the password was hashed, the invite may have been used up, registration closed, the name taken; the guest
    # may have become an account by another of its connections, or been put out.
    _check_guest(session, guest)
    policy.check_register(context.config.accounts.registration, bool(command.invite))
    invite = _invite(context, command.invite) if command.invite else None
    if command.invite and invite is None:
        raise InviteRefused()
    guest = session.person  # it may have another name by now
    _check_free(context, name, mark, guest.id if guest else 0, invite is not None and invite.admin)
    number = guest.id if guest else context.new_id()
    person = Person(id=number, name=name, admin=invite is not None and invite.admin, made_at=context.now())
    keep(context, person, mark, hashed)
    decoys.count(context, hashed)
    if invite is not None:
        used = msgspec.structs.replace(invite, uses_left=invite.uses_left - 1)
        context.apply(PutInvite(used))
    audit(context, session, "registered", name=name, person=number, admin=int(person.admin))
    if guest is None:
        return admit(context, session, person, LogIn(keep=True, device=command.device))
    _become(context, session, guest, person)
    presence_watch.renamed(context, guest, person)
    presence_watch.changed(context, person, Renamed(channel="", person=number, name=name, was=name))
    token = make_token(context, session, command.device)
    places = context.state.places.get(number, {})
    names = sorted(context.state.channels[place].name for place, standing in places.items() if standing.inside)
    return LoggedIn(person=number, name=name, admin=person.admin, token=token, channels=names)


def _check_guest(session: Session, guest: Person | None) -> None:
    """Is the session still what it was: nobody's, or this guest's? Raises AlreadyLoggedIn, NotLoggedIn."""
    person = session.person
    if person is not None and not person.guest:
        raise AlreadyLoggedIn(name=person.name)
    if (person.id if person else 0) != (guest.id if guest else 0):
        raise NotLoggedIn()


def _become(context: Context, session: Session, guest: Person, person: Person) -> None:
    state = context.state
    if (wants := state.preferences.get(person.id)) is not None:
        context.apply(PutPreferences(person.id, wants))
    metadata.became(context, person)
    for number, standing in state.places.get(person.id, {}).items():
        context.apply(PutStanding(number, person.id, standing))
        if standing.inside:
            channel = state.channels[number].name
            context.unit.tell(number, Renamed(channel=channel, person=person.id, name=person.name, was=guest.name))


def keep(context: Context, person: Person, mark: str = "", hashed: Secrets | None = None) -> None:
    """An account as it is now, in memory and in the store."""
    mark = mark or skeleton(person.name)
    person = msgspec.structs.replace(person)  # another object: who is logging in just now sees that something changed
    context.apply(PutPerson(person, mark, *(hashed or (None, None))))


async def add_account(context: Context, session: Session, command: AddAccount) -> Done:
    """An administrator makes an account for somebody."""
    name, mark = checked_name(command.name)
    _check_free(context, name, mark, 0, command.admin)
    hashed = await _hash(context, session, name, command.password)
    check_administrator(context, session)
    _check_free(context, name, mark, 0, command.admin)
    person = Person(id=context.new_id(), name=name, admin=command.admin, made_at=context.now())
    keep(context, person, mark, hashed)
    decoys.count(context, hashed)
    audit(context, session, "account_added", name=name, person=person.id, admin=int(command.admin))
    return Done()


async def set_password(context: Context, session: Session, command: SetPassword) -> Done:
    """Change one's own password; every other session of the account ends."""
    check_trust(session)
    person = session.require_person()
    if person.guest:
        raise AccountsOnly()
    mark = skeleton(person.name)
    context.login_throttle.check(mark, session.host, True, context.clock())
    with context.login_throttle.trying(mark, session.host):
        account, credentials = await account_of(context, mark)
        right = await context.hashing.verify(
            credentials.password if credentials else None, command.old, network_of(session.host)
        )
    if not right:
        context.login_throttle.failed(mark, session.host, context.clock())
        audit_refusal(context, session, "password_refused", person.name)
        raise LoginFailed(name=person.name)
    hashed = await _hash(context, session, person.name, command.new)
    if account is None or session.person is None or context.state.people.get(person.id) is not account:
        # Meanwhile another device changed it, or the account was shut out: the old password is one no longer.
        raise LoginFailed(name=person.name)
    keep(context, account, mark, hashed)
    _end_devices(context, person, but=session.token)
    audit(context, session, "password_changed", name=person.name)
    put_out(context, person, "password_changed", but=session)
    return Done()


def _end_devices(context: Context, person: Person, but: int = 0) -> None:
    """What a person's devices may do without a password ends, and from where they logged in is nothing special."""
    tokens.drop(context, person.id, None, but)
    push_subscriptions.drop_all(context, person)
    context.login_throttle.forget_networks(skeleton(person.name))
    context.apply(DropNetworks(person.id))


async def reset_password(context: Context, session: Session, command: ResetPassword) -> Done:
    """An administrator gives an account a new password; all its sessions end."""
    person = context.state.account(command.name)
    hashed = await _hash(context, session, person.name, command.password)
    check_administrator(context, session)
    if context.state.people.get(person.id) is not person:
        # Another was quicker: whoever asked is told, instead of both passwords being said to be good.
        raise Busy(retry_after=1)
    keep(context, person, "", hashed)
    _end_devices(context, person)
    audit(context, session, "password_reset", name=person.name)
    put_out(context, person, "password_changed", but=session)
    return Done()


def put_out(context: Context, person: Person, code: str, but: Session | None = None, token: int = 0) -> None:
    """End a person's connections, or those that came in by one token."""
    for own in tuple(context.state.connected.get(person.id, ())):
        if own is not but and (not token or own.token == token):
            channel_presence.depart(context, own)
            context.unit.end(own, code)


def disable(context: Context, session: Session, command: DisableAccount) -> Done:
    """Shut an account out at once and everywhere, or let it in again."""
    person = context.state.account(command.name)
    keep(context, msgspec.structs.replace(person, disabled=command.disabled))
    audit(context, session, "account_disabled" if command.disabled else "account_enabled", name=person.name)
    if command.disabled:
        _end_devices(context, person)
        put_out(context, person, "disabled")
    return Done()


def set_administrator(context: Context, session: Session, command: SetAdministrator) -> Done:
    """Make an account an administrator, or no longer; its tokens are made anew at the next log-in."""
    was = context.state.account(command.name)
    person = msgspec.structs.replace(was, admin=command.admin)
    before = {own: has_rights(context, own) for own in context.state.connected.get(person.id, ())}
    keep(context, person)
    if was.admin != person.admin:
        tokens.drop(context, person.id)
        push_subscriptions.drop_all(context, person)
        tell_changed(context, before)
    audit(context, session, "administrator" if command.admin else "no_administrator", name=person.name)
    return Done()


def accounts(
    context: Context, session: Session, command: ListAccounts
) -> AccountList | Coroutine[Any, Any, AccountList]:
    """The accounts by name."""
    limit, first = max(1, min(command.limit, 1000)), list[tuple[str, int]]()
    search = _first_names(context.state, command.after, limit + 1, first)
    if len(context.state.people) > LOOKED_AT:
        return _accounts_walked(context, session, search, first, limit)
    for _ in search:
        pass
    return _account_list(context.state, first, limit)


async def _accounts_walked(
    context: Context, session: Session, search: Iterator[None], first: list[tuple[str, int]], limit: int
) -> AccountList:
    await walk(context, session, search)
    check_administrator(context, session)
    return _account_list(context.state, first, limit)


def _first_names(state: State, after: str, most: int, first: list[tuple[str, int]]) -> Iterator[None]:
    """Find the first accounts with a name above `after`, with their ids, a slice of all people at each step."""
    everybody = iter(tuple(state.people.values()))
    while some := list(islice(everybody, LOOKED_AT)):
        names = ((person.name, person.id) for person in some if not person.guest and person.name > after)
        first[:] = nsmallest(most, chain(first, names))
        yield


def _account_list(state: State, first: list[tuple[str, int]], limit: int) -> AccountList:
    lines = [
        AccountLine(
            person=number,
            name=name,
            admin=state.people[number].admin,
            disabled=state.people[number].disabled,
            here=bool(presence_view.visible(state, number)),
            made_at=state.people[number].made_at,
        )
        for name, number in first[:limit]
    ]
    return AccountList(accounts=lines, more=len(first) > limit)


async def sessions(context: Context, session: Session, command: Sessions) -> SessionList:
    """One's own tokens."""
    person = session.require_person()
    known = await context.store.tokens(person.id)
    return SessionList(
        sessions=[
            SessionLine(
                session=token.id,
                device=token.device,
                made_at=token.made_at,
                used_at=token.used_at,
                current=token.id == session.token,
            )
            for token in known
        ]
    )


async def revoke(context: Context, session: Session, command: Revoke) -> Done:
    """Make one of one's own tokens useless; connections that came in by it end."""
    person = session.require_person()
    if command.session not in {token.id for token in await context.store.tokens(person.id)}:
        raise NoSuchSession(session=command.session)
    if session.person is None or session.person.id != person.id:
        raise NotLoggedIn()
    tokens.drop(context, person.id, (command.session,))
    audit(context, session, "session_revoked", name=person.name)
    put_out(context, person, "revoked", token=command.session)
    return Done()
