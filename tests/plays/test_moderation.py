"""Who may do what: private channels, invitations, kick, ban, mute, read-only, roles."""

import asyncio

from tests.people import PASSWORD, House, NativePerson, Settings


async def two_accounts(house: House, channel: str = "garden") -> tuple[NativePerson, NativePerson]:
    """Anna, who made the channel and owns it, and Bob, a member."""
    await house.account("anna")
    await house.account("bob")
    anna = await house.native_in(channel, "anna", PASSWORD)
    bob = await house.native_in(channel, "bob", PASSWORD)
    await anna.hears("entered", name="bob")
    return anna, bob


async def test_a_private_channel_is_entered_by_invitation_only() -> None:
    """It is in nobody else's list, and nobody else reads it; who is invited is told so and may enter."""
    async with House() as house:
        await house.account("anna")
        await house.account("bob")
        anna = await house.native_in("cellar", "anna", PASSWORD)
        await anna.asks("set_channel", channel="cellar", access="private")
        await anna.hears("changed", access="private", number=1)
        bob = await house.native()
        await bob.logs_in("bob", PASSWORD)
        await bob.is_refused("private", "join", channel="cellar")
        await bob.is_refused("no_such_channel", "history", channel="cellar")
        await bob.is_refused("no_such_channel", "members", channel="cellar")
        assert "cellar" not in str((await bob.asks("channels"))["channels"])
        old = await house.classic()
        old.asks_in("cellar", "bob", PASSWORD)
        assert await old.reads_once() == "NO"

        await bob.is_refused("no_such_channel", "invite", channel="cellar", name="bob")
        await anna.asks("invite", channel="cellar", name="bob")
        await bob.hears("stands", channel="cellar", name="anna", whom_name="bob", role="invited")
        await anna.hears("stands", whom_name="bob", role="invited")
        await bob.joins("cellar")
        await anna.hears("entered", name="bob")
        await bob.says("cellar", "thank you")
        await anna.hears("message", text="thank you")


async def test_who_is_kicked_may_come_back_and_who_is_banned_may_not() -> None:
    """Both are out at once on all their connections; unban lets them come again."""
    async with House() as house:
        anna, bob = await two_accounts(house)
        phone = await house.classic_in("garden", "bob", PASSWORD)
        await bob.is_refused("not_moderator", "kick", channel="garden", name="anna")
        await anna.asks("kick", channel="garden", name="bob", reason="too loud")
        await bob.hears("stands", whom_name="bob", role=None, reason="too loud")
        await bob.is_refused("not_a_member", "send", channel="garden", text="what?")
        await phone.hears("* anna put bob out of garden (too loud)", "[-]bob")
        phone.says("what?")
        await phone.hears("causerie>not said: you are in no channel.")
        await anna.hears("stands", whom_name="bob", reason="too loud")
        await anna.hears("left", name="bob", gone=True)

        fresh = await house.native()
        await fresh.logs_in("bob", PASSWORD)
        await fresh.joins("garden")
        await anna.hears("entered", name="bob")
        await anna.asks("ban", channel="garden", name="bob")
        await fresh.hears("stands", role="banned")
        await anna.hears("stands", role="banned")
        await anna.hears("left", name="bob")
        await fresh.is_refused("banned", "join", channel="garden")
        await fresh.is_refused("banned", "history", channel="garden")
        await house.restart()
        anna, bob = await house.native(), await house.native()
        await bob.logs_in("bob", PASSWORD)
        await bob.is_refused("banned", "join", channel="garden")
        await anna.logs_in("anna", PASSWORD)
        await anna.asks("unban", channel="garden", name="bob")
        await bob.hears("stands", role=None)
        await bob.joins("garden")


