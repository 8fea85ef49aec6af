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
from causerie.server.context import Core
from causerie.server.engine.hashing import HashingBusy, Secrets
from causerie.server.engine.rate_limits import network_of
from causerie.server.engine.session import Session, Trust
from causerie.server.features.accounts import tokens
from causerie.server.features.channels import channels
from causerie.server.features.presence import channel_presence, presence, presence_watch
from causerie.server.name_checks import checked_guest_name
from causerie.server.ports.changes import Audit, PutNetwork, PutPerson, PutToken, Token
from causerie.server.ports.store import Credentials
from causerie.server.send_quota import keep_guest

log = logging.getLogger("causerie.login")

DEVICE_MOST = 80


def log_in(core: Core, session: Session, command: LogIn) -> LoggedIn | Coroutine[None, None, LoggedIn | Done]:
    """See the command. On a connection that is logged in, `enter` makes it a move; a guest may become an account;
    anything else is refused."""
    person = session.person
    if person is not None and not command.enter and (command.guest or not person.guest):
        raise AlreadyLoggedIn(name=person.name)
    if command.guest:
        return _guest(core, session, command)
    check_trust(session)
    if command.certificate:
        if not session.certificate:
            raise LoginFailed(name=command.name[:80])
        return _by_token(core, session, command, certificate_hash(session))
    if command.token and not command.password:
        return _by_token(core, session, command, hash_token(command.token))
    return _by_password(core, session, command)


def check_trust(session: Session) -> None:
    """Passwords and tokens travel only where nobody reads along. Raises InClear."""
    if session.trust < Trust.PASSWORDS:
        log.warning("refused a password in clear from %s; `plaintext` in [server] would allow it", session.host)
        raise InClear(setting="server.plaintext")


def audit_refusal(core: Core, session: Session, act: str, name: str) -> None:
    """Write down that somebody was not let in."""
    # Nobody is its actor, whoever is logged in here: that it was they is what was not shown.
    core.turns.owe(Audit(core.now(), 0, act, msgspec.json.encode({"name": name, "host": session.host}).decode()))


