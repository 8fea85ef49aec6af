"""IRC: WEBPUSH, with a push service on loopback that reads what it gets as the device would."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from causerie import bootstrap
from causerie.chat.commands import Backup
from causerie.cli.restore import restore
from causerie.data_directory import CannotStart
from tests.irc_people import IrcPerson, irc_as, irc_in
from tests.people import CONFIG, PASSWORD, House, config_with
from tests.push_service import Device, Push, PushService

CAPS = "message-tags server-time draft/webpush"


async def subscribes(house: House, service: PushService, device: Device, name: str = "ann", path: str = "/ann") -> str:
    """Somebody subscribes a device and leaves; the key that the server told."""
    ann = await irc_as(house, name, CAPS, PASSWORD)
    endpoint = f"{service.origin}{path}"
    ann.says("WEBPUSH VAPIDPUBKEY", f"WEBPUSH REGISTER {endpoint} {device.keys}")
    key = (await ann.hears_at_last("*WEBPUSH VAPIDPUBKEY *"))[-1].rpartition(" ")[2]
    await ann.hears(f"*WEBPUSH REGISTER {endpoint}")
    await leaves(ann)
    return key


async def leaves(person: IrcPerson) -> None:
    person.says("QUIT")
    await person.hears_at_last("ERROR *")
    await person.hears_the_end()


async def forgets(house: House, somebody: IrcPerson) -> None:
    """No subscription is left, a moment later: so many answers to somebody's pings is how long that may take."""
    own = house.server.context.state.subscriptions
    for _ in range(2000):
        if not any(own.values()):
            return
        await somebody.answers()
    raise AssertionError(f"still subscribed: {own}")


async def reads(service: PushService, device: Device) -> tuple[Push, str]:
    """The next push, and what it says."""
    push = await service.gets()
    return push, device.reads(push.body).decode()


async def test_who_is_not_here_is_told_on_their_device_and_who_is_here_is_not(tmp_path: Path) -> None:
    """IRCv3 draft/webpush: one line, with the capabilities of then; RFC 8030, section 5; RFC 8291; RFC 8292."""
    device = Device()
    async with PushService(tmp_path) as service, House(web_push=service.settings | {"contact": "mailto:o@e"}) as house:
        await house.account("ann")
        key = await subscribes(house, service, device)
        bob = await irc_in(house, "#home", "Bob", "message-tags echo-message")
        bob.says("PRIVMSG ann :are you there? été")
        push, said = await reads(service, device)
        msgid = (await bob.hears_at_last("*PRIVMSG ann :*"))[-1].partition("msgid=")[2].partition(" ")[0]
        assert said.endswith(" :Bob!~bob@guest.irc.local PRIVMSG ann :are you there? été")
        assert f"msgid={msgid}" in said
        assert said.startswith("@time=")
        assert push.line == "POST /ann HTTP/1.1"
        assert push.headers["host"] == f"127.0.0.1:{service.port}"
        assert (push.headers["content-encoding"], push.headers["ttl"]) == ("aes128gcm", "86400")
        claims = push.claims(key, service.origin)
        assert claims["sub"] == "mailto:o@e"
        ann = await irc_as(house, "ann", CAPS, PASSWORD)
        assert any(f" VAPID={key} " in line for line in ann.heard if " 005 " in line)
        bob.says("PRIVMSG ann :and now?")
        await ann.hears_at_last("*PRIVMSG ann :and now?")
        ann.says("AWAY :gone for tea")
        await ann.hears("*306 *")
        bob.says("PRIVMSG ann :well?")
        _, said = await reads(service, device)
        assert said.endswith(":well?"), "nothing was pushed while she was at her client"


async def test_only_what_notifies_is_pushed(tmp_path: Path) -> None:
    """chat/notify: in a channel when one is named; not where one is no member, not from those who are ignored."""
    device = Device()
    async with PushService(tmp_path) as service, House(web_push=service.settings) as house:
        await house.account("ann")
        await leaves(await irc_in(house, "#home", "ann", password=PASSWORD))
        await subscribes(house, service, device)
        bob = await irc_in(house, "#home", "Bob")
        bob.says("PRIVMSG #home :just talk", "PRIVMSG #home :look, @ann", "JOIN #den", "PRIVMSG #den :psst @ann")
        bob.says("PRIVMSG ann :last")
        assert (await reads(service, device))[1].endswith("PRIVMSG #home :look, @ann")
        assert (await reads(service, device))[1].endswith("PRIVMSG ann :last")
        ann = await house.native()
        await ann.logs_in("ann", PASSWORD)
        await ann.asks("ignore", name="Bob", on=True)
        await ann.asks("away", text="tea")
        cyd = await irc_as(house, "Cyd")
        bob.says("PRIVMSG ann :hey!")
        await bob.answers()
        cyd.says("PRIVMSG ann :hello")
        assert (await reads(service, device))[1].endswith("PRIVMSG ann :hello")


