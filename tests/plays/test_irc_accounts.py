"""IRC: accounts made and logged in to, the services' habits, operators."""

import base64
import hashlib
import hmac

import pytest

from causerie.chat.commands import MakeInvite
from causerie.chat.replies import InviteMade
from causerie.config.irc import Oper
from tests.irc_people import IrcPerson, irc, irc_as, irc_in, plain
from tests.people import PASSWORD, House

ONE_WORD = "marmalade-boat-7"
"""A password without spaces: services know no others."""


def encoded(message: str) -> str:
    """As AUTHENTICATE sends it."""
    return base64.b64encode(message.encode()).decode()


async def proves(person: IrcPerson, name: str, password: str) -> str:
    """SCRAM up to the final message: what the server is expected to prove in return."""
    person.says("AUTHENTICATE SCRAM-SHA-256")
    await person.hears(":SERVER AUTHENTICATE +")
    first = f"n={name},r=mine"
    person.says(f"AUTHENTICATE {encoded(f'n,,{first}')}")
    told = base64.b64decode((await person.line()).split()[-1]).decode()
    nonce, salt, passes = (part[2:] for part in told.split(",", 2))
    assert nonce.startswith("mine")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(passes))
    key = hmac.digest(salted, b"Client Key", "sha256")
    final = f"c=biws,r={nonce}"
    said = f"{first},{told},{final}".encode()
    signature = hmac.digest(hashlib.sha256(key).digest(), said, "sha256")
    proof = base64.b64encode(bytes(one ^ other for one, other in zip(key, signature, strict=True))).decode()
    person.says(f"AUTHENTICATE {encoded(f'{final},p={proof}')}")
    return base64.b64encode(hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), said, "sha256")).decode()


async def test_scram_proves_the_password_both_ways() -> None:
    """RFC 7677 and RFC 5802, section 5: the client's proof, then the server's; IRCv3 sasl-3.1: 900 and 903."""
    async with House() as house:
        await house.account("anna")
        ann = await irc(house)
        ann.says("CAP REQ sasl", "NICK x", "USER a 0 * :Anna")
        await ann.hears(":SERVER CAP * ACK :sasl")
        wanted = await proves(ann, "anna", PASSWORD)
        await ann.hears(f":SERVER AUTHENTICATE {encoded(f'v={wanted}')}")
        ann.says("AUTHENTICATE +", "AUTHENTICATE PLAIN", "CAP END")
        await ann.hears(
            ":SERVER 900 x x!~a@guest.SERVER anna :*", ":SERVER 903 x :*", ":SERVER 907 x :*", ":SERVER 001 anna :*"
        )


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("nobody", PASSWORD), ("annna", PASSWORD)])
async def test_scram_fails_at_the_end_for_a_wrong_password_and_for_nobody(name: str, password: str) -> None:
    """RFC 5802, section 5.1, "i" and "s": the same steps for names that nobody has; then 904, and one may try again."""
    async with House() as house:
        await house.account("anna")
        eve = await irc(house)
        eve.says("CAP REQ sasl", "NICK Eve", "USER e 0 * :Eve")
        await eve.hears(":SERVER CAP * ACK :sasl")
        await proves(eve, name, password)
        await eve.hears(":SERVER 904 Eve :*")
        wanted = await proves(eve, "anna", PASSWORD)
        await eve.hears(f":SERVER AUTHENTICATE {encoded(f'v={wanted}')}")


