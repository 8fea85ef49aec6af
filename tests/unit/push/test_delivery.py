"""Pushes on their way: tried again where that may help, and never more than there is room for."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from causerie.chat.model import Subscription
from causerie.push.delivery import QUEUE_MOST, Delivery
from tests.push_service import Device, PushService


@asynccontextmanager
async def delivery(service: PushService) -> AsyncIterator[tuple[Delivery, list[Subscription]]]:
    """One that does not wait before it tries again, at work; with the subscriptions that it found to be over."""
    over: list[Subscription] = []
    context = ssl.create_default_context(cafile=str(service.certificate))
    made = Delivery(ec.generate_private_key(ec.SECP256R1()), "", context, True, over.append, (0.0, 0.0))
    work = asyncio.create_task(made.run())
    try:
        yield made, over
    finally:
        work.cancel()


def at(service: PushService, device: Device, path: str = "/d") -> Subscription:
    """The device's subscription."""
    return Subscription(1, f"{service.origin}{path}", device.public, device.auth, "irc", 0)


async def test_what_the_service_cannot_take_now_is_tried_again(tmp_path: Path) -> None:
    """RFC 8030, section 8.4 (429); a server's errors (RFC 9110, section 15.6): three times, each time sealed anew."""
    device = Device()
    async with PushService(tmp_path) as service, delivery(service) as (sending, over):
        service.answers = [503, 429, 201]
        sending.send(at(service, device), b"hello")
        pushes = [await service.gets() for _ in range(3)]
        assert {device.reads(push.body) for push in pushes} == {b"hello"}
        assert len({push.body[:16] for push in pushes}) == 3
        service.answers = [500, 500, 500]
        sending.send(at(service, device), b"never")
        for _ in range(3):
            await service.gets()
        sending.send(at(service, device), b"last")
        assert device.reads((await service.gets()).body) == b"last"
        assert over == []


@pytest.mark.parametrize(("status", "ends"), [(404, True), (410, True), (400, False), (403, False), (413, False)])
async def test_what_is_refused_is_not_tried_again_and_what_is_gone_is_told(
    status: int, ends: bool, tmp_path: Path
) -> None:
    """RFC 8030, section 7.3."""
    device = Device()
    async with PushService(tmp_path) as service, delivery(service) as (sending, over):
        service.answers = [status]
        sending.send(at(service, device), b"one")
        await service.gets()
        sending.send(at(service, device), b"two")
        assert device.reads((await service.gets()).body) == b"two"
        assert [one.endpoint for one in over] == [f"{service.origin}/d"] * ends


async def test_a_bad_subscription_does_not_silence_the_others(tmp_path: Path) -> None:
    """A key that is no point of the curve, and a service that is not there."""
    device = Device()
    async with PushService(tmp_path) as service, delivery(service) as (sending, over):
        sending.send(Subscription(1, f"{service.origin}/x", b"\4" + bytes(64), device.auth, "irc", 0), b"x")
        sending.send(Subscription(1, "https://127.0.0.1:1/", device.public, device.auth, "irc", 0), b"x")
        sending.send(at(service, device), b"hello")
        assert device.reads((await service.gets()).body) == b"hello"
        assert over == []


async def test_the_queue_has_a_bound(tmp_path: Path) -> None:
    """What does not fit is dropped and counted; nobody waits for it."""
    device = Device()
    async with PushService(tmp_path) as service:
        context = ssl.create_default_context(cafile=str(service.certificate))
        sending = Delivery(ec.generate_private_key(ec.SECP256R1()), "", context, True, lambda one: None)
        for _ in range(QUEUE_MOST + 3):
            sending.send(at(service, device), b"x")
        assert sending.dropped == 3