async def test_a_subscription_ends_by_request_by_the_service_and_with_the_password(tmp_path: Path) -> None:
    """IRCv3 draft/webpush, "UNREGISTER"; RFC 8030, section 7.3: 404 and 410; what is kept outlasts a restart."""
    device = Device()
    async with PushService(tmp_path) as service, House(web_push=service.settings) as house:
        await house.account("ann")

        def kept() -> list[str]:
            return [one for own in house.server.context.state.subscriptions.values() for one in own]

        key = await subscribes(house, service, device)
        await house.restart()
        assert kept() == [f"{service.origin}/ann"]
        assert stat.S_IMODE((house.data / "vapid.pem").stat().st_mode) == 0o600
        bob = await irc_as(house, "Bob")
        service.answers = [410]
        bob.says("PRIVMSG ann :one")
        await service.gets()
        await forgets(house, bob)
        assert key == await subscribes(house, service, device, path="/other"), "the key outlasts a restart"
        assert kept() == [f"{service.origin}/other"]
        ann = await irc_as(house, "ann", CAPS, PASSWORD)
        ann.says(f"WEBPUSH UNREGISTER {service.origin}/other", f"WEBPUSH UNREGISTER {service.origin}/other")
        await ann.hears(*[f":SERVER WEBPUSH UNREGISTER {service.origin}/other"] * 2)
        assert kept() == []
        ann.says(f"WEBPUSH REGISTER {service.origin}/x {device.keys}")
        await ann.hears("*WEBPUSH REGISTER *")
        ann.says(f"NS SET PASSWORD {PASSWORD.replace(' ', '')}")
        await ann.answers()
        native = await house.native()
        await native.logs_in("ann", PASSWORD)
        await native.asks("set_password", old=PASSWORD, new="three bronze teapots")
        assert kept() == []


async def test_what_cannot_be_subscribed_is_refused(tmp_path: Path) -> None:
    """IRCv3 draft/webpush, "REGISTER"; standard replies. Of many subscriptions the oldest goes."""
    device = Device()
    async with PushService(tmp_path) as service, House(web_push=service.settings) as house:
        await house.account("ann")
        ann = await irc_as(house, "ann", CAPS, PASSWORD)
        for endpoint, keys in (
            ("http://push.example/", device.keys),
            ("https://", device.keys),
            (f"https://push.example/{'x' * 300}", device.keys.replace("p256dh", "p")),
            ("https://push.example/", "p256dh=AAAA;auth=AAAA"),
            ("https://push.example/", device.keys.replace("auth=", "auth=!")),
            ("https://push.example/", device.keys.partition(";")[0]),
        ):
            ann.says(f"WEBPUSH REGISTER {endpoint} {keys}")
            await ann.hears(":SERVER FAIL WEBPUSH INVALID_PARAMS REGISTER :*")
        ann.says("WEBPUSH REGISTER x", "WEBPUSH WHATEVER", "WEBPUSH")
        await ann.hears(*[":SERVER FAIL WEBPUSH INVALID_PARAMS *"] * 2, ":SERVER 461 ann WEBPUSH :*")
        guest = await irc_as(house, "Eve", "draft/webpush")
        guest.says(f"WEBPUSH REGISTER https://push.example/ {device.keys}")
        await guest.hears(":SERVER FAIL WEBPUSH ACCOUNT_REQUIRED REGISTER :*")
        for number in range(10):
            house.server.context.now = lambda number=number: 1_000_000 + number  # type: ignore[misc]
            ann.says(f"WEBPUSH REGISTER https://push.example/{number} {device.keys}")
            await ann.hears(f"*WEBPUSH REGISTER https://push.example/{number}")
        (own,) = house.server.context.state.subscriptions.values()
        assert list(own) == [f"https://push.example/{number}" for number in range(2, 10)]
        assert service.connected == 0


async def test_as_installed_there_is_no_web_push(tmp_path: Path) -> None:
    """The setting web_push.enabled: no capability, no command, no key."""
    async with House() as house:
        await house.account("ann")
        ann = await irc_as(house, "ann", "message-tags", PASSWORD)
        ann.says("CAP LS 302", "WEBPUSH VAPIDPUBKEY")
        heard = await ann.answers()
        assert not any("webpush" in line for line in heard if " CAP " in line)
        assert heard[-1].startswith(":irc.local 421 ann WEBPUSH")
        assert not any("VAPID" in line for line in ann.heard if " 005 " in line)
        native = await house.native()
        await native.logs_in("ann", PASSWORD)
        mark = native.tells("subscribe", endpoint="https://push.example/", public_key="", auth="")
        assert (await native.answer(mark))["code"] == "unavailable"
        assert not (house.data / "vapid.pem").exists()