@pytest.mark.parametrize("said", ["nonsense", "p=tls-unique,,n=anna,r=x", "n,,n=an=na,r=x", "n,a=bert,n=anna,r=x", ""])
async def test_what_is_no_message_of_scram_is_refused(said: str) -> None:
    """RFC 5802, section 7; no channel binding, no other's rights. What is given up leaves nothing behind."""
    async with House() as house:
        await house.account("anna")
        eve = await irc(house)
        eve.says("CAP REQ sasl", "NICK Eve", "USER e 0 * :Eve", "AUTHENTICATE SCRAM-SHA-256")
        await eve.hears(":SERVER CAP * ACK :sasl", ":SERVER AUTHENTICATE +")
        eve.says(f"AUTHENTICATE {encoded(said) or '+'}")
        await eve.hears(":SERVER 904 Eve :*")
        eve.says("AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {encoded('n,,n=anna,r=x')}", "AUTHENTICATE *")
        await eve.hears(":SERVER AUTHENTICATE +", ":SERVER AUTHENTICATE *", ":SERVER 906 Eve :*")
        wanted = await proves(eve, "anna", PASSWORD)
        await eve.hears(f":SERVER AUTHENTICATE {encoded(f'v={wanted}')}")


async def test_without_its_keys_scram_is_not_offered() -> None:
    """IRCv3 sasl-3.2: the capability's value is what there is."""
    async with House(accounts={"scram_passes": 0}) as house:
        ann = await irc(house)
        ann.says("CAP LS 302", "CAP REQ sasl", "AUTHENTICATE SCRAM-SHA-256")
        assert any("sasl=PLAIN " in line + " " for line in await ann.hears_at_last(":SERVER CAP * ACK :sasl"))
        await ann.hears(":SERVER 908 * PLAIN :*", ":SERVER 904 * :*")


@pytest.mark.parametrize("how", ["IDENTIFY", "SASL"])
async def test_a_guest_who_logs_in_becomes_the_account_where_it_is(how: str) -> None:
    """IRCv3 sasl-3.2, after registration, and NickServ: 900 and 903 by the nick that the client has, then NICK; others
    see a quit and a join."""
    async with House() as house:
        await house.account("anna", ONE_WORD)
        bob = await irc_in(house, "#home", "Bob", caps="extended-join")
        mia = await house.native_in("home", "Mia")
        await bob.hears(":Mia!* JOIN #home *")
        ann = await irc_in(house, "#home", "Ghosty", caps="sasl account-notify")
        await bob.hears(":Ghosty!* JOIN #home *")
        await mia.hears("entered", name="Ghosty")
        if how == "SASL":
            ann.says("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('anna', ONE_WORD)}")
            await ann.hears(":SERVER AUTHENTICATE +")
        else:
            ann.says(f"PRIVMSG NickServ :IDENTIFY anna {ONE_WORD}")
        await ann.hears(
            ":SERVER 900 Ghosty Ghosty!~ghosty@guest.SERVER anna :You are now logged in as anna",
            ":SERVER 903 Ghosty :*" if how == "SASL" else ":NickServ!* NOTICE Ghosty :You are now identified*",
            ":Ghosty!~ghosty@guest.SERVER NICK :anna",
        )
        await bob.hears(":Ghosty!* QUIT :*", ":anna!~ghosty@SERVER JOIN #home anna :Ghosty at IRC")
        await mia.hears("left", name="Ghosty", how="quit")
        await mia.hears("entered", name="anna")
        ann.says("PRIVMSG #home :here still", "JOIN #home")
        await bob.hears(":anna!~ghosty@SERVER PRIVMSG #home :here still")
        assert await ann.answers("NICKSERV IDENTIFY x y") == [
            ":NickServ!services@irc.local NOTICE anna :You are logged in already, as anna."
        ]


