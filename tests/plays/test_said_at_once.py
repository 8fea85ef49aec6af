"""Several messages in one packet: what becomes of them is what becomes of them one by one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.irc_people import irc_in
from tests.people import House, NativePerson
from tests.slow_store import SlowHouse

TEXTS = (
    "one", "two", "", "three", "déjà vu, 日本語", "/me waves", "@Mia and here", "four", "a } and a { and {}}",
    "five [5]", "/topic not yours", "six", "x" * 200, "seven", "eight",
)  # fmt: skip
"""Plain ones, and each thing that makes one other than plain; three of them are refused."""

FIELDS = ("is", "number", "name", "guest", "text", "action", "said")


async def _heard(listener: NativePerson, last: str) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["text"] != last:
        event = await listener.next_event()
        heard.append({field: event.get(field) for field in FIELDS} | {"mentions": len(event.get("mentions", ()))})
    return heard


@pytest.mark.parametrize("protocol", ["classic", "irc"])
async def test_at_once_is_as_one_by_one(protocol: str) -> None:
    """To who listens, to who speaks, and in the log."""
    told, answers, pages = [], [], []
    for at_once in (True, False):
        async with House(limits={"message_bytes": 100}) as house:
            mia = await house.native_in("home", "Mia")
            if protocol == "classic":
                luc = await house.classic_in("home", "Guest-Luc")
                packets = [b'{"SEND": {"PAYLOAD": "%s"}}' % text.encode() for text in TEXTS]
            else:
                lea = await irc_in(house, "#home", "Lea")
                packets = [b"PRIVMSG #home :%s\r\n" % text.encode() for text in TEXTS]
            speaker = luc if protocol == "classic" else lea
            await mia.hears("entered")
            if at_once:
                speaker.sends(b"".join(packets))
                told.append(await _heard(mia, "eight"))
            else:
                events: list[dict[str, Any]] = []
                for packet in packets:
                    # What it came to is heard before the dot.
                    speaker.sends(packet)
                    speaker.sends(b'{"SEND": {"PAYLOAD": "."}}' if protocol == "classic" else b"PRIVMSG #home :.\r\n")
                    events += [event for event in await _heard(mia, ".") if event["text"] != "."]
                told.append([{**event, "number": 0, "said": 0} for event in events])
            if protocol == "irc":
                answers.append(await lea.answers())
            page = await mia.asks("history", channel="home")
            pages.append(
                [event["text"] for event in page["events"] if event["is"] == "message" and event["text"] != "."]
            )
    numbers = [event["number"] for event in told[0]]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert [{**event, "number": 0, "said": 0} for event in told[0]] == told[1]
    assert len(answers) == (2 if protocol == "irc" else 0)
    assert answers[:1] == answers[1:]
    assert pages[0] == pages[1] == [event["text"] for event in told[1]]
    assert len(told[1]) == len(TEXTS) - (2 if protocol == "irc" else 3)


async def test_who_says_too_much_at_once_is_refused_what_is_too_much() -> None:
    """The measure is the same: so many messages, then a word for each of the rest."""
    async with House(limits={"exempt": (), "send_burst": 3.0, "send_rate": 0.01}) as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.classic_in("home", "Guest-Luc")
        await mia.hears("entered")
        luc.sends(b"".join(b'{"SEND": {"PAYLOAD": "%d"}}' % number for number in range(5)))
        for number in range(3):
            await mia.hears("message", text=str(number))
        await luc.hears("Guest-Luc>0Guest-Luc>1Guest-Luc>2causerie>not said: too fast, wait 100.0 s.")
        await luc.hears("causerie>not said: too fast, wait ")
        await mia.hears_nothing()


async def test_each_is_refused_when_none_could_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody hears any of them."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.classic_in("home", "Guest-Luc")
        await mia.hears("entered")
        house.hold()
        luc.sends(b'{"SEND": {"PAYLOAD": "one"}}{"SEND": {"PAYLOAD": "two"}}{"SEND": {"PAYLOAD": "three"}}')
        await house.commit_begins()
        house.store.let_go(failing=True)
        for _ in range(3):
            await luc.hears("causerie>not said: the server cannot store it just now, try again in 5 s.")
        await mia.hears_nothing()


async def test_more_at_once_than_a_tick_holds_come_in_their_order() -> None:
    """The rest goes into the units of work that follow; an echo comes for each where it was asked for."""
    async with House(limits={"tick_commands": 4}) as house:
        mia = await house.native_in("home", "Mia")
        lea = await irc_in(house, "#home", "Lea", caps="echo-message")
        await mia.hears("entered")
        lea.says(*(f"PRIVMSG #home :{number}" for number in range(30)))
        for number in range(30):
            await mia.hears("message", text=str(number), said=number + 1)
            await lea.hears(f":Lea!* PRIVMSG #home :{number}")