def hash_token(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so that a fast hash is enough."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def certificate_hash(session: Session) -> bytes:
    """What is kept of the certificate that a connection has shown. No token's text has this hash: none begins so."""
    return hashlib.sha256(b"\xff" + bytes.fromhex(session.certificate)).digest()


def _guest(core: Core, session: Session, command: LogIn) -> LoggedIn:
    if session.trust < Trust.GUESTS:
        raise GuestsRefused(setting="server.plaintext")
    policy.check_guest(core.config.accounts.guests)
    directory, mine = core.directory, session.person
    if command.name.strip():
        name, mark = checked_guest_name(core, command.name, mine.id if mine else 0)
    else:
        name = free_guest_name(lambda free: skeleton(free) in directory.names, core.pick)
        mark = skeleton(name)
    if mine is not None and mine.name == name and mark in directory.names:
        return _inside(core, session, command)
    channel_presence.depart(core, session)
    person = Person(id=core.new_id(), name=name, guest=True, made_at=core.now())
    core.tick.put(directory.people, person.id, person)
    core.tick.put(directory.names, mark, person.id)
    return admit(core, session, person, command)


async def _by_password(core: Core, session: Session, command: LogIn) -> LoggedIn | Done:
    name, known, counted_as = command.name, False, session.host
    mark = skeleton(name) if len(name) <= 80 else ""
    if command.token:
        token = await tokens.read(core, hash_token(command.token))
        if token is not None and token.person == core.directory.names.get(mark) and not expired(core, token):
            # What others do from behind the same address does not count against it, nor does it guess without a bound.
            known, counted_as = True, f"device {token.id}"
    core.guard.check(mark, counted_as, known, core.clock())
    with core.guard.trying(mark, counted_as):
        person, credentials = await account_of(core, mark)
        right = await core.hashing.verify(
            credentials.password if credentials else None, command.password, network_of(session.host)
        )
    renewed = None
    if right and credentials and core.hashing.needs_rehash(credentials.password, credentials.scram):
        with contextlib.suppress(HashingBusy):  # at the next login, then
            renewed = await core.hashing.secrets(command.password, network_of(session.host))
    # Look-alike spellings lead to the same account's hash; only its own name, in any case, opens it.
    if not right or person is None or person.disabled or not is_named(person, name):
        core.guard.failed(mark, counted_as, core.clock())
        core.counters["logins_refused"] += 1
        # What is no account's name may be a password that was typed in the wrong place.
        audit_refusal(core, session, "login_refused", person.name if person else "")
        raise LoginFailed(name=name[:80])
    core.guard.succeeded(mark, counted_as, core.clock())
    return await let_in(core, session, person, command, renewed)


async def account_of(core: Core, mark: str) -> tuple[Person | None, Credentials | None]:
    """The account with this skeleton and what is kept of its password, both as they are when this is asked.

    An account that is changed, as by a new password, is another object in the directory: whoever awaits something
    compares it with the one given here before letting anybody in. Raises Busy.
    """
    for _ in range(tokens.TRIES):
        person = core.directory.people.get(core.directory.names.get(mark, 0))
        if person is not None and _is_changing(core, person.id):
            if core.turns.stalled:
                break
            await core.turns.told()
            continue
        credentials = await core.store.credentials(mark)
        if credentials is None:
            return None, None
        if person is not None and person.id == credentials.person:
            return person, credentials
    raise Busy(retry_after=1)


def _is_changing(core: Core, person: int) -> bool:
    """Whether another password waits to be committed: the store has the one before."""
    return any(
        type(change) is PutPerson and change.person.id == person and change.password is not None
        for tick in core.turns.uncommitted()
        for change in tick.changes
    )


def is_named(person: Person, name: str) -> bool:
    """Whether this is the account's name, in any case. A look-alike has the same skeleton, and is another name."""
    return person.name.casefold() == name.strip().casefold()


def came_in(core: Core, session: Session, person: Person) -> None:
    """The account was logged in to from here: others' failures do not keep its owner out from here
    (login_throttle.py)."""
    mark, now = skeleton(person.name), core.now()
    core.guard.succeeded(mark, session.host, core.clock())
    if core.guard.knows_since(mark, session.host, now):
        core.tick.store(PutNetwork(person.id, network_of(session.host), now))


async def let_in(
    core: Core, session: Session, person: Person, command: LogIn, renewed: Secrets | None = None
) -> LoggedIn:
    """The session is this account's, which has proved itself. `renewed`: what is kept of its password from now on."""
    spare = await spare_tokens(core, person) if command.keep else ()
    if session.closed or core.directory.people.get(person.id) is not person:
        # Meanwhile the connection went, or the account was shut out or given another password.
        raise LoginFailed(name=command.name[:80])
    with core.tick.whole():
        came_in(core, session, person)
        if renewed is not None:
            core.tick.store(PutPerson(person, skeleton(person.name), renewed.password, renewed.scram))
            count_scram(core, renewed.scram)
        if spare:
            tokens.drop(core, person.id, spare)
        if session.person is not None and session.person.id == person.id:
            return _inside(core, session, command)
        return _instead(core, session, person, command)


def _instead(core: Core, session: Session, person: Person, command: LogIn) -> LoggedIn:
    """Whoever the session was until now leaves it. If that was a guest, the account is in the channels that the guest
    was in, where it may; what the guest said stays the guest's."""
    guest, places = session.person, [core.directory.channels[number] for number in session.channels]
    channel_presence.depart(core, session)
    if guest is None or command.enter:
        return admit(core, session, person, command)
    for channel in places:
        core.tick.tell_one(session, presence.left(channel, guest, gone=True, how="quit"))
    return admit(core, session, person, command, places)


async def _by_token(core: Core, session: Session, command: LogIn, hashed: bytes) -> LoggedIn | Done:
    token = await tokens.read(core, hashed)
    person = None
    if token is not None and not expired(core, token):
        person = core.directory.people.get(token.person)
        if person is None and (person := await core.store.guest(token.person)) is not None:
            token = await tokens.read(core, hashed)
            person = core.directory.people.get(person.id, person)
    if session.closed:
        return Done()
    named = command.name.strip().casefold() if command.certificate else ""
    if token is None or person is None or person.disabled or (named and named != person.name.casefold()):
        # Only now: a device that shows a good one does not wait for those who guess from behind the same address.
        core.guard.check("", session.host, False, core.clock())
        core.guard.failed("", session.host, core.clock())
        audit_refusal(core, session, "token_refused", "")
        raise LoginFailed()
    directory = core.directory
    with core.tick.whole():
        if person.guest and person.id not in directory.people:
            mark = skeleton(person.name)
            if mark in directory.names:
                raise NameTaken(name=person.name, why="taken")
            core.tick.put(directory.people, person.id, person)
            core.tick.put(directory.names, mark, person.id)
            core.tick.put(directory.kept_guests, person.id, True)
        if not person.guest:
            came_in(core, session, person)
        core.tick.store(PutToken(msgspec.structs.replace(token, used_at=core.now())))
        told = _instead(core, session, person, msgspec.structs.replace(command, keep=False))
        core.tick.set(session, "token", token.id)
        return told


async def spare_tokens(core: Core, person: Person) -> tuple[int, ...]:
    """Those tokens that a person has too many, longest unused first, with one to come."""
    known = sorted(await core.store.tokens(person.id), key=lambda token: token.used_at)
    return tuple(token.id for token in known[: max(0, len(known) + 1 - core.config.accounts.tokens_per_account)])


def count_scram(core: Core, kept: str) -> None:
    """One account more has SCRAM keys of these passes, for scram.py's decoys."""
    passes = kept.partition(":")[0]
    if passes:
        core.tick.put(core.scram_passes, int(passes), core.scram_passes[int(passes)] + 1)


def expired(core: Core, token: Token) -> bool:
    """Whether a token has lain unused for too long."""
    days = core.config.accounts.token_idle_days
    return bool(days) and core.now() - token.used_at > days * 86_400_000


def admit(core: Core, session: Session, person: Person, command: LogIn, places: Sequence[Channel] = ()) -> LoggedIn:
    """This session is this person's from now on, and in these channels, where they may be."""
    tick, directory = core.tick, core.directory
    seemed = presence.shown_anywhere(core, person.id) if core.watchers else None
    tick.set(session, "person", person)
    connected = directory.connected.get(person.id)
    if session.arriving or presence.hides(core, session, person):
        tick.set(session, "mode", "invisible")
    tick.set(session, "since", core.now())
    if connected is None:
        tick.put(directory.connected, person.id, {session: True})
    else:
        tick.put(directory.connected, person.id, {**connected, session: True})
    presence_watch.came(core, person)
    if seemed is not None:
        presence_watch.seems(core, person, seemed, presence.shown_anywhere(core, person.id))
    for channel in places:
        with contextlib.suppress(ChatError):
            channels.walk_in(core, session, channel)
    keep = command.keep and session.trust >= Trust.PASSWORDS  # a token in clear is a password in clear
    token = make_token(core, session, command.device) if keep else ""
    return _inside(core, session, command, token)


def make_token(core: Core, session: Session, device: str) -> str:
    """A new session token for whoever is logged in here; the only time it is seen."""
    person = session.person
    assert person is not None
    if person.guest:
        keep_guest(core, session)
    token, now = core.secret().hex(), core.now()
    device = "".join(letter for letter in device if letter.isprintable())[:DEVICE_MOST]
    kept = Token(core.new_id(), hash_token(token), person.id, device, now, now)
    core.tick.store(PutToken(kept))
    core.tick.set(session, "token", kept.id)
    return token


def _inside(core: Core, session: Session, command: LogIn, token: str = "") -> LoggedIn:
    person, directory = session.person, core.directory
    assert person is not None
    if command.enter:
        channels.move_in(core, session, channels.find_or_make(core, session, command.enter, True))
    names = (
        directory.channels[number].name
        for number, standing in directory.places.get(person.id, {}).items()
        if standing.inside
    )
    return LoggedIn(
        person=person.id,
        name=person.name,
        guest=person.guest,
        admin=person.admin,
        token=token,
        channels=[] if command.enter else sorted(names),
    )
