"""A screen, and a house with people in it; servers under test run on the event loop that servers run on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import uvloop

from tests.e2e.screen import Desktop, Screen
from tests.e2e.windows import OPEN, register
from tests.people import PASSWORD, House
from tests.server_process import ServerProcess


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def screens() -> Iterator[tuple[Screen, Screen]]:
    """Two, for all tests: an X server forgets layouts, locks and selections when its last program has ended."""
    with Screen() as one, Screen() as other:
        yield one, other


@pytest.fixture
def screen(screens: tuple[Screen, Screen]) -> Screen:
    return screens[0]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House(accounts={"registration": "open"}) as house:
        yield house


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server whose address stays the same when it starts again."""
    server = ServerProcess(tmp_path / "data", OPEN).start()
    server.listen = str(server.address)
    try:
        yield server
    finally:
        server.end()


@pytest.fixture
def anna(tmp_path: Path, screen: Screen, server: ServerProcess) -> Iterator[Desktop]:
    """Anna alone, a guest, in garden."""
    with Desktop(screen, tmp_path / "anna", str(server.address)) as window:
        window.fills("anna", "", "garden")
        window.logs("at the end of garden")
        yield window


@pytest.fixture
def two(tmp_path: Path, screens: tuple[Screen, Screen], server: ServerProcess) -> Iterator[tuple[Desktop, Desktop]]:
    """Anna, whose channel garden is, and Ben, a guest there."""
    register(server, "anna")
    with ExitStack() as stack:
        # Both start at the same time.
        windows = [
            stack.enter_context(closing(Desktop(screen, tmp_path / name, str(server.address))))
            for screen, name in zip(screens, ("anna", "ben"), strict=True)
        ]
        for window, name, password in zip(windows, ("anna", "ben"), (PASSWORD, ""), strict=True):
            window.logs("the form is shown")
            window.fills(name, password, "garden")
        for window in windows:
            window.logs("at the end of garden")
        yield windows[0], windows[1]
