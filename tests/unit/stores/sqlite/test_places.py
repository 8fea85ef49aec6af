"""Where a channel's events are, in runs of them: whatever is said where, and forgotten, each is found by its number."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from causerie.chat.events import Message
from causerie.chat.model import Channel, Person
from causerie.server.ports.changes import Append, PutChannel, PutPerson
from causerie.stores.sqlite.store import SqliteStore

ANNA = Person(id=1, name="anna", made_at=5)
CHANNELS = (
    Channel(id=100, name="home"),
    Channel(id=200, name="attic"),
    Channel(id=300, name="fleeting", history=False),
)


class Commit(NamedTuple):
    """Something is said in these channels, one after the other, at times that a clock may have run ahead with; `more`
    things right after it each time."""

    places: list[int]
    ahead: int = 0
    more: int = 0


class Forget(NamedTuple):
    """What was said in a channel before a time goes."""

    place: int
    at: int
    limit: int


class Reopen(NamedTuple):
    """The store is closed and opened again."""


class Keep(NamedTuple):
    """The third channel's messages are kept from now on, or no longer."""


Step = Commit | Forget | Reopen | Keep

commits = st.builds(
    Commit, st.lists(st.integers(0, 2), min_size=1, max_size=12), st.sampled_from([0, 0, 0, 30]),
    st.sampled_from([0, 0, 1, 7]),
)  # fmt: skip
steps_of_a_life = st.lists(
    commits | commits | st.builds(Forget, st.integers(0, 1), st.integers(0, 60), st.integers(1, 9))
    | st.builds(Reopen) | st.builds(Keep),
    min_size=1,
    max_size=12,
)  # fmt: skip


@dataclass
class Log:
    """What is to be there: for each channel its kept messages, and how many numbers it has given."""

    kept: dict[int, dict[int, tuple[str, int]]] = field(default_factory=lambda: {one.id: {} for one in CHANNELS})
    given: dict[int, int] = field(default_factory=lambda: {one.id: 0 for one in CHANNELS})
    straight: bool = True
    """Times rise with the numbers, so that what was said by a time can be told."""


async def hold(store: SqliteStore, log: Log) -> None:
    """The store has what is to be there, by every way of asking."""
    for channel in CHANNELS:
        kept = log.kept[channel.id]
        numbers = list(range(log.given[channel.id] + 2))
        for newest in (True, False):
            for above, below, limit in ((0, 0, 1000), (2, 9, 3), (5, 0, 4), (0, 12, 5)):
                inside = sorted(number for number in kept if above < number and (not below or number < below))
                page = await store.page(channel, above, below, limit, newest=newest)
                assert [event.number for event in page] == (inside[-limit:] if newest else inside[:limit])
                assert [event.said for event in page if isinstance(event, Message)] == [one.number for one in page]
                talk = await store.page(channel, above, below, limit, newest=newest, talk=True)
                assert [event.number for event in talk] == [event.number for event in page]
        found = await store.messages(channel, numbers)
        assert {one.number: (one.text, one.at) for one in found if isinstance(one, Message)} == kept
        assert await store.by_author(channel.id, ANNA.id, 3, 4) == sorted(n for n in kept if n >= 3)[:4]
        for at in (0, 5, 20, 100) if log.straight else ():
            by_then = [number for number, (_, then) in kept.items() if then <= at]
            assert await store.number_at(channel.id, at) == max(by_then, default=0)
        last = max(kept, default=0)
        assert await store.last_said([channel.id]) == ([(channel.id, last, kept[last][1])] if last else [])
    assert not (await store.check()).problems


async def live(steps: list[Step], opened: Callable[[], SqliteStore]) -> None:
    """Do all of it, and look after each step."""
    store, log, now = opened(), Log(), 0
    await store.load()
    channels = list(CHANNELS)
    await store.commit([PutPerson(ANNA, "anna"), *map(PutChannel, channels)])
    try:
        for step in steps:
            if isinstance(step, Commit):
                batch = []
                for place in step.places:
                    now += 1
                    more = tuple(f"the {now}th, {nth}" for nth in range(step.more))
                    about = channels[place], "message", now + step.ahead, ANNA, f"the {now}th", "", ""
                    batch.append(Append(*about, more=more))
                log.straight = log.straight and not step.ahead
                for append, stored in (await store.commit(batch)).items():
                    assert stored.number == log.given[append.channel.id] + 1
                    for text in (append.text, *append.more):
                        log.given[append.channel.id] += 1
                        if append.channel.history:
                            log.kept[append.channel.id][log.given[append.channel.id]] = text, append.at
            elif isinstance(step, Forget):
                channel = CHANNELS[step.place].id
                kept = log.kept[channel]
                gone = [number for number in sorted(kept) if kept[number][1] < step.at][: step.limit]
                assert (await store.forget_before(channel, step.at, step.limit)).events == len(gone)
                for number in gone:
                    del kept[number]
            elif isinstance(step, Reopen):
                await store.close()
                store = opened()
                await store.load()
            else:
                # Numbers with nothing behind them, between those that are kept.
                channels[2] = replace(channels[2], history=not channels[2].history)
                await store.commit([PutChannel(channels[2])])
            await hold(store, log)
    finally:
        await store.close()


# A number that is not kept, where another channel has an id of its own; and an id that is given again.
@example([Keep(), Commit([2]), Keep(), Commit([2, 0]), Keep(), Commit([2]), Reopen(), Commit([0] * 25)], 20)
@example([Commit([0, 0], 30), Commit([0]), Forget(0, 20, 9), Commit([0])], 2)
@given(steps_of_a_life, st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_each_event_is_found_wherever_its_place_is(steps: list[Step], tail: int) -> None:
    """In the tail, in runs of up to three, after some were forgotten, and after a restart."""
    with tempfile.TemporaryDirectory(prefix="causerie-") as directory:
        asyncio.run(live(steps, lambda: SqliteStore(Path(directory), quiet=3600.0, tail=tail, run=3)))
