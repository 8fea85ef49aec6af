"""Coming in: as a guest, by name and password, or by token."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Coroutine, Sequence

import msgspec

from causerie.chat import policy
from causerie.chat.commands import LogIn
from causerie.chat.errors import AlreadyLoggedIn, Busy, ChatError, GuestsRefused, InClear, LoginFailed, NameTaken
from causerie.chat.model import Channel, Person
from causerie.chat.names import free_guest_name, skeleton
from causerie.chat.replies import Done, LoggedIn
from causerie.server.context import Context
from causerie.server.engine import presence_view
from causerie.server.engine.hashing import Secrets
from causerie.server.engine.passing import PutGuest, PutLogin, PutSessionToken
from causerie.server.engine.rate_limits import network_of
from causerie.server.engine.session import Session, Trust
from causerie.server.features.accounts import decoys, tokens
from causerie.server.features.channels import channels
from causerie.server.features.presence import channel_presence, presence, presence_watch
from causerie.server.name_checks import checked_guest_name
from causerie.server.ports.changes import Audit, PutNetwork, PutPerson, PutToken, Token
from causerie.server.ports.records import Credentials
from causerie.server.send_quota import keep_guest

log = logging.getLogger("causerie.login")

DEVICE_MOST = 80


def log_in(context: Context, session: Session, command: LogIn) -> LoggedIn | Coroutine[None, None, LoggedIn | Done]:
    """See the command. On a connection that is logged in, `enter` makes it a move; a guest may become an account;
    anything else is refused."""
    person = session.person
    if person is not None and not command.enter and (command.guest or not person.guest):
        raise AlreadyLoggedIn(name=person.name)
    if command.guest:
        return _guest(context, session, command)
    check_trust(session)
    if command.certificate:
        if not session.certificate:
            raise LoginFailed(name=command.name[:80])
        return _by_token(context, session, command, certificate_hash(session))
    if command.token and not command.password:
        return _by_token(context, session, command, hash_token(command.token))
    return _by_password(context, session, command)


def check_trust(session: Session) -> None:
    """Passwords and tokens travel only where nobody reads along. Raises InClear."""
    if session.trust < Trust.PASSWORDS:
        log.warning("refused a password in clear from %s; `plaintext` in [server] would allow it", session.host)
        raise InClear(setting="server.plaintext")


def audit_refusal(context: Context, session: Session, act: str, name: str) -> None:
    """Write down that somebody was not let in."""
    # Nobody is its actor, whoever is logged in here: that it was they is what was not shown.
    context.commit_loop.owe(
        Audit(context.now(), 0, act, msgspec.json.encode({"name": name, "host": session.host}).decode())
    )


def hash_token(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so that a fast hash is enough."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def certificate_hash(session: Session) -> bytes:
    """What is kept of the certificate that a connection has shown. No token's text has this hash: none begins so."""
    return hashlib.sha256(b"\xff" + bytes.fromhex(session.certificate)).digest()


def _guest(context: Context, session: Session, command: LogIn) -> LoggedIn:
    if session.trust < Trust.GUESTS:
        raise GuestsRefused(setting="server.plaintext")
    policy.check_guest(context.config.accounts.guests)
    state, mine = context.state, session.person
    if command.name.strip():
        name, mark = checked_guest_name(context, command.name, mine.id if mine else 0)
    else:
        name = free_guest_name(lambda free: skeleton(free) in state.names, context.pick)
        mark = skeleton(name)
    if mine is not None and mine.name == name and mark in state.names:
        return _inside(context, session, command)
    channel_presence.depart(context, session)
    person = Person(id=context.new_id(), name=name, guest=True, made_at=context.now())
    context.apply(PutGuest(person, mark))
    return admit(context, session, person, command)


