"""Hashing in a bounded pool: right answers, the same time for unknown names, a named refusal when full."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Iterator

import pytest

from causerie.chat.errors import Busy, ShuttingDown, WeakPassword
from causerie.server.engine.hashing import Hashing, HashingFailed, figures_of


@pytest.fixture
def quick() -> Iterator[Hashing]:
    hashing = Hashing(memory_kib=64, passes=1, workers=2, queue=8)
    yield hashing
    hashing.close()


@pytest.fixture
def slow() -> Iterator[Hashing]:
    """One worker, whose hash takes long enough to come in between; one may wait."""
    hashing = Hashing(memory_kib=32 * 1024, passes=3, workers=1, queue=1)
    yield hashing
    hashing.close()


async def _verify_all(hashing: Hashing) -> None:
    stored = await hashing.hash("trois petits chats")
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert stored != await hashing.hash("trois petits chats")
    assert await hashing.verify(stored, "trois petits chats")
    assert not await hashing.verify(stored, "trois petits chiens")
    assert not await hashing.verify(None, "trois petits chats")
    assert not hashing.needs_rehash(stored)


def test_an_unknown_name_is_hashed_with_the_figures_that_are_asked_for() -> None:
    """A decoy of dearer figures takes their work, and opens nothing."""

    async def play() -> None:
        cheap = Hashing(memory_kib=64, passes=1, workers=1, queue=4)
        try:
            dear, began = figures_of("$argon2id$v=19$m=32768,t=3,p=1$salt$hash"), time.perf_counter()
            assert dear == "m=32768,t=3,p=1"
            assert not await cheap.verify(None, "trois petits chats", like=dear)
            took, began = time.perf_counter() - began, time.perf_counter()
            assert not await cheap.verify(None, "trois petits chats")
            assert took > time.perf_counter() - began
        finally:
            cheap.close()

    asyncio.run(play())


def test_the_right_password_and_no_other_is_verified(quick: Hashing) -> None:
    asyncio.run(_verify_all(quick))


def test_passwords_are_compared_in_their_prepared_form(quick: Hashing) -> None:
    async def play() -> None:
        stored = await quick.hash("A\u030angstro\u0308m\u3000unit")
        assert await quick.verify(stored, "Ångström unit")
        with pytest.raises(WeakPassword):
            await quick.hash("nul\x00in the middle")
        for impossible in ("", "nul\x00in", "\ud800"):
            assert not await quick.verify(stored, impossible)

    asyncio.run(play())


def test_nothing_verifies_for_an_unknown_name(quick: Hashing) -> None:
    async def play() -> None:
        for password in ("-", "x", "\x00", ""):
            assert not await quick.verify(None, password)

    asyncio.run(play())


def test_an_unknown_name_an_impossible_password_and_a_wrong_one_take_the_same_work(slow: Hashing) -> None:
    """CPU time of the process, not the clock's: other work on the machine does not count."""

    async def play() -> None:
        stored = await slow.hash("trois petits chats")

        async def cost(known: str | None, password: str) -> float:
            start = time.process_time()
            assert not await slow.verify(known, password)
            return time.process_time() - start

        await cost(stored, "wrong")
        wrong = min([await cost(stored, "wrong") for _ in range(3)])
        assert min([await cost(None, "wrong") for _ in range(3)]) > wrong / 2
        assert min([await cost(stored, "\x00") for _ in range(3)]) > wrong / 2

    asyncio.run(play())


def test_other_parameters_call_for_a_rehash_and_still_verify(quick: Hashing) -> None:
    async def play() -> None:
        stored = await quick.hash("trois petits chats")
        quick.set_figures(memory_kib=128, passes=1)
        assert quick.needs_rehash(stored)
        assert quick.needs_rehash("not a hash")
        assert await quick.verify(stored, "trois petits chats")
        assert not quick.needs_rehash(await quick.hash("trois petits chats"))

    asyncio.run(play())


