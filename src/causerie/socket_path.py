"""Paths of Unix sockets that are longer than the system takes (108 bytes on Linux), made short for bind and connect."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LENGTH_MOST = 107 if sys.platform == "linux" else 103
"""Bytes of a socket's path, at most (sun_path: unix(7); the BSDs and macOS have less)."""

_OPEN_FILES = Path("/proc/self/fd")


@contextmanager
def bindable(path: Path) -> Iterator[str]:
    """What to bind or connect to for the socket at `path`, as long as the context lasts.

    A path that is too long goes by way of its open directory where the system shows those by number (Linux); elsewhere
    it stays as it is, and the system refuses it. Raises OSError.
    """
    if len(os.fsencode(path)) <= LENGTH_MOST or not _OPEN_FILES.is_dir():
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield str(_OPEN_FILES / str(directory) / path.name)
    finally:
        os.close(directory)
