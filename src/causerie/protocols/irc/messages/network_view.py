"""What encoding an event needs to know of the network: who people are there, and when it is."""

from __future__ import annotations

from typing import Protocol

from causerie.chat.model import Person


class ShownAs(Protocol):
    """What a person is shown as: see network.Face."""

    user: str
    modes: set[str]


class NetworkView(Protocol):
    """See the module; network.Network is one."""

    server: str

    def now(self) -> int:
        """Milliseconds since 1970."""

    def person(self, number: int) -> Person | None:
        """The person with this id, if they are known."""

    def face(self, person: int) -> ShownAs:
        """What a person is shown as."""

    def host(self, person: int) -> str:
        """What is shown as a person's host."""

    def real_name(self, person: int, name: str) -> str:
        """A person's real name; the name where none was given."""

    def source(self, person: int, name: str) -> str:
        """A person as the source of a line: `nick!user@host`."""

    def source_as_guest(self, person: int, name: str) -> str:
        """The same of somebody who was a guest until now."""

    def channel_id(self, name: str) -> int:
        """A channel's id; 0: there is none."""