async def test_private_networks_are_left_alone_as_installed(tmp_path: Path) -> None:
    """SSRF: whoever names an endpoint there is told nothing by it, and it is forgotten."""
    device = Device()
    async with PushService(tmp_path) as service, House(web_push={"enabled": True}) as house:
        await house.account("ann")
        await subscribes(house, service, device)
        bob = await irc_as(house, "Bob")
        bob.says("PRIVMSG ann :hello")
        await forgets(house, bob)
        assert service.connected == 0


async def test_a_push_is_one_line_that_fits_whatever_was_said(tmp_path: Path) -> None:
    """IRCv3 draft/webpush: exactly one message, and tags may be dropped but for msgid; RFC 8291, section 4."""
    device = Device()
    async with PushService(tmp_path) as service, House(web_push=service.settings) as house:
        await house.account("ann")
        await subscribes(house, service, device)
        bob = await irc_as(house, "Bob", "message-tags")
        bob.says(f"@+x={'y' * 4080} PRIVMSG ann :much behind it")
        _, said = await reads(service, device)
        assert said.startswith("@msgid=")
        assert said.endswith(" :Bob!~bob@guest.irc.local PRIVMSG ann :much behind it")
        mia = await house.native()
        await mia.logs_in("Mia")
        await mia.asks("tell", people=["ann"], text="one\ntwo\n" + "x" * 5000)
        assert (await reads(service, device))[1].endswith("PRIVMSG ann :one")


@pytest.mark.parametrize("broken", ["key", "authorities"])
async def test_what_cannot_be_used_is_said_at_the_start(broken: str, tmp_path: Path) -> None:
    """Not at the first push, when nobody is looking."""
    authorities = "/nowhere.pem" if broken == "authorities" else ""
    if broken == "key":
        tmp_path.joinpath("vapid.pem").write_text("nonsense")
    with pytest.raises(CannotStart, match="cannot begin with Web Push"):
        await bootstrap.start(config_with(CONFIG, web_push={"enabled": True, "authorities": authorities}), tmp_path)


def tables(path: Path) -> set[str]:
    """Of a database."""
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


async def test_a_restored_servers_subscriptions_live(tmp_path: Path) -> None:
    """RFC 8292, section 4.2: they are bound to the key, which is in the backup and not in the store."""
    device, copy = Device(), tmp_path / "copy.db"
    async with PushService(tmp_path) as service, House(web_push=service.settings) as house:
        await house.account("ann")
        key = await subscribes(house, service, device)
        pem = (house.data / "vapid.pem").read_bytes()
        await house.operator(Backup(path=str(copy)))
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        secret = pem.splitlines()[1]
        assert secret in copy.read_bytes()

        def lose_all(data: Path) -> None:
            shutil.rmtree(data)
            data.mkdir()
            restore(copy, data)
            assert stat.S_IMODE((data / "vapid.pem").stat().st_mode) == 0o600
            assert {path.name for path in data.iterdir()} == {"causerie.db", "lock", "vapid.pem"}
            assert secret not in (data / "causerie.db").read_bytes()
            assert "beside" not in tables(data / "causerie.db")

        await house.restart(lose_all)
        bob = await irc_as(house, "Bob")
        bob.says("PRIVMSG ann :still there?")
        push, said = await reads(service, device)
        assert said.endswith("PRIVMSG ann :still there?")
        assert push.claims(key, service.origin)
        again = tmp_path / "again.db"
        await house.operator(Backup(path=str(again)))
        assert secret in again.read_bytes(), "what was restored is backed up like any other"


async def test_restoring_replaces_another_key_and_keeps_it_and_leaves_it_where_the_backup_has_none(
    tmp_path: Path,
) -> None:
    """As a store that is replaced; a backup without Web Push is a store and nothing else."""
    async with House() as house:
        bare, full = tmp_path / "bare.db", tmp_path / "full.db"
        await house.operator(Backup(path=str(bare)))
        assert tables(bare) == tables(house.data / "causerie.db")
        (house.data / "vapid.pem").write_bytes(b"first")
        await house.operator(Backup(path=str(full)))

        def put_back(data: Path) -> None:
            key = data / "vapid.pem"
            key.write_bytes(b"second")
            restore(bare, data)
            assert key.read_bytes() == b"second"
            restore(full, data)
            assert key.read_bytes() == b"first"
            (former,) = data.glob("vapid.pem.*")
            assert former.read_bytes() == b"second"
            restore(full, data)
            assert list(data.glob("vapid.pem.*")) == [former]
            with closing(sqlite3.connect(full)) as connection, connection:
                connection.execute("INSERT INTO beside VALUES ('../elsewhere', 'x'), ('lock', 'x')")
            restore(full, data)
            assert not (data.parent / "elsewhere").exists()
            assert (data / "lock").read_bytes() == b""

        await house.restart(put_back)
