"""What a refusal tells: of a thing that one may not see, byte for byte what is told of one that there is not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from causerie.server.dispatch import TABLE
from tests.irc_people import IrcPerson, irc_as
from tests.people import PASSWORD, House, NativePerson
from tests.plays.test_rights_matrix import ABOUT, CAPS, IRC

NOWHERE = "noplace"
"""A name that no channel has, as long as the names that are compared with it."""

NAMES = {"a private channel": "hideout", "what a private channel was called": "oldname", "a conversation": "{direct}"}

TAKEN = ("join", "join:new", "resume", "leave:direct")
"""What makes a channel where there is none, or takes several, has its own tests; leaving the one has its own row."""

COMMANDS = {
    row: about
    for row, about in ABOUT.items()
    if "{room}" in json.dumps(about) and row not in TAKEN
}  # fmt: skip

LINES = {row: line for row, line in IRC.items() if "#{room}" in line and row not in TAKEN}
MORE_LINES = (
    "NAMES #{room}", "WHO #{room}", "LIST #{room}", "TOPIC #{room}", "MODE #{room}", "MODE #{room} b", "PART #{room}",
    "CHATHISTORY LATEST #{room} * 5", "CHATHISTORY TARGETS timestamp=2000-01-01T00:00:00.000Z "
    "timestamp=2100-01-01T00:00:00.000Z 10", "MARKREAD #{room}", "SEARCH in=#{room};text=x", "NOTICE #{room} :x",
    "TAGMSG #{room}", "METADATA #{room} GET url", "METADATA #{room} SYNC", "KICK #{room} Host", "INVITE Host #{room}",
    "MODE #{room} +k x", "MODE #{room} +l 5", "REDACT #{room} 1-1", "RENAME #{room} #{room}",
)  # fmt: skip


class Hidden:
    """A house in which Hanna has a private channel, that had another name, and a conversation with Guest."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def furnish(self) -> tuple[NativePerson, dict[str, str]]:
        """Eve, who is in none of it, and how the things are called."""
        house = self.house
        for name in ("Hanna", "Fred", "Eve"):
            await house.account(name)
        host = await house.native_in("oldname", "Hanna", PASSWORD)
        await host.asks("set_channel", channel="oldname", access="private")
        await host.asks("send", channel="oldname", text="a secret")
        await host.asks("rename_channel", channel="oldname", name="hideout")
        direct = (await host.asks("direct", people=["Fred"]))["channel"]
        await host.asks("send", channel=direct, text="another secret")
        eve = await house.native()
        await eve.logs_in("Eve", PASSWORD)
        return eve, {kind: name.format(direct=direct) for kind, name in NAMES.items()}


def written(about: dict[str, Any], room: str) -> dict[str, Any]:
    """The command about this channel."""
    text = json.dumps(about)
    for name, value in {"room": room, "self": "Eve", "n": "1"}.items():
        text = text.replace("{" + name + "}", value)
    told: dict[str, Any] = json.loads(text)
    return told


async def told_natively(eve: NativePerson, row: str, about: dict[str, Any], room: str) -> str:
    """The answer, without what is Eve's own: the name that she asked for, and the mark."""
    mark = eve.tells(row.partition(":")[0], **written(about, room))
    answer = await eve.answer(mark)
    eve._events.clear()
    del answer["re"]
    return json.dumps(answer).replace(room, "ROOM")


async def test_every_command_natively() -> None:
    """Whatever is asked of a private channel, of its old name, and of others' conversation."""
    async with House() as house:
        eve, names = await Hidden(house).furnish()
        kinds = {kind.__struct_config__.tag for kind in TABLE}
        assert {row.partition(":")[0] for row in COMMANDS} <= kinds
        told = []
        nowhere = {"conversation": "@1+2"}
        for row, about in COMMANDS.items():
            for kind, room in names.items():
                there = await told_natively(eve, row, about, room)
                none = nowhere["conversation"] if room.startswith("@") else NOWHERE
                nothing = await told_natively(eve, row, about, none)
                if there != nothing:
                    told.append(f"{row} about {kind}: {there} but of nothing {nothing}")
        assert not told, "\n".join(told)


async def test_every_line_on_irc() -> None:
    """The same, in the numerics and standard replies of IRC."""
    async with House() as house:
        _, names = await Hidden(house).furnish()
        eve = await irc_as(house, "Eve", CAPS, PASSWORD)
        told = []
        for line in (*LINES.values(), *MORE_LINES):
            for room in ("hideout", "oldname"):
                there, nothing = [await answers(eve, line, name) for name in (room, NOWHERE)]
                if there != nothing:
                    told.append(f"{line} about {room}: {there} but of nothing {nothing}")
        assert not told, "\n".join(told)
        assert "hideout" in names.values()


async def answers(eve: IrcPerson, line: str, room: str) -> list[str]:
    """All that comes before the answer to a ping, without the channel's name and the numbers that rise."""
    for name, value in {"room": room, "self": "Eve", "n": "1", "channel": "1"}.items():
        line = line.replace("{" + name + "}", value)
    heard = await eve.answers(line)
    return [re.sub(r"^@\S+ |BATCH \+?-?\S+", "", one).replace(room, "ROOM") for one in heard]


@pytest.mark.parametrize("create", [True, False])
async def test_who_joins_hears_no_more_than_that_the_name_is_not_to_be_had(create: bool) -> None:
    """Who may not make a channel, or does not want to, hears that there is none; and nobody hears the new name."""
    async with House(channels={"create": "accounts"}) as house:
        eve, names = await Hidden(house).furnish()
        luc = await house.native()
        await luc.logs_in("Luc")
        for kind, room in names.items():
            nothing = "accounts_only" if create and not room.startswith("@") else "no_such_channel"
            await luc.is_refused(nothing, "join", channel=room, create=create)
            code = "private" if create and not room.startswith("@") else "no_such_channel"
            assert await eve.is_refused(code, "join", channel=room, create=create) == {"channel": room}, kind
