"""Changes of the state that are not stored: who is connected, in which channels, how; guests; what is remembered for a
while. The stored ones are in ports/changes.py.

A session is named by its id, so that a copy of the state in another process can be changed by the same values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from causerie.chat.model import Mode, Person
from causerie.chat.replies import GoneLine

if TYPE_CHECKING:
    from causerie.config.irc import Oper


class PutGuest(Struct, frozen=True):
    """A guest is here as it is now; `skeleton` is its name's."""

    person: Person
    skeleton: str


class PutGuestHost(Struct, frozen=True):
    """Remember from which address a guest came who goes; past `most` the oldest are forgotten."""

    person: int
    host: str
    most: int


class PutAbout(Struct, frozen=True):
    """What a person wants to be shown beside their name."""

    person: int
    about: str


class NoteDeparture(Struct, frozen=True):
    """Remember who left; past `most` the oldest are forgotten."""

    line: GoneLine
    most: int


class CountHash(Struct, frozen=True):
    """One more account has a password hashed with these figures (hashing.figures_of), and SCRAM keys of so many passes
    (0: none); `before`: the figures that it had ("": none)."""

    figures: str
    passes: int
    before: str


class PutLogin(Struct, frozen=True):
    """A session is a person's from now on, present like this, since `at` (ms)."""

    session: int
    person: int
    mode: Mode
    at: int


class DropLogin(Struct, frozen=True):
    """A session, which has left its channels, is nobody's any more. Who has no other is not connected; a guest is
    forgotten, but for its bans."""

    session: int


class DropSession(Struct, frozen=True):
    """A session, which is nobody's any more, is closed."""

    session: int


class PutPresence(Struct, frozen=True):
    """How a session is present; `since` (ms): when others could first see it here; 0: as before."""

    session: int
    mode: Mode
    away: str
    since: int


class EnterChannel(Struct, frozen=True):
    """A session is in a channel."""

    session: int
    channel: int


class ExitChannel(Struct, frozen=True):
    """A session is in a channel no longer."""

    session: int
    channel: int


class PutSessionToken(Struct, frozen=True):
    """A session has this token, by its id."""

    session: int
    token: int


class PutElevation(Struct, frozen=True):
    """A session has an administrator's rights by this entry of the settings; None: by none."""

    session: int
    entry: Oper | None


class PutSpoke(Struct, frozen=True, gc=False):
    """When something was last said on a session (ms)."""

    session: int
    at: int


class PutWatched(Struct, frozen=True):
    """Whose coming and going a session is told of: names by their skeletons."""

    session: int
    names: dict[str, str]


class PutMetadataKeys(Struct, frozen=True):
    """Which keys of metadata a session follows."""

    session: int
    keys: tuple[str, ...]


class PutKnownName(Struct, frozen=True):
    """What a session calls a channel of whose other name it has not read yet."""

    session: int
    channel: int
    name: str


class NoteTyping(Struct, frozen=True):
    """A channel was told that a person is typing, at `at` (seconds, monotonic); notes are kept for `seconds`, or twice
    as long, and of at most `most` people each time."""

    channel: int
    person: int
    at: float
    seconds: float
    most: int


class NoteSlowed(Struct, frozen=True):
    """A person said something in a channel that has `slow_seconds`; of more than `most` the older half is forgotten."""

    channel: int
    person: int
    at: int
    most: int


class DropMarker(Struct, frozen=True):
    """Forget a read marker."""

    channel: int
    person: int
    thread: int


class NoteFlushed(Struct, frozen=True):
    """These read markers are on their way to the store: for (channel, person, thread or 0), as in events.Marked."""

    markers: dict[tuple[int, int, int], tuple[int, ...]]


Passing = (
    PutGuest | PutGuestHost | PutAbout | NoteDeparture | CountHash | PutLogin | DropLogin | DropSession | PutPresence
    | EnterChannel | ExitChannel | PutSessionToken | PutElevation | PutSpoke | PutWatched | PutMetadataKeys
    | PutKnownName | NoteTyping | NoteSlowed | DropMarker | NoteFlushed
)  # fmt: skip
