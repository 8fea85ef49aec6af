"""One HTTPS request to a push service: its address is checked first, redirects are not followed.

People choose where the server connects to, so it does that with care: https alone, a certificate that is right for the
name, and, unless a setting says otherwise, no address of a private network. The name is looked up once, and the address
that was looked at is the one that is connected to.

Source: RFC 8030, section 5.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

SECONDS = 15.0
"""For all of it."""

ANSWER_MOST = 8192
"""Bytes of an answer that are looked at: its first line is wanted."""

KEPT_SECONDS = 86_400
"""How long a push service keeps a message for a device that is not there (RFC 8030, section 5.2)."""

_HIDING = tuple(
    ipaddress.ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""Networks in which an IPv4 address hides that is connected to (NAT64, 6to4, Teredo)."""


class NotDelivered(Exception):
    """The push service did not take the message; a retry may succeed."""


class Refused(NotDelivered):
    """The endpoint leads to an address that is not public: the subscription is dropped."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a push service takes messages for one device: what an endpoint says. `path` with the query."""

    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """As RFC 6454 writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}" if self.port == 443 else f"https://{host}:{self.port}"


def place_of(endpoint: str) -> Place:
    """Raises ValueError for what is no https URL, or has a password, a fragment or a character in it that none has."""
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise ValueError("an endpoint is a URL")
    parts = urlsplit(endpoint)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise ValueError("an endpoint is an https URL with a host, and no password")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.hostname, parts.port or 443, path)


def is_public(address: str) -> bool:
    """Whether an address is one of the public network's, and hides none that is not."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None)
    if inner is not None:
        found = inner
    if any(found.version == network.version and found in network for network in _HIDING):
        return False
    return found.is_global and not found.is_multicast


async def hand_over(place: Place, headers: dict[str, str], body: bytes, context: ssl.SSLContext, private: bool) -> int:
    """POST it; the status that was answered (RFC 8030: 201). `private`: addresses of private networks will do.

    Raises NotDelivered and Refused.
    """
    try:
        async with asyncio.timeout(SECONDS):
            address = await _address(place, private)
            reader, writer = await asyncio.open_connection(
                address, place.port, ssl=context, server_hostname=place.host, limit=ANSWER_MOST
            )
            try:
                writer.write(_request(place, headers, body))
                await writer.drain()
                return _status(await reader.readline())
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
        raise NotDelivered(str(error) or type(error).__name__) from None


async def _address(place: Place, private: bool) -> str:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not private and not all(map(is_public, addresses)):
        raise Refused("the name leads into a private network")
    return addresses[0]


def _request(place: Place, headers: dict[str, str], body: bytes) -> bytes:
    host = place.origin.removeprefix("https://")
    lines = [f"POST {place.path} HTTP/1.1", f"Host: {host}", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body


def _status(line: bytes) -> int:
    words = line.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit() or len(words[1]) != 3:
        raise NotDelivered("no answer of HTTP")
    return int(words[1])
