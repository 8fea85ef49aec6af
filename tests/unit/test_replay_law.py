"""The laws of replay, held over the real core: what a client makes of what it is told is what the server knows.

Random histories of several people with different rights, some on two connections, that break and resume, while commits
fail and the clock jumps. After each
part of it, for each connection: a snapshot and what was told after it is a later snapshot; messages stand as a page of
history has them; nobody was told, or still holds, what they may not read; a person's devices agree, with each other
and with the server; each count is what a recount of the log gives; and a server that is started on what was stored
knows the same.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from causerie.chat import commands as c
from causerie.chat.events import Event, Message
from causerie.chat.model import Access, Level, Mode, Preferences, RoleName
from causerie.chat.view import View, from_snapshot
from causerie.config.settings import Config
from causerie.server.engine.session import Session
from causerie.server.features.channels import channels
from causerie.server.features.presence import read_state
from causerie.stores.sqlite.store import SqliteStore
from tests.law import World, build
from tests.law_client import Client
from tests.law_counts import check_counts, check_restarted

SLOTS = ("root", "mona", "mona", "ann", "ann", "bob", "bob", "Guest1", "Guest1", "Guest2")
"""Who sits at each connection; the same name twice is one person on two. mona makes the channels, and so owns them."""
ACCOUNTS = ("root", "mona", "ann", "bob")
NAMES = tuple(dict.fromkeys(SLOTS))
PLACES = ("home", "attic", "vault")
"""The last one is private, and mona's and bob's."""
SPOKEN = ("home", "home", "home", "home", "vault", "vault", "attic")
"""Where they talk, and how often."""
EMOJI = ("👍", "🎉", "❤️")
TEXTS = ("TOKEN", "TOKEN", "TOKEN @ann", "TOKEN @mona and @bob", "@channel TOKEN", "@here TOKEN", "/me waves TOKEN")
TAGS: tuple[dict[str, str], ...] = ({}, {"+a": "b", "causerie/irc-text": "c"})
BACK = 6
"""Commands are about one of so many of a channel's last messages; or, by this number, mostly about none."""

pytestmark = pytest.mark.timeout(900)

HOUR = 3_600_000
"""What the clock is set by (ms)."""

Act = tuple[int, "c.Command | str", bool]

EXAMPLES = int(os.environ.get("CAUSERIE_LAW_EXAMPLES", "18"))
"""Histories of a run. `python -m tests.laws` plays as many as one has time for."""

BROKEN = Path(__file__).with_name("broken_laws")


class Kept(msgspec.Struct):
    """An act as it is kept: by whom, what, and whether all is looked at then."""

    slot: int
    command: c.AnyCommand | str
    settled: bool = False


class Broken(msgspec.Struct):
    """A history that broke a law once."""

    counting: bool
    acts: list[Kept]


_SHARED = (
    "channel", "number", "access", "topic", "history", "read_only", "retention_days", "slow_seconds", "tell_reactions",
    "more", "members", "said", "pins",
)  # fmt: skip


def _builds(command: Callable[..., c.Command], **fields: Any) -> st.SearchStrategy[c.Command]:
    return st.builds(command, **{name: st.sampled_from(values) for name, values in fields.items()})


def _talk() -> st.SearchStrategy[c.Command | str]:
    """What is said. "TOKEN" becomes a word that nothing else has."""
    return st.one_of(
        _builds(c.Send, channel=SPOKEN, text=TEXTS),
        _builds(c.Send, channel=SPOKEN, text=TEXTS, reply=range(1, BACK + 1)),
        _builds(c.Send, channel=SPOKEN, text=TEXTS, key=("k1", "k2"), reply=(0, 1, 2)),
        _builds(
            c.Send, channel=SPOKEN, text=TEXTS, key=("k1", "k2", "k3"), reply=(1, 2), notice=(True, False), tags=TAGS
        ),
        _builds(c.Tell, people=[["ann"], ["mona"], ["bob", "ann"]], text=["TOKEN"]),
        _builds(c.Draft, channel=SPOKEN, text=("TOKEN", ""), reply=(0, 3)),
        _builds(c.IsTyping, channel=SPOKEN),
    )


def _about() -> st.SearchStrategy[c.Command | str]:
    """What is done about a message."""
    about: dict[str, Any] = {"channel": SPOKEN, "number": range(1, BACK + 1)}
    return st.one_of(
        _builds(c.Edit, text=TEXTS, **about),
        _builds(c.Delete, **about),
        _builds(c.React, emoji=EMOJI, on=(True, True, False), **about),
        _builds(c.Pin, on=(True, True, False), **about),
        _builds(c.Versions, **about),
        _builds(c.Mark, **about),
        _builds(c.Mark, thread=range(BACK), **about),
        _builds(c.Follow, on=(True, False), **about),
        st.one_of(_builds(c.DeleteSince, reason=("", "spam"), **about), _builds(c.Report, **about)),
    )


