"""Who is a guest can be seen by everybody, in every protocol, and no guest passes for who runs the server."""

from __future__ import annotations

import pytest

from causerie.chat.commands import AddAccount
from causerie.chat.errors import NameTaken
from tests.irc_people import irc, irc_as, irc_in
from tests.people import PASSWORD, House

GUEST, ACCOUNT = "Mia!~mia@guest.irc.local", "anna!~anna@irc.local"


async def test_every_line_by_a_guest_says_so() -> None:
    """The host of each prefix, for clients without any capability: JOIN, PRIVMSG, NICK, TOPIC, PART, QUIT."""
    async with House() as house:
        await house.account("anna")
        bob = await irc_in(house, "#home", "Bob")
        anna = await irc_in(house, "#home", "anna", password=PASSWORD)
        await bob.hears(f":{ACCOUNT} JOIN #home")
        mia = await irc_in(house, "#home", "Mia")
        await bob.hears(f":{GUEST} JOIN #home")
        mia.says("PRIVMSG #home :hello", "PRIVMSG Bob :psst", "NOTICE Bob :note", "MODE #home")
        anna.says("PRIVMSG Bob :psst")
        await bob.hears_at_last(f":{GUEST} PRIVMSG #home :hello")
        heard = [await bob.line() for _ in range(3)]
        assert sorted(heard) == sorted([
            f":{GUEST} PRIVMSG Bob :psst", f":{GUEST} NOTICE Bob :note", f":{ACCOUNT} PRIVMSG Bob :psst",
        ])  # fmt: skip
        mia.says("NICK Mio")
        await bob.hears(f":{GUEST} NICK :Mio")
        mia.says("PART #home", "QUIT")
        await bob.hears(":Mio!~mia@guest.SERVER PART #home")
        anna.says("QUIT")
        await bob.hears(f":{ACCOUNT} QUIT :*")


async def test_whoever_asks_is_told_too() -> None:
    """WHO, WHOX, WHOIS, WHOWAS, USERHOST, MONITOR, and NAMES with hosts."""
    async with House() as house:
        await house.account("anna")
        bob = await irc_in(house, "#home", "Bob", "userhost-in-names")
        await irc_in(house, "#home", "anna", password=PASSWORD)
        mia = await irc_in(house, "#home", "Mia")
        await bob.hears(f":{ACCOUNT} JOIN #home", f":{GUEST} JOIN #home")
        names = (await bob.answers("NAMES #home"))[0].split(" :")[1].split()
        assert {GUEST, ACCOUNT} <= set(names)
        asked = await bob.answers(
            "WHO Mia", "WHO anna", "WHO Mia %h", "WHO anna %h", "USERHOST Mia anna", "MONITOR + Mia,anna",
            "WHO *.irc.local %n", "WHO guest.* %n",
        )  # fmt: skip
        told = [line.split(" Bob ", 1)[1] for line in asked if line.split()[1] not in ("315",)]
        assert told[:5] == [
            "* ~mia guest.irc.local irc.local Mia H :0 Mia at IRC", "* ~anna irc.local irc.local anna H :0 anna at IRC",
            "guest.irc.local", "irc.local", ":Mia=+~mia@guest.irc.local anna=+~anna@irc.local",
        ]  # fmt: skip
        assert set(told[5].removeprefix(":").split(",")) == {GUEST, ACCOUNT}
        assert set(told[6:]) == {"Mia", "Bob"}
        assert (await bob.answers("WHOIS Mia"))[0].endswith(" 311 Bob Mia ~mia guest.irc.local * :Mia at IRC")
        assert (await bob.answers("WHOIS anna"))[0].endswith(" 311 Bob anna ~anna irc.local * :anna at IRC")
        mia.says("QUIT")
        await bob.hears_at_last(f":{GUEST} QUIT :*")
        assert (await bob.answers("WHOWAS Mia"))[0].endswith(" 314 Bob Mia ~mia guest.irc.local * :Mia at IRC")


async def test_guests_and_accounts_of_other_protocols_are_told_apart_on_irc_too() -> None:
    """Whatever they speak; what they said before as well, when they are gone."""
    async with House() as house:
        await house.account("anna")
        bob = await irc_in(house, "#home", "Bob")
        await house.native_in("home", "anna", PASSWORD)
        mia = await house.native_in("home", "Mia")
        luc = await house.classic_in("home", "Guest-Luc")
        await bob.hears(
            ":anna!causerie@SERVER JOIN #home", ":Mia!causerie@guest.SERVER JOIN #home",
            ":Guest-Luc!causerie@guest.SERVER JOIN #home",
        )  # fmt: skip
        await mia.hears("entered", name="Guest-Luc")
        await mia.says("home", "hello")
        await luc.hears("~Mia>hello")
        await bob.hears(":Mia!causerie@guest.SERVER PRIVMSG #home :hello")
        mia.hang_up()
        await bob.hears(":Mia!causerie@guest.SERVER QUIT :*")
        cyd = await irc_as(house, "Cyd", "server-time batch")
        heard = await cyd.answers("JOIN #home")
        assert [line for line in heard if line.endswith(":Mia!causerie@guest.irc.local PRIVMSG #home :hello")]


