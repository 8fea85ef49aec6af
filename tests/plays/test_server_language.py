"""A server that was started in French speaks French, in every protocol that speaks to people, and not in half of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from causerie.chat.commands import DisableAccount
from causerie.protocols import classic_sentences
from causerie.protocols.irc.commands import services
from causerie.transport import listener
from tests.irc_people import irc_as
from tests.people import PASSWORD, PATIENCE, House


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's language, however the tests were started."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")


async def test_classic_refuses_in_french() -> None:
    """What was asked too early, too long, unspeakable, too fast, by who may not, and of nobody."""
    async with House() as house:
        await house.account("Anna")
        anna = await house.native_in("home", "Anna", PASSWORD)
        luc = await house.classic()
        luc.says("too early")
        await luc.hears("causerie>non dit : vous n’êtes pas connecté.")
        luc.asks_in("home", "Guest-Luc")
        await luc.hears("OK[+]Guest-Luc")
        luc.says("x" * 20_000)
        await luc.hears("causerie>non dit : c’est trop long.")
        luc.says("a\x07b")
        await luc.hears("causerie>non dit : il s’y trouve un caractère qui ne peut pas être envoyé.")
        luc.says("/msg Nobody-Here hello")
        await luc.hears("causerie>personne ne s’appelle Nobody-Here.")
        luc.asks_in("home", "Anna", "wrong")
        assert await luc.reads_once() == "NO"
        await anna.hears("entered")


async def test_classic_waits_in_french() -> None:
    """The wait is told with its seconds."""
    async with House(limits={"exempt": (), "send_burst": 1.0, "send_rate": 0.01}) as house:
        luc = await house.classic_in("home", "Guest-Luc")
        luc.says("one")
        await luc.hears("Guest-Luc>one")
        luc.says("two")
        await luc.hears("causerie>non dit : trop vite, attendez ")


async def test_classic_parts_in_french() -> None:
    """The last words too."""
    async with House() as house:
        await house.account("Anna")
        anna = await house.classic_in("home", "Anna", PASSWORD)
        await house.operator(DisableAccount(name="Anna"))
        await anna.hears("causerie>au revoir : ce compte a été bloqué.")


@pytest.mark.parametrize("said", [classic_sentences.short_refusals, classic_sentences.farewells])
def test_no_line_of_classic_was_forgotten(said: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is another one in English."""
    french = said()
    monkeypatch.setenv("LC_ALL", "C")
    assert not {code for code, text in said().items() if text == french[code]}


def test_no_word_on_a_service_was_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What HELP says of each order is another text in English."""
    orders = [order for _name, orders in services.SERVICES.values() for order in orders.values()]
    french = [order.about() for order in orders]
    monkeypatch.setenv("LC_ALL", "C")
    assert not [order.usage for order, text in zip(orders, french, strict=True) if order.about() == text]


async def test_services_answer_in_french() -> None:
    """NickServ and ChanServ are read by people, and by nobody else."""
    async with House() as house:
        mia = await irc_as(house, "Mia")
        assert (await mia.answers("NS INFO"))[0].endswith(" NOTICE Mia :Mia est un invité.")
        assert (await mia.answers("CS OP home"))[0].endswith(" :home n’est pas un salon ; leurs noms commencent par #.")
        assert (await mia.answers("NS DANCE"))[0].endswith(" :Je ne connais pas DANCE. Dites HELP.")


async def test_numbers_keep_their_texts() -> None:
    """What IRC has a number for is said in the words that every network says it in: programs read them."""
    async with House() as house:
        mia = await irc_as(house, "Mia")
        assert (await mia.answers("DANCE"))[0].endswith(" 421 Mia DANCE :Unknown command")


async def test_who_is_turned_away_reads_why_in_french() -> None:
    """Whose language nobody knows is told in the server's."""
    async with House() as house:
        reader, writer = await house.connect()
        writer.write(b"\x01\x02\x03 what is this?\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            line = (await reader.read()).decode()
            writer.close()
            await writer.wait_closed()
        assert line.startswith("causerie: ces premiers octets ne sont d’aucun langage de cette adresse ; elle parle : ")


def test_every_reason_to_turn_away_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the codes of the count of addresses."""
    codes = ("server_full", "too_many_connections", "too_fast")
    french = [listener.turned_away(code) for code in codes]
    monkeypatch.setenv("LC_ALL", "C")
    assert not set(french) & {listener.turned_away(code) for code in codes}