def _reading() -> st.SearchStrategy[c.Command | str]:
    """What is asked; answers come to views too."""
    about: dict[str, Any] = {"channel": SPOKEN, "number": range(1, BACK + 1)}
    return st.one_of(
        _builds(c.History, channel=SPOKEN, before=(0, 0, 5, 10), limit=(5, 50), talk=(False, True)),
        _builds(c.History, channel=SPOKEN, around=range(1, BACK + 1), limit=(4, 10)),
        _builds(c.Search, text=("waves", "w1w", "w2w", "w5w", "and"), channel=("", "home", "vault")),
        _builds(c.Reactions, **about),
        _builds(c.Thread, **about),
        _builds(c.Why, **about),
        _builds(c.Pins, channel=SPOKEN),
        _builds(c.Members, channel=SPOKEN),
        _builds(c.Whois, name=NAMES),
        st.sampled_from(
            [c.Unread(), c.Threads(), c.Drafts(), c.Preferred(), c.Reports(), c.Help(), c.AuditLog(), c.Channels()]
        ),
    )


def _wishes() -> st.SearchStrategy[c.Command | str]:
    """How one is there, and what one wants."""
    levels: list[Level | None] = ["all", "mentions", "none", None]
    modes: list[Mode] = ["online", "away", "dnd", "invisible"]
    return st.one_of(
        _builds(c.Notify, channel=PLACES, level=levels),
        _builds(c.Prefer, keywords=(["TOKEN"], []), dnd_minutes=(None, 0, 10)),
        _builds(c.Ignore, name=NAMES, on=(True, False)),
        _builds(c.SetPresence, mode=modes, text=("", "lunch")),
        _builds(c.SetPresence, mode=modes),
        _builds(c.Away, text=("", "asleep")),
        _builds(c.SetName, name=("Guest7", "Guest8")),
    )


def _rule() -> st.SearchStrategy[c.Command | str]:
    """Who may what, by those who may say so and those who may not."""
    access: list[Access] = ["public", "private"]
    roles: list[RoleName] = ["reader", "member", "moderator", "owner"]
    about: dict[str, Any] = {"channel": PLACES, "number": range(1, BACK + 1)}
    return st.one_of(
        _builds(c.SetTopic, channel=PLACES, topic=("", "tea", "news")),
        _builds(c.SetRole, channel=PLACES, name=NAMES, role=roles),
        _builds(c.Kick, channel=PLACES, name=NAMES),
        _builds(c.Ban, channel=PLACES, name=NAMES),
        _builds(c.BanAuthor, reason=("", "spam"), **about),
        _builds(c.Unban, channel=PLACES, name=NAMES),
        _builds(c.Mute, channel=PLACES, name=NAMES, seconds=(0, 60)),
        _builds(c.InviteTo, channel=PLACES, name=NAMES),
        _builds(c.SetChannel, channel=PLACES[:2], access=access),
        _builds(c.SetChannel, channel=PLACES, read_only=(True, False)),
        _builds(c.SetChannel, channel=PLACES, slow_seconds=(0, 20), tell_reactions=(True, False)),
        _builds(c.CloseReport, report=range(1, 4)),
        _builds(c.Direct, people=[["ann"], ["mona", "bob"]]),
    )


def _moves() -> st.SearchStrategy[c.Command | str]:
    """Coming and going, of people and of their connections; a commit that fails, a clock that is set."""
    return st.one_of(
        st.sampled_from(["fail", "back", "ahead"]),
        st.sampled_from(["drop", "lag", "wait"]),
        st.sampled_from(["drop", "lag", "resume"]),
        _builds(c.Join, channel=PLACES),
        _builds(c.Join, channel=PLACES),
        _builds(c.Leave, channel=PLACES),
        st.just(c.Quit()),
    )


def _acts() -> st.SearchStrategy[list[Act]]:
    command = st.one_of(_talk(), _talk(), _about(), _about(), _about(), _reading(), _wishes(), _rule(), _moves())
    slots = (*range(len(SLOTS)), 1, 2, 1, 2, 3, 4)
    act = st.tuples(st.sampled_from(slots), command, st.sampled_from((True, False, False)))
    return st.lists(act, min_size=60, max_size=100)


