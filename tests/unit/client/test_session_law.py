"""The law of a session: however bytes are split, connections cut, messages refused and programs restarted, what was
said is said once and in order, and what was told is heard once, in order, without a hole."""

from __future__ import annotations

import itertools

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from causerie.chat.commands import Join, Send
from causerie.chat.events import Gap
from causerie.client import (
    ChannelSynced,
    Credentials,
    EventReceived,
    MessageRefused,
    MessageSent,
    SavedSession,
    Session,
    State,
)
from tests.unit.client.model_server import Connection, ModelServer

CHANNELS = ("home", "garden")
HOURGLASS = 1000
"""Rounds of everything until all must be quiet."""


class Run:
    """One run of a program: its session, and what it was told."""

    def __init__(self, keys: itertools.count[int], saved: SavedSession) -> None:
        self.session = Session(Credentials(guest=True), lambda: f"key{next(keys)}", saved)
        self.heard: dict[str, list[int]] = {name: [] for name in CHANNELS}
        self.begins = dict(saved.numbers)
        self.sent: list[str] = []


class World:
    """A program, the server, and what is on its way between them."""

    def __init__(self) -> None:
        self.server = ModelServer()
        self.connection: Connection | None = None
        self.keys = itertools.count(1)
        self.said: dict[str, list[str]] = {name: [] for name in CHANNELS}
        self.words = itertools.count(1)
        self.now = 100.0
        self.saved = SavedSession()
        self.on_the_way = bytearray()
        self.run = Run(self.keys, self.saved)
        self.runs = [self.run]
        self.down_for = 0
        self.connects()

    # What may happen, in any order.

    def says(self, channel: str) -> None:
        message = self.run.session.send(Send(channel=channel, text=f"word {next(self.words)}"))
        self.said[channel].append(message.key)
        self.looks()

    def joins(self, channel: str) -> None:
        if self.run.session.state is not State.CLOSED:
            self.run.session.ask(Join(channel=channel))
            self.looks()

    def another_says(self, channel: str, count: int) -> None:
        for _ in range(count):
            self.server.says(channel, "something")

    def bytes_arrive_there(self, most: int) -> None:
        if self.connection is not None:
            data, self.on_the_way = self.on_the_way[:most], self.on_the_way[most:]
            self.server.receive(self.connection, bytes(data))

    def bytes_arrive_here(self, most: int) -> None:
        if self.connection is not None:
            data = bytes(self.connection.out[:most])
            del self.connection.out[:most]
            if data:
                self.run.session.receive(data, self.now)
                self.looks()

    def everything_arrives(self) -> None:
        for _ in range(8):
            self.bytes_arrive_there(100_000)
            self.bytes_arrive_here(100_000)

    def connection_is_cut(self, down_for: int) -> None:
        """And for so many acts there is no other."""
        self.down_for = down_for
        if self.connection is not None:
            self.server.connection_lost(self.connection)
            self.connection = None
            self.on_the_way.clear()
            self.run.session.connection_lost(self.now, "cut")
            self.looks()

    def connects(self) -> None:
        session = self.run.session
        if session.state is State.LOST:
            session.reconnecting(self.now)
        self.connection = self.server.connect()
        session.connected(self.now)
        self.looks()

    def server_refuses(self, code: str, times: int) -> None:
        self.server.refuse(code, times)

    def server_swallows(self, times: int, channel: str, more: int) -> None:
        """There is a hole in what is told, and something after it, and perhaps another hole."""
        for _ in range(more):
            self.server.swallow(times)
            for _ in range(times + 1):
                self.server.says(channel, "something")

    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.run.session.tick(self.now)
        self.looks()

    def program_starts_anew(self, crash: bool, down_for: int) -> None:
        """After a crash, what could wait to be remembered is not remembered."""
        if not crash:
            self.saved = self.run.session.saved()
        self.connection_is_cut(down_for)
        saved = msgspec.json.decode(msgspec.json.encode(self.saved), type=SavedSession)
        self.run = Run(self.keys, saved)
        self.runs.append(self.run)

    # What follows from it.

    def looks(self) -> None:
        """What a driver does after each call."""
        session = self.run.session
        if session.save_now:
            session.save_now = False
            self.saved = session.saved()
        self.on_the_way += session.data_to_send()
        for update in session.updates():
            assert not isinstance(update, MessageRefused), update
            if isinstance(update, ChannelSynced):
                channel = update.view.channel
                heard, begin = self.run.heard[channel], self.run.begins.setdefault(channel, update.view.number)
                assert update.view.number == (heard[-1] if heard else begin)
            if isinstance(update, EventReceived):
                assert not isinstance(update.event, Gap), update
                assert update.view is not None
                assert update.view.number == update.event.number
                self.run.heard[update.event.channel].append(update.event.number)
            if isinstance(update, MessageSent):
                self.run.sent.append(update.key)
        if session.state is State.LOST and self.connection is not None:
            self.server.connection_lost(self.connection)
            self.connection = None
            self.on_the_way.clear()

    def ends(self) -> None:
        """In the end everything arrives, and then the law holds."""
        self.server.refusals.clear()
        self.server.to_swallow = 0
        if self.connection is None:
            self.connects()
        for _ in range(HOURGLASS):
            self.time_passes(2.0)
            if self.connection is None:
                self.connects()
            self.bytes_arrive_there(100_000)
            self.bytes_arrive_here(100_000)
            assert self.connection is not None
            if not (self.on_the_way or self.connection.out or self.run.session.outgoing):
                break
        for channel in CHANNELS:
            self.server.says(channel, "the last word")  # so that what was swallowed is seen to be missing
        for _ in range(HOURGLASS):
            self.everything_arrives()
            if not self.on_the_way:
                break
        for channel in CHANNELS:
            log = self.server.logs.get(channel, [])
            assert [event["key"] for event in log if "key" in event] == self.said[channel]
            for run in self.runs:
                begin = run.begins.get(channel, 0)
                assert run.heard[channel] == list(range(begin + 1, begin + 1 + len(run.heard[channel])))
            if channel in self.run.session.views:
                assert self.run.session.views[channel].number == len(log)
        for run in self.runs:
            assert len(set(run.sent)) == len(run.sent)
        assert set().union(*(run.sent for run in self.runs)) == {key for keys in self.said.values() for key in keys}


