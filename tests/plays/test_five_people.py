"""One day of five people: a story to read first, for whoever wants to know what causerie does.

anna made the channel "garden". bob is there by his laptop and his telephone, chloe by her laptop. Dan is a guest.
All four have a native client; Guest-Luc has one of the first ones, which know lines of text and nothing else.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from tests.people import PASSWORD, ClassicPerson, House, NativePerson

GARDEN = {"channel": "garden"}


class Cast(NamedTuple):
    """The people, and bob's telephone."""

    anna: NativePerson
    bob: NativePerson
    telephone: NativePerson
    chloe: NativePerson
    dan: NativePerson
    luc: ClassicPerson

    async def hear(self, is_: str, **about: object) -> None:
        """All native clients are told this, each in their turn."""
        for one in (self.anna, self.bob, self.telephone, self.chloe, self.dan):
            await one.hears(is_, **GARDEN, **about)

    async def says(self, who: NativePerson, text: str, **about: object) -> int:
        """One of them says something, and all others hear it; luc, who reads, is waited for by the story."""
        number: int = (await who.asks("send", text=text, **GARDEN, **about))["number"]
        await self.hear("message", number=number, text=text, name=who.name)
        return number


@asynccontextmanager
async def garden() -> AsyncIterator[Cast]:
    """The house, and all five of them in the garden."""
    async with House() as house:
        for name in ("anna", "bob", "chloe"):
            await house.account(name)
        anna = await house.native_in("garden", "anna", PASSWORD)
        bob = await house.native_in("garden", "bob", PASSWORD)
        telephone = await house.native_in("garden", "bob", PASSWORD)
        chloe = await house.native_in("garden", "chloe", PASSWORD)
        dan = await house.native_in("garden", "Dan")
        luc = await house.classic_in("garden", "Guest-Luc")
        for earlier, later in ((anna, "bob chloe Dan Guest-Luc"), (bob, "chloe Dan Guest-Luc")):
            for name in later.split():
                await earlier.hears("entered", name=name)
        for earlier, later in ((telephone, "chloe Dan Guest-Luc"), (chloe, "Dan Guest-Luc"), (dan, "Guest-Luc")):
            for name in later.split():
                await earlier.hears("entered", name=name)
        yield Cast(anna, bob, telephone, chloe, dan, luc)


async def unread(person: NativePerson) -> tuple[int, int]:
    """What this person has not read in the garden: messages, and mentions among them."""
    (line,) = (await person.asks("unread"))["channels"]
    return line.get("unread", 0), line.get("mentions", 0)


async def story(person: NativePerson) -> list[dict[str, Any]]:
    """What a page of the garden's history shows, as it stands now."""
    events: list[dict[str, Any]] = (await person.asks("history", talk=True, **GARDEN))["events"]
    return events


