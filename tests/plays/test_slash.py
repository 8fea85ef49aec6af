"""Slash commands: the same at every client, answered as their protocol can, and never said aloud."""

from __future__ import annotations

from typing import Any

import pytest

from causerie.chat.slash import BY_NAME, SLASHES
from tests.people import PASSWORD, ClassicPerson, House, NativePerson

DONE = "causerie>done."
FIND = 40
"""Times that a search is asked again: what is said is found a moment later."""

CLASSIC: list[tuple[str, list[str]]] = [
    ("/me waves", ["* Anna waves"]),
    ("/shrug well", [r"Anna>well ¯\_(ツ)_/¯"]),
    ("//me waves", ["Anna>/me waves"]),
    ("/topic Tea", ["* Anna set the topic: Tea"]),
    ("/topic -", ["* Anna took the topic away"]),
    ("/invite Cleo", ["* Anna invited Cleo to garden"]),
    ("/memberships", ["causerie>in garden: Anna (owner), Ben, Cleo (invited)"]),
    ("/mute Ben 2h too loud", ["* Anna muted Ben for 2 hours (too loud)"]),
    ("/unmute Ben", ["* Anna lets Ben speak again"]),
    ("/pin 1", ['* Anna pinned "the first words"']),
    ("/unpin 1", ['* Anna took "the first words" off the pins']),
    ("/pins", ["causerie>nothing is pinned here."]),
    ("/react 1 👍", ['* Anna reacted 👍 to "the first words"']),
    ("/unreact 1 👍", ['* Anna took 👍 back from "the first words"']),
    ("/slow 30s", ["* Anna changed the settings of garden"]),
    ("/slow off", ["* Anna changed the settings of garden"]),
    ("/notify mentions", [DONE]),
    ("/ignore Ben", [DONE]),
    ("/unignore Ben", [DONE]),
    ("/away at lunch", [DONE]),
    ("/whois Anna", ["causerie>Anna: an account; away: at lunch; in garden."]),
    ("/back", [DONE]),
    ("/online", [DONE]),
    ("/dnd", [DONE]),
    ("/dnd 2h", [DONE]),
    ("/dnd off", [DONE]),
    ("/invisible", [DONE]),
    ("/back", [DONE, "[+]Anna"]),
    ("/who", ["causerie>in garden now: Anna (owner), Ben"]),
    ("/who attic", ["causerie>there is no channel attic."]),
    ("/list", ["causerie>channels (people there): garden (2), home (0)"]),
    ("/unread", ["causerie>you have read everything."]),
    ("/msg Ben psst", ["(privately) Anna>psst"]),
    ("/query Ben", [DONE]),
    ("/query Ben psst", ["(privately) Anna>psst"]),
    ("/report 2 rude", ["* Anna reported message 2 by Ben in garden (rude)", DONE]),
    ("/kick Ben bye", ["* Anna put Ben out of garden (bye)", "[-]Ben"]),
    ("/ban Ben", ["* Anna banned Ben from garden"]),
    ("/unban Ben", ["* Anna lets Ben come back to garden"]),
    ("/nick Zoé", ["causerie>an account keeps its name, and this is the account Anna."]),
    ("/join attic", ["[+]Anna"]),
    ("we are elsewhere", ["Anna>we are elsewhere"]),
    ("/part", [DONE]),
    ("alone", ["causerie>not said: you are in no channel."]),
]
"""What Anna, the garden's owner, types one after the other, and reads."""


async def garden(house: House) -> tuple[ClassicPerson, NativePerson]:
    """Anna with a classic client, who made the channel, and Ben with a native one."""
    for name in ("Anna", "Ben", "Cleo"):
        await house.account(name)
    anna = await house.classic_in("garden", "Anna", PASSWORD)
    ben = await house.native_in("garden", "Ben", PASSWORD)
    await anna.hears("[+]Ben")
    anna.says("the first words")
    await anna.hears("Anna>the first words")
    await ben.hears("message", text="the first words")
    await ben.says("garden", "no, mine!")
    await anna.hears("Ben>no, mine!")
    return anna, ben


async def test_every_command_at_a_classic_client() -> None:
    """Each is done, and seen as a line."""
    async with House() as house:
        anna, _ = await garden(house)
        owner = await house.native()
        await owner.logs_in("Anna", PASSWORD)
        await owner.asks("set_channel", channel="garden", tell_reactions=True)
        await anna.hears("* Anna changed the settings of garden")
        owner.tells("quit")
        await owner.hears_farewell("quit")
        for text, lines in CLASSIC:
            anna.says(text)
            await anna.hears(*lines)
        await anna_searches(anna)
        anna.says("/help")
        await anna.hears("causerie>/away [TEXT], /back,")
        typed = {text.split()[0].strip("/") for text, _ in CLASSIC if text[:1] == "/"} | {"search", "help"}
        assert typed >= {slash.name for slash in SLASHES}


