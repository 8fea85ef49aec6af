"""The delivery queue of Web Push: bounded, a few requests at once, with retries.

What does not fit into the queue is dropped: it waits in the history all the same.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from causerie.chat.model import Subscription
from causerie.push import vapid
from causerie.push.encryption import encrypt
from causerie.push.service import KEPT_SECONDS, NotDelivered, Refused, hand_over, place_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

log = logging.getLogger("causerie.push")

QUEUE_MOST = 1000
"""Pushes that wait; of more the newest are dropped."""

AT_ONCE = 4
"""Pushes that are handed over at the same time."""

PAUSES = (2.0, 15.0)
"""Seconds before it is tried again: once more for each."""

GONE = frozenset((404, 410))
"""The subscription is over (RFC 8030, section 7.3)."""

LATER = frozenset((429, 500, 502, 503, 504))
"""It may be another time."""


class Delivery:
    """See the module. `expired` is told of subscriptions that are over; `handed`, `dropped`, `failed` are counted."""

    def __init__(
        self,
        key: EllipticCurvePrivateKey,
        contact: str,
        context: ssl.SSLContext,
        private: bool,
        expired: Callable[[Subscription], None],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._key = key
        self._contact = contact
        self._context = context
        self._private = private
        self._expired = expired
        self._pauses = pauses
        self._queue: asyncio.Queue[tuple[Subscription, bytes]] = asyncio.Queue(QUEUE_MOST)
        self.handed = 0
        self.dropped = 0
        self.failed = 0

    def send(self, subscription: Subscription, plain: bytes) -> None:
        """Put one on its way."""
        try:
            self._queue.put_nowait((subscription, plain))
        except asyncio.QueueFull:
            self.dropped += 1

    async def run(self) -> None:
        """Hand over what there is, until cancelled."""
        async with asyncio.TaskGroup() as workers:
            for _ in range(AT_ONCE):
                workers.create_task(self._work())

    async def _work(self) -> None:
        while True:
            subscription, plain = await self._queue.get()
            try:
                await self._one(subscription, plain)
            except Exception:
                # One bad subscription must not silence the others.
                self.failed += 1
                log.exception("a push could not be made")

    async def _one(self, subscription: Subscription, plain: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        place = place_of(subscription.endpoint)
        for pause in (*self._pauses, None):
            own = ec.generate_private_key(ec.SECP256R1())
            body = encrypt(plain, subscription.p256dh, subscription.auth, os.urandom(16), own)
            signed = vapid.authorization(self._key, place.origin, self._contact, int(time.time()))
            headers = {
                "Authorization": signed,
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(KEPT_SECONDS),
                "Urgency": "high",
            }
            try:
                status = await hand_over(place, headers, body, self._context, self._private)
            except Refused:
                status = 410
            except NotDelivered as why:
                log.debug("a push was not delivered to %s: %s", place.host, why)
                status = 503
            if status in GONE:
                self._expired(subscription)
                return
            if 200 <= status < 300:
                self.handed += 1
                return
            if status not in LATER or pause is None:
                break
            await asyncio.sleep(pause)
        self.failed += 1
