"""How the log looks, and that nobody can forge a line of it."""

from __future__ import annotations

import io
import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from causerie import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The log of the tests themselves goes on."""
    root = logging.getLogger()
    handlers, level, asked = root.handlers[:], root.level, logging.raiseExceptions
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = asked


def test_text_is_one_line_with_time_and_place() -> None:
    """In a file: UTC, how serious, who says it, what."""
    stream = io.StringIO()
    logs.set_up("info", "text", stream)
    logging.getLogger("causerie.store").warning("it is %s", "slow")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z warning store: it is slow\n", stream.getvalue())


def test_auto_is_text() -> None:
    """Whoever looks at a log first is a person."""
    stream = io.StringIO()
    logs.set_up("info", "auto", stream)
    logging.getLogger("causerie.store").info("hello")
    assert stream.getvalue().endswith("Z info store: hello\n")


def test_json_is_one_object_a_line() -> None:
    """With the trace of an internal error inside it."""
    stream = io.StringIO()
    logs.set_up("info", "json", stream)
    try:
        raise RuntimeError("out of luck")
    except RuntimeError:
        logging.getLogger("causerie.dispatch").exception("a command\nfailed")
    (line,) = stream.getvalue().splitlines()
    about = json.loads(line)
    assert (about["level"], about["logger"], about["message"]) == (
        "error",
        "causerie.dispatch",
        "a command\nfailed",
    )
    assert "out of luck" in about["trace"]


def test_a_name_cannot_forge_a_line() -> None:
    """Line ends and escape sequences in what is logged are shown, not obeyed."""
    stream = io.StringIO()
    logs.set_up("info", "text", stream)
    logging.getLogger("causerie.connection").info("turned away %s", "a\n2026 error store: all is lost\x1b[2J")
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


def test_the_level_is_the_least_serious(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is below it is not written, and it can be changed while the server runs."""
    stream = io.StringIO()
    logs.set_up("warning", "text", stream)
    logging.getLogger("causerie").info("before")
    logs.set_level("info")
    logging.getLogger("causerie").info("after")
    assert "before" not in stream.getvalue()
    assert "after" in stream.getvalue()


def test_the_journal_gets_priorities_instead_of_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only when it is the journal's own stream: every line of a trace has its priority."""
    with (tmp_path / "journal").open("w+") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        logs.set_up("info", "auto", stream)
        try:
            raise RuntimeError("out of luck")
        except RuntimeError:
            logging.getLogger("causerie.dispatch").exception("a command failed")
        stream.seek(0)
        lines = stream.read().splitlines()
    assert lines[0] == "<3>error dispatch: a command failed"
    assert len(lines) > 2
    assert all(line.startswith("<3>") for line in lines)