@pytest.mark.parametrize("damaged", ["", "not a hash", "$argon2id$v=19$m=64,t=1,p=1$xx$yy", "$argon2id$é"])
def test_a_damaged_hash_is_named_and_not_a_wrong_password(quick: Hashing, damaged: str) -> None:
    async def play() -> None:
        with pytest.raises(HashingFailed, match="stored hash"):
            await quick.verify(damaged, "trois petits chats")

    asyncio.run(play())


def test_past_the_queue_the_next_is_refused_at_once_and_the_others_are_answered(slow: Hashing) -> None:
    async def play() -> None:
        first, second = (asyncio.ensure_future(slow.verify(None, "x")) for _ in range(2))
        await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await slow.hash("trois petits chats")
        assert refused.value.data == {"retry_after": 1.0}
        assert (await first, await second) == (False, False)
        assert await slow.verify(None, "x") is False

    asyncio.run(play())


def test_whoever_floods_it_with_registrations_does_not_hold_up_a_log_in() -> None:
    """Each network has a share, and log-ins go first: only what was being hashed already is waited for."""

    async def play() -> None:
        hashing = Hashing(memory_kib=32 * 1024, passes=2, workers=1, queue=8)
        done: list[str] = []

        async def ask(name: str, work: Awaitable[object]) -> None:
            try:
                await work
                done.append(name)
            except Busy:
                done.append(f"{name} busy")

        def asks(name: str, work: Awaitable[object]) -> asyncio.Task[None]:
            return asyncio.ensure_future(ask(name, work))

        flood = [asks("flood", hashing.secrets("trois petits chats", "192.0.2.1")) for _ in range(90)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert done == ["flood busy"] * 81
        others = [asks("other", hashing.secrets("trois petits chats", f"192.0.2.{n}")) for n in (2, 3)]
        log_ins = [asks("log-in", hashing.verify(None, "x", f"192.0.2.{n}")) for n in (4, 5)]
        await asyncio.wait([*flood, *others, *log_ins])
        hashing.close()
        assert [name for name in done[81:] if name != "flood busy"] == [
            "flood", "log-in", "log-in", "flood", "other", "other", "flood", "flood", "flood"
        ]  # fmt: skip

    asyncio.run(play())


def test_giving_up_does_not_free_a_place_that_a_thread_still_has(slow: Hashing) -> None:
    async def play() -> None:
        running, waiting = (asyncio.ensure_future(slow.verify(None, "x")) for _ in range(2))
        await asyncio.sleep(0)
        running.cancel()
        waiting.cancel()
        await asyncio.wait([running, waiting])
        assert running.cancelled()
        assert waiting.cancelled()
        # The one that waited is gone, the one that ran is not: one more may wait, not two.
        next_one = asyncio.ensure_future(slow.verify(None, "x"))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await slow.verify(None, "x")
        assert await next_one is False

    asyncio.run(play())


def test_the_event_loop_goes_on_while_a_password_is_hashed(slow: Hashing) -> None:
    async def play() -> None:
        verifying = asyncio.ensure_future(slow.verify(None, "x"))
        commit_loop = 0
        while not verifying.done():
            await asyncio.sleep(0)
            commit_loop += 1
        assert commit_loop > 100

    asyncio.run(play())


def test_closing_answers_everybody(slow: Hashing) -> None:
    async def play() -> None:
        running, waiting = (asyncio.ensure_future(slow.verify(None, "x")) for _ in range(2))
        await asyncio.sleep(0)
        slow.close()
        assert await running is False
        with pytest.raises(ShuttingDown):
            await waiting
        with pytest.raises(ShuttingDown):
            await slow.verify(None, "x")
        slow.close()

    asyncio.run(play())


@pytest.mark.parametrize("figures", [(7, 1, 1, 0), (64, 0, 1, 0), (64, 1, 0, 0), (64, 1, 1, -1)])
def test_impossible_figures_are_refused(figures: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="needs"):
        Hashing(*figures)


def test_making_one_imports_no_argon2_and_starts_no_thread() -> None:
    code = (
        "import sys, threading; from causerie.server.engine.hashing import Hashing; Hashing(64, 1, 2, 8);"
        "print('argon2' in sys.modules, 'precis_i18n' in sys.modules, threading.active_count())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["False", "False", "1"]
