"""What people write where a server is asked for."""

from __future__ import annotations

import pytest

from causerie.client import Backoff, ServerAddress

PIN = "ab" * 32


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("localhost:5000", ServerAddress(host="localhost", port=5000, secure=False)),
        (":5000", ServerAddress(host="localhost", port=5000, secure=False)),
        ("127.0.0.7:1", ServerAddress(host="127.0.0.7", port=1, secure=False)),
        ("[::1]:5000", ServerAddress(host="::1", port=5000, secure=False)),
        ("chat.example.org:5000", ServerAddress(host="chat.example.org", port=5000)),
        (" causerie://chat.example.org:5000/ ", ServerAddress(host="chat.example.org", port=5000)),
        (f"CAUSERIE://localhost:5000/#pin={PIN}", ServerAddress(host="localhost", port=5000, pin=PIN)),
        (
            f"causerie://[::1]:5000/#invite=tok&pin={PIN}",
            ServerAddress(host="::1", port=5000, pin=PIN, invite="tok"),
        ),
        ("causerie://a.org:5000/#admin=tok", ServerAddress(host="a.org", port=5000, invite="tok")),
    ],
)
def test_an_address_is_read(text: str, server: ServerAddress) -> None:
    """In clear only to this machine, and only where no certificate is named."""
    assert ServerAddress.parse(text) == server


@pytest.mark.parametrize(
    "text", ["", "localhost", "http://a.org:80/", "causerie://a.org:5000/#pin=12", "a b:5000", "causerie://:x/"]
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        ServerAddress.parse(text)


def test_each_attempt_waits_longer_and_no_two_clients_alike() -> None:
    eager, lazy = Backoff(first=1, most=30, dice=lambda: 1.0), Backoff(first=1, most=30, dice=lambda: 0.0)
    assert [lazy.seconds(attempt) for attempt in (0, 1, 2, 5, 1000)] == [1, 2, 4, 30, 30]
    assert [eager.seconds(attempt) for attempt in (0, 1, 2, 5, 1000)] == [0.5, 1, 2, 15, 15]
