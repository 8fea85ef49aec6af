"""IRC: METADATA before registration (IRCv3 draft/metadata-3, "before-connect")."""

from __future__ import annotations

from tests.irc_people import IrcPerson, irc, irc_as, irc_in, plain
from tests.people import PASSWORD, House
from tests.plays.test_irc_metadata import CAPS, batch


async def comes(house: House, caps: str = CAPS) -> IrcPerson:
    """Somebody who has the capabilities and is not registered."""
    person = await irc(house)
    person.says("CAP LS 302", f"CAP REQ :{caps}")
    await person.hears_at_last(":SERVER CAP * ACK *")
    return person


async def registers(person: IrcPerson, nick: str, *more: str) -> list[str]:
    """What is heard until the message of the day."""
    person.says(f"NICK {nick}", f"USER {nick} 0 * :x", *more, "CAP END")
    person.nick = nick
    return await person.hears_at_last(f":SERVER 422 {nick} :*")


async def test_what_is_noted_before_is_there_when_one_comes_in() -> None:
    """ "METADATA client command", "Automatic synchronization": answered as `*` at once; in the welcome's batch,
    before 422; told to whoever one joins."""
    async with House() as house:
        bob = await irc_in(house, "#tea", "Bob", CAPS)
        await bob.answers("METADATA * SUB url", "MONITOR + Ann")
        ann = await comes(house)
        assert await ann.answers(
            "METADATA * SET url :https://a.example", "METADATA * SET other x", "METADATA * SET other",
            "METADATA * LIST", "METADATA * GET url none",
        ) == [
            ":irc.local 761 * * url * :https://a.example", ":irc.local 761 * * other * :x",
            ":irc.local 766 * * other :Key not set",
            *batch("*", "761 * * url * :https://a.example"),
            *batch("*", "761 * * url * :https://a.example", "766 * * none :Key not set"),
        ]  # fmt: skip
        assert house.server.context.state.person_notes == {}
        await bob.hears_nothing()
        welcome = await registers(ann, "Ann")
        at = welcome.index(":irc.local BATCH +k metadata Ann")
        assert welcome[at : at + 3] == batch("Ann", "761 Ann Ann url * :https://a.example")
        assert not [line for line in welcome if " FAIL " in line]
        await bob.hears(":SERVER 730 Bob :Ann!~Ann@*", ":SERVER 774 Bob Ann *")
        assert await bob.answers("METADATA Ann SYNC") == batch("Ann", "761 Bob Ann url * :https://a.example")
        await ann.joins("#tea")
        await bob.hears(":Ann!* JOIN #tea")
        assert await bob.answers("METADATA #tea SYNC") == batch("#tea", "761 Bob Ann url * :https://a.example")


async def test_keys_can_be_followed_before() -> None:
    """ "METADATA SUB": in their order, up to the bound, with no 774 before registration; UNSUB and SUBS; those of a
    client that gives up the capability are cleared."""
    async with House(limits={"metadata_follows": 2}) as house:
        bob = await irc_in(house, "#tea", "Bob", CAPS)
        await bob.answers("METADATA * SET url a")
        ann = await comes(house)
        assert await ann.answers("METADATA * SUB a $ b url", "METADATA * UNSUB a", "METADATA * SUB url") == [
            ":irc.local WARN METADATA INVALID_KEY $ :Keys are of a-z, 0-9 and _./-",
            ":irc.local 770 * a b",
            ":irc.local FAIL METADATA LIMIT_REACHED url 2 :You follow as many keys as there may be",
            ":irc.local 771 * a",
            ":irc.local 770 * url",
        ]
        subs = [":irc.local BATCH +k metadata-subs", "@batch=k :irc.local 772 * b url", ":irc.local BATCH -k"]
        assert await ann.answers("METADATA * SUBS") == subs
        await registers(ann, "Ann")
        assert (await ann.answers("METADATA * SUBS"))[1] == "@batch=k :irc.local 772 Ann b url"
        await ann.joins("#tea")
        await ann.hears(*batch("#tea", "761 Ann Bob url * :a"))
        await bob.answers("METADATA * SET url b")
        await ann.hears(":SERVER 761 Ann Bob url * :b")
        cyd = await comes(house)
        await cyd.answers("METADATA * SUB a", "CAP REQ :-batch", "CAP REQ :batch")
        await registers(cyd, "Cyd")
        assert await cyd.answers("METADATA * SUBS") == [subs[0], subs[2]]


async def test_what_is_wrong_is_said_at_once() -> None:
    """ "METADATA client command": `*` alone; the bounds of afterwards, for what is taken away too; 451 without the
    capabilities."""
    async with House(limits={"metadata_keys": 2}) as house:
        await irc_as(house, "Bob")
        ann = await comes(house)
        lines = await ann.answers(
            "NICK Ann", "METADATA Ann SET a x", "METADATA Bob LIST", "METADATA #home SYNC", "METADATA *ALL SYNC",
            "METADATA Ann SUB a", "METADATA * SET Key x", f"METADATA * SET key :{'x' * 201}", "METADATA * SNEEZE",
            "METADATA * SET a x", "METADATA * SET b", "METADATA * SET c x", "METADATA * SET d", "METADATA * SET b x",
        )  # fmt: skip
        assert [line.split(" :")[0].removeprefix(":irc.local ") for line in lines] == [
            "FAIL METADATA INVALID_TARGET Ann", "FAIL METADATA INVALID_TARGET Bob",
            "FAIL METADATA INVALID_TARGET #home", "FAIL METADATA INVALID_TARGET *ALL",
            "FAIL METADATA INVALID_TARGET Ann", "FAIL METADATA INVALID_KEY Key",
            "FAIL METADATA INVALID_VALUE key", "FAIL METADATA INVALID_PARAMS SNEEZE", "761 Ann * a *", "766 Ann * b",
            "FAIL METADATA LIMIT_REACHED * 2", "FAIL METADATA LIMIT_REACHED * 2", "761 Ann * b *",
        ]  # fmt: skip
        eve = await irc(house)
        assert await eve.answers("METADATA * SET a x", "CAP REQ :draft/metadata-3", "METADATA * LIST") == [
            ":irc.local 451 * :You have not registered",
            ":irc.local CAP * ACK :draft/metadata-3",
            ":irc.local 451 * :You have not registered",
        ]