async def test_nickserv_makes_an_account_of_a_nick() -> None:
    """Usage of services: REGISTER, with the invitation that the server asks for; INFO, GHOST, SET PASSWORD, HELP."""
    async with House() as house:
        made = await house.operator(MakeInvite())
        assert isinstance(made, InviteMade)
        bob = await irc_in(house, "#home", "Bob", caps="account-notify")
        ann = await irc_in(house, "#home", "Ann")
        await bob.hears(":Ann!* JOIN #home")
        refused = await ann.answers(f"NS REGISTER {ONE_WORD}")
        assert refused[0].startswith(":NickServ!services@irc.local NOTICE Ann :")
        ann.says(f"NS REGISTER {ONE_WORD} {made.token}")
        await ann.hears_at_last(":NickServ!* NOTICE Ann :The account Ann is made*")
        await bob.hears(":Ann!* ACCOUNT Ann")
        assert (await bob.answers("NS INFO Ann"))[0].endswith(":Ann is an account, and is here.")
        assert "nobody else can have that name" in (await bob.answers("PRIVMSG nickserv :GHOST Ann"))[0]
        assert (await ann.answers(f"NS SET PASSWORD {ONE_WORD} {ONE_WORD}2"))[0].endswith(":The password was changed.")
        assert len(await ann.answers("NS HELP")) > 8
        assert (await ann.answers("NS FROB"))[0].endswith(":I do not know FROB. Say HELP.")
        assert (await ann.answers("NS IDENTIFY"))[0].endswith(":It is written IDENTIFY [account] password")
        assert await ann.answers("NOTICE NickServ :HELP") == []
        other = await irc(house)
        other.says("NICK x", "USER x 0 * :x", f"PRIVMSG NickServ :IDENTIFY Ann {ONE_WORD}2")
        await other.hears_at_last(":NickServ!* NOTICE x :You are now identified for Ann.")
        await other.hears(":x!~x@guest.SERVER NICK :Ann")


async def test_chanserv_does_what_the_core_lets_one_do() -> None:
    """Usage of services: each is a command of the core's, told in the channel as such."""
    async with House() as house:
        await house.account("anna")
        await house.account("bert")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        bert = await irc_in(house, "#den", "bert", password=PASSWORD)
        await anna.hears(":bert!* JOIN #den")
        anna.says("PRIVMSG ChanServ :OP #den bert")
        await bert.hears(":anna!* MODE #den +o bert")
        await anna.hears_at_last(":ChanServ!* NOTICE anna :Done, in #den.")
        anna.says("CS TOPIC #den :all about tea", "CS DEOP #den bert", "CS INFO #den")
        await bert.hears(":anna!* TOPIC #den :all about tea", ":anna!* MODE #den -o bert")
        await anna.hears_at_last(":ChanServ!* NOTICE anna :#den is public; its owners: anna.")
        refused = await bert.answers("CS OP #den", "CS OP den", "CS KICK #den")
        assert [line.split(" NOTICE bert :")[0] for line in refused] == [":ChanServ!services@irc.local"] * 3


async def test_register_makes_an_account_before_registration_and_after() -> None:
    """IRCv3 draft/account-registration: SUCCESS and 900; FAIL with a code of the specification's."""
    async with House(accounts={"registration": "open"}) as house:
        ann = await irc(house)
        ann.says("CAP LS 302", "CAP REQ sasl")
        offered = " ".join(await ann.hears_at_last(":SERVER CAP * ACK :sasl"))
        assert " draft/account-registration=before-connect " in offered.replace(":draft", " draft")
        ann.says("REGISTER * * x", "NICK Ann", "REGISTER Bob * x", "REGISTER * * short", f"REGISTER * * :{PASSWORD}")
        await ann.hears(
            ":SERVER FAIL REGISTER NEED_NICK * :*",
            ":SERVER FAIL REGISTER ACCOUNT_NAME_MUST_BE_NICK Bob :*",
            ":SERVER FAIL REGISTER WEAK_PASSWORD Ann :*",
            ":SERVER 900 Ann Ann!* Ann :*",
            ":SERVER REGISTER SUCCESS Ann :*",
        )
        ann.says("USER a 0 * :Ann", "CAP END")
        await ann.hears(":SERVER 001 Ann :*")
        eve = await irc(house)
        eve.says("NICK ann", f"REGISTER * * :{PASSWORD}")
        await eve.hears(":SERVER FAIL REGISTER ACCOUNT_EXISTS ann :*")
        bob = await irc_as(house, "Bob")
        bob.says(f"REGISTER Bob bob@example.org :{PASSWORD}", f"REGISTER * * :{PASSWORD}", "VERIFY Bob 1234")
        await bob.hears(
            ":SERVER 900 Bob Bob!* Bob :*",
            ":SERVER REGISTER SUCCESS Bob :*",
            ":SERVER FAIL REGISTER ALREADY_AUTHENTICATED Bob :*",
            ":SERVER FAIL VERIFY INVALID_CODE Bob :*",
        )


