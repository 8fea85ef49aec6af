"""IRC: what channels are set to, who is what in them, and who may not come in."""

import pytest

from tests.irc_people import IrcPerson, irc_as, irc_in
from tests.people import PASSWORD, House


async def two(house: House) -> tuple[IrcPerson, IrcPerson]:
    """A guest who has made #den, and another in it."""
    ann = await irc_in(house, "#den", "Ann")
    bob = await irc_in(house, "#den", "Bob")
    await ann.hears(":Bob!* JOIN #den")
    return ann, bob


async def both_hear(one: IrcPerson, other: IrcPerson, *lines: str) -> None:
    """Both hear the same."""
    await one.hears(*lines)
    await other.hears(*lines)


async def test_who_makes_a_channel_is_its_operator() -> None:
    """RFC 2812, section 2.3.2 (RFC 2811, section 2.4.1): a guest too, for as long as they are in it."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        assert ":irc.local 353 Ann = #den :@Ann" in await ann.joins("#den")
        bob = await irc_in(house, "#den", "Bob")
        assert ":irc.local 353 Bob = #den :@Ann Bob" in bob.heard
        ann.says("PART #den")
        await bob.hears(":Ann!* PART #den")
        await ann.hears_at_last(":Ann!* PART #den")
        (names,) = [line for line in await ann.joins("#den") if " 353 " in line]
        assert sorted(names.split(" :")[1].split()) == ["Ann", "Bob"]


async def test_an_operator_of_a_channel_that_nobody_owns_makes_others_operators() -> None:
    """Modern IRC, "MODE message": +o and -o, told to all; an operator may be put out by another."""
    async with House() as house:
        ann, bob = await two(house)
        bob.says("MODE #den +o Bob")
        await bob.hears(":SERVER 482 Bob #den :*")
        ann.says("MODE #den +o Bob")
        await both_hear(ann, bob, ":Ann!* MODE #den +o Bob")
        bob.says("MODE #den -o Ann")
        await both_hear(ann, bob, ":Bob!* MODE #den -o Ann")
        bob.says("MODE #den -o Ann", "MODE #den +q Bob")
        await bob.hears(":SERVER 481 Bob :*")
        ann.says("KICK #den Bob")
        await ann.hears(":SERVER 482 Ann #den :*")


async def test_the_owner_stays_what_they_are_beside_operators() -> None:
    """Modern IRC, "Channel Membership Prefixes": +o on an owner, and -q on an operator, change nothing."""
    async with House() as house:
        await house.account("anna")
        await house.account("bert")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        bert = await irc_in(house, "#den", "bert", password=PASSWORD)
        await anna.hears(":bert!* JOIN #den")
        anna.says("MODE #den +o anna", "MODE #den +o bert", "MODE #den -q bert", "MODE #den -v bert")
        await both_hear(anna, bert, ":anna!* MODE #den +o bert")
        await anna.hears_nothing()
        bert.says("MODE #den -o anna", "MODE #den +k secret", "MODE #den +i", "MODE #den +o ghost")
        await bert.hears(
            ":SERVER 482 bert #den :*",
            ":bert!* MODE #den +k *",
            ":SERVER 482 bert #den :*",
            ":SERVER 401 bert ghost :*",
        )


async def test_voice_lets_a_member_speak_where_it_is_moderated() -> None:
    """Modern IRC, "Moderated Channel Mode" and "Voice Prefix"."""
    async with House() as house:
        ann, bob = await two(house)
        ann.says("MODE #den +m")
        await both_hear(ann, bob, ":Ann!* MODE #den +m")
        bob.says("PRIVMSG #den :may I?")
        await bob.hears(":SERVER 404 Bob #den :*")
        ann.says("MODE #den +v Bob", "MODE #den +v Bob", "NAMES #den")
        await bob.hears(":Ann!* MODE #den +v Bob")
        await ann.hears(":Ann!* MODE #den +v Bob", ":SERVER 353 Ann = #den :@Ann +Bob", ":SERVER 366 Ann #den :*")
        bob.says("PRIVMSG #den :thank you")
        await ann.hears(":Bob!* PRIVMSG #den :thank you")
        ann.says("MODE #den -v Bob")
        await both_hear(ann, bob, ":Ann!* MODE #den -v Bob")
        bob.says("PRIVMSG #den :still?", "MODE #den +v Bob", "MODE #den +v")
        await bob.hears(":SERVER 404 Bob #den :*", ":SERVER 482 Bob #den :*", ":SERVER 461 Bob MODE :*")


async def test_multi_prefix_shows_all_that_somebody_is() -> None:
    """IRCv3 multi-prefix: in 353, highest first."""
    async with House() as house:
        ann = await irc_in(house, "#den", "Ann", caps="multi-prefix")
        ann.says("MODE #den +v Ann", "NAMES #den")
        await ann.hears(":Ann!* MODE #den +v Ann", ":SERVER 353 Ann = #den :@+Ann", ":SERVER 366 Ann #den :*")


async def test_settings_of_one_line_are_told_as_one_line_and_only_what_changed() -> None:
    """Modern IRC, "MODE message": 324 with parameters; a line without change is told to nobody."""
    async with House() as house:
        ann, bob = await two(house)
        ann.says("MODE #den +inst", "MODE #den +n")
        await both_hear(ann, bob, ":Ann!* MODE #den +ist")
        ann.says("MODE #den +lk 5 plums", "MODE #den")
        await ann.hears(
            ":Ann!* MODE #den +kl * 5",
            ":SERVER 324 Ann #den +iklnst plums 5",
            ":SERVER 329 Ann #den *",
        )
        ann.says("MODE #den -iklnst plums", "MODE #den")
        await ann.hears(":Ann!* MODE #den -iklnst *", ":SERVER 324 Ann #den +", ":SERVER 329 *")


async def test_a_key_is_asked_for() -> None:
    """Modern IRC, "Key Channel Mode": 475 without it; 696 for what is none; JOIN with a list of keys."""
    async with House() as house:
        ann, bob = await two(house)
        ann.says("MODE #den +k plums")
        await both_hear(ann, bob, ":Ann!* MODE #den +k *")
        eve = await irc_as(house, "Eve")
        eve.says("JOIN #den", "JOIN #den pears", "NAMES #den", "TOPIC #den", "JOIN #other,#den x,plums")
        await eve.hears(":SERVER 475 Eve #den :*", ":SERVER 475 Eve #den :*", ":SERVER 366 *", ":SERVER 442 *")
        await eve.hears_at_last(":Eve!* JOIN #den")
        for key in ("two words", "long" * 100, "", "a,b"):
            assert await ann.answers(f"MODE #den +k :{key}") == [
                *([":Eve!~eve@guest.irc.local JOIN #den"] if key == "two words" else []),
                ":irc.local 696 Ann #den k * :That cannot be its parameter",
            ]
        ann.says("MODE #den -k")
        await ann.hears(":Ann!* MODE #den -k *")
        assert await ann.answers("MODE #den +k") == [":irc.local 696 Ann #den k * :That cannot be its parameter"]


async def test_no_more_come_in_than_the_limit() -> None:
    """Modern IRC, "Client Limit Channel Mode": 471, but for whom an operator invites."""
    async with House() as house:
        ann, bob = await two(house)
        ann.says("MODE #den +l 2", "MODE #den +l", "MODE #den +l -1", "MODE #den +l many")
        await ann.hears(
            ":Ann!* MODE #den +l 2",
            ":SERVER 696 Ann #den l * :*",
            ":SERVER 696 Ann #den l -1 :*",
            ":SERVER 696 Ann #den l many :*",
        )
        eve = await irc_as(house, "Eve")
        eve.says("JOIN #den")
        await eve.hears(":SERVER 471 Eve #den :*")
        bob.says("INVITE Eve #den", "INVITE Eve #den")
        for _ in range(2):
            await eve.hears(":Bob!* INVITE Eve #den")
        eve.says("JOIN #den")
        await eve.hears(":SERVER 471 Eve #den :*")
        ann.says("INVITE Eve #den")
        await eve.hears(":Ann!* INVITE Eve #den")
        await eve.joins("#den")
        ann.says("MODE #den -l")
        await ann.hears_at_last(":Ann!* MODE #den -l")


async def test_a_secret_channel_is_listed_to_its_members_only() -> None:
    """RFC 1459, section 4.2.6; Modern IRC, "Secret Channel Mode"."""
    async with House() as house:
        ann, _ = await two(house)
        ann.says("MODE #den +s", "LIST", "NAMES")
        await ann.hears(
            ":Ann!* MODE #den +s", ":SERVER 321 *", ":SERVER 322 Ann #den 2 :", ":SERVER 323 *",
            ":SERVER 353 Ann @ #den :@Ann Bob", ":SERVER 366 Ann * :*",
        )  # fmt: skip
        eve = await irc_as(house, "Eve")
        eve.says("LIST", "LIST #den", "NAMES")
        await eve.hears(":SERVER 321 *", ":SERVER 323 *", ":SERVER 321 *", ":SERVER 323 *", ":SERVER 366 Eve * :*")


async def test_the_topic_is_for_operators_or_for_everybody() -> None:
    """Modern IRC, "Protected Topic Mode"; "TOPIC message": 331, 332 with 333, 442, 482."""
    async with House() as house:
        ann, bob = await two(house)
        eve = await irc_as(house, "Eve")
        eve.says("TOPIC #den :mine", "TOPIC #den", "TOPIC #nowhere")
        await eve.hears(":SERVER 442 Eve #den :*", ":SERVER 331 Eve #den :*", ":SERVER 403 Eve #nowhere :*")
        bob.says("TOPIC #den :mine")
        await bob.hears(":SERVER 482 Bob #den :*")
        ann.says("MODE #den -t")
        await both_hear(ann, bob, ":Ann!* MODE #den -t")
        bob.says("TOPIC #den :ours", "TOPIC #den")
        await bob.hears(":Bob!* TOPIC #den :ours", ":SERVER 332 Bob #den :ours", ":SERVER 333 Bob #den Bob *")
        assert bob.heard[-1].split()[-1].isdigit()
        ann.says("MODE #den +t")
        await bob.hears(":Ann!* MODE #den +t")
        bob.says("TOPIC #den :")
        await bob.hears(":SERVER 482 Bob #den :*")


async def test_who_set_the_topic_is_known_after_a_restart() -> None:
    """Modern IRC, "RPL_TOPICWHOTIME": who and when are kept with the channel."""
    async with House() as house:
        ann, _ = await two(house)
        ann.says("TOPIC #den :plums", "MODE #den +k pears", "MODE #den +b wolf*!*@*")
        await ann.hears(":Ann!* TOPIC #den :plums", ":Ann!* MODE #den +k *", ":Ann!* MODE #den +b wolf*")
        before = house.server.context.state.channel("den")
        await house.restart()
        after = house.server.context.state.channel("den")
        assert (after, after.topic_by, after.key) == (before, "Ann", "pears")
        assert [mask.mask for mask in house.server.context.state.masks[after.id].values()] == ["wolf*"]


async def test_an_outsider_speaks_where_that_is_wanted() -> None:
    """Modern IRC, "No External Messages Mode": 404 with it, which is how a channel begins."""
    async with House() as house:
        ann, _ = await two(house)
        eve = await irc_as(house, "Eve")
        eve.says("PRIVMSG #den :hello?")
        await eve.hears(":SERVER 404 Eve #den :*")
        ann.says("MODE #den -n")
        await ann.hears(":Ann!* MODE #den -n")
        eve.says("PRIVMSG #den :hello!")
        await ann.hears(":Eve!* PRIVMSG #den :hello!")
        await eve.hears_nothing()


async def test_masks_keep_out_whoever_they_fit_in_any_case() -> None:
    """Modern IRC, "Ban Channel Mode": 474; the list is 367 and 368, for members too."""
    async with House() as house:
        ann, bob = await two(house)
        ann.says("MODE #den +b WOLF!*@*", "MODE #den +b bad*!*@*", "MODE #den +b wolf")
        await both_hear(ann, bob, ":Ann!* MODE #den +b wolf!*@*", ":Ann!* MODE #den +b bad*!*@*")
        bob.says("MODE #den b")
        await bob.hears(
            ":SERVER 367 Bob #den wolf!*@* Ann *", ":SERVER 367 Bob #den bad*!*@* Ann *", ":SERVER 368 Bob #den :*"
        )
        wolf, badger = await irc_as(house, "Wolf"), await irc_as(house, "Badger")
        wolf.says("JOIN #den")
        badger.says("JOIN #den")
        await wolf.hears(":SERVER 474 Wolf #den :*")
        await badger.hears(":SERVER 474 Badger #den :*")
        ann.says("MODE #den -b wolf!*@*", "MODE #den -b wolf!*@*", "MODE #den -b nobody")
        await ann.hears(":Ann!* MODE #den -b wolf!*@*")
        await wolf.joins("#den")
        await ann.hears(":Wolf!* JOIN #den")
        await ann.hears_nothing()


async def test_exceptions_and_invitations_by_mask() -> None:
    """Modern IRC, "Exception Channel Mode" and "Invite-Exception Channel Mode"; 348, 349, 346, 347 for operators."""
    async with House() as house:
        ann, bob = await two(house)
        ann.says("MODE #den +bee *!*@* good*!*@* $a:anna", "MODE #den +e")
        await ann.hears(
            ":Ann!* MODE #den +b *", ":Ann!* MODE #den +e good*", ":Ann!* MODE #den +e $a:anna",
            ":SERVER 348 Ann #den good*!*@* Ann *", ":SERVER 348 Ann #den $a:anna Ann *", ":SERVER 349 Ann #den :*",
        )  # fmt: skip
        goody, eve = await irc_as(house, "Goody"), await irc_as(house, "Eve")
        eve.says("JOIN #den")
        await eve.hears(":SERVER 474 Eve #den :*")
        await goody.joins("#den")
        ann.says("MODE #den +i-b *!*@*", "MODE #den +I eve!*@*", "MODE #den I")
        await ann.hears_at_last(":Ann!* MODE #den +I eve!*@*")
        await ann.hears(":SERVER 346 Ann #den eve!*@* Ann *", ":SERVER 347 Ann #den :*")
        await eve.joins("#den")
        bob.says("MODE #den e", "MODE #den I")
        await bob.hears_at_last(":SERVER 482 Bob #den :*")
        await bob.hears(":SERVER 482 Bob #den :*")


async def test_a_ban_of_an_account_is_of_no_guest() -> None:
    """IRCv3 account-extban: $a: and the account's name; a guest of another name stays one."""
    async with House() as house:
        await house.account("bert")
        ann = await irc_in(house, "#den", "Ann")
        ann.says("MODE #den +b $a:b*")
        await ann.hears(":Ann!* MODE #den +b $a:b*")
        bert = await irc_as(house, "bert", password=PASSWORD)
        bert.says("JOIN #den")
        await bert.hears(":SERVER 474 bert #den :*")
        bob = await irc_as(house, "Bob")
        await bob.joins("#den")


