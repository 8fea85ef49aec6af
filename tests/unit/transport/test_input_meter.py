"""What one connection may send at most, to the byte and the line."""

from __future__ import annotations

from causerie.transport.input_meter import (
    BYTES_BEFORE_LOGIN,
    EMPTY_A_MINUTE,
    LINES_BEFORE_LOGIN,
    OVERHEAD_BYTES,
    OVERHEAD_FACTOR,
    Meter,
)


def test_bytes_and_lines_before_login() -> None:
    """Up to the bound, and no more."""
    meter = Meter()
    assert not meter.bytes_before_login(BYTES_BEFORE_LOGIN)
    assert meter.bytes_before_login(1)
    assert not meter.lines_before_login(LINES_BEFORE_LOGIN)
    assert meter.lines_before_login()


def test_empty_lines_are_counted_by_the_minute() -> None:
    """So many in a minute with no command between them."""
    meter = Meter()
    assert not any(meter.empty(100.0) for _ in range(EMPTY_A_MINUTE))
    assert meter.empty(160.0)
    assert not meter.empty(160.1), "another minute"
    assert not meter.empty(160.1, EMPTY_A_MINUTE - 1)
    meter.empties = 0  # a command was taken
    assert not meter.empty(160.1, EMPTY_A_MINUTE)
    assert meter.empty(160.1)


def test_who_answers_pings_for_ever_is_no_flood() -> None:
    """One line each 2 minutes, for a year."""
    meter = Meter()
    assert not any(meter.empty(120.0 * number) for number in range(262_800))


def test_overhead_of_a_layer() -> None:
    """Lines in records of their own are none; bytes in records of their own are, and so is what carries nothing."""
    meter = Meter()
    assert not any(meter.carried(42, 20) for _ in range(100_000))
    assert not any(meter.carried(1024, 0) for _ in range(16)), "one record comes in pieces"
    assert not meter.carried(400, 16_384)
    each = 23 - OVERHEAD_FACTOR
    assert not any(meter.carried(23, 1) for _ in range(OVERHEAD_BYTES // each))
    assert meter.carried(23, 1)
    meter = Meter()
    assert not meter.carried(OVERHEAD_BYTES, 0)
    assert meter.carried(1, 0)
