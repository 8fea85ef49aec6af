"""What the settings name a password for: a door of the server, and operators."""

from __future__ import annotations

import hmac
from collections.abc import Coroutine

from causerie.chat.commands import Elevate, GiveServerPassword
from causerie.chat.errors import LoginFailed
from causerie.chat.names import skeleton
from causerie.chat.replies import Done
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.engine.passing import PutElevation
from causerie.server.engine.rate_limits import network_of
from causerie.server.engine.session import Session
from causerie.server.features.accounts.login import account_of, audit_refusal, check_trust


async def _same(context: Context, session: Session, stored: str, given: str) -> bool:
    """Whether this is the password that the settings have, as it is or as an argon2 hash."""
    if _is_hashed(stored):
        return await context.hashing.verify(stored, given, network_of(session.host))
    return hmac.compare_digest(stored.encode(), given.encode(errors="replace"))


def _is_hashed(stored: str) -> bool:
    return stored.startswith("$argon2")


async def server_password(context: Context, session: Session, command: GiveServerPassword) -> Done:
    """The door's password. Raises LoginFailed, TooManyFailures."""
    context.login_throttle.check("", session.host, False, context.clock())
    wanted = context.config.irc.password
    right = not wanted or await _same(context, session, wanted, command.password)
    # Others may have failed meanwhile: as many as are asked at once are no way around the bound.
    context.login_throttle.check("", session.host, False, context.clock())
    if not right:
        context.login_throttle.failed("", session.host, context.clock())
        raise LoginFailed(why="door")
    return Done()


def elevate(context: Context, session: Session, command: Elevate) -> Done | Coroutine[None, None, Done]:
    """Elevate this session to an administrator's rights, or no longer. See elevation.py."""
    if command.on:
        check_trust(session)
        return _elevate(context, session, command)
    context.apply(PutElevation(session.id, None))
    return Done()


async def _elevate(context: Context, session: Session, command: Elevate) -> Done:
    person = session.require_person()
    mark = f"operator {command.name[:80]}"
    context.login_throttle.check(mark, session.host, False, context.clock())
    with context.login_throttle.trying(mark, session.host):
        entry = next((one for one in context.config.oper if one.name == command.name), None)
        if entry is None or not _is_hashed(entry.password):
            # As long as with a hash: how long it takes tells no operator's name.
            await context.hashing.verify(None, command.password, network_of(session.host))
        right = entry is not None and await _same(context, session, entry.password, command.password)
        if not right and person.admin and command.name.casefold() == person.name.casefold():
            _, credentials = await account_of(context, skeleton(person.name))
            right = credentials is not None and await context.hashing.verify(
                credentials.password, command.password, network_of(session.host)
            )
            entry = None  # the account has the rights already: there is no other reason to keep
    if not right or session.person is not person or (entry is not None and entry not in context.config.oper):
        context.login_throttle.failed(mark, session.host, context.clock())
        audit_refusal(context, session, "elevation_refused", person.name)
        raise LoginFailed(name=command.name[:80])
    context.login_throttle.succeeded(mark, session.host, context.clock())
    context.apply(PutElevation(session.id, entry))
    audit(context, session, "elevated", name=command.name)
    return Done()
