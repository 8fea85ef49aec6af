"""Rates of people and connections of addresses. Every second is passed in."""

import math
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.server.engine.rate_limits import Addresses, Bucket, network_of


def test_a_bucket_lets_the_burst_through_then_the_rate() -> None:
    bucket = Bucket(burst=10, rate=2)
    assert [bucket.spend(100.0) for _ in range(10)] == [0.0] * 10
    assert bucket.spend(100.0) == pytest.approx(0.5)
    assert bucket.spend(100.25) == pytest.approx(0.25)
    assert bucket.spend(100.5) == 0.0
    assert bucket.spend(100.5) > 0
    assert [bucket.spend(200.0) for _ in range(11)].count(0.0) == 10


def test_a_refusal_takes_nothing() -> None:
    bucket = Bucket(burst=1, rate=1)
    assert bucket.spend(0.0) == 0.0
    assert [bucket.spend(0.5) for _ in range(100)] == pytest.approx([0.5] * 100)
    assert bucket.spend(1.0) == 0.0


def test_an_amount_is_weighed_and_one_beyond_the_burst_never_passes() -> None:
    bucket = Bucket(burst=10, rate=5)
    assert bucket.spend(0.0, 8) == 0.0
    assert bucket.spend(0.0, 4) == pytest.approx(0.4)
    assert bucket.spend(0.4, 4) == 0.0
    assert bucket.spend(1000.0, 11) == math.inf
    assert bucket.spend(1000.0, 10) == 0.0


def test_what_is_owed_is_taken_and_waited_for() -> None:
    """What was done already is paid afterwards: nothing more is had until then."""
    bucket = Bucket(burst=10, rate=2)
    assert bucket.owe(0.0, 10) == 0.0
    assert bucket.owe(0.0) == pytest.approx(0.5, abs=1e-5)
    assert bucket.owe(0.0, 3) == pytest.approx(2.0, abs=1e-5)
    assert bucket.spend(1.0) == pytest.approx(1.5, abs=1e-5)
    assert bucket.spend(2.5) == 0.0
    assert Bucket(burst=1, rate=0).owe(0.0, 1e9) == 0.0


def test_rate_0_is_off() -> None:
    bucket = Bucket(burst=1, rate=0)
    assert {bucket.spend(0.0, amount) for amount in (1, 10, 1e9)} == {0.0}


def test_figures_of_a_bucket_change_and_what_was_spent_stays_spent() -> None:
    bucket = Bucket(burst=10, rate=1)
    assert bucket.spend(0.0, 10) == 0.0
    bucket.set_figures(burst=10, rate=10, now=0.0)
    assert bucket.spend(0.0) == pytest.approx(0.1)
    bucket.set_figures(burst=20, rate=10, now=0.0)
    assert bucket.spend(0.0, 10) == 0.0
    bucket.set_figures(burst=1, rate=0, now=0.0)
    assert bucket.spend(0.0, 100) == 0.0
    bucket.set_figures(burst=5, rate=1, now=0.0)
    assert [bucket.spend(0.0) for _ in range(6)].count(0.0) == 5


@pytest.mark.parametrize(("burst", "rate"), [(0, 1), (0.5, 1), (10, -1)])
def test_impossible_figures_of_a_bucket_are_refused(burst: float, rate: float) -> None:
    with pytest.raises(ValueError, match="bucket"):
        Bucket(burst, rate)


def test_a_bucket_is_small() -> None:
    assert sys.getsizeof(Bucket(10, 2)) <= 64
    assert not hasattr(Bucket(10, 2), "__dict__")


spends = st.lists(st.tuples(st.floats(0, 20), st.integers(1, 4)), max_size=200)


@given(st.integers(1, 12), st.floats(0.01, 1000), spends, st.floats(0, 1e7))
def test_a_bucket_never_lets_more_through_than_burst_and_rate(
    burst: int, rate: float, spends: list[tuple[float, int]], start: float
) -> None:
    """In every interval, from each spend to each later one."""
    bucket = Bucket(burst, rate)
    now = start
    passed: list[tuple[float, int]] = []
    for pause, amount in spends:
        now += pause / rate
        if bucket.spend(now, amount) == 0.0:
            passed.append((now, amount))
    for first in range(len(passed)):
        total = 0
        for at, amount in passed[first:]:
            total += amount
            assert total <= burst + rate * (at - passed[first][0]) + 1e-5 * max(1.0, rate)


