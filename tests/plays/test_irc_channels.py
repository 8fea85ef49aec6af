"""IRC: channels, their modes and their people."""

from tests.irc_people import irc_as, irc_in
from tests.people import PASSWORD, House


async def test_join_is_told_with_topic_and_names_in_this_order() -> None:
    """Modern IRC, "JOIN message": JOIN, 332 and 333 if there is a topic, 353, 366."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#garden", "anna", password=PASSWORD)
        assert [line.split()[1] for line in anna.heard[-3:]] == ["JOIN", "353", "366"]
        anna.says("TOPIC #garden :roses : and more")
        await anna.hears(":anna!* TOPIC #garden :roses : and more")
        bob = await irc_as(house, "Bob")
        assert await bob.joins("#garden") == [
            ":Bob!~bob@guest.irc.local JOIN #garden",
            ":irc.local 332 Bob #garden :roses : and more",
            f":irc.local 333 Bob #garden anna {house.server.context.state.channel('garden').topic_at // 1000}",
            ":irc.local 353 Bob = #garden :~anna Bob",
            ":irc.local 366 Bob #garden :End of /NAMES list",
        ]
        await anna.hears(":Bob!~bob@guest.SERVER JOIN #garden")
        await bob.hears_nothing()


async def test_several_channels_are_joined_one_after_the_other_and_one_twice_is_once() -> None:
    """Modern IRC, "JOIN message": a list; a channel that one is in already is passed over."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        heard = await ann.answers("JOIN #one,#two", "JOIN #one", "JOIN one", "JOIN #,x")
        assert [line.split()[1:4] for line in heard] == [
            ["JOIN", "#one"], ["353", "Ann", "="], ["366", "Ann", "#one"],
            ["JOIN", "#two"], ["353", "Ann", "="], ["366", "Ann", "#two"],
            ["403", "Ann", "one"], ["403", "Ann", "#"], ["403", "Ann", "x"],
        ]  # fmt: skip


async def test_join_zero_leaves_them_all() -> None:
    """Modern IRC, "JOIN message": JOIN 0."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        heard = await ann.answers("JOIN #one,#two", "JOIN 0")
        assert [" ".join(line.split()[1:]) for line in heard[-2:]] == ["PART #one", "PART #two"]


async def test_part_is_told_to_all_with_its_reason() -> None:
    """Modern IRC, "PART message"."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        mia = await house.native_in("home", "Mia")
        await ann.hears(":Bob!* JOIN #home", ":Mia!* JOIN #home")
        bob.says("PART #home :so long")
        await bob.hears(":Mia!* JOIN #home", ":Bob!~bob@guest.SERVER PART #home :so long")
        await ann.hears(":Bob!~bob@guest.SERVER PART #home :so long")
        await mia.hears("left", name="Bob", reason="so long")
        await bob.hears_nothing()


async def test_many_names_come_on_several_lines_and_pages() -> None:
    """Modern IRC, "RPL_NAMREPLY": each line fits; 366 ends them all."""
    async with House(limits={"connections_address": 0, "connections_address_10min": 0}) as house:
        names = [f"Somebody-{number}-with-a-long-name" for number in range(230)]
        for name in names:
            person = await house.native()
            await person.logs_in(name)
            await person.answer(person.tells("join", channel="home"))
        ann = await irc_as(house, "Ann")
        lines = [line for line in await ann.joins("#home") if " 353 " in line]
        assert all(len(line.encode()) <= 510 for line in lines)
        assert sorted(name for line in lines for name in line.split(" :")[1].split()) == sorted([*names, "Ann"])
        assert (await ann.answers("NAMES #home"))[:-1] == lines


async def test_kick_ban_and_roles() -> None:
    """Modern IRC, "KICK message" and "MODE message": o and q are roles, b is a ban, each told in the channel."""
    async with House() as house:
        await house.account("anna")
        await house.account("bert")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        bert = await irc_in(house, "#den", "bert", password=PASSWORD)
        eve = await irc_in(house, "#den", "Eve")
        await anna.hears(":bert!* JOIN #den", ":Eve!* JOIN #den")
        await bert.hears(":Eve!* JOIN #den")
        eve.says("KICK #den bert :mine", "MODE #den +o Eve")
        await eve.hears(":SERVER 482 Eve #den :*", ":SERVER 482 Eve #den :*")

        anna.says("MODE #den +o bert")
        for person in (anna, bert, eve):
            await person.hears(":anna!* MODE #den +o bert")
        bert.says("KICK #den Eve :enough")
        for person in (anna, bert, eve):
            await person.hears(":bert!* KICK #den Eve :enough")
        await eve.hears_nothing()
        await eve.joins("#den")
        await bert.hears(":Eve!* JOIN #den")
        bert.says("MODE #den +b Eve!*@*")
        await bert.hears(":bert!* MODE #den +b Eve!\\*@\\*".replace("\\*", "*"), ":bert!* KICK #den Eve :bert")
        eve.says("JOIN #den")
        await eve.hears(":bert!* MODE #den +b *", ":bert!* KICK #den Eve :bert", ":SERVER 474 Eve #den :*")
        bert.says("MODE #den -b Eve!*@*")
        await bert.hears(":bert!* MODE #den -b Eve!*@*")
        anna.says("MODE #den -o bert", "MODE #den -o nobody")
        await bert.hears(":anna!* MODE #den -o bert")
        await anna.hears_at_last(":anna!* MODE #den -o bert")
        await anna.hears(":SERVER 401 anna nobody :*")


