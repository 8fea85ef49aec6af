"""`causerie talk` at a real terminal: one mistypes, says long things, and stays in while the server restarts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.people import PASSWORD, House
from tests.server_process import ServerProcess

TALK = [sys.executable, "-m", "causerie", "talk"]


def talk(home: Path, name: str, *arguments: str) -> Terminal:
    """The program as somebody with a home directory of their own starts it."""
    home.mkdir(exist_ok=True)
    return Terminal(name, [*TALK, *arguments], {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")})


async def test_a_line_of_any_length_arrives_whole(tmp_path: Path, house: House) -> None:
    """The system's own line editing keeps 4,095 bytes of a line and drops the rest without a word."""
    text = "é" * 3000 + " and the end"
    bob = await house.native_in("home", "bob")
    where = str(house.server.identity.listening[0])
    with talk(tmp_path / "ann", "ann", where, "--guest", "--name", "ann") as ann:
        await bob.hears("entered", name="ann")
        await ann.sees("-- home --")
        ann.pastes(text)
        ann.presses("Enter")
        assert (await bob.hears("message"))["text"] == text
        await ann.sees("and the end")
        ann.pastes("two lines\nin one message")
        ann.presses("Enter")
        assert (await bob.hears("message"))["text"] == "two lines\nin one message"


async def test_what_others_say_does_not_disturb_the_line_that_is_typed(tmp_path: Path, house: House) -> None:
    """It is printed above; the line stays as it is, and is sent whole."""
    bob = await house.native_in("home", "bob")
    where = str(house.server.identity.listening[0])
    with talk(tmp_path / "ann", "ann", where, "--guest", "--name", "ann") as ann:
        await bob.hears("entered", name="ann")
        await ann.sees("-- home --")
        ann.presses("half a ")
        await ann.sees("home> half a")
        await bob.asks("send", channel="home", text="in between")
        await ann.sees("<bob> in between")
        await ann.sees("home> half a")
        ann.types("line")
        await bob.hears("message")  # its own
        assert (await bob.hears("message"))["text"] == "half a line"
        ann.presses("not to be sent")
        await ann.sees("home> not to be sent")
        ann.presses("C-c")
        ann.types("/nonsense")
        await ann.sees("there is no command /nonsense")
        assert "<ann> not to be sent" not in ann.screen()
        ann.presses("C-c")
        await ann.sees("ended with status 0")


@pytest.mark.timeout(120)
async def test_a_restart_of_the_server_is_told_and_lived_through(tmp_path: Path, server: ServerProcess) -> None:
    """Nothing typed meanwhile goes to the shell, or is lost."""
    with talk(tmp_path / "ann", "ann", str(server.address), "--guest", "--name", "ann") as ann:
        await ann.sees("-- home --")
        ann.types("before")
        await ann.sees("<ann> before")
        server.kill()
        await ann.sees("the connection is lost; trying again")
        ann.types("meanwhile")
        ann.presses("half ")
        server.start()
        await ann.sees("connected again")
        await ann.sees("<ann> meanwhile")
        ann.types("a line")
        await ann.sees("<ann> half a line")
        ann.presses("C-d")
        await ann.sees("ended with status 0")


@pytest.mark.timeout(120)
async def test_who_mistypes_is_asked_again(tmp_path: Path, house: House) -> None:
    """A wrong password is no reason to start from the shell; after the third one it ends."""
    await house.account("anna")
    where = str(house.server.identity.listening[0])
    with talk(tmp_path / "anna", "anna", where) as anna:
        await anna.sees("Your name:")
        anna.types("anna")
        await anna.sees("Password of anna:")
        anna.types("a wrong password")
        await anna.sees("Your name [anna]:")
        anna.types("")
        await anna.sees("Password of anna:", times=2)
        anna.types(PASSWORD)
        await anna.sees("You are in as anna.")
    with talk(tmp_path / "anna", "anna", where, "--name", "anna") as anna:
        for times in (1, 2, 3):
            await anna.sees("Password of anna:", times=times)
            anna.types("a wrong password")
            if times < 3:
                await anna.sees("Your name [anna]:", times=times)
                anna.types("")
        await anna.sees("ended with status 1")
        assert "Your name [anna]:" not in anna.screen().split("Password of anna:")[-1]


@pytest.mark.timeout(120)
async def test_a_new_password_is_judged_before_it_is_typed_twice(tmp_path: Path, server: ServerProcess) -> None:
    """The least length is said first; the link with its secret is typed, not given as an argument."""
    made = subprocess.run(
        [sys.executable, "-m", "causerie", "invite", "create", "--data", str(server.data)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    link = next(word for word in made.stdout.split() if word.startswith("causerie://"))
    with talk(tmp_path / "cleo", "cleo", "-") as cleo:
        await cleo.sees("The link:")
        cleo.types(link)
        await cleo.sees("Your name:")
        cleo.types("cleo")
        await cleo.sees("New password for cleo (at least 10 characters):")
        cleo.types("short")
        await cleo.sees("! this password is too short: 10 characters at least")
        assert "The same again" not in cleo.screen()
        cleo.types(PASSWORD)
        await cleo.sees("The same again:")
        cleo.types("something else")
        await cleo.sees("! the two passwords differ")
        cleo.types(PASSWORD)
        await cleo.sees("The same again:", times=2)
        cleo.types(PASSWORD)
        await cleo.sees("You are in as cleo.")


async def test_tab_completes_commands_and_names(tmp_path: Path, house: House) -> None:
    """As everywhere where one types commands."""
    await house.native_in("home", "balthazar")
    where = str(house.server.identity.listening[0])
    with talk(tmp_path / "ann", "ann", where, "--guest", "--name", "ann") as ann:
        await ann.sees("home>")
        ann.presses("balt", "Tab")
        await ann.sees("home> balthazar:")
        ann.types("good morning")
        await ann.sees("<ann> balthazar: good morning")
        ann.presses("/whoi", "Tab")
        await ann.sees("home> /whois")
