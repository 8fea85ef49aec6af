"""What a refusal tells: of a thing that one may not see, byte for byte what is told of one that there is not."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from typing import Any

import pytest

from causerie.chat.commands import DisableAccount, MakeInvite
from causerie.chat.replies import InviteMade
from causerie.server.dispatch import TABLE
from tests.irc_people import IrcPerson, irc, irc_as, irc_in, plain
from tests.people import PASSWORD, ClassicPerson, House, NativePerson
from tests.plays.test_rights_matrix import ABOUT, CAPS, IRC, tells

NOWHERE = "noplace"
"""A name that no channel has, as long as the names that are compared with it."""

NAMES = {"a private channel": "hideout", "what a private channel was called": "oldname", "a conversation": "{direct}"}

COMMANDS = {row: ABOUT[row] for row, told in tells().items() if told == "nothing"}

LINES = {row: line for row, line in IRC.items() if tells()[row] == "nothing"}
MORE_LINES = (
    "NAMES #{room}", "WHO #{room}", "LIST #{room}", "TOPIC #{room}", "MODE #{room}", "MODE #{room} b", "PART #{room}",
    "CHATHISTORY LATEST #{room} * 5", "CHATHISTORY TARGETS timestamp=2000-01-01T00:00:00.000Z "
    "timestamp=2100-01-01T00:00:00.000Z 10", "MARKREAD #{room}", "SEARCH in=#{room};text=x", "NOTICE #{room} :x",
    "TAGMSG #{room}", "METADATA #{room} GET url", "METADATA #{room} SYNC", "KICK #{room} Host", "INVITE Host #{room}",
    "MODE #{room} +k x", "MODE #{room} +l 5", "REDACT #{room} 1-1", "RENAME #{room} #{room}",
    "NAMES #{room},#attic", "WHO #{room} %tcuihsnfdlaor,1", "LIST #{room},#attic", "LIST *{room}*", "MODE #{room} e",
    "MODE #{room} I", "PART #{room} :x", "PRIVMSG @#{room} :x", "PRIVMSG ~#{room} :x", "NOTICE +#{room} :x",
    "TAGMSG @#{room}", "@+typing=active TAGMSG #{room}", "PRIVMSG #{room},#{room} :x",
    "CHATHISTORY BEFORE #{room} timestamp=2100-01-01T00:00:00.000Z 5", "CHATHISTORY AFTER #{room} msgid=1-1 5",
    "CHATHISTORY AROUND #{room} msgid=1-1 5",
    "CHATHISTORY BETWEEN #{room} timestamp=2000-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z 5",
    "MARKREAD #{room} timestamp=2026-01-01T00:00:00.000Z", "METADATA #{room} LIST", "METADATA #{room} SET url :x",
    "METADATA #{room} CLEAR", "ISON #{room}", "WHOIS #{room}", "MONITOR + #{room}", "ChanServ INFO #{room}",
    "CS OP #{room} Host", "CS DEOP #{room} Host", "CS VOICE #{room} Host", "CS BAN #{room} Host",
    "CS UNBAN #{room} Host", "CS KICK #{room} Host", "CS TOPIC #{room} x", "CS INVITE #{room}", "CS REGISTER #{room}",
)  # fmt: skip
"""Lines of IRC that no row of the matrix has."""

HIDDEN_FROM = ("stranger", "guest", "account", "administrator")
"""Who is in none of it, and not invited: not logged in, and logged in as what."""


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
    for name, value in {"room": room, "hall": room, "self": "Eve", "n": "1"}.items():
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


async def asker(house: House, kind: str) -> NativePerson:
    """Somebody of this kind at a native client; Eve is furnished."""
    person = await house.native()
    if kind == "guest":
        await person.logs_in("Gabi")
    elif kind == "account":
        await person.logs_in("Eve", PASSWORD)
    elif kind == "administrator":
        await house.account("Ada", admin=True)
        await person.logs_in("Ada", PASSWORD)
    return person


@pytest.mark.parametrize("asking", HIDDEN_FROM)
async def test_every_command_natively(asking: str) -> None:
    """Whatever is asked of a private channel, of its old name, and of others' conversation."""
    async with House() as house:
        _eve, names = await Hidden(house).furnish()
        eve = await asker(house, asking)
        kinds = {kind.__struct_config__.tag for kind in TABLE}
        assert {row.partition(":")[0] for row in COMMANDS} <= kinds
        told = []
        nowhere = {"conversation": "@1+2"}
        for row, about in COMMANDS.items():
            if asking == "stranger":  # who is let ask only so much
                eve.hang_up()
                eve = await house.native()
            for kind, room in names.items():
                there = await told_natively(eve, row, about, room)
                none = nowhere["conversation"] if room.startswith("@") else NOWHERE
                nothing = await told_natively(eve, row, about, none)
                if there != nothing:
                    told.append(f"{row} about {kind}: {there} but of nothing {nothing}")
        assert not told, "\n".join(told)


@pytest.mark.parametrize("kind", HIDDEN_FROM[1:])
async def test_every_line_on_irc(kind: str) -> None:
    """The same, in the numerics and standard replies of IRC."""
    async with House() as house:
        host, names = await Hidden(house).furnish()
        await host.asks("join", channel="attic")
        await asker(house, kind)
        nick = {"guest": "Gina", "account": "Eve", "administrator": "Ada"}[kind]
        eve = await irc_as(house, nick, CAPS, "" if kind == "guest" else PASSWORD)
        await eve.answers("JOIN #attic")
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
    for name, value in {"room": room, "hall": room, "self": "Eve", "n": "1", "channel": "1"}.items():
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

