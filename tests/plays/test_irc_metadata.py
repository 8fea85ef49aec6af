"""IRC: METADATA (IRCv3 draft/metadata-3): what is noted about people and channels, and who is told."""

from __future__ import annotations

from tests.irc_people import irc, irc_as, irc_in
from tests.people import PASSWORD, House

CAPS = "batch draft/metadata-3"


def batch(about: str, *lines: str) -> list[str]:
    """A metadata batch with these lines, by their numeric on."""
    start = [f":irc.local BATCH +k metadata {about}"]
    return [*start, *(f"@batch=k :irc.local {line}" for line in lines), ":irc.local BATCH -k"]


def later(nick: str) -> str:
    """Postponed synchronization of all that is seen."""
    return f":irc.local 774 {nick} *ALL 0 :Ask for it by METADATA SYNC"


async def test_one_sets_reads_and_clears_ones_own() -> None:
    """ "METADATA GET", "LIST", "SET", "CLEAR": 761, 766, batches with their target; keys of a few characters only."""
    async with House() as house:
        ann = await irc_as(house, "Ann", CAPS)
        assert await ann.answers("METADATA * SET url :https://a.example", "METADATA Ann SET avatar x") == [
            ":irc.local 761 Ann Ann url * :https://a.example",
            ":irc.local 761 Ann Ann avatar * :x",
        ]
        url, avatar = "761 Ann Ann url * :https://a.example", "761 Ann Ann avatar * :x"
        assert await ann.answers("METADATA * LIST") == batch("Ann", url, avatar)
        assert await ann.answers("METADATA * GET avatar none $x url") == batch(
            "Ann",
            avatar,
            "766 Ann Ann none :Key not set",
            "WARN METADATA INVALID_KEY $x :Keys are of a-z, 0-9 and _./-",
            url,
        )
        # An empty value takes it away, whether it was there or not.
        assert await ann.answers("METADATA * SET url", "METADATA * SET url :", "METADATA * SET none") == [
            ":irc.local 766 Ann Ann url :Key not set",
            ":irc.local 766 Ann Ann url :Key not set",
            ":irc.local 766 Ann Ann none :Key not set",
        ]
        assert await ann.answers("METADATA * CLEAR") == batch("Ann", "766 Ann Ann avatar :Key not set")
        assert await ann.answers("METADATA * LIST") == batch("Ann")


async def test_what_is_wrong_is_said() -> None:
    """ "Replies": INVALID_TARGET, INVALID_KEY, INVALID_VALUE, INVALID_PARAMS, KEY_NO_PERMISSION, LIMIT_REACHED."""
    async with House(limits={"metadata_keys": 1}) as house:
        bob = await irc_as(house, "Bob")
        ann = await irc_in(house, "#home", "Ann", CAPS)
        lines = await ann.answers(
            "METADATA nobody LIST", "METADATA #none SYNC", "METADATA Bob SUB a", "METADATA * SET Key x",
            f"METADATA * SET key :{'x' * 201}", "METADATA", "METADATA * SNEEZE", "METADATA * GET", "METADATA * LIST x",
            "METADATA Bob SET key x", "METADATA #home SET key x", "METADATA #home CLEAR", "METADATA * SET key x",
            "METADATA * SET other x",
        )  # fmt: skip
        assert [line.split(" :")[0].removeprefix(":irc.local ") for line in lines if "BATCH" not in line] == [
            "FAIL METADATA INVALID_TARGET nobody", "FAIL METADATA INVALID_TARGET #none",
            "FAIL METADATA INVALID_TARGET Bob", "FAIL METADATA INVALID_KEY Key", "FAIL METADATA INVALID_VALUE key",
            "FAIL METADATA INVALID_PARAMS *", "FAIL METADATA INVALID_PARAMS SNEEZE",
            "FAIL METADATA INVALID_PARAMS GET", "FAIL METADATA INVALID_PARAMS LIST",
            "FAIL METADATA KEY_NO_PERMISSION Bob key", "FAIL METADATA KEY_NO_PERMISSION #home key",
            "FAIL METADATA KEY_NO_PERMISSION #home *", "761 Ann Ann key *", "FAIL METADATA LIMIT_REACHED * 1",
        ]  # fmt: skip
        assert (await bob.answers("METADATA * LIST"))[0].startswith(":irc.local FAIL METADATA INVALID_PARAMS LIST :")


async def test_too_many_changes_are_rate_limited() -> None:
    """ "Replies": RATE_LIMITED target key seconds."""
    async with House(limits={"exempt": (), "send_burst": 1, "send_rate": 0.01}) as house:
        ann = await irc_as(house, "Ann", CAPS)
        lines = await ann.answers("METADATA * SET key a", "METADATA * SET key b", "METADATA * GET key")
        assert lines[1].startswith(":irc.local FAIL METADATA RATE_LIMITED * key ")
        assert int(lines[1].split()[6]) > 0
        assert lines[3].endswith("key * :a")


