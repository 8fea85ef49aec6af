"""Starts Web Push, if the settings turn it on."""

from __future__ import annotations

import ssl
from collections.abc import Coroutine, Mapping
from pathlib import Path

from causerie.chat.model import Subscription
from causerie.push import vapid
from causerie.push.delivery import Delivery
from causerie.server.context import Context
from causerie.server.features.accounts import push_subscriptions
from causerie.server.features.messages.push_events import Form, Pushing


def start(context: Context, data: Path, forms: Mapping[str, Form]) -> tuple[Coroutine[None, None, None], ...]:
    """From now on clients may subscribe, and what a unit of work told is looked at once more; what there is to run
    beside serving. `forms`: see Pushing. Raises OSError and ValueError for a key or authorities that cannot be used."""
    settings, key = context.config.web_push, vapid.load_key(data)
    tls_context = ssl.create_default_context()
    if settings.authorities:
        tls_context.load_verify_locations(settings.authorities)

    def expired(subscription: Subscription) -> None:
        push_subscriptions.drop(context, subscription)
        context.commit_loop.wake()

    delivery = Delivery(key, settings.contact, tls_context, settings.private_addresses, expired)
    pushing = Pushing(context, forms, delivery.send)
    context.push_key = vapid.public_key(key)
    context.commit_loop.also(pushing.told)
    return pushing.run(), delivery.run()
