"""The real core with people at it whose clients know only what they were told: what the laws of replay are held over.

A `World` has a `Client` for each connection. Commands go in as a connection's pump puts them in: one after the other
for each connection, several connections to a unit of work. Every text that is said, edited, drafted or wished for holds
a token that nothing else holds, so that whoever is told one without the right to read it is found out.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from causerie import bootstrap
from causerie.chat import commands as c
from causerie.chat import policy
from causerie.chat.events import Presence, Typing
from causerie.chat.model import Person
from causerie.chat.replies import PersonCard, ReportList, VersionList
from causerie.config.settings import Config
from causerie.server import catch_up
from causerie.server.context import Context
from causerie.server.dispatch import dispatch, finish
from causerie.server.engine.session import Answer, Session, Trust
from causerie.server.features.accounts import accounts, login
from causerie.server.features.presence import channel_presence
from causerie.server.ports.changes import Append, Change, Stored
from causerie.server.ports.store import StoreFailed
from causerie.stores.sqlite.store import SqliteStore
from tests.law_client import Client

_ENCODE = msgspec.json.Encoder().encode
_TOKEN = re.compile(rb"w[0-9]+w")


class Token(msgspec.Struct, frozen=True):
    """The channel that a text was said in (empty: not known before it is told), or whose it is alone."""

    channel: str = ""
    owner: int = 0


class FailingStore(SqliteStore):
    """So many of its next commits fail: `fails`."""

    fails = 0

    async def commit(self, changes: Sequence[Change]) -> dict[Append, Stored]:
        """See Store."""
        if self.fails:
            self.fails -= 1
            raise StoreFailed("the disk is full")
        return await super().commit(changes)


@dataclass
class World:
    """The core, its clients, and what each may be told since all was told last. `gone`: tokens that nobody may be told.
    `spoken`: the numbers of each channel's messages. `time` goes by (ms); `jumped`: what the clock on the wall is off.

    `hears`: the channels that a slot is in; `reads`: that its person may read; `moderates`: that it moderates; `seen`:
    who is in which channel for others to see.
    """

    context: Context
    store: FailingStore
    time: int = 1_000_000_000_000
    jumped: int = 0
    clients: list[Client] = field(default_factory=list)
    refills: set[asyncio.Task[None]] = field(default_factory=set)
    problems: list[Exception] = field(default_factory=list)
    tokens: dict[bytes, Token] = field(default_factory=dict)
    gone: frozenset[bytes] = frozenset()
    spoken: dict[str, list[int]] = field(default_factory=dict)
    hears: list[set[str]] = field(default_factory=list)
    reads: list[set[str]] = field(default_factory=list)
    moderates: list[set[str]] = field(default_factory=list)
    seen: set[tuple[str, int]] = field(default_factory=set)

    def token(self, channel: str = "", owner: int = 0) -> str:
        """A word that is in nothing yet: for a text of this channel, or of this person's alone."""
        word = f"w{len(self.tokens)}w"
        self.tokens[word.encode()] = Token(channel, owner)
        return word

    def note(self) -> None:
        """Who may be told what, as decided so far."""
        state = self.context.state
        for client in self.clients:
            session = client.session
            if session is None or session.person is None:
                continue
            person = session.person
            for number, channel in state.channels.items():
                standing = state.standing(number, person.id)
                if policy.may_read(channel, person, standing):
                    self.reads[client.slot].add(channel.name)
                    if number in session.channels:
                        self.hears[client.slot].add(channel.name)
                    if policy.moderates(channel, person, standing):
                        self.moderates[client.slot].add(channel.name)
                if number in session.channels and session.mode != "invisible":
                    self.seen.add((channel.name, person.id))

    def check_told(self, client: Client, data: bytes, told: object) -> None:
        """Nothing in these bytes may not be read by this client's person."""
        who = f"{client.name} is told {told}"
        for word in _TOKEN.findall(data):
            about = self.tokens[word]
            if about.owner:
                assert about.owner == client.me, who
                continue
            channel = about.channel or getattr(told, "channel", "")
            if channel and channel not in self.reads[client.slot]:
                self.note()
            if isinstance(told, VersionList):
                assert channel in self.moderates[client.slot], who
            elif not (isinstance(told, ReportList) and client.name == "root"):
                # Administrators read what is reported where nobody else moderates; everybody else what they may.
                assert not channel or channel in self.reads[client.slot], who
                assert word not in self.gone, f"{who}, and {word!r} is gone"
        if isinstance(told, Typing | Presence) and told.person != client.me:
            assert (told.channel, told.person) in self.seen, f"{who}, who is invisible"
        elif isinstance(told, PersonCard) and told.person != client.me and told.here:
            assert any(person == told.person for _, person in self.seen) or self._elsewhere(told.person), who

    def _elsewhere(self, person: int) -> bool:
        return any(own.mode != "invisible" for own in self.context.state.connected.get(person, ()))

    def ask(self, client: Client, command: c.Command) -> None:
        """A command, when those before it are done."""
        client.todo.append(command)
        self._pump(client)

    def _pump(self, client: Client) -> None:
        while client.todo and client.task is None and client.session is not None:
            session, command = client.session, client.todo.popleft()
            waiting = dispatch(self.context, session, command)
            self.note()
            if waiting is not None and client.session is session:
                self._wait_for(client, command, waiting)
            elif waiting is not None:
                waiting.close()

    def _wait_for(self, client: Client, command: c.Command, waiting: Coroutine[Any, Any, Answer]) -> None:
        assert client.session is not None
        client.task = asyncio.create_task(finish(self.context, client.session, command, waiting))
        client.task.add_done_callback(lambda task: waiting.close())

    async def settle(self) -> None:
        """Let everything be done and told, the catching up too."""
        while True:
            await self.context.commit_loop.told()
            for _, session, _ in self.watch():
                if session.heard is not None and not session.refilling:
                    self.context.fanout.caught_up_later(session)
            tasks = [client.task for client in self.clients if client.task is not None]
            if tasks or self.refills:
                await asyncio.gather(*tasks, *self.refills, return_exceptions=True)
            for client in self.clients:
                if client.task is not None and client.task.done():
                    client.task = None
                    self.note()
                self._pump(client)
            if not (tasks or self.refills or any(client.task for client in self.clients)):
                await self.context.commit_loop.told()
                if not any(client.todo and client.session for client in self.clients):
                    break
        if self.problems:
            raise self.problems[0]
        for noted in (*self.hears, *self.reads, *self.moderates):
            noted.clear()
        self.seen.clear()
        self.note()
        self.gone = frozenset(self.tokens) - await self._there()

    async def _there(self) -> set[bytes]:
        """The tokens that are somewhere now: in a message as it stands, or somebody's own."""
        there = {word for word, about in self.tokens.items() if about.owner}
        for channel in self.context.state.channels.values():
            for message in await self.context.store.page(channel, 0, 0, 10_000, False, talk=True):
                found = _TOKEN.findall(_ENCODE(message))
                there.update(found)
                self.tokens.update((word, Token(channel.name)) for word in found)
        return there

    def connect(self, client: Client) -> None:
        """Come in: as the account of this name, or as a guest."""
        context = self.context
        session = client.session = Session(client, f"192.0.2.{client.slot}", Trust.PASSWORDS, None)
        context.open(session)
        person = next((one for one in context.state.people.values() if one.name == client.name), None)
        command = c.LogIn(name=client.name, guest=person is None)
        if person is None:
            dispatch(context, session, command)
        else:
            context.unit.answer(session, command, login.admit(context, session, person, command))
            context.commit_loop.wake()
        if session.person is not None and session.person.id != client.me:
            # A guest that comes again is somebody else.
            client.me = session.person.id
            client.kept.clear()
        self.note()

    def drop(self, client: Client) -> None:
        """Its connection breaks."""
        if client.session is not None:
            channel_presence.close(self.context, client.session)
            client.gone()

    def lag(self, client: Client) -> None:
        """It does not read as fast as others talk: from here on it is fed from the store."""
        if client.session is not None:
            client.fed = True
            catch_up.lag(self.context, client.session)

    def resume(self, client: Client) -> None:
        """Go on, in all the channels that it was in when its connection broke."""
        numbers = {self.context.state.by_name.get(name): name for name in client.kept}
        inside = client.session.channels if client.session is not None else {}
        since = {n: client.kept[n].number for k, n in numbers.items() if k not in inside}
        self.ask(client, c.Resume(since=since))

    def watch(self) -> Iterator[tuple[Client, Session, Person]]:
        """Those who are connected and logged in."""
        for client in self.clients:
            if client.session is not None and client.session.person is not None:
                yield client, client.session, client.session.person


async def build(state: Path, names: Sequence[str], accounts_of: Iterable[str], config: Config) -> World:
    """A world with an account for each of `accounts_of`, root among them the administrator, and nobody connected."""
    store = FailingStore(state)
    context = await bootstrap.build_context(config, store, lambda token, admin: token)
    world = World(context, store)
    context.now = lambda: world.time + world.jumped
    context.clock = lambda: world.time / 1000
    context.pick = random.Random(1).randrange
    loop = asyncio.get_running_loop()

    def caught_up_later(session: Session) -> None:
        task = loop.create_task(catch_up.refill(context, session))
        world.refills.add(task)
        task.add_done_callback(world.refills.discard)

    context.fanout.caught_up_later = caught_up_later
    for number, name in enumerate(accounts_of, 1):
        accounts.keep(context, Person(id=number, name=name, admin=name == "root", made_at=world.time))
    world.clients = [Client(world, slot, name) for slot, name in enumerate(names)]
    for noted in (world.hears, world.reads, world.moderates):
        noted.extend(set() for _ in names)
    return world
