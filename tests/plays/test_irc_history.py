"""IRC: what was said before, how far one has read it, and taking it back."""

import re
from functools import partial

import pytest

from tests.irc_people import IrcPerson, irc_as, irc_in, tag
from tests.people import PASSWORD, House

CAPS = "batch message-tags server-time echo-message draft/chathistory"


async def past(house: House, count: int = 8, caps: str = CAPS) -> tuple[IrcPerson, list[tuple[str, str, str]]]:
    """Somebody in #home who said `count` things: for each its text, its msgid, its time."""
    ann = await irc_in(house, "#home", "Ann", caps)
    said = []
    now = house.server.context.now
    at = now()
    for number in range(count):
        # One second after another, as people talk.
        house.server.context.now = partial(int, at + number * 1000)
        ann.says(f"PRIVMSG #home :m{number}")
        line = await ann.line()
        said.append((f"m{number}", tag(line, "msgid"), tag(line, "time")))
    house.server.context.now = lambda: at + count * 1000
    return ann, said


async def history(person: IrcPerson, asked: str, target: str = "#home") -> list[str]:
    """The texts that CHATHISTORY gives, in their batch."""
    first, *lines, last = await person.answers(f"CHATHISTORY {asked}")
    assert re.fullmatch(rf"(@\S+ )?:irc.local BATCH \+(\S+) chathistory {re.escape(target)}", first), first
    assert last == ":irc.local BATCH -h"
    assert all(tag(line, "batch") == "h" for line in lines)
    return [line.partition(" PRIVMSG ")[2].partition(" :")[2] for line in lines]


async def test_history_is_asked_for_by_id_and_by_time() -> None:
    """IRCv3 chathistory, "Subcommands": each of them, with both kinds of reference and with a limit."""
    async with House() as house:
        ann, said = await past(house)
        texts = [text for text, _, _ in said]
        for kind, at in (("msgid", 1), ("timestamp", 2)):
            point = [f"{kind}={one[at]}" for one in said]
            for asked, wanted in (
                ("LATEST #home * 100", texts), ("LATEST #home * 3", texts[-3:]),
                (f"LATEST #home {point[4]} 100", texts[5:]), (f"LATEST #home {point[4]} 2", texts[-2:]),
                (f"BEFORE #home {point[6]} 100", texts[:6]), (f"BEFORE #home {point[6]} 2", texts[4:6]),
                (f"BEFORE #home {point[0]} 2", []), (f"AFTER #home {point[7]} 2", []),
                (f"AFTER #home {point[3]} 100", texts[4:]), (f"AFTER #home {point[3]} 3", texts[4:7]),
                (f"AROUND #home {point[5]} 1", texts[5:6]), (f"AROUND #home {point[5]} 3", texts[4:7]),
                (f"BETWEEN #home {point[0]} {point[7]} 100", texts[1:7]),
                (f"BETWEEN #home {point[7]} {point[0]} 100", texts[1:7]),
                (f"BETWEEN #home {point[0]} {point[7]} 3", texts[1:4]),
                (f"BETWEEN #home {point[7]} {point[0]} 3", texts[4:7]),
            ):  # fmt: skip
                assert await history(ann, asked) == wanted, asked
        before_all = "timestamp=2000-01-01T00:00:00.000Z"
        assert await history(ann, f"AFTER #home {before_all} 2") == texts[:2]
        assert await history(ann, f"BETWEEN #home {before_all} timestamp={said[2][2]} 9") == texts[:2]
        line = (await ann.answers("CHATHISTORY LATEST #home * 1"))[1]
        assert (tag(line, "msgid"), tag(line, "time")) == said[-1][1:]


async def test_history_that_cannot_be_had_says_why() -> None:
    """IRCv3 chathistory, "Errors and Warnings"; a channel where one is not gives nothing away."""
    async with House() as house:
        await irc_in(house, "#secret", "Bob")
        ann, _ = await past(house, 1)
        for asked, code in (
            ("LATEST #nowhere * 5", "INVALID_TARGET LATEST #nowhere"),
            ("LATEST #secret * 5", "INVALID_TARGET LATEST #secret"),
            ("LATEST Nobody * 5", "INVALID_TARGET LATEST Nobody"),
            ("LATEST #home *", "NEED_MORE_PARAMS LATEST"),
            ("SIDEWAYS #home * 5", "INVALID_PARAMS SIDEWAYS"),
            ("BEFORE #home * 5", "INVALID_PARAMS BEFORE"),
            ("BEFORE #home timestamp=yesterday 5", "INVALID_PARAMS BEFORE"),
            ("BEFORE #home msgid=x-y 5", "INVALID_PARAMS BEFORE"),
            ("LATEST #home * many", "INVALID_PARAMS LATEST"),
            ("TARGETS timestamp=2000-01-01T00:00:00.000Z 5", "NEED_MORE_PARAMS TARGETS"),
            ("TARGETS x y 5", "INVALID_PARAMS TARGETS"),
        ):
            ann.says(f"CHATHISTORY {asked}")
            await ann.hears(f":SERVER FAIL CHATHISTORY {code} :*")