async def test_a_day_in_the_garden() -> None:
    """Said, corrected, answered, liked, read, pinned, disturbed, put right: and everybody can follow."""
    async with garden() as cast:
        anna, bob, telephone, chloe, dan, luc = cast

        # In the morning anna says something, with a slip, and corrects it. Whoever can show it shows the new text in
        # its place; luc reads a line.
        plan = await cast.says(anna, "Picnic on Sunday at noom?")
        await luc.hears("anna>Picnic on Sunday at noom?")
        await anna.asks("edit", number=plan, text="Picnic on Sunday at noon?", **GARDEN)
        await cast.hear("edited", target=plan, text="Picnic on Sunday at noon?", name="anna")
        await luc.hears("* anna: Picnic on Sunday at noon? (edited)")

        # chloe begins to type, which passes, and then answers. The answer is a thread, which she and anna follow; luc,
        # who has no threads, reads in the same place what it is an answer to.
        await chloe.asks("is_typing", **GARDEN)
        await cast.hear("typing", name="chloe")
        cake = (await chloe.asks("send", text="I'll bring a cake", reply=plan, **GARDEN))["number"]
        for one in (anna, chloe):
            await one.hears("followed", thread=plan)
        await cast.hear("message", number=cake, reply=plan, thread=plan, nth=1, name="chloe")
        await luc.hears(f"chloe>(to message {plan}) I'll bring a cake")
        (thread,) = (await anna.asks("threads"))["threads"]
        assert (thread["thread"], thread["replies"], thread["unread"]) == (plan, 1, 1)

        # dan likes it, and so does bob, from his telephone. Nobody tells luc: anna has not switched such lines on.
        for count, who in enumerate((dan, telephone), 1):
            await who.asks("react", number=cake, emoji="🎂", **GARDEN)
            await cast.hear("reacted", target=cake, emoji="🎂", count=count, name=who.name)
        assert (await story(telephone))[-1]["reactions"] == [{"emoji": "🎂", "count": 2, "mine": True}]
        assert (await story(anna))[-1]["reactions"] == [{"emoji": "🎂", "count": 2}]

        # anna asks bob by name. He has two unread messages, in one of which he is mentioned, on both of his devices; he
        # reads them on the telephone, and the laptop knows.
        question = await cast.says(anna, "@bob, can you bring the blanket?")
        await luc.hears("anna>@bob, can you bring the blanket?")
        assert await unread(bob) == await unread(telephone) == (3, 1)
        assert (await bob.asks("why", number=question, **GARDEN))["rule"] == "mention"
        await telephone.asks("mark", number=question, **GARDEN)
        for device in (bob, telephone):
            await device.hears("marked", upto=question)
        assert await unread(bob) == (0, 0)

        # He begins to answer on the telephone and finishes at the laptop, where his draft is already.
        await telephone.asks("draft", text="Yes, the red", reply=question, **GARDEN)
        await bob.hears("drafted", text="Yes, the red", reply=question)
        await bob.asks("draft", text="", **GARDEN)
        await telephone.hears("drafted", text="")
        await cast.says(bob, "Yes, the red one")
        await luc.hears("bob>Yes, the red one")

        # anna pins the plan, for those who come later, and goes for a walk.
        await anna.asks("pin", number=plan, **GARDEN)
        await cast.hear("pinned", target=plan, words="Picnic on Sunday at noon?")
        await luc.hears('* anna pinned "Picnic on Sunday at noon?"')
        assert [one["number"] for one in (await dan.asks("pins", **GARDEN))["messages"]] == [plan]
        await anna.asks("set_presence", mode="away", text="out for a walk")
        await cast.hear("presence", name="anna", away="out for a walk")

        # Meanwhile dan is bored, and noisy. luc, by his old client, types a slash command like anybody else, and
        # reports him.
        noise = [await cast.says(dan, text) for text in ("BORING", "BORING!!", "CAKE IS FOR BABIES")]
        await luc.hears("~Dan>BORING", "~Dan>BORING!!", "~Dan>CAKE IS FOR BABIES")
        luc.says(f"/report {noise[2]} rude")
        await anna.hears("reported", target=noise[2], whom_name="Dan", reason="rude", name="Guest-Luc")
        await luc.hears("causerie>done.")

        # anna is back. She slows the channel down, deletes what dan said from his first noise on, and mutes him for ten
        # minutes. Nobody can read it any more; that it was there, and who deleted it, everybody can.
        await anna.asks("set_presence", mode="online")
        await cast.hear("presence", name="anna", away=None)
        await anna.asks("set_channel", slow_seconds=30, **GARDEN)
        await cast.hear("changed", slow_seconds=30)
        await luc.hears("* anna changed the settings of garden")
        await anna.asks("delete_since", number=noise[0], reason="noise", **GARDEN)
        await cast.hear("deleted", targets=noise, name="anna", reason="noise")
        await luc.hears("* anna deleted 3 messages (noise)")
        await anna.asks("send", text="/mute Dan 10m be kind", **GARDEN)
        await cast.hear("stands", whom_name="Dan", role="member", reason="be kind")
        await luc.hears("* anna muted ~Dan for 10 minutes (be kind)")
        await dan.is_refused("muted", "send", text="BORING", **GARDEN)
        assert [one["text"] for one in await story(bob) if one["name"] == "Dan"] == ["", "", ""]
        assert (await bob.asks("search", text="babies"))["hits"] == []
        (report,) = (await anna.asks("reports"))["reports"]
        await anna.asks("close_report", report=report["report"], note="muted for ten minutes")

        # It is quiet again. In slow mode chloe says one thing, and the next has to wait.
        await cast.says(chloe, "See you on Sunday")
        await luc.hears("chloe>See you on Sunday")
        wait = await chloe.is_refused("slow_mode", "send", text="and bring hats", **GARDEN)
        assert 0 < wait["retry_after"] <= 30
        await luc.hears_nothing()
