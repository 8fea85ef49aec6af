"""The core as a state machine, over a store that fails and comes back, and a server that starts again.

People come, join, say, change and leave in any order. A plain model notes what was acknowledged and what anybody was
told. Whenever all is quiet: that is in the store, and nothing else is; numbers rise by one; one key has one number;
what the server knows by heart is what it would read from the disk, and who is really connected, and what a copy of it
knows that is told only the changes; and who was refused at the door is in the audit log, or owed to it.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from causerie import bootstrap
from causerie.chat import commands as c
from causerie.chat.errors import LoginFailed, OutcomeUnknown, StoreUnavailable
from causerie.chat.events import AnyEvent, LoggedEvent, Message
from causerie.chat.model import Person
from causerie.chat.names import skeleton
from causerie.config.settings import Config
from causerie.protocols.native import ENCODER
from causerie.server.context import Context
from causerie.server.dispatch import dispatch, finish
from causerie.server.engine.apply.loading import load
from causerie.server.engine.session import Answer, EventEncoder, Session, Trust
from causerie.server.engine.state import State
from causerie.server.features.accounts import accounts, login
from causerie.server.features.presence import channel_presence
from causerie.server.ports.changes import Append, Audit, Change, PutSeen, Stored
from causerie.server.ports.store import StoreFailed, StoreUnknown
from causerie.stores.sqlite.store import SqliteStore
from tests.unit.server.replica import Replica

EXAMPLES = int(os.environ.get("CAUSERIE_LAW_EXAMPLES", "30"))
"""Histories; see tests/laws.py."""

LONGEST = 30.0
"""Seconds that one step may take."""

PEOPLE = ("ann", "bob", "Guest1", "Guest2")
ACCOUNTS = ("ann", "bob")
PLACES = ("home", "garden", "attic")

OTHERS: tuple[c.Command, ...] = (
    c.SetName(name="Guest3"), c.SetName(name="Guest4"), c.Describe(about="busy"), c.Describe(about=""),
    c.Watch(names=["ann", "Guest1", "nobody"]), c.Watch(names=["ann"], on=False), c.Watch(on=False),
    c.FollowMetadata(keys=["one", "two"]), c.FollowMetadata(keys=["one"], on=False),
    c.SetMetadata(key="one", value="1"), c.SetMetadata(key="one"), c.SetMetadata(channel="home", key="two", value="2"),
    c.Prefer(share_last_seen=True), c.Prefer(share_last_seen=False), c.Prefer(quiet_from=5),
    c.Notify(channel="home", level="all"), c.Ignore(name="bob"), c.Ignore(name="bob", on=False),
    c.SetPresence(mode="invisible"), c.SetPresence(mode="online"), c.SetPresence(mode="dnd", text="later"),
    c.Away(text="out"), c.IsTyping(channel="home"), c.Direct(people=["ann"]), c.Direct(people=["Guest1", "bob"]),
    c.SetMask(channel="garden", list="ban", mask="guest*"),
    c.SetMask(channel="garden", list="ban", mask="guest*", on=False),
    c.InviteTo(channel="garden", name="bob"), c.Kick(channel="garden", name="Guest1"),
    c.Ban(channel="garden", name="Guest2"), c.Unban(channel="garden", name="Guest2"),
    c.Mute(channel="home", name="Guest1", seconds=9), c.SetRole(channel="attic", name="bob", role="moderator"),
    c.Report(channel="home", number=1), c.Draft(channel="home", text="half"), c.Draft(channel="home", text=""),
    c.Mark(channel="home", number=1), c.Mark(channel="home", number=99), c.Follow(channel="home", number=1),
    c.LogIn(name="ann", password="a wrong password"), c.Quit(), c.LogOut(), c.Disconnect(name="Guest1"),
)  # fmt: skip
"""What else people do, each of which changes something that the server knows by heart."""

_EVENT = msgspec.json.Decoder(AnyEvent)


class FailingStore(SqliteStore):
    """Its disk is full while `full`. While `losing` the way to it is lost in each commit: by turns before and after it
    is done."""

    full = losing = False
    lost = 0

    async def commit(self, changes: Sequence[Change]) -> dict[Append, Stored]:
        """See Store."""
        if self.full:
            raise StoreFailed("the disk is full")
        if not self.losing:
            return await super().commit(changes)
        self.lost += 1
        stored = await super().commit(changes) if self.lost % 2 else {}
        raise StoreUnknown(self.units if self.lost % 2 else -1, stored)


class Ears:
    """One connection: what it was told and answered goes into the model."""

    def __init__(self, model: Model, name: str) -> None:
        self.encoder: EventEncoder = ENCODER
        self.model, self.name = model, name

    def write(self, data: bytes) -> None:
        """Events, a line each."""
        for line in data.splitlines():
            event = _EVENT.decode(line)
            if isinstance(event, LoggedEvent) and event.number:
                self.model.told[event.channel, event.number] = event

    def answer(self, command: c.Command, answer: Answer) -> None:
        """An acknowledgement, or why not."""
        self.model.unanswered.pop(id(command), None)
        if isinstance(answer, Stored) and isinstance(command, c.Send):
            place = answer.channel, answer.number
            if not answer.again:
                self.model.acknowledged.setdefault(place, command.text)
            elif (
                place not in self.model.acknowledged
            ):  # what was stored was said by who had gone before it was answered
                self.model.told.setdefault(place, answer)
            author = self.model.authors[id(command)]
            if command.key and self.model.keys.setdefault((author, command.key), place) != place:
                self.model.problems.append("one key, two messages")
        elif isinstance(answer, LoginFailed):
            self.model.refused += 1
        elif isinstance(answer, OutcomeUnknown):
            if not self.model.store.losing:
                self.model.problems.append("a store that answers, and yet nobody knows")
            if isinstance(command, c.Send):
                self.model.unowed.add(command.text)
        elif isinstance(answer, StoreUnavailable) and not (self.model.full or self.model.store.losing):
            self.model.problems.append("refused by a store that works")

    def encode_for_sender(self, command: c.Command | None, event: object) -> bytes | None:
        """As everybody."""
        return None

    def wants_html(self) -> None:
        """Never asked."""

    def unsent(self) -> int:
        """All is taken."""
        return 0

    def end(self, code: str) -> None:
        """The connection closes, as the pump's does."""
        self.model.close(self.name)


