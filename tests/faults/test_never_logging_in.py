"""Connections that never log in: all are gone when their time is up, whatever they do, and cost little until then."""

from __future__ import annotations

import asyncio
import ssl
import time

import pytest

from tests.faults.conftest import Make
from tests.server_process import CONFIG, ServerProcess

pytestmark = pytest.mark.faults

KIB = 1024
SWEEP_SECONDS = 1.0
LATE_SECONDS = 3.0
"""How late a busy machine may be."""

EACH_KIB = {"TLS handshake only": 160}
EACH_KIB_MOST = 24
"""Promised are 8 KiB each; a TLS connection has OpenSSL's own buffers besides. The measured figures are printed."""

BYTE_SECONDS = 0.2
HELLO = b'{"do":"hello","version":1}\n'


async def silent(server: ServerProcess) -> float:
    """Says nothing at all."""
    return await _says(server, b"")


async def trickling(server: ServerProcess) -> float:
    """One byte after the other of a line that never ends."""
    return await _says(server, b'{"do":"', b"a" * 10_000)


async def half_an_object(server: ServerProcess) -> float:
    """The beginning of logging in."""
    return await _says(server, b'{"CONN":{"us":"Guest-Luc","pwd":"')


async def hello_only(server: ServerProcess) -> float:
    """Said hello, and waits."""
    return await _says(server, HELLO)


async def tls_only(server: ServerProcess) -> float:
    """A TLS handshake, and nothing in it."""
    began = time.monotonic()
    reader, writer = await _handshake(server)
    return await _until_gone(reader, writer, began)


async def _handshake(server: ServerProcess) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return await asyncio.open_connection(server.address.host, server.address.port, ssl=context)


async def nick_only(server: ServerProcess) -> float:
    """Half of IRC's registration, and then one byte after the other."""
    return await _says(server, b"NICK Luc\r\n", b"USER luc 0 * :" + b"a" * 10_000)


MANNERS = {
    "silent": silent,
    "trickling": trickling,
    "half an object": half_an_object,
    "hello only": hello_only,
    "TLS handshake only": tls_only,
    "nick only": nick_only,
}


async def _says(server: ServerProcess, first: bytes, slowly: bytes = b"") -> float:
    began = time.monotonic()
    reader, writer = await server.connect()
    writer.write(first)
    trickle = asyncio.create_task(_trickle(writer, slowly)) if slowly else None
    try:
        return await _until_gone(reader, writer, began)
    finally:
        if trickle is not None:
            trickle.cancel()
            await asyncio.wait([trickle])


async def _trickle(writer: asyncio.StreamWriter, slowly: bytes) -> None:
    for byte in slowly:
        await asyncio.sleep(BYTE_SECONDS)
        writer.write(bytes([byte]))


async def _until_gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, began: float) -> float:
    try:
        while await reader.read(65536):
            pass
    except ConnectionError:
        pass
    writer.transport.abort()
    return time.monotonic() - began


@pytest.mark.parametrize("manner", MANNERS)
async def test_they_are_gone_in_time(server: Make, thorough: bool, manner: str) -> None:
    """2,000 connections (in brief 200) of each manner, 15 s to log in (in brief 2)."""
    count, seconds = (2000, 15.0) if thorough else (200, 2.0)
    one = server(f"{CONFIG}login_seconds = {seconds}\n[irc.timeouts]\nregister = {seconds}\n").start()
    # The first of its kind makes what all of its kind share.
    person = await one.native_in("home", "Anna")
    operator = await one.operator()
    # The certificate is made some time after the start, and takes more memory than all of them.
    _, first = await _handshake(one)
    first.close()
    waiting = [asyncio.create_task(MANNERS[manner](one))]
    await asyncio.sleep(BYTE_SECONDS)
    before = one.memory()
    waiting += [asyncio.create_task(MANNERS[manner](one)) for _ in range(count)]
    most = before
    pending = set(waiting)
    while pending:
        most = max(most, one.memory())
        _, pending = await asyncio.wait(pending, timeout=0.1)
    stayed = [await each for each in waiting]
    counters = (await operator.asks("status"))["counters"]
    each = (most - before) / count / KIB
    print(f"\n{manner}: {count} gone after {min(stayed):.1f} to {max(stayed):.1f} s, {each:.1f} KiB each", end="")
    assert max(stayed) < seconds + SWEEP_SECONDS + LATE_SECONDS + count / 500
    assert min(stayed) > seconds - 0.1
    assert counters["never_logged_in"] == count + 1
    assert each < EACH_KIB.get(manner, EACH_KIB_MOST)
    await person.says("home", "I stay")
    person.hang_up()
    operator.hang_up()