@given(st.integers(4, 12), st.floats(0.01, 1000), spends)
def test_waiting_as_long_as_a_bucket_says_is_enough_and_no_less_is(
    burst: int, rate: float, spends: list[tuple[float, int]]
) -> None:
    bucket = Bucket(burst, rate)
    now = 0.0
    for pause, amount in spends:
        now += pause / rate
        told = bucket.spend(now, amount)
        if told:
            if told > 1e-4:
                assert bucket.spend(now + told * 0.9, amount) > 0
            now += told
            assert bucket.spend(now, amount) == 0.0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("not:an:address", "not:an:address"),
    ],
)
def test_an_address_is_counted_as_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_connections_of_one_address_at_once() -> None:
    addresses = Addresses(at_once=2, per_10min=0, total=0)
    assert addresses.enter("192.0.2.1", 0) is None
    assert addresses.enter("::ffff:192.0.2.1", 0) is None
    assert addresses.enter("192.0.2.1", 0) == "too_many_connections"
    assert addresses.enter("192.0.2.2", 0) is None
    addresses.leave("192.0.2.1")
    assert addresses.enter("192.0.2.1", 0) is None


def test_connections_of_one_ipv6_network_count_together() -> None:
    addresses = Addresses(at_once=1, per_10min=0, total=0)
    assert addresses.enter("2001:db8::1", 0) is None
    assert addresses.enter("2001:db8::2", 0) == "too_many_connections"
    assert addresses.enter("2001:db8:0:1::1", 0) is None
    addresses.leave("2001:db8::3")
    assert addresses.enter("2001:db8::2", 0) is None


def test_connections_of_one_address_in_any_ten_minutes() -> None:
    addresses = Addresses(at_once=0, per_10min=3, total=0)
    for now in (0, 100, 200):
        assert addresses.enter("192.0.2.1", now) is None
        addresses.leave("192.0.2.1")
    assert addresses.enter("192.0.2.1", 599) == "too_fast"
    assert addresses.enter("192.0.2.2", 599) is None
    assert addresses.enter("192.0.2.1", 600) is None
    assert addresses.enter("192.0.2.1", 699) == "too_fast"
    assert addresses.enter("192.0.2.1", 700) is None


def test_connections_in_all_bind_even_the_exempt() -> None:
    addresses = Addresses(at_once=1, per_10min=1, total=3, exempt=lambda address: True)
    for _ in range(3):
        assert addresses.enter("127.0.0.1", 0) is None
    assert addresses.enter("127.0.0.1", 0) == "server_full"
    addresses.leave("127.0.0.1")
    assert addresses.enter("192.0.2.1", 0) is None
    assert addresses.open == 3


def test_an_exempt_address_has_no_limit_of_its_own_and_is_looked_up_once() -> None:
    asked: list[str] = []

    def exempt(address: str) -> bool:
        asked.append(address)
        return address == "127.0.0.1"

    addresses = Addresses(at_once=1, per_10min=1, total=0, exempt=exempt)
    assert [addresses.enter("127.0.0.1", 0) for _ in range(100)] == [None] * 100
    assert addresses.enter("192.0.2.1", 0) is None
    assert addresses.enter("192.0.2.1", 0) == "too_many_connections"
    assert asked == ["127.0.0.1", "192.0.2.1"]
    addresses.set_figures(1, 1, 0, exempt=lambda address: False)
    assert addresses.enter("127.0.0.1", 0) == "too_many_connections"
    for _ in range(100):
        addresses.leave("127.0.0.1")
    assert addresses.open == 1


def test_figures_of_addresses_change_and_open_connections_stay() -> None:
    addresses = Addresses(at_once=0, per_10min=0, total=0)
    for _ in range(5):
        assert addresses.enter("192.0.2.1", 0) is None
    addresses.set_figures(at_once=5, per_10min=2, total=0)
    assert addresses.enter("192.0.2.1", 0) == "too_many_connections"
    for _ in range(5):
        addresses.leave("192.0.2.1")
    assert [addresses.enter("192.0.2.1", 1) for _ in range(3)] == [None, None, "too_fast"]
    addresses.leave("192.0.2.1")
    addresses.leave("192.0.2.1")
    addresses.set_figures(at_once=0, per_10min=0, total=0)
    assert len(addresses) == 0
    with pytest.raises(ValueError, match="limits"):
        addresses.set_figures(-1, 0, 0)


def test_leaving_without_having_come_in_is_a_named_error() -> None:
    addresses = Addresses(at_once=0, per_10min=10, total=0)
    with pytest.raises(ValueError, match=r"no connection of 192\.0\.2\.1"):
        addresses.leave("192.0.2.1")
    addresses.enter("192.0.2.1", 0)
    addresses.leave("192.0.2.1")
    with pytest.raises(ValueError, match="no connection"):
        addresses.leave("192.0.2.1")
    assert addresses.open == 0