class Model(RuleBasedStateMachine):
    """See the module. `told`: logged events that anybody heard, `acknowledged`: what was said, both by channel and
    number; `keys`: where a person's key led; `authors`: who asked a command, by its id; `unowed`: what was said by who
    went before they were answered, or were answered that nobody knows."""

    config = Config()

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.dice = random.Random(1)
        self.folder = tempfile.TemporaryDirectory()
        self.told: dict[tuple[str, int], Any] = {}
        self.acknowledged: dict[tuple[str, int], str] = {}
        self.keys: dict[tuple[int, str], tuple[str, int]] = {}
        self.unanswered: dict[int, str] = {}
        self.problems: list[str] = []
        self.unowed: set[str] = set()
        self.asked: list[c.Command] = []
        self.authors: dict[int, int] = {}
        self.said = 0
        self.refused = 0
        self.full = False
        self.do(self._open())
        self.do(self._accounts())
        for name in PEOPLE:
            self.come(name)
            self.join(name, PLACES[0])

    def do(self, work: Any) -> Any:
        """Wait for it, but not for ever."""
        return self.loop.run_until_complete(asyncio.wait_for(work, LONGEST))

    async def _open(self) -> None:
        self.store = FailingStore(Path(self.folder.name))
        self.sessions: dict[str, Session] = {}
        self.waiting: list[asyncio.Task[None]] = []
        self.context: Context = await bootstrap.build_context(self.config, self.store, lambda token, admin: token)
        self.context.pick, self.context.now, self.context.clock = self.dice.randrange, lambda: 1_000_000, lambda: 1000.0
        self.replica = Replica(await self.store.load(), self.context)
        self.commit_loop = asyncio.get_running_loop().create_task(self.context.commit_loop.run())

    async def _accounts(self) -> None:
        for number, name in enumerate(ACCOUNTS, 1):
            accounts.keep(self.context, Person(id=number, name=name, made_at=1))
        await self.context.commit_loop.told()

    async def _shut(self) -> None:
        await self._quiet()
        self.commit_loop.cancel()
        await asyncio.gather(self.commit_loop, return_exceptions=True)
        self.context.hashing.close()
        await self.store.close()

    async def _quiet(self) -> None:
        await self.context.commit_loop.told()
        await asyncio.gather(*self.waiting)
        self.waiting.clear()
        await self.context.commit_loop.told()

    def close(self, name: str) -> None:
        """A connection is gone, and is owed no answers."""
        self.unowed |= {
            command.text for command in self.asked
            if isinstance(command, c.Send) and self.unanswered.get(id(command)) == name
        }  # fmt: skip
        self.unanswered = {about: who for about, who in self.unanswered.items() if who != name}
        channel_presence.close(self.context, self.sessions.pop(name))

    def ask(self, name: str, command: c.Command) -> None:
        """Ask it, if this person is here."""
        session = self.sessions.get(name)
        if session is None:
            return
        self.asked.append(command)  # so that its id stays its own
        self.unanswered[id(command)] = name
        self.authors[id(command)] = session.person.id if session.person is not None else 0
        waiting = self.do(self._dispatch(session, command))
        if waiting is not None:
            self.waiting.append(self.loop.create_task(finish(self.context, session, command, waiting)))

    async def _dispatch(self, session: Session, command: c.Command) -> Any:
        return dispatch(self.context, session, command)

    @rule(name=st.sampled_from(PEOPLE))
    def come(self, name: str) -> None:
        """Connect and log in: nothing of it is stored, so that it succeeds on a full disk too."""
        if name in self.sessions:
            return
        session = self.sessions[name] = Session(Ears(self, name), "192.0.2.1", Trust.PASSWORDS, None)
        self.context.open(session)
        if name in ACCOUNTS:
            self.do(self._admit(session, name))
        else:
            self.ask(name, c.LogIn(name=name, guest=True))

    async def _admit(self, session: Session, name: str) -> None:
        command = c.LogIn(name=name)
        person = self.context.state.person(name)
        self.context.unit.answer(session, command, login.admit(self.context, session, person, command))
        self.context.commit_loop.wake()

    @rule(name=st.sampled_from(PEOPLE))
    def go(self, name: str) -> None:
        """The connection breaks."""
        if name in self.sessions:
            self.do(self._go(name))

    async def _go(self, name: str) -> None:
        self.close(name)

    @rule(name=st.sampled_from(PEOPLE), place=st.sampled_from(PLACES))
    def join(self, name: str, place: str) -> None:
        """Enter a channel, made by whoever is first."""
        self.ask(name, c.Join(channel=place))

    @rule(name=st.sampled_from(PEOPLE), place=st.sampled_from(PLACES))
    def leave(self, name: str, place: str) -> None:
        """For good."""
        self.ask(name, c.Leave(channel=place))

    @rule(name=st.sampled_from(PEOPLE), place=st.sampled_from(PLACES), key=st.sampled_from(("", "", "k1", "k2")))
    def say(self, name: str, place: str, key: str) -> None:
        """A new text, with a key that may have been used."""
        self.said += 1
        self.ask(name, c.Send(channel=place, text=f"text {self.said}", key=key))

    @rule(name=st.sampled_from(PEOPLE), place=st.sampled_from(PLACES), number=st.integers(1, 6), way=st.integers(0, 3))
    def change(self, name: str, place: str, number: int, way: int) -> None:
        """What is done with a message."""
        about = {"channel": place, "number": number}
        changes = (c.Edit(text="other", **about), c.Delete(**about), c.React(emoji="👍", **about), c.Pin(**about))  # type: ignore[arg-type]
        self.ask(name, changes[way])

    @rule(name=st.sampled_from(PEOPLE), place=st.sampled_from(PLACES))
    def rule_over(self, name: str, place: str) -> None:
        """Settings and standings."""
        self.ask(name, c.SetChannel(channel=place, read_only=self.said % 2 == 0))
        self.ask(name, c.SetTopic(channel=place, topic=f"topic {self.said}"))
        self.ask(name, c.Ban(channel=place, name="bob"))

    @rule(name=st.sampled_from(PEOPLE), command=st.sampled_from(OTHERS))
    def do_more(self, name: str, command: c.Command) -> None:
        """Something else."""
        self.ask(name, msgspec.structs.replace(command))

    @rule()
    def fill_the_disk(self) -> None:
        """From here on nothing is stored."""
        self.full = self.store.full = True

    @rule()
    def make_room(self) -> None:
        """From here on all is again."""
        self.settle()
        self.full = self.store.full = False

    @rule()
    def lose_answers(self) -> None:
        """From here on commits end without an answer."""
        self.store.losing = True

    @rule()
    def find_answers(self) -> None:
        """From here on they have one again."""
        self.settle()
        self.store.losing = False

    @rule()
    def settle(self) -> None:
        """Let what was asked be committed and told, or refused."""
        self.do(self._quiet())

    @precondition(lambda self: not self.full)
    @rule()
    def start_again(self) -> None:
        """The server stops, and another one reads what this one left."""
        self.do(self._shut())
        self.unanswered.clear()
        self.do(self._open())

    @rule()
    def look(self) -> None:
        """See the module. Between two looks commands gather, in one unit of work and in several."""
        self.settle()
        assert not self.problems, self.problems
        assert not self.unanswered, "somebody waits for an answer"
        self.do(self._compare())

    async def _compare(self) -> None:
        loaded = await self.store.load()
        disk, here = load(loaded), self.context.state
        assert here.channels == disk.channels
        assert here.by_name == disk.by_name
        kept = {person.id for person in disk.people.values()}
        for channel in here.channels.values():
            standings = {who: how for who, how in here.standings[channel.id].items() if who in kept}
            assert standings == disk.standings[channel.id]
            assert list(here.pins.get(channel.id, ())) == list(disk.pins.get(channel.id, ()))
            page = await self.store.page(channel, 0, 0, 10_000, False)
            numbers = [event.number for event in page]
            assert numbers == list(range(1, len(numbers) + 1)), "a hole in the numbers"
            assert self.context.fanout.subscribers(channel.id).number == len(numbers)
            about = {key for key in (*self.acknowledged, *self.told) if key[0] == channel.name}
            assert {number for _, number in about} <= set(numbers), "told, and not there"
            for event in page:
                text = self.acknowledged.get((channel.name, event.number))
                if isinstance(event, Message):
                    if text is None:
                        assert event.deleted or event.text in {*self.unowed, "other"}, "there, and nobody was told so"
                    else:
                        assert event.deleted or event.text in (text, "other")
        assert not self.replica.differences(here)
        self._compare_people(here, disk)
        self._compare_connections(here)
        lines = [line.act for line in await self.store.audit(0, 10_000)]
        lines += [line.act for line in self.context.commit_loop.owed.values() if isinstance(line, Audit)]
        assert lines.count("login_refused") >= self.refused

    def _compare_people(self, here: State, disk: State) -> None:
        connected = {session.person.id for session in self.sessions.values() if session.person is not None}
        guests = {person.id for person in here.people.values() if person.guest}
        accounts = {number: person for number, person in here.people.items() if not person.guest}
        assert accounts == {number: person for number, person in disk.people.items() if not person.guest}
        assert guests <= connected
        assert here.names == {skeleton(person.name): number for number, person in here.people.items()}
        assert here.kept_guests.keys() <= guests
        assert {*here.about, *here.person_notes, *here.preferences} <= {*accounts, *connected}
        places: dict[int, dict[int, Any]] = {}
        for channel, standings in here.standings.items():
            for person, standing in standings.items():
                if person in here.people:
                    places.setdefault(person, {})[channel] = standing
        assert _filled(here.places) == places
        for name in ("masks", "invites", "address_bans", "former", "subscriptions", "channel_notes"):
            assert _filled(getattr(here, name)) == _filled(getattr(disk, name)), name
        for name in ("person_notes", "preferences"):
            kept = {number: own for number, own in getattr(here, name).items() if number in accounts}
            assert kept == getattr(disk, name), name
        owed = {one.person: one.at for one in self.context.commit_loop.owed.values() if isinstance(one, PutSeen)}
        assert here.seen == {**disk.seen, **owed}
        assert set(self.context.state.buckets) <= set(here.people)

    def _compare_connections(self, here: State) -> None:
        sessions = set(self.sessions.values())
        assert set(self.context.sessions) == sessions
        connected: dict[int, set[Session]] = {}
        seen_in: dict[int, dict[int, int]] = {}
        watchers: dict[str, set[Session]] = {}
        ears: dict[str, set[Session]] = {}
        for session in sessions:
            for mark in session.watching or ():
                watchers.setdefault(mark, set()).add(session)
            for key in session.keys or ():
                ears.setdefault(key, set()).add(session)
            assert session.parting == {}
            if session.person is None:
                assert session.channels == {}
                continue
            connected.setdefault(session.person.id, set()).add(session)
            assert here.people[session.person.id] == session.person
            for number in session.channels:
                assert here.standings[number][session.person.id].inside
                if session.mode != "invisible":
                    inside = seen_in.setdefault(number, {})
                    inside[session.person.id] = inside.get(session.person.id, 0) + 1
        assert {person: set(own) for person, own in here.connected.items()} == connected
        assert _filled(here.here) == seen_in
        assert {mark: set(who) for mark, who in self.context.state.watchers.items()} == watchers
        assert {key: set(who) for key, who in self.context.state.metadata_ears.items()} == ears
        assert self.context.fanout.subscribers_of.keys() <= here.channels.keys()
        for number in here.channels:
            groups = self.context.fanout.subscribers(number).groups.values()
            hearing = {session for group in groups for session in (*group.direct, *group.through)}
            assert hearing == {session for session in sessions if number in session.channels}

    def teardown(self) -> None:
        """Nothing is left."""
        try:
            self.look()
        finally:
            self.full = self.store.full = False
            self.do(self._shut())
            self.loop.close()
            self.folder.cleanup()


def _filled(inner: dict[Any, Any]) -> dict[Any, Any]:
    """Without the empty dictionaries in it."""
    return {key: value for key, value in inner.items() if value != {}}


def test_a_key_is_said_again_by_who_had_gone_before_it_was_answered() -> None:
    """The first text is there, and the model knows that nobody was owed it."""
    model = Model()
    model.say("ann", "home", "k1")
    model.close("ann")
    model.look()
    model.come("ann")
    model.say("ann", "home", "k1")
    model.teardown()


TestCore = Model.TestCase
TestCore.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