async def test_modes_are_asked_for_and_set() -> None:
    """Modern IRC, "MODE message": 324, 329; m and i are settings of the core; 472 for what is none."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        eve = await irc_in(house, "#den", "Eve")
        await anna.hears(":Eve!* JOIN #den")
        anna.says("MODE #den", "MODE #den +m", "MODE #den +i", "MODE #den", "MODE #den +Z", "MODE #den b")
        await anna.hears(
            ":SERVER 324 anna #den +nt",
            f":SERVER 329 anna #den {house.server.context.state.channel('den').made_at // 1000}",
            ":anna!* MODE #den +m",
            ":anna!* MODE #den +i",
            ":SERVER 324 anna #den +imnt",
            ":SERVER 329 anna #den *",
            ":SERVER 472 anna Z :*",
            ":SERVER 368 anna #den :*",
        )
        eve.says("PRIVMSG #den :may I?")
        await eve.hears(":anna!* MODE #den +m", ":anna!* MODE #den +i", ":SERVER 404 Eve #den :*")
        bob = await irc_as(house, "Bob")
        bob.says("JOIN #den", "MODE #den", "TOPIC #den", "NAMES #den", "WHO #den")
        await bob.hears(
            ":SERVER 473 Bob #den :*",
            ":SERVER 403 Bob #den :*",
            ":SERVER 403 Bob #den :*",
            ":SERVER 366 Bob #den :*",
            ":SERVER 315 Bob #den :*",
        )


async def test_invite_is_told_to_who_is_invited() -> None:
    """Modern IRC, "INVITE message": 341 to who asked; IRCv3 invite-notify for the others."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        anna.says("MODE #den +i")
        await anna.hears(":anna!* MODE #den +i")
        eve = await irc_as(house, "Eve")
        anna.says("INVITE Eve #den", "INVITE Ghost #den")
        await anna.hears(":SERVER 341 anna Eve #den", ":SERVER 401 anna Ghost :*")
        await eve.hears(":anna!* INVITE Eve #den")
        await eve.joins("#den")


async def test_who_whois_ison_userhost_and_list() -> None:
    """Modern IRC, "WHO message", "WHOIS message", "LIST message"; RFC 2812, sections 4.8 and 4.9."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        bob = await irc_in(house, "#den", "Bob")
        await anna.hears(":Bob!* JOIN #den")
        anna.says("AWAY :gardening")
        await anna.hears(":SERVER 306 anna :*")
        bob.says("WHO #den", "WHOIS anna", "WHOIS ghost", "ISON bob ghost anna", "USERHOST anna", "LIST", "LIST #den")
        await bob.hears(
            ":SERVER 352 Bob #den ~bob guest.SERVER SERVER Bob H :0 Bob at IRC",
            ":SERVER 352 Bob #den ~anna SERVER SERVER anna G~ :0 anna at IRC",
            ":SERVER 315 Bob #den :*",
            ":SERVER 311 Bob anna ~anna SERVER * :anna at IRC",
            ":SERVER 319 Bob anna :*",
            ":SERVER 312 Bob anna SERVER :causerie",
            ":SERVER 301 Bob anna :gardening",
            ":SERVER 317 Bob anna 0 * :*",
            ":SERVER 330 Bob anna anna :is logged in as",
            ":SERVER 318 Bob anna :*",
            ":SERVER 401 Bob ghost :*",
            ":SERVER 318 Bob ghost :*",
            ":SERVER 303 Bob :Bob anna",
            ":SERVER 302 Bob :anna=-~anna@SERVER",
            ":SERVER 321 Bob Channel :*",
            ":SERVER 322 Bob #den 2 :",
            ":SERVER 323 Bob :*",
            ":SERVER 321 Bob Channel :*",
            ":SERVER 322 Bob #den 2 :",
            ":SERVER 323 Bob :*",
        )


async def test_capabilities_that_say_more_of_people() -> None:
    """IRCv3 extended-join, away-notify, multi-prefix, userhost-in-names."""
    async with House() as house:
        await house.account("anna")
        bob = await irc_in(
            house, "#den", "Bob", caps="extended-join away-notify multi-prefix userhost-in-names account-notify"
        )
        assert bob.heard[-3] == ":Bob!~bob@guest.irc.local JOIN #den * :Bob at IRC"
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        await bob.hears(":anna!~anna@SERVER JOIN #den anna :anna at IRC")
        anna.says("AWAY :gardening", "AWAY")
        await bob.hears(":anna!* AWAY :gardening", ":anna!* AWAY")
        await anna.joins("#own")
        bob.says("NAMES #own")
        await bob.hears(":SERVER 353 Bob = #own :~@anna!~anna@SERVER", ":SERVER 366 Bob #own :*")


async def test_a_name_that_is_too_long_is_no_channel_and_one_that_cannot_be_is_a_bad_mask() -> None:
    """Modern IRC, "CHANNELLEN Parameter", "ERR_NOSUCHCHANNEL (403)" and "ERR_BADCHANMASK (476)"."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        longest = "#" + "a" * 64
        await ann.joins(longest)
        ann.says(f"JOIN {longest}a", "JOIN #\x03")
        await ann.hears(f":SERVER 403 Ann {longest}a :*", ":SERVER 476 Ann #\x03 :*")
