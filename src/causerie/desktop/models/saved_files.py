"""The window's files: its settings, accepted certificates, and for each account its session and unsent texts."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import IO, Literal, TypeVar

import msgspec
from msgspec import Struct

from causerie.client import FileStorage, KnownServers, Storage
from causerie.desktop.models.composers import SavedComposers
from causerie.desktop.models.keyring_storage import Backend, KeyringStorage

T = TypeVar("T")
Theme = Literal["system", "light", "dark"]


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of the window, and what was typed in the log-in form last time."""

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


class WindowState(Struct, frozen=True, kw_only=True):
    """What was open and unsent with one server and name. `drafts`: by composer, from a version that saved no more."""

    channel: str = ""
    drafts: dict[str, str] = {}
    typed: SavedComposers | None = None


def directory() -> Path:
    """Where it is: the system's place for a program's state. CAUSERIE_DESKTOP names another."""
    named = os.environ.get("CAUSERIE_DESKTOP")
    if named:
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("causerie", appauthor=False).expanduser() / "desktop"


class SavedFiles:
    """The files below one directory. What cannot be read counts as missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def close(self) -> None:
        """Release the lock on the session: another window may use it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def settings(self) -> Settings:
        """The settings."""
        return self._read("settings.json", Settings) or Settings()

    def save_settings(self, settings: Settings) -> None:
        """Save the settings."""
        self._write("settings.json", settings)

    def known(self) -> KnownServers:
        """The certificates that were accepted."""
        return KnownServers(self.path / "known_servers")

    def storage(
        self, server: str, name: str, keyring: Backend | None, keep: bool = False, needed: bool = True
    ) -> Storage | None:
        """The storage of a session. `keep`: the token goes into this `keyring`; `needed`: no password was given. None:
        another window uses it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._locked(server, name):
            return None
        file = FileStorage(self._place(server, name))
        return file if keyring is None and not keep else KeyringStorage(file, keyring, f"{name}@{server}", keep, needed)

    def has_token(self, server: str, name: str) -> bool:
        """Whether a token is stored for this account, as far as is known without asking a keyring."""
        place = self._place(server, name)
        try:
            kept = FileStorage(place).get()
        except Exception:
            return False
        return bool(kept.token or self.has_token_in_keyring(server, name)) and not kept.guest

    def has_token_in_keyring(self, server: str, name: str) -> bool:
        """Whether the token is in the system's keyring."""
        return self._place(server, name).with_suffix(".keyring").exists()

    def forget(self, server: str, name: str) -> None:
        """Remove the stored session."""
        with contextlib.suppress(OSError):
            self._place(server, name).unlink()

    def window_state(self, server: str, name: str) -> WindowState:
        """What was open and unsent."""
        return self._read(self._place(server, name).with_suffix(".desk").name, WindowState) or WindowState()

    def save_window_state(self, server: str, name: str, desk: WindowState) -> None:
        """Save what is open and unsent."""
        self._write(self._place(server, name).with_suffix(".desk").name, desk)

    def _place(self, server: str, name: str) -> Path:
        digest = hashlib.sha256(f"{server}\n{name.casefold()}".encode()).hexdigest()[:24]
        return self.path / f"{digest}.json"

    def _locked(self, server: str, name: str) -> bool:
        """Whether the lock on the session could be taken."""
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
