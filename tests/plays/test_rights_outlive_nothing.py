"""Rights end with their reason: what was allowed then is not allowed now. See docs/security.md, "Rights"."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from causerie.chat.commands import DisableAccount, SetAdministrator
from causerie.config.irc import Oper
from tests.held import Held
from tests.irc_people import irc_as
from tests.people import PASSWORD, PATIENCE, House, NativePerson, config_with

ENTRY = Oper(name="root", password="operpassword")


def settings(house: House, *oper: Oper) -> None:
    """These are the `[[oper]]` entries from now on, as after a SIGHUP."""
    context = house.server.context
    context.config = msgspec.structs.replace(context.config, oper=oper)


async def test_who_elevated_and_is_demoted_has_no_administrators_rights() -> None:
    """Elevated by their own account: the account's rights are all there was."""
    async with House() as house:
        await house.account("Anna", admin=True)
        anna = await house.native()
        await anna.logs_in("Anna", PASSWORD)
        await anna.asks("elevate", name="Anna", password=PASSWORD)
        await anna.asks("audit_log")
        await house.operator(SetAdministrator(name="Anna", admin=False))
        await anna.is_refused("administrators_only", "audit_log")
        await anna.is_refused("administrators_only", "set_administrator", name="Anna", admin=True)
        await anna.is_refused("administrators_only", "make_invite", admin=True)


@pytest.mark.parametrize("now", [(), (Oper(name="root", password="another one"),)])
async def test_an_operator_whose_entry_is_gone_or_another_has_no_rights(now: tuple[Oper, ...]) -> None:
    """By either protocol, what others are told of them included; putting the entry back gives the rights back."""
    async with House() as house:
        settings(house, ENTRY)
        anna, bob = await house.native(), await irc_as(house, "Bob")
        await anna.logs_in("Anna")
        await anna.asks("elevate", name="root", password="operpassword")
        assert any("MODE Bob :+o" in line for line in await bob.answers("OPER root operpassword"))
        await anna.asks("add_account", name="Carl", password=PASSWORD)
        settings(house, *now)
        await anna.is_refused("administrators_only", "add_account", name="Dora", password=PASSWORD)
        await anna.is_refused("not_yours", "set_metadata", name="Bob", key="url", value="x")
        assert (await bob.answers("WALLOPS :hello"))[0].split()[1] == "481"
        assert "313" not in [line.split()[1] for line in await bob.answers("WHOIS Bob")]
        assert not (await anna.asks("whois", name="Bob")).get("hosts")
        settings(house, ENTRY)
        await anna.asks("status")


