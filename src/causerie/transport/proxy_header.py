"""What a proxy says first, before a connection's own bytes: whom it connects. No I/O.

Source: The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt), sections 2.1 and 2.2.
"""

from __future__ import annotations

import struct
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

from causerie.i18n.text import _

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
"""How version 2 begins."""

VERSION_1_MOST = 107
"""Bytes of a line of version 1, with its end."""

VERSION_2_MOST = 2048
"""Bytes of a header of version 2, far more than any proxy sends."""

_TLV_SSL = 0x20
_CLIENT_SSL = 0x01


class BadHeader(ValueError):
    """These bytes are no header of the PROXY protocol."""


class Introduction(NamedTuple):
    """What a header says. `host`: the client's address; "" where the proxy speaks for itself (a check of its own).
    `secure`: the client came to the proxy by TLS. `size`: the header's bytes."""

    host: str
    secure: bool
    size: int


def read(data: bytes) -> Introduction | None:
    """What the header at the beginning of these bytes says; None: more are needed. Raises BadHeader."""
    if data.startswith(SIGNATURE):
        return _version_2(data)
    if data.startswith(b"PROXY "):
        return _version_1(data)
    if SIGNATURE.startswith(data) or b"PROXY ".startswith(data):
        return None
    raise BadHeader(_("no header of the PROXY protocol"))


def _version_1(data: bytes) -> Introduction | None:
    end = data.find(b"\r\n", 0, VERSION_1_MOST)
    if end < 0:
        if len(data) >= VERSION_1_MOST:
            raise BadHeader(_("a header of version 1 without an end"))
        return None
    words = data[:end].decode("ascii", "replace").split(" ")
    if words[1] == "UNKNOWN":
        return Introduction("", False, end + 2)
    family = {"TCP4": AF_INET, "TCP6": AF_INET6}.get(words[1])
    if family is None or len(words) != 6:
        raise BadHeader(_("a header of version 1 of no known kind"))
    try:
        host = inet_ntop(family, inet_pton(family, words[2]))
        inet_pton(family, words[3])
    except (OSError, ValueError):  # ValueError: a NUL, or no ASCII
        raise BadHeader(_("a header of version 1 with an address that is none")) from None
    if not all(port.isdecimal() and len(port) <= 5 and int(port) < 65536 for port in words[4:]):
        raise BadHeader(_("a header of version 1 with a port that is none"))
    return Introduction(host, False, end + 2)


def _version_2(data: bytes) -> Introduction | None:
    if len(data) < 16:
        return None
    version, kind, length = struct.unpack_from("!BBH", data, 12)
    size = 16 + length
    if version >> 4 != 2 or version & 15 > 1 or size > VERSION_2_MOST:
        raise BadHeader(_("a header of version 2 of no known kind"))
    if len(data) < size:
        return None
    about = data[16:size]
    if version & 15 == 0:
        return Introduction("", False, size)  # LOCAL: a connection of the proxy's own
    if kind == 0x11 and length >= 12:
        return Introduction(inet_ntop(AF_INET, about[:4]), _is_secure(about[12:]), size)
    if kind == 0x21 and length >= 36:
        return Introduction(inet_ntop(AF_INET6, about[:16]), _is_secure(about[36:]), size)
    raise BadHeader(_("a header of version 2 for what is no TCP connection"))


def _is_secure(extras: bytes) -> bool:
    """Whether the type-length-value vectors after the addresses say that the client spoke TLS (section 2.2.5)."""
    while len(extras) >= 3:
        kind, length = struct.unpack_from("!BH", extras)
        if kind == _TLV_SSL and length >= 1 and len(extras) > 3:
            return bool(extras[3] & _CLIENT_SSL)
        extras = extras[3 + length :]
    return False
