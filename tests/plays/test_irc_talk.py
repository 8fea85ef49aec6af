"""IRC: what is said, to channels and to people, by every protocol."""

import pytest

from tests.irc_people import irc_as, irc_in
from tests.people import PASSWORD, House


async def test_one_world() -> None:
    """Modern IRC, "PRIVMSG message": #home is `home`, and everybody hears everybody; the author has no echo."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        mia = await house.native_in("home", "Mia")
        ann = await irc_in(house, "#home", "Ann")
        await luc.hears("[+]~Mia", "[+]~Ann")
        await mia.hears("entered", name="Ann", guest=True)
        shown, _, names = ann.heard[-2].rpartition(":")
        assert (shown, sorted(names.split())) == (":irc.local 353 Ann = #home ", ["Ann", "Guest-Luc", "Mia"])

        ann.says("PRIVMSG #home :bonjour : à tous")
        await luc.hears("~Ann>bonjour : à tous")
        await mia.hears("message", name="Ann", text="bonjour : à tous", channel="home", number=1)
        await mia.says("home", "salut")
        luc.says("hello")
        await ann.hears(
            ":Mia!causerie@guest.SERVER PRIVMSG #home :salut", ":Guest-Luc!causerie@guest.SERVER PRIVMSG #home :hello"
        )
        await ann.hears_nothing()


async def test_a_channel_is_one_however_it_is_written() -> None:
    """Modern IRC, "CASEMAPPING"."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        await ann.hears(":Bob!* JOIN #home")
        ann.says("PRIVMSG #HOME :loud")
        await bob.hears(":Ann!* PRIVMSG #home :loud")


async def test_the_author_has_an_echo_who_asked_for_it_in_its_place_among_the_others() -> None:
    """IRCv3 echo-message: "in the order in which the server processed them"."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", caps="echo-message")
        bob = await irc_in(house, "#home", "Bob")
        await ann.hears(":Bob!* JOIN #home")
        ann.says("PRIVMSG #home :one")
        await ann.hears(":Ann!~ann@guest.SERVER PRIVMSG #home :one")
        bob.says("PRIVMSG #home :two")
        await ann.hears(":Bob!* PRIVMSG #home :two")
        ann.says("PRIVMSG Bob :psst")
        await ann.hears(":Ann!* PRIVMSG Bob :psst")
        await bob.hears(":Ann!* PRIVMSG #home :one", ":Ann!* PRIVMSG Bob :psst")
        await bob.hears_nothing()


async def test_people_talk_to_each_other_alone() -> None:
    """Modern IRC, "PRIVMSG message": a nick is a target. In causerie it is the direct conversation of the two."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        bob = await irc_as(house, "Bob")
        mia = await house.native()
        await mia.logs_in("Mia")
        ann.says("PRIVMSG Bob :psst")
        await bob.hears(":Ann!~ann@guest.SERVER PRIVMSG Bob :psst")
        bob.says("PRIVMSG ann :what?")
        await ann.hears(":Bob!~bob@guest.SERVER PRIVMSG Ann :what?")
        ann.says("PRIVMSG Mia :are you there?")
        opened = await mia.hears("stands", name="Ann", whom_name="Mia")
        page = await mia.asks("history", channel=opened["channel"])
        assert [event["text"] for event in page["events"]] == ["are you there?"]
        await mia.joins(opened["channel"])
        await mia.says(opened["channel"], "I am")
        await ann.hears(":Mia!causerie@guest.SERVER PRIVMSG Ann :I am")
        ann.says("PRIVMSG Nobody :hello?")
        await ann.hears(":SERVER 401 Ann Nobody :*")
        await bob.hears_nothing()


async def test_who_logs_in_later_hears_an_old_conversation() -> None:
    """What is said in a direct conversation reaches an account's IRC client that came after it was opened."""
    async with House() as house:
        await house.account("anna")
        await house.account("bert")
        bert = await house.native()
        await bert.logs_in("bert", PASSWORD)
        channel = (await bert.asks("direct", people=["anna"]))["channel"]
        anna = await irc_as(house, "anna", password=PASSWORD)
        await bert.asks("send", channel=channel, text="finally")
        await anna.hears(":bert!* PRIVMSG anna :finally")


