"""Walks: one at a time, begun when it is its turn, so that what waits holds nothing; who was put out gets none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import pytest

from causerie import bootstrap
from causerie.chat.errors import NotLoggedIn
from causerie.chat.model import Person
from causerie.config.settings import Config
from causerie.server.context import Context
from causerie.server.engine.local_answer import LocalAnswer
from causerie.server.engine.session import Outlet, Session, Trust
from causerie.server.walks import LOOKED_AT, in_slices, local_answer, walk


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    async with bootstrap.offline(Config(), tmp_path) as context:
        yield context


def session_of(number: int) -> Session:
    """Somebody's connection."""
    session = Session(cast(Outlet, None), "192.0.2.1", Trust.PASSWORDS, None)
    session.person = Person(number, f"p{number}")
    return session


async def test_a_walk_begins_when_the_one_before_it_has_ended(context: Context) -> None:
    """However many ask, one of them has people in memory."""
    done: list[str] = []

    def job(name: str) -> Iterator[None]:
        done.append(f"{name} begins")
        yield
        done.append(f"{name} ends")

    ann, bea = session_of(1), session_of(2)
    asked = [(ann, "a"), (ann, "b"), (bea, "c")]
    await asyncio.gather(*(walk(context, session, job(name)) for session, name in asked))
    assert done == [f"{name} {how}" for name in "abc" for how in ("begins", "ends")]


async def test_who_is_put_out_while_they_wait_or_while_it_is_done_gets_nothing(context: Context) -> None:
    """As with pages that are read from the store."""
    ann, bea = session_of(1), session_of(2)

    def puts_out() -> Iterator[None]:
        yield
        ann.person = bea.person = None

    walks = [walk(context, ann, puts_out()), walk(context, bea, iter(()))]
    ends = await asyncio.gather(*walks, return_exceptions=True)
    assert [type(end) for end in ends] == [NotLoggedIn, NotLoggedIn]
    await walk(context, session_of(3), iter(()))


async def test_what_a_protocol_answers_by_itself_waits_only_for_its_work(context: Context) -> None:
    """Without work it is answered at once; a stranger may ask too."""
    stranger = Session(cast(Outlet, None), "192.0.2.1", Trust.GUESTS, None)
    assert not asyncio.iscoroutine(local_answer(context, stranger, LocalAnswer(data=b"PONG")))
    found: list[int] = []
    waiting = local_answer(context, stranger, LocalAnswer(work=in_slices(iter([1, None, 2]), found)))
    assert asyncio.iscoroutine(waiting)
    await waiting
    assert found == [1, 2]


def test_a_slice_ends_after_so_many_whatever_is_found() -> None:
    """Those that are nothing are work too."""
    found: list[int] = []
    job = in_slices((None for _ in range(2 * LOOKED_AT + 1)), found)
    assert len(list(job)) == 2
    assert found == []
