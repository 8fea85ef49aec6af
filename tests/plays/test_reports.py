"""Reports: who may make them, who is told, who may close them; and the record of what moderators do."""

import sqlite3
from typing import Any

import pytest

from tests.people import PASSWORD, House, NativePerson


async def garden(house: House) -> tuple[NativePerson, NativePerson, NativePerson]:
    """Anna, who owns the garden, Bob, a member, and Luc, a guest, who has said something nasty there (number 1)."""
    for name in ("anna", "bob"):
        await house.account(name)
    anna = await house.native_in("garden", "anna", PASSWORD)
    bob = await house.native_in("garden", "bob", PASSWORD)
    luc = await house.native_in("garden", "Luc")
    await anna.hears("entered", name="bob")
    await anna.hears("entered", name="Luc")
    await bob.hears("entered", name="Luc")
    await luc.says("garden", "something nasty")
    for person in (anna, bob):
        await person.hears("message", number=1)
    return anna, bob, luc


async def reports(person: NativePerson) -> list[dict[str, Any]]:
    """The open reports that this person may see."""
    return list((await person.asks("reports"))["reports"])


async def test_a_report_is_told_to_the_moderators_until_one_of_them_closes_it() -> None:
    """The others hear nothing of it; what came of it is in the audit log, without what the message said."""
    async with House() as house:
        anna, bob, luc = await garden(house)
        await house.account("boss", admin=True)
        boss = await house.native_in("garden", "boss", PASSWORD)
        for person in (anna, bob, luc):
            await person.hears("entered", name="boss")
        await bob.asks("report", channel="garden", number=1, reason="not nice")
        told = await anna.hears("reported", name="bob", target=1, whom_name="Luc", reason="not nice")
        for person in (bob, luc, boss):
            await person.hears_nothing()
        # The same once more is nothing new.
        await bob.asks("report", channel="garden", number=1)
        await anna.hears_nothing()
        (line,) = await reports(anna)
        assert (line["report"], line["text"], line["name"]) == (told["report"], "something nasty", "bob")
        assert await reports(bob) == []
        await bob.is_refused("no_such_report", "close_report", report=told["report"])
        await house.restart()
        anna = await house.native()
        await anna.logs_in("anna", PASSWORD)
        assert await reports(anna) == [line]
        await anna.asks("close_report", report=told["report"], note="talked to him")
        assert await reports(anna) == []
        await anna.is_refused("no_such_report", "close_report", report=told["report"])
        boss = await house.native()
        await boss.logs_in("boss", PASSWORD)
        (entry,) = [one for one in (await boss.asks("audit_log"))["entries"] if one["act"] == "report_closed"]
        assert entry["name"] == "anna"
        assert entry["data"] == {
            "channel": "garden", "number": 1, "name": "Luc", "by": "bob", "reason": "not nice", "note": "talked to him",
        }  # fmt: skip


async def test_a_report_about_the_only_moderator_is_for_the_administrators() -> None:
    """Nobody is told of, sees or closes a report about themselves."""
    async with House() as house:
        anna, bob, _ = await garden(house)
        await house.account("boss", admin=True)
        boss = await house.native()
        await boss.logs_in("boss", PASSWORD)
        said = await anna.says("garden", "I am worse")
        await bob.asks("report", channel="garden", number=said["number"])
        told = await boss.hears("reported", channel="garden", whom_name="anna")
        await anna.hears_nothing()
        assert await reports(anna) == []
        await anna.is_refused("no_such_report", "close_report", report=told["report"])
        await boss.asks("close_report", report=told["report"])


async def test_what_is_reported_in_a_direct_conversation_is_shown_to_administrators() -> None:
    """Of all that they may not read there it is the one message that one of the two has shown them."""
    async with House() as house:
        await house.account("bob")
        await house.account("boss", admin=True)
        bob, boss, luc = await house.native(), await house.native(), await house.native()
        await bob.logs_in("bob", PASSWORD)
        await boss.logs_in("boss", PASSWORD)
        await luc.logs_in("Luc")
        place = (await luc.asks("direct", people=["bob"]))["channel"]
        said = await luc.asks("send", channel=place, text="between you and me")
        await boss.is_refused("no_such_channel", "report", channel=place, number=said["number"])
        await bob.asks("report", channel=place, number=said["number"])
        await boss.hears("reported", channel=place, whom_name="Luc")
        assert [line["text"] for line in await reports(boss)] == ["between you and me"]
        await boss.is_refused("no_such_channel", "history", channel=place)


