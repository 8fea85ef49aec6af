"""irssi and WeeChat with a real server: they come in, read the past, talk, lose the connection, come back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from causerie.transport.connection import Connection
from tests.e2e.irc_clients import Irssi, WeeChat
from tests.e2e.terminal import SECONDS
from tests.irc_people import IrcPerson, irc_in
from tests.people import House
from tests.server_process import ServerProcess

CLIENTS = {"irssi": Irssi, "weechat": WeeChat}


def hang_up(house: House, nick: str) -> None:
    """The connection of somebody breaks."""
    for session in tuple(house.server.context.sessions):
        if session.person is not None and session.person.name == nick and isinstance(session.outlet, Connection):
            session.outlet.abort()


@pytest.mark.timeout(150)
@pytest.mark.parametrize("client", CLIENTS)
async def test_a_real_client_comes_in_reads_the_past_talks_and_comes_back(client: str, tmp_path: Path) -> None:
    """Modern IRC as clients of today speak it; history replayed to those that cannot ask for it."""
    kind: Any = CLIENTS[client]
    async with House() as house:
        bob = await irc_in(house, "#home", "Bob")
        bob.says("PRIVMSG #home :said before Ann came")
        await bob.hears_nothing()
        with kind(tmp_path / "home", house.server.identity.listening[0], "Ann") as ann:
            await bob.hears(":Ann!* JOIN #home")
            await ann.sees("said before Ann came")
            await irc_in(house, "#home", "Mia")
            await bob.hears(":Mia!~mia@guest.SERVER JOIN #home")
            await ann.sees("Mia*~mia@guest.irc.local*has joined #home")
            bob.says("PRIVMSG #home :hello Ann, été 😀")
            await ann.sees("Bob*hello Ann, été 😀")
            ann.types("good morning, здравствуйте")
            await bob.hears(":Ann!* PRIVMSG #home :good morning, здравствуйте")
            ann.types("/me waves")
            await bob.hears(":Ann!* PRIVMSG #home :\x01ACTION waves\x01")
            hang_up(house, "Ann")
            await bob.hears(":Ann!* QUIT :*")
            bob.says("PRIVMSG #home :said while Ann was away")
            await bob.hears_at_last(":Ann!* JOIN #home")
            await ann.sees("said while Ann was away")
            ann.types("back again")
            await bob.hears(":Ann!* PRIVMSG #home :back again")
            ann.types("/quit bye")
            await bob.hears(":Ann!* QUIT :*")


@pytest.mark.timeout(150)
@pytest.mark.parametrize("client", CLIENTS)
async def test_a_real_client_comes_back_to_a_server_that_was_killed(client: str, tmp_path: Path) -> None:
    """kill -9 and a start on the same port: the client comes back by itself, reads what was said before, and talks."""
    kind: Any = CLIENTS[client]
    server = ServerProcess(tmp_path / "data").start()
    try:
        # The same port from now on, or the client would look for it in vain.
        server.listen = f"127.0.0.1:{server.address.port}"
        bob = IrcPerson(*await server.connect())
        await bob.registers("Bob")
        await bob.joins("#home")
        with kind(tmp_path / "home", server.address, "Ann") as ann:
            await bob.hears(":Ann!* JOIN #home")
            await ann.sees("joined #home")
            ann.types("said before the end")
            await bob.hears(":Ann!* PRIVMSG #home :said before the end")
            server.kill()
            server.restart()
            again = IrcPerson(*await server.connect())
            await again.registers("Bob")
            await again.joins("#home")
            async with asyncio.timeout(SECONDS):
                while not [line for line in await again.answers("NAMES #home") if "Ann" in line and " 353 " in line]:
                    await asyncio.sleep(0.1)
            again.says("PRIVMSG #home :welcome back")
            await ann.sees("Bob*welcome back")
            ann.types("what was that?")
            await again.hears_at_last(":Ann!* PRIVMSG #home :what was that?")
            # Once as it was typed, and once more as history.
            await ann.sees("said before the end", times=2)
    finally:
        server.end()
        await server.hang_up()


@pytest.mark.timeout(150)
async def test_irssi_and_weechat_talk_with_each_other(tmp_path: Path) -> None:
    """Each reads the other, in a channel and between the two."""
    async with House() as house:
        address = house.server.identity.listening[0]
        with Irssi(tmp_path / "irssi", address, "Ann") as ann, WeeChat(tmp_path / "weechat", address, "Bob") as bob:
            # Whoever is second is told by the names of the channel that the other is there.
            await ann.sees("Bob")
            await bob.sees("Ann")
            ann.types("do you read me?")
            await bob.sees("Ann*do you read me?")
            bob.types("I do")
            await ann.sees("Bob*I do")
