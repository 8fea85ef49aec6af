"""What every fault test has: servers that are gone afterwards, and the time that a full-length run takes."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.server_process import CONFIG, ServerProcess

FULL_LENGTH_SECONDS = 1800
FILES = 20_000


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """At full length a test takes as long as it takes."""
    if config.getoption("--faults"):
        for item in items:
            if item.get_closest_marker("faults") is not None:
                item.add_marker(pytest.mark.timeout(FULL_LENGTH_SECONDS))


@pytest.fixture(autouse=True, scope="session")
def many_files() -> None:
    """As many open files as are allowed: both ends of thousands of connections are here (and in our children)."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


Make = Callable[..., ServerProcess]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Make]:
    """Makes servers, not yet started, each with a directory of its own; all are gone afterwards."""
    made: list[ServerProcess] = []

    def make(
        config: str | None = CONFIG,
        before: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1:0",
    ) -> ServerProcess:
        one = ServerProcess(tmp_path / f"data{len(made)}", config, before, environment, listen)
        made.append(one)
        return one

    yield make
    for one in made:
        await one.hang_up()
        one.end()
        # Shown by pytest for a test that failed.
        print(f"the server ended with {one.status}; its log:\n{one.log()[-4000:]}")