PLACES = st.sampled_from(CHANNELS)
SOME_BYTES = st.tuples(st.one_of(st.integers(1, 60), st.integers(60, 600), st.integers(300, 3000)))
ACTS: dict[str, tuple[int, st.SearchStrategy[tuple[object, ...]]]] = {
    "says": (6, st.tuples(PLACES)),
    "another_says": (4, st.tuples(PLACES, st.integers(1, 4))),
    "joins": (2, st.tuples(PLACES)),
    "bytes_arrive_there": (5, SOME_BYTES),
    "bytes_arrive_here": (5, SOME_BYTES),
    "everything_arrives": (6, st.just(())),
    "time_passes": (4, st.tuples(st.sampled_from([0.5, 2.0, 10.0, 60.0]))),
    "connection_is_cut": (3, st.tuples(st.integers(0, 3))),
    "program_starts_anew": (1, st.tuples(st.booleans(), st.integers(0, 3))),
    "server_refuses": (1, st.tuples(st.sampled_from(["too_fast", "store_unavailable", "busy"]), st.integers(1, 3))),
    "server_swallows": (3, st.tuples(st.integers(1, 4), PLACES, st.integers(1, 3))),
}
"""What may happen, how often against the others, and with what."""

ACT = st.sampled_from([name for name, (weight, _) in ACTS.items() for _ in range(weight)]).flatmap(
    lambda name: st.tuples(st.just(name), ACTS[name][1])
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(acts=st.lists(ACT, min_size=10, max_size=80))
def test_said_once_and_heard_once(acts: list[tuple[str, tuple[object, ...]]]) -> None:
    """See the module."""
    world = World()
    for name, about in acts:
        if world.connection is None and world.down_for <= 0:
            world.connects()
        world.down_for -= 1
        getattr(world, name)(*about)
    world.ends()
