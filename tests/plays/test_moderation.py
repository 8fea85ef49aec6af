"""Who may do what: private channels, invitations, kick, ban, mute, read-only, roles."""

from tests.people import PASSWORD, House, NativePerson


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
        await bob.is_refused("private", "history", channel="cellar")
        await bob.is_refused("private", "members", channel="cellar")
        assert "cellar" not in str((await bob.asks("channels"))["channels"])
        old = await house.classic()
        old.asks_in("cellar", "bob", PASSWORD)
        assert await old.reads_once() == "NO"

        await bob.is_refused("private", "invite", channel="cellar", name="bob")
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
        await phone.hears("[-]bob")
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
        await boss.is_refused("private", "kick", channel="garden", name="anna")


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