async def _by_password(context: Context, session: Session, command: LogIn) -> LoggedIn | Done:
    name, known, counted_as = command.name, False, session.host
    mark = skeleton(name) if len(name) <= 80 else ""
    if command.token:
        token = await tokens.read(context, hash_token(command.token))
        if token is not None and token.person == context.state.names.get(mark) and not expired(context, token):
            # What others do from behind the same address does not count against it, nor does it guess without a bound.
            known, counted_as = True, f"device {token.id}"
    context.login_throttle.check(mark, counted_as, known, context.clock())
    with context.login_throttle.trying(mark, counted_as):
        person, credentials = await account_of(context, mark)
        like = decoys.figures(context, name[:80], b"figures", context.state.hash_figures, context.hashing.figures)
        right = await context.hashing.verify(
            credentials.password if credentials else None, command.password, network_of(session.host), like
        )
    renewed = None
    if right and credentials and context.hashing.needs_rehash(credentials.password, credentials.scram):
        with contextlib.suppress(Busy):  # at the next login, then
            renewed = await context.hashing.secrets(command.password, network_of(session.host))
    # Look-alike spellings lead to the same account's hash; only its own name, in any case, opens it.
    if not right or person is None or person.disabled or not is_named(person, name):
        context.login_throttle.failed(mark, counted_as, context.clock())
        context.counters["logins_refused"] += 1
        # What is no account's name may be a password that was typed in the wrong place.
        audit_refusal(context, session, "login_refused", person.name if person else "")
        raise LoginFailed(name=name[:80])
    context.login_throttle.succeeded(mark, counted_as, context.clock())
    return await let_in(context, session, person, command, renewed, credentials.password if credentials else "")


async def account_of(context: Context, mark: str) -> tuple[Person | None, Credentials | None]:
    """The account with this skeleton and what is kept of its password, both as they are when this is asked.

    An account that is changed, as by a new password, is another object in the directory: whoever awaits something
    compares it with the one given here before letting anybody in. Raises Busy.
    """
    for _ in range(tokens.TRIES):
        person = context.state.people.get(context.state.names.get(mark, 0))
        if person is not None and _is_changing(context, person.id):
            if context.commit_loop.stalled:
                break
            await context.commit_loop.told()
            continue
        credentials = await context.store.credentials(mark)
        if credentials is None:
            return None, None
        if person is not None and person.id == credentials.person:
            return person, credentials
    raise Busy(retry_after=1)


def _is_changing(context: Context, person: int) -> bool:
    """Whether another password waits to be committed: the store has the one before."""
    return any(
        type(change) is PutPerson and change.person.id == person and change.password is not None
        for unit in context.commit_loop.uncommitted()
        for change in unit.changes
    )


def is_named(person: Person, name: str) -> bool:
    """Whether this is the account's name, in any case. A look-alike has the same skeleton, and is another name."""
    return person.name.casefold() == name.strip().casefold()


def came_in(context: Context, session: Session, person: Person) -> None:
    """The account was logged in to from here: others' failures do not keep its owner out from here
    (login_throttle.py)."""
    mark, now = skeleton(person.name), context.now()
    context.login_throttle.succeeded(mark, session.host, context.clock())
    if context.login_throttle.knows_since(mark, session.host, now):
        context.apply(PutNetwork(person.id, network_of(session.host), now))


async def let_in(
    context: Context, session: Session, person: Person, command: LogIn, renewed: Secrets | None = None, before: str = ""
) -> LoggedIn:
    """The session is this account's, which has proved itself. `renewed`: what is kept of its password from now on,
    instead of `before`."""
    spare = await spare_tokens(context, person) if command.keep else ()
    if session.closed or context.state.people.get(person.id) is not person:
        # Meanwhile the connection went, or the account was shut out or given another password.
        raise LoginFailed(name=command.name[:80])
    with context.unit.whole():
        came_in(context, session, person)
        if renewed is not None:
            context.apply(PutPerson(person, skeleton(person.name), renewed.password, renewed.scram))
            decoys.count(context, renewed, before)
        if spare:
            tokens.drop(context, person.id, spare)
        if session.person is not None and session.person.id == person.id:
            return _inside(context, session, command)
        return _instead(context, session, person, command)


def _instead(context: Context, session: Session, person: Person, command: LogIn) -> LoggedIn:
    """Whoever the session was until now leaves it. If that was a guest, the account is in the channels that the guest
    was in, where it may; what the guest said stays the guest's."""
    guest, places = session.person, [context.state.channels[number] for number in session.channels]
    channel_presence.depart(context, session)
    if guest is None or command.enter:
        return admit(context, session, person, command)
    for channel in places:
        context.unit.tell_one(session, presence.left(channel, guest, gone=True, how="quit"))
    return admit(context, session, person, command, places)