OWN_ROWS = ("login:password", "scram", "search:everywhere", "join", "resume", "leave:direct")
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


def test_each_row_of_the_matrix_says_what_its_refusal_tells() -> None:
    """`nothing` is compared above, `own` by a test here; of what is neither, nothing in it can be hidden."""
    for row, told in tells().items():
        about, kind = ABOUT.get(row, {}), row.partition(":")[0]
        assert told in ("nothing", "own", "."), row
        if told == "own":
            assert row in OWN_ROWS or kind in PEOPLE or kind in BY_NUMBER, row
        if told == ".":
            assert not re.search("{room}|{hall}", json.dumps(about)), row
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
        heard = {name: await told_on_irc(house, name) for name in ("Shut", NEVER)}
        assert heard["Shut"] == heard[NEVER]


async def told_on_irc(house: House, name: str) -> list[str]:
    """What comes of each way to log in by this account's name and its password, without the name."""
    stranger, guest = await irc(house), await irc_as(house, "Gabi")
    stranger.says("CAP LS 302", "CAP REQ :sasl", "NICK Kim", "USER kim 0 * :Kim", "AUTHENTICATE PLAIN")
    stranger.says(f"AUTHENTICATE {plain(name)}", "AUTHENTICATE SCRAM-SHA-256")
    first = base64.b64encode(f"n,,n={name},r=abcdefgh".encode()).decode()
    stranger.says(f"AUTHENTICATE {first}", "AUTHENTICATE *", "CAP END")
    heard = await stranger.hears_at_last(":SERVER 422 Kim :*")
    heard += await guest.answers(f"NS IDENTIFY {name} {PASSWORD}", f"OPER {name} {PASSWORD}")
    by_pass = await irc(house)
    by_pass.says(f"PASS {name}:{PASSWORD}", "NICK Pia", "USER pia 0 * :Pia")
    with contextlib.suppress(EOFError):
        heard += await by_pass.hears_at_last(":SERVER 422 Pia :*")
    for person in (stranger, guest, by_pass):
        person.hang_up()
    # SCRAM's first answer is a salt, made for the name where nobody has it.
    return [re.sub(r"AUTHENTICATE .{40,}$", "AUTHENTICATE CHALLENGE", one).replace(name, "NAME") for one in heard]


async def test_a_token_resumes_nothing_of_what_was_lost_meanwhile() -> None:
    """Of channels that one left, was put out of, or that were closed since: what is told of one that there is not."""
    async with House() as house:
        await house.account("Eve")
        await house.account("Hanna")
        host = await house.native_in("left", "Hanna", PASSWORD)
        eve = await house.native()
        token = (await eve.logs_in("Eve", PASSWORD, keep=True))["token"]
        rooms = ("left", "kicked", "closed", "keyed", "was")
        for room in rooms:
            await host.asks("join", channel=room)
            await eve.asks("join", channel=room)
            await host.asks("send", channel=room, text="for those who are here")
        await eve.asks("leave", channel="left")
        await eve.asks("leave", channel="keyed")
        eve.hang_up()
        await host.asks("kick", channel="kicked", name="Eve")
        for room in ("closed", "was"):
            await host.asks("kick", channel=room, name="Eve")
        for room in ("left", "kicked", "closed", "was"):
            await host.asks("set_channel", channel=room, access="private")
        await host.asks("set_channel", channel="keyed", key="x")
        await host.asks("rename_channel", channel="was", name="secret")
        again = await house.native()
        answer = await again.asks("login", token=token)
        assert not answer.get("channels")
        answers = []
        for room in (*rooms, "secret", NOWHERE):
            about = {"since": {"{it}": 0}}
            answers.append(await told(again, "resume", about, room))
        assert set(answers) == {answers[-1]}
        await again.hears_nothing()


async def test_a_restricted_message_and_a_report_leave_no_trace_for_others() -> None:
    """Who is told neither hears the same of the channel, of what was said and of what is unread as before."""
    async with House() as house:
        for name in ("Hanna", "Fred", "Eve"):
            await house.account(name)
        host = await house.native_in("shed", "Hanna", PASSWORD)
        fred = await house.native_in("shed", "Fred", PASSWORD)
        eve = await house.native_in("shed", "Eve", PASSWORD)
        by_irc = await irc_in(house, "#shed", "Eve", CAPS, PASSWORD)
        said = await eve.asks("send", channel="shed", text="rude")
        await by_irc.answers()
        number = {"channel": "shed", "number": said["number"]}
        asked: dict[str, dict[str, Any]] = {
            **{do: {"channel": "shed"} for do in ("look", "members", "history", "unread", "metadata")},
            **{do: number for do in ("reactions", "thread", "versions")},
            **{do: {} for do in ("recent", "reports", "channels", "threads")},
            "masks": {"channel": "shed", "list": "ban"}, "search": {"text": "rude"}, "close_report": {"report": "{it}"},
        }  # fmt: skip
        lines = [
            "CHATHISTORY LATEST #shed * 9",
            *(f"{verb} #shed" for verb in ("WHO", "MODE", "MARKREAD", "NAMES", "LIST")),
        ]

        async def seen(report: int) -> list[str]:
            heard = [await told(eve, do, about, report) for do, about in asked.items()]
            return heard + [re.sub(r"BATCH \S+|batch=\w+", "", one) for one in await by_irc.answers(*lines)]

        before = await seen(12345)
        await host.asks("confide", channel="shed", to="moderators", text="what shall we do?")
        await fred.asks("report", channel="shed", number=said["number"], reason="rude")
        (report,) = house.server.context.state.reports or {}
        assert await seen(report) == before
        await eve.hears_nothing()
