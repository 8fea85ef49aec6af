"""The server's log, on standard error: text for people, or JSON lines for programs.

`auto` is text wherever the log goes, because whoever looks for it first is a person: with the local time on a
terminal; in systemd's journal, which has times of its own, with the priority that the journal reads from the
front of a line (sd-daemon(3)); elsewhere with date and time in UTC. JSON comes when the settings ask for it.

No line of the log holds what people wrote, a password or a token; those who log keep to that. Names are other
people's text: control characters in them are shown as escapes, so that nobody can forge a line.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from typing import Literal

    Level = Literal["debug", "info", "warning", "error"]
    Format = Literal["auto", "text", "json"]

_PRIORITIES = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}


def set_up(level: Level, format: Format, stream: TextIO | None = None) -> None:
    """Log to `stream` (standard error) from now on. Called again, it replaces what was before."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json() if format == "json" else _Text(_where(stream)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.raiseExceptions = False
    set_level(level)


def set_level(level: Level) -> None:
    """The least serious thing that is logged. What asyncio says about itself is for `debug` only."""
    logging.getLogger().setLevel(level.upper())
    logging.getLogger("asyncio").setLevel("DEBUG" if level == "debug" else "ERROR")


def _where(stream: TextIO) -> Literal["terminal", "journal", "file"]:
    if stream.isatty():
        return "terminal"
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return "file"
    # systemd names the stream that it gave (systemd.exec(5)); standard error may lead elsewhere by now.
    journal = os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
    return "journal" if journal else "file"


class _Text(logging.Formatter):
    def __init__(self, where: Literal["terminal", "journal", "file"]) -> None:
        super().__init__()
        self._where = where

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the trace of an internal error below it."""
        about = record.name.removeprefix("causerie.")
        line = f"{record.levelname.lower()} {about}: {_one_line(record.getMessage())}"
        if self._where == "terminal":
            line = f"{time.strftime('%H:%M:%S', time.localtime(record.created))} {line}"
        elif self._where == "file":
            line = f"{_utc(record)} {line}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        if self._where == "journal":
            mark = f"<{_PRIORITIES.get(record.levelname, 6)}>"
            line = "\n".join(mark + each for each in line.splitlines())
        return line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One object on one line: `at`, `level`, `logger`, `message`, and `trace` after an internal error."""
        import json

        about = {
            "at": _utc(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            about["trace"] = self.formatException(record.exc_info)
        return json.dumps(about, ensure_ascii=False)


def _utc(record: logging.LogRecord) -> str:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{moment}.{int(record.msecs):03}Z"


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