def _worded(world: World, client: Client, command: c.Command) -> c.Command:
    """The command with a word of its own in place of TOKEN."""
    if isinstance(command, c.Draft):
        return msgspec.structs.replace(command, text=command.text.replace("TOKEN", world.token(owner=client.me)))
    if isinstance(command, c.Send | c.Edit):
        word = world.token(command.channel)
        return msgspec.structs.replace(command, text=command.text.replace("TOKEN", word))
    if isinstance(command, c.Tell):
        return msgspec.structs.replace(command, text=command.text.replace("TOKEN", world.token()))
    if isinstance(command, c.Prefer) and command.keywords:
        return msgspec.structs.replace(command, keywords=[world.token(owner=client.me)])
    return command


def _meant(world: World, command: c.Command) -> c.Command:
    """The command about a message that there is: its number counts back from the channel's last one."""
    spoken = world.spoken.get(getattr(command, "channel", ""), [])
    fields = {name: getattr(command, name, 0) for name in ("number", "reply", "thread", "around")}
    back = {name: number for name, number in fields.items() if 0 < number < BACK}
    if not spoken or not back:
        return command
    return msgspec.structs.replace(command, **{name: spoken[-1 - n % len(spoken)] for name, n in back.items()})


def _do(world: World, client: Client, command: c.Command | str) -> None:
    if command == "wait":
        world.time += 30_000
    elif command == "fail":
        world.store.fails += 1
    elif command in ("back", "ahead"):
        world.jumped += HOUR if command == "ahead" else -HOUR
    elif client.session is not None and client.session.person is None:
        # That it came in could not be stored, or it was put out: it ends, and comes anew.
        world.drop(client)
    elif client.session is None:
        # Whatever it was going to be, one comes in first, and goes on where one was.
        world.connect(client)
        world.resume(client)
    elif command == "drop":
        world.drop(client)
    elif command == "lag":
        world.lag(client)
    elif command == "resume":
        world.resume(client)
    elif isinstance(command, c.Command):
        world.ask(client, _worded(world, client, _meant(world, command)))


def _shared(view: View) -> dict[str, Any]:
    """What snapshots say."""
    return {name: getattr(view, name) for name in _SHARED}


def _read(view: View) -> dict[str, Any]:
    """What is the same on all of one's devices."""
    return {
        name: getattr(view, name)
        for name in ("upto", "read_said", "unread", "draft", "draft_reply", "level", "follows")
    }


def _as_told(message: Event) -> Event:
    """Without the author's name: a page has it as it is now, a view as it was when both were in the channel."""
    assert isinstance(message, Message)
    return msgspec.structs.replace(message, name="", guest=False)


async def _check_view(world: World, client: Client, session: Session, view: View) -> None:
    context, who = world.context, f"{client.name} at {client.slot}"
    place = context.state.channel(view.channel)
    fresh = channels.snapshot(context, session, place, context.fanout.subscribers(place.id).number)
    fresh = msgspec.structs.replace(fresh, said=context.fanout.subscribers(place.id).said)
    assert not fresh.more
    assert _shared(view) == _shared(from_snapshot(fresh)), who
    if view.messages:
        first = view.messages[0].number
        page = await context.store.page(place, first - 1, view.number + 1, 10_000, False, client.me, True)
        stands = {event.number: _as_told(event) for event in page}
        known = {one.number: _as_told(one) for one in view.messages if one.number not in view.stale}
        assert known == {number: stands.get(number) for number in known}, who
    held = msgspec.json.encode((view.messages, view.recent))
    assert not [word for word in world.gone if word in held], who
    for number, standing in context.state.standings[place.id].items():
        devices = [own for own in context.state.connected.get(number, ()) if place.id in own.channels]
        if number != client.me and all(own.mode == "invisible" for own in devices) and standing.inside:
            assert number not in view.members or not view.members[number].here, f"{who} sees {number}"


