"""Logging in by SCRAM-SHA-256: the password is proved, and not told; the server proves that it knew it.

Sources: RFC 5802 (the exchange), RFC 7677 (SHA-256). Without channel binding. A name that nobody has, and an account of
which nothing is kept for it, get a salt of their own, the same after every restart, and fail at the end like a wrong
password: nothing on the way tells whether an account exists (RFC 5802, section 9).
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Coroutine

from causerie.chat.commands import LogIn, Scram
from causerie.chat.errors import AlreadyLoggedIn, BadInput, LoginFailed
from causerie.chat.names import skeleton
from causerie.chat.replies import Challenge, Done, LoggedIn
from causerie.server.context import Context
from causerie.server.engine.scram_exchange import ScramExchange
from causerie.server.engine.session import Session
from causerie.server.features.accounts import decoys
from causerie.server.features.accounts.login import account_of, audit_refusal, check_trust, is_named, let_in

MESSAGE_MOST = 1024

_FIRST = re.compile(r"([ny],(?:a=([^,]*))?,)(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+))(?:,.*)?")
_FINAL = re.compile(r"(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[^p].*)?),p=([A-Za-z0-9+/=]+)")


def scram(
    context: Context, session: Session, command: Scram
) -> Coroutine[None, None, Challenge | LoggedIn | Done] | Challenge:
    """One step. Raises BadInput for what is no message of SCRAM, LoginFailed; either ends the exchange."""
    check_trust(session)
    person, exchange = session.person, session.scram
    if person is not None and not person.guest:
        raise AlreadyLoggedIn(name=person.name)
    session.scram = None
    if exchange is None:
        return _first(context, session, command.message)
    if not exchange.proved:
        return _final(context, session, exchange, command.message)
    if command.message:
        raise BadInput(why="scram")
    assert exchange.person is not None
    return let_in(context, session, exchange.person, LogIn(name=exchange.name, device=command.device))


async def _first(context: Context, session: Session, message: str) -> Challenge:
    found = _FIRST.fullmatch(message) if len(message) <= MESSAGE_MOST else None
    name = _name(found[4]) if found is not None else None
    if found is None or not name or (found[2] and _name(found[2]) != name):
        raise BadInput(why="scram")
    mark = skeleton(name) if len(name) <= 80 else ""
    context.login_throttle.check(mark, session.host, False, context.clock())
    person, credentials = await account_of(context, mark)
    kept = credentials.scram if credentials is not None else ""
    decoy = _decoy(context, name)
    if person is None or not kept or not is_named(person, name):
        person, kept = None, decoy
    passes, salt, *keys = kept.split(":")
    stored_key, server_key = map(b64decode, keys)
    nonce = found[5] + b64encode(context.secret()[:18]).decode()
    told = f"r={nonce},s={salt},i={passes}"
    session.scram = ScramExchange(name, person, found[1], nonce, f"{found[3]},{told}", stored_key, server_key)
    return Challenge(message=told)


def _final(context: Context, session: Session, exchange: ScramExchange, message: str) -> Challenge:
    found = _FINAL.fullmatch(message) if len(message) <= MESSAGE_MOST else None
    if found is None or found[3] != exchange.nonce:
        raise BadInput(why="scram")
    mark = skeleton(exchange.name) if len(exchange.name) <= 80 else ""
    said = f"{exchange.said},{found[1]}".encode()
    person = exchange.person
    # Many exchanges may have been begun before any was finished: what counts is when a proof is judged.
    context.login_throttle.check(mark, session.host, False, context.clock())
    try:
        bound, proof = b64decode(found[2], validate=True), b64decode(found[4], validate=True)
    except binascii.Error:
        raise BadInput(why="scram") from None
    signature = hmac.digest(exchange.stored_key, said, "sha256")
    key = bytes(one ^ other for one, other in zip(proof, signature, strict=False))
    right = hmac.compare_digest(hashlib.sha256(key).digest(), exchange.stored_key) and len(proof) == len(signature)
    stands = person is not None and not person.disabled and context.state.people.get(person.id) is person
    if not right or person is None or not stands or bound != exchange.header.encode():
        context.login_throttle.failed(mark, session.host, context.clock())
        context.counters["logins_refused"] += 1
        audit_refusal(context, session, "login_refused", person.name if person else "")
        raise LoginFailed(name=exchange.name[:80])
    proof = hmac.digest(exchange.server_key, said, "sha256")
    session.scram = ScramExchange(exchange.name, person, "", "", "", b"", b"", proved=True)
    return Challenge(message=f"v={b64encode(proof).decode()}")


def _decoy(context: Context, name: str) -> str:
    """What there would be of this name if it were an account's, whose password nobody has; as hashing.scram_keys.

    Names that are one account's name, written otherwise, have one salt; look-alikes have each their own, as they have
    where one of them is an account. The figure of passes is one that accounts have, for as many names as accounts.
    """
    passes = decoys.figures(context, name, b"passes", context.state.scram_passes, context.hashing.scram_passes) or 4096
    salt = hmac.digest(context.decoy, b"salt %d " % passes + decoys.fold(name), "sha256")[:16]
    nothing = b64encode(bytes(32)).decode()
    return f"{passes}:{b64encode(salt).decode()}:{nothing}:{nothing}"


def _name(written: str) -> str | None:
    """A name as SCRAM writes it: "=2C" is a comma, "=3D" an equals sign, and there is no other "="."""
    if re.sub("=2C|=3D", "", written).count("="):
        return None
    return written.replace("=2C", ",").replace("=3D", "=")
