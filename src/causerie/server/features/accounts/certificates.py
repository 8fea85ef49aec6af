"""Clients' own certificates: each is kept as a token of its account, and listed, revoked and forgotten as one."""

from __future__ import annotations

import hashlib

from causerie.chat.commands import KeepCertificate
from causerie.chat.errors import AccountsOnly, BadInput, LoginFailed
from causerie.chat.replies import CERTIFICATE_DEVICE, Done
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.accounts import tokens
from causerie.server.features.accounts.login import certificate_hash, spare_tokens
from causerie.server.ports.changes import PutToken, Token


async def keep(context: Context, session: Session, command: KeepCertificate) -> Done:
    """Who shows the certificate that this connection has shown may log in by it as this account, and as no other."""
    person = session.require_person()
    if person.guest:
        raise AccountsOnly()
    if not session.certificate:
        raise BadInput(why="certificate")
    hashed, now = certificate_hash(session), context.now()
    spare = () if await tokens.read(context, hashed) is not None else await spare_tokens(context, person)
    if session.person is not person or session.closed:
        raise LoginFailed(name=person.name)
    if spare:
        tokens.drop(context, person.id, spare)
    name = f"{CERTIFICATE_DEVICE} {hashlib.sha256(hashed).hexdigest()[:8]}"
    context.apply(PutToken(Token(context.new_id(), hashed, person.id, name, now, now)))
    audit(context, session, "certificate_kept", name=person.name)
    return Done()
