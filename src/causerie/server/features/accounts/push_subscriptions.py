"""Web Push: where the devices of people who are not here want to be told. Kept for accounts, a few for each.

An endpoint is a secret of its device's; what is said at it, and in which form, is for others (`pushing`, a protocol).
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode

from causerie.chat.commands import Subscribe, Unsubscribe
from causerie.chat.errors import AccountsOnly, BadInput, Unavailable
from causerie.chat.model import Person, Subscription
from causerie.chat.replies import Done
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.ports.changes import DropSubscription, PutSubscription

SUBSCRIPTIONS_MOST = 8
"""Of an account; one more takes the place of the oldest."""

ENDPOINT_BYTES = 400
FORM_BYTES = 400
PUBLIC_BYTES, AUTH_BYTES = 65, 16
"""Of a device's key, uncompressed, and of its secret (RFC 8291, section 3)."""


def subscribe(context: Context, session: Session, command: Subscribe) -> Done:
    """From now on this device is told what its person is notified of while they are not here."""
    person = session.require_person()
    if person.guest:
        raise AccountsOnly()
    if not context.push_key:
        raise Unavailable(why="web_push")
    endpoint, form = command.endpoint, command.form
    if not is_endpoint(endpoint):
        raise BadInput(why="endpoint", most=ENDPOINT_BYTES)
    if not form.isascii() or not form.isprintable() or len(form) > FORM_BYTES:
        raise BadInput(why="form", most=FORM_BYTES)
    p256dh, auth = _key(command.public_key, "public_key", PUBLIC_BYTES), _key(command.auth, "auth", AUTH_BYTES)
    if p256dh[0] != 4:
        raise BadInput(why="public_key", least=PUBLIC_BYTES, most=PUBLIC_BYTES)
    own = context.state.subscriptions.get(person.id, {})
    made = Subscription(person.id, endpoint, p256dh, auth, form, context.now())
    with context.unit.whole():
        if endpoint not in own and len(own) >= SUBSCRIPTIONS_MOST:
            drop(context, min(own.values(), key=lambda one: one.made_at))
        context.apply(PutSubscription(made))
    return Done()


def unsubscribe(context: Context, session: Session, command: Unsubscribe) -> Done:
    """No longer; where there was nothing, nothing changes."""
    person = session.require_person()
    if (one := context.state.subscriptions.get(person.id, {}).get(command.endpoint)) is not None:
        drop(context, one)
    return Done()


def is_endpoint(text: str) -> bool:
    """Whether this can be one (RFC 8030: an https URL). Whom it leads to is looked at whenever it is used."""
    host = text.removeprefix("https://").partition("/")[0]
    return (
        text.startswith("https://")
        and bool(host)
        and "@" not in host
        and text.isascii()
        and text.isprintable()
        and " " not in text
        and "#" not in text
        and len(text) <= ENDPOINT_BYTES
    )


def _key(given: str, name: str, size: int) -> bytes:
    try:
        key = urlsafe_b64decode(given.rstrip("=") + "=" * (-len(given.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != size:
        raise BadInput(why=name, least=size, most=size)
    return key


def drop(context: Context, subscription: Subscription) -> None:
    """It is over."""
    own = context.state.subscriptions.get(subscription.person, {})
    if own.get(subscription.endpoint) == subscription:
        context.apply(DropSubscription(subscription.person, subscription.endpoint))


def drop_all(context: Context, person: Person) -> None:
    """All of a person's: who has lost their rights here, or whose password somebody else knew, is told nothing more."""
    for one in tuple(context.state.subscriptions.get(person.id, {}).values()):
        drop(context, one)
