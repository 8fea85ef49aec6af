"""A client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), message by message."""

from __future__ import annotations

import base64
import hashlib
import hmac


class Exchange:
    """One log-in: `first`, then `final` of what the server said."""

    def __init__(self, name: str, password: str) -> None:
        self._bare = f"n={name},r=mine"
        self._password = password

    def first(self) -> str:
        """The client's first message."""
        return f"n,,{self._bare}"

    def final(self, challenge: str) -> str:
        """The client's final message, with its proof."""
        nonce, salt, passes = (part[2:] for part in challenge.split(",", 2))
        salted = hashlib.pbkdf2_hmac("sha256", self._password.encode(), base64.b64decode(salt), int(passes))
        key = hmac.digest(salted, b"Client Key", "sha256")
        final = f"c=biws,r={nonce}"
        said = f"{self._bare},{challenge},{final}".encode()
        signature = hmac.digest(hashlib.sha256(key).digest(), said, "sha256")
        proof = bytes(one ^ other for one, other in zip(key, signature, strict=True))
        return f"{final},p={base64.b64encode(proof).decode()}"
