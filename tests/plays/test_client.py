"""The client without a screen, against the real server: over sockets that break, over restarts of both programs."""

from __future__ import annotations

import asyncio
import queue
import random
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from causerie.chat import errors
from causerie.chat.commands import (
    Channels,
    Edit,
    IsTyping,
    MakeInvite,
    Mark,
    Notify,
    Preferred,
    React,
    Send,
    Sessions,
    SetTopic,
    Tell,
    Unread,
)
from causerie.chat.events import Gap, Marked, Message, Reacted, Topic, Typing
from causerie.chat.replies import Ack, ChannelList, InviteMade, OwnPreferences, ReadList, SessionList, Snapshot
from causerie.client import (
    Backoff,
    Certificate,
    CertificateChanged,
    CertificateUnknown,
    ChannelSynced,
    Chat,
    EventReceived,
    FileStorage,
    KnownServers,
    MessageSent,
    NotAMessage,
    ServerAddress,
    SessionEnded,
    State,
    StateChanged,
    Unreachable,
    Update,
    connect,
    connect_operator,
)
from tests.cutting_proxy import CuttingProxy
from tests.people import PASSWORD, PATIENCE, House
from tests.server_process import ServerProcess, everything

AT_ONCE = Backoff(first=0.002, most=0.02, dice=lambda: 0.5)


def where(house: House) -> str:
    return str(house.server.identity.listening[0])


async def within(what: Coroutine[Any, Any, Any]) -> Any:
    async with asyncio.timeout(PATIENCE):
        return await what


async def until(chat: Chat, happens: Callable[[Update], bool]) -> list[Update]:
    """Everything up to and with the first such update."""
    happened: list[Update] = []
    async with asyncio.timeout(PATIENCE):
        async for update in chat:
            happened.append(update)
            if happens(update):
                return happened
    raise AssertionError(f"it ended before: {happened}")


def said(text: str) -> Callable[[Update], bool]:
    return lambda update: (
        isinstance(update, EventReceived) and isinstance(update.event, Message) and update.event.text == text
    )


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House(accounts={"registration": "open"}) as house:
        yield house


# The first five minutes.


async def test_two_talk(house: House) -> None:
    """One enters a channel by speaking in it, the other hears it, with who and when."""
    async with connect(where(house), name="Anna") as anna, connect(where(house), name="Ben") as ben:
        await ben.join("home")
        ack = await anna.send("home", "hello")
        (*_, heard) = await until(ben, said("hello"))
        assert isinstance(heard, EventReceived)
        assert heard.view is not None
        assert heard.event == Message(
            channel="home", number=ack.number, at=ack.at, person=anna.me.person, name="Anna", text="hello", guest=True,
            key=heard.event.key, said=1,  # type: ignore[attr-defined]
        )  # fmt: skip
        assert heard.view.messages[-1] == heard.event
        assert {member.name for member in await anna.members("home")} == {"Anna", "Ben"}


async def test_a_direct_conversation_that_somebody_else_begins_is_heard(house: House) -> None:
    async with connect(where(house), name="Anna") as anna, connect(where(house), name="Ben") as ben:
        await anna.ask(Tell(people=["Ben"], text="psst"), Ack)
        (*_, opened) = await until(ben, lambda update: isinstance(update, ChannelSynced))
        assert isinstance(opened, ChannelSynced)
        assert opened.view.access == "direct"
        assert opened.view.unread == 1
        await anna.send(opened.view.channel, "are you there?")
        await until(ben, said("are you there?"))


async def test_what_is_read_is_known_on_every_device(house: House) -> None:
    """Marks are told; what is asked for is put into the views."""
    await house.account("anna")
    async with connect(where(house), name="anna", password=PASSWORD) as one, connect(where(house), name="Ben") as ben:
        await one.join("home")
        for text in ("a", "b", "c"):
            await ben.send("home", text)
        await until(one, said("c"))
        assert one.views["home"].unread == 3
        async with connect(where(house), name="anna", password=PASSWORD) as other:
            await other.join("home")
            await other.ask(Unread(), ReadList)
            assert other.views["home"].unread == 3
            await other.ask(Mark(channel="home", number=2))
            await until(one, lambda update: isinstance(update, EventReceived) and isinstance(update.event, Marked))
            assert one.views["home"].unread == 1


