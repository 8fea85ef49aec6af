"""What a refusal tells: of a thing that one may not see, byte for byte what is told of one that there is not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from causerie.chat.commands import DisableAccount, MakeInvite
from causerie.chat.replies import InviteMade
from causerie.server.dispatch import TABLE
from tests.irc_people import IrcPerson, irc_as
from tests.people import PASSWORD, ClassicPerson, House, NativePerson
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
    eve.events.clear()
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


GONE, NEVER = "Ghost", "Nemo7"
"""A guest who spoke where Eve may not read and is gone, and a name that nobody ever had."""

PEOPLE: dict[str, dict[str, Any]] = {
    "search": {"text": "secret", "name": "{it}"}, "search:all": {"name": "{it}"}, "whois": {"name": "{it}"},
    "search:here": {"name": "{it}", "channel": "attic"}, "watch": {"names": ["{it}"]}, "metadata": {"name": "{it}"},
    "set_metadata": {"name": "{it}", "key": "url", "value": "x"}, "direct": {"people": ["{it}"]},
    "tell": {"people": ["{it}"], "text": "x"}, "ignore": {"name": "{it}"}, "ban": {"channel": "attic", "name": "{it}"},
    "unban": {"channel": "attic", "name": "{it}"}, "kick": {"channel": "attic", "name": "{it}"},
    "mute": {"channel": "attic", "name": "{it}", "seconds": 9}, "invite": {"channel": "attic", "name": "{it}"},
    "set_role": {"channel": "attic", "name": "{it}", "role": "reader"},
    "set_voice": {"channel": "attic", "name": "{it}"},
    "elevate": {"name": "{it}", "password": PASSWORD},
}  # fmt: skip
"""About somebody, in a channel that Eve owns. Who was connected lately is told to everybody (gone)."""

BY_NUMBER = {
    "revoke": {"session": "{it}"}, "close_report": {"report": "{it}"}, "revoke_invite": {"invite": "{it}"},
}  # fmt: skip
"""Another's token, a report that is not for Eve, an administrator's link."""

DELETED, UNSAID = 2, 999
MESSAGES = {row: {**about, "channel": "home"} for row, about in ABOUT.items() if {"number", "reply"} & {*about}}
AS_THE_LOG_SAYS = ("mark", "mark:back", "thread")
"""Anywhere in a channel one may have read to, and a thread shows its deleted beginning as history does."""

OWN_ROWS = ("login:password", "search:everywhere", *TAKEN)
"""Rows of the matrix that are compared by a test of their own here, or in test_guessing.py."""


async def told(eve: NativePerson, row: str, about: dict[str, Any], it: str | int) -> str:
    """The answer about this thing, without its name."""
    text = json.dumps(about).replace('"{it}"', json.dumps(it))
    mark = eve.tells(row.partition(":")[0], **json.loads(text))
    answer = await eve.answer(mark)
    eve.events.clear()
    assert answer.get("code") != "internal", row
    del answer["re"]
    return re.sub(rf"\b{it}\b", "IT", json.dumps(answer))


async def haunted(house: House) -> NativePerson:
    """Eve, who owns attic, in a house where Ghost spoke in a private channel and is gone."""
    eve, _ = await Hidden(house).furnish()
    await eve.asks("join", channel="attic")
    await eve.asks("join", channel="home")
    host = await house.native_in("hideout", "Hanna", PASSWORD)
    ghost = await house.native()
    await ghost.logs_in(GONE)
    await host.asks("invite", channel="hideout", name=GONE)
    await ghost.asks("join", channel="hideout")
    await ghost.asks("send", channel="hideout", text="a secret")
    ghost.tells("quit")
    while (await host.next_event())["is"] != "left":
        pass
    eve.events.clear()
    return eve


def test_the_matrix_has_a_column_for_what_a_refusal_tells() -> None:
    """Each of its rows that names something is compared with one that there is not, or says why not."""
    compared = {*COMMANDS, *BY_NUMBER, *(row for row in MESSAGES), *OWN_ROWS}
    kinds = {row.partition(":")[0] for row in (*compared, *PEOPLE)}
    naming = {
        row for row, about in ABOUT.items()
        if {"channel", "number", "reply", "session", "report", "since"} & {*about} and "{hall}" not in json.dumps(about)
    }  # fmt: skip
    assert {row.partition(":")[0] for row in naming} <= kinds
    people = {row.partition(":")[0] for row, about in ABOUT.items() if {"name", "names", "people"} & {*about}}
    mine = {"login", "register", "set_name", "rename_channel", "gone"}
    administrators = {"add_account", "reset_password", "disable_account", "set_administrator", "disconnect"}
    assert people - mine - administrators <= {row.partition(":")[0] for row in PEOPLE}


async def test_somebody_who_spoke_elsewhere_and_is_gone() -> None:
    """Natively, on IRC and by slash commands: as somebody whom there never was."""
    async with House() as house:
        eve = await haunted(house)
        for row, about in PEOPLE.items():
            assert await told(eve, row, about, GONE) == await told(eve, row, about, NEVER), row
        irc = await irc_as(house, "Eve", CAPS, PASSWORD)
        await irc.answers()
        for line in (
            "SEARCH from={room}", "SEARCH text=secret;from={room}", "WHOIS {room}", "WHO {room}",
            "INVITE {room} #attic", "KICK #attic {room}", "MODE #attic -b {room}!*@*", "MODE #attic +o {room}",
            "ISON {room}", "USERHOST {room}", "MONITOR + {room}",
            "PRIVMSG {room} :x", "NOTICE {room} :x", "CHATHISTORY LATEST {room} * 5",
            "METADATA {room} GET url", "MARKREAD {room}", "MODE {room}", "PRIVMSG NickServ :INFO {room}",
        ):  # fmt: skip
            there, nothing = [await answers(irc, line, name) for name in (GONE, NEVER)]
            assert there == nothing, line
        classic = await house.classic_in("attic", "Eve", PASSWORD)
        for line in (
            "/search from:{it}", "/search secret from:{it}", "/unban {it}", "/ban {it}", "/kick {it}", "/mute {it}",
            "/whois {it}", "/msg {it} x", "/query {it}", "/ignore {it}", "/invite {it}",
        ):  # fmt: skip
            assert len({await lines_of(classic, line.format(it=it), it) for it in (GONE, NEVER)}) == 1, line


async def lines_of(person: ClassicPerson, line: str, it: str) -> str:
    """All that a classic client is told, without the name of the thing."""
    return (await person.answers(line)).replace(it, "IT")


async def test_a_private_channel_by_slash_commands() -> None:
    """As the classic protocol has them."""
    async with House(channels={"create": "administrators"}) as house:
        await house.account("Root", admin=True)
        root = await house.native_in("hideout", "Root", PASSWORD)
        await root.asks("set_channel", channel="hideout", access="private")
        await root.asks("join", channel="home")
        eve = await house.classic_in("home", "Guest-Eve")
        for line in (
            "/who {it}", "/memberships {it}", "/part {it}", "/invite Root {it}", "/search x in:{it}", "/join {it}",
        ):  # fmt: skip
            there, nothing = [await lines_of(eve, line.format(it=it), it) for it in ("hideout", NOWHERE)]
            assert there == nothing, line


async def test_what_has_a_number_and_is_not_ones_own() -> None:
    """Another's session, a report for others, a link: as a number that nothing has."""
    async with House() as house:
        eve = await haunted(house)
        host = await house.native()
        await host.logs_in("Hanna", PASSWORD, keep=True)
        sessions = (await host.asks("sessions"))["sessions"]
        fred = await house.native()
        await fred.logs_in("Fred", PASSWORD)
        await host.asks("invite", channel="hideout", name="Fred")
        await fred.asks("join", channel="hideout")
        said = await host.asks("send", channel="hideout", text="rude")
        await fred.asks("report", channel="hideout", number=said["number"])
        (report,) = house.server.context.state.reports or {}
        made = await house.operator(MakeInvite())
        assert isinstance(made, InviteMade)
        things = {"revoke": sessions[0]["session"], "close_report": report, "revoke_invite": made.invite}
        for row, about in BY_NUMBER.items():
            assert await told(eve, row, about, things[row]) == await told(eve, row, about, 12345), row


