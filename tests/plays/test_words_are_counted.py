"""Whatever brings words to others costs a message: every command of the table, and each protocol's way to refuse it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from causerie.chat import commands as c
from causerie.server.dispatch import TABLE
from causerie.server.send_quota import counted_inside, nothing, reason, text, words
from tests.irc_people import irc_as
from tests.people import PASSWORD, House, NativePerson

ONE: dict[str, Any] = {"exempt": (), "send_burst": 1, "send_rate": 0.01, "command_rate": 0}
"""One message, and the next in 100 seconds."""

TOLD = (
    c.Send, c.Tell, c.Signal, c.SendRestricted, c.Edit, c.Delete, c.DeleteSince, c.SetTopic, c.SetChannel,
    c.RenameChannel, c.SetName, c.Describe, c.SetMetadata, c.React, c.Pin, c.InviteTo, c.Kick, c.Ban, c.BanAuthor,
    c.Unban, c.Mute, c.SetRole, c.SetVoice, c.SetMask, c.Report, c.Disconnect, c.Announce,
)  # fmt: skip
"""After each of these somebody else reads something new."""
TOLD_IF: dict[type[c.Command], str] = {c.Leave: "reason", c.Away: "text", c.SetPresence: "text"}
"""After these, if this is given."""
TOLD_AT_TIMES = (c.LogIn, c.Join, c.Direct, c.Quit)
"""After these, if a channel is made, a conversation is opened, or a reason may be told."""

GIVEN: dict[type, object] = {str: "x", int: 1, bool: True, list[str]: ["Ann"], dict[str, int]: {}}
CHOSEN: dict[str, str] = {"mode": "away", "role": "member", "list": "ban", "to": "owners"}


def asked(kind: type[c.Command]) -> dict[str, Any]:
    """A command of this kind as an object, with something in each field that must be given, and its words."""
    about: dict[str, Any] = {
        field.name: GIVEN[field.type] if field.type in GIVEN else CHOSEN[field.name]
        for field in msgspec.structs.fields(kind)
        if field.required
    }
    if kind in TOLD_IF:
        about[TOLD_IF[kind]] = "words"
    return about


def test_every_command_of_the_table_is_classified() -> None:
    """A second opinion on the table's third column; a new command has to be put in one of these lists, or in none."""
    brings = {kind: row[2] for kind, row in TABLE.items()}
    assert {kind for kind, what in brings.items() if what is words} == set(TOLD)
    assert {kind: what.__name__ for kind, what in brings.items() if what in (reason, text)} == TOLD_IF
    assert {kind for kind, what in brings.items() if what is counted_inside} == set(TOLD_AT_TIMES)
    assert set(brings.values()) == {words, reason, text, counted_inside, nothing}


async def test_after_the_burst_every_command_that_brings_words_is_refused_and_no_other() -> None:
    """By the native protocol, as an administrator, so that nothing else refuses it first."""
    async with House(limits=ONE) as house:
        await house.account("anna", admin=True)
        anna = await house.native_in("home", "anna", PASSWORD)
        await anna.says("home", "the one")
        kinds: set[type[c.Command]] = {*TOLD, *TOLD_IF}
        for kind in kinds:
            answer = await anna.answer(anna.tells(str(kind.__struct_config__.tag), **asked(kind)))
            assert (answer.get("code"), kind) == ("too_fast", kind)
            assert answer["data"]["retry_after"] > 90
        # What tells nobody anything new is done, or refused for what it is.
        for kind in set(TABLE) - {*TOLD, *TOLD_AT_TIMES, c.LogOut, c.Hello}:
            about = asked(kind) if kind not in TOLD_IF else {**asked(kind), TOLD_IF[kind]: ""}
            answer = await anna.answer(anna.tells(str(kind.__struct_config__.tag), **about))
            assert answer.get("code") != "too_fast", kind


async def test_making_a_channel_and_opening_a_conversation_are_words_and_entering_them_is_not() -> None:
    async with House(limits=ONE) as house:
        for name in ("anna", "bob", "eve"):
            await house.account(name)
        anna = await house.native_in("home", "anna", PASSWORD)
        bob = await house.native_in("home", "bob", PASSWORD)
        await anna.hears("entered", name="bob")
        await anna.joins("garden")
        await bob.asks("direct", people=["anna"])
        for somebody in (anna, bob):
            await somebody.is_refused("too_fast", "join", channel="cellar")
            await somebody.is_refused("too_fast", "direct", people=["eve"])
        await bob.asks("join", channel="garden")
        await anna.asks("direct", people=["bob"])


async def test_what_changes_nothing_costs_nothing() -> None:
    """Neither a reaction, a pin, a setting nor a name that is there already."""
    async with House(limits={**ONE, "send_burst": 4}) as house:
        await house.account("anna", admin=True)
        anna = await house.native_in("home", "anna", PASSWORD)
        about = {"channel": "home", "number": (await anna.says("home", "hello"))["number"]}
        await anna.asks("pin", **about)
        await anna.asks("react", emoji="👍", **about)
        for _ in range(5):
            await anna.asks("pin", **about)
            await anna.asks("react", emoji="👍", **about)
            await anna.asks("set_channel", channel="home", access="public")
        await anna.asks("send", channel="home", text="the last one")
        await anna.is_refused("too_fast", "react", emoji="🎉", **about)


