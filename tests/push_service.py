"""A push service on loopback, by TLS, and a device that subscribed with it and reads what comes as devices do."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import ssl
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from causerie.certs.certificate import CERTIFICATE, KEY, make_certificate
from tests.people import PATIENCE


def text(data: bytes) -> str:
    """RFC 4648, section 5, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data(given: str) -> bytes:
    """The other way."""
    return urlsafe_b64decode(given + "=" * (-len(given) % 4))


@dataclass
class Device:
    """Its keys, and how it reads what is for it (RFC 8291; HKDF by the library, so that one implementation checks the
    other)."""

    own: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def public(self) -> bytes:
        """Uncompressed."""
        return self.own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> str:
        """As WEBPUSH REGISTER takes them."""
        return f"p256dh={text(self.public)};auth={text(self.auth)}"

    def reads(self, body: bytes) -> bytes:
        """What was said. Raises InvalidTag for what was not for this device."""
        salt, size, public, sealed = body[:16], body[20], body[21 : 21 + body[20]], body[21 + body[20] :]
        assert int.from_bytes(body[16:20]) >= len(sealed)
        assert size == 65
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        secret = self.own.exchange(ec.ECDH(), theirs)
        key = HKDF(SHA256(), 32, self.auth, b"WebPush: info\0" + self.public + public).derive(secret)
        content = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(key)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(key)
        return AESGCM(content).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(b"\2")


@dataclass
class Push:
    """One that came: the request's first line, its headers in small letters, its body."""

    line: str
    headers: dict[str, str]
    body: bytes

    def claims(self, key: str, origin: str) -> dict[str, Any]:
        """What is signed, once the signature is right for the public key that clients were told (RFC 8292)."""
        scheme, _, given = self.headers["authorization"].partition(" ")
        fields = dict(part.strip().split("=", 1) for part in given.split(","))
        assert (scheme, fields["k"]) == ("vapid", key)
        signed, _, signature = fields["t"].rpartition(".")
        raw = data(signature)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data(key))
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        point.verify(der, signed.encode(), ec.ECDSA(SHA256()))
        head, claims = (json.loads(data(part)) for part in signed.split("."))
        assert head == {"typ": "JWT", "alg": "ES256"}
        assert claims["aud"] == origin
        return dict(claims)


class PushService:
    """`async with PushService(tmp_path) as service:`; it answers with `answers`, one after the other, then 201."""

    def __init__(self, directory: Path) -> None:
        self.certificate = directory / "push" / CERTIFICATE
        self._directory = directory / "push"
        self.answers: list[int] = []
        self.connected = 0
        self._pushes: asyncio.Queue[Push] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._directory.mkdir()
        make_certificate(self._directory, ["localhost", "127.0.0.1"], datetime.datetime.now(datetime.UTC))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self._directory / KEY)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    @property
    def origin(self) -> str:
        """As VAPID names it."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, Any]:
        """What a server needs to reach it."""
        return {"enabled": True, "private_addresses": True, "authorities": str(self.certificate)}

    async def gets(self) -> Push:
        """The next one."""
        async with asyncio.timeout(PATIENCE):
            return await self._pushes.get()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.answers.pop(0) if self.answers else 201
        writer.write(f"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        self._pushes.put_nowait(Push(head[0], headers, body))