async def test_a_message_that_was_deleted() -> None:
    """As one that was never said, but for what a channel's log says of it anyway: that it was deleted, and by whom."""
    async with House() as house:
        await house.account("Eve")
        host = await house.native_in("home", "Hal")
        eve = await house.native_in("home", "Eve", PASSWORD)
        for text in ("one", "two", "three"):
            await host.asks("send", channel="home", text=text)
        await host.asks("delete", channel="home", number=DELETED)
        for row, about in MESSAGES.items():
            if row in AS_THE_LOG_SAYS:
                continue
            there, nothing = [
                await told(eve, row, {**about, **{one: it for one in ("number", "reply") if one in about}}, it)
                for it in (DELETED, UNSAID)
            ]
            assert there == nothing, row


async def test_ids_of_messages_in_channels_that_one_may_not_read() -> None:
    """Named in a channel of one's own, on IRC: as an id of nothing."""
    async with House() as house:
        await haunted(house)
        irc = await irc_as(house, "Eve", CAPS, PASSWORD)
        await irc.answers()
        hidden = f"{house.server.context.state.by_name['hideout']:x}-1"
        nothing = f"{0xABCDEF0123456:x}-1"
        for line in (
            "REDACT #attic {room}", "CHATHISTORY BEFORE #attic msgid={room} 5",
            "CHATHISTORY AFTER #attic msgid={room} 5",
            "CHATHISTORY AROUND #attic msgid={room} 5", "@+reply={room} TAGMSG #attic",
            "@+reply={room} PRIVMSG #attic :x", "@+draft/react=x;+reply={room} TAGMSG #attic",
        ):  # fmt: skip
            there, none = [
                [re.sub(r"msgid=\S+|time=\S+", "", one) for one in await answers(irc, line, it)]
                for it in (hidden, nothing)
            ]
            assert there == none, line


async def test_an_account_that_is_shut_out_is_told_as_none() -> None:
    """Its right password as much as a wrong one, natively and on IRC; its name, and that there is one, is public."""
    async with House() as house:
        await house.account("Shut")
        await house.operator(DisableAccount(name="Shut"))
        stranger = await house.native()
        about = {"name": "{it}", "password": PASSWORD}
        assert await told(stranger, "login", about, "Shut") == await told(stranger, "login", about, NEVER)
