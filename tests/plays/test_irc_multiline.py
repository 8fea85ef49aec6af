"""IRC: one message in several lines, both ways (IRCv3 multiline)."""

import pytest

from tests.irc_people import irc_in, tag
from tests.people import House

CAPS = "message-tags batch echo-message labeled-response draft/multiline"


async def test_a_batch_is_one_message_for_everybody() -> None:
    """IRCv3 multiline, "Batch types" and "Fallback": the lines as they were sent, with one msgid; for other protocols
    one text; the label is on the batch (labeled-response)."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", CAPS)
        bob = await irc_in(house, "#home", "Bob", CAPS)
        cyd = await irc_in(house, "#home", "Cyd", "message-tags")
        mia = await house.native_in("home", "Mia")
        for one in (ann, bob, cyd):
            await one.hears_at_last("*:Mia!* JOIN #home")
        ann.says(
            "@label=xyz;+a=b BATCH +123 draft/multiline #home",
            "@batch=123 PRIVMSG #home :",
            "@batch=123 PRIVMSG #home hello",
            "@batch=123 PRIVMSG #home :how is ",
            "@batch=123;draft/multiline-concat PRIVMSG #home :everyone?",
            "BATCH -123",
        )
        for one, label in ((ann, "label=xyz;"), (bob, "")):
            await one.hears(
                f"@{label}msgid=*-1;+a=b :Ann!* BATCH +m1 draft/multiline #home",
                "@batch=m1 :Ann!* PRIVMSG #home :",
                "@batch=m1 :Ann!* PRIVMSG #home :hello",
                "@batch=m1 :Ann!* PRIVMSG #home :how is ",
                "@batch=m1;draft/multiline-concat :Ann!* PRIVMSG #home :everyone?",
                ":SERVER BATCH -m1",
            )
        await cyd.hears(
            "@msgid=*-1;+a=b :Ann!* PRIVMSG #home :hello",
            "@+a=b :Ann!* PRIVMSG #home :how is ",
            "@+a=b :Ann!* PRIVMSG #home :everyone?",
        )
        await mia.hears("message", text="\nhello\nhow is everyone?")
        await ann.hears_nothing()


async def test_what_others_say_in_several_lines_comes_in_a_batch() -> None:
    """IRCv3 multiline: a text with line ends from any protocol, and one that is too long; in history within it."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", f"{CAPS} draft/chathistory")
        mia = await house.native_in("home", "Mia")
        await ann.hears(":Mia!* JOIN #home")
        long = "word " * 200 + "end"
        await mia.says("home", "one\n\ntwo")
        await mia.says("home", long)
        lines = await ann.answers()
        assert [line.split(" ", 1)[1].partition(" :")[2] for line in lines[1:4]] == ["one", "", "two"]
        assert tag(lines[0], "msgid")
        rest = lines[6:-1]
        assert "".join(line.partition("PRIVMSG #home :")[2] for line in rest) == long
        assert ["concat" in line.split()[0] for line in rest] == [False, True, True]
        ann.says("@label=h CHATHISTORY LATEST #home * 9")
        again = await ann.answers()
        assert again[0] == "@label=h :irc.local BATCH +h chathistory #home"
        assert again[-1] == ":irc.local BATCH -h"
        assert [line.removeprefix("@batch=h ").replace("@batch=h;", "@", 1) for line in again[1:-1]] == lines


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        (["@batch=2 PRIVMSG #home :hi"], "MULTILINE_INVALID"),
        (["@batch=1 PRIVMSG #away :hi"], "MULTILINE_INVALID_TARGET #home #away"),
        (["@batch=1 PRIVMSG #home :hi", "@batch=1;draft/multiline-concat PRIVMSG #home :"], "MULTILINE_INVALID"),
        (["@batch=1 PRIVMSG #home :hi"] * 101, "MULTILINE_MAX_LINES 100"),
        ([f"@batch=1 PRIVMSG #home :{'x' * 400}"] * 45, "MULTILINE_MAX_BYTES 16384"),
        (["BATCH +2 draft/multiline #home"], "MULTILINE_INVALID"),
        (["@batch=1 PRIVMSG #home :", "BATCH -1"], "MULTILINE_INVALID"),
    ],
)
async def test_a_batch_that_is_none_is_refused_once(lines: list[str], refusal: str) -> None:
    """IRCv3 multiline, "Errors": nothing of it is told, and one may go on."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", CAPS)
        heard = await ann.answers("BATCH +1 draft/multiline #home", *lines, "BATCH -1")
        assert heard[0].startswith(f":irc.local FAIL BATCH {refusal} :")
        assert len(heard) == 1 or lines[-1] == "BATCH -1"
        ann.says("BATCH +1 draft/multiline #home", "@batch=1 PRIVMSG #home :x", "BATCH -1")
        await ann.hears("@msgid=*-1 :Ann!* PRIVMSG #home :x")


async def test_the_capability_says_its_bounds() -> None:
    """IRCv3 multiline, "Capabilities": max-bytes is required."""
    async with House(limits={"message_bytes": 1000}) as house:
        ann = await irc_in(house, "#home", "Ann")
        lines = await ann.answers("CAP LS 302")
        assert "draft/multiline=max-bytes=1000,max-lines=100" in "".join(lines)
