"""Web Push put together, for a server whose settings want it."""

from __future__ import annotations

import ssl
from collections.abc import Coroutine, Mapping
from pathlib import Path

from causerie.chat.model import Subscription
from causerie.push import vapid
from causerie.push.delivery import Delivery
from causerie.server.context import Core
from causerie.server.features.accounts import push_subscriptions
from causerie.server.features.messages.push_events import Form, Pushing


def start(core: Core, data: Path, forms: Mapping[str, Form]) -> tuple[Coroutine[None, None, None], ...]:
    """From now on clients may subscribe, and what a tick told is looked at once more; what there is to run beside
    serving. `forms`: see Pushing. Raises OSError and ValueError for a key or authorities that cannot be used."""
    settings, key = core.config.web_push, vapid.load_key(data)
    context = ssl.create_default_context()
    if settings.authorities:
        context.load_verify_locations(settings.authorities)

    def expired(subscription: Subscription) -> None:
        push_subscriptions.drop(core, subscription)
        core.turns.wake()

    delivery = Delivery(key, settings.contact, context, settings.private_addresses, expired)
    pushing = Pushing(core, forms, delivery.send)
    core.push_key = vapid.public_key(key)
    core.turns.also(pushing.told)
    return pushing.run(), delivery.run()
