"""Guessing: which attempts have to wait, and who never does. Every second is passed in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat import errors
from causerie.server.engine.login_throttle import Guard, TooManyFailures

HOME, AWAY = "192.0.2.1", "198.51.100.7"


def wait(guard: Guard, now: float, account: str = "zoe", address: str = HOME, known: bool = False) -> float:
    """What `check` says: seconds to wait, 0.0 for none."""
    try:
        guard.check(account, address, known, now)
    except TooManyFailures as refused:
        assert isinstance(refused, errors.TooManyFailures)
        assert refused.data == {"retry_after": refused.retry_after}
        return refused.retry_after
    return 0.0


def test_five_failures_a_minute_of_an_account_and_address_then_delays_that_double() -> None:
    guard = Guard()
    for second in range(5):
        assert wait(guard, second) == 0.0
        guard.failed("zoe", HOME, second)
    now, waits = 4.0, []
    for _ in range(14):
        waits.append(wait(guard, now))
        now += waits[-1]
        assert wait(guard, now) == 0.0
        guard.failed("zoe", HOME, now)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
    assert wait(guard, now + 0.5) == 3600
    assert wait(guard, now + 1.5) == 3599
    assert wait(guard, now, account="leo") == 0.0


def test_another_account_and_another_address_do_not_wait_for_one_pair() -> None:
    guard = Guard()
    for _ in range(5):
        guard.failed("zoe", HOME, 0)
    assert wait(guard, 0) > 0
    assert wait(guard, 0, known=True) > 0
    assert wait(guard, 0, account="leo") == 0
    assert wait(guard, 0, address=AWAY) == 0


def test_failures_spread_over_more_than_a_minute_cost_no_delay() -> None:
    guard = Guard(account=0)
    for second in range(0, 60 * 15, 15):
        assert wait(guard, second) == 0
        guard.failed("zoe", HOME, second)


def test_twenty_failures_a_minute_of_an_address_whatever_the_account() -> None:
    guard = Guard()
    for number in range(20):
        assert wait(guard, 1, account=f"name{number}") == 0
        guard.failed(f"name{number}", HOME, 1)
    assert wait(guard, 1, account="zoe") == 1
    assert wait(guard, 1, account="zoe", known=True) == 1
    assert wait(guard, 1, account="zoe", address=AWAY) == 0


def test_fifty_failures_an_hour_of_an_account_over_all_addresses_but_not_for_a_known_device() -> None:
    guard = Guard()
    for number in range(50):
        assert wait(guard, number * 60, address=f"10.0.0.{number}") == 0
        guard.failed("zoe", f"10.0.0.{number}", number * 60)
    assert wait(guard, 49 * 60) == 1
    assert wait(guard, 49 * 60, known=True) == 0
    assert wait(guard, 49 * 60, account="leo") == 0


def test_wrong_tokens_and_invites_make_only_their_own_address_wait() -> None:
    """They name no account. Counted as one account's, anybody could lock everybody's tokens out."""
    guard = Guard()
    for number in range(200):
        guard.failed("", f"10.0.0.{number}", 0)
    assert wait(guard, 0, account="") == 0
    for _ in range(5):
        guard.failed("", HOME, 0)
    assert wait(guard, 0, account="") == 1


def test_only_failures_count() -> None:
    guard = Guard()
    for _ in range(1000):
        guard.check("zoe", HOME, False, 0)
        with guard.trying("zoe", HOME):
            guard.succeeded("zoe", HOME, 0)
    assert wait(guard, 0) == 0
    assert len(guard) == 0


def test_a_login_that_succeeds_clears_the_pair_but_neither_the_address_nor_the_account() -> None:
    """Else an attacker's own account, or the owner's logins, would give guessing a fresh start."""
    guard = Guard(account_address=5, address=6, account=6)
    for _ in range(4):
        guard.failed("zoe", HOME, 0)
    guard.succeeded("zoe", HOME, 0)
    guard.failed("zoe", HOME, 0)
    assert wait(guard, 0) == 0
    guard.failed("zoe", HOME, 0)
    assert wait(guard, 0, account="mallory") > 0
    assert wait(guard, 0, address=AWAY) > 0


def test_after_a_quiet_while_the_delays_start_again() -> None:
    guard = Guard(account=0)
    for _ in range(5):
        guard.failed("zoe", HOME, 0)
    guard.failed("zoe", HOME, 1)
    assert wait(guard, 1) == 2
    for _ in range(4):
        guard.failed("zoe", HOME, 63)
    assert wait(guard, 63) == 0
    guard.failed("zoe", HOME, 63)
    assert wait(guard, 63) == 1


def test_attempts_at_once_do_not_all_pass_before_the_first_has_failed() -> None:
    guard = Guard()
    with guard.trying("zoe", HOME), guard.trying("zoe", HOME), guard.trying("zoe", HOME):
        guard.failed("zoe", HOME, 0)
        assert wait(guard, 0) == 0
        with guard.trying("zoe", HOME):
            assert wait(guard, 0) == 1
            assert wait(guard, 0, address=AWAY) == 0
    assert wait(guard, 0) == 0


def test_many_people_may_log_in_at_once_from_one_address() -> None:
    guard = Guard(address=2)
    with guard.trying("a", HOME), guard.trying("b", HOME), guard.trying("c", HOME):
        assert wait(guard, 0) == 0
        guard.failed("a", HOME, 0)
        assert wait(guard, 0) == 1


def test_after_a_delay_attempts_pass_one_at_a_time() -> None:
    guard = Guard()
    for _ in range(5):
        guard.failed("zoe", HOME, 0)
    assert wait(guard, 1) == 0
    with guard.trying("zoe", HOME):
        assert wait(guard, 1) == 1


def test_failures_that_began_before_a_delay_do_not_lengthen_it() -> None:
    guard = Guard()
    for _ in range(30):
        guard.failed("zoe", HOME, 0)
    assert wait(guard, 0) == 1


def test_an_ipv6_address_is_counted_by_its_64_bits_and_a_mapped_one_as_ipv4() -> None:
    guard = Guard()
    for number in range(5):
        guard.failed("zoe", f"2001:db8:0:1::{number:x}", 0)
        guard.failed("leo", f"::ffff:{HOME}", 0)
    assert wait(guard, 0, address="2001:db8:0:1:ffff::9") > 0
    assert wait(guard, 0, address="2001:db8:0:2::1") == 0
    assert wait(guard, 0, account="leo", address=HOME) > 0


def test_figures_change_on_a_live_guard_and_0_switches_a_rule_off() -> None:
    guard = Guard()
    for _ in range(5):
        guard.failed("zoe", HOME, 0)
    guard.set_figures(0, 6, 0)
    assert wait(guard, 0) == 0
    guard.failed("zoe", HOME, 0)
    assert wait(guard, 0, account="leo") == 1
    guard.set_figures(0, 0, 0)
    for _ in range(100):
        guard.failed("zoe", HOME, 0)
    assert wait(guard, 0) == 0
    assert len(guard) == 0
    guard.set_figures(1, 0, 0, delay_first=7, delay_most=10)
    guard.failed("zoe", HOME, 0)
    assert wait(guard, 0) == 7
    guard.failed("zoe", HOME, 7)
    assert wait(guard, 7) == 10


@pytest.mark.parametrize("figures", [(-1, 1, 1, 1, 2), (1, 1, -1, 1, 2), (1, 1, 1, 0, 2), (1, 1, 1, 3, 2)])
def test_impossible_figures_are_refused(figures: tuple[int, int, int, float, float]) -> None:
    with pytest.raises(ValueError, match="figures"):
        Guard(*figures)


def test_what_is_remembered_is_bounded_and_a_spray_of_names_pushes_out_no_delay() -> None:
    guard = Guard(address=0, account=0, most_entries=300)
    for _ in range(5):
        guard.failed("zoe", HOME, 0)
    for number in range(2000):
        for _ in range(1 + number % 4):
            guard.failed(f"name{number}", AWAY, 0.5)
        assert len(guard) <= 300
    assert wait(guard, 0.5) == 1


def test_what_is_over_makes_room_before_anything_that_still_counts() -> None:
    guard = Guard(address=0, account=0, most_entries=9)
    for _ in range(5):
        guard.failed("long-ago", HOME, 0)
    guard.failed("once", HOME, 100)
    guard.failed("once-too", HOME, 100)
    for _ in range(5):
        guard.failed("new", HOME, 100)
    for name in ("once", "once-too"):
        for _ in range(4):
            guard.failed(name, HOME, 101)
        assert wait(guard, 101, account=name) == 1


def test_an_endless_name_takes_no_more_room_than_a_long_one() -> None:
    guard = Guard()
    for _ in range(5):
        guard.failed("z" * 100_000, HOME, 0)
    assert wait(guard, 0, account="z" * 100_000) > 0
    assert wait(guard, 0, account="z" * 100) > 0


addresses = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3", "2001:db8::1", "2001:db8::2"])
accounts = st.sampled_from(["zoe", "leo", "ana"])
pauses = st.one_of(st.just(0.0), st.floats(0, 5), st.floats(0, 200))
attempts = st.lists(st.tuples(accounts, addresses, st.booleans(), pauses), max_size=150)


def assert_rule(times: list[float], limit: int, window: float, delay_first: float) -> None:
    """Each failure past `limit` in the window before it comes a delay after the one before."""
    for index, at in enumerate(times):
        before = [t for t in times[:index] if t > at - window]
        if len(before) >= limit:
            assert at - before[-1] >= delay_first - 1e-6


@given(attempts, st.integers(1, 4), st.integers(1, 6), st.integers(1, 8))
def test_never_more_failures_in_a_window_than_allowed_without_a_delay(
    tries: list[tuple[str, str, bool, float]], pair: int, address: int, account: int
) -> None:
    """The attacker tries as soon as he may, from every address and at every account."""
    guard = Guard(pair, address, account, delay_first=2.0)
    now = 0.0
    pairs: dict[tuple[str, str], list[float]] = {}
    by_address: dict[str, list[float]] = {}
    strangers: dict[str, list[float]] = {}
    for who, where, _, pause in tries:
        now += pause
        if wait(guard, now, who, where):
            continue
        guard.failed(who, where, now)
        network = "v6" if ":" in where else where
        pairs.setdefault((who, network), []).append(now)
        by_address.setdefault(network, []).append(now)
        strangers.setdefault(who, []).append(now)
    for times in pairs.values():
        assert_rule(times, pair, 60, 2)
    for times in by_address.values():
        assert_rule(times, address, 60, 2)
    for times in strangers.values():
        assert_rule(times, account, 3600, 2)


@given(attempts, st.floats(0, 10_000))
def test_a_known_device_is_never_made_to_wait_by_other_addresses(
    tries: list[tuple[str, str, bool, float]], later: float
) -> None:
    guard = Guard(1, 1, 1)
    now = 0.0
    for who, where, _, pause in tries:
        now += pause
        guard.failed(who, where, now)
        assert wait(guard, now, "zoe", HOME, known=True) == 0
    assert wait(guard, now + later, "zoe", HOME, known=True) == 0


@given(attempts)
def test_waiting_as_long_as_told_is_enough(tries: list[tuple[str, str, bool, float]]) -> None:
    guard = Guard(2, 3, 4)
    now = 1e6 / 3
    for who, where, known, pause in tries:
        now += pause
        told = wait(guard, now, who, where, known)
        assert told == int(told)
        assert wait(guard, now + told, who, where, known) == 0
        guard.failed(who, where, now)


@given(attempts, st.integers(3, 12))
def test_memory_is_bounded_whatever_comes(tries: list[tuple[str, str, bool, float]], most: int) -> None:
    guard = Guard(2, 2, 2, most_entries=most)
    now = 0.0
    for who, where, good, pause in tries:
        now += pause
        (guard.succeeded if good else guard.failed)(who, where, now)
        assert len(guard) <= most