async def test_a_guest_can_be_kicked_and_banned_too() -> None:
    """A guest's standing is kept nowhere but in memory; it is moderated all the same."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        luc = await house.native_in("garden", "Luc")
        await anna.hears("entered", name="Luc")
        await anna.asks("kick", channel="garden", name="Luc")
        await luc.hears("stands", whom_name="Luc", role=None)
        await luc.is_refused("not_a_member", "send", channel="garden", text="?")
        again = await house.native()
        await again.is_refused("name_taken", "login", name="Luc", guest=True)
        await anna.asks("ban", channel="garden", name="Luc")
        await anna.is_refused("no_such_person", "ban", channel="garden", name="Nobody")
        await anna.is_refused("outranked", "ban", channel="garden", name="anna")
        luc.hang_up()


async def test_a_muted_member_hears_and_does_not_speak() -> None:
    """On every connection, until it is lifted; leaving and coming back changes nothing."""
    async with House() as house:
        anna, bob = await two_accounts(house)
        await anna.asks("mute", channel="garden", name="bob", seconds=3600)
        told = await bob.hears("stands", whom_name="bob", role="member")
        assert told["muted_until"] > 0
        await anna.hears("stands", muted_until=told["muted_until"])
        await bob.is_refused("muted", "send", channel="garden", text="mmh")
        await bob.asks("leave", channel="garden")
        await bob.asks("join", channel="garden")
        await bob.is_refused("muted", "send", channel="garden", text="mmh")
        await anna.asks("mute", channel="garden", name="bob", seconds=0)
        await bob.asks("send", channel="garden", text="at last")


async def test_where_only_moderators_speak() -> None:
    """A read-only channel; a reader's role does the same to one person."""
    async with House() as house:
        anna, bob = await two_accounts(house)
        await anna.asks("set_channel", channel="garden", read_only=True)
        await anna.hears("changed", read_only=True)
        await bob.hears("changed", read_only=True)
        await bob.is_refused("read_only", "send", channel="garden", text="may I?")
        await bob.is_refused("not_moderator", "set_topic", channel="garden", topic="mine")
        await bob.is_refused("not_moderator", "set_channel", channel="garden", read_only=False)
        await anna.says("garden", "hear me")
        await bob.hears("message", text="hear me")

        await anna.asks("set_role", channel="garden", name="bob", role="moderator")
        await bob.hears("stands", role="moderator")
        await bob.says("garden", "so can I")
        await anna.asks("set_channel", channel="garden", read_only=False)
        await anna.asks("set_role", channel="garden", name="bob", role="reader")
        await bob.is_refused("read_only", "send", channel="garden", text="no more")


async def test_nobody_raises_themselves_or_touches_who_ranks_higher() -> None:
    """Moderators make readers and members; only owners make moderators and owners."""
    async with House() as house:
        anna, bob = await two_accounts(house)
        await house.account("cleo")
        cleo = await house.native_in("garden", "cleo", PASSWORD)
        await bob.is_refused("not_moderator", "set_role", channel="garden", name="bob", role="owner")
        await anna.asks("set_role", channel="garden", name="bob", role="moderator")
        await bob.is_refused("outranked", "set_role", channel="garden", name="bob", role="owner")
        await bob.is_refused("outranked", "set_role", channel="garden", name="anna", role="reader")
        await bob.is_refused("outranked", "kick", channel="garden", name="anna")
        await bob.asks("set_role", channel="garden", name="cleo", role="reader")
        await cleo.is_refused("read_only", "send", channel="garden", text="?")


async def test_an_administrator_rules_public_channels_and_not_private_ones() -> None:
    """Private channels are their members' own."""
    async with House() as house:
        anna, _ = await two_accounts(house)
        await house.account("boss", admin=True)
        boss = await house.native()
        await boss.logs_in("boss", PASSWORD)
        await boss.asks("kick", channel="garden", name="bob")
        await anna.asks("set_channel", channel="garden", access="private")
        await boss.is_refused("private", "join", channel="garden")
        await boss.is_refused("no_such_channel", "kick", channel="garden", name="anna")


