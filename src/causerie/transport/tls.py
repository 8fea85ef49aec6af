"""TLS on a connection that began in clear, as an asyncio transport: a state machine between two buffers of bytes.

asyncio's `start_tls` can't be given the bytes that were read to find out that they are TLS; this can. The machine is
the ssl module's, or pyOpenSSL's where clients are asked for a certificate (tls_client_certificates.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from causerie.transport.layer import Layer

RECORD = 16384
"""The most plaintext that one TLS record holds (RFC 8446, section 5.1)."""


class Machine(Protocol):
    """One side of TLS, as ssl.SSLObject is; its errors are the ssl module's."""

    def do_handshake(self) -> None:
        """Go on with the handshake."""

    def read(self, len: int) -> bytes:
        """Plaintext that came."""

    def write(self, data: bytes) -> int:
        """Encrypt."""

    def unwrap(self) -> object:
        """Say that nothing more comes."""

    def selected_alpn_protocol(self) -> str | None:
        """The protocol that both sides agreed on, if the client offered any."""

    def getpeercert(self, binary_form: bool) -> Any:
        """The client's certificate, as DER or as the ssl module's dictionary; None: it showed none."""


class Parts(NamedTuple):
    """A machine, and how bytes get into it and out of it."""

    machine: Machine
    put: Callable[[bytes], object]
    take: Callable[[], bytes]


def ssl_parts(context: ssl.SSLContext) -> Parts:
    """Those of the ssl module, server side."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    return Parts(context.wrap_bio(incoming, outgoing, server_side=True), incoming.write, outgoing.read)


class Secured(Protocol):
    """Who is told how a handshake ended."""

    def handshake_over(self) -> None:
        """It succeeded."""

    def refused(self, why: str) -> None:
        """It failed; for the log."""


class TlsTransport(Layer):
    """One connection's TLS, server side. What is written before the handshake is over waits for that."""

    __slots__ = ("_done", "_early", "_parts", "_watch")

    def __init__(self, parts: Parts, above: asyncio.Protocol, watch: Secured) -> None:
        super().__init__(above)
        self._parts: Parts | None = parts
        self._watch = watch
        self._done = False
        self._early: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        """See asyncio: plaintext that these bytes complete goes up; the handshake is answered on the way."""
        if self._parts is None:
            return
        machine = self._parts.machine
        self._parts.put(data)
        plain: list[bytes] = []
        over = True
        try:
            if not self._done:
                machine.do_handshake()
                self._begin()
            while piece := machine.read(RECORD):
                plain.append(piece)
        except ssl.SSLWantReadError:
            over = False
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError as error:
            self._watch.refused(f"TLS failed: {error.reason or 'broken'}")
            plain.clear()
        self._flush()
        if plain:
            self._above.data_received(b"".join(plain))
        if over:
            self.below.close()

    def _begin(self) -> None:
        self._done = True
        self._watch.handshake_over()
        early, self._early = self._early, []
        for data in early:
            self.write(data)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """See asyncio."""
        if self._parts is None or not data:
            return
        if not self._done:
            self._early.append(bytes(data))
            return
        try:
            self._parts.machine.write(data)  # type: ignore[arg-type]  # it takes any buffer
        except ssl.SSLError:
            self.below.close()
        self._flush()

    def close(self) -> None:
        """See asyncio; the other side's own close need not be waited for (RFC 8446, section 6.1)."""
        if self._parts is not None and self._done and not self.below.is_closing():
            with contextlib.suppress(ssl.SSLError):
                self._parts.machine.unwrap()
            self._flush()
        self._let_go()
        self.below.close()

    def abort(self) -> None:
        """See asyncio."""
        self._let_go()
        self.below.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._let_go()
        super().connection_lost(exc)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio: "ssl_object" and "peercert" are known once the handshake is over, "alpn" too: the protocol that
        both sides agreed on, and "peercert_der"."""
        if name not in ("ssl_object", "peercert", "peercert_der", "alpn"):
            return self.below.get_extra_info(name, default)
        if not self._done or self._parts is None:
            return default
        machine = self._parts.machine
        if name == "ssl_object":
            return machine
        if name == "alpn":
            return machine.selected_alpn_protocol()
        return machine.getpeercert(name == "peercert_der")

    def _let_go(self) -> None:
        """OpenSSL's 45 KiB are given back now, and not when the collector comes by."""
        self._parts = None

    def _flush(self) -> None:
        if self._parts is not None and (data := self._parts.take()) and not self.below.is_closing():
            self.below.write(data)
