"""HTML beside the text: for who asks for it, everywhere a message travels, and never anything that runs."""

from __future__ import annotations

import asyncio

import pytest

from causerie.chat import markdown, markdown_work
from causerie.protocols import native, native_html
from tests.people import House, NativePerson

NASTY = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "> " * 1_000 + "deep",
    "[" * 16_000,
)


async def with_html(house: House, name: str) -> NativePerson:
    """Somebody whose client wants HTML is in home."""
    person = NativePerson(*await house.connect())
    house.people.append(person)
    await person.asks("hello", version=1, html=True)
    await person.logs_in(name)
    await person.joins("home")
    return person


async def test_who_asks_is_given_it_wherever_a_message_travels() -> None:
    """As an event, an edit, on a page, in a thread, among pins; who does not ask is given the text alone."""
    async with House() as house:
        mia = await with_html(house, "Mia")
        luc = await house.native_in("home", "Luc")
        await mia.hears("entered", name="Luc")
        await luc.says("home", "**one**")
        html = "<p><strong>one</strong></p>\n"
        await mia.hears("message", text="**one**", html=html)
        await luc.asks("edit", channel="home", number=1, text="*two*")
        await luc.hears("edited", text="*two*", html=None)
        html = "<p><em>two</em></p>\n"
        await mia.hears("edited", text="*two*", html=html)
        await luc.asks("send", channel="home", text="three", reply=1)
        await luc.hears("followed")
        await luc.hears("message", text="three", html=None)
        await mia.hears("message", text="three", html="<p>three</p>\n")
        page = await mia.asks("history", channel="home")
        assert [event.get("html") for event in page["events"]] == [html, html, "<p>three</p>\n"]
        thread = await mia.asks("thread", channel="home", number=1)
        assert [message["html"] for message in thread["messages"]] == [html, "<p>three</p>\n"]
        plain = await luc.asks("history", channel="home")
        assert ["html" in event for event in plain["events"]] == [False] * 3


async def test_a_hit_has_it_too() -> None:
    """What is found is shown like what is heard."""
    async with House() as house:
        mia = await with_html(house, "Mia")
        await mia.says("home", "a *teapot*")
        found = await mia.asks("search", text="teapot")
        while not found["hits"]:
            found = await mia.asks("search", text="teapot")
        assert found["hits"][0]["message"]["html"] == "<p>a <em>teapot</em></p>\n"


async def test_nothing_that_runs_comes_out() -> None:
    """Scripts, addresses of scripts, handlers, data, a thousand quotes: text, or harmless."""
    async with House() as house:
        mia = await with_html(house, "Mia")
        for text in NASTY:
            await mia.asks("send", channel="home", text=text)
            html = (await mia.hears("message", text=text)).get("html", "")
            lower = html.lower()
            assert not any(bad in lower for bad in ("<script", "<img", 'href="javascript', 'href="data', "<svg"))
            assert html.count("<blockquote>") <= markdown.NESTING_MOST


async def test_it_is_made_once_for_all_who_want_it_and_never_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who ask cost one rendering; alone, those who do not ask cost none."""
    made: list[str] = []

    def counting(text: str) -> str:
        made.append(text)
        return markdown.render(text)

    async with House() as house:
        luc = await house.native_in("home", "Luc")
        monkeypatch.setattr("causerie.protocols.native_html.render", counting)
        await luc.says("home", "**nobody wants it**")
        assert made == []
        mia, zoe = await with_html(house, "Mia"), await with_html(house, "Zoé")
        await mia.hears("entered", name="Zoé")
        for name in ("Mia", "Zoé"):
            await luc.hears("entered", name=name)
        await luc.says("home", "**one**")
        await mia.hears("message", html="<p><strong>one</strong></p>\n")
        await zoe.hears("message", html="<p><strong>one</strong></p>\n")
        assert made == ["**one**"]


async def test_a_page_of_much_formatting_is_bounded() -> None:
    """Past a measure of work, messages come as text alone."""
    text = "*a* " * 100
    fit = native_html.PAGE_MARKS_MOST // markdown.marks(text)
    async with House() as house:
        mia = await with_html(house, "Mia")
        for _ in range(fit + 3):
            await mia.asks("send", channel="home", text=text)
        page = await mia.asks("history", channel="home", limit=fit + 3)
        assert ["html" in event for event in page["events"]] == [True] * fit + [False] * 3


async def test_only_the_first_words_choose() -> None:
    """A second hello, when somebody is logged in, changes nothing: who is in a channel is in it in one language."""
    async with House() as house:
        luc = await house.native_in("home", "Luc")
        await luc.asks("hello", version=1, html=True)
        await luc.says("home", "*a*")
        await luc.asks("leave", channel="home")
        (event,) = (await luc.asks("history", channel="home"))["events"]
        assert "html" not in event


def test_the_language_is_one_object() -> None:
    """What shares its bytes has to be the same object."""
    assert native.PROTOCOL.encoder is native.ENCODER
    assert native.ENCODER.with_html is not None
    assert native.ENCODER.with_html.with_html is None


async def test_a_page_is_made_a_slice_in_a_turn_and_answers_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several clients ask for pages that are costly; whatever else happens in a turn waits for one slice."""
    turn = 0
    made: list[tuple[int, int]] = []

    def counting(text: str) -> str:
        made.append((turn, native_html.steps(text)))
        return markdown.render(text)

    def count() -> None:
        nonlocal turn
        turn += 1
        asyncio.get_running_loop().call_soon(count)

    async with House(limits={"history_page": 200}) as house:
        luc = await house.native_in("home", "Luc")
        for number in range(30):
            await luc.asks("send", channel="home", text=f"{'*a* ' * 20} {number}")
        readers = [await with_html(house, f"Mia{number}") for number in range(4)]
        monkeypatch.setattr("causerie.protocols.native_html.render", counting)
        count()
        asked = [(reader.tells("history", channel="home", limit=200), reader.tells("ping")) for reader in readers]
        for reader, (page, ping) in zip(readers, asked, strict=True):
            answered = await reader.answer(page)
            assert sum("html" in event for event in answered["events"]) == 30
            assert (await reader.answer(ping))["is"] == "pong"
    assert len(made) == 30, "once for all of them"
    costs: dict[int, int] = {}
    for at, cost in made:
        costs[at] = costs.get(at, 0) + cost
    assert max(costs.values()) <= native_html.SLICE + markdown_work.STEPS_MOST
    assert len(costs) > 10


async def test_what_a_reader_missed_has_it_too() -> None:
    """Resumed from the log: made in slices, kept until it is encoded, so no share is spent on it."""
    async with House() as house:
        luc = await house.native_in("home", "Luc")
        for number in range(40):
            await luc.asks("send", channel="home", text=f"{'*a* ' * 30} {number}")
        mia = NativePerson(*await house.connect())
        house.people.append(mia)
        await mia.asks("hello", version=1, html=True)
        await mia.logs_in("Mia")
        await mia.asks("resume", since={"home": 0})
        for _ in range(40):
            assert (await mia.hears("message", name="Luc"))["html"]