async def anna_searches(anna: ClassicPerson) -> None:
    """Until the index has it."""
    for _ in range(FIND):
        anna.says('/search "first words" in:garden')
        line = await anna.reads_once()
        if line != "causerie>nothing was found.":
            assert line == "causerie>found: garden 1 Anna: the first words"
            return
    raise AssertionError("it was never found")


NATIVE: list[tuple[str, str, dict[str, Any]]] = [
    ("/me waves", "ack", {}),
    ("/shrug", "ack", {}),
    ("//me", "ack", {}),
    ("/topic Tea", "ack", {}),
    ("/invite Cleo", "ack", {}),
    ("/mute Ben", "ack", {}),
    ("/unmute Ben", "ack", {}),
    ("/pin 1", "ack", {}),
    ("/pins", "pin_list", {}),
    ("/unpin 1", "ack", {}),
    ("/react 1 👍", "ack", {}),
    ("/unreact 1 👍", "ack", {}),
    ("/slow 1s", "ack", {}),
    ("/slow off", "ack", {}),
    ("/notify all", "done", {}),
    ("/ignore Ben", "done", {}),
    ("/unignore Ben", "done", {}),
    ("/away", "done", {}),
    ("/dnd", "done", {}),
    ("/invisible", "done", {}),
    ("/back", "done", {}),
    ("/who", "member_list", {"channel": "garden"}),
    ("/memberships", "membership_list", {"channel": "garden"}),
    ("/whois Ben", "person_card", {"name": "Ben"}),
    ("/list", "channel_list", {}),
    ("/search words", "found", {}),
    ("/unread", "read_list", {}),
    ("/msg Ben hi", "ack", {}),
    ("/query Ben", "snapshot", {"access": "direct"}),
    ("/report 2", "done", {}),
    ("/help", "help_page", {}),
    ("/kick Ben", "ack", {}),
    ("/ban Ben", "ack", {}),
    ("/unban Ben", "ack", {}),
    ("/join attic", "snapshot", {"channel": "attic"}),
    ("/leave attic", "done", {}),
    ("/part", "done", {}),
]
"""What Anna types at a native client, and how it is answered."""


async def test_every_command_at_a_native_client() -> None:
    """It is answered as the command that it stands for, under its own id."""
    async with House() as house:
        await garden(house)
        anna = await house.native()
        await anna.logs_in("Anna", PASSWORD)
        await anna.asks("join", channel="garden")
        for text, kind, about in NATIVE:
            answer = await anna.asks("send", channel="garden", text=text)
            assert answer["is"] == kind, text
            assert {name: answer.get(name) for name in about} == about
        guest = await house.native_in("home", "Luc")
        await guest.asks("send", channel="home", text="/nick Zoé")
        await guest.hears("renamed", name="Zoé", was="Luc")
        typed = {BY_NAME[text.split()[0].strip("/")].name for text, _, _ in NATIVE}
        assert typed | {"nick"} == {slash.name for slash in SLASHES}


@pytest.mark.parametrize("text", ["/dance", "/", "/ me waves", "/etc/passwd is mine", "/kick", "/mute Ben 10", "/join"])
async def test_what_is_no_command_is_never_said_aloud(text: str) -> None:
    """Neither in the channel nor in a conversation, by either protocol: its author reads why, and nobody else hears."""
    async with House() as house:
        luc, mia = await house.classic_in("home", "Guest-Luc"), await house.native_in("home", "Mia")
        await luc.hears("[+]~Mia")
        code = "unknown_slash" if BY_NAME.get(text[1:].split(" ")[0]) is None else "bad_input"
        data = await mia.is_refused(code, "send", channel="home", text=text)
        assert data.get("name", data.get("usage")) is not None
        await mia.is_refused(code, "tell", people=["Guest-Luc"], text=text)
        luc.says(text)
        line = await luc.reads_once()
        assert line.startswith(("causerie>there is no command /", "causerie>it is written /"))
        await mia.hears_nothing()
        page = await mia.asks("history", channel="home")
        assert page["events"] == []


async def test_a_stranger_learns_nothing_and_who_types_nonsense_is_slowed() -> None:
    """Commands need a login, and each costs as much as any other command, known or not."""
    async with House(limits={"exempt": ()}) as house:
        stranger = await house.classic()
        stranger.says("/help")
        await stranger.hears("causerie>not said: you have not logged in.")
        mia = await house.native_in("home", "Mia")
        marks = [mia.tells("send", channel="home", text="/dance" if n % 2 else "/help") for n in range(60)]
        answers = [await mia.answer(mark) for mark in marks]
        assert {answer.get("code") for answer in answers} >= {"unknown_slash", "too_fast"}


async def test_what_is_told_directly_reaches_a_classic_person_where_they_are() -> None:
    """Marked, and without a word to the channel that they are in."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("[+]~Mia")
        await mia.asks("tell", people=["Guest-Luc"], text="psst")
        await luc.hears("(privately) ~Mia>psst")
        luc.says("/msg Mia hush")
        await luc.hears("(privately) Guest-Luc>hush")
        luc.says("aloud")
        await luc.hears("Guest-Luc>aloud")
