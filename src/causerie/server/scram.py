"""Logging in by SCRAM-SHA-256: the password is proved, and not told; the server proves that it knew it.

Sources: RFC 5802 (the exchange), RFC 7677 (SHA-256). Without channel binding. Names that nobody has, and accounts of
which nothing is kept for it, get a salt of their own like all others, and fail at the end.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Coroutine
from dataclasses import dataclass

from causerie.chat.commands import LogIn, Scram
from causerie.chat.errors import AlreadyLoggedIn, BadInput, LoginFailed
from causerie.chat.names import skeleton
from causerie.chat.replies import Challenge, Done, LoggedIn
from causerie.server.core import Core
from causerie.server.login import audit_refusal, check_trust, let_in
from causerie.server.session import Session

MESSAGE_MOST = 1024

_FIRST = re.compile(r"([ny],(?:a=([^,]*))?,)(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+))(?:,.*)?")
_FINAL = re.compile(r"(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[^p].*)?),p=([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one log-in has come to. `person` 0: nobody. `said`: what both sides have said of it so far."""

    name: str
    person: int
    header: str
    nonce: str
    said: str
    stored_key: bytes
    server_key: bytes
    proved: bool = False


def scram(
    core: Core, session: Session, command: Scram
) -> Coroutine[None, None, Challenge | LoggedIn | Done] | Challenge:
    """One step. Raises BadInput for what is no message of SCRAM, LoginFailed; either ends the exchange."""
    check_trust(session)
    person, exchange = session.person, session.scram
    if person is not None and not person.guest:
        raise AlreadyLoggedIn(name=person.name)
    session.scram = None
    if exchange is None:
        return _first(core, session, command.message)
    if not exchange.proved:
        return _final(core, session, exchange, command.message)
    if command.message:
        raise BadInput(why="scram")
    return let_in(
        core, session, core.directory.people[exchange.person], LogIn(name=exchange.name, device=command.device)
    )


async def _first(core: Core, session: Session, message: str) -> Challenge:
    found = _FIRST.fullmatch(message) if len(message) <= MESSAGE_MOST else None
    name = _name(found[4]) if found is not None else None
    if found is None or not name or (found[2] and _name(found[2]) != name):
        raise BadInput(why="scram")
    mark = skeleton(name) if len(name) <= 80 else ""
    core.guard.check(mark, session.host, False, core.clock())
    credentials = await core.store.credentials(mark)
    kept = credentials.scram if credentials is not None else ""
    person = core.directory.people.get(credentials.person) if credentials is not None and kept else None
    if person is None or person.disabled or person.name.casefold() != name.strip().casefold():
        salt = b64encode(hmac.digest(core.decoy, mark.encode(), "sha256")[:16]).decode()
        passes, stored_key, server_key, number = str(core.hashing.scram_passes or 4096), bytes(32), bytes(32), 0
    else:
        passes, salt, *keys = kept.split(":")
        stored_key, server_key = map(b64decode, keys)
        number = person.id
    nonce = found[5] + b64encode(core.secret()[:18]).decode()
    told = f"r={nonce},s={salt},i={passes}"
    session.scram = Exchange(name, number, found[1], nonce, f"{found[3]},{told}", stored_key, server_key)
    return Challenge(message=told)


def _final(core: Core, session: Session, exchange: Exchange, message: str) -> Challenge:
    found = _FINAL.fullmatch(message) if len(message) <= MESSAGE_MOST else None
    if found is None or found[3] != exchange.nonce:
        raise BadInput(why="scram")
    mark = skeleton(exchange.name) if len(exchange.name) <= 80 else ""
    said = f"{exchange.said},{found[1]}".encode()
    person = core.directory.people.get(exchange.person)
    try:
        bound, proof = b64decode(found[2], validate=True), b64decode(found[4], validate=True)
    except binascii.Error:
        raise BadInput(why="scram") from None
    signature = hmac.digest(exchange.stored_key, said, "sha256")
    key = bytes(one ^ other for one, other in zip(proof, signature, strict=False))
    right = hmac.compare_digest(hashlib.sha256(key).digest(), exchange.stored_key) and len(proof) == len(signature)
    if not right or person is None or person.disabled or bound != exchange.header.encode():
        core.guard.failed(mark, session.host, core.clock())
        core.counters["logins_refused"] += 1
        audit_refusal(core, session, "login_refused", person.name if person else "")
        raise LoginFailed(name=exchange.name[:80])
    core.guard.succeeded(mark, session.host, core.clock())
    proof = hmac.digest(exchange.server_key, said, "sha256")
    session.scram = Exchange(exchange.name, person.id, "", "", "", b"", b"", proved=True)
    return Challenge(message=f"v={b64encode(proof).decode()}")


def _name(written: str) -> str | None:
    """A name as SCRAM writes it: "=2C" is a comma, "=3D" an equals sign, and there is no other "="."""
    if re.sub("=2C|=3D", "", written).count("="):
        return None
    return written.replace("=2C", ",").replace("=3D", "=")