async def test_who_is_over_leaves_all_the_same_and_the_reason_is_left_out() -> None:
    async with House(limits={**ONE, "send_burst": 2}) as house:
        for name in ("anna", "bob", "eve"):
            await house.account(name)
        anna = await house.native_in("home", "anna", PASSWORD)
        bob = await house.native_in("home", "bob", PASSWORD)
        await anna.hears("entered", name="bob")
        await bob.says("home", "one")
        await anna.hears("message", text="one")
        bob.tells("quit", reason="in time")
        assert (await anna.hears("left", name="bob"))["reason"] == "in time"
        eve = await house.native_in("home", "eve", PASSWORD)
        await anna.hears("entered", name="eve")
        for said in ("one", "two"):
            await eve.says("home", said)
            await anna.hears("message", text=said)
        await eve.is_refused("too_fast", "leave", channel="home", reason="loud")
        eve.tells("quit", reason="louder")
        assert not (await anna.hears("left", name="eve")).get("reason")


async def test_the_classic_protocol_refuses_in_its_own_words() -> None:
    async with House(limits=ONE) as house:
        luc = await house.classic_in("home", "Guest-Luc")
        luc.says("the one")
        await luc.hears("Guest-Luc>the one")
        luc.says("/topic words")
        await luc.hears("causerie>not said: too fast, wait 100.0 s.")


IRC = (
    "TOPIC #garden :words",
    "INVITE Bob #garden",
    "AWAY :words",
    "NICK Other",
    "PART #garden :words",
    "KICK #garden Bob :words",
    "MODE #garden +b x*",
    "SETNAME :words",
    "RENAME #garden #park :words",
)


@pytest.mark.parametrize("line", IRC)
async def test_on_irc_words_wait_for_their_turn_as_messages_do(line: str) -> None:
    """RFC 2813, section 5.8: held back rather than refused. Who sends more and more of them is closed in the end."""
    limits = {**ONE, "send_burst": 2}
    async with House(limits=limits, irc={"flood_bytes": 2048}) as house:
        ann = await irc_as(house, "Ann", caps="setname draft/channel-rename")
        await ann.answers("JOIN #garden", "PRIVMSG #garden :the two")
        for _ in range(200):
            ann.says(line)
        (*heard, last) = await ann.hears_at_last("ERROR*")
        assert (heard, last) == ([], "ERROR :Closing link: (Excess Flood)")


async def test_on_irc_metadata_that_comes_too_fast_is_refused_in_its_own_words() -> None:
    """draft/metadata-3, "Replies": RATE_LIMITED target key seconds."""
    async with House(limits=ONE) as house:
        ann = await irc_as(house, "Ann", caps="batch draft/metadata-3")
        ann.says(*("METADATA * SET avatar :words",) * 2)
        await ann.hears_at_last(":SERVER FAIL METADATA RATE_LIMITED * avatar 100 :*")


async def sees_go(watcher: NativePerson, name: str) -> None:
    """Whatever else it hears before."""
    while (event := await watcher.next_event())["is"] != "left" or event["name"] != name:
        pass


async def test_a_guest_who_reconnects_has_no_new_quota() -> None:
    """Whatever it is called now; a second guest who was there all along has its own, and accounts have theirs."""
    async with House(limits={**ONE, "send_burst": 2}) as house:
        await house.account("anna")
        anna = await house.native_in("home", "anna", PASSWORD)
        other = await house.native_in("home", "Other")
        await other.asks("send", channel="home", text="mine")
        for name in ("Guest-A", "Guest-B"):
            guest = await house.native_in("home", name)
            if name == "Guest-A":
                await guest.asks("send", channel="home", text="one")
                await guest.asks("send", channel="home", text="two")
            await guest.is_refused("too_fast", "send", channel="home", text="three")
            guest.hang_up()
            await sees_go(anna, name)
        assert len(house.server.context.departed_quotas) == 1
        await other.asks("send", channel="home", text="the second of mine")
        await anna.asks("send", channel="home", text="and mine")


async def test_as_many_quotas_are_left_behind_as_guests_leave() -> None:
    """Two guests spent theirs: the next two guests have none, the third has a new one; and what is full again is not
    kept."""
    async with House(limits={**ONE, "send_burst": 2}) as house:
        watcher = await house.native_in("home", "Watcher")
        guests = [await house.native_in("home", name) for name in ("Guest-A", "Guest-B")]
        for text in ("one", "two"):
            for guest in guests:
                await guest.asks("send", channel="home", text=text)
        for guest in guests:
            guest.hang_up()
            await sees_go(watcher, guest.name)
        new = [await house.native_in("home", f"Guest-{letter}") for letter in "CDE"]
        await new[0].is_refused("too_fast", "send", channel="home", text="three")
        await new[1].is_refused("too_fast", "send", channel="home", text="three")
        await new[2].asks("send", channel="home", text="my first")
        assert not house.server.context.departed_quotas
        later = house.server.context.clock() + 3600
        house.server.context.clock = lambda: later
        new[0].hang_up()
        await sees_go(watcher, "Guest-C")
        assert not house.server.context.departed_quotas
