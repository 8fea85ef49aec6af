"""The data directory, locked by one server at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from causerie.i18n.text import _


class CannotStart(Exception):
    """The server does not start; str() is one line for whoever started it."""


class DataDirectory:
    """The directory that all is kept in: made if need be, 0700, and held by one server at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotStart(
                _("cannot write to the data directory {path}: {why}; name another with --data").format(
                    path=path, why=error.strerror
                )
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise CannotStart(
                _("{path} is already served by another causerie; stop that one, or name another with --data").format(
                    path=path
                )
            ) from None

    def release(self) -> None:
        """Let another server have it."""
        os.close(self._lock)