async def test_anything_can_be_asked_and_comes_typed_or_refused(house: House) -> None:
    await house.account("anna")
    async with connect(where(house), name="anna", password=PASSWORD) as chat:
        assert chat.welcome is not None
        assert chat.welcome.server
        await chat.join("kitchen")
        answer = await chat.ask(Channels(), ChannelList)
        assert [line.channel for line in answer.channels] == ["home", "kitchen"]
        assert isinstance(await chat.ask(SetTopic(channel="kitchen", topic="tea")), Ack)
        await until(chat, lambda update: isinstance(update, EventReceived) and isinstance(update.event, Topic))
        assert chat.views["kitchen"].topic == "tea"
        with pytest.raises(errors.NoSuchChannel):
            await chat.send("nowhere", "hello?")
        with pytest.raises(errors.AdministratorsOnly):
            await chat.ask(MakeInvite())
    with pytest.raises(SessionEnded):
        await chat.join("kitchen")


async def test_the_living_conversation_is_in_the_views(house: House) -> None:
    """Edits, reactions, read markers, wishes and who is typing: applied by chat.replay and chat.merge, nothing more."""
    for name in ("anna", "ben"):
        await house.account(name)
    async with (
        connect(where(house), name="anna", password=PASSWORD) as anna,
        connect(where(house), name="ben", password=PASSWORD) as ben,
    ):
        await ben.join("home")
        number = (await anna.send("home", "helo @ben")).number
        await anna.ask(Edit(channel="home", number=number, text="hello @ben"))
        await ben.ask(React(channel="home", number=number, emoji="👍"))
        await until(ben, lambda update: isinstance(update, EventReceived) and isinstance(update.event, Reacted))
        (message,) = ben.views["home"].messages
        assert (message.text, message.reactions[0].count, message.reactions[0].mine) == ("hello @ben", 1, True)
        assert (ben.views["home"].unread, ben.views["home"].mentions) == (1, 1)
        await ben.ask(Mark(channel="home", number=number))
        await until(ben, lambda update: isinstance(update, EventReceived) and isinstance(update.event, Marked))
        assert ben.views["home"].unread == 0
        await ben.ask(Notify(channel="home", level="none"))
        await ben.ask(Preferred(), OwnPreferences)
        assert ben.views["home"].level == "none"
        await anna.ask(IsTyping(channel="home"))
        await until(ben, lambda update: isinstance(update, EventReceived) and isinstance(update.event, Typing))
        assert list(ben.views["home"].typing.values()) == ["anna"]


async def test_what_is_typed_is_said_or_done(house: House) -> None:
    """Slash commands by `say`; a bot's `send` says exactly what it is given."""
    async with connect(where(house), name="Anna") as anna:
        assert isinstance(await anna.say("home", "/join kitchen"), Snapshot)
        assert isinstance(await anna.say("kitchen", "/me waves"), Ack)
        assert isinstance(await anna.say("kitchen", "//me waves"), Ack)
        assert isinstance(await anna.send("kitchen", "/part"), Ack)
        texts = [(event.text, event.action) async for event in anna.since("kitchen") if isinstance(event, Message)]
        assert texts == [("waves", True), ("/me waves", False), ("/part", False)]
        with pytest.raises(errors.UnknownSlash):
            await anna.say("kitchen", "/dance")
        await anna.say("kitchen", "/part")
        assert "kitchen" not in anna.views
        with pytest.raises(NotAMessage):
            anna.post(Send(channel="kitchen", text="/part"))


async def test_history_comes_in_pages_that_end(house: House) -> None:
    async with connect(where(house)) as chat:
        for number in range(25):
            await chat.send("home", f"text {number}")
        pages = [page.events async for page in chat.pages("home", most=20)]
        assert [event.number for event in pages[0]] == list(range(6, 26))
        everything = [event.number async for page in chat.pages("home") for event in page.events]
        assert everything == list(range(1, 26))
        assert len((await chat.history("home", limit=5)).events) == 5