async def _by_token(context: Context, session: Session, command: LogIn, hashed: bytes) -> LoggedIn | Done:
    token = await tokens.read(context, hashed)
    person = None
    if token is not None and not expired(context, token):
        person = context.state.people.get(token.person)
        if person is None and (person := await context.store.guest(token.person)) is not None:
            token = await tokens.read(context, hashed)
            person = context.state.people.get(person.id, person)
    if session.closed:
        return Done()
    named = command.name.strip().casefold() if command.certificate else ""
    if token is None or person is None or person.disabled or (named and named != person.name.casefold()):
        # Only now: a device that shows a good one does not wait for those who guess from behind the same address.
        context.login_throttle.check("", session.host, False, context.clock())
        context.login_throttle.failed("", session.host, context.clock())
        audit_refusal(context, session, "token_refused", "")
        raise LoginFailed()
    state = context.state
    with context.unit.whole():
        if person.guest and person.id not in state.people:
            mark = skeleton(person.name)
            if mark in state.names:
                raise NameTaken(name=person.name, why="taken")
            context.apply(PutGuest(person, mark))
            context.apply(PutPerson(person, ""), stored=False)  # it is already
        if not person.guest:
            came_in(context, session, person)
        context.apply(PutToken(msgspec.structs.replace(token, used_at=context.now())))
        told = _instead(context, session, person, msgspec.structs.replace(command, keep=False))
        context.apply(PutSessionToken(session.id, token.id))
        return told


async def spare_tokens(context: Context, person: Person) -> tuple[int, ...]:
    """Those tokens that a person has too many, longest unused first, with one to come."""
    known = sorted(await context.store.tokens(person.id), key=lambda token: token.used_at)
    return tuple(token.id for token in known[: max(0, len(known) + 1 - context.config.accounts.tokens_per_account)])


def expired(context: Context, token: Token) -> bool:
    """Whether a token has lain unused for too long."""
    days = context.config.accounts.token_idle_days
    return bool(days) and context.now() - token.used_at > days * 86_400_000


def admit(
    context: Context, session: Session, person: Person, command: LogIn, places: Sequence[Channel] = ()
) -> LoggedIn:
    """This session is this person's from now on, and in these channels, where they may be."""
    seemed = presence_view.shown_anywhere(context.state, person.id) if context.state.watchers else None
    hidden = session.arriving or presence.hides(context, session, person)
    context.apply(PutLogin(session.id, person.id, "invisible" if hidden else session.mode, context.now()))
    presence_watch.came(context, person)
    if seemed is not None:
        presence_watch.seems(context, person, seemed, presence_view.shown_anywhere(context.state, person.id))
    for channel in places:
        with contextlib.suppress(ChatError):
            channels.walk_in(context, session, channel)
    keep = command.keep and session.trust >= Trust.PASSWORDS  # a token in clear is a password in clear
    token = make_token(context, session, command.device) if keep else ""
    return _inside(context, session, command, token)


def make_token(context: Context, session: Session, device: str) -> str:
    """A new session token for whoever is logged in here; the only time it is seen."""
    person = session.require_person()
    keep_guest(context, session)
    token, now = context.secret().hex(), context.now()
    device = "".join(letter for letter in device if letter.isprintable())[:DEVICE_MOST]
    kept = Token(context.new_id(), hash_token(token), person.id, device, now, now)
    context.apply(PutToken(kept))
    context.apply(PutSessionToken(session.id, kept.id))
    return token


def _inside(context: Context, session: Session, command: LogIn, token: str = "") -> LoggedIn:
    person, state = session.require_person(), context.state
    if command.enter:
        channels.move_in(context, session, channels.find_or_make(context, session, command.enter, True))
    names = (
        state.channels[number].name for number, standing in state.places.get(person.id, {}).items() if standing.inside
    )
    return LoggedIn(
        person=person.id,
        name=person.name,
        guest=person.guest,
        admin=person.admin,
        token=token,
        channels=[] if command.enter else sorted(names),
    )
