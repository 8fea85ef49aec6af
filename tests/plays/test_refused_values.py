"""Values that cannot be: each is refused with the reason that names it, and nothing of it is done."""

from __future__ import annotations

from typing import Any

import pytest

from causerie.chat.commands import Backup
from causerie.chat.errors import BadInput
from tests.people import PASSWORD, House

KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
PUSH = {"endpoint": "https://push.example/x", "public_key": KEY, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("set_topic", {"channel": "garden", "topic": "one\ntwo"}, "bad_input", "line_end"),
    ("describe", {"about": "one\ntwo"}, "bad_input", "line_end"),
    ("set_channel", {"channel": "garden", "people_most": -1}, "bad_input", "people_most"),
    ("set_channel", {"channel": "garden", "people_most": 1_000_001}, "bad_input", "people_most"),
    ("set_channel", {"channel": "garden", "retention_days": -1}, "bad_input", "retention_days"),
    ("set_channel", {"channel": "garden", "slow_seconds": 86_401}, "bad_input", "slow_seconds"),
    ("set_channel", {"channel": "garden", "access": "direct"}, "bad_input", "access"),
    ("set_channel", {"channel": "garden", "key": "two words"}, "bad_input", "key"),
    ("set_channel", {"channel": "garden", "key": "x" * 24}, "bad_input", "key"),
    ("set_channel", {"channel": "home", "access": "private"}, "bad_input", "access"),
    ("set_channel", {"channel": "home", "key": "plums"}, "bad_input", "key"),
    ("make_invite", {"uses": 0}, "bad_input", "uses"),
    ("make_invite", {"uses": 10_001}, "bad_input", "uses"),
    ("make_invite", {"hours": -1}, "bad_input", "hours"),
    ("make_invite", {"hours": 100_000}, "bad_input", "hours"),
    ("make_invite", {"note": "x" * 201}, "bad_input", "note"),
    ("make_invite", {"note": "one\ntwo"}, "bad_input", "note"),
    ("unban", {"channel": "garden", "name": "Ben"}, "bad_input", "not_banned"),
    ("mute", {"channel": "garden", "name": "Ben", "seconds": -1}, "bad_input", "seconds"),
    ("mute", {"channel": "garden", "name": "Ben", "seconds": 366 * 86_400 + 1}, "bad_input", "seconds"),
    ("set_role", {"channel": "garden", "name": "Ben", "role": "invited"}, "bad_input", "role"),
    ("invite", {"channel": "garden", "name": "Ben"}, "bad_input", "member"),
    ("resume", {"since": {"garden": 0}}, "bad_input", "already_there"),
    ("resume", {"since": {"garden": -1}}, "bad_input", "number"),
    ("history", {"channel": "garden", "after": 1, "since": 1}, "bad_input", "one of after, since, around, near"),
    ("history", {"channel": "garden", "after": 1, "near": 1}, "bad_input", "one of after, since, around, near"),
    ("history", {"channel": "garden", "before": 1, "until": 1}, "bad_input", "one of before, until, around, near"),
    ("history", {"channel": "garden", "around": 1, "near": 1}, "bad_input", "one of before, until, around, near"),
    ("history", {"channel": "garden", "before": -1}, "bad_input", "before"),
    ("history", {"channel": "garden", "until": 2**53}, "bad_input", "until"),
    ("thread", {"channel": "garden", "number": 1, "before": 1, "after": 1}, "bad_input", "one of before, after"),
    ("reactions", {"channel": "garden", "number": 1, "after": 1}, "bad_input", "after"),
    ("search", {"text": " "}, "bad_input", "query"),
    ("search", {"text": "x" * 401}, "bad_input", "query"),
    ("prefer", {"quiet_from": 1440}, "bad_input", "quiet_from"),
    ("prefer", {"quiet_to": -1}, "bad_input", "quiet_to"),
    ("prefer", {"zone": "Europe/Nowhere"}, "bad_input", "zone"),
    ("prefer", {"dnd_minutes": -1}, "bad_input", "dnd_minutes"),
    ("prefer", {"keywords": [""]}, "bad_text", "empty"),
    ("ignore", {"name": "Ada"}, "bad_input", "oneself"),
    ("direct", {"people": []}, "bad_input", "people"),
    ("set_metadata", {"channel": "garden", "name": "Ben", "key": "url", "value": "x"}, "bad_input", "metadata"),
    ("reload", {}, "unavailable", "settings"),
    ("subscribe", {**PUSH, "endpoint": "http://push.example/x"}, "bad_input", "endpoint"),
    ("subscribe", {**PUSH, "endpoint": "https://a@push.example/x"}, "bad_input", "endpoint"),
    ("subscribe", {**PUSH, "form": "é"}, "bad_input", "form"),
    ("subscribe", {**PUSH, "form": "x" * 401}, "bad_input", "form"),
    ("subscribe", {**PUSH, "public_key": "AAAA"}, "bad_input", "public_key"),
    ("subscribe", {**PUSH, "public_key": f"C{KEY[1:]}"}, "bad_input", "public_key"),
    ("subscribe", {**PUSH, "auth": "AAAA"}, "bad_input", "auth"),
    ("knock", {"password": "wrong"}, "login_failed", "door"),
]
"""A command of an administrator who owns `garden`, where Ben is a member; the refusal's code, and its `why`."""


async def test_each_is_refused_by_its_name() -> None:
    """And what stands afterwards is what stood before."""
    async with House(irc={"password": "sesame"}) as house:
        context = house.server.context
        context.push_key = KEY
        await house.account("Ada", admin=True)
        await house.account("Ben")
        ada, ben = await house.native_in("garden", "Ada", PASSWORD), await house.native_in("garden", "Ben", PASSWORD)
        before = dict(context.state.channels), dict(context.state.invites), dict(context.state.subscriptions)
        for do, about, code, why in CASES:
            answer = await ada.answer(ada.tells(do, **about))
            assert (answer.get("code"), answer.get("data", {}).get("why")) == (code, why), (do, about)
        assert (context.state.channels, context.state.invites) == before[:2]
        assert not any(context.state.subscriptions.values())
        await ben.asks("send", channel="garden", text="good day")


async def test_without_its_key_nothing_is_subscribed() -> None:
    async with House() as house:
        await house.account("Ada")
        ada = await house.native()
        await ada.logs_in("Ada", PASSWORD)
        assert (await ada.is_refused("unavailable", "subscribe", **PUSH))["why"] == "web_push"


async def test_a_backup_is_written_to_a_new_file_with_a_whole_path() -> None:
    async with House() as house:
        (house.data / "there").write_text("x")
        for path, why in (("somewhere", "not_absolute"), (str(house.data / "there"), "exists")):
            with pytest.raises(BadInput) as refused:
                await house.operator(Backup(path=path))
            assert refused.value.data["why"] == why
        assert (house.data / "there").read_text() == "x"
