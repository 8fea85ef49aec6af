"""Addresses and networks, as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.address import Address, is_host, parse_network


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("*:5000", "*", 5000),
        (":5000", "*", 5000),
        ("127.0.0.1:0", "127.0.0.1", 0),
        ("0.0.0.0:65535", "0.0.0.0", 65535),
        ("[::1]:5000", "::1", 5000),
        ("[::]:5000", "::", 5000),
        ("[fe80::1%eth0]:5000", "fe80::1%eth0", 5000),
        ("chat.example.org:443", "chat.example.org", 443),
        ("localhost:5000", "localhost", 5000),
        ("bücher.example:5000", "bücher.example", 5000),
    ],
)
def test_an_address_is_read(text: str, host: str, port: int) -> None:
    """Host and port, the brackets of IPv6 taken off, no host meaning every interface."""
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no port"),
        ("5000", "no port"),
        ("localhost", "no port"),
        ("[::1]", "no port"),
        ("[::1:5000", "no port"),
        ("localhost:", "not a port"),
        ("localhost:http", "not a port"),
        ("localhost:-1", "not a port"),
        ("localhost:65536", "not a port"),
        ("localhost:99999999999999999999", "not a port"),
        ("localhost:٥٠٠٠", "not a port"),
        ("localhost: 5000", "not a port"),
        ("::1:5000", "brackets: write [::1]:5000"),
        ("[localhost]:5000", "not an IPv6 address"),
        ("[::g]:5000", "not an IPv6 address"),
        ("[]:5000", "not an IPv6 address"),
        ("300.1.1.1:5000", "neither a host name"),
        ("a b:5000", "neither a host name"),
        ("-a:5000", "neither a host name"),
        ("a..b:5000", "neither a host name"),
        ("*.example.org:5000", "neither a host name"),
        ("a\n:5000", "neither a host name"),
        (":\n:5000", "neither a host name"),
    ],
)
def test_a_wrong_address_is_refused_with_the_reason(text: str, why: str) -> None:
    """The reason says what is wrong, on one line whatever was written."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is what is tested
        Address.parse(text)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="[]:*.%-019abf/ \n", max_size=24) | st.text())
def test_any_text_is_an_address_that_comes_back_or_a_named_error(text: str) -> None:
    """Nothing but ValueError is raised, and what was read is written so that it reads the same."""
    try:
        address = Address.parse(text)
    except ValueError as error:
        why = str(error)
    else:
        assert Address.parse(str(address)) == address
        return
    assert why.isprintable()


@pytest.mark.parametrize("text", ["127.0.0.0/8", "::1", "fd00::/8", "192.168.1.7"])
def test_a_network_is_read(text: str) -> None:
    """Networks and single addresses of both families."""
    assert str(parse_network(text)).startswith(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("192.168.1.7/24", "write 192.168.1.0/24"),
        ("localhost", "not a network"),
        ("10.0.0.0/33", "not a network"),
        ("", "not a network"),
    ],
)
def test_a_wrong_network_is_refused_with_the_reason(text: str, why: str) -> None:
    """An address with a mask is told the network it probably means."""
    with pytest.raises(ValueError, match=why):
        parse_network(text)


@given(st.text(alphabet="01:./%a ", max_size=20) | st.text())
def test_any_text_is_a_network_or_a_named_error(text: str) -> None:
    """Nothing but ValueError is raised, and its text can be shown."""
    why = "none"
    try:
        parse_network(text)
    except ValueError as error:
        why = str(error)
    assert why.isprintable()


def test_a_host_has_no_scheme_no_port_and_no_path() -> None:
    """What would break a link that it is put into is no host."""
    assert [host for host in ("https://a", "a:1", "a/b", "", ".", "a?b", "a@b") if is_host(host)] == []
    assert all(is_host(host) for host in ("a", "a.b.", "a-b.example", "::1", "10.0.0.1"))
