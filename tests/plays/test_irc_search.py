"""IRC: SEARCH, over the core's search."""

from __future__ import annotations

from functools import partial

import pytest

from tests.irc_people import IrcPerson, irc_as, irc_in, tag
from tests.people import PASSWORD, House

CAPS = "batch message-tags server-time echo-message draft/search"


async def found(person: IrcPerson, asked: str, kind: str = "search") -> list[str]:
    """What SEARCH gives: each line's target and text."""
    await person.answers()  # what others did before
    first, *lines, last = await person.answers(f"SEARCH {asked}")
    assert first == f":irc.local BATCH +h {kind}"
    assert last == ":irc.local BATCH -h"
    assert all(tag(line, "batch") == "h" for line in lines)
    return [line.partition(" PRIVMSG ")[2] for line in lines]


async def test_messages_are_found_by_words_place_person_and_time() -> None:
    """IRCv3 draft/search, "Standard search attributes"; oldest first, with the msgid and the time that they had."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", CAPS)
        bob = await irc_in(house, "#home", "Bob", CAPS)
        said: list[str] = []
        at = house.server.context.now()
        for person, text in ((ann, "tea at four"), (bob, "I like tea"), (ann, "four cups; two spoons"), (bob, "été")):
            # One second after another, as people talk.
            house.server.context.now = partial(int, at + len(said) * 1000)
            person.says(f"PRIVMSG #home :{text}")
            said.append((await person.hears_at_last(f"*PRIVMSG #home :{text}"))[-1])
        bob.says("PRIVMSG Ann :tea alone")
        await bob.hears_at_last("*PRIVMSG Ann :tea alone")
        assert await found(ann, "text=tea;in=#home") == ["#home :tea at four", "#home :I like tea"]
        assert await found(ann, "text=tea") == ["#home :tea at four", "#home :I like tea", "Ann :tea alone"]
        assert await found(ann, "in=bob;text=tea") == ["Ann :tea alone"]
        assert await found(ann, r"text=two\sspoons") == ["#home :four cups; two spoons"]
        assert await found(ann, "text=ETE") == ["#home :été"]
        assert await found(ann, "from=ann;in=#home") == ["#home :tea at four", "#home :four cups; two spoons"]
        assert await found(ann, "in=#home;limit=1") == ["#home :été"]
        assert await found(ann, f"in=#home;after={tag(said[3], 'time')};from=Bob") == ["#home :été"]
        assert await found(ann, "in=#home;before=2010-01-01T00:00:00.000Z") == []
        for nothing in ("text=coffee", "from=nobody;in=#home", "text=tea;from=Nobody"):
            assert await found(ann, nothing) == []
        line = (await ann.answers("SEARCH in=#home;text=cups"))[1]
        assert (tag(line, "msgid"), tag(line, "time")) == (tag(said[2], "msgid"), tag(said[2], "time"))


async def test_nobody_finds_what_they_may_not_read() -> None:
    """Private channels and conversations of others; what was deleted is gone for all."""
    async with House() as house:
        await house.account("ann")
        ann = await irc_in(house, "#den", "ann", CAPS, PASSWORD)
        ann.says("MODE #den +i", "PRIVMSG #den :secret plan", "JOIN #home", "PRIVMSG #home :secret hat")
        heard = await ann.answers()
        bob = await irc_in(house, "#home", "Bob", CAPS)
        ann.says("PRIVMSG Bob :secret handshake")
        cyd = await irc_as(house, "Cyd", CAPS)
        assert await found(ann, "text=secret") == ["#den :secret plan", "#home :secret hat", "Bob :secret handshake"]
        assert await found(bob, "text=secret") == ["#home :secret hat", "Bob :secret handshake"]
        assert await found(cyd, "text=secret") == ["#home :secret hat"]
        assert await found(cyd, "text=secret;in=Bob") == []
        assert await cyd.answers("SEARCH in=#den;text=x") == [
            ":irc.local FAIL SEARCH INVALID_PARAMS in :Invalid parameters"
        ]
        mark = tag(next(line for line in heard if line.endswith(":secret hat")), "msgid")
        ann.says(f"REDACT #home {mark}")
        await ann.answers()
        assert await found(cyd, "text=secret") == []


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ("in=#home;colour=red", " colour"),
        ("in=#home;after=yesterday", " after"),
        ("in=#home;before=", " before"),
        ("in=#home;limit=none", " limit"),
        ("in=#home;limit=0", " limit"),
        ("in=nobody", " in"),
        ("in=#nowhere", " in"),
        ("in=", " in"),
        (f"text={'x' * 401}", " text"),
        (":", ""),
        (";;", ""),
    ],
)
async def test_what_cannot_be_searched_for_is_refused_by_name(asked: str, wrong: str) -> None:
    """IRCv3 draft/search, "Errors and Warnings"."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", CAPS)
        ann.says(f"SEARCH {asked}")
        await ann.hears(f":SERVER FAIL SEARCH INVALID_PARAMS{wrong} :Invalid parameters")


async def test_search_is_for_those_who_negotiated_it_by_either_name() -> None:
    """IRCv3 draft/search, "Capabilities": it must be negotiated; the batch is named as the capability has it."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", "batch soju.im/search labeled-response")
        ann.says("PRIVMSG #home :tea")
        assert await found(ann, "text=tea", "soju.im/search") == ["#home :tea"]
        ann.says("@label=x SEARCH text=coffee")
        await ann.hears("@label=x :SERVER BATCH +h soju.im/search", ":SERVER BATCH -h")
        bob = await irc_in(house, "#home", "Bob")
        assert await bob.answers("SEARCH text=tea") == [":irc.local 421 Bob SEARCH :Unknown command"]
        cyd = await irc_in(house, "#home", "Cyd", "draft/search")
        assert await cyd.answers("SEARCH text=tea") == [":Ann!~ann@guest.irc.local PRIVMSG #home :tea"]