@pytest.mark.parametrize("mask", ["*!*@irc.local", "*!~bob@*", "*@198.51.100.7", "$x:bob", "a!b!c"])
async def test_a_mask_that_nothing_could_go_by_is_refused(mask: str) -> None:
    """Modern IRC, "ERR_INVALIDMODEPARAM": hosts and user names are no part of a ban here, and it says so."""
    async with House() as house:
        ann = await irc_in(house, "#den", "Ann")
        heard = await ann.answers(f"MODE #den +b {mask}")
        if mask == "a!b!c":
            assert heard == [":Ann!~ann@guest.irc.local MODE #den +b a!*@*"], "what is told is what was done"
        else:
            assert [line.split()[:6] for line in heard] == [[":irc.local", "696", "Ann", "#den", "b", mask]]


async def test_an_invitation_opens_a_channel_in_spite_of_a_mask_once() -> None:
    """Modern IRC, "INVITE message": 341; 443 for who is there; 442 for who is not; a mask holds again after a kick."""
    async with House() as house:
        ann, bob = await two(house)
        ann.says("MODE #den +b eve!*@*")
        await both_hear(ann, bob, ":Ann!* MODE #den +b eve*")
        eve = await irc_as(house, "Eve")
        eve.says("JOIN #den", "INVITE Eve #den")
        await eve.hears(":SERVER 474 Eve #den :*", ":SERVER 442 Eve #den :*")
        ann.says("INVITE Eve #den", "INVITE Bob #den")
        await ann.hears(":SERVER 341 Ann Eve #den", ":SERVER 443 Ann Bob #den :*")
        await bob.hears_nothing()
        await eve.hears(":Ann!* INVITE Eve #den")
        await eve.joins("#den")
        ann.says("KICK #den Eve")
        await eve.hears(":Ann!* KICK #den Eve :Ann")
        eve.says("JOIN #den")
        await eve.hears(":SERVER 474 Eve #den :*")


