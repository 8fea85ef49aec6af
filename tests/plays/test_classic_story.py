"""The classic client's whole story, as the first server's client lives it."""

import asyncio

import pytest

from tests.people import PASSWORD, House


async def test_a_guest_is_told_ok_and_then_its_own_name() -> None:
    """OK, then [+]name, which everyone in the channel gets."""
    async with House() as house:
        luc = await house.classic()
        luc.asks_in("home", "Guest123")
        await luc.hears("OK", "[+]Guest123")
        eve = await house.classic_in("home", "Guest456")
        await luc.hears("[+]Guest456")
        await eve.hears_nothing()


async def test_an_account_is_told_no_ok_and_enters_the_channel_it_named() -> None:
    """The first thing that it reads is its own [+]name, in the channel of its CONN."""
    async with House() as house:
        await house.account("anna")
        luc = await house.classic_in("garden", "Guest123")
        anna = await house.classic()
        anna.asks_in("garden", "anna", PASSWORD)
        await anna.hears("[+]anna")
        await luc.hears("[+]anna")


async def test_after_no_which_comes_alone_the_right_password_lets_one_in() -> None:
    """The client compares its whole read with NO; the connection stays, and it may try again."""
    async with House() as house:
        await house.account("anna")
        anna = await house.classic()
        anna.asks_in("home", "anna", "wrong")
        assert await anna.reads_once() == "NO"
        anna.asks_in("home", "nobody-of-this-name", PASSWORD)
        assert await anna.reads_once() == "NO"
        await anna.is_outside()
        anna.asks_in("home", "anna", PASSWORD)
        await anna.hears("[+]anna")
        await anna.hears_nothing()


