"""Saves a session in one JSON file, readable by its owner only, replaced as a whole each time."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from causerie.client.errors import StorageDamaged
from causerie.client.storage import SavedSession

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of the file, at most: a full outbox of the longest messages fits."""

_DECODE = msgspec.json.Decoder(SavedSession).decode


class FileStorage:
    """See the module; `path`'s directory is made if it is missing. One running client for each file."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def get(self) -> SavedSession:
        """See Memory."""
        try:
            with self.path.open("rb") as file:
                text = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return SavedSession()
        except OSError as error:
            raise StorageDamaged(str(self.path), error.strerror or str(error)) from None
        if len(text) > MAX_BYTES:
            raise StorageDamaged(str(self.path), f"it has more than {MAX_BYTES} bytes")
        try:
            return _DECODE(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StorageDamaged(str(self.path), str(error)) from None

    def put(self, saved: SavedSession) -> None:
        """See Memory: a new file, synced, then renamed over the old one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.new")
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(saved))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        if os.name == "posix":
            directory = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
