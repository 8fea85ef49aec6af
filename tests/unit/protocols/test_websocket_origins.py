"""Which web pages may connect by WebSocket: the server's own, by its names and addresses, and those that are listed."""

import pytest

from causerie.address import Address
from causerie.config.settings import Server
from causerie.transport.websocket import may_come, own_names

OWN = own_names(Server(public_address="Chat.example", listen=(Address("*", 5000), Address("inner.example", 5001))))


@pytest.mark.parametrize(
    ("origin", "host", "may"),
    [
        ("https://chat.example", "chat.example", True),
        ("https://chat.example:5000", "chat.example:5000", True),
        ("http://inner.example:5001", "inner.example:5001", True),
        ("http://localhost:5000", "localhost:5000", True),
        ("http://chat.localhost:5000", "chat.localhost:5000", True),
        ("http://192.0.2.7:5000", "192.0.2.7:5000", True),
        ("http://[2001:db8::7]:5000", "[2001:db8::7]:5000", True),
        ("http://evil.example:5000", "evil.example:5000", False),
        ("http://chat.example.evil.example", "chat.example.evil.example", False),
        ("http://notlocalhost:5000", "notlocalhost:5000", False),
        ("http://192.0.2.7.evil.example", "192.0.2.7.evil.example", False),
        ("https://chat.example", "evil.example", False),
        ("https://chat.example", None, False),
        ("null", "null", False),
        ("http://[", "[", False),
        ("*", "*", False),
    ],
)
def test_a_page_may_connect_that_names_this_server(origin: str, host: str | None, may: bool) -> None:
    """RFC 6455, section 10.2; any other name may lead here for a moment (DNS rebinding)."""
    assert may_come(origin, host, (), OWN) is may


def test_what_is_no_browser_and_what_is_listed_may() -> None:
    """A missing Origin is accepted; the setting irc.origins lists more."""
    assert may_come(None, None, (), OWN)
    assert may_come("https://evil.example", "evil.example", ("https://evil.example/",), OWN)
    assert may_come("https://evil.example", None, ("*",), OWN)
