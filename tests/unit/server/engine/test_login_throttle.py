"""Guessing: which attempts have to wait, and who never does. Every second is passed in."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.errors import TooManyFailures
from causerie.server.engine.login_throttle import LoginThrottle

HOME, AWAY = "192.0.2.1", "198.51.100.7"


def wait(
    login_throttle: LoginThrottle, now: float, account: str = "zoe", address: str = HOME, known: bool = False
) -> float:
    """What `check` says: seconds to wait, 0.0 for none."""
    try:
        login_throttle.check(account, address, known, now)
    except TooManyFailures as refused:
        assert refused.data.keys() == {"retry_after"}
        return float(refused.data["retry_after"])
    return 0.0


def test_five_failures_a_minute_of_an_account_and_address_then_delays_that_double() -> None:
    login_throttle = LoginThrottle()
    for second in range(5):
        assert wait(login_throttle, second) == 0.0
        login_throttle.failed("zoe", HOME, second)
    now, waits = 4.0, []
    for _ in range(14):
        waits.append(wait(login_throttle, now))
        now += waits[-1]
        assert wait(login_throttle, now) == 0.0
        login_throttle.failed("zoe", HOME, now)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
    assert wait(login_throttle, now + 0.5) == 3600
    assert wait(login_throttle, now + 1.5) == 3599
    assert wait(login_throttle, now, account="leo") == 0.0


def test_another_account_and_another_address_do_not_wait_for_one_pair() -> None:
    login_throttle = LoginThrottle()
    for _ in range(5):
        login_throttle.failed("zoe", HOME, 0)
    assert wait(login_throttle, 0) > 0
    assert wait(login_throttle, 0, known=True) > 0
    assert wait(login_throttle, 0, account="leo") == 0
    assert wait(login_throttle, 0, address=AWAY) == 0


def test_failures_spread_over_more_than_a_minute_cost_no_delay() -> None:
    login_throttle = LoginThrottle(account=0)
    for second in range(0, 60 * 15, 15):
        assert wait(login_throttle, second) == 0
        login_throttle.failed("zoe", HOME, second)


def test_twenty_failures_a_minute_of_an_address_whatever_the_account() -> None:
    login_throttle = LoginThrottle()
    for number in range(20):
        assert wait(login_throttle, 1, account=f"name{number}") == 0
        login_throttle.failed(f"name{number}", HOME, 1)
    assert wait(login_throttle, 1, account="zoe") == 1
    assert wait(login_throttle, 1, account="zoe", known=True) == 1
    assert wait(login_throttle, 1, account="zoe", address=AWAY) == 0


def test_fifty_failures_an_hour_of_an_account_over_all_addresses_but_not_for_a_known_device() -> None:
    login_throttle = LoginThrottle()
    for number in range(50):
        assert wait(login_throttle, number * 60, address=f"10.0.0.{number}") == 0
        login_throttle.failed("zoe", f"10.0.0.{number}", number * 60)
    assert wait(login_throttle, 49 * 60) == 1
    assert wait(login_throttle, 49 * 60, known=True) == 0
    assert wait(login_throttle, 49 * 60, account="leo") == 0


def test_wrong_tokens_and_invites_make_only_their_own_address_wait() -> None:
    """They name no account. Counted as one account's, anybody could lock everybody's tokens out."""
    login_throttle = LoginThrottle()
    for number in range(200):
        login_throttle.failed("", f"10.0.0.{number}", 0)
    assert wait(login_throttle, 0, account="") == 0
    for _ in range(5):
        login_throttle.failed("", HOME, 0)
    assert wait(login_throttle, 0, account="") == 1


def test_only_failures_count() -> None:
    login_throttle = LoginThrottle()
    for _ in range(1000):
        login_throttle.check("zoe", HOME, False, 0)
        with login_throttle.trying("zoe", HOME):
            login_throttle.succeeded("zoe", HOME, 0)
    assert wait(login_throttle, 0) == 0
    assert len(login_throttle) == 0


def test_a_login_that_succeeds_clears_the_pair_but_neither_the_address_nor_the_account() -> None:
    """Else an attacker's own account, or the owner's logins, would give guessing a fresh start."""
    login_throttle = LoginThrottle(account_address=5, address=6, account=6)
    for _ in range(4):
        login_throttle.failed("zoe", HOME, 0)
    login_throttle.succeeded("zoe", HOME, 0)
    login_throttle.failed("zoe", HOME, 0)
    assert wait(login_throttle, 0) == 0
    login_throttle.failed("zoe", HOME, 0)
    assert wait(login_throttle, 0, account="mallory") > 0
    assert wait(login_throttle, 0, address=AWAY) > 0


def test_after_a_quiet_while_the_delays_start_again() -> None:
    login_throttle = LoginThrottle(account=0)
    for _ in range(5):
        login_throttle.failed("zoe", HOME, 0)
    login_throttle.failed("zoe", HOME, 1)
    assert wait(login_throttle, 1) == 2
    for _ in range(4):
        login_throttle.failed("zoe", HOME, 63)
    assert wait(login_throttle, 63) == 0
    login_throttle.failed("zoe", HOME, 63)
    assert wait(login_throttle, 63) == 1


def test_attempts_at_once_do_not_all_pass_before_the_first_has_failed() -> None:
    login_throttle = LoginThrottle()
    with login_throttle.trying("zoe", HOME), login_throttle.trying("zoe", HOME), login_throttle.trying("zoe", HOME):
        login_throttle.failed("zoe", HOME, 0)
        assert wait(login_throttle, 0) == 0
        with login_throttle.trying("zoe", HOME):
            assert wait(login_throttle, 0) == 1
            assert wait(login_throttle, 0, address=AWAY) == 0
    assert wait(login_throttle, 0) == 0


def test_many_people_may_log_in_at_once_from_one_address() -> None:
    login_throttle = LoginThrottle(address=2)
    with login_throttle.trying("a", HOME), login_throttle.trying("b", HOME), login_throttle.trying("c", HOME):
        assert wait(login_throttle, 0) == 0
        login_throttle.failed("a", HOME, 0)
        assert wait(login_throttle, 0) == 1


def test_after_a_delay_attempts_pass_one_at_a_time() -> None:
    login_throttle = LoginThrottle()
    for _ in range(5):
        login_throttle.failed("zoe", HOME, 0)
    assert wait(login_throttle, 1) == 0
    with login_throttle.trying("zoe", HOME):
        assert wait(login_throttle, 1) == 1


def test_failures_that_began_before_a_delay_do_not_lengthen_it() -> None:
    login_throttle = LoginThrottle()
    for _ in range(30):
        login_throttle.failed("zoe", HOME, 0)
    assert wait(login_throttle, 0) == 1


def test_an_ipv6_address_is_counted_by_its_64_bits_and_a_mapped_one_as_ipv4() -> None:
    login_throttle = LoginThrottle()
    for number in range(5):
        login_throttle.failed("zoe", f"2001:db8:0:1::{number:x}", 0)
        login_throttle.failed("leo", f"::ffff:{HOME}", 0)
    assert wait(login_throttle, 0, address="2001:db8:0:1:ffff::9") > 0
    assert wait(login_throttle, 0, address="2001:db8:0:2::1") == 0
    assert wait(login_throttle, 0, account="leo", address=HOME) > 0


def test_figures_change_on_a_live_guard_and_0_switches_a_rule_off() -> None:
    login_throttle = LoginThrottle()
    for _ in range(5):
        login_throttle.failed("zoe", HOME, 0)
    login_throttle.set_figures(0, 6, 0)
    assert wait(login_throttle, 0) == 0
    login_throttle.failed("zoe", HOME, 0)
    assert wait(login_throttle, 0, account="leo") == 1
    login_throttle.set_figures(0, 0, 0)
    for _ in range(100):
        login_throttle.failed("zoe", HOME, 0)
    assert wait(login_throttle, 0) == 0
    assert len(login_throttle) == 0
    login_throttle.set_figures(1, 0, 0, delay_first=7, delay_most=10)
    login_throttle.failed("zoe", HOME, 0)
    assert wait(login_throttle, 0) == 7
    login_throttle.failed("zoe", HOME, 7)
    assert wait(login_throttle, 7) == 10


@pytest.mark.parametrize("figures", [(-1, 1, 1, 1, 2), (1, 1, -1, 1, 2), (1, 1, 1, 0, 2), (1, 1, 1, 3, 2)])
def test_impossible_figures_are_refused(figures: tuple[int, int, int, float, float]) -> None:
    with pytest.raises(ValueError, match="figures"):
        LoginThrottle(*figures)


def test_what_is_remembered_is_bounded_and_a_spray_of_names_pushes_out_no_delay() -> None:
    login_throttle = LoginThrottle(address=0, account=0, most_entries=300)
    for _ in range(5):
        login_throttle.failed("zoe", HOME, 0)
    for number in range(2000):
        for _ in range(1 + number % 4):
            login_throttle.failed(f"name{number}", AWAY, 0.5)
        assert len(login_throttle) <= 300
    assert wait(login_throttle, 0.5) == 1


def test_when_full_a_tenth_is_forgotten_those_with_the_fewest_failures_and_of_them_the_oldest() -> None:
    login_throttle = LoginThrottle(3, 0, 0, most_entries=60)
    names = [f"name{number}" for number in range(20)]
    for name in (*names, names[0]):
        login_throttle.failed(name, HOME, 0)
    login_throttle.failed("one more", HOME, 1)
    assert len(login_throttle) == 19
    forgotten = []
    for name in names:
        tried = deepcopy(login_throttle)
        for _ in range(2):
            tried.failed(name, HOME, 2)
        if wait(tried, 2, account=name) == 0:
            forgotten.append(name)
    assert forgotten == names[1:3]


def test_what_is_over_makes_room_before_anything_that_still_counts() -> None:
    login_throttle = LoginThrottle(address=0, account=0, most_entries=9)
    for _ in range(5):
        login_throttle.failed("long-ago", HOME, 0)
    login_throttle.failed("once", HOME, 100)
    login_throttle.failed("once-too", HOME, 100)
    for _ in range(5):
        login_throttle.failed("new", HOME, 100)
    for name in ("once", "once-too"):
        for _ in range(4):
            login_throttle.failed(name, HOME, 101)
        assert wait(login_throttle, 101, account=name) == 1


def test_an_endless_name_takes_no_more_room_than_a_long_one() -> None:
    login_throttle = LoginThrottle()
    for _ in range(5):
        login_throttle.failed("z" * 100_000, HOME, 0)
    assert wait(login_throttle, 0, account="z" * 100_000) > 0
    assert wait(login_throttle, 0, account="z" * 100) > 0


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
    login_throttle = LoginThrottle(pair, address, account, delay_first=2.0)
    now = 0.0
    pairs: dict[tuple[str, str], list[float]] = {}
    by_address: dict[str, list[float]] = {}
    strangers: dict[str, list[float]] = {}
    for who, where, _, pause in tries:
        now += pause
        if wait(login_throttle, now, who, where):
            continue
        login_throttle.failed(who, where, now)
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
    login_throttle = LoginThrottle(1, 1, 1)
    now = 0.0
    for who, where, _, pause in tries:
        now += pause
        login_throttle.failed(who, where, now)
        assert wait(login_throttle, now, "zoe", HOME, known=True) == 0
    assert wait(login_throttle, now + later, "zoe", HOME, known=True) == 0


@given(attempts)
def test_waiting_as_long_as_told_is_enough(tries: list[tuple[str, str, bool, float]]) -> None:
    login_throttle = LoginThrottle(2, 3, 4)
    now = 1e6 / 3
    for who, where, known, pause in tries:
        now += pause
        told = wait(login_throttle, now, who, where, known)
        assert told == int(told)
        assert wait(login_throttle, now + told, who, where, known) == 0
        login_throttle.failed(who, where, now)


@given(attempts, st.integers(3, 12))
def test_memory_is_bounded_whatever_comes(tries: list[tuple[str, str, bool, float]], most: int) -> None:
    login_throttle = LoginThrottle(2, 2, 2, most_entries=most)
    now = 0.0
    for who, where, good, pause in tries:
        now += pause
        (login_throttle.succeeded if good else login_throttle.failed)(who, where, now)
        assert len(login_throttle) <= most
