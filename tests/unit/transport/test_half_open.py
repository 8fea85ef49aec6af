"""TLS connections whose handshake is not over: so many at once, for so long."""

from __future__ import annotations

from causerie.transport.half_open import AT_ONCE, AT_ONCE_ADDRESS, HALF_OPEN_SECONDS, HalfOpen


def test_the_oldest_of_an_address_goes() -> None:
    """One address drives out its own, by its /64."""
    pending: HalfOpen[int] = HalfOpen(lambda host: False)
    assert pending.begin(-1, "192.0.2.1", 0.0) is None
    for number in range(AT_ONCE_ADDRESS):
        assert pending.begin(number, f"2001:db8::{number:x}", 1.0) is None
    assert pending.begin(100, "2001:db8::ffff", 2.0) == 0
    assert pending.begin(100, "2001:db8::ffff", 2.0) is None, "it has begun already"
    pending.over(1)
    pending.over(1)
    assert pending.begin(101, "2001:db8::1", 2.0) is None
    assert pending.begin(102, "2001:db8::1", 2.0) == 2
    assert len(pending) == AT_ONCE_ADDRESS + 1


def test_the_oldest_of_all_goes() -> None:
    """Exempt addresses have that bound too."""
    pending: HalfOpen[int] = HalfOpen(lambda host: True)
    for number in range(AT_ONCE):
        assert pending.begin(number, "192.0.2.1", 0.0) is None
    assert pending.begin(AT_ONCE, "192.0.2.1", 0.0) == 0
    assert len(pending) == AT_ONCE


def test_who_takes_too_long_goes() -> None:
    """Once, and the others stay."""
    pending: HalfOpen[int] = HalfOpen(lambda host: False)
    for number in range(5):
        pending.begin(number, "192.0.2.1", float(number))
    assert pending.late(HALF_OPEN_SECONDS - 0.1) == []
    assert pending.late(HALF_OPEN_SECONDS + 1.5) == [0, 1]
    assert pending.late(HALF_OPEN_SECONDS + 1.5) == []
    assert len(pending) == 3
