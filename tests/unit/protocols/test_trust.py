"""What may be said over a connection, by where it comes from and what `plaintext` says."""

import pytest

from causerie.server.engine.session import Trust
from causerie.transport.listener import reach, trust

LOOPBACK = ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]
LAN = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.20", "169.254.3.4", "fd00::1", "fe80::1%eth0",
       "::ffff:192.168.1.20"]  # fmt: skip
FAR = ["8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "", "nonsense", "127.0.0.1.example"]


@pytest.mark.parametrize("plaintext", ["loopback", "lan", "all"])
@pytest.mark.parametrize("host", LOOPBACK + LAN + FAR)
def test_over_tls_everybody_may_say_everything(host: str, plaintext: str) -> None:
    assert trust(host, True, plaintext) is Trust.PASSWORDS


@pytest.mark.parametrize("plaintext", ["loopback", "lan", "all"])
@pytest.mark.parametrize("host", LOOPBACK)
def test_in_clear_this_machine_may_say_everything(host: str, plaintext: str) -> None:
    assert reach(host) == "loopback"
    assert trust(host, False, plaintext) is Trust.PASSWORDS


@pytest.mark.parametrize(
    ("plaintext", "allowed"), [("loopback", Trust.GUESTS), ("lan", Trust.PASSWORDS), ("all", Trust.PASSWORDS)]
)
@pytest.mark.parametrize("host", LAN)
def test_in_clear_private_networks_are_guests_unless_allowed_more(host: str, plaintext: str, allowed: Trust) -> None:
    assert reach(host) == "lan"
    assert trust(host, False, plaintext) is allowed


@pytest.mark.parametrize(
    ("plaintext", "allowed"), [("loopback", Trust.REFUSED), ("lan", Trust.REFUSED), ("all", Trust.PASSWORDS)]
)
@pytest.mark.parametrize("host", FAR)
def test_in_clear_anybody_else_is_refused_unless_all_are_allowed(host: str, plaintext: str, allowed: Trust) -> None:
    assert reach(host) == "far"
    assert trust(host, False, plaintext) is allowed