async def test_a_wrong_password_a_taken_name_and_nobody_there_are_told_apart(house: House) -> None:
    await house.account("anna")
    for about, error in (
        ({"name": "anna", "password": "three bronze teapots"}, errors.LoginFailed),
        ({"name": "anna"}, errors.NameTaken),
    ):
        with pytest.raises(error):
            await connect(where(house), **about).open()  # type: ignore[arg-type]
    with pytest.raises(Unreachable):
        await connect("127.0.0.1:1").open()
    with pytest.raises(ValueError, match="port"):
        connect("127.0.0.1")


async def test_who_is_turned_away_at_the_door_reads_why() -> None:
    async with House(limits={"exempt": (), "connections_address": 1}) as house, connect(where(house)):
        with pytest.raises(Unreachable, match="too many connections from your address"):
            await connect(where(house)).open()


async def test_a_link_makes_an_account_over_the_pinned_certificate(house: House, tmp_path: Path) -> None:
    """And who remembers comes back by token, without link or password."""
    made = await house.operator(MakeInvite())
    assert isinstance(made, InviteMade)
    pin = house.server.identity.fingerprint()
    link = f"causerie://{where(house)}/#invite={made.token}&pin={pin}"
    storage = FileStorage(tmp_path / "chat.json")
    async with connect(link, name="anna", password=PASSWORD, storage=storage) as chat:
        assert (chat.me.name, chat.me.guest) == ("anna", False)
    assert (storage.path.stat().st_mode & 0o777) == 0o600
    async with connect(f"causerie://{where(house)}/#pin={pin}", storage=storage) as chat:
        assert chat.me.name == "anna"
    with pytest.raises(CertificateChanged):
        await connect(f"causerie://{where(house)}/#pin={'0' * 64}", storage=storage).open()


async def test_a_certificate_that_nobody_vouches_for_is_asked_about_once(house: House, tmp_path: Path) -> None:
    asked: list[Certificate] = []

    async def no(certificate: Certificate) -> bool:
        asked.append(certificate)
        return False

    async def yes(certificate: Certificate) -> bool:
        asked.append(certificate)
        return True

    known = KnownServers(tmp_path / "deep" / "known_servers")
    fingerprint = house.server.identity.fingerprint()
    server = where(house)
    place = ServerAddress(host="127.0.0.1", port=int(server.rpartition(":")[2]))
    with pytest.raises(CertificateUnknown):
        await connect(place, known_servers=known).open()
    with pytest.raises(CertificateUnknown):
        await connect(place, known_servers=known, confirm_certificate=no).open()
    for _ in range(2):
        async with connect(place, known_servers=known, confirm_certificate=yes):
            pass
    assert asked == [Certificate(server, fingerprint)] * 2
    assert known.get(server) == fingerprint
    known.put(server, "0" * 64)
    with pytest.raises(CertificateChanged):
        await connect(place, known_servers=known, confirm_certificate=no).open()
    assert asked[-1] == Certificate(server, fingerprint, "0" * 64)


async def test_who_leaves_is_gone_and_no_token_stays_behind(house: House) -> None:
    await house.account("anna")
    async with connect(where(house), name="anna", password=PASSWORD) as chat:
        assert chat.session.saved().token
    async with connect(where(house), name="anna", password=PASSWORD) as chat:
        assert len((await chat.ask(Sessions(), SessionList)).sessions) == 1


async def test_logging_out_takes_the_remembered_token_back(house: House, tmp_path: Path) -> None:
    """Whoever has the file afterwards has nothing."""
    storage = FileStorage(tmp_path / "storage.json")
    await house.account("anna")
    chat = await connect(where(house), name="anna", password=PASSWORD, storage=storage).open()
    saved = chat.session.saved()
    await chat.close(forget=True)
    assert not storage.get().token
    storage.put(saved)
    with pytest.raises(errors.LoginFailed):
        await connect(where(house), storage=storage).open()


async def test_the_operator_asks_over_the_control_socket(house: House) -> None:
    async with connect_operator(house.data / "control.sock") as chat:
        made = await chat.ask(MakeInvite(), InviteMade)
        assert made.token