async def test_two_clients_of_one_account_hear_what_either_says() -> None:
    """One nick, several clients: the other one reads what was said here, as bouncers show it."""
    async with House() as house:
        await house.account("anna")
        phone = await irc_in(house, "#home", "anna", password=PASSWORD)
        desk = await irc_in(house, "#home", "anna", password=PASSWORD)
        desk.says("PRIVMSG #home :from the desk")
        await phone.hears(":anna!* PRIVMSG #home :from the desk")
        await desk.hears_nothing()


@pytest.mark.parametrize("text", ["é" * 400, "word " * 200, "one\ntwo\n\nthree", "x" * 16_000])
async def test_what_is_too_long_for_a_line_comes_in_several(text: str) -> None:
    """RFC 2812, section 2.3: 512 bytes; no letter is lost, and none is cut in two."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        mia = await house.native_in("home", "Mia")
        await ann.hears(":Mia!* JOIN #home")
        await mia.says("home", text)
        heard = await ann.answers()
        start = ":Mia!causerie@guest.irc.local PRIVMSG #home :"
        assert all(line.startswith(start) and len(line.encode()) <= 510 for line in heard)
        said = "".join(line.removeprefix(start) for line in heard)
        assert said.replace(" ", "") == text.replace(" ", "").replace("\n", "")


async def test_an_action_is_what_one_does() -> None:
    """Modern IRC, "CTCP ACTION": both ways; an old client reads the line of readings.md."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        luc = await house.classic_in("home", "Guest-Luc")
        ann.says("PRIVMSG #home :\x01ACTION waves\x01")
        await bob.hears(":Guest-Luc!* JOIN #home", ":Ann!* PRIVMSG #home :\x01ACTION waves\x01")
        await luc.hears("* ~Ann waves")
        mia = await house.native_in("home", "Mia")
        await mia.asks("send", channel="home", text="nods", action=True)
        await mia.hears("message", text="nods", action=True)
        await bob.hears(":Mia!* JOIN #home", ":Mia!* PRIVMSG #home :\x01ACTION nods\x01")
        ann.says("PRIVMSG Mia :\x01ACTION whispers\x01")
        opened = await mia.hears("stands", name="Ann")
        page = await mia.asks("history", channel=opened["channel"])
        assert [(event["text"], event["action"]) for event in page["events"]] == [("whispers", True)]


async def test_notice_is_never_answered() -> None:
    """Modern IRC, "NOTICE message": no automatic reply, whatever is wrong with it."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        assert await ann.answers("NOTICE Nobody :x", "NOTICE #nowhere :x", "NOTICE", "NOTICE #home") == []


async def test_who_is_outside_cannot_speak_there() -> None:
    """Modern IRC, 404 and 403."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        assert [line.split()[1:4] for line in await ann.answers("PRIVMSG #home :x", "PRIVMSG #attic :x")] == [
            ["404", "Ann", "#home"],
            ["403", "Ann", "#attic"],
        ]


async def test_tags_for_those_who_asked() -> None:
    """IRCv3 server-time, message-tags (msgid), account-tag: each with its capability, and nobody else."""
    async with House() as house:
        await house.account("anna")
        plain = await irc_in(house, "#home", "Plain")
        timed = await irc_in(house, "#home", "Timed", caps="server-time")
        full = await irc_in(house, "#home", "Full", caps="server-time message-tags account-tag")
        await plain.hears(":Timed!* JOIN #home", ":Full!* JOIN #home")
        await timed.hears("@time=*Z :Full!* JOIN #home")
        mia = await house.native_in("home", "anna", PASSWORD)
        await mia.says("home", "hi")
        await plain.hears(":anna!* JOIN #home", ":anna!causerie@SERVER PRIVMSG #home :hi")
        await timed.hears("@time=20*-*T*:*:*.*Z :anna!* JOIN #home", "@time=*Z :anna!* PRIVMSG #home :hi")
        await full.hears("@time=*;account=anna :anna!* JOIN #home", "@time=*;msgid=*-1;account=anna :anna!* PRIVMSG *")