async def test_a_guest_reader_that_leaves_breaks_nothing_for_those_who_come() -> None:
    """What is left of a guest's standing must not stand in a member list."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        luc = await house.native_in("garden", "Luc")
        await anna.hears("entered", name="Luc")
        await anna.asks("set_role", channel="garden", name="Luc", role="reader")
        await anna.hears("stands", whom_name="Luc")
        luc.hang_up()
        await anna.hears("left", name="Luc")
        eve = await house.native_in("garden", "Eve")
        assert [line["name"] for line in (await eve.asks("members", channel="garden"))["members"]] == [
            "Eve",
            "anna",
        ]


async def guest_from(house: House, host: str, name: str) -> NativePerson:
    """A guest who comes from this address of this machine."""
    address = house.server.identity.listening[0]
    guest = NativePerson(*await asyncio.open_connection(address.host, address.port, local_addr=(host, 0)))
    house.people.append(guest)
    await guest.asks("hello", version=1)
    await guest.logs_in(name)
    return guest


async def test_who_wrote_a_message_can_be_banned_after_they_left() -> None:
    """An account and a guest with a token; also by a message that is deleted already."""
    async with House() as house:
        anna, bob = await two_accounts(house)
        luc = await house.native()
        token = (await luc.logs_in("Luc", keep=True))["token"]
        await luc.joins("garden")
        await luc.says("garden", "spam")
        await bob.hears("entered", name="Luc")
        await bob.hears("message", number=1)
        await bob.says("garden", "more spam")
        await bob.is_refused("not_moderator", "ban_author", channel="garden", number=1)
        bob.tells("quit")
        await bob.hears_farewell("quit")
        luc.tells("quit")
        await luc.hears("message", number=2)
        await luc.hears("left", name="bob")
        await luc.hears_farewell("quit")
        await anna.asks("delete", channel="garden", number=1)
        await anna.asks("ban_author", channel="garden", number=1, reason="spam")
        await anna.asks("ban_author", channel="garden", number=2)
        await anna.is_refused("no_such_message", "ban_author", channel="garden", number=999)
        mine = await anna.asks("send", channel="garden", text="peace")
        await anna.is_refused("outranked", "ban_author", channel="garden", number=mine["number"])
        bob, luc = await house.native(), await house.native()
        await bob.logs_in("bob", PASSWORD)
        await bob.is_refused("banned", "join", channel="garden")
        await luc.returns(token)
        await luc.is_refused("banned", "join", channel="garden")
        page = await anna.asks("history", channel="garden")
        banned = [event for event in page["events"] if event["is"] == "stands"]
        assert [(event["whom_name"], event["role"], event.get("reason")) for event in banned] == [
            ("Luc", "banned", "spam"),
            ("bob", "banned", None),
        ]


async def test_a_banned_guests_address_is_kept_out_and_another_is_not() -> None:
    """Under a new name, too, by each way in, and after a restart; accounts and those who are in already stay."""
    async with House(limits={"exempt": ()}) as house:
        anna, _ = await two_accounts(house)
        luc = await guest_from(house, "127.0.0.2", "Luc")
        await luc.joins("garden")
        neighbour = await guest_from(house, "127.0.0.2", "Neighbour")
        await neighbour.joins("garden")
        await anna.asks("ban", channel="garden", name="Luc")
        await luc.is_refused("banned", "join", channel="garden")
        again = await guest_from(house, "127.0.0.2", "Innocent")
        assert (await again.is_refused("banned", "join", channel="garden"))["until"] > house.server.context.now()
        assert not (await again.asks("resume", since={"garden": 0})).get("channels")
        await again.joins("attic")
        await neighbour.asks("send", channel="garden", text="I was here before")
        other = await guest_from(house, "127.0.0.3", "Other")
        await other.joins("garden")
        # Who is invited comes in, from wherever.
        await anna.asks("invite", channel="garden", name="Innocent")
        await again.hears("stands", role="invited")
        await again.joins("garden")

        await house.restart()
        again = await guest_from(house, "127.0.0.2", "Luc")
        await again.is_refused("banned", "join", channel="garden")
        registered = await guest_from(house, "127.0.0.2", "bob-at-home")
        await registered.asks("login", name="bob", password=PASSWORD, enter="garden")

        anna = await house.native()
        await anna.logs_in("anna", PASSWORD)
        await anna.asks("unban", channel="garden", name="Luc")
        await again.joins("garden")
        await anna.is_refused("bad_input", "unban", channel="garden", name="Luc")


async def test_a_guest_who_left_is_banned_by_what_it_said_with_the_address_it_had() -> None:
    """For as many hours as the setting says; unban by its name lifts both though it is gone."""
    async with House(limits={"exempt": ()}, conversation={"guest_ban_hours": 2}) as house:
        context = house.server.context
        time = context.now()
        context.now = lambda: time
        anna, _ = await two_accounts(house)
        luc = await guest_from(house, "127.0.0.2", "Luc")
        await luc.joins("garden")
        await luc.says("garden", "spam")
        luc.tells("quit")
        await luc.hears_farewell("quit")
        await anna.asks("ban_author", channel="garden", number=1)
        again = await guest_from(house, "127.0.0.2", "Luc")
        await again.is_refused("banned", "join", channel="garden")
        await anna.asks("unban", channel="garden", name="Luc")
        await again.joins("garden")
        await again.asks("leave", channel="garden")
        await anna.asks("ban_author", channel="garden", number=1)
        await again.is_refused("banned", "join", channel="garden")
        time += 2 * 3_600_000
        await again.joins("garden")
        await anna.is_refused("no_such_person", "unban", channel="garden", name="Nobody")


async def test_addresses_that_are_known_to_be_shared_and_hours_that_are_none_ban_no_address() -> None:
    """`limits.exempt` names proxies and the like; `guest_ban_hours` 0 does without bans of addresses."""
    without: dict[str, Settings] = {"limits": {"exempt": ()}, "conversation": {"guest_ban_hours": 0}}
    for settings in ({}, without):
        async with House(**settings) as house:
            anna, _ = await two_accounts(house)
            luc = await guest_from(house, "127.0.0.2", "Luc")
            await luc.joins("garden")
            await anna.asks("ban", channel="garden", name="Luc")
            again = await guest_from(house, "127.0.0.2", "Lucien")
            await again.joins("garden")
            assert house.server.context.state.address_bans == {}


async def test_settings_of_the_conversation_are_told_and_bounded() -> None:
    """Slow mode and lines for reactions: in the snapshot, in the event, and over a restart."""
    async with House() as house:
        anna, bob = await two_accounts(house)
        await bob.is_refused("not_moderator", "set_channel", channel="garden", slow_seconds=5)
        await anna.asks("set_channel", channel="garden", slow_seconds=30, tell_reactions=True)
        await bob.hears("changed", slow_seconds=30, tell_reactions=True)
        await anna.asks("set_channel", channel="garden", read_only=True)
        await bob.hears("changed", slow_seconds=30, tell_reactions=True, read_only=True)
        for seconds in (-1, 86_401):
            refusal = await anna.is_refused("bad_input", "set_channel", channel="garden", slow_seconds=seconds)
            assert (refusal["why"], refusal["most"]) == ("slow_seconds", 86_400)
        await house.restart()
        anna = await house.native_in("garden", "anna", PASSWORD)
        snapshot = await anna.asks("join", channel="garden")
        assert (snapshot["slow_seconds"], snapshot["tell_reactions"]) == (30, True)


async def test_a_members_invitation_lifts_no_ban() -> None:
    """Of an address, or by a mask. A moderator's does. Both are told."""
    async with House(limits={"exempt": ()}) as house:
        anna, bob = await two_accounts(house)
        await house.account("Wolfgang")
        luc = await guest_from(house, "127.0.0.2", "Luc")
        await luc.joins("garden")
        await anna.asks("ban", channel="garden", name="Luc")
        await anna.asks("set_mask", channel="garden", list="ban", mask="wolf*")
        again, wolf = await guest_from(house, "127.0.0.2", "Innocent"), await house.native()
        await wolf.logs_in("Wolfgang", PASSWORD)
        for by, past in ((bob, False), (anna, True)):
            for person, name in ((again, "Innocent"), (wolf, "Wolfgang")):
                await by.asks("invite", channel="garden", name=name)
                await person.hears("stands", whom_name=name, role="invited")
                if past:
                    await person.joins("garden")
                else:
                    await person.is_refused("banned", "join", channel="garden")