async def test_an_accounts_own_is_read_changed_and_cleared_and_nothing_is_kept_of_who_does_not_come_in() -> None:
    """ "METADATA GET", "CLEAR": once logged in by SASL, before registration; what the core refuses is FAIL."""
    async with House(limits={"metadata_keys": 2}) as house:
        await house.account("anna")
        number = house.server.context.state.person("anna").id
        notes = house.server.context.state.person_notes
        anna = await irc_as(house, "anna", CAPS, PASSWORD)
        await anna.answers("METADATA * SET url a", "METADATA * SET other c")
        gone = await comes(house, f"{CAPS} sasl")
        sasl = ("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('anna')}")
        gone.says(*sasl)
        await gone.hears_at_last(":SERVER 903 *")
        two = ["761 * * other * :c", "761 * * url * :a"]
        assert sorted(await gone.answers("METADATA * LIST")) == sorted(batch("*", *two))
        gone.says("METADATA * CLEAR", "METADATA * SET url z", "QUIT")
        await gone.hears_at_last("ERROR *")
        await gone.hears_the_end()
        await anna.hears_nothing()
        assert notes[number] == {"url": "a", "other": "c"}

        # Whose account it is was not known when it was noted: there is no room for a third.
        more = await comes(house, f"{CAPS} sasl")
        assert await more.answers("METADATA * SET third x") == [":irc.local 761 * * third * :x"]
        welcome = await registers(more, "anna", *sasl)
        assert any(line.startswith(":irc.local FAIL METADATA LIMIT_REACHED * 2 :") for line in welcome)
        assert notes[number] == {"url": "a", "other": "c"}

        other = await comes(house, f"{CAPS} sasl")
        await other.answers(
            "METADATA * SET other gone", "METADATA * CLEAR", "METADATA * SET url b", "METADATA * SET new c"
        )
        welcome = await registers(other, "anna", *sasl)
        assert not [line for line in welcome if " FAIL " in line]
        assert notes[number] == {"url": "b", "new": "c"}
        guest = await comes(house)
        await guest.answers("METADATA * SET url g")
        await registers(guest, "Gus")
        assert notes[house.server.context.state.person("Gus").id] == {"url": "g"}
        guest.says("QUIT")
        await guest.hears_at_last("ERROR *")
        await house.restart()
        assert house.server.context.state.person_notes == {number: {"url": "b", "new": "c"}}


async def test_too_many_before_are_rate_limited_and_one_comes_in_all_the_same() -> None:
    """ "Replies": each change costs what it costs afterwards; what was refused is not in the welcome."""
    async with House(limits={"exempt": (), "send_burst": 1, "send_rate": 0.01}) as house:
        ann = await comes(house)
        await ann.answers("METADATA * SET a x", "METADATA * SET b x")
        welcome = await registers(ann, "Ann")
        assert any(line.startswith(":irc.local FAIL METADATA RATE_LIMITED * b ") for line in welcome)
        at = welcome.index(":irc.local BATCH +k metadata Ann")
        assert welcome[at : at + 3] == batch("Ann", "761 Ann Ann a * :x")


async def test_all_in_one_packet_comes_in_its_order() -> None:
    """What follows in the same packet waits for the welcome; a second CAP END is no second welcome."""
    async with House() as house:
        await house.account("anna")
        anna = await irc(house)
        anna.says(
            "CAP LS 302", f"CAP REQ :{CAPS} sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('anna')}",
            "METADATA * SET url a", "METADATA * SUB url", "NICK anna", "USER anna 0 * :x", "CAP END", "CAP END",
            "METADATA * SET url b", "JOIN #tea", "METADATA anna GET url", "PING over",
        )  # fmt: skip
        heard = await anna.hears_at_last(":SERVER PONG SERVER :over")
        told = [
            line.split(":irc.local ")[-1] for line in heard if any(word in line for word in (" 001 ", " url", " JOIN "))
        ]
        assert [line.split(" :Welcome")[0] for line in told] == [
            "761 * * url * :a", "770 * url", "001 anna", "761 anna anna url * :a", "761 anna anna url * :b",
            ":anna!~anna@irc.local JOIN #tea", "761 anna anna url * :b", "761 anna anna url * :b",
        ]  # fmt: skip


async def test_all_that_is_held_has_a_bound() -> None:
    """However large the settings are: who has not logged in costs little."""
    async with House(limits={"metadata_keys": 100, "metadata_value_bytes": 300, "metadata_follows": 1000}) as house:
        ann = await comes(house)
        value = "x" * 250
        heard = await ann.answers(*(f"METADATA * SET key{number:02d} :{value}" for number in range(20)))
        assert len([line for line in heard if " 761 " in line]) == 16
        assert heard[-1].startswith(":irc.local FAIL METADATA LIMIT_REACHED * 4096 ")