async def test_a_private_channels_reports_are_its_moderators_own() -> None:
    """An administrator sees them only where nobody else can act on them."""
    async with House() as house:
        anna, bob, _ = await garden(house)
        await house.account("boss", admin=True)
        boss = await house.native()
        await boss.logs_in("boss", PASSWORD)
        await anna.asks("set_channel", channel="garden", access="private")
        await bob.asks("report", channel="garden", number=1)
        await boss.hears_nothing()
        assert await reports(boss) == []
        assert len(await reports(anna)) == 1


async def test_open_reports_are_bounded_and_the_muted_may_report_too() -> None:
    """So many of one person; when one is closed there is room again. What cannot be read cannot be reported."""
    async with House(conversation={"reports_person": 2}) as house:
        anna, bob, luc = await garden(house)
        for text in ("two", "three"):
            await luc.says("garden", text)
        await anna.asks("mute", channel="garden", name="bob", seconds=600)
        await bob.asks("report", channel="garden", number=1)
        await bob.asks("report", channel="garden", number=2)
        assert (await bob.is_refused("too_many", "report", channel="garden", number=3))["most"] == 2
        await bob.is_refused("no_such_message", "report", channel="garden", number=99)
        await bob.is_refused("text_too_long", "report", channel="garden", number=3, reason="x" * 401)
        first = (await reports(anna))[0]
        await anna.asks("close_report", report=first["report"])
        await bob.asks("report", channel="garden", number=3)
        await anna.asks("ban", channel="garden", name="Luc")
        await luc.is_refused("banned", "report", channel="garden", number=1)


async def test_a_report_of_what_was_deleted_since_shows_no_text() -> None:
    """Deleted is deleted; who wrote it is still known, so that they can be banned."""
    async with House() as house:
        anna, bob, luc = await garden(house)
        await bob.asks("report", channel="garden", number=1)
        await luc.asks("delete", channel="garden", number=1)
        (line,) = await reports(anna)
        assert "text" not in line
        assert (line["target"], line["whom_name"]) == (1, "Luc")


async def test_the_audit_log_is_read_in_pages_by_administrators_and_edited_by_nobody() -> None:
    """Every act of moderation is in it by name, the newest first."""
    async with House() as house:
        anna, *_ = await garden(house)
        await house.account("boss", admin=True)
        boss = await house.native()
        await boss.logs_in("boss", PASSWORD)
        await anna.asks("mute", channel="garden", name="bob", seconds=60, reason="shouting")
        await anna.asks("kick", channel="garden", name="bob")
        await anna.is_refused("administrators_only", "audit_log")
        first = await boss.asks("audit_log", limit=1)
        (kicked,) = first["entries"]
        assert (kicked["name"], kicked["act"], first["more"]) == ("anna", "kicked", True)
        (muted,) = (await boss.asks("audit_log", limit=1, before=kicked["entry"]))["entries"]
        assert (muted["act"], muted["data"]["name"], muted["data"]["reason"]) == ("muted", "bob", "shouting")
        whole = await boss.asks("audit_log", before=-1, limit=10_000)
        assert not whole.get("more")
        assert [entry["entry"] for entry in whole["entries"]] == sorted(
            (entry["entry"] for entry in whole["entries"]), reverse=True
        )
        made = [entry for entry in whole["entries"] if entry["act"] == "account_added"]
        assert made
        assert all(not entry["name"] for entry in made), "the operator has no name"
        file = sqlite3.connect(house.data / "causerie.db")
        try:
            for statement in ("UPDATE audit SET act = 'nothing'", "DELETE FROM audit"):
                with pytest.raises(sqlite3.DatabaseError):
                    file.execute(statement)
        finally:
            file.close()