async def test_who_follows_a_key_is_told_of_whom_they_can_see() -> None:
    """ "Notifications": oneself elsewhere, one's channels, those in them, whom one monitors; nobody else."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#tea", "anna", CAPS, PASSWORD)
        second = await irc_as(house, "anna", CAPS, PASSWORD)
        bob = await irc_in(house, "#tea", "Bob", CAPS)
        cyd = await irc_as(house, "Cyd", CAPS)
        dan = await irc_as(house, "Dan", CAPS)
        eve = await irc_in(house, "#tea", "Eve", CAPS)
        await eve.hears(*batch("#tea"))
        await anna.hears_at_last(":Eve!* JOIN #tea")
        await bob.hears_at_last(":Eve!* JOIN #tea")
        await second.answers()  # it came into the account's channel by itself
        for person in (anna, second, bob, cyd, dan):
            heard = await person.answers("METADATA * SUB url")
            assert heard == [f":irc.local 770 {person.nick} url", later(person.nick)]
        assert await cyd.answers("MONITOR + anna") == [
            ":irc.local 730 Cyd :anna!~anna@irc.local", ":irc.local 774 Cyd anna 5 :Ask for it by METADATA SYNC"
        ]  # fmt: skip
        anna.says("METADATA * SET url a", "METADATA #tea SET url b", "METADATA * SET other c", "METADATA * SET url")
        await anna.hears(
            ":SERVER 761 anna anna url * :a", ":SERVER 761 anna #tea url * :b", ":SERVER 761 anna anna other * :c",
            ":SERVER 766 anna anna url :*",
        )  # fmt: skip
        await second.hears(
            ":SERVER 761 anna anna url * :a", ":SERVER 761 anna #tea url * :b", ":SERVER 766 anna anna url :Key not set"
        )
        await bob.hears(
            ":SERVER 761 Bob anna url * :a", ":SERVER 761 Bob #tea url * :b", ":SERVER 766 Bob anna url :Key not set"
        )
        await cyd.hears(":SERVER 761 Cyd anna url * :a", ":SERVER 766 Cyd anna url :Key not set")
        for person in (anna, second, bob, cyd, dan, eve):
            assert await person.answers() == []
        # Who gives up the capability follows nothing (the draft: servers MUST clear the list).
        bob.says("CAP REQ :-draft/metadata-3", "CAP REQ :draft/metadata-3", "METADATA * SUBS")
        await bob.hears_at_last(":SERVER BATCH +k metadata-subs")
        await bob.hears(":SERVER BATCH -k")


async def test_keys_are_followed_in_their_order_up_to_the_bound() -> None:
    """ "METADATA SUB", "UNSUB", "SUBS": LIMIT_REACHED with the first key too many; each key once."""
    async with House(limits={"metadata_follows": 3}) as house:
        ann = await irc_as(house, "Ann", CAPS)
        assert await ann.answers("METADATA * SUB a b $c b", "METADATA * SUB a") == [
            ":irc.local WARN METADATA INVALID_KEY $c :Keys are of a-z, 0-9 and _./-",
            ":irc.local 770 Ann a b",
            later("Ann"),
            ":irc.local 770 Ann a",
        ]
        assert await ann.answers("METADATA * SUB d e a") == [
            ":irc.local 770 Ann d",
            ":irc.local FAIL METADATA LIMIT_REACHED e 3 :You follow as many keys as there may be",
            later("Ann"),
        ]
        assert await ann.answers("METADATA Ann SUBS", "METADATA * UNSUB a none", "METADATA * SUBS") == [
            ":irc.local BATCH +k metadata-subs", "@batch=k :irc.local 772 Ann a b d", ":irc.local BATCH -k",
            ":irc.local 771 Ann a none",
            ":irc.local BATCH +k metadata-subs", "@batch=k :irc.local 772 Ann b d", ":irc.local BATCH -k",
        ]  # fmt: skip


async def test_what_is_there_is_told_at_the_welcome_at_join_and_by_sync() -> None:
    """ "Automatic synchronization", "METADATA SYNC"; kept over a restart, but for a guest's."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#tea", "anna", CAPS, PASSWORD)
        await anna.answers("METADATA * SET url a", "METADATA #tea SET url b", "METADATA * SET other c")
        await house.restart()
        again = await irc(house)
        welcome = await again.registers("anna", CAPS, PASSWORD)
        at = welcome.index(":irc.local BATCH +k metadata anna")
        assert welcome[at : at + 4] == batch("anna", "761 anna anna other * :c", "761 anna anna url * :a")
        assert welcome[at - 1] == ":irc.local 221 anna +r"
        await again.joins("#tea")
        bob = await irc_as(house, "Bob", CAPS)
        await bob.answers("METADATA * SUB url")
        await bob.joins("#tea")
        both = ["761 Bob #tea url * :b", "761 Bob anna url * :a"]
        await bob.hears(*batch("#tea", *both))
        assert await bob.answers("METADATA #tea SYNC") == batch("#tea", *both)
        assert await bob.answers("METADATA *ALL SYNC") == batch("*ALL", *both)
        assert await bob.answers("METADATA anna SYNC") == batch("anna", both[1])
        assert await bob.answers("METADATA anna LIST") == batch(
            "anna", "761 Bob anna other * :c", "761 Bob anna url * :a"
        )


