"""Who is in a channel, as NAMES lists it: made for channels of thousands, into which hundreds come at once.

It reads what the core has just said that the asker may know.
"""

from __future__ import annotations

from collections.abc import Iterator

from causerie.chat.model import MEMBER, ROLE_NAMES
from causerie.protocols.irc.messages.faces import Faces
from causerie.protocols.irc.syntax.names import prefixes

PEOPLE_A_SLICE = 1000
"""Some 1 ms of work."""


class Roll:
    """The nicks of those in the channel with this id, with what stands before them (`every`: see names.prefixes).
    `hosts`: with user and host. Who has mode i is not shown to those who are not there."""

    def __init__(self, faces: Faces, channel: int, asker: int, every: bool, hosts: bool) -> None:
        self._faces = faces
        self._channel = channel
        self._asker = asker
        self._every = every
        self._hosts = hosts
        self._shown: list[tuple[int, str]] = []

    @property
    def is_short(self) -> bool:
        """Whether it is read in one slice."""
        return len(self._faces.view.present(self._channel)) <= PEOPLE_A_SLICE

    def read(self) -> Iterator[None]:
        """Read it, a slice of the channel at each step."""
        faces, view, asker, shown = self._faces, self._faces.view, self._asker, self._shown
        standings, person_of = view.standings(self._channel), view.person
        here = view.present(self._channel)
        own = standings.get(asker)
        inside = own is not None and own.inside
        for at, number in enumerate((*here, *(() if asker in here else (asker,))), 1):
            if not at % PEOPLE_A_SLICE:
                yield
            standing = standings.get(number)
            person = person_of(number)
            if person is None or standing is None or not (standing is MEMBER or standing.inside):
                continue
            if not inside and number != asker and "i" in faces.of(number).modes:
                continue
            name = faces.source(number, person.name) if self._hosts else person.name
            if standing is not MEMBER:
                name = prefixes(ROLE_NAMES[standing.role], self._every, standing.voiced) + name
            shown.append((number, name))

    def lines(self, room: int) -> list[str]:
        """As many to a line of `room` bytes as fit, without those who have left since they were read."""
        here, asker = self._faces.view.present(self._channel), self._asker
        return _lines(" ".join(name for number, name in self._shown if number in here or number == asker), room)


def _lines(names: str, room: int) -> list[str]:
    """Names on lines of so many bytes; no name is cut, and one that is longer has a line to itself."""
    data = names.encode()
    lines: list[str] = []
    start = 0
    while len(data) - start > room:
        end = data.rfind(b" ", start, start + room + 1)
        if end < 0 and (end := data.find(b" ", start)) < 0:
            break
        lines.append(data[start:end].decode())
        start = end + 1
    if start < len(data):
        lines.append(data[start:].decode())
    return lines