async def test_where_accounts_are_not_made_register_is_not_offered() -> None:
    """IRCv3 capability-negotiation: what is listed is what there is."""
    async with House(accounts={"registration": "closed"}) as house:
        ann = await irc_as(house, "Ann")
        assert "account-registration" not in " ".join(await ann.answers("CAP LS 302"))
        heard = await ann.answers(f"REGISTER * * :{PASSWORD}", "CAP REQ draft/account-registration")
        assert heard[0].startswith(":irc.local FAIL REGISTER TEMPORARILY_UNAVAILABLE Ann :")
        assert heard[1] == ":irc.local CAP Ann NAK :draft/account-registration"


@pytest.mark.parametrize("hashed", [False, True])
async def test_the_servers_own_password(hashed: bool) -> None:
    """Modern IRC, "PASS message": without it, or with a wrong one, 464, ERROR, and the end. It may be a hash."""
    async with House() as making:
        stored = await making.server.context.hashing.hash("sesame1!") if hashed else "sesame1!"
    async with House(irc={"password": stored}) as house:
        for given in ((), ("PASS :wrong",)):
            eve = await irc(house)
            eve.says(*given, "NICK Eve", "USER e 0 * :Eve")
            await eve.hears(":SERVER 464 Eve :*", "ERROR :Closing link: (*)")
            await eve.hears_the_end()
        ann = await irc(house)
        ann.says("PASS :sesame1!", "NICK Ann", "USER a 0 * :Ann")
        await ann.hears(":SERVER 001 Ann :*")


async def test_oper_gives_an_administrators_rights_for_now() -> None:
    """Modern IRC, "OPER message": 381 and MODE +o, 464 for what is wrong; "MODE message": -o gives them up."""
    async with House() as house:
        context = house.server.context
        hashed = await context.hashing.hash("opersecret")
        config = context.config
        context.config = type(config)(
            **{name: getattr(config, name) for name in config.__struct_fields__ if name != "oper"},
            oper=(Oper(name="root", password="operpassword"), Oper(name="other", password=hashed)),
        )
        ann, bob = await irc_as(house, "Ann"), await irc_as(house, "Bob")
        ann.says("KILL Bob :x", "OPER root wrong", "OPER nobody operpassword", "OPER root", "OPER other opersecret")
        await ann.hears(
            ":SERVER 481 Ann :*", ":SERVER 464 Ann :*", ":SERVER 464 Ann :*", ":SERVER 461 Ann OPER :*",
            ":SERVER 381 Ann :*", ":Ann!~ann@guest.SERVER MODE Ann :+o",
        )  # fmt: skip
        assert " Ann H* :0 " in (await bob.answers("WHO Ann"))[0]
        assert "313" in [line.split()[1] for line in await bob.answers("WHOIS Ann")]
        assert "378" in [line.split()[1] for line in await ann.answers("WHOIS Bob")]
        assert " 252 Ann 1 " in (await ann.answers("LUSERS"))[1]
        assert await ann.answers("MODE Ann -o") == [":Ann!~ann@guest.irc.local MODE Ann :-o"]
        assert (await ann.answers("WALLOPS :hello"))[0].split()[1] == "481"