async def test_whois_tells_what_people_read() -> None:
    """ "RPL_WHOISKEYVALUE numeric": a few keys, for who knows of metadata."""
    async with House() as house:
        ann, bob, cyd = await irc_as(house, "Ann", CAPS), await irc_as(house, "Bob", CAPS), await irc_as(house, "Cyd")
        await ann.answers("METADATA * SET display-name :Ann A.", "METADATA * SET avatar x")
        told = [line for line in await bob.answers("WHOIS Ann") if " 760 " in line]
        assert told == [":irc.local 760 Bob Ann display-name * :Ann A."]
        assert not [line for line in await cyd.answers("WHOIS Ann") if " 760 " in line]


async def test_a_private_channels_is_for_its_members() -> None:
    """ "METADATA GET": as if there were none; a guest's is gone with it, and the account's that it becomes is not."""
    async with House(accounts={"registration": "open"}) as house:
        await house.account("anna")
        anna = await irc_in(house, "#tea", "anna", CAPS, PASSWORD)
        await anna.answers("MODE #tea +i", "METADATA #tea SET url b")
        bob = await irc_as(house, "Bob", CAPS)
        assert await bob.answers("METADATA #tea LIST") == [
            ":irc.local FAIL METADATA INVALID_TARGET #tea :There is no such person or channel"
        ]
        await bob.answers("METADATA * SET url x", "REGISTER * * eight-tin-whistles")
        gone = await irc_as(house, "Gone", CAPS)
        await gone.answers("METADATA * SET url y")
        gone.says("QUIT")
        await gone.hears("ERROR *")
        await house.restart()
        notes = house.server.context.state.person_notes
        assert notes == {house.server.context.state.person("Bob").id: {"url": "x"}}


async def test_it_is_offered_with_its_bounds() -> None:
    """ "draft/metadata-3 Capability": before-connect, max-subs, max-keys, max-key-bytes, max-value-bytes."""
    async with House() as house:
        ann = await irc(house)
        ann.says("CAP LS 302")
        heard = await ann.line() + await ann.line()
        assert "draft/metadata-3=before-connect,max-subs=50,max-keys=20,max-key-bytes=32,max-value-bytes=200" in heard


async def test_the_draft_before_is_spoken_too() -> None:
    """IRCv3 draft/metadata-2, "METADATA server message", "Standard Replies": values by METADATA; not both at once."""
    async with House() as house:
        old = "batch draft/metadata-2"
        ann, bob = await irc_in(house, "#tea", "Ann", old), await irc_in(house, "#tea", "Bob", old)
        await ann.hears(*batch("#tea"), ":Bob!* JOIN #tea")
        await bob.hears(*batch("#tea"))
        ann.says("METADATA * SET url a")
        await ann.hears(":SERVER 761 Ann Ann url * :a")
        assert await bob.answers("METADATA * SUB url", "METADATA * SUB url") == [
            ":irc.local 770 Bob url",
            ":irc.local BATCH +k metadata *",
            "@batch=k :irc.local METADATA Ann url * :a",
            ":irc.local BATCH -k",
            ":irc.local 770 Bob url",
        ]
        ann.says("METADATA * SET url b", "METADATA * SET url")
        await bob.hears(":SERVER METADATA Ann url * :b", ":SERVER METADATA Ann url *")
        await ann.answers("METADATA #tea SET url c")
        await bob.hears(":SERVER METADATA #tea url * :c")
        assert await bob.answers("METADATA #tea SYNC") == [
            ":irc.local BATCH +k metadata #tea", "@batch=k :irc.local METADATA #tea url * :c", ":irc.local BATCH -k"
        ]  # fmt: skip
        codes = await ann.answers("METADATA * SET K x", f"METADATA * SET k :{'x' * 201}", "METADATA * SNEEZE")
        assert [line.split()[3] for line in codes] == ["KEY_INVALID", "VALUE_INVALID", "SUBCOMMAND_INVALID"]
        ann.says("CAP REQ :draft/metadata-3")
        await ann.hears(":SERVER CAP Ann NAK :draft/metadata-3")
