"""Passwords hashed and verified beside the event loop, a bounded number at once.

Argon2id (RFC 9106) at one lane: argon2-cffi lets go of the GIL while it works, so `workers` threads keep as
many cores busy and the loop goes on. One hash costs tens of milliseconds, so a login is itself a way to
exhaust a server: past `queue` waiting, the next is refused at once. Each network has a share of the queue, and who logs
in goes before who registers (`fair_queue`): whoever floods it is refused, and the others are not.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from causerie.chat.errors import Busy, Internal, ShuttingDown, WeakPassword
from causerie.chat.passwords import prepare
from causerie.server.engine.fair_queue import FairQueue, QueueFull

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")

_SALT_BYTES = 16
_HASH_BYTES = 32
_VERIFYING, _MAKING = 0, 1  # classes of the queue
_RETRY_AFTER = 1.0  # seconds; the longest queue that makes sense is gone by then


class HashingFailed(Internal):
    """Argon2 could not work: no memory for it, or a damaged stored hash. `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"


class Secrets(NamedTuple):
    """What is kept of a password: Argon2's own encoding, and what SCRAM needs (see `scram_keys`), "" for nothing."""

    password: str
    scram: str


class Hashing:
    """Hashes passwords with Argon2id: `memory_kib` KiB and `passes` passes each, `workers` at once; with `scram_passes`
    for SCRAM too, 0: not. At most `queue` more wait. Threads start at the first use. Use it from one event loop.

    `who` asks, in each method: all of one `who` (a network, see limits.network_of) share a place in the round.
    """

    def __init__(self, memory_kib: int, passes: int, workers: int, queue: int, scram_passes: int = 0) -> None:
        """Raises ValueError for figures that Argon2 or a pool cannot have."""
        if workers < 1 or queue < 0:
            raise ValueError("hashing needs workers >= 1 and queue >= 0")
        self.set_figures(memory_kib, passes, scram_passes)
        self._workers = workers
        self._queue = FairQueue(workers, queue, queue, classes=2)
        self._pool: ThreadPoolExecutor | None = None
        self._stopping = threading.Event()

    def set_figures(self, memory_kib: int, passes: int, scram_passes: int = 0) -> None:
        """Other parameters for what is hashed from now on; `needs_rehash` tells the hashes made before."""
        if memory_kib < 8 or passes < 1:
            raise ValueError("Argon2 needs memory_kib >= 8 and passes >= 1 (RFC 9106, section 3.1)")
        self._memory_kib = memory_kib
        self._passes = passes
        self.scram_passes = scram_passes

    async def hash(self, password: str, who: str = "") -> str:
        """The hash to store, in Argon2's own encoding, salt and parameters included.

        Raises WeakPassword if the password cannot be prepared (RFC 8265), Busy, HashingFailed,
        ShuttingDown.
        """
        return await self._run(lambda: self._hash(password), who, _MAKING)

    async def secrets(self, password: str, who: str = "") -> Secrets:
        """All that is kept of a password, for which whoever logs in is let go first. Raises the same."""
        return await self._run(lambda: Secrets(self._hash(password), self._scram(password)), who, _MAKING)

    def _scram(self, password: str) -> str:
        return scram_keys(prepare(password), os.urandom(_SALT_BYTES), self.scram_passes) if self.scram_passes else ""

    @property
    def figures(self) -> str:
        """The parameters of what is hashed from now on, as in Argon2's own encoding."""
        return f"m={self._memory_kib},t={self._passes},p=1"

    async def verify(self, stored: str | None, password: str, who: str = "", like: str = "") -> bool:
        """Whether `password` is the one hashed as `stored`. None, for an unknown name, is False, no sooner than with a
        hash of the figures `like` (see `figures_of`); empty: the present ones.

        Raises Busy, HashingFailed, ShuttingDown.
        """
        return await self._run(lambda: self._verify(stored, password, like), who, _VERIFYING)

    def needs_rehash(self, stored: str, scram: str | None = None) -> bool:
        """Whether `stored` was made with other parameters, or SCRAM's keys were: hash again at the next login that
        succeeds."""
        from argon2.exceptions import InvalidHashError

        if scram is not None and scram.partition(":")[0] != (str(self.scram_passes) if self.scram_passes else ""):
            return True
        try:
            return self._hasher().check_needs_rehash(stored)
        except InvalidHashError:
            return True

    def close(self) -> None:
        """Wait for the hashes under way; those that wait, and those that come, raise ShuttingDown."""
        self._stopping.set()
        self._queue.close(ShuttingDown())
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    async def _run(self, work: Callable[[], T], who: str, kind: int) -> T:
        if self._stopping.is_set():
            raise ShuttingDown()
        try:
            await self._queue.enter(who, kind)
        except QueueFull:
            raise Busy(retry_after=_RETRY_AFTER) from None
        try:
            if self._stopping.is_set():
                raise ShuttingDown()
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="hashing")
            future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        except BaseException:
            self._queue.leave()
            raise
        # The turn is over when the thread's work is, which a caller who stops waiting does not change.
        future.add_done_callback(self._done)
        return await asyncio.shield(future)

    def _done(self, future: asyncio.Future[Any]) -> None:
        if not future.cancelled():
            future.exception()  # it was heard of, even if nobody waits for it any more
        self._queue.leave()

    def _hash(self, password: str) -> str:
        from argon2.exceptions import HashingError

        prepared = prepare(password)
        try:
            return self._hasher().hash(prepared)
        except HashingError as error:
            raise HashingFailed(f"Argon2 could not hash a password: {error}") from None

    def _verify(self, stored: str | None, password: str, like: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

        possible = stored is not None
        try:
            prepared = prepare(password)
        except WeakPassword:
            # Nobody can have this password; it takes the same time as any other wrong one.
            possible, prepared = False, "-"
        against = _nobody(like or self.figures) if stored is None else stored
        try:
            return self._hasher().verify(against, prepared) and possible
        except VerifyMismatchError:
            return False
        except UnicodeEncodeError:
            reason = "it is not ASCII"
        except (InvalidHashError, VerificationError) as error:
            reason = str(error) or "it is not an Argon2 hash"
        raise HashingFailed(f"Argon2 could not use a stored hash: {reason}")

    def _hasher(self) -> PasswordHasher:
        return _hasher(self._memory_kib, self._passes)


def figures_of(stored: str) -> str:
    """The parameters that a password was hashed with, as in `m=19456,t=2,p=1`; "" where it is no hash of ours."""
    kind, version, figures, *rest = [*stored.split("$")[1:], "", "", ""]
    return figures if (kind, version) == ("argon2id", "v=19") and rest else ""


def scram_keys(password: str, salt: bytes, passes: int) -> str:
    """What a server keeps to be able to do SCRAM-SHA-256 (RFC 5802, section 3): `passes:salt:StoredKey:ServerKey`.

    It is no password, but whoever has it can guess at one faster than against Argon2, and can pose as the server.
    """
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, passes)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    keys = (salt, stored, hmac.digest(salted, b"Server Key", "sha256"))
    return ":".join((str(passes), *(b64encode(key).decode() for key in keys)))


@lru_cache(maxsize=8)
def _hasher(memory_kib: int, passes: int) -> PasswordHasher:
    from argon2 import PasswordHasher, Type

    return PasswordHasher(passes, memory_kib, 1, _HASH_BYTES, _SALT_BYTES, type=Type.ID)


@lru_cache(maxsize=8)
def _nobody(figures: str) -> str:
    """A hash of no known password, made without hashing: the first unknown name costs what the next does."""
    salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES))
    return f"$argon2id$v=19${figures}${salt}${digest}"