async def test_an_interface_in_another_thread(house: House, tmp_path: Path) -> None:
    """As docs/client.md has it: updates over a queue, commands as futures; leaving is quick."""
    inbox: queue.SimpleQueue[Update | None] = queue.SimpleQueue()
    ready: Future[tuple[asyncio.AbstractEventLoop, Chat, asyncio.Event]] = Future()

    async def network() -> None:
        over = asyncio.Event()
        storage = FileStorage(tmp_path / "chat.json")
        async with connect(where(house), name="Tk", storage=storage, patient=True) as chat:
            ready.set_result((asyncio.get_running_loop(), chat, over))
            hearing = asyncio.create_task(_put_all(chat, inbox))
            await over.wait()
        await hearing
        inbox.put(None)

    def interface() -> list[Update]:
        thread = threading.Thread(target=lambda: asyncio.run(network()))
        thread.start()
        loop, chat, over = ready.result(PATIENCE)

        async def say(command: Send) -> None:
            chat.post(command)

        asyncio.run_coroutine_threadsafe(say(Send(channel="home", text="from Tk", key="tk-1")), loop).result(PATIENCE)
        drawn: list[Update] = []
        while not any(isinstance(update, MessageSent) and update.key == "tk-1" for update in drawn):
            if (update := inbox.get(timeout=PATIENCE)) is not None:
                drawn.append(update)
        asked = asyncio.run_coroutine_threadsafe(chat.history("home"), loop).result(PATIENCE)
        assert [event.text for event in asked.events if isinstance(event, Message)] == ["from Tk"]
        loop.call_soon_threadsafe(over.set)
        while (left := inbox.get(timeout=PATIENCE)) is not None:
            drawn.append(left)
        thread.join(PATIENCE)
        assert not thread.is_alive()
        return drawn

    drawn = await asyncio.to_thread(interface)
    states = [update.state for update in drawn if isinstance(update, StateChanged)]
    assert states == [State.GREETING, State.LOGGING_IN, State.LIVE, State.CLOSED]


async def _put_all(chat: Chat, inbox: queue.SimpleQueue[Update | None]) -> None:
    async for update in chat:
        inbox.put(update)


# What breaks.


async def test_words_survive_the_program(house: House, tmp_path: Path) -> None:
    """What was typed while the server was away is said by the next run of the program; it goes on hearing, too."""
    storage = FileStorage(tmp_path / "chat.json")
    await house.account("anna")
    async with connect(where(house), name="anna", password=PASSWORD, storage=storage) as chat:
        await chat.join("home")
        await chat.send("home", "one")
        await until(chat, said("one"))
        await chat.leave("home")
        await chat.join("home")
    async with connect(where(house), storage=storage, backoff=AT_ONCE) as chat:
        await house.server.stop()
        chat.post(Send(channel="home", text="two"))
        chat.post(Send(channel="home", text="three"))
        assert [message.text for message in chat.outgoing] == ["two", "three"]
    await house.__aenter__()  # started again, in the same directory
    ben = await house.native_in("home", "Ben")
    await ben.says("home", "and then?")
    async with connect(where(house), storage=storage) as chat:
        await within(chat.wait_until_sent())
        happened = await until(chat, said("three"))
        texts = [
            update.event.text
            for update in happened
            if isinstance(update, EventReceived) and isinstance(update.event, Message)
        ]
        assert texts == ["and then?", "two", "three"]
        assert [update.ack.number for update in happened if isinstance(update, MessageSent)] == [3, 4]


@pytest.mark.parametrize("seed", range(4))
async def test_cut_at_random_bytes_nothing_is_lost_doubled_or_out_of_order(house: House, seed: int) -> None:
    """Two who talk and hear over roads that break all the time, and one who stays and sees what is true."""
    dice = random.Random(seed)
    address = house.server.identity.listening[0]
    witness = await house.native_in("home", "Witness")
    async with CuttingProxy(address.host, address.port, lambda: dice.randint(1, 4000)) as road:
        chats = [
            connect(f"127.0.0.1:{road.port}", name=name, patient=True, backoff=AT_ONCE) for name in ("Anna", "Ben")
        ]
        async with chats[0], chats[1]:
            talking = [asyncio.create_task(_talk(chat, dice, 40)) for chat in chats]
            await asyncio.wait_for(asyncio.gather(*talking), PATIENCE)
            assert road.connections > 10
            road.cuts = None
            await within(chats[0].send("home", "that is all"))
            for chat in chats:
                happened = await until(chat, said("that is all"))
                events = [update.event for update in happened if isinstance(update, EventReceived)]
                assert not [event for event in events if isinstance(event, Gap)]
                numbers = [event.number for event in events if event.number]
                assert numbers == list(range(numbers[0], numbers[-1] + 1))
                sent = [update.key for update in happened if isinstance(update, MessageSent)]
                assert len(sent) == len(set(sent))
    log = [event for event in await everything(witness, "home") if event["is"] == "message"]
    for name in ("Anna", "Ben"):
        texts = [event["text"] for event in log if event["text"].startswith(name)]
        assert texts == [f"{name} {number}" for number in range(40)]


