"""What `causerie db backup` shows on a terminal while it takes long."""

import asyncio
from pathlib import Path

import pytest

from causerie.chat.replies import Pong, Reply
from causerie.cli.db import with_progress


async def test_a_long_backup_shows_how_much_of_it_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, part = tmp_path / "causerie.db", tmp_path / "copy.part"
    source.write_bytes(bytes(4 << 20))
    answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    watched = asyncio.create_task(with_progress(answered, source, part, long=0))
    shown = ""
    for written in (0, 1, 3):
        if written:
            part.write_bytes(bytes(written << 20))
        async with asyncio.timeout(30):
            while f"{written}.0 MiB / 4.0 MiB" not in shown:
                await asyncio.sleep(0)
                shown += capsys.readouterr().err
    answered.set_result(Pong())
    assert isinstance(await watched, Pong)
    assert capsys.readouterr().err.endswith("\r\x1b[K")


async def test_a_quick_backup_shows_nothing_that_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    answered.set_result(Pong())
    await with_progress(answered, tmp_path / "causerie.db", tmp_path / "copy.part")
    assert "MiB" not in capsys.readouterr().err