async def test_rights_lost_while_a_password_is_hashed_make_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding an account and resetting a password take a while: who is demoted meanwhile is refused."""
    async with House() as house:
        await house.account("Anna", admin=True)
        await house.account("Ben")
        people = []
        for _ in range(2):
            anna = await house.native()
            await anna.logs_in("Anna", PASSWORD)
            people.append(anna)
        hashing = house.server.context.hashing
        held = Held(hashing.secrets)
        monkeypatch.setattr(hashing, "secrets", held)
        adding = people[0].tells("add_account", name="Carl", password=PASSWORD, admin=True)
        resetting = people[1].tells("reset_password", name="Ben", password=PASSWORD + "3")
        await held.waits_for(2)
        await house.operator(SetAdministrator(name="Anna", admin=False))
        held.go_on()
        assert (await people[0].answer(adding))["code"] == "administrators_only"
        assert (await people[1].answer(resetting))["code"] == "administrators_only"


async def test_a_link_is_good_as_long_as_its_maker_may_make_one() -> None:
    """Of an administrator who was demoted or shut out, of an `[[oper]]` entry that is gone."""
    async with House() as house:
        settings(house, ENTRY)
        for name in ("Anna", "Ben"):
            await house.account(name, admin=True)
        links = []
        for name in ("Anna", "Ben"):
            person = await house.native()
            await person.logs_in(name, PASSWORD)
            links.append((await person.asks("make_invite", admin=True, uses=5))["token"])
        guest = await house.native()
        await guest.logs_in("Guest-Oper")
        await guest.asks("elevate", name="root", password="operpassword")
        links.append((await guest.asks("make_invite", uses=5))["token"])
        newcomer = await house.native()
        for number, link in enumerate(links):
            other = await house.native()
            await other.asks("register", name=f"New-{number}", password=PASSWORD, invite=link)
        settings(house)
        await house.operator(SetAdministrator(name="Anna", admin=False))
        await house.operator(DisableAccount(name="Ben"))
        for link in links:
            await newcomer.is_refused("invite_refused", "register", name="Eve", password=PASSWORD, invite=link)


async def eve_who_left(house: House, what: str) -> tuple[NativePerson, NativePerson]:
    """Anna owns `garden`, where Eve was muted or made a reader, or is invited; and where she is not."""
    for name in ("Anna", "Eve", "Fay"):
        await house.account(name)
    anna = await house.native_in("garden", "Anna", PASSWORD)
    eve = await house.native()
    await eve.logs_in("Eve", PASSWORD)
    if what == "invited":
        await anna.asks("invite", channel="garden", name="Eve")
        return anna, eve
    await eve.asks("join", channel="garden")
    if what == "muted":
        await anna.asks("mute", channel="garden", name="Eve", seconds=600)
    else:
        await anna.asks("set_role", channel="garden", name="Eve", role="reader")
    await eve.asks("leave", channel="garden")
    return anna, eve


KINDS = pytest.mark.parametrize("what", ["muted", "reader", "invited"])


@KINDS
@pytest.mark.parametrize("restarted", [False, True])
async def test_what_is_left_of_a_public_channel_opens_no_private_one(what: str, restarted: bool) -> None:
    """Nor one with a key or with bans, and it shows nobody the key; neither after a restart."""
    async with House() as house:
        anna, eve = await eve_who_left(house, what)
        await anna.asks("set_channel", channel="garden", access="private", key="plums")
        if restarted:
            await house.restart()
            anna, eve = await house.native(), await house.native()
            await anna.logs_in("Anna", PASSWORD)
            await eve.logs_in("Eve", PASSWORD)
        await eve.is_refused("private", "join", channel="garden")
        await eve.is_refused("no_such_channel", "look", channel="garden")
        await eve.is_refused("no_such_channel", "history", channel="garden")
        assert (await eve.asks("resume", since={"garden": 0})).get("channels", []) == []
        assert "garden" not in [line["channel"] for line in (await eve.asks("channels"))["channels"]]
        await eve.is_refused("no_such_channel", "leave", channel="garden")
        await anna.asks("set_channel", channel="garden", access="public")
        await eve.is_refused("wrong_key", "join", channel="garden")
        await anna.asks("set_mask", channel="garden", list="ban", mask="e*")
        await eve.is_refused("banned", "join", channel="garden", key="plums")
        await anna.asks("set_mask", channel="garden", list="ban", mask="e*", on=False)
        await eve.asks("join", channel="garden", key="plums")
        if what != "invited":
            code = "muted" if what == "muted" else "read_only"
            await eve.is_refused(code, "send", channel="garden", text="?")


async def test_an_invitation_given_to_a_closed_channel_holds() -> None:
    """It is a moderator's, and goes on when the key is another; a mute goes on beside it."""
    async with House() as house:
        anna, eve = await eve_who_left(house, "muted")
        await anna.asks("set_channel", channel="garden", access="private")
        await anna.asks("invite", channel="garden", name="Eve")
        await anna.asks("set_channel", channel="garden", key="plums")
        await anna.asks("set_channel", channel="garden", key="pears")
        snapshot = await eve.asks("join", channel="garden")
        assert snapshot["key"] == "pears"
        await eve.is_refused("muted", "send", channel="garden", text="?")


async def test_a_member_cannot_free_a_reader_by_an_invitation() -> None:
    """Whose role a moderator took is given back by a moderator."""
    async with House() as house:
        _anna, eve = await eve_who_left(house, "reader")
        fay = await house.native_in("garden", "Fay", PASSWORD)
        await fay.is_refused("not_moderator", "invite", channel="garden", name="Eve")
        await eve.asks("join", channel="garden")
        await eve.is_refused("read_only", "send", channel="garden", text="?")


@KINDS
async def test_moderators_see_and_remove_whoever_is_on_record(what: str) -> None:
    """By the native protocol, by a slash command, and, who is invited, by IRC's list of invitations."""
    async with House() as house:
        anna, eve = await eve_who_left(house, what)
        expected = {
            "muted": {"role": None, "muted_until": True},
            "reader": {"role": "reader", "muted_until": False},
            "invited": {"role": "invited", "muted_until": False},
        }[what]
        lines = (await anna.asks("memberships", channel="garden"))["people"]
        assert [line["name"] for line in lines] == ["Anna", "Eve"]
        (line,) = [line for line in lines if line["name"] == "Eve"]
        assert {"role": line.get("role"), "muted_until": bool(line.get("muted_until"))} == expected
        assert not line.get("member")
        assert not line.get("here")
        await eve.is_refused("not_moderator", "memberships", channel="garden")
        classic = await house.classic_in("garden", "Anna", PASSWORD)
        said = {"muted": "left, muted", "reader": "left, reader", "invited": "invited"}[what]
        classic.says("/memberships")
        await classic.hears(f"causerie>in garden: Anna (owner), Eve ({said})")
        irc = await irc_as(house, "Anna", password=PASSWORD)
        invited = [text for text in await irc.answers("MODE #garden +I") if text.split()[1] == "346"]
        assert invited == ([":irc.local 346 Anna #garden Eve!*@*"] if what == "invited" else [])
        if what == "invited":
            await irc.answers("MODE #garden -I Eve!*@*")
        else:
            await anna.asks("kick", channel="garden", name="Eve")
        assert [line["name"] for line in (await anna.asks("memberships", channel="garden"))["people"]] == ["Anna"]
        await eve.asks("join", channel="garden")
        await eve.asks("send", channel="garden", text="good day")


