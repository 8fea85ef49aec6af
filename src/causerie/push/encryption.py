"""Encrypts a push message for the device that subscribed.

Sources: RFC 8291 (the key of a message), RFC 8188 (`aes128gcm`, here in one record), RFC 5869 (HKDF, one block each).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

RECORD = 4096
"""Bytes of the record (RFC 8291, section 4: a push service need not take more)."""

PLAIN_MOST = RECORD - 16 - 1 - 86
"""Bytes that can be said: without the tag, the delimiter and the header (RFC 8291, section 4: 3993)."""

PUBLIC_BYTES, AUTH_BYTES = 65, 16


def encrypt(plain: bytes, p256dh: bytes, auth: bytes, salt: bytes, own: EllipticCurvePrivateKey) -> bytes:
    """A message for who has the key `p256dh` (65 bytes, uncompressed) and the secret `auth` (16 bytes).

    `salt` (16 bytes) and `own` are used once. Raises ValueError for a `p256dh` that is no point of P-256, and for a
    message that is too long.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(plain) > PLAIN_MOST:
        raise ValueError(f"a push has at most {PLAIN_MOST} bytes")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    public = encoded(own)
    secret = own.exchange(ec.ECDH(), theirs)
    key = _block(_digest(auth, secret), b"WebPush: info\0" + p256dh + public)
    seed = _digest(salt, key)
    content = _block(seed, b"Content-Encoding: aes128gcm\0")[:16]
    nonce = _block(seed, b"Content-Encoding: nonce\0")[:12]
    header = salt + RECORD.to_bytes(4) + len(public).to_bytes(1) + public
    return header + AESGCM(content).encrypt(nonce, plain + b"\2", None)


def encoded(key: EllipticCurvePrivateKey) -> bytes:
    """A key's public part, uncompressed (65 bytes)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _digest(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _block(key: bytes, info: bytes) -> bytes:
    return _digest(key, info + b"\1")
