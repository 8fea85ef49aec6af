"""The law of replay, held over the real core: a snapshot and what was told after it is a later snapshot.

Random histories of several people, some on two connections; commands go in as the connection's pump puts them
in, several to a tick or one by one. Each session's client knows only what its outlet was given.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from causerie import bootstrap
from causerie.chat import commands as c
from causerie.chat import policy
from causerie.chat.errors import ChatError
from causerie.chat.events import AnyEvent, Event, Left, Stands
from causerie.chat.model import ROLES, Access, Person, Role, RoleName
from causerie.chat.replay import View, apply, from_snapshot
from causerie.chat.replies import Done, LoggedIn, Resumed, Snapshot
from causerie.config import Config
from causerie.protocols.native import LANGUAGE
from causerie.server import accounts, channels, login, presence, refill
from causerie.server.core import Core
from causerie.server.dispatch import dispatch, finish
from causerie.server.session import Answer, AsItStands, Language, Session, Trust
from causerie.server.store import Append
from causerie.stores.sqlite import SqliteStore

SLOTS = ("root", "alice", "alice", "bob", "bob", "carol", "Guest1", "Guest1", "Guest2")
"""Who sits at each connection; the same name twice is one person on two."""
NAMES = tuple(dict.fromkeys(SLOTS))
PLACES = ("home", "attic", "cellar")

_EVENT = msgspec.json.Decoder(AnyEvent)


class Client:
    """What somebody at one connection knows, and an Outlet that tells it. `views` outlive the connection."""

    def __init__(self, world: World, slot: int) -> None:
        self.language: Language = LANGUAGE
        self.world = world
        self.slot = slot
        self.views: dict[str, View] = {}
        self.kept: dict[str, View] = {}
        self.me = 0
        self.session: Session | None = None

    def write(self, data: bytes) -> None:
        """Events, a line each. What is wrong is noted: an outlet does not raise."""
        for line in data.splitlines():
            try:
                self._hear(_EVENT.decode(line))
            except Exception as error:
                self.world.problems.append(error)

    def _hear(self, event: Event) -> None:
        mine = (isinstance(event, Stands) and event.whom == self.me) or (
            isinstance(event, Left) and event.person == self.me
        )
        assert mine or event.channel in self.world.allowed[self.slot], f"{SLOTS[self.slot]} is told {event}"
        view = self.views.get(event.channel)
        if view is not None:
            if event.number and type(event).__name__ != "Gap":
                assert event.number == view.number + 1, f"{event} after {view.number}"
            self.views[event.channel] = apply(view, event)
        out = isinstance(event, Left) or (
            isinstance(event, Stands) and (event.role is None or ROLES[event.role] < Role.READER)
        )
        if mine and out:
            self.views.pop(event.channel, None)

    def answer(self, command: c.Command, answer: Answer) -> None:
        """Answers, as the wire is given them."""
        try:
            self._take(command, answer)
        except Exception as error:
            self.world.problems.append(error)

    def _take(self, command: c.Command, answer: Answer) -> None:
        assert not isinstance(answer, AsItStands)
        if isinstance(answer, ChatError):
            assert answer.code != "internal", f"{command} failed"
        if isinstance(answer, Snapshot):
            assert answer.channel in self.world.allowed[self.slot]
            self.views[answer.channel] = from_snapshot(answer, self.views.get(answer.channel))
        elif isinstance(answer, LoggedIn):
            self.me = answer.person
        elif isinstance(answer, Resumed):
            self.views.update((name, self.kept[name]) for name in answer.channels)
        elif isinstance(command, c.Leave) and isinstance(answer, Done):
            self.views.pop(command.channel, None)
        elif isinstance(answer, Append):
            assert answer.number

    def own(self, command: c.Command | None, event: Event) -> bytes | None:
        """The same words as everybody."""
        return None

    def unsent(self) -> int:
        """Nothing ever waits here."""
        return 0

    def end(self, code: str) -> None:
        """The connection is over, as when its peer has read the farewell."""
        session = self.session
        if session is not None and not session.closed:
            presence.close(self.world.core, session)
        self.gone()

    def gone(self) -> None:
        self.kept, self.views, self.session = {**self.kept, **self.views}, {}, None


@dataclass
class World:
    """The core, its clients, and what each may be told in this batch."""

    core: Core
    time: int = 1_000_000_000_000
    clients: list[Client] = field(default_factory=list)
    allowed: list[set[str]] = field(default_factory=list)
    refills: set[asyncio.Task[None]] = field(default_factory=set)
    problems: list[Exception] = field(default_factory=list)

    def now_allowed(self) -> Iterator[tuple[int, str]]:
        """The slots and the channels that they are in and may read, as decided so far."""
        directory = self.core.directory
        for client in self.clients:
            session = client.session
            if session is None or session.person is None:
                continue
            for number in session.channels:
                channel, person = directory.channels[number], session.person
                if policy.may_read(channel, person, directory.standing(number, person.id)):
                    yield client.slot, channel.name

    def note_allowed(self) -> None:
        for slot, name in self.now_allowed():
            self.allowed[slot].add(name)

    async def settle(self) -> None:
        """Let everything be told, the catching up too."""
        await self.core.turns.told()
        while self.refills:
            await asyncio.gather(*self.refills)
            await self.core.turns.told()
        if self.problems:
            raise self.problems[0]
        for allowed in self.allowed:
            allowed.clear()
        self.note_allowed()


Act = tuple[int, c.Command | str, bool]


def _commands() -> st.SearchStrategy[c.Command | str]:
    place, name = st.sampled_from(PLACES), st.sampled_from(NAMES)
    access: list[Access] = ["public", "private"]
    roles: list[RoleName] = ["reader", "member", "moderator", "owner"]
    return st.one_of(
        st.sampled_from(["drop", "resume", "wait"]),
        st.sampled_from(["drop", "resume"]),
        place.map(lambda p: c.Join(channel=p)),
        place.map(lambda p: c.Join(channel=p)),
        place.map(lambda p: c.Send(channel=p, text="hello")),
        place.map(lambda p: c.Leave(channel=p)),
        st.builds(lambda p, t: c.SetTopic(channel=p, topic=t), place, st.sampled_from(["", "tea", "news"])),
        st.builds(lambda p, n, r: c.SetRole(channel=p, name=n, role=r), place, name, st.sampled_from(roles)),
        st.builds(lambda p, n: c.Kick(channel=p, name=n), place, name),
        st.builds(lambda p, n: c.Ban(channel=p, name=n), place, name),
        st.builds(lambda p, n: c.Unban(channel=p, name=n), place, name),
        st.builds(lambda p, n, s: c.Mute(channel=p, name=n, seconds=s), place, name, st.sampled_from([0, 60])),
        st.builds(lambda p, n: c.InviteTo(channel=p, name=n), place, name),
        st.sampled_from(["", "lunch", "asleep"]).map(lambda t: c.Away(text=t)),
        st.just(c.Quit()),
        st.lists(name, min_size=1, max_size=2).map(lambda people: c.Direct(people=people)),
        st.builds(lambda p, a: c.SetChannel(channel=p, access=a), place, st.sampled_from(access)),
        st.builds(lambda p, r: c.SetChannel(channel=p, read_only=r), place, st.booleans()),
        place.map(lambda p: c.History(channel=p)),
    )


def _acts() -> st.SearchStrategy[list[Act]]:
    act = st.tuples(st.integers(0, len(SLOTS) - 1), _commands(), st.booleans())
    return st.lists(act, min_size=20, max_size=80)


async def _world(directory: Path) -> World:
    core = await bootstrap.build_core(Config(), SqliteStore(directory), lambda token, admin: token)
    world = World(core)
    core.now = lambda: world.time
    core.clock = lambda: world.time / 1000
    core.pick = random.Random(1).randrange
    loop = asyncio.get_running_loop()

    def caught_up_later(session: Session) -> None:
        task = loop.create_task(refill.refill(core, session))
        world.refills.add(task)
        task.add_done_callback(world.refills.discard)

    core.fanout.caught_up_later = caught_up_later
    for number, name in enumerate(dict.fromkeys(SLOTS[:6]), 1):
        accounts.keep(core, Person(id=number, name=name, admin=name == "root", made_at=world.time))
    world.clients = [Client(world, slot) for slot in range(len(SLOTS))]
    world.allowed = [set() for _ in SLOTS]
    return world


def _connect(world: World, client: Client) -> None:
    core, name = world.core, SLOTS[client.slot]
    session = client.session = Session(client, "127.0.0.1", Trust.PASSWORDS, None)
    core.sessions[session] = True
    person = next((one for one in core.directory.people.values() if one.name == name), None)
    command = c.LogIn(name=name, guest=person is None)
    if person is None:
        dispatch(core, session, command)
    else:
        core.tick.answer(session, command, login.admit(core, session, person, command))
        core.turns.wake()


async def _do(world: World, client: Client, command: c.Command | str) -> None:
    session = client.session
    if command == "wait":
        world.time += 30_000
    elif session is None:
        # Whatever it was going to be, one comes in first.
        _connect(world, client)
    elif command == "drop":
        presence.close(world.core, session)
        client.gone()
    elif command == "resume":
        numbers = {world.core.directory.by_name.get(name): name for name in client.kept}
        since = {n: client.kept[n].number for k, n in numbers.items() if k not in session.channels}
        dispatch(world.core, session, c.Resume(since=since))
    elif isinstance(command, c.Command):
        waiting = dispatch(world.core, session, command)
        if waiting is not None:
            await finish(world.core, session, command, waiting)


def _bare(view: View) -> View:
    """What snapshots say: all but the messages."""
    return msgspec.structs.replace(view, messages=(), gaps=())


def _check(world: World) -> None:
    core = world.core
    for client in world.clients:
        session = client.session
        if session is None:
            continue
        places = [core.directory.channels[number] for number in session.channels]
        assert sorted(client.views) == sorted(place.name for place in places), SLOTS[client.slot]
        for place in places:
            fresh = channels.snapshot(core, session, place, core.fanout.audience(place.id).number)
            assert not fresh.more
            assert _bare(client.views[place.name]) == from_snapshot(fresh), SLOTS[client.slot]


async def _play(directory: Path, acts: list[Act]) -> None:
    world = await _world(directory)
    core = world.core
    turns = asyncio.create_task(core.turns.run())
    try:
        for slot in range(len(SLOTS)):
            _connect(world, world.clients[slot])
            await _do(world, world.clients[slot], c.Join(channel=PLACES[0]))
            world.note_allowed()
        await world.settle()
        _check(world)
        for slot, command, alone in acts:
            await _do(world, world.clients[slot], command)
            world.note_allowed()
            if alone:
                await world.settle()
                _check(world)
        await world.settle()
        _check(world)
    finally:
        turns.cancel()
        await asyncio.gather(turns, return_exceptions=True)
        core.hashing.close()
        await core.store.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(acts=_acts())
def test_a_snapshot_and_what_follows_is_a_later_snapshot(
    acts: list[Act], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """For each connection and each of its channels; and nobody is told what they may not read."""
    asyncio.run(_play(tmp_path_factory.mktemp("law"), acts))
