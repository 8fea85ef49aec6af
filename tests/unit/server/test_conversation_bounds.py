"""What no conversation ever has, and somebody tries: every answer stays small, and the next person is served."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

from causerie.chat.model import Person
from causerie.server.ports.changes import PutPerson, PutReaction
from tests.people import PASSWORD, House, NativePerson

HOME = {"channel": "home"}
CROWD = 10_000
MILLION = 1_000_000
NESTED = (
    "> " * 1_000 + "deep",
    "- " * 1_000 + "deep",
    "*" * 1_000 + "deep" + "*" * 1_000,
    "[" * 1_000 + "](x)" * 1_000,
    "`" * 1_000 + "@anna" + "`" * 999,
    "\n".join("  " * depth + "- deep" for depth in range(120)),
)


async def message(person: NativePerson, number: int) -> dict[str, Any]:
    """The message as it stands."""
    page = await person.asks("history", before=number + 1, limit=1, talk=True, **HOME)
    found: dict[str, Any] = page["events"][0]
    return found


async def test_ten_thousand_reactions_to_one_message() -> None:
    """A message shows a count for each emoji; who they are is told in pages; one more costs what the first one did."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("home", "anna", PASSWORD)
        number = (await anna.says("home", "Happy new year!"))["number"]
        context = house.server.context
        channel = context.state.channel("home").id
        people = [Person(id=2**50 + one, name=f"Guest{one}", guest=True) for one in range(CROWD)]
        await context.store.commit([PutPerson(person, "") for person in people])
        await context.store.commit([PutReaction(channel, number, "🎉", person.id, True) for person in people])

        await anna.asks("react", number=number, emoji="🎉", **HOME)
        told = await anna.hears("reacted", count=CROWD + 1)
        assert len(json.dumps(told)) < 300
        shown = await message(anna, number)
        assert shown["reactions"] == [{"emoji": "🎉", "count": CROWD + 1, "mine": True}]
        assert context.remembered_weight <= context.bounds.remembered

        listed: list[int] = []
        while True:
            after = listed[-1] if listed else 0
            page = await anna.asks("reactions", number=number, emoji="🎉", after=after, limit=MILLION, **HOME)
            assert len(page["reactors"]) <= 1_000
            listed.extend(one["person"] for one in page["reactors"])
            if not page.get("more"):
                break
        assert len(set(listed)) == len(listed) == CROWD + 1


async def test_formatting_nested_a_thousand_deep() -> None:
    """It is kept as typed. What is made of it for those who want HTML is no deeper than a few levels, or nothing."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("home", "anna", PASSWORD)
        bob = await house.native()
        await bob.asks("hello", version=1, html=True)
        await bob.logs_in("Bob")
        await bob.joins("home")
        await anna.hears("entered")
        made = 0
        for text in NESTED:
            await anna.says("home", text)
            heard = await bob.hears("message", text=text)
            html = heard.get("html", "")
            assert len(html) <= 10 * len(text)
            made += bool(html)
            depth = most = 0
            for tag in re.findall(r"<(/?)(?:blockquote|ul|ol|li|em|strong|code|a)\b", html):
                depth += -1 if tag else 1
                most = max(most, depth)
            assert most <= 50
        assert made >= 2
        await anna.hears_nothing()
        await bob.hears_nothing()


async def test_a_text_of_combining_characters() -> None:
    """Accents on one letter without end: bounded in bytes like any text, found whole or not at all, named by nobody."""
    async with House() as house:
        await house.account("anna", admin=True)
        anna = await house.native_in("home", "anna", PASSWORD)
        most = house.config.limits.message_bytes
        text = "e" + "\u0301" * ((most - 1) // 2)
        number = (await anna.says("home", text))["number"]
        assert (await message(anna, number))["text"] == text
        await anna.is_refused("text_too_long", "send", text=text + "\u0301", **HOME)

        await anna.asks("react", number=number, emoji="👍", **HOME)
        assert len((await anna.hears("reacted"))["words"]) <= 40
        await anna.asks("pin", number=number, **HOME)
        assert len((await anna.hears("pinned"))["words"]) <= 40
        named = "@anna" + "\u0301" * 5_000 + (" @" + "\u0301" * 40) * 50
        assert "mentions" not in await anna.hears_of(anna.tells("edit", number=number, text=named, **HOME), "edited")
        await anna.asks("search", text="e" + "\u0301" * 300)
        await anna.is_refused("bad_name", "join", channel="e" + "\u0301" * 200)
        await anna.hears_nothing()


def _a_million_said(data: Path) -> None:
    """As if so much had been said in home where nothing is kept; and ten thousand of it to everybody."""
    with sqlite3.connect(data / "causerie.db") as store:
        (home,) = store.execute("SELECT id FROM channels WHERE name = 'home'").fetchone()
        store.execute("UPDATE channels SET number = ?, said = ? WHERE id = ?", (MILLION, MILLION, home))
        store.executemany(
            "INSERT INTO mentions (person, channel, number) VALUES (0, ?, ?)",
            [(home, number) for number in range(MILLION - CROWD, MILLION)],
        )
    store.close()


async def test_a_million_unread() -> None:
    """They are a number, as one is, and read at once."""
    async with House() as house:
        await house.account("anna")
        await house.native_in("home", "anna", PASSWORD)
        await house.restart(_a_million_said)
        anna = await house.native_in("home", "anna", PASSWORD)
        (line,) = (await anna.asks("unread"))["channels"]
        assert line["unread"] == MILLION
        assert 0 < line["mentions"] <= CROWD
        await anna.asks("mark", number=MILLION, **HOME)
        await anna.hears("marked", upto=MILLION, said=MILLION)
        (line,) = (await anna.asks("unread"))["channels"]
        assert (line.get("unread", 0), line.get("mentions", 0)) == (0, 0)