async def _check_own(world: World, client: Client, view: View, counting: bool) -> None:
    """What only this person knows is what the server keeps for them."""
    context, who = world.context, f"{client.name} at {client.slot} in {view.channel}"
    place = context.state.channel(view.channel)
    subscribers = context.fanout.subscribers(place.id)
    states = await context.store.read_states(client.me, [(place.id, -1, view.number)])
    stored = (states[0].upto, states[0].said) if states else (0, 0)
    marker = read_state.marker_of(context, place.id, client.me) or stored
    assert (view.upto, view.read_said, view.said) == (*marker, subscribers.said), who
    if counting:
        (kept,) = await context.store.read_states(client.me, [(place.id, view.upto, view.number)])
        assert view.mentions == kept.mentions, who
    draft = next((one for one in await context.store.drafts(client.me) if one.channel == place.id), None)
    assert view.draft == (draft.text if draft else ""), who
    for number in view.follows:
        assert await context.store.follows(client.me, place.id, number), who
    for thread in await context.store.threads(client.me, [place.id]):
        assert thread.thread in view.follows, who
        marker = read_state.marker_of(context, place.id, client.me, thread.thread) or (thread.upto, thread.said)
        assert view.threads.get(thread.thread, (0, 0, 0))[:2] == marker, f"{who}, thread {thread.thread}"
    preferences = context.state.preferences.get(client.me, Preferences())
    assert view.level == preferences.levels.get(place.id), who
    by_name = msgspec.structs.replace(preferences, levels={})
    assert client.wishes is None or msgspec.structs.replace(client.wishes, levels={}) == by_name, who


async def _check(world: World, counting: bool, recount: bool = True) -> None:
    context = world.context
    await world.settle()
    read_state.flush(context)
    if recount:
        await check_counts(context)
    of: dict[tuple[int, str], dict[str, Any]] = {}
    for client, session, _ in tuple(world.watch()):
        places = [context.state.channels[number] for number in session.channels]
        assert sorted(client.views) == sorted(place.name for place in places), SLOTS[client.slot]
        for view in client.views.values():
            await _check_view(world, client, session, view)
            await _check_own(world, client, view, counting)
            other = of.setdefault((client.me, view.channel), _read(view))
            assert _read(view) == other, f"{client.name}'s devices"


async def _play(state: Path, acts: list[Act], counting: bool = False) -> None:
    world = await build(state, SLOTS, ACCOUNTS, Config())
    context = world.context
    commit_loop = asyncio.create_task(context.commit_loop.run())
    try:
        for client in world.clients:
            world.connect(client)
            world.ask(client, c.Join(channel=PLACES[0]))
        root, mona, bob = world.clients[0], world.clients[1], world.clients[5]
        world.ask(root, c.SetRole(channel=PLACES[0], name="mona", role="moderator"))
        for name in PLACES[1:]:
            world.ask(mona, c.Join(channel=name))
        world.ask(mona, c.SetChannel(channel="vault", access="private"))
        world.ask(mona, c.InviteTo(channel="vault", name="bob"))
        world.ask(bob, c.Join(channel="vault"))
        for client in world.clients:
            place = "vault" if client in (mona, bob) else "home"
            _do(world, client, c.Send(channel=place, text="TOKEN @ann"))
        await world.settle()
        for step, (slot, command, alone) in enumerate(acts):
            _do(world, world.clients[slot], command)
            if alone:
                await _check(world, counting, recount=not step % 5)
        await _check(world, counting)
        await context.commit_loop.told()
        await check_restarted(context, SqliteStore(state))
    finally:
        commit_loop.cancel()
        await asyncio.gather(commit_loop, return_exceptions=True)
        context.hashing.close()
        await context.store.close()


def _holds(state: Path, acts: list[Act], counting: bool) -> None:
    """The law over one history; one that breaks it is kept where `tests.laws` says, and the shortest comes last."""
    try:
        asyncio.run(_play(state, acts, counting))
    except Exception:
        if keep := os.environ.get("CAUSERIE_LAW_KEEP"):
            kept = [Kept(slot, command, settled) for slot, command, settled in acts]
            broken = Broken(counting=counting, acts=kept)
            Path(keep, f"{'mentions' if counting else 'views'}.json").write_bytes(
                msgspec.json.format(msgspec.json.encode(broken), indent=1)
            )
        raise


@settings(
    max_examples=EXAMPLES // 3,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(acts=_acts())
def test_unread_mentions_are_what_the_server_counts(acts: list[Act], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is deleted, and whoever is invisible."""
    _holds(tmp_path_factory.mktemp("law"), acts, counting=True)


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(acts=_acts())
def test_what_clients_make_of_what_they_are_told_is_what_the_server_knows(
    acts: list[Act], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """For each connection and each of its channels; and nobody is told what they may not read."""
    _holds(tmp_path_factory.mktemp("law"), acts, counting=False)


@pytest.mark.parametrize("kept", sorted(BROKEN.glob("*.json")), ids=lambda path: path.stem)
def test_histories_that_broke_a_law_once(kept: Path, tmp_path: Path) -> None:
    """What `python -m tests.laws` found, and others of the same kinds."""
    broken = msgspec.json.decode(kept.read_bytes(), type=Broken)
    asyncio.run(_play(tmp_path, [(act.slot, act.command, act.settled) for act in broken.acts], broken.counting))