async def test_those_with_the_same_capabilities_share_one_language() -> None:
    """So that each event is encoded once for all of them; what is only for answers does not count."""
    async with House() as house:
        for nick, caps in (("Ann", "server-time echo-message"), ("Bob", "multi-prefix server-time"), ("Cyd", "")):
            await irc_as(house, nick, caps)
        languages = [session.outlet.encoder for session in house.server.context.sessions]
        assert languages[0] is languages[1]
        assert languages[0] is not languages[2]


async def test_capabilities_may_change_in_the_middle() -> None:
    """IRCv3 capability-negotiation: CAP REQ after registration; what follows the ACK is told as it says."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        await ann.hears(":Bob!* JOIN #home")
        ann.says("CAP REQ :server-time")
        await ann.hears(":SERVER CAP Ann ACK :server-time")
        bob.says("PRIVMSG #home :now")
        await ann.hears("@time=*Z :Bob!* PRIVMSG #home :now")
        ann.says("CAP REQ :-server-time")
        await ann.hears(":SERVER CAP Ann ACK :-server-time")
        bob.says("PRIVMSG #home :then")
        await ann.hears(":Bob!* PRIVMSG #home :then")


async def test_a_label_comes_back_with_the_answer() -> None:
    """IRCv3 labeled-response: one line has the label, several are a batch, none is ACK; an echo has it too."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", caps="labeled-response batch message-tags echo-message")
        ann.says("@label=a PING x", "@label=b PRIVMSG #home :hi", "@label=c WHOIS Ann", "@label=d PONG x")
        await ann.hears(
            "@label=a :SERVER PONG SERVER :x",
            "@label=b;msgid=*-1 :Ann!* PRIVMSG #home :hi",
            "@label=c :SERVER BATCH +1 labeled-response",
            "@batch=1 :SERVER 311 Ann Ann ~ann guest.SERVER \\* :*".replace("\\*", "*"),
            "@batch=1 :SERVER 319 Ann Ann :#home",
            "@batch=1 :SERVER 312 *",
            "@batch=1 :SERVER 317 *",
            "@batch=1 :SERVER 378 *",
            "@batch=1 :SERVER 318 *",
            ":SERVER BATCH -1",
            "@label=d :SERVER ACK",
        )
        ann.says("@label=e JOIN #home", "@label=f JOIN #new", "@label=g PRIVMSG Ghost :hi", "@label=h FOO")
        await ann.hears(
            "@label=e :SERVER ACK",
            "@label=f :SERVER BATCH +1 labeled-response",
            "@batch=1 :Ann!* JOIN #new",
            "@batch=1 :SERVER 353 *",
            "@batch=1 :SERVER 366 *",
            ":SERVER BATCH -1",
            "@label=g :SERVER 401 Ann Ghost :*",
            "@label=h :SERVER 421 Ann FOO :*",
        )


async def test_a_label_without_an_echo_is_acknowledged() -> None:
    """IRCv3 labeled-response, "ACK": the message itself is told to the others, and not to its author."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", caps="labeled-response batch")
        ann.says("@label=x PRIVMSG #home :hi", "@label=y PRIVMSG #home,Ghost :hi")
        await ann.hears("@label=x :SERVER ACK", "@label=y :SERVER 401 Ann Ghost :*")


async def test_a_ping_is_answered_after_all_that_came_before() -> None:
    """Modern IRC, "PING message": then the effect of what was sent before is on its way to everyone."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", caps="echo-message")
        ann.says("PRIVMSG #home :one", "PRIVMSG #home :two", "PING now", "PRIVMSG #home :three")
        await ann.hears(":Ann!* PRIVMSG #home :one", ":Ann!* PRIVMSG #home :two", ":SERVER PONG SERVER :now")
        await ann.hears(":Ann!* PRIVMSG #home :three")