async def test_a_guest_who_becomes_an_account_is_none_from_then_on() -> None:
    """IRCv3 chghost: the host changes; who does not know that reads it in the next line."""
    async with House(accounts={"registration": "open"}) as house:
        bob = await irc_in(house, "#home", "Bob", "chghost account-notify")
        cyd = await irc_in(house, "#home", "Cyd")
        mia = await irc_in(house, "#home", "Mia", "chghost")
        await bob.hears(":Cyd!* JOIN #home", f":{GUEST} JOIN #home")
        await cyd.hears(f":{GUEST} JOIN #home")
        heard = await mia.answers(f"REGISTER * * :{PASSWORD}")
        assert heard[-1] == f":{GUEST} CHGHOST ~mia irc.local"
        await bob.hears(f":{GUEST} CHGHOST ~mia SERVER", ":Mia!~mia@SERVER ACCOUNT Mia")
        mia.says("PRIVMSG #home :here I am")
        await cyd.hears(":Mia!~mia@SERVER PRIVMSG #home :here I am")
        await bob.hears(":Mia!~mia@SERVER PRIVMSG #home :here I am")


OFFICIAL = ["AdminTeam", "sysadmin", "helpdesk", "Modérateur", "Support24", "Chez-Luc", "ChezLucTeam", "root2"]


@pytest.mark.parametrize("name", OFFICIAL)
async def test_no_guest_passes_for_who_runs_the_server(name: str) -> None:
    """By IRC, the native protocol and a change of nick: the name is kept for the server; nor can it be registered."""
    async with House(accounts={"registration": "open"}, server={"name": "Chez Luc"}) as house:
        eve = await irc(house)
        eve.says(f"NICK {name}", "USER eve 0 * :Eve")
        await eve.hears(f":SERVER 432 {name} {name} :That name is kept for the server and for those who run it")
        eve.says("NICK Eve")
        await eve.hears_at_last(":SERVER 422 Eve :*")
        assert (await eve.answers(f"NICK {name}"))[0].startswith(f":irc.local 432 Eve {name} :")
        mia = await house.native()
        assert (await mia.is_refused("name_taken", "login", name=name, guest=True))["why"] == "reserved"
        assert (await mia.is_refused("name_taken", "register", name=name, password=PASSWORD))["why"] == "reserved"


async def test_an_administrator_may_have_such_a_name_or_give_it() -> None:
    """Who makes an account for somebody knows whom; the words that are the server's own alone are administrators'."""
    async with House() as house:
        await house.operator(AddAccount(name="AdminAnna", password=PASSWORD, admin=True))
        await house.operator(AddAccount(name="HelpDesk", password=PASSWORD))
        anna = await irc_as(house, "AdminAnna", password=PASSWORD)
        assert " 303 AdminAnna :AdminAnna" in (await anna.answers("ISON AdminAnna"))[0]
        with pytest.raises(NameTaken):
            await house.operator(AddAccount(name="admin", password=PASSWORD))


async def test_classic_guests_cannot_either() -> None:
    """Their names begin with Gue, and the rest is looked at."""
    async with House() as house:
        luc = await house.classic()
        luc.asks_in("home", "Guest-Admin")
        assert await luc.reads_once() == "NO"
        luc.asks_in("home", "Guest-Luc")
        await luc.hears("OK[+]Guest-Luc")


async def test_a_guest_who_keeps_order_is_marked_in_every_line_too() -> None:
    """In a channel that nobody owns a guest moderates: what it does there is told as a guest's, on the classic protocol
    as well, and read so again from the log."""
    async with House() as house:
        mia = await house.native_in("den", "Mia")
        luc = await house.classic_in("den", "Guest-Luc")
        await mia.hears("entered", name="Guest-Luc")
        zoe = await house.native_in("den", "Zoe")
        await luc.hears("[+]~Zoe")
        await mia.hears("entered", name="Zoe")
        await mia.asks("set_channel", channel="den", slow_seconds=1)
        await luc.hears("* ~Mia changed the settings of den")
        assert (await zoe.hears("changed", name="Mia"))["guest"] is True
        await mia.asks("mute", channel="den", name="Zoe", seconds=60)
        await luc.hears("* ~Mia muted ~Zoe for 1 minute")
        assert (await zoe.hears("stands", name="Mia"))["guest"] is True
        luc.says("well")
        await luc.hears("Guest-Luc>well")
        await mia.hears("changed")
        await mia.hears("stands")
        number = (await mia.hears("message", text="well"))["number"]
        await zoe.asks("report", channel="den", number=number)
        told = await mia.hears("reported", name="Zoe")
        assert (told["guest"], told["whom_guest"]) == (True, True)
        page = await mia.asks("history", channel="den")
        assert {event["is"]: event.get("guest") for event in page["events"]} == {
            "changed": True, "stands": True, "message": True,
        }  # fmt: skip


async def test_no_display_name_passes_for_who_runs_the_server() -> None:
    """IRCv3 metadata: clients show it in the place of the nick. An administrator may say what they are."""
    async with House() as house:
        await house.account("anna", admin=True)
        caps = "batch draft/metadata-3"
        mia = await irc_as(house, "Mia", caps)
        told = await mia.answers(
            "METADATA * SET display-name :Admin Team", "METADATA * SET display-name :Mia from Lyon"
        )
        assert [line.split(" :")[0] for line in told] == [
            ":irc.local FAIL METADATA INVALID_VALUE display-name", ":irc.local 761 Mia Mia display-name *",
        ]  # fmt: skip
        anna = await irc_as(house, "anna", caps, PASSWORD)
        assert " 761 " in (await anna.answers("METADATA * SET display-name :Admin Team"))[0]
