"""Where the server connects to for a push, and where it does not."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.push.service import NotDelivered, Place, Refused, hand_over, is_public, place_of
from causerie.server.features.accounts.push_subscriptions import is_endpoint
from tests.push_service import PushService


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1",
    ],
)  # fmt: skip
def test_addresses_of_private_networks_are_none_of_the_public_network(address: str) -> None:
    """The registries of RFC 6890; and those in which an IPv4 address hides (RFC 6052, RFC 3056, RFC 4380, RFC 4291)."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_others_are(address: str) -> None:
    """What a push service has."""
    assert is_public(address)


@pytest.mark.parametrize(
    ("endpoint", "place"),
    [
        ("https://push.example/a?b=c", Place("push.example", 443, "/a?b=c")),
        ("https://push.example", Place("push.example", 443, "/")),
        ("https://[2606:4700::1111]:8443/x", Place("2606:4700::1111", 8443, "/x")),
    ],
)
def test_an_endpoint_is_an_https_url(endpoint: str, place: Place) -> None:
    """RFC 8030, section 2; RFC 6454 for the origin."""
    assert place_of(endpoint) == place
    assert endpoint.startswith(place.origin)


@pytest.mark.parametrize(
    "endpoint",
    ["http://push.example/a", "https://", "https:///a", "https://me@push.example/", "https://push.example/#x", "ftp://x",
     "https://push.example/a b", "https://push.example/\r\nX: y", "https://push.example/é", "https://push.example:99999/",
     "push.example", ""],
)  # fmt: skip
def test_nothing_else_is(endpoint: str) -> None:
    """A line end would be a header of its own."""
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong
        place_of(endpoint)


@given(st.text(alphabet="https:/[]@#?%.0a\r\n é", max_size=40).map("https://".__add__) | st.text())
def test_any_text_is_a_place_or_a_value_error(text: str) -> None:
    """And what the core took for an endpoint has nothing in it that ends a line."""
    try:
        place = place_of(text)
    except ValueError:
        return
    assert place.host
    assert "\r" not in place.path
    assert "\n" not in place.path
    if is_endpoint(text):
        assert text.isprintable()


async def test_a_private_address_is_not_connected_to_unless_a_setting_says_so(tmp_path: Path) -> None:
    """SSRF: by its address, and by a name that leads there."""
    async with PushService(tmp_path) as service:
        context = ssl.create_default_context(cafile=str(service.certificate))
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(Refused):
                await hand_over(Place(host, service.port, "/"), {}, b"x", context, private=False)
        assert service.connected == 0
        assert await hand_over(Place("127.0.0.1", service.port, "/"), {}, b"x", context, private=True) == 201


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """RFC 9110, section 4.3.4."""
    async with PushService(tmp_path) as service:
        with pytest.raises(NotDelivered, match="certificate"):
            await hand_over(Place("127.0.0.1", service.port, "/"), {}, b"x", ssl.create_default_context(), private=True)


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n", b"HTTP/1.1 abc\r\n", b"x" * 20_000])
async def test_what_is_no_answer_is_no_delivery(answer: bytes, tmp_path: Path) -> None:
    """Whatever comes back: a named error, and nothing waits for more than one line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with PushService(tmp_path) as service:
        key = service.certificate.with_name("key.pem")
        own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        own.load_cert_chain(service.certificate, key)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=own)
        try:
            port = server.sockets[0].getsockname()[1]
            context = ssl.create_default_context(cafile=str(service.certificate))
            with pytest.raises(NotDelivered):
                await hand_over(Place("127.0.0.1", port, "/"), {}, b"x", context, private=True)
        finally:
            server.close()