async def alone(house: House, person: NativePerson) -> None:
    """Nobody else is connected any more."""
    async with asyncio.timeout(PATIENCE):
        while len(house.server.context.state.connected) > 1:
            await person.asks("ping")


async def test_a_banned_guest_that_is_gone_is_on_the_lists_until_unbanned() -> None:
    """By the name that it had."""
    async with House() as house:
        await house.account("Anna")
        anna, guest = await house.native_in("garden", "Anna", PASSWORD), await house.native_in("garden", "Luc")
        await anna.asks("ban", channel="garden", name="Luc")
        guest.hang_up()
        await alone(house, anna)
        assert [mask["mask"] for mask in (await anna.asks("masks", channel="garden", list="ban"))["masks"]] == ["Luc"]
        lines = (await anna.asks("memberships", channel="garden"))["people"]
        assert [(line["name"], line.get("role")) for line in lines] == [("Anna", "owner"), ("Luc", "banned")]
        await anna.asks("unban", channel="garden", name="Luc")
        assert [line["name"] for line in (await anna.asks("memberships", channel="garden"))["people"]] == ["Anna"]


async def test_what_is_left_of_a_guest_ends_with_it() -> None:
    """A mute is kept while the guest is connected, and not for ever in memory."""
    async with House() as house:
        await house.account("Anna")
        anna, guest = await house.native_in("garden", "Anna", PASSWORD), await house.native_in("garden", "Luc")
        channel = house.server.context.state.channel("garden").id
        await anna.asks("mute", channel="garden", name="Luc", seconds=600)
        await guest.asks("leave", channel="garden")
        assert len(house.server.context.state.standings[channel]) == 2
        guest.hang_up()
        await alone(house, anna)
        assert len(house.server.context.state.standings[channel]) == 1


async def test_an_address_is_exempt_from_rates_as_long_as_the_settings_say_so() -> None:
    """A reload holds for connections that are there, too."""
    async with House() as house:
        person = await house.native()
        await person.logs_in("Ann")
        for _ in range(50):
            await person.asks("ping")
        house.server.reload(
            config_with(house.config, limits={"exempt": (), "command_burst": 5.0, "command_rate": 0.01})
        )
        for _ in range(5):
            await person.asks("ping")
        await person.is_refused("too_fast", "ping")
        house.server.reload(config_with(house.config, limits={"exempt": ("127.0.0.0/8",)}))
        await person.asks("ping")


async def test_who_loses_or_is_given_rights_is_told_on_each_connection() -> None:
    """By an administrator's word, and by settings read anew; who merely keeps them is told nothing."""
    async with House() as house:
        await house.account("Anna")
        settings(house, ENTRY)
        anna, own = await irc_as(house, "Anna", password=PASSWORD), await house.native()
        await own.logs_in("Anna", PASSWORD)
        await house.operator(SetAdministrator(name="Anna", admin=True))
        await anna.hears(":Anna!* MODE Anna :+o")
        assert (await own.hears("rights"))["administrator"] is True
        bob = await irc_as(house, "Bob")
        await bob.answers("OPER root operpassword")
        await anna.answers("OPER root operpassword")
        await house.operator(SetAdministrator(name="Anna", admin=False))
        assert (await own.hears("rights"))["administrator"] is False
        await anna.hears_nothing()
        house.server.reload(msgspec.structs.replace(house.config, oper=()))
        await bob.hears(":Bob!* MODE Bob :-o")
        await anna.hears(":Anna!* MODE Anna :-o")
        house.server.reload(msgspec.structs.replace(house.config, oper=(ENTRY,)))
        await bob.hears(":Bob!* MODE Bob :+o")
        await anna.hears(":Anna!* MODE Anna :+o")