async def test_kick_takes_lists() -> None:
    """Modern IRC, "KICK message": each is told by itself."""
    async with House() as house:
        ann, bob = await two(house)
        eve = await irc_in(house, "#den", "Eve")
        await bob.hears(":Eve!* JOIN #den")
        ann.says("KICK #den,#den Bob,Eve :bye", "KICK #den Bob", "KICK #nowhere Bob")
        await eve.hears(":Ann!* KICK #den Bob :bye", ":Ann!* KICK #den Eve :bye")
        await ann.hears_at_last(":Ann!* KICK #den Eve :bye")
        await ann.hears(":SERVER 441 Ann Bob #den :*", ":SERVER 403 Ann #nowhere :*")


async def test_part_of_a_channel_where_one_is_not() -> None:
    """Modern IRC, "PART message": 442 where one is not, 403 where there is nothing."""
    async with House() as house:
        await irc_in(house, "#den", "Ann")
        eve = await irc_as(house, "Eve")
        eve.says("PART #den", "PART #nowhere")
        await eve.hears(":SERVER 442 Eve #den :*", ":SERVER 403 Eve #nowhere :*")


async def test_list_takes_masks_and_figures() -> None:
    """Modern IRC, "ELIST": M, N, U, C and T."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        for channel in ("#chan1", "#chan2"):
            await ann.joins(channel)
        await irc_in(house, "#chan2", "Bob")
        ann.says("TOPIC #chan1 :first")
        await ann.hears_at_last(":Ann!* TOPIC #chan1 :first")
        both = ["#chan1", "#chan2"]
        for asked, expected in {
            "*an1": ["#chan1"], "#c*n2": ["#chan2"], "*an3": [], "#CH*": both, "!*an1": ["#chan2"], "!#ch*": [],
            ">1": ["#chan2"], "<2": ["#chan1"], "<1": [], ">0": both, "#chan*,>1": ["#chan2"], "#chan1,#chan2": both,
            "C<10": both, "C>10": [], "T<10": ["#chan1"], "T>10": [], "": both,
        }.items():  # fmt: skip
            lines = await ann.answers(f"LIST {asked}")
            assert [line.split()[3] for line in lines if " 322 " in line] == expected, asked


async def test_no_implicit_names() -> None:
    """IRCv3 no-implicit-names: JOIN brings no 353 and no 366; NAMES does."""
    async with House() as house:
        ann = await irc_as(house, "Ann", caps="no-implicit-names")
        assert await ann.answers("JOIN #den") == [":Ann!~ann@guest.irc.local JOIN #den"]
        ann.says("NAMES #den")
        await ann.hears(":SERVER 353 Ann = #den :@Ann", ":SERVER 366 Ann #den :*")


async def test_two_signs_before_a_name_make_it_another_channel() -> None:
    """Modern IRC, "Channels": `##den` is not `#den`."""
    async with House() as house:
        ann = await irc_in(house, "#den", "Ann")
        bob = await irc_in(house, "##den", "Bob")
        bob.says("PRIVMSG ##den :anybody?", "NAMES ##den")
        await bob.hears(":SERVER 353 Bob = ##den :@Bob", ":SERVER 366 *")
        await ann.hears_nothing()
        mia = await house.native_in("#den", "Mia")
        assert mia.name
        await ann.hears(":Mia!* JOIN #den")


async def test_isupport_says_what_the_modes_are() -> None:
    """Modern IRC, "RPL_ISUPPORT Parameters": CHANMODES, PREFIX, EXCEPTS, INVEX, MAXLIST, ELIST, EXTBAN."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        tokens = {token for line in ann.heard if " 005 " in line for token in line.split(" :")[0].split()[3:]}
        assert tokens >= {
            "CHANMODES=Ibe,k,l,imnst", "PREFIX=(qov)~@+", "EXCEPTS=e", "INVEX=I", "MAXLIST=Ibe:100", "ELIST=CMNTU",
            "EXTBAN=$,a", "ACCOUNTEXTBAN=a", "KEYLEN=23",
        }  # fmt: skip
