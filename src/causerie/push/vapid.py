"""The key by which push services know the server, and the tokens signed with it (RFC 8292, VAPID).

The key is made on the first start with Web Push, in the data directory, for nobody's eyes but its owner's.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from causerie.push.encryption import encoded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

FILE = "vapid.pem"

GOOD_SECONDS = 12 * 3600
"""How long a signature is good (RFC 8292, section 2: 24 hours at most)."""


def load_key(state: Path) -> EllipticCurvePrivateKey:
    """The server's key, made when there is none. Raises OSError, and ValueError for a file that holds none."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = state / FILE
    if not path.exists():
        _make(path)
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path} holds no key of the curve P-256")
    return key


def _make(path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def text(data: bytes) -> str:
    """Bytes as they stand in URLs (RFC 4648, section 5), without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def public_key(key: EllipticCurvePrivateKey) -> str:
    """What clients are told, to subscribe with."""
    return text(encoded(key))


def authorization(key: EllipticCurvePrivateKey, origin: str, contact: str, now: int) -> str:
    """The header Authorization for a push service (`https://host`). `contact`: a mailto: or https: URI, or nothing.
    `now`: seconds since 1970."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    claims: dict[str, object] = {"aud": origin, "exp": now + GOOD_SECONDS}
    if contact:
        claims["sub"] = contact
    signed = ".".join(text(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"vapid t={signed}.{text(r.to_bytes(32) + s.to_bytes(32))}, k={public_key(key)}"
