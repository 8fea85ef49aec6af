"""The bots in examples/ and in the documents run, against a real server, and do what they say."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.people import PATIENCE, House
from tests.server_process import until

HOME = Path(__file__).parents[2]
EXAMPLES = HOME / "examples"


@asynccontextmanager
async def running(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program, ended by Ctrl+C, which it takes well."""
    environment = {**os.environ, "PYTHONPATH": str(HOME / "src")}
    one = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield one
        one.send_signal(signal.SIGINT)
        _, said = await asyncio.wait_for(one.communicate(), PATIENCE)
        assert "Error" not in said.decode().replace("asyncio.exceptions.CancelledError", "")
    finally:
        if one.returncode is None:
            one.kill()
            await one.wait()


def where(house: House) -> str:
    return str(house.server.identity.listening[0])


def blocks(document: str) -> list[str]:
    """Blocks of Python that use the client."""
    found = re.findall(r"```python\n(.*?)```", (HOME / document).read_text(), re.DOTALL)
    return [block for block in found if "causerie.client" in block and "asyncio.run" in block]


def test_the_bot_in_the_readme_is_the_one_in_examples() -> None:
    """Ten lines, and not two versions of them."""
    (bot,) = blocks("README.md")
    assert bot == (EXAMPLES / "echo_bot.py").read_text()
    assert len([line for line in bot.splitlines() if line]) <= 10


async def test_the_echo_bot_echoes(tmp_path: Path) -> None:
    async with House() as house:
        anna = await house.native_in("home", "Anna")
        bot = tmp_path / "echo_bot.py"
        bot.write_text((EXAMPLES / "echo_bot.py").read_text().replace("localhost:5000", where(house)))
        async with running(str(bot)):
            await anna.hears("entered", name="Echo")
            await anna.says("home", "is there anybody?")
            await anna.hears("message", name="Echo", text="Anna says: is there anybody?")
        await anna.hears("left", name="Echo")


async def test_the_first_example_of_the_guide_runs(tmp_path: Path) -> None:
    async with House() as house:
        anna = await house.native_in("home", "Anna")
        (bot,) = blocks("docs/client.md")
        file = tmp_path / "greeter.py"
        file.write_text(bot.replace("localhost:5000", where(house)))
        one = await asyncio.create_subprocess_exec(
            sys.executable,
            str(file),
            env={**os.environ, "PYTHONPATH": str(HOME / "src")},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await asyncio.wait_for(one.communicate(), PATIENCE)
        assert said.decode().splitlines() == ["2 people are in home", "that was number 1"]
        await anna.hears("entered", name="Greeter")
        await anna.hears("message", text="hello")


async def test_the_archive_has_everything_once(tmp_path: Path) -> None:
    """What was said before it came, while it was there, and while it was away; half a line is written again."""
    file = tmp_path / "home.jsonl"

    def archived() -> list[str]:
        whole = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
        return [json.loads(line)["text"] for line in whole]

    async with House() as house:
        anna = await house.native_in("home", "Anna")
        command = (str(EXAMPLES / "archive.py"), where(house), "home", str(file))
        await anna.says("home", "one")
        async with running(*command):
            await anna.hears("entered", name="Archive")
            await anna.says("home", "two")
            await until(lambda: archived() == ["one", "two"], "two are archived")
        await anna.hears("left", name="Archive")
        await anna.says("home", "three")
        file.write_bytes(file.read_bytes()[:-5])
        async with running(*command):
            await until(lambda: archived() == ["one", "two", "three"], "three are archived")