async def _talk(chat: Chat, dice: random.Random, count: int) -> None:
    await chat.wait_until_live()
    name = chat.me.name
    for number in range(count):
        message = chat.post(Send(channel="home", text=f"{name} {number}"))
        if dice.random() < 0.5:
            answered = asyncio.Event()
            message.on_done(lambda _request, answered=answered: answered.set())  # type: ignore[misc]
            await answered.wait()
    await chat.wait_until_sent()


async def test_the_server_is_killed_in_mid_sentence(tmp_path: Path) -> None:
    """Again and again: what was acknowledged is there, the rest is said when it is back, and no word twice."""
    server = ServerProcess(tmp_path / "data").start()
    try:
        server.listen = str(server.address)
        dice = random.Random(5)
        storage = FileStorage(tmp_path / "chat.json")
        async with connect(str(server.address), name="Anna", storage=storage, backoff=AT_ONCE) as chat:
            await chat.join("home")
            for round_ in range(3):
                messages = [chat.post(Send(channel="home", text=f"{round_}.{number}")) for number in range(60)]
                await until(chat, said(f"{round_}.{dice.randint(0, 40)}"))
                server.kill()
                await until(chat, lambda update: isinstance(update, StateChanged) and update.state is State.LOST)
                chat.post(Send(channel="home", text=f"{round_}.after"))
                server.restart()
                chat.reconnect_now()
                await within(chat.wait_until_sent())
                assert all(isinstance(message.reply, Ack) for message in messages)
            await until(chat, said("2.after"))
            assert chat.views["home"].messages[-1].text == "2.after"
        reader = await server.native_in("home", "Reader")
        log = [event["text"] for event in await everything(reader, "home") if event["is"] == "message"]
        await server.hang_up()
        assert log == [
            text for round_ in range(3) for text in (*(f"{round_}.{n}" for n in range(60)), f"{round_}.after")
        ]
    finally:
        server.end()


async def test_too_fast_a_talker_is_slowed_down_and_nothing_is_lost() -> None:
    async with House(limits={"exempt": (), "send_burst": 3, "send_rate": 20.0}) as house, connect(where(house)) as chat:
        await chat.join("home")
        for number in range(12):
            chat.post(Send(channel="home", text=str(number)))
        await within(chat.wait_until_sent())
        page = await chat.history("home")
        assert [event.text for event in page.events if isinstance(event, Message)] == [str(n) for n in range(12)]


async def test_one_who_reads_slowly_is_fed_in_pieces_and_misses_nothing(house: House) -> None:
    """The server is not read from while too much waits; what it then says at once is still in order."""
    async with connect(where(house), name="Slow") as slow:
        await slow.join("home")
        await until(slow, lambda update: isinstance(update, ChannelSynced))
        ben = await house.native_in("home", "Ben")
        count = 3000
        for number in range(count):
            ben.sends(b'{"do": "send", "channel": "home", "text": "%d"}\n' % number)
            if number % 500 == 499:
                await ben.answer(ben.tells("ping"))
        happened = await until(slow, said(str(count - 1)))
        texts = [
            update.event.text
            for update in happened
            if isinstance(update, EventReceived) and isinstance(update.event, Message)
        ]
        assert texts == [str(number) for number in range(count)]


async def test_goodbye_is_quick_even_where_nobody_answers() -> None:
    """A server that takes the connection and says nothing keeps nobody."""
    hung = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = hung.sockets[0].getsockname()[1]
    chat = await connect(f"127.0.0.1:{port}", patient=True).open()
    began = asyncio.get_running_loop().time()
    await chat.close()
    assert asyncio.get_running_loop().time() - began < 2
    hung.close()
