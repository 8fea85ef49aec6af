"""The PROXY protocol's headers: what they say, cut anywhere, and what is none."""

from __future__ import annotations

import struct
from socket import AF_INET6, inet_pton

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.transport.proxy_header import SIGNATURE, BadHeader, Introduction, read


def version_2(kind: int, addresses: bytes, command: int = 1) -> bytes:
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, kind, len(addresses)) + addresses


V4 = bytes([192, 0, 2, 7]) + bytes([192, 0, 2, 1]) + struct.pack("!HH", 40000, 6667)
V6 = inet_pton(AF_INET6, "2001:db8::7") + inet_pton(AF_INET6, "2001:db8::1") + struct.pack("!HH", 40000, 6667)
SSL = struct.pack("!BHBI", 0x20, 5, 1, 0)
OTHER = struct.pack("!BH", 0x04, 2) + b"\0\0"

HEADERS = [
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 40000 6667\r\n", "192.0.2.7", False),
    (b"PROXY TCP6 2001:DB8:0::7 2001:db8::1 40000 6667\r\n", "2001:db8::7", False),
    (b"PROXY UNKNOWN\r\n", "", False),
    (b"PROXY UNKNOWN ffff:f... 65535\r\n", "", False),
    (version_2(0x11, V4), "192.0.2.7", False),
    (version_2(0x21, V6), "2001:db8::7", False),
    (version_2(0x11, V4 + OTHER + SSL), "192.0.2.7", True),
    (version_2(0x00, b"", command=0), "", False),
]


@pytest.mark.parametrize(("header", "host", "secure"), HEADERS)
def test_a_header_says_whom_the_proxy_connects(header: bytes, host: str, secure: bool) -> None:
    """Sections 2.1 and 2.2, and 2.2.5 for TLS; what follows the header is not looked at."""
    assert read(header + b"NICK a\r\n") == Introduction(host, secure, len(header))


@pytest.mark.parametrize("header", [header for header, _, _ in HEADERS])
def test_a_header_that_is_not_all_there_is_waited_for(header: bytes) -> None:
    """Section 2: it may come in pieces."""
    for cut in range(len(header)):
        assert read(header[:cut]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"NICK a\r\n",
        b"PROXY TCP4 192.0.2.7\r\n",
        b"PROXY TCP4 300.0.2.7 192.0.2.1 1 2\r\n",
        b"PROXY TCP4 192.0.2.\0 192.0.2.1 1 2\r\n",
        b"PROXY TCP6 \xff::1 ::1 1 2\r\n",
        b"PROXY TCP4 192.0.2.7 192.0.2.1 1 99999\r\n",
        b"PROXY TCP4 192.0.2.7 192.0.2.1 1 +2\r\n",
        b"PROXY UDP4 192.0.2.7 192.0.2.1 1 2\r\n",
        b"PROXY TCP4 " + b"1" * 200,
        version_2(0x12, V4),
        version_2(0x11, b"short"),
        version_2(0x11, V4, command=2),
        SIGNATURE + b"\x11\x11\0\0",
        SIGNATURE + b"\x21\x11\xff\xff",
    ],
)
def test_what_is_no_header_is_refused(data: bytes) -> None:
    """Section 2: nothing is guessed."""
    with pytest.raises(BadHeader):
        read(data)


@given(st.sampled_from([SIGNATURE, b"PROXY ", b""]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes) -> None:
    """No other error; and what is read was there."""
    try:
        found = read(start + rest)
    except BadHeader:
        return
    assert found is None or 0 < found.size <= len(start + rest)
