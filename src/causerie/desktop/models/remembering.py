"""What the window remembers on this machine: its settings, and for each server and name what is not sent yet."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import IO, Literal, TypeVar

import msgspec
from msgspec import Struct

from causerie.client import FileStorage, KnownServers, Storage
from causerie.desktop.models.keyring_storage import Backend, KeyringStorage
from causerie.desktop.models.unsent import Typed

T = TypeVar("T")
Theme = Literal["system", "light", "dark"]


class Settings(Struct, frozen=True, kw_only=True):
    """What one chose, and what one typed in the form last time."""

    server: str = ""
    name: str = ""
    channel: str = ""
    theme: Theme = "system"
    notices: bool = True
    sounds: bool = False
    enter_sends: bool = True
    up_edits: bool = True
    stay: bool = True
    keyring: bool = False
    members: bool = True
    zoom: int = 100
    emoji: tuple[str, ...] = ()
    geometry: str = ""
    density: float = 1.0
    """Of the screen that `geometry` was on."""


class Desk(Struct, frozen=True, kw_only=True):
    """What one had before one with one server and name. `drafts`: by place, from a version that kept no more."""

    channel: str = ""
    drafts: dict[str, str] = {}
    typed: Typed | None = None


def directory() -> Path:
    """Where it is: the system's place for a program's state. CAUSERIE_DESKTOP names another."""
    named = os.environ.get("CAUSERIE_DESKTOP")
    if named:
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("causerie", appauthor=False).expanduser() / "desktop"


class Remembered:
    """All of it, below one directory. What cannot be read is as if it were not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def close(self) -> None:
        """Another window may use what this one did."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def settings(self) -> Settings:
        """What was chosen."""
        return self._read("settings.json", Settings) or Settings()

    def keep_settings(self, settings: Settings) -> None:
        """Chosen from now on."""
        self._write("settings.json", settings)

    def known(self) -> KnownServers:
        """The certificates that somebody accepted."""
        return KnownServers(self.path / "known_servers")

    def storage(
        self, server: str, name: str, keyring: Backend | None, keep: bool = False, needed: bool = True
    ) -> Storage | None:
        """What is not sent yet, and the token, which `keep` puts into this `keyring`; `needed`: no password was given.
        None: another window uses it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._locked(server, name):
            return None
        file = FileStorage(self._place(server, name))
        return file if keyring is None and not keep else KeyringStorage(file, keyring, f"{name}@{server}", keep, needed)

    def is_remembered(self, server: str, name: str) -> bool:
        """Whether one can come in without a password, as far as can be seen without asking a keyring."""
        place = self._place(server, name)
        try:
            kept = FileStorage(place).get()
        except Exception:
            return False
        return bool(kept.token or self.in_keyring(server, name)) and not kept.guest

    def in_keyring(self, server: str, name: str) -> bool:
        """Whether what lets one in is in the system's keyring."""
        return self._place(server, name).with_suffix(".keyring").exists()

    def forget(self, server: str, name: str) -> None:
        """One does not want to be let in without a password any more."""
        with contextlib.suppress(OSError):
            self._place(server, name).unlink()

    def desk(self, server: str, name: str) -> Desk:
        """Drafts."""
        return self._read(self._place(server, name).with_suffix(".desk").name, Desk) or Desk()

    def keep_desk(self, server: str, name: str, desk: Desk) -> None:
        """The same, to be kept."""
        self._write(self._place(server, name).with_suffix(".desk").name, desk)

    def _place(self, server: str, name: str) -> Path:
        digest = hashlib.sha256(f"{server}\n{name.casefold()}".encode()).hexdigest()[:24]
        return self.path / f"{digest}.json"

    def _locked(self, server: str, name: str) -> bool:
        """Whether this program alone uses it, from now on."""
        try:
            import fcntl
        except ImportError:
            return True
        self.close()
        self._lock = self._place(server, name).with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode((self.path / name).read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _write(self, name: str, what: object) -> None:
        with contextlib.suppress(OSError):
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = self.path / f".{name}.new"
            new.touch(mode=0o600)
            new.write_bytes(msgspec.json.encode(what))
            new.replace(self.path / name)