async def test_an_administrators_account_is_an_operator() -> None:
    """Modern IRC, "KILL message", "WALLOPS message", "REHASH message": who may is the core's to say."""
    async with House() as house:
        await house.account("chief", admin=True)
        chief = await irc_as(house, "chief", password=PASSWORD)
        bob, cyd = await irc_in(house, "#home", "Bob"), await irc_in(house, "#home", "Cyd")
        mia = await house.native()
        await mia.logs_in("Mia")
        await bob.hears(":Cyd!* JOIN #home")
        await cyd.answers("MODE Cyd +w")
        chief.says("WALLOPS :tea is ready")
        await cyd.hears(":chief!~chief@SERVER WALLOPS :tea is ready")
        await chief.hears(":chief!~chief@SERVER WALLOPS :tea is ready")
        await mia.hears("announced", name="chief", text="tea is ready", channel="")
        await bob.hears_nothing()
        chief.says("KILL Bob :enough", "KILL ghost :x")
        await cyd.hears(":Bob!* QUIT :Killed (chief (enough))")
        await bob.hears(
            ":chief!~chief@SERVER KILL Bob :Killed (chief (enough))", "ERROR :Closing link: (Killed by an operator)"
        )
        await bob.hears_the_end()
        await chief.hears(":SERVER 401 chief ghost :*")
        times = []
        house.server.context.reload = lambda: times.append(1)
        assert (await chief.answers("REHASH"))[0].split()[1] == "382"
        assert (await cyd.answers("REHASH"))[0].split()[1] == "481"
        assert times == [1]
        chief.says(f"OPER chief :{PASSWORD}")
        await chief.hears(":SERVER 381 chief :*", ":chief!* MODE chief :+o")


async def test_who_comes_back_is_in_the_accounts_channels_with_what_was_said() -> None:
    """Issue 4, "One world": several clients under one nick, and none has to say again where its person is a member.
    IRCv3 read-marker: the marker comes before RPL_ENDOFNAMES, as with any JOIN."""
    async with House() as house:
        await house.account("ann")
        first = await irc_in(house, "#den", "ann", password=PASSWORD)
        bob = await irc_in(house, "#den", "Bob")
        await first.hears(":Bob!* JOIN #den")
        second = await irc(house)
        await second.registers("ann", "draft/read-marker", PASSWORD)
        await second.hears(":ann!* JOIN #den", ":SERVER MARKREAD #den *", ":SERVER 353 ann = #den :*ann*")
        await second.hears(":SERVER 366 ann #den :*")
        bob.says("PRIVMSG #den :both of you")
        await first.hears(":Bob!* PRIVMSG #den :both of you")
        await second.hears(":Bob!* PRIVMSG #den :both of you")
        first.says("QUIT")
        second.says("QUIT")
        await bob.hears_at_last(":ann!* QUIT :*")
        bob.says("PRIVMSG #den :said meanwhile")
        third = await irc(house)
        await third.registers("ann", "server-time", PASSWORD)
        heard = await third.answers()
        assert [line.split()[1 + (line[0] == "@")] for line in heard][:3] == ["JOIN", "353", "366"]
        assert heard[-1].endswith(" PRIVMSG #den :said meanwhile")
        third.says("JOIN #den")
        await third.hears_nothing()
        await bob.hears(":ann!* JOIN #den", ":SERVER MODE #den +qo ann ann")


async def test_a_guest_who_logs_in_comes_into_the_accounts_channels_too() -> None:
    """As the one before, for logging in after registration: where the guest was, and where the account is."""
    async with House() as house:
        await house.account("ann")
        before = await irc_in(house, "#den", "ann", password=PASSWORD)
        before.says("QUIT")
        await before.hears_at_last("ERROR *")
        guest = await irc_in(house, "#home", "Eve")
        guest.says(f"PRIVMSG NickServ :IDENTIFY ann {PASSWORD}")
        heard = await guest.answers()
        assert [line.split()[-1] for line in heard if " JOIN " in line] == ["#den"]
        assert ":ann PRIVMSG" not in heard
        guest.says("PRIVMSG #home :here still", "PRIVMSG #den :and here")
        await guest.hears_nothing()