def test_ten_thousand_connections_of_one_address_pass_when_the_limits_are_off() -> None:
    addresses = Addresses(at_once=0, per_10min=0, total=0)
    assert [addresses.enter("127.0.0.1", n / 5000) for n in range(10_000)] == [None] * 10_000
    for _ in range(10_000):
        addresses.leave("127.0.0.1")
    assert (addresses.open, len(addresses)) == (0, 0)


def test_addresses_that_have_gone_are_remembered_for_ten_minutes_and_in_bounded_number() -> None:
    addresses = Addresses(at_once=0, per_10min=5, total=0, most=100)
    for number in range(500):
        address = f"10.0.{number // 256}.{number % 256}"
        assert addresses.enter(address, 0) is None
        addresses.leave(address)
        assert len(addresses) <= 100
    for number in range(60):
        assert addresses.enter("192.0.2.1", 700 + number) is None or number >= 5
        assert addresses.enter(f"192.0.3.{number}", 700 + number) is None
    assert len(addresses) <= 61


entering = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1"]), st.floats(0, 300)),
    max_size=200,
)


@given(entering, st.integers(0, 4), st.integers(0, 4), st.integers(0, 6), st.integers(1, 3))
def test_what_comes_in_and_goes_out_balances_and_no_limit_is_passed(
    moves: list[tuple[bool, str, float]], at_once: int, per_10min: int, total: int, most: int
) -> None:
    addresses = Addresses(at_once, per_10min, total, most=most)
    inside: Counter[str] = Counter()
    came: dict[str, list[float]] = {}
    now = 0.0
    for comes, address, pause in moves:
        now += pause
        if comes:
            recent = [at for at in came.get(address, []) if at > now - 600]
            code = addresses.enter(address, now)
            if code is None:
                inside[address] += 1
                came.setdefault(address, []).append(now)
                assert not at_once or inside[address] <= at_once
                # An address may be forgotten sooner only when more have gone than are remembered.
                assert not per_10min or len(recent) < per_10min or most < 3
            elif code == "server_full":
                assert inside.total() == total
            elif code == "too_many_connections":
                assert inside[address] == at_once
            else:
                assert code == "too_fast"
                assert len(recent) >= per_10min
        elif inside[address]:
            addresses.leave(address)
            inside[address] -= 1
        assert addresses.open == inside.total()
    for address in list(inside.elements()):
        addresses.leave(address)
    assert addresses.open == 0
    assert len(addresses) <= most


def test_what_is_given_back_can_be_spent_again_and_no_more() -> None:
    bucket = Bucket(burst=10, rate=4)
    assert bucket.spend(100.0, 10) == 0.0
    bucket.give_back(4)
    assert [bucket.spend(100.0) for _ in range(5)].count(0.0) == 4
    bucket.give_back()
    assert [bucket.spend(100.0) for _ in range(2)].count(0.0) == 1


def test_the_wait_is_until_one_can_be_had_and_asking_takes_nothing() -> None:
    bucket = Bucket(burst=2, rate=2)
    assert bucket.wait(100.0) == 0.0
    assert bucket.spend(100.0, 2) == 0.0
    assert [bucket.wait(100.0) for _ in range(10)] == pytest.approx([0.5] * 10, abs=1e-5)
    assert bucket.wait(100.25) == pytest.approx(0.25, abs=1e-5)
    assert bucket.spend(100.25 + bucket.wait(100.25)) == 0.0
    assert bucket.wait(200.0) == 0.0
    assert Bucket(burst=1, rate=0).wait(100.0) == 0.0


def test_what_is_owed_counts_from_now() -> None:
    """A bucket that was full long ago is no fuller than full."""
    bucket = Bucket(burst=10, rate=2)
    assert bucket.owe(100.0, 10) == 0.0
    assert bucket.owe(100.0) == pytest.approx(0.5, abs=1e-5)
    assert bucket.owe(200.0, 11) == pytest.approx(0.5, abs=1e-5)


def test_new_figures_take_no_token_and_give_none() -> None:
    untouched, half = Bucket(burst=10, rate=4), Bucket(burst=10, rate=4)
    assert half.spend(100.0, 4) == 0.0
    for bucket, left in ((untouched, 10), (half, 6)):
        bucket.set_figures(burst=10, rate=2, now=100.0)
        assert bucket.spend(100.0, left) == 0.0
        assert bucket.spend(100.0) == pytest.approx(0.5, abs=1e-5)


def test_of_more_addresses_than_are_remembered_the_longest_gone_is_forgotten() -> None:
    addresses = Addresses(at_once=0, per_10min=1, total=0, most=2)
    for second, host in enumerate(("192.0.2.1", "192.0.2.2", "192.0.2.3")):
        assert addresses.enter(host, float(second)) is None
        addresses.leave(host)
    assert [addresses.enter(f"192.0.2.{last}", 5.0) for last in (3, 2, 1)] == ["too_fast", "too_fast", None]