async def test_no_comes_alone_in_the_middle_of_a_conversation() -> None:
    """Whoever is refused a move reads NO by itself, and all that was said meanwhile, nothing twice."""
    async with House() as house:
        await house.account("anna")
        luc = await house.classic_in("home", "Guest-Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("[+]~Mia")
        luc.asks_in("home", "anna", "wrong")
        luc.name = "Guest-Luc"

        async def until_no() -> bytes:
            heard = b""
            while b"NO" not in heard:
                packet = await luc.read(1024)
                assert b"NO" not in packet or packet == b"NO"
                heard += packet
            return heard

        reading = asyncio.create_task(until_no())
        for number in range(20):
            await mia.says("home", f"line {number}")
        heard = await reading
        lines = "".join(f"~Mia>line {number}" for number in range(20))
        before = heard.removesuffix(b"NO").decode()
        assert lines.startswith(before)
        await luc.hears(lines.removeprefix(before))
        await luc.hears_nothing()


async def test_a_second_conn_moves_its_user() -> None:
    """Out of the old channel, [-]name there, into the new one; what is said goes to the new one only."""
    async with House() as house:
        eve = await house.classic_in("north", "Guest-Eve")
        mia = await house.classic_in("south", "Guest-Mia")
        luc = await house.classic_in("north", "Guest-Luc")
        await eve.hears("[+]Guest-Luc")

        await luc.enters("south", "Guest-Luc")
        await eve.hears("[-]Guest-Luc")
        await mia.hears("[+]Guest-Luc")
        luc.says("here now")
        await luc.hears("Guest-Luc>here now")
        await mia.hears("Guest-Luc>here now")
        await eve.hears_nothing()


async def test_a_refused_move_leaves_one_where_one_was() -> None:
    """NO, and the conversation goes on in the old channel under the old name."""
    async with House() as house:
        eve = await house.classic_in("home", "Guest-Eve")
        luc = await house.classic_in("home", "Guest-Luc")
        await eve.hears("[+]Guest-Luc")
        luc.asks_in("garden", "Guest-Eve")
        luc.name = "Guest-Luc"
        await luc.hears("NO")
        await luc.hears_nothing()
        await eve.hears("Guest-Luc>is it quiet? 1")


@pytest.mark.parametrize("farewell", ["END", "hang up", "half-close", "no verb", "no JSON"])
async def test_however_somebody_goes_the_others_are_told_once(farewell: str) -> None:
    """END, a broken connection, and an object with none of the verbs all come to the same."""
    async with House() as house:
        eve = await house.classic_in("home", "Guest-Eve")
        luc = await house.classic_in("home", "Guest-Luc")
        await eve.hears("[+]Guest-Luc")
        if farewell == "hang up":
            luc.hang_up()
        elif farewell == "half-close":
            luc.stops_sending()
        elif farewell == "no JSON":
            luc.sends(b"GET / HTTP/1.1\r\n\r\n")
        else:
            luc.tells(**({"END": {}} if farewell == "END" else {"WAVE": {}}))
        await eve.hears("[-]Guest-Luc")
        await eve.hears_nothing()
        if farewell != "hang up":
            await luc.hears_the_end()


async def test_whoever_never_logged_in_leaves_without_a_word() -> None:
    """The first server said [+]None and [-]None."""
    async with House() as house:
        eve = await house.classic_in("home", "Guest-Eve")
        luc = await house.classic()
        luc.tells(END={})
        await luc.hears_the_end()
        await eve.hears_nothing()


async def test_before_log_in_nothing_is_heard_and_nothing_can_be_said() -> None:
    """The first server sent home's messages to anybody who connected."""
    async with House() as house:
        stranger = await house.classic()
        luc = await house.classic_in("home", "Guest-Luc")
        luc.says("among ourselves")
        await luc.hears("Guest-Luc>among ourselves")
        await stranger.is_outside()
        await luc.hears_nothing()


async def test_a_guests_name_in_use_is_refused_also_in_disguise() -> None:
    """NO for the very name, another case, and a look-alike; free again when its guest has gone."""
    async with House() as house:
        eve = await house.classic_in("home", "Guest1O")
        luc = await house.classic()
        for name in ("Guest1O", "GueST1O", "Guestl0"):
            luc.asks_in("home", name)
            assert await luc.reads_once() == "NO"
        eve.tells(END={})
        await eve.hears_the_end()
        await luc.enters("home", "Guest1O")


async def test_an_account_may_be_here_from_two_places() -> None:
    """Both hear everything; the others are told of the first coming and the last going only."""
    async with House() as house:
        await house.account("anna")
        luc = await house.classic_in("home", "Guest-Luc")
        desk = await house.classic_in("home", "anna", PASSWORD)
        await luc.hears("[+]anna")
        phone = await house.classic_in("home", "anna", PASSWORD)
        desk.says("from the desk")
        await phone.hears("anna>from the desk")
        await luc.hears("anna>from the desk")
        desk.tells(END={})
        await desk.hears("anna>from the desk")
        await desk.hears_the_end()
        phone.says("still here")
        await luc.hears("anna>still here")
        phone.hang_up()
        await luc.hears("[-]anna")


async def test_no_account_may_be_made_for_a_guests_kind_of_name() -> None:
    """A name that begins with Gue is never looked up, so nobody can be locked out by one, or pose as one."""
    from causerie.chat.commands import AddAccount
    from causerie.chat.errors import NameTaken

    async with House() as house:
        with pytest.raises(NameTaken):
            await house.operator(AddAccount(name="Guenther", password=PASSWORD))


async def test_objects_end_to_end_and_in_pieces_are_all_heard() -> None:
    """Three messages in one write, then one in four pieces."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        luc.sends(b'{"SEND":{"PAYLOAD":"one"}}{"SEND":{"PAYLOAD":"two"}}\n {"SEND":{"PAYLOAD":"}} {{"}}')
        await luc.hears("Guest-Luc>one", "Guest-Luc>two", "Guest-Luc>}} {{")
        for piece in (b'{"SEND', b'":{"PAYLOAD":"in ', b"pieces\\", b'u0021"}}'):
            luc.sends(piece)
        await luc.hears("Guest-Luc>in pieces!")


async def test_a_message_of_many_kilobytes_is_not_cut() -> None:
    """The first server cut at 1,024 bytes; ours refuses past 16 KiB, and the conversation goes on."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        luc.says("é" * 8_000)
        await luc.hears("Guest-Luc>" + "é" * 8_000)
        luc.says("é" * 8_200)
        await luc.hears("causerie>not said: it is too long.")
        luc.says("")
        await luc.hears_nothing()


@pytest.mark.parametrize("bad", [b'"\\ud800"', b'"\xff"', b'"\xed\xa0\x80"', b'"a\x00b"', b"1e400", b"9" * 5000, b"{}"])
async def test_what_no_text_can_be_ends_its_sender_and_disturbs_nobody(bad: bytes) -> None:
    """Lone surrogates, invalid UTF-8, NUL, numbers: refused, nothing stored, nothing told."""
    async with House() as house:
        eve = await house.native_in("home", "Eve")
        luc = await house.classic_in("home", "Guest-Luc")
        await eve.hears("entered", name="Guest-Luc")
        luc.sends(b'{"SEND": {"PAYLOAD": ' + bad + b"}}")
        await luc.hears_the_end()
        await eve.hears("left", name="Guest-Luc")
        await eve.hears_nothing()
        assert (await eve.asks("history", channel="home"))["events"] == []


@pytest.mark.parametrize("escape", ["\\u0000", "\\u001b", "\\u2028", "\\u0085x\\u009b"])
async def test_a_control_character_is_not_said(escape: str) -> None:
    """It is JSON, but no text: a line from the server says so, and nobody else hears anything."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        luc.sends(b'{"SEND": {"PAYLOAD": "a' + escape.encode() + b'b"}}')
        await luc.hears("causerie>not said: it holds a character that cannot be sent.")
        await luc.hears_nothing()


async def test_two_conns_in_one_packet_are_answered_one_after_the_other() -> None:
    """`NO` is read alone, and then the second one's `OK`."""
    async with House() as house:
        luc = await house.classic()
        luc.sends(
            b'{"CONN": {"us": "nobody", "pwd": "not a password", "channel": "home"}}'
            b'{"CONN": {"us": "Guest-Luc", "pwd": "", "channel": "home"}}'
            b'{"SEND": {"USER": "", "CHANNEL": "", "PAYLOAD": "in at last"}}'
        )
        assert await luc.reads_once() == "NO"
        await luc.hears("OK")
        await luc.hears("[+]Guest-Luc")
        await luc.hears("Guest-Luc>in at last")