async def test_history_between_two_people() -> None:
    """IRCv3 chathistory, `target` may be a nick: the same lines as were heard, on both sides."""
    async with House() as house:
        ann = await irc_as(house, "Ann", CAPS)
        bob = await irc_as(house, "Bob", CAPS)
        ann.says("PRIVMSG Bob :one")
        await bob.hears("*:Ann!* PRIVMSG Bob :one")
        bob.says("PRIVMSG Ann :two")
        await ann.hears("*PRIVMSG Bob :one", "*:Bob!* PRIVMSG Ann :two")
        await bob.hears("*PRIVMSG Ann :two")
        assert await history(ann, "LATEST Bob * 5", "Bob") == ["one", "two"]
        assert await history(bob, "LATEST ANN * 5", "ANN") == ["one", "two"]


async def test_only_messages_without_event_playback_and_all_with_it() -> None:
    """IRCv3 chathistory, "event-playback": topics and the like only for those who asked; what was deleted is left out,
    what was edited says what it says now."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#home", "anna", CAPS, PASSWORD)
        anna.says("TOPIC #home :tea", "PRIVMSG #home :one", "PRIVMSG #home :gone", "PRIVMSG #home :helo")
        mark = tag((await anna.hears_at_last("*PRIVMSG #home :gone"))[-1], "msgid")
        await anna.answers(f"REDACT #home {mark}")
        mia = await house.native_in("home", "anna", PASSWORD)
        page = await mia.asks("history", channel="home", talk=True)
        await mia.asks("edit", channel="home", number=page["events"][-1]["number"], text="hello")
        await anna.answers()
        assert await history(anna, "LATEST #home * 9") == ["one", "hello"]
        anna.says("CAP REQ draft/event-playback")
        await anna.hears_at_last("*CAP anna ACK *")
        lines = await anna.answers("CHATHISTORY LATEST #home * 9")
        assert [line.split()[2] for line in lines[1:-1]] == ["TOPIC", "PRIVMSG", "PRIVMSG", "NOTICE"]


async def test_where_something_was_said_lately() -> None:
    """IRCv3 chathistory, "TARGETS": channels and nicks between two times, by the time of their last message."""
    async with House() as house:
        ann, said = await past(house, 3)
        bob = await irc_as(house, "Bob", CAPS)
        later = house.server.context.now() + 5000
        house.server.context.now = lambda: later
        ann.says("PRIVMSG Bob :psst")
        await bob.hears("*PRIVMSG Bob :psst")
        await ann.hears("*PRIVMSG Bob :psst")
        first, last = "timestamp=2000-01-01T00:00:00.000Z", "timestamp=2100-01-01T00:00:00.000Z"
        for asked, wanted in ((f"{first} {last} 9", 2), (f"{first} {last} 1", 0), (f"{last} {first} 1", 1)):
            start, *lines, end = await ann.answers(f"CHATHISTORY TARGETS {asked}")
            assert (start, end) == (":irc.local BATCH +h draft/chathistory-targets", ":irc.local BATCH -h")
            targets = [f"@batch=h :irc.local CHATHISTORY TARGETS {name}" for name in (f"#home {said[-1][2]}", "Bob 2")]
            targets = targets if wanted == 2 else targets[wanted : wanted + 1]
            assert all(line.startswith(target) for line, target in zip(lines, targets, strict=True))


async def test_who_cannot_ask_is_told_at_join() -> None:
    """The setting irc.replay: the last messages, to clients that are told times, once they have the names; none to
    those who can ask (IRCv3 chathistory: no history at JOIN for them), and none where it would seem to be new."""
    async with House(irc={"replay": 2}) as house:
        await past(house, 3)
        for nick, caps, wanted in (
            ("Bob", "server-time batch", ["m1", "m2"]), ("Cyd", "server-time", ["m1", "m2"]),
            ("Dan", "", []), ("Eve", "server-time draft/chathistory", []),
        ):  # fmt: skip
            one = await irc_in(house, "#home", nick, caps)
            lines = [line for line in await one.answers() if "PRIVMSG" in line]
            assert [line.partition(" :m")[2] for line in lines] == [text[1:] for text in wanted]
            assert all(tag(line, "time") for line in lines)


async def test_the_read_marker_is_one_on_all_devices() -> None:
    """IRCv3 read-marker: told at JOIN before 366, answered, told to the other clients, and it only goes forward."""
    async with House() as house:
        await house.account("anna")
        desk = await irc_as(house, "anna", "draft/read-marker", PASSWORD)
        lines = await desk.joins("#home")
        assert [line.split()[1] for line in lines] == ["JOIN", "MARKREAD", "353", "366"]
        assert lines[1] == ":irc.local MARKREAD #home *"
        phone = await irc_in(house, "#home", "anna", "draft/read-marker", PASSWORD)
        at, earlier = "timestamp=2020-06-01T12:00:00.000Z", "timestamp=2019-06-01T12:00:00.000Z"
        desk.says(f"MARKREAD #home {at}", f"MARKREAD #home {earlier}", "MARKREAD #home", "MARKREAD #none")
        await desk.hears(*[f":SERVER MARKREAD #home {at}"] * 3, ":SERVER MARKREAD #none *".replace("*", "*"))
        await phone.hears(f":SERVER MARKREAD #home {at}")
        desk.says("PART #home")
        await desk.hears_at_last("*PART #home")
        assert (await desk.joins("#home"))[1] == f":irc.local MARKREAD #home {at}"
        mia = await house.native_in("home", "Mia")
        told = await mia.says("home", "news")
        native = await house.native_in("home", "anna", PASSWORD)
        await native.asks("mark", channel="home", number=told["number"])
        await phone.hears_at_last(":SERVER MARKREAD #home timestamp=20*Z")
        desk.says("MARKREAD", "MARKREAD #home *", "MARKREAD #home timestamp=soon")
        await desk.hears_at_last(":SERVER FAIL MARKREAD NEED_MORE_PARAMS :*")
        await desk.hears(*[":SERVER FAIL MARKREAD INVALID_PARAMS #home :*"] * 2)


async def test_the_read_marker_of_a_conversation_outlives_a_restart() -> None:
    """IRCv3 read-marker: `target` may be a nick, and the time is the one that was given."""
    async with House() as house:
        for name in ("anna", "bert"):
            await house.account(name)
        anna = await irc_as(house, "anna", "draft/read-marker", PASSWORD)
        at = "timestamp=2023-07-04T00:00:00.000Z"
        anna.says("MARKREAD bert", f"MARKREAD bert {at}", "MARKREAD bert")
        await anna.hears(":SERVER MARKREAD bert *", *[f":SERVER MARKREAD bert {at}"] * 2)
        await house.restart()
        anna = await irc_as(house, "anna", "draft/read-marker", PASSWORD)
        anna.says("MARKREAD bert")
        await anna.hears_at_last(f":SERVER MARKREAD bert {at}")


async def test_a_message_is_redacted() -> None:
    """IRCv3 message-redaction: told to those who know it, a line to the others; the reason with it; refusals."""
    async with House() as house:
        await house.account("anna")
        caps = "message-tags echo-message draft/message-redaction"
        anna = await irc_in(house, "#home", "anna", caps, PASSWORD)
        bob = await irc_in(house, "#home", "Bob", caps)
        cyd = await irc_in(house, "#home", "Cyd", "")
        anna.says("PRIVMSG #home :oops")
        mark = tag((await anna.hears_at_last("*PRIVMSG #home :oops"))[-1], "msgid")
        await bob.hears_at_last("*PRIVMSG #home :oops")
        await cyd.hears("*PRIVMSG #home :oops")
        bob.says(
            f"REDACT #home {mark}", "REDACT #home x", "REDACT #none x", f"REDACT #attic {mark}", "REDACT #home 0-9 :x"
        )  # fmt: skip
        await bob.hears(
            f":SERVER FAIL REDACT REDACT_FORBIDDEN #home {mark} :*",
            ":SERVER FAIL REDACT UNKNOWN_MSGID #home x :*",
            ":SERVER FAIL REDACT INVALID_TARGET #none :*",
            ":SERVER FAIL REDACT INVALID_TARGET #attic :*",
            ":SERVER FAIL REDACT UNKNOWN_MSGID #home 0-9 :*",
        )
        anna.says(f"REDACT #home {mark} :wrong place")
        for one in (anna, bob):
            await one.hears(f"@msgid=*-2 :anna!* REDACT #home {mark} :wrong place")
        await cyd.hears(":SERVER NOTICE #home :* anna deleted message 1 (wrong place)")
        anna.says("PRIVMSG Bob :psst")
        mark = tag(await anna.line(), "msgid")
        await bob.hears("*PRIVMSG Bob :psst")
        anna.says(f"REDACT Bob {mark}")
        await bob.hears(f"@msgid=*-2 :anna!* REDACT Bob {mark}")


@pytest.mark.parametrize("kind", ["msgid", "timestamp"])
async def test_references_are_as_isupport_says(kind: str) -> None:
    """IRCv3 chathistory, ISUPPORT: CHATHISTORY, MSGREFTYPES."""
    async with House() as house:
        ann = IrcPerson(*await house.connect())
        house.people.append(ann)
        lines = await ann.registers("Ann")
        tokens = " ".join(lines).split()
        assert f"CHATHISTORY={house.config.limits.history_page}" in tokens
        assert any(token.startswith("MSGREFTYPES=") and kind in token for token in tokens)
